"""A made-up crowd of cases: consistent dates, all states, conflicts and events, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from cases.calendar import CalendarIncomplete, WorkCalendar
from cases.directory import Directory
from cases.model import (
    Case,
    CaseEvent,
    Extension,
    Kind,
    Outcome,
    Priority,
    Secrecy,
    State,
    Verdict,
    WrittenReply,
)
from cases.rules import Rules
from storage.work import StoredWork

_WAYS = (
    (State.SUBMITTED, 6), (State.NEEDS_COI_CHECK, 1), (State.NEEDS_INFO, 2), (State.REDIRECTED, 4),
    (State.REJECTED, 2), (State.TRIAGED, 4), (State.FORWARDED, 6), (State.RECEIVED, 10), (State.RETURNED, 2),
    (State.IN_PROGRESS, 10), (State.EXTENDED, 5), (State.ANSWERED, 8), (State.RELAYED, 10), (State.DIALOGUE, 2),
    (State.CLOSED, 22), (State.PUBLISHED, 4), (State.WITHDRAWN, 2),
)  # fmt: skip
_TRIAGED = frozenset(State) - {State.SUBMITTED, State.NEEDS_COI_CHECK, State.NEEDS_INFO, State.REJECTED}
_SENT = _TRIAGED - {State.TRIAGED, State.REDIRECTED, State.WITHDRAWN}
_RECEIVED = _SENT - {State.FORWARDED, State.RETURNED}
_ANSWERED = frozenset({State.ANSWERED, State.RELAYED, State.DIALOGUE, State.CLOSED, State.PUBLISHED})
_RELAYED = _ANSWERED - {State.ANSWERED}


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who lives where, and between which days they wrote."""

    rules: Rules
    directory: Directory
    start: date
    end: date
    seed: int = 1

    def cases(self, count: int, first: int = 1) -> Iterator[tuple[Case, list[CaseEvent]]]:
        """So many cases with what happened to them."""
        dice = random.Random(f"{self.seed}/{first}")
        for number in range(first, first + count):
            yield self._one(dice, number)

    def _one(self, dice: random.Random, number: int) -> tuple[Case, list[CaseEvent]]:
        topic = dice.choice(sorted(self.rules.taxonomy.topics))
        known = self.rules.taxonomy.topic(topic)
        states, weights = zip(*_WAYS, strict=True)
        state = dice.choices(states, weights)[0]
        sent = self.start + timedelta(days=dice.randrange((self.end - self.start).days + 1))
        hamlets = ["", *(hamlet.code for hamlet in self.directory.locality.hamlets)]
        body = known.body if self.directory.has(known.body) else "mttq"
        case = Case(
            id=f"{self.seed:08x}{number:024x}",
            locality=self.directory.locality.code,
            code=f"PA-{sent.year}-{number:06d}",
            kind=dice.choices([Kind.REPORT, Kind.PETITION, Kind.QUESTION], [80, 15, 5])[0],
            subject=known.subject,
            topic=topic,
            suggested_topic=topic,
            state=state,
            channel=dice.choice(("zalo-oa", "zalo-bot", "telegram", "web")),
            receiving_body=body,
            competent_authority=known.competent if self.directory.has(known.competent) else "ubnd",
            profile="default",
            submitted_at=_at(sent, dice),
            text="Đường nứt, đi lại khó.",
            hamlet=dice.choice(hamlets),
            secrecy=dice.choices(list(Secrecy), [5, 4, 1])[0],
            priority=Priority.NORMAL,
            latitude=round(20.9 + dice.random() / 20, 5) if dice.random() < 0.3 else None,
            longitude=round(105.7 + dice.random() / 20, 5),
            excluded_bodies=("ubnd",) if dice.random() < 0.02 else (),
        )
        if case.latitude is None:
            case.longitude = None
        return case, self._walk(case, sent, dice)

    def _walk(self, case: Case, day: date, dice: random.Random) -> list[CaseEvent]:
        """Give the case the dates its state asks for, none after the last day."""
        events = [CaseEvent(case.id, case.submitted_at, "submitted", "resident")]
        if case.state in _TRIAGED:
            case.triaged_at = self._later(case.submitted_at, 3, dice)
        if case.state in _SENT:
            case.forwarded_at = self._later(case.triaged_at or case.submitted_at, 4, dice)
        if case.state in _RECEIVED and case.forwarded_at:
            self._receive(case, dice)
        if case.state in _ANSWERED and case.received_on and dice.random() < 0.95:
            self._answer(case, dice)
        if case.state in (State.CLOSED, State.PUBLISHED):
            case.closed_at = self._later(case.relayed_at or case.submitted_at, 10, dice)
        if case.state in (State.REJECTED, State.WITHDRAWN) and dice.random() < 0.5:
            case.closed_at = self._later(case.submitted_at, 9, dice)
        for what, share in (("urged", 0.08), ("urged", 0.04), ("escalated", 0.03), ("identity_read", 0.05)):
            if dice.random() < share:
                events.append(CaseEvent(case.id, self._later(case.submitted_at, 60, dice), what, "x"))
        if case.state is State.DIALOGUE:
            events.append(
                CaseEvent(
                    case.id, self._later(case.relayed_at or case.submitted_at, 5, dice), "dialogue_asked", "resident"
                )
            )
        case.urgings = sum(event.what == "urged" for event in events)
        return events

    def _receive(self, case: Case, dice: random.Random) -> None:
        assert case.forwarded_at is not None
        case.received_on = case.first_received_on = self._later(case.forwarded_at, 2, dice).date()
        case.due_on = _term(self.rules.calendar, case.received_on, 20)
        if case.due_on and (case.state is State.EXTENDED or dice.random() < 0.1):
            until = _term(self.rules.calendar, case.received_on, 30) or case.due_on
            case.extension = Extension(case.received_on, until, "nhiều nội dung", "1/GH", case.received_on, "A")

    def _answer(self, case: Case, dice: random.Random) -> None:
        assert case.received_on is not None
        case.answered_at = self._later(_at(case.received_on, dice), 50, dice)
        day = case.answered_at.date()
        case.reply = WrittenReply(
            "1/UBND", day, "A", ("mttq",), "", "", dice.choice(list(Outcome)), "Đã sửa.", day, dice.random() < 0.1
        )
        if case.state in _RELAYED:
            case.relayed_at = self._later(case.answered_at, 4, dice)
            case.verdict = dice.choice([None, *Verdict])

    def _later(self, at: datetime, most: int, dice: random.Random) -> datetime:
        last = datetime.combine(self.end, time(10), UTC)
        return min(at + timedelta(days=dice.randrange(most + 1), minutes=dice.randrange(60)), max(at, last))


def fill(unit: StoredWork, crowd: Crowd, count: int, first: int = 1) -> None:
    """Store so many of them."""
    for case, events in crowd.cases(count, first):
        unit.cases.add(replace(case), f"K{case.id}")
        for event in events:
            unit.cases.log(event)


def _at(day: date, dice: random.Random) -> datetime:
    return datetime.combine(day, time(dice.randrange(0, 10), dice.randrange(60)), UTC)


def _term(calendar: WorkCalendar, start: date, days: int) -> date | None:
    try:
        return calendar.nth_working_day(start, days)
    except CalendarIncomplete:
        return None
