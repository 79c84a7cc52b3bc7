"""What counting needs of a case, where the case stood on a day, and which period it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from cases.model import Kind, State
from cases.periods import Period
from cases.scope import Sight


class Light(NamedTuple):
    """What counting needs of a case: nothing that was said, nobody who said it. Days are local."""

    id: str
    locality: str
    code: str
    kind: str
    subject: str
    topic: str
    state: str
    channel: str
    body: str  # receiving body
    authority: str
    hamlet: str
    work: str
    secrecy: str
    submitted_on: date
    triaged_on: date | None = None
    forwarded_on: date | None = None
    received_on: date | None = None
    due_on: date | None = None
    extended_due_on: date | None = None
    answered_on: date | None = None
    relayed_on: date | None = None
    closed_on: date | None = None
    outcome: str = ""
    verdict: str = ""
    urgings: int = 0
    level: int = Sight.CONTENT  # how much of it whoever asks may see

    def listed_under(self, key: str) -> bool:
        """Whether it may stand in this figure's list: a notice tells number, topic, state, bodies and days alone."""
        return listed_at(self.level, key)

    @property
    def last_day(self) -> date | None:
        """The last day of the authority's term as it stands."""
        return self.extended_due_on or self.due_on


class Happening(NamedTuple):
    """Something that happened to a case, as a figure counts it: `number` is the how-manieth of its kind."""

    case: Light
    what: str
    on: date
    number: int = 1


class Standing(StrEnum):
    """Where a case stands on a day; each case has exactly one."""

    AT_DESK = "at_desk"  # with the receiving body: triage, question to the resident, sent back
    FORWARDED = "forwarded"  # sent, receipt not recorded
    RUNNING = "running"  # with the authority, the term runs
    OVERDUE = "overdue"  # with the authority, the term has passed
    ON_TIME = "on_time"  # answered within the first term (20 working days)
    EXTENDED = "extended"  # answered within the one extension (21 to 30)
    LATE = "late"  # answered after the term
    ENDED = "ended"  # ended without an authority's answer: guided elsewhere, refused, withdrawn, closed


ANSWERED = (Standing.ON_TIME, Standing.EXTENDED, Standing.LATE)
OPEN = (Standing.AT_DESK, Standing.FORWARDED, Standing.RUNNING, Standing.OVERDUE)
_NOT_IN_A_NOTICE = (
    "kind.", "subject.", "channel.", "hamlet.", "work.", "secrecy.", "outcome.", "verdict.",
    "retaliation", "identity_read", "dialogue",
)  # fmt: skip
STAGES = ("triage", "forward", "reply", "relay")
ENDED = frozenset({State.REDIRECTED, State.REJECTED, State.WITHDRAWN, State.CLOSED, State.PUBLISHED})
AT_DESK = frozenset({State.SUBMITTED, State.NEEDS_COI_CHECK, State.NEEDS_INFO, State.TRIAGED, State.RETURNED})
HAPPENINGS: Mapping[str, str] = {
    "urged": "urging",
    "escalated": "escalation",
    "identity_read": "identity_read",
    "dialogue_asked": "dialogue",
    "dialogue_opened": "dialogue",
    "extended": "extension",
    "returned": "return",
}
"""Events of a case's history that figures count, and the key each counts under."""

WITH_TERM = frozenset({Kind.REPORT, Kind.PETITION})


@dataclass(frozen=True, slots=True)
class Window:
    """The period counted and the day on which standings are taken: the period's end, or today if that comes first."""

    period: Period
    day: date

    @classmethod
    def of(cls, period: Period, today: date) -> Window:
        """As of today at the latest."""
        return cls(period, min(period.end, today))


def listed_at(level: int, key: str) -> bool:
    """Whether a case seen to this level may stand in the figure's list."""
    if level >= Sight.CONTENT:
        return True
    return level >= Sight.NOTICE and not key.startswith(_NOT_IN_A_NOTICE)


def standing(row: Light, day: date) -> Standing:
    """Where the case stood at the end of `day`, by its recorded days.

    What left no day behind is read from the state now: an extension granted after `day`, and a case that came back
    from an authority, show as they stand.
    """
    if row.answered_on is not None and row.answered_on <= day:
        return _answered(row, row.answered_on)
    if row.answered_on is None and row.state in ENDED and (row.closed_on is None or row.closed_on <= day):
        return Standing.ENDED
    if row.state in AT_DESK:
        return Standing.AT_DESK
    if row.received_on is not None and row.received_on <= day:
        return Standing.OVERDUE if row.last_day is not None and row.last_day < day else Standing.RUNNING
    if row.forwarded_on is not None and row.forwarded_on <= day:
        return Standing.FORWARDED
    return Standing.AT_DESK


def _answered(row: Light, on: date) -> Standing:
    if row.due_on is None or on <= row.due_on:
        return Standing.ON_TIME
    if row.extended_due_on is not None and on <= row.extended_due_on:
        return Standing.EXTENDED
    return Standing.LATE


def is_new(row: Light, window: Window) -> bool:
    """Taken in during the period, as far as `window.day`."""
    return window.period.start <= row.submitted_on <= window.day


def is_carried(row: Light, window: Window) -> bool:
    """Taken in before the period and still owed an answer when it began."""
    start = window.period.start
    if row.submitted_on >= start:
        return False
    if row.answered_on is not None:
        return row.answered_on >= start
    return row.state not in ENDED or (row.closed_on is not None and row.closed_on >= start)


def stages_done(row: Light, day: date) -> list[tuple[str, date, date]]:
    """The steps done by `day`, with the days each began and ended."""
    sent, answered = row.submitted_on, row.answered_on
    found = []
    if row.triaged_on is not None and sent <= row.triaged_on <= day:
        found.append(("triage", sent, row.triaged_on))
    if row.forwarded_on is not None and sent <= row.forwarded_on <= day:
        found.append(("forward", sent, row.forwarded_on))
    if answered is None:
        return found
    if row.received_on is not None and row.received_on <= answered <= day:
        found.append(("reply", row.received_on, answered))
    if row.relayed_on is not None and answered <= row.relayed_on <= day:
        found.append(("relay", answered, row.relayed_on))
    return found
