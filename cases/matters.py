"""Several residents on one matter: each keeps a case and gets the answer, the first forwarding's clock governs all."""

from __future__ import annotations

from datetime import datetime

from cases.casework import DESK_ROLES, TOGETHER, Hidden, Refused, check, record, take_over
from cases.handling import check_authority
from cases.intake import poke
from cases.model import Case, CaseEvent, Officer, State
from cases.notices import tell_reporter
from cases.ports import CaseQuery, UnitOfWork
from cases.rules import Rules, show_date
from cases.visibility import Sight, sight

MERGEABLE = (TOGETHER - {State.RETURNED}) | {State.SUBMITTED, State.TRIAGED, State.RELAYED}
"""Where the other case of a matter may stand: on its way, or answered."""

ON_THE_WAY = (TOGETHER - {State.RETURNED}) | {State.RELAYED}


def members(unit: UnitOfWork, case: Case) -> list[Case]:
    """All cases of the matter, this one included; alone where there is none."""
    if not case.matter:
        return [case]
    found = unit.cases.find(CaseQuery(locality=case.locality, matter=case.matter))
    return [case if one.id == case.id else one for one in found]


def leading(unit: UnitOfWork, case: Case) -> Case | None:
    """Another case of the matter that is with the authority already, or was answered."""
    others = [one for one in members(unit, case) if one.id != case.id and one.state in ON_THE_WAY]
    return min(others, key=lambda one: (one.forwarded_at or one.submitted_at, one.id), default=None)


def merge(unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, other: Case, now: datetime) -> str:
    """Put both cases into one matter and return its id; if the other is with the authority, this one joins it there.

    The officer must see both. Refused: `same_case`, `merge_state`, `two_matters`, `merge_kept_apart`,
    `conflict_body`.
    """
    directory = check(unit, rules, officer, case, "merge", now)
    on_desk = not DESK_ROLES.isdisjoint(officer.roles)
    if not on_desk or sight(officer, other, rules.directory_of(other, now)) < Sight.CONTENT:
        raise Hidden(other.id)
    if other.id == case.id or (case.matter and case.matter == other.matter):
        raise Refused("same_case")
    if other.locality != case.locality or other.state not in MERGEABLE or other.kind is not case.kind:
        raise Refused("merge_state")
    if case.matter and other.matter:
        raise Refused("two_matters")
    if case.sealed_to or other.sealed_to:  # what one sender wrote must not travel on the other's paper
        raise Refused("merge_sealed")
    if other.state in ON_THE_WAY:
        check_authority(directory, case, other.competent_authority)
    if _kept_from(case) != _kept_from(other):  # whoever sees one of them would learn of the other
        raise Refused("merge_kept_apart")
    matter = case.matter or other.matter or unit.new_id()
    for one in (case, other):
        if one.matter != matter:
            one.matter = matter
            unit.cases.log(CaseEvent(one.id, now, "merged", officer.id, {"matter": matter}))
    unit.cases.save(other)
    if other.state in ON_THE_WAY:
        join(unit, rules, officer, case, other, "joined", now)
    else:
        poke(case, now)
        unit.cases.save(case)
        tell_reporter(unit, rules, case, "news_merged", now, f"merged:{case.version}", due_date="")
    return matter


def _kept_from(case: Case) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset((*case.excluded_bodies, *case.hidden_from)), frozenset(case.excluded_officers)


def join(
    unit: UnitOfWork,
    rules: Rules,
    officer: Officer,
    case: Case,
    lead: Case,
    what: str,
    now: datetime,
    **data: object,
) -> bool:
    """Let a case take over where the leading one stands; its sender is told. False where a conflict forbids it."""
    directory = rules.directory_of(case, now)
    try:
        check_authority(directory, case, lead.competent_authority)
    except Refused:
        return False
    case.triaged_at = case.triaged_at or now
    take_over(case, lead)
    record(unit, case, officer, what, now, **data, matter=lead.matter)
    if case.state in TOGETHER:
        case.next_nudge_at = None  # the leading case is looked at for all
        unit.cases.save(case)
    if case.state is State.RELAYED:
        tell_answer(unit, rules, case, now)
    else:
        due = show_date(case.effective_due_on)
        tell_reporter(unit, rules, case, "news_merged", now, f"joined:{case.version}", due_date=due)
    return True


def tell_answer(unit: UnitOfWork, rules: Rules, case: Case, now: datetime) -> bool:
    """Send the resident the summary of the written answer and ask what they think of it."""
    if case.reply is None:
        return False
    return tell_reporter(
        unit,
        rules,
        case,
        "answered",
        now,
        f"answered:{case.version}",
        action="verdict",
        values=("solved", "partly", "not_solved"),
        doc_no=case.reply.doc_no,
        doc_date=show_date(case.reply.doc_date),
        summary=case.reply.summary.strip().rstrip("."),
    )
