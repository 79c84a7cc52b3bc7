"""Keeping a case past its term: a court, an inspection or a dispute may need it (domain 7.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from cases.casework import Refused
from cases.model import Officer
from cases.retention import Hold, may_hold
from cases.rules import show_date
from storage.holds import holds, lift_hold, set_hold
from web.console.case_fields import Done, Field, Given, Step, Work


def holding(work: Work) -> Sequence[Hold]:
    """The holds that stand on the case."""
    return holds(work.unit, work.today, work.case.id)


def may_do(work: Work) -> list[str]:
    """A case that is over can be held; a hold that nobody has lifted can be lifted."""
    found = ["hold"] if may_hold(work.case) else []
    return found + (["lift_hold"] if any(one.lifted_from is None for one in holding(work)) else [])


def told(work: Work, people: Mapping[str, Officer]) -> list[str]:
    """Each hold in a sentence: why, by whom, until when."""
    return [_sentence(work, one, people[one.by].name if one.by in people else "") for one in holding(work)]


def _sentence(work: Work, hold: Hold, name: str) -> str:
    key = "hold_lifted" if hold.lifted_from else "hold_until" if hold.until else "hold_open"
    last = hold.lifted_from or hold.until
    return work.word(
        key,
        reason=hold.reason.rstrip(". "),
        since=show_date(hold.since),
        who=name or work.word("by_system"),
        until=show_date(last) if last else "",
    )


def ask_hold(work: Work) -> list[Field]:
    """Who needs the case, and until when if that is known."""
    return [
        work.field("reason", "area", "hold_reason", most=500, hint=work.word("hint_hold")),
        work.field("until", "date", "hold_until", hint=work.word("hint_hold_until"), required=False),
    ]


def _hold(work: Work, given: Given) -> Done:
    reason = given.need("reason", words=2)
    until = given.day("until", ahead=True) if given.form.get("until").strip() else None
    if until is not None and until <= work.today:
        given.fail("until", "past")
    given.settle()
    set_hold(work.unit, work.case.id, work.officer.id, reason, until)
    return Done("hold", {"until": _until(work, until)})


def _until(work: Work, day: date | None) -> str:
    return work.word("held_until", day=show_date(day)) if day else work.word("held_open")


def ask_lift(work: Work) -> list[Field]:
    """Nothing: pressing is enough, and it can be set again."""
    return []


def _lift(work: Work, given: Given) -> Done:
    given.settle()
    lifted = [lift_hold(work.unit, one.id, work.officer.id) for one in holding(work) if one.lifted_from is None]
    days = [day for day in lifted if day is not None]
    if not days:  # somebody else lifted it at this very moment
        raise Refused("not_now")
    return Done("lift_hold", {"day": show_date(max(days))})


STEPS = {"hold": Step(ask_hold, _hold), "lift_hold": Step(ask_lift, _lift)}
