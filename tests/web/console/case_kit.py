"""A resident's case in the served console, and its forms filled in as an officer's browser does."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import Any

import aiohttp

from cases import authority, forwarding, handling
from cases.answers import file_stored
from cases.intake import submit
from cases.messages import Address
from cases.model import Case, CaseEvent, Officer
from cases.ports import CaseFile
from scheduler.fetching import FileFetcher
from storage.work import StoredWork
from tests.cases.cast import a_draft
from tests.web.console.desk import Clerk, Console, hidden
from tests.web.stage import finish
from tests.web.visitor import Answer
from web.uploads import fetch_upload

STORY = (
    "Đường Thôn 2 hỏng nặng, xe máy đi hay ngã. Đề nghị xã vá đường trước mùa mưa. Bao giờ xã sửa? "
    "Tôi là Nguyễn Văn An, số 0912 345 678."
)
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>"
)
REPLY = {
    "doc_no": "45/UBND",
    "doc_date": "2026-11-23",
    "signed_by": "Trần Văn Bình, Chủ tịch",
    "addressees": ["mttq"],
    "outcome": "upheld",
    "summary": "Xã sẽ vá đường trước ngày 30 tháng 4 năm sau.",
}


def report(console: Console, who: str = "resident", **draft: Any) -> Case:
    """A case that a resident sent through the web page: about a road unless told otherwise."""

    def step(unit: StoredWork) -> Case:
        chat = unit.chats.load(Address("web", who))
        chat.locality = "xa-mau"
        unit.chats.save(chat)
        return submit(unit, console.rules, chat, a_draft(**{"text": STORY} | draft), unit.now).case

    found: Case = console.run(step)
    return found


def act(console: Console, use: Any, who: str, case: Case, *rest: Any, **more: Any) -> Any:
    """Run a use case as one of the cast, as chat does."""

    def step(unit: StoredWork) -> Any:
        return use(unit, console.rules, console.officers[who], unit.cases.get(case.id), *rest, now=unit.now, **more)

    return console.run(step)


def triaged(console: Console, **draft: Any) -> Case:
    """A case ready to be forwarded."""
    case = report(console, **draft)
    act(console, handling.triage, "handler", case)
    return stored(console, case)


def received(console: Console, **draft: Any) -> Case:
    """A case with the commune's People's Committee, its term running since 23 November 2026."""
    case = triaged(console, **draft)
    act(console, forwarding.forward, "handler", case, "12/MTTQ-BTT", date(2026, 11, 23))
    act(console, authority.acknowledge, "contact", case, date(2026, 11, 23))
    return stored(console, case)


def stored(console: Console, case: Case) -> Case:
    """The case as it stands."""
    found: Case = console.run(lambda unit: unit.cases.get(case.id))
    return found


def history(console: Console, case: Case) -> list[CaseEvent]:
    """What happened to it."""
    return list(console.run(lambda unit: unit.cases.history(case.id)))


def add_officer(console: Console, **changes: Any) -> Officer:
    """One more colleague at the Front."""
    officer = Officer(
        **{"id": "extra", "locality": "xa-mau", "name": "Người khác", "body": "mttq", "roles": (), **changes}
    )
    console.run(lambda unit: unit.people.save_officer(officer))
    return officer


async def opened(clerk: Clerk, case: Case) -> str:
    """The page of the case."""
    answer = await clerk.get(f"/console/cases/{case.code}")
    assert answer.status == 200, answer.text[:400]
    return answer.text


async def take(clerk: Clerk, case: Case, step: str, /, **fields: Any) -> Answer:
    """Open the page (or use `page`, opened before), fill in one form of it, with `file`, send it."""
    page, file = fields.pop("page", "") or await opened(clerk, case), fields.pop("file", b"")
    form = aiohttp.FormData()
    for name, value in {"version": hidden(page, "version"), "seen": hidden(page, "seen"), **fields}.items():
        for one in value if isinstance(value, list) else [value]:
            form.add_field(name, str(one))
    if file:
        form.add_field("file", file, filename="tra-loi.pdf", content_type="application/pdf")
    path = f"/console/cases/{case.code}/" + (step if step == "identity" else f"do/{step}")
    return await clerk.post(path, form, at=f"/console/cases/{case.code}")


def actions(page: str) -> list[str]:
    """The forms under "what to do next", in order."""
    begin = page.index('id="actions"')
    part = page[begin : page.index("</section>", begin)]
    return re.findall(r"/do/(\w+)\"", part)


def shown(page: str) -> str:
    """The page as read: without marks, entities undone."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def fault(page: str, form: str, name: str) -> str:
    """The sentence beside a field."""
    found = re.search(rf'id="{form}-{name}-fault"[^>]*>([^<]*)<', page)
    return found[1] if found else ""


def fetch(console: Console) -> int:
    """The worker's round: everything put in is checked and sealed."""
    services = console.stage.services

    async def step() -> int:
        def keep(unit: StoredWork, file: CaseFile) -> object:
            return file_stored(unit, file)

        fetchers = {"web": lambda file, cap: fetch_upload(services.vault, file, cap)}
        return await FileFetcher(services.office, services.vault, fetchers, on_stored=keep).drain()

    return int(finish(step()))
