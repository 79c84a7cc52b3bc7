"""How long an identity is kept (domain 7.3): months after closing, and less for those who hid their name."""

from __future__ import annotations

from datetime import date, timedelta

from cases.calendar import local_date
from cases.model import Case, Secrecy
from cases.ports import Reporter
from cases.rules import Limits

ANONYMOUS_DAYS = 30  # after the answer was relayed


def identity_kept_until(reporter: Reporter, case: Case, limits: Limits) -> date | None:
    """The last day the vault's entry is kept; None while the case still needs it."""
    if reporter.secrecy is Secrecy.ANONYMOUS and case.relayed_at is not None:
        return local_date(case.relayed_at) + timedelta(days=ANONYMOUS_DAYS)
    if case.closed_at is None:
        return None
    closed = local_date(case.closed_at)
    months = closed.month - 1 + limits.identity_months
    return date(closed.year + months // 12, months % 12 + 1, min(closed.day, 28))
