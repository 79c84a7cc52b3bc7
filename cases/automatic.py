"""Steps that time alone takes: closing what waited too long for its sender."""

from __future__ import annotations

from datetime import datetime

from cases.lifecycle import Actor, move
from cases.model import CaseEvent, State
from cases.notices import tell_reporter
from cases.ports import UnitOfWork
from cases.rules import Rules


def close_silent(unit: UnitOfWork, rules: Rules, case_id: str, why: str, now: datetime) -> bool:
    """Close a case whose sender gave no more information, or said nothing to the answer; tell them how to go on."""
    case = unit.cases.get(case_id)
    expected = {"close_needs_info": (State.NEEDS_INFO,), "close_silent": (State.RELAYED, State.DIALOGUE)}[why]
    if case is None or case.state not in expected:
        return False
    move(case, State.CLOSED, Actor.SYSTEM)
    case.closed_at = now
    case.next_nudge_at = None
    unit.cases.log(CaseEvent(case.id, now, "closed", "system", {"why": why}))
    unit.cases.save(case)
    tell_reporter(unit, rules, case, f"news_{why}", now, f"{why}:{case.version}")
    return True
