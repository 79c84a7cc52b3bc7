"""A due date moved by a calendar edit: both sides are told the old and the new day."""

from __future__ import annotations

from datetime import datetime

from cases.clocks import DueChange
from cases.model import Case, CaseEvent, OfficerRole
from cases.notices import officers_around, tell_officer, tell_reporter
from cases.ports import UnitOfWork
from cases.rules import Rules, show_date
from cases.visibility import Sight, sight


def tell_due_changed(unit: UnitOfWork, rules: Rules, case: Case, change: DueChange, reason: str, now: datetime) -> None:
    """Log the change and tell the reporter, the handlers and the authority's contact."""
    old, new = show_date(change.old), show_date(change.new)
    unit.cases.log(CaseEvent(case.id, now, "due_changed", "system", {"old": old, "new": new, "reason": reason}))
    effect = f"due:{case.clock_version}"
    tell_reporter(unit, rules, case, "news_due_changed", now, effect, old=old, new=new, reason=reason)
    directory = rules.directory_of(case, now)
    for officer in officers_around(unit, rules, case.locality):
        works = {OfficerRole.HANDLER, OfficerRole.CONTACT} & set(officer.roles)
        concerned = officer.body in (case.receiving_body, case.competent_authority)
        if works and concerned and sight(officer, case, directory) >= Sight.NOTICE:
            tell_officer(
                unit, rules, officer, "officer_due_changed", effect, case.id,
                case_code=case.code, old=old, new=new, reason=reason,
            )  # fmt: skip
