"""Two houses for the person complained of, one with cases kept from him and one without: his pages must not differ.

Some shut out every body of the commune, some an officer and his relative by name, some are about the post he holds.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from cases.messages import FileKind, FileRef
from cases.model import Case, CaseEvent, Officer, OfficerRole, Outcome, Secrecy, State, Subject, WrittenReply
from cases.ports import CaseFile, FileState, Reporter
from storage import api_tokens, console
from storage.search import index_some
from storage.work import StoredWork
from tests.cases.cast import a_case
from tests.web.console.desk import PASSWORD, QUICK, SECRET, Console, console_at
from tests.web.console.test_routes import routes
from tests.web.stage import finish
from tests.web.visitor import Answer

TOPIC, HAMLET, WORD = "official.attitude", "thon-3", "bồng bềnh"
"""Held by the hidden cases alone."""

SENDER, PHONE = "Lý Thị Ngân Hà", "0987654321"
OPEN_STORY = "Đường thôn hỏng nặng, xe máy đi hay ngã, bà con làm đường đề nghị xã sửa sớm."
STORY = f"Trưởng thôn đòi tiền {WORD}. {OPEN_STORY}"
RELATIVE, PROVINCE = "relative", "province"
WATCHED = ("handler", RELATIVE, "union", "contact", "follow_up", "oversight", "admin")
"""From whom the cases are hidden. "handler" holds the post; "colleague" and "province" work on them."""

AT = datetime(2026, 11, 2, 1, tzinfo=UTC)
LATE = date(2026, 11, 18)


def visible() -> list[Case]:
    """Nine everyday cases, some overdue, some closed with an answer."""
    day = date(2026, 11, 18)
    reply = WrittenReply("45/UBND", day, "Trần Bình", ("mttq",), "f1", "0" * 64, Outcome.UPHELD, "Đã vá.", day)
    found = []
    for number in range(1, 10):
        case = a_case(
            id=f"{number:032x}",
            code=f"PA-2026-{number:06d}",
            hamlet=("thon-1", "thon-2")[number % 2],
            submitted_at=AT + timedelta(hours=number),
            text=OPEN_STORY,
            reporter="",
            matter="m1" if number == 1 else "",
        )
        if number % 3 == 0:
            case.due_on = LATE
        if number % 4 == 0:
            case.state, case.reply = State.CLOSED, reply
            case.answered_at = case.relayed_at = case.closed_at = AT + timedelta(days=10)
        found.append(case)
    return found


def concealed(officers: dict[str, Officer]) -> list[Case]:
    """The cases that nobody of WATCHED may know of; together in states of every part of a list."""
    accused, relative = officers["handler"].id, officers[RELATIVE].id
    everybody = ("mttq", "hlhpn", "ubnd", "ban_xdd", "ubkt_dang_uy")
    others = everybody[1:]
    day = date(2026, 11, 18)
    reply = WrittenReply("9/TU", day, "Ngô Văn Kín", ("mttq",), "f1", "0" * 64, Outcome.UPHELD, WORD, day)
    common: dict[str, Any] = {
        "subject": Subject.OFFICIAL,
        "topic": TOPIC,
        "suggested_topic": TOPIC,
        "hamlet": HAMLET,
        "text": STORY,
        "due_on": LATE,
        "channel": "telegram",
        "competent_authority": "ubkt_tinh_uy",
        "subject_posts": ("truong_thon",),
        "urgings": 2,
        "matter": "m1",
        "linked_case": f"{2:032x}",
    }
    by_body: dict[str, Any] = {"excluded_bodies": everybody, "receiving_body": "mttq_tinh"}
    by_name: dict[str, Any] = {"excluded_bodies": others, "excluded_officers": (accused, relative), "subject_posts": ()}
    by_post: dict[str, Any] = {"excluded_bodies": others, "excluded_officers": (relative,)}
    closed: dict[str, Any] = {
        "state": State.CLOSED,
        "reply": reply,
        "answered_at": AT + timedelta(days=9),
        "closed_at": AT,
    }
    kinds = [by_body, by_name, by_post, by_name | closed, by_post | closed, by_body | {"state": State.SUBMITTED}]
    return [
        a_case(
            **{
                **common,
                "id": f"{number + 16:032x}".replace("0000", "beef"),
                "code": f"PA-2026-{number + 700:06d}",
                "submitted_at": AT + timedelta(hours=number, minutes=30),
                "reporter": f"hidden-reporter-{number}",
                **kind,
            }
        )
        for number, kind in enumerate(kinds)
    ]


def enlist(unit: StoredWork, officers: dict[str, Officer]) -> dict[str, Officer]:
    """The accused with his post, his relative, the province's officer."""
    accused = officers["handler"]
    accused.post, accused.hamlet = "truong_thon", HAMLET
    unit.people.save_officer(accused)
    desk = (OfficerRole.HANDLER, OfficerRole.TRIAGE)
    made = {
        RELATIVE: Officer(unit.new_id(), "xa-mau", "Nguyễn Thị Tư", "mttq", desk, relatives=(accused.id,)),
        "ally": Officer(unit.new_id(), "xa-mau", "Phan Thị Sáu", "mttq", desk),
        PROVINCE: Officer(unit.new_id(), "tinh-mau", "Cao Thị Xa", "mttq_tinh", desk),
    }
    for name, officer in made.items():
        unit.people.save_officer(officer)
        console.save(unit, officer, name, QUICK.hash(PASSWORD), SECRET, 0)
    return made


def conceal(unit: StoredWork, cases: Sequence[Case], actor: str) -> None:
    """Store the hidden cases with all that hangs on a case: history, a file, an identity."""
    for case in cases:
        unit.people.save_reporter(Reporter(case.reporter, case.id, "", Secrecy.CONFIDENTIAL, SENDER, PHONE))
        unit.cases.add(case, f"receipt-{case.code}")
        for what in ("forwarded", "received", "urged", "escalated", "extended", "dialogue_asked", "identity_read"):
            unit.cases.log(CaseEvent(case.id, unit.now - timedelta(hours=3), what, actor, {"reason": WORD}))
        source = FileRef(FileKind.DOCUMENT, f"file-{case.code}", f"{WORD}.pdf", 5, "application/pdf")
        file = CaseFile(f"f{case.id[1:]}", case.id, "", "evidence", source, "web", unit.now, FileState.STORED)
        unit.files.add(file)


@dataclass
class House:
    """One of the two."""

    desk: Console
    hidden: list[Case]

    def plain(self, answer: Answer) -> str:
        """What was answered, without what is random: sessions, ids, and the marks made of them."""
        text = answer.body.decode("utf-8", "replace")
        for name, officer in self.desk.officers.items():
            text = text.replace(officer.id, f"<{name}>")
        text = text.replace(self.desk.url, "<here>")
        text = re.sub(r"hoiam_[\w-]+", "<token>", text)
        text = re.sub(r"[0-9a-f]{20,64}|(?<=data-who=\")[0-9a-f]{12}", "<hex>", text)
        kept = ("content-type", "content-disposition", "location", "hx-redirect", "hx-trigger", "etag", "retry-after")
        heads = [f"{name}: {answer.headers[name]}" for name in kept if name in answer.headers]
        return "\n".join([str(answer.status), *(re.sub(r"[0-9a-f]{20,64}", "<hex>", one) for one in heads), text])


@contextmanager
def house(folder: Path, *, with_hidden: bool) -> Iterator[House]:
    """A served house."""
    folder.mkdir()
    with console_at(folder) as desk:
        desk.officers |= desk.run(lambda unit: enlist(unit, desk.officers))
        hidden = concealed(desk.officers)

        def fill(unit: StoredWork) -> None:
            for case in visible():
                unit.cases.add(case, f"receipt-{case.code}")
                unit.cases.log(CaseEvent(case.id, case.submitted_at, "submitted", "resident"))
            if with_hidden:
                conceal(unit, hidden, desk.officers["colleague"].id)

        desk.run(fill)
        if with_hidden:
            finish(work_on(desk, hidden))
        finish(take_out(desk))
        while desk.run(lambda unit: index_some(unit, 500)):
            pass
        yield House(desk, hidden)


async def work_on(desk: Console, hidden: Sequence[Case]) -> None:
    """The colleague opens, notes, drafts and proposes; each leaves traces of its own."""
    async with desk.clerk("colleague") as who:
        by_name, closed = hidden[1], hidden[3]
        page = (await who.get(f"/console/cases/{by_name.code}")).text
        fields = dict(re.findall(r'name="(version|seen)" value="([^"]*)"', page))
        noted = await who.post(f"/console/cases/{by_name.code}/do/note", {**fields, "text": WORD, "note": WORD})
        assert noted.status == 303, noted.text[-3000:]
        words = {"summary": "Việc ở xã.", "answer": f"Đã làm {WORD}.", "place": "commune", "dates": "week"}
        more = {"body": "kind", "conclusion": "KL 7", "step": "propose", "version": "0"}
        proposed = await who.post(f"/console/publish/{closed.code}", {**words, **more})
        assert proposed.status == 303, proposed.text[2500:7000]
        await who.post("/console/views", {"name": "Việc riêng", "query": f"words={quote(WORD)}"})


async def take_out(desk: Console) -> None:
    """In both houses the colleague exports: that she did is no secret, what stood in it is."""
    async with desk.clerk("colleague") as who:
        await who.post("/console/export", {"form": "csv"})


@pytest.fixture(scope="module", name="houses")
def open_houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, House]]:
    """With the hidden cases, and without."""
    folder = tmp_path_factory.mktemp("accused")
    with (
        house(folder / "with", with_hidden=True) as full,
        house(folder / "without", with_hidden=False) as empty,
    ):
        yield full, empty


def tells(text: str, hidden: Sequence[Case]) -> list[str]:
    """Which of the hidden cases' own words stand in it."""
    shown = html.unescape(text)
    words = [WORD, SENDER, PHONE, STORY[:20], "hidden-reporter"]
    words += [one for case in hidden for one in (case.code, case.id, f"f{case.id[1:]}")]
    return [word for word in words if word in shown]


PLACES = {"code": "PA-2026-000001", "book": "plan", "paper": "forwarding", "number": "1", "key": "greeting"}
PROBES = (
    *(f"/console/cases?{asked}" for asked in (
        f"q={quote(WORD)}", f"words={quote(WORD)}", f"words={quote('tiền')}", f"topic={TOPIC}", f"hamlet={HAMLET}",
        "words=PA-2026-000701", "words=701", "words=%C4%91%C6%B0%E1%BB%9Dng", "channel=telegram", "order=newest",
        "part=overdue", "state=closed", "authority=ubkt_tinh_uy", "body=mttq_tinh", "since=2026-11-02&until=2026-11-02",
        "assignee=nobody", "priority=urgent",
    )),
    *(f"/console/figures?{asked}" for asked in ("period=2026", "period=2026-Q4", "from=2026-11-01&to=2026-11-30")),
    *(f"/console/figures/list{form}?figure={figure}&period=2026" for form in ("", ".csv") for figure in (
        "new", "all", f"topic.{TOPIC}", "group.official", f"hamlet.{HAMLET}", "standing.overdue", "urging",
        "urging.2", "identity_read", "dialogue", "escalation", "extension", "subject.official", "channel.telegram",
        "body.mttq", "body.mttq_tinh", "authority.ubkt_tinh_uy", "standing.closed",
    )),
    "/console/map?period=2026", "/console/calendar?day=2026-11-18", "/console/calendar?view=week&day=2026-11-18",
    "/console/calendar?day=2026-12-03", "/console/papers?year=2026&kind=CV",
    "/console/cases/PA-2026-000001", "/console/cases/PA-2026-000004", "/console/publish/PA-2026-000004",
    "/console/publish/PA-2026-000008", "/console/cases/PA-2026-000003/papers/new/urging",
    "/console/cases/PA-2026-000001/papers/new/info_request",
    *(f"/console/{place}/PA-2026-00070{n}" for n in range(6) for place in ("cases", "publish")),
    *(f"/console/cases/PA-2026-000701{more}" for more in ("/papers", "/thread", "/papers/new/urging", "@xa-mau")),
    "/console/cases/PA-2026-000701%40xa-mau",
    "/console/audit?day=2026-11-23", "/console/audit?what=case_viewed", "/console/audit?what=exported",
    "/console/emergency/PA-2026-000701", "/console/cases/PA-2026-000701/audit", "/console/cases/PA-2026-000001/audit",
    "/console/cases?lang=en", "/console/settings/officers", "/console/registers/plan?year=2026",
)  # fmt: skip
"""Questions the accused would ask."""


def addresses(desk: Console) -> list[str]:
    """Every page of the registry, its parameters filled in with what is there, and the probes."""
    found = []
    for route in routes(desk):
        if route.method == "GET":
            found.append(re.sub(r"\{(\w+)(?::\w+)?\}", lambda name: PLACES.get(name[1], "none"), route.path))
    return list(dict.fromkeys([*found, *PROBES]))


def token_of(one: House, name: str) -> str:
    """A token with every scope for one of the cast."""
    officer = one.desk.officers[name]

    def step(unit: StoredWork) -> str:
        return api_tokens.make(unit, officer, "cổng", list(api_tokens.ApiScope), 30)

    return str(one.desk.run(step))


async def both(houses: tuple[House, House], name: str, ask: Any) -> tuple[str, str]:
    """The same question in both houses."""
    told = []
    for one in houses:
        async with one.desk.clerk(name) as who:
            told.append(one.plain(await ask(who)))
    return told[0], told[1]
