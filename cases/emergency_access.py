"""Breaking the glass: a desk reads one case that is not its own, for a reason, for an hour, while oversight is told.

It gives the words of that case on one page and nothing else: no list, count, export, notice or step knows of it, so
`visibility.sight` stays the one rule of all those. A conflict of interest outweighs it, as it outweighs every role.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from cases.bodies import Directory
from cases.casework import DESK_ROLES, Hidden, Refused
from cases.model import BodyRole, Case, CaseEvent, Officer, State
from cases.notices import tell_officer
from cases.officers import number_of
from cases.oversight import overseers
from cases.ports import UnitOfWork
from cases.rules import Rules
from cases.visibility import Sight, in_reach, shut_out, sight

LASTS = timedelta(hours=1)
FEWEST_WORDS = 3  # of a reason


def may_open(officer: Officer, case: Case, directory: Directory) -> bool:
    """A handler or triage officer of a supervising body of the case's own commune, whom no conflict touches.

    Never while the person complained of is not known (COI-5: anybody could be he), and never a case that is sealed
    to one body's key, which the server cannot read itself. Whoever may read the case anyway needs no glass broken.
    """
    at_a_desk = not DESK_ROLES.isdisjoint(officer.roles) and directory.has_role(
        officer.body, BodyRole.SUPERVISING_SUBJECT
    )
    if not at_a_desk or officer.locality != case.locality or not in_reach(officer, case, directory):
        return False
    if shut_out(officer, case, directory) or case.state is State.NEEDS_COI_CHECK or case.sealed_to:
        return False
    return sight(officer, case, directory) < Sight.CONTENT


def watchers(unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, now: datetime) -> list[Officer]:
    """Oversight officers who will hear of it: those who may know of the case, and never the reader himself."""
    directory = rules.directory_of(case, now)
    there = overseers(unit, rules, [case.locality], now)
    return [one for one in there if one.id != officer.id and sight(one, case, directory) >= Sight.FIGURES]


def break_glass(
    unit: UnitOfWork, rules: Rules, officer: Officer, case: Case | None, reason: str, now: datetime
) -> datetime:
    """Open the case for this officer; until when. The caller stores it in the same transaction.

    Raises `Hidden` for a case that is not there, that this officer may not open, or that nobody would watch over:
    one answer for all. Raises `Refused("emergency_reason")` for a reason that says too little.
    """
    if case is None or not may_open(officer, case, rules.directory_of(case, now)):
        raise Hidden("emergency")
    watching = watchers(unit, rules, officer, case, now)
    if not watching:
        raise Hidden("emergency")
    check_reason(reason)
    unit.cases.log(CaseEvent(case.id, now, "emergency_opened", officer.id, {"reason": reason}))
    unit.audit.enter("emergency_opened", actor=officer.id, case_id=case.id, detail={"reason": reason})
    _tell(unit, rules, officer, case, watching, now)
    return now + LASTS


def check_reason(reason: str) -> None:
    """Refuse a reason that says too little; asked before anything is looked up, so that it tells nothing of a case."""
    if len(reason.split()) < FEWEST_WORDS:
        raise Refused("emergency_reason", fewest=FEWEST_WORDS)


def _tell(
    unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, watching: Iterable[Officer], now: datetime
) -> None:
    """At once, at night too: no number and no topic of the case, which oversight finds in the console."""
    body = rules.directory(officer.locality, now).name(officer.body)
    effect = f"emergency:{officer.id}:{now.isoformat()}"
    for one in watching:
        tell_officer(unit, rules, one, "officer_emergency_opened", effect, "", number=number_of(officer), body=body)
