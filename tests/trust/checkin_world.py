"""Closed cases, their senders, and the ticks that ask them how they fare."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import SteppedClock
from cases import checkins
from cases.messages import Address
from cases.model import Case, State, Subject
from cases.ports import Reporter
from cases.rules import Rules
from cases.sender_ports import Wish
from scheduler.check_ins import CheckIns
from storage.outbox import outbox
from storage.work import Office, StoredWork
from tests.cases.cast import a_case
from tests.handlers.cast import Person, cases_of, open_spine

PERSON: dict[str, Any] = {
    "subject": Subject.OFFICIAL,
    "topic": "official.attitude",
    "subject_posts": ("cong_chuc",),
    "competent_authority": "ubnd",
}


class World:
    """Closed cases, their senders, and the ticks that ask them."""

    def __init__(self, office: Office, rules: Rules, clock: SteppedClock) -> None:
        self.office, self.rules, self.clock = office, rules, clock
        self.spine = open_spine(office, rules)
        self.job = CheckIns(office, lambda: rules)

    def person(self, name: str = "7001", channel: str = "telegram") -> Person:
        """Somebody with a phone."""
        return Person(self.spine, self.office, self.clock, channel, name)

    async def closed(self, name: str = "7001", *, days: int = 30, worried: bool = False, **changes: Any) -> Case:
        """A case closed so many days ago, sent by this person."""
        number = len(await cases_of(self.office)) + 1
        now = self.clock()
        known: dict[str, Any] = {
            "id": f"{number:032x}",
            "code": f"PA-2026-{900000 + number:06d}",
            "reporter": f"ref{number}",
            "state": State.CLOSED,
            "submitted_at": now - timedelta(days=days + 60),
            "closed_at": now - timedelta(days=days),
        }
        case = a_case(**{**known, **PERSON, **changes})

        def step(unit: StoredWork) -> None:
            chat = unit.chats.load(Address("telegram", name))
            chat.locality, chat.consent_version, chat.consent_at = "xa-mau", self.rules.consent_version, now
            unit.chats.save(chat)
            unit.cases.add(case, f"receipt-{number}")
            unit.people.save_reporter(Reporter(case.reporter, case.id, chat.key, case.secrecy, "Bà Tư", "0912345678"))
            if worried:
                unit.check_ins.save_wish(Wish(case.id, worried=True))

        await self.office.write(step)
        return case

    async def tick(self) -> int:
        """Let the scheduler look now."""
        return await self.job.tick(self.clock())

    async def asked(self) -> list[tuple[str, int, datetime]]:
        """Every question that was queued: case, which one, when."""
        mine = select(outbox.c.effect_key, outbox.c.created_at).where(outbox.c.purpose == checkins.ACTION)
        rows = await self.office.read(lambda unit: unit.connection.execute(mine).all())
        parts = [(row.effect_key.split(":"), row.created_at) for row in rows if "/" not in row.effect_key]
        return sorted((key[1], int(key[2]), at) for key, at in parts)


@pytest.fixture
def world(office: Office, rules: Rules, clock: SteppedClock) -> World:
    """A Monday morning."""
    return World(office, rules, clock)
