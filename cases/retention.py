"""How long things are kept (domain 7.3). The terms are data, `limits:` of the directory; a hold outweighs them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from cases.calendar import local_date
from cases.model import Case, Secrecy, State
from cases.ports import Reporter
from cases.rules import Limits

ANONYMOUS_DAYS = 30  # after the answer was relayed
WATCHED = timedelta(days=97)  # after closing: the second check-in and a week to answer it
LIFT_DAYS = 7  # a lifted hold still holds so long: whoever disagrees can set it again
OVER = frozenset({State.CLOSED, State.PUBLISHED, State.WITHDRAWN, State.REJECTED, State.REDIRECTED})
"""States in which a case's term of keeping runs: from its closing, or from its last event where it was never closed."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A case to be kept whatever its term says. `until` None: until it is lifted. `by` are officers or "operator"."""

    id: str
    case_id: str
    by: str
    since: date
    reason: str
    until: date | None = None
    lifted_by: str = ""
    lifted_from: date | None = None

    def stands(self, today: date) -> bool:
        """Whether it holds on this day; its last day is `until`."""
        lifted = self.lifted_from is not None and today >= self.lifted_from
        return not lifted and (self.until is None or today <= self.until)


def may_hold(case: Case) -> bool:
    """Whether its term runs, so that there is something to be held up."""
    return case.state in OVER


def is_held(holds: Iterable[Hold], today: date) -> bool:
    """Whether any of a case's holds stands."""
    return any(hold.stands(today) for hold in holds)


def identity_kept_until(reporter: Reporter, case: Case, limits: Limits, *, watched: bool = False) -> date | None:
    """The last day the vault's entry is kept; None while the case still needs it.

    `watched`: its sender will be asked whether anybody makes trouble for them (see `cases.checkins`), and can be asked
    only while their channel is known: 97 days after closing, also for who hid their name.
    """
    if reporter.secrecy is Secrecy.ANONYMOUS and case.relayed_at is not None:
        relayed = local_date(case.relayed_at) + timedelta(days=ANONYMOUS_DAYS)
        if not watched:
            return relayed
        return max(relayed, local_date(case.closed_at + WATCHED)) if case.closed_at is not None else None
    if case.closed_at is None:
        return None
    return months_after(local_date(case.closed_at), limits.identity_months)


def case_kept_until(ended: date, limits: Limits) -> date:
    """The last day a case's content and files are kept; `ended`: the day of closing, or of the last event."""
    return months_after(ended, 12 * limits.case_years)


def ended_before(today: date, limits: Limits) -> date:
    """Cases that ended on this day or later are not past their term: a coarse bound, for a query."""
    return date(max(today.year - limits.case_years, 1), today.month, 28) + timedelta(days=4)


def months_after(day: date, months: int) -> date:
    """So many months later; days after the 28th count as the 28th."""
    months += day.month - 1
    return date(day.year + months // 12, months % 12 + 1, min(day.day, 28))
