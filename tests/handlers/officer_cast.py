"""The officers of one commune and a resident, to test what they do: real rules, a real database, the real spine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import pytest

from bot.clock import SteppedClock
from bot.spine import Spine
from cases import answers, authority, forwarding, handling
from cases.intake import submit
from cases.messages import Address, FileKind, FileRef
from cases.model import Case, Officer, OfficerRole, Outcome, WrittenReply
from cases.officers import ScryptPins
from cases.ports import Chat
from cases.rules import Rules
from storage.work import Office, StoredWork
from tests.cases.cast import a_draft
from tests.handlers.cast import Person, open_spine

T = TypeVar("T")
PIN = "318942"
PINS = ScryptPins(cost=16)  # quick: what the hash withstands is not what these tests are about
DESK = (OfficerRole.HANDLER, OfficerRole.TRIAGE)
HASH = PINS.hash(PIN)
STORY = "Đường Thôn 2 hỏng nặng, xe máy đi hay ngã. Tôi là Nguyễn Văn An, số 0912 345 678."

OFFICERS: dict[str, tuple[str, tuple[OfficerRole, ...], str]] = {
    "lan": ("mttq", DESK, ""),
    "minh": ("mttq", DESK, ""),
    "hoa": ("hnd", (OfficerRole.HANDLER,), ""),
    "binh": ("bgsdtcd", (OfficerRole.HANDLER,), ""),
    "tuan": ("ubnd", (OfficerRole.CONTACT,), ""),
    "dung": ("dang_uy", (OfficerRole.CONTACT,), ""),
    "son": ("cong_an_xa", (OfficerRole.CONTACT,), ""),
    "thu": ("ban_xdd", (OfficerRole.FOLLOW_UP,), ""),
    "quang": ("ubkt_dang_uy", (OfficerRole.OVERSIGHT,), ""),
    "an": ("mttq", (OfficerRole.ADMIN,), ""),
    "kim": ("mttq_tinh", DESK, ""),
    "long": ("ubnd_tinh", (OfficerRole.CONTACT,), ""),
}
"""Who works where: lan and minh at the Front, hoa and binh at a union and a board, tuan, dung, son for authorities."""


@dataclass
class Bureau:
    """The commune with its officers. `act` runs a use case as one of them, in one transaction."""

    office: Office
    rules: Rules
    clock: SteppedClock
    spine: Spine
    people: dict[str, Person] = field(default_factory=dict)

    async def staff(self, *names: str) -> None:
        """Accounts with a PIN and a linked chat; all of OFFICERS when none is named."""

        def step(unit: StoredWork) -> None:
            for name in names or OFFICERS:
                self._enter(unit, name)

        await self.office.write(step)

    def _enter(self, unit: StoredWork, name: str) -> None:
        body, roles, post = OFFICERS[name]
        place = "tinh-mau" if body.endswith("_tinh") else "xa-mau"
        chat = unit.chats.load(Address("telegram", name))
        chat.officer_id, chat.locality = name, place
        unit.chats.save(chat)
        officer = Officer(name, place, f"Cán bộ {name}", body, roles, post=post, chat=chat.key, pin_hash=HASH)
        officer.unlocked_until = unit.now + timedelta(minutes=15)
        unit.people.save_officer(officer)

    def person(self, name: str) -> Person:
        """Somebody's chat."""
        if name not in self.people:
            self.people[name] = Person(self.spine, self.office, self.clock, "telegram", name)
        return self.people[name]

    async def unlock(self, *names: str) -> None:
        """As if they had just entered the PIN."""

        def step(unit: StoredWork) -> None:
            for name in names:
                officer = unit.people.officer(name)
                assert officer is not None
                officer.unlocked_until = unit.now + timedelta(minutes=15)
                unit.people.save_officer(officer)

        await self.office.write(step)

    async def report(self, who: str = "resident", **draft: Any) -> Case:
        """A report that a resident sent: about a road unless told otherwise."""

        def step(unit: StoredWork) -> Case:
            chat = self.chat(unit, who)
            unit.chats.save(chat)
            return submit(unit, self.rules, chat, a_draft(**{"text": STORY} | draft), unit.now).case

        return await self.office.write(step)

    def chat(self, unit: StoredWork, who: str) -> Chat:
        """A resident's chat."""
        chat = unit.chats.load(Address("telegram", who))
        chat.locality = "xa-mau"
        return chat

    async def act(self, use: Callable[..., T], who: str, case: Case, *rest: Any, **more: Any) -> T:
        """Run a use case as this officer on the case as it is stored now."""

        def step(unit: StoredWork) -> T:
            officer, found = unit.people.officer(who), unit.cases.get(case.id)
            assert officer is not None
            return use(unit, self.rules, officer, found, *rest, now=unit.now, **more)

        return await self.office.write(step)

    async def now(self, case: Case) -> Case:
        """The case as stored."""
        found = await self.office.read(lambda unit: unit.cases.get(case.id))
        assert found is not None
        return found

    async def events(self, case: Case) -> list[str]:
        """What happened to it, oldest first."""
        return [event.what for event in await self.office.read(lambda unit: unit.cases.history(case.id))]

    async def data(self, case: Case, what: str) -> dict[str, object]:
        """The facts of the latest such event."""
        found = await self.office.read(lambda unit: unit.cases.history(case.id))
        return next(event.data for event in reversed(found) if event.what == what)

    async def news(self, who: str = "resident") -> str:
        """What somebody was told since last asked."""
        return await self.person(who)._listen()

    async def wait(self, until: str) -> None:
        """Move to a morning; everybody enters the PIN anew."""
        self.clock.set(datetime.fromisoformat(f"{until}T09:00+07:00").astimezone(UTC))
        known = await self.office.read(lambda unit: [one for one in OFFICERS if unit.people.officer(one)])
        await self.unlock(*known)

    async def triaged(self, **draft: Any) -> Case:
        """A report that lan has triaged."""
        case = await self.report(**draft)
        await self.act(handling.triage, "lan", case)
        return await self.now(case)

    async def forwarded(self, **draft: Any) -> Case:
        """A report that lan has sent on."""
        case = await self.triaged(**draft)
        await self.act(forwarding.forward, "lan", case, "12/MTTQ-BTT", date(2026, 3, 2))
        return await self.now(case)

    async def received(self, **draft: Any) -> Case:
        """A report whose clock runs since Monday 2 March 2026, due on Monday 30 March."""
        case = await self.forwarded(**draft)
        await self.act(authority.acknowledge, "tuan", case, date(2026, 3, 2))
        return await self.now(case)

    async def relayed(self, **draft: Any) -> Case:
        """A report whose sender knows the written answer."""
        case = await self.received(**draft)
        await self.act(answers.record_reply, "tuan", case, an_answer())
        await self.act(answers.relay, "lan", case)
        await self.news()
        return await self.now(case)


def an_answer(**changes: Any) -> WrittenReply:
    """A complete written answer of 2 March 2026."""
    told = {
        "doc_no": "45/UBND",
        "doc_date": date(2026, 3, 2),
        "signed_by": "Trần Văn Bình, Chủ tịch",
        "addressees": ("mttq",),
        "file_id": "file-1",
        "file_sha256": "pending",
        "outcome": Outcome.UPHELD,
        "summary": "Xã sẽ vá đường trước ngày 30 tháng 4",
        "recorded_on": date(2026, 3, 2),
    } | changes
    return WrittenReply(**told)  # type: ignore[arg-type]


def a_pdf(name: str = "tra-loi.pdf") -> tuple[FileRef, ...]:
    """A document as a messenger hands it over."""
    return (FileRef(FileKind.DOCUMENT, f"ref-{name}", name, 1000, "application/pdf"),)


@pytest.fixture(name="bureau")
async def open_bureau(office: Office, rules: Rules, clock: SteppedClock) -> Bureau:
    """The commune with all its officers."""
    found = Bureau(office, rules, clock, open_spine(office, rules))
    await found.staff()
    return found


@pytest.fixture(name="any_bureau")
async def open_any_bureau(any_office: Office, rules: Rules, clock: SteppedClock) -> Bureau:
    """The same on each database in turn."""
    found = Bureau(any_office, rules, clock, open_spine(any_office, rules))
    await found.staff()
    return found
