"""A small commune for reminder tests: shipped rules, a fixed cast of officers, and a clock moved by hand."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from bot.clock import SteppedClock
from cases.calendar import ZONE, WorkCalendar
from cases.clocks import DeadlineProfile, profiles_from_mapping, start_authority_clock
from cases.directory import DirectoryBook
from cases.messages import Address
from cases.model import Case, CaseEvent, Officer, OfficerRole, Secrecy, State
from cases.ports import Reporter
from cases.reminder_policy import ReminderPolicy
from cases.taxonomy import Taxonomy
from cases.wording import Wording
from scheduler.reminders import Reminders
from storage.outbox import outbox, unpack
from storage.work import Office, StoredWork
from tests.cases import cast

DATA = Path(__file__).parents[2] / "data"


def _yaml(name: str) -> Any:
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


def wording() -> Wording:
    """All shipped texts."""
    texts: dict[str, dict[str, str]] = {}
    for path in sorted((DATA / "texts").glob("*/*.yaml")):
        texts.setdefault(path.parent.name, {}).update(yaml.safe_load(path.read_text(encoding="utf-8")))
    return Wording(texts)


@dataclass(frozen=True)
class Set:
    """One set of rules, as the composition root would hand it in."""

    book: DirectoryBook
    taxonomy: Taxonomy
    calendar: WorkCalendar
    profiles: dict[str, DeadlineProfile]
    policy: ReminderPolicy
    wording: Wording


def shipped() -> Set:
    """The rules of the shipped data."""
    directory = _yaml("org_directory.yaml")
    return Set(
        book=DirectoryBook.from_mapping(directory),
        taxonomy=Taxonomy.from_mapping(_yaml("taxonomy.yaml")),
        calendar=WorkCalendar.from_mapping(_yaml("holidays_vn.yaml")),
        profiles=profiles_from_mapping(directory["deadline_profiles"]),
        policy=ReminderPolicy.from_mapping(directory),
        wording=wording(),
    )


RULES = shipped()
CAST = (
    ("handler", "xa-mau", "mttq", OfficerRole.HANDLER, ""),
    ("triager", "xa-mau", "mttq", OfficerRole.TRIAGE, ""),
    ("contact", "xa-mau", "ubnd", OfficerRole.CONTACT, ""),
    ("chairman", "xa-mau", "ubnd", OfficerRole.CONTACT, "ct_ubnd"),
    ("party", "xa-mau", "dang_uy", OfficerRole.CONTACT, ""),
    ("office", "xa-mau", "vp_dang_uy", OfficerRole.FOLLOW_UP, ""),
    ("builder", "xa-mau", "ban_xdd", OfficerRole.FOLLOW_UP, ""),
    ("province", "tinh-mau", "ubnd_tinh", OfficerRole.CONTACT, ""),
)


def at(text: str) -> datetime:
    """An instant, local unless the text says otherwise."""
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=ZONE)


@dataclass
class World:
    """The commune with everything in it."""

    office: Office
    clock: SteppedClock
    reminders: Reminders
    rules: Set
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def hire(
        self, name: str, locality: str, body: str, role: OfficerRole, post: str = "", *, chat: bool = True
    ) -> None:
        """An officer with a linked chat (or without)."""

        def work(unit: StoredWork) -> None:
            talk = unit.chats.load(Address("telegram", name))
            talk.locality, talk.officer_id = locality, name
            unit.chats.save(talk)
            officer = Officer(name, locality, name, body, (role,), post=post, chat=talk.key if chat else "")
            unit.people.save_officer(officer)

        await self.office.write(work)

    async def add(self, case: Case, channel: str = "telegram") -> Case:
        """Store a case with a reporter's chat, to be looked at by the next tick."""

        def work(unit: StoredWork) -> None:
            talk = unit.chats.load(Address(channel, f"resident-{case.id}"))
            unit.chats.save(talk)
            reporter = Reporter(f"r-{case.id}", case.id, talk.key, Secrecy.CONFIDENTIAL)
            unit.people.save_reporter(reporter)
            case.reporter, case.next_nudge_at = reporter.ref, case.next_nudge_at or case.submitted_at
            unit.cases.add(case, case.id)

        await self.office.write(work)
        return case

    async def change(self, case_id: str, **changes: Any) -> None:
        """Change a case as a use case would, and have the next tick look at it."""

        def work(unit: StoredWork) -> None:
            case = unit.cases.get(case_id)
            assert case is not None
            unit.cases.save(replace(case, **{"next_nudge_at": self.clock(), **changes}))

        await self.office.write(work)

    async def log(self, case_id: str, what: str, when: datetime) -> None:
        """An entry in a case's history."""
        await self.office.write(lambda unit: unit.cases.log(CaseEvent(case_id, when, what, "officer")))

    async def tick(self, when: str) -> list[tuple[str, str]]:
        """Tick at this local time; what was said, as (offset, recipient)."""
        self.clock.set(at(when))
        report = await self.reminders.tick(self.clock())
        return sorted((said.offset, said.recipient) for said in report.said)

    async def case(self, case_id: str) -> Case:
        """The case as it stands."""
        found = await self.office.read(lambda unit: unit.cases.get(case_id))
        assert found is not None
        return found

    async def history(self, case_id: str, what: str) -> list[CaseEvent]:
        """Entries of one sort in a case's history."""
        events = await self.office.read(lambda unit: unit.cases.history(case_id))
        return [event for event in events if event.what == what]

    async def texts(self, name: str, state: str = "queued") -> list[str]:
        """Texts waiting for this person, oldest first."""
        key, open_bytes = self.key_of(name), self.office.keys.open_bytes
        rows = await self.office.read(
            lambda unit: unit.connection.execute(
                outbox.select().where(outbox.c.chat_key == key, outbox.c.state == state).order_by(outbox.c.id)
            ).all()
        )
        return [unpack(open_bytes("outbox.sealed_body", row.effect_key, row.sealed_body)).text for row in rows]

    async def counts(self) -> dict[str, int]:
        """Messages by state."""
        return await self.office.read(lambda unit: unit.outbox.counts())

    async def lose(self, name: str) -> None:
        """This person blocks the bot."""

        def work(unit: StoredWork) -> None:
            talk = unit.chats.get(self.key_of(name))
            assert talk is not None
            talk.reachable = False
            unit.chats.save(talk)

        await self.office.write(work)

    def key_of(self, name: str) -> str:
        """The key of a person's chat."""
        return self.office.keys.lookup("chat", f"telegram\0{name}")

    def case_of(self, **changes: Any) -> Case:
        """A report to the Front about the People's Committee, forwarded and waiting for receipt."""
        number = next(self.numbers)
        story: dict[str, Any] = {
            "id": f"c{number}",
            "code": f"PA-2026-{number:06d}",
            "state": State.SUBMITTED,
            "channel": "telegram",
            "submitted_at": at("2026-02-25T09:00"),
            "forwarded_at": None,
            "received_on": None,
            "due_on": None,
            "reporter": "",
            "text": "Đường hỏng nặng trước nhà văn hóa",
            "place": "ngõ nhà ông Tư",
        }
        return cast.a_case(**story | changes)

    def running(self, received_on: date = date(2026, 3, 2), **changes: Any) -> Case:
        """The same with the authority's clock started: due on Monday 30 March 2026."""
        case = self.case_of(state=State.RECEIVED, forwarded_at=min(at("2026-02-27T15:00"), at(f"{received_on}T08:00")))
        case.forward_doc_no, case.forward_doc_date = "12/MTTQ-BTT", min(date(2026, 2, 27), received_on)
        start_authority_clock(case, received_on, self.rules.profiles["default"], self.rules.calendar, received_on)
        case.next_nudge_at = at(f"{received_on}T09:00")
        return replace(case, **changes)


async def settle(office: Office, clock: SteppedClock, rules: Set = RULES, **options: Any) -> World:
    """The commune with its officers on this office."""
    made = World(office, clock, Reminders(office, rules, **options), rules)
    for person in CAST:
        await made.hire(*person)
    return made
