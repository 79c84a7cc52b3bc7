"""Wherever an officer sees a case's words, changes rights or takes something out, the audit chain has an entry of it.

The pages come from the registry: a new one that shows what was reported and leaves no entry fails here by being there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from cases.messages import FileKind, FileRef
from cases.model import CaseEvent, Outcome, State, WrittenReply
from cases.ports import CaseFile, FileState
from storage import api_tokens
from storage.audit_lines import MOST
from storage.work import StoredWork, ledger
from tests.cases.cast import TODAY, a_case
from tests.handlers.officer_cast import Bureau, open_bureau  # noqa: F401 - a fixture
from tests.trust.audit_kit import entries, words
from tests.web.console.desk import PASSWORD, SECRET, Clerk, Console, console_at
from tests.web.console.test_routes import routes
from web.console.audit import WORDS
from web.console.proofs import code_at

ROOT = Path(__file__).parents[2]
TOLD = "cầu khỉ bấp bênh"
"""Words of the report that stand nowhere else."""
RECEIVED, CLOSED, FILE = "PA-2026-000001", "PA-2026-000002", "a" * 32
READERS = ("handler", "contact", "oversight")
PLACES = {"id": FILE, "paper": "info_request", "book": "plan", "number": "1", "body": "ubnd"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console with a case at the authority and a closed one, both about the same bridge, and a stored file."""
    with console_at(tmp_path_factory.mktemp("doors")) as present:
        reply = WrittenReply("45/UBND", TODAY, "Trần Bình", ("mttq",), "f", "0" * 64, Outcome.UPHELD, "Đã vá.", TODAY)

        def store(unit: StoredWork) -> None:
            text = f"Bắc qua kênh chỉ có {TOLD}, học sinh đi học hay ngã."
            unit.cases.add(a_case(id="c1", code=RECEIVED, text=text), "receipt-1")
            unit.cases.add(a_case(id="c2", code=CLOSED, text=text, state=State.CLOSED, reply=reply), "receipt-2")
            for case_id in ("c1", "c2"):
                told: dict[str, object] = {"text": text}
                unit.cases.log(CaseEvent(case_id, unit.now, "forwarded", "lan", told))
                unit.cases.log(CaseEvent(case_id, unit.now, "added", "resident", told))
            source = FileRef(FileKind.DOCUMENT, "x", "don.pdf", 5, "application/pdf")
            unit.files.add(CaseFile(FILE, "c1", "", "reply", source, "web", unit.now, FileState.STORED))

        present.run(store)
        present.stage.services.vault.put(FILE, TOLD.encode())
        yield present


async def entered(desk: Console, who: Clerk, method: str, path: str, form: Any = None) -> tuple[str, list[str]]:
    """What the page says, and what was entered because of it; nothing counts as read before."""
    desk.run(lambda unit: unit.connection.execute(delete(ledger)) and None)
    before = len(desk.run(entries))
    answer = await (who.get(path) if method == "GET" else who.post(path, form))
    fresh = desk.run(entries)[before:]
    return answer.text, [one.what for one in fresh if one.actor == who.officer.id and one.case_id in ("c1", "c2")]


def asked(desk: Console) -> list[tuple[str, str, str]]:
    """Method, declared path and address of every page and form, for both cases; what ends the session left out."""
    found = []
    for route in routes(desk):
        for code in (RECEIVED, CLOSED) if "{code}" in route.path else ("",):
            places = {**PLACES, "code": code, "step": "note"}
            path = re.sub(r"\{(\w+)(?::\w+)?\}", lambda found, places=places: places.get(found[1], "none"), route.path)  # type: ignore[misc]
            if "/sessions/" not in path:
                found.append((route.method, route.path, path))
    return found


async def test_no_page_shows_a_report_without_an_entry(desk: Console) -> None:
    """Every page and form of the registry, for every way to read a case, with an open case and a closed one."""
    silent, telling = [], set()
    for name in READERS:
        async with desk.clerk(name) as who:
            for method, route, path in asked(desk):
                text, fresh = await entered(desk, who, method, path, {"reason": "cần xem để xử lý"})
                if TOLD in text:
                    telling.add(route)
                    silent += [(name, method, path)] if not fresh else []
    assert silent == []
    assert {"/console/cases/{code}", "/console/publish/{code}", "/console/cases/{code}/do/{step}"} <= telling
    assert "/console/cases/{code}/files/{id}/original" in telling


async def test_looking_at_a_file_is_entered(desk: Console) -> None:
    """Its page, before anything of it is shown."""
    async with desk.clerk("contact") as who:
        _, fresh = await entered(desk, who, "GET", f"/console/cases/{RECEIVED}/files/{FILE}/view")
    assert fresh == ["file_opened"]


async def test_a_conversation_asked_for_alone_is_a_reading_too(desk: Console) -> None:
    """The part of the page that renews itself does not let anybody past the entry."""
    async with desk.clerk("handler") as who:
        _, fresh = await entered(desk, who, "GET", f"/console/cases/{RECEIVED}/thread")
    assert fresh == ["case_viewed"]


async def test_lists_enter_nothing(desk: Console) -> None:
    """A list tells numbers and dates; an entry a row would bury what matters."""
    async with desk.clerk("handler") as who:
        assert (await entered(desk, who, "GET", "/console/cases"))[1] == []


async def test_the_interface_enters_each_case_it_tells(desk: Console) -> None:
    """Another system reads under an officer's token: the same entries, once for each case."""
    handler = desk.officers["handler"]
    token = desk.run(lambda unit: api_tokens.make(unit, handler, "cổng", list(api_tokens.ApiScope), 30))
    before = len(desk.run(entries))
    async with desk.stranger() as who:
        for path in ("cases", f"cases/{RECEIVED}"):
            answer = await who.get(f"/api/v1/{path}", authorization=f"Bearer {token}", accept="application/json")
            assert TOLD in answer.text
    fresh = [(one.what, one.case_id) for one in desk.run(entries)[before:]]
    assert sorted(fresh) == [("api_read", "c1"), ("api_read", "c2")]


async def test_taking_out_and_rights_are_entered(desk: Console) -> None:
    """Exports, tokens, signing out and ending sessions: each by whom."""
    before = len(desk.run(words))
    async with desk.clerk("colleague") as who:
        await who.post("/console/export", {"form": "csv"})
        await who.post("/console/tokens", {"name": "cổng", "scopes": "cases:read", "days": "30"})
        await who.post("/console/account/sessions/end-all")
    fresh = desk.run(entries)[before:]
    assert [one.what for one in fresh] == ["exported", "tokens_made", "sessions_ended"]
    assert {one.actor for one in fresh} == {desk.officers["colleague"].id}
    assert fresh[0].detail["form"] == "csv"


async def test_signing_in_and_out_is_entered(desk: Console) -> None:
    """Through the door, and out by it."""
    before = len(desk.run(words))
    async with desk.stranger() as who:
        form = {"login": "union", "password": PASSWORD, "code": code_at(SECRET, desk.clock())}
        answer = await who.post("/console/login", form)
        assert answer.status == 303, answer.text
        await who.post("/console/logout")
    assert desk.run(words)[before:] == ["signed_in", "signed_out"]


async def test_a_changed_rule_and_a_role_are_entered(desk: Console) -> None:
    """The proposal and the agreement of the second person, each in its own name."""
    from cases.rule_edits import RuleEdit, What
    from storage import audit_rules

    admin, other = desk.officers["admin"].id, desk.officers["admin2"].id
    content = {"before": {"roles": ["handler"]}, "after": {"roles": ["handler", "triage"]}}
    edit = RuleEdit(7, "xa-mau", What.OFFICER, "somebody", content, "thay người", proposed_by=admin)

    def step(unit: StoredWork) -> None:
        audit_rules.enter_edit(unit, edit, admin, "rule_proposed")
        audit_rules.enter_edit(unit, edit, other)

    desk.run(step)
    proposed, agreed = desk.run(entries)[-2:]
    assert (proposed.what, proposed.actor) == ("rule_proposed", admin)
    assert (agreed.what, agreed.actor, agreed.detail["roles"]) == ("role_granted", other, "triage")


async def test_reading_in_chat_is_entered(bureau: Bureau) -> None:
    """Behind the PIN: the sign-in and the case."""
    await bureau.staff("lan")
    case = await bureau.report()
    bureau.clock.move(seconds=3600)
    lan = bureau.person("lan")
    await lan.says(f"{case.code}")
    await lan.says("318942")
    fresh = await bureau.office.read(entries)
    assert [(one.what, one.actor) for one in fresh] == [("signed_in", "lan"), ("case_viewed", "lan")]
    assert fresh[1].case_id == case.id


async def test_a_busy_day_says_that_it_shows_only_the_latest(tmp_path: Path) -> None:
    """Else what was done in the morning would seem not to have happened; a kind and a person bring it back."""
    with console_at(tmp_path) as busy:
        lan = busy.officers["handler"].id

        def fill(unit: StoredWork) -> None:
            unit.audit.enter("exported", actor=lan, detail={"form": "csv"})
            for _ in range(MOST):
                unit.audit.enter("signed_out", actor=lan)

        busy.run(fill)
        async with busy.clerk("oversight") as watcher:
            whole = (await watcher.get("/console/audit")).text
            narrow = (await watcher.get("/console/audit?what=exported")).text
    assert "300 dòng mới nhất" in whole
    assert "Dạng: csv" not in whole
    assert "300 dòng mới nhất" not in narrow
    assert "Dạng: csv" in narrow


def test_every_word_entered_has_its_words_on_the_page() -> None:
    """Whatever the code enters can be asked for, and is told in words; but what is said of a case that is no more."""
    entered_words = set()
    for room in ("bot", "cases", "handlers", "scheduler", "storage", "web"):
        for path in (ROOT / room).rglob("*.py"):
            code = path.read_text(encoding="utf-8")
            entered_words |= set(re.findall(r"audit\.enter\(\s*\"(\w+)\"", code))
            if "audit.enter(what" in code:  # the word is handed in by others of the module
                entered_words |= set(re.findall(r"_note\(.*?\"(\w+)\"", code))
    assert entered_words - set(WORDS) == {"purged"}
    assert len(entered_words) > 20
