"""Not taking a report in: a closed list of reasons, proposed by one officer and decided by another (SV-8)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from cases.bodies import Directory
from cases.casework import (
    DESK_ROLES,
    Refused,
    check,
    desk_officers,
    one_person,
    open_refusal,
    people_around,
    record,
    refused_before,
    refusers,
)
from cases.lifecycle import Actor, move
from cases.model import BodyRole, Case, Officer, State
from cases.notices import tell_officer, tell_reporter
from cases.ports import UnitOfWork
from cases.rules import Rules
from cases.scope import POST_UNKNOWN
from cases.visibility import Sight, sight


class RefusalReason(StrEnum):
    """The only grounds there are; criticism, however sharp, is none."""

    SPAM = "spam"
    DUPLICATE_OWN = "duplicate_own"
    OUT_OF_AREA = "out_of_area"
    NO_CONTENT = "no_content"


def reasons_for(case: Case) -> tuple[RefusalReason, ...]:
    """The grounds that may be given for this case: before a person's post is known only that it is spam (COI-5)."""
    return (RefusalReason.SPAM,) if case.state is State.NEEDS_COI_CHECK else tuple(RefusalReason)


def propose_refusal(
    unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, reason: str, note: str, now: datetime
) -> int:
    """Propose not to take the case in; it stays where it is until a second person decides. Returns how many were told.

    Refused: `unknown_reason`, `only_spam` (before the post of a person is known), `no_reason` (the note says what the
    reason rests on), `no_second_person`.
    """
    directory = check(unit, rules, officer, case, "refuse", now)
    if reason not in list(RefusalReason):
        raise Refused("unknown_reason")
    if reason not in reasons_for(case):
        raise Refused("only_spam")
    if not note.strip():
        raise Refused("no_reason")
    others = second_persons(unit, directory, officer, case)
    if not others:
        raise Refused("no_second_person")
    record(unit, case, officer, "refusal_proposed", now, reason=reason, note=note.strip())
    topic = rules.taxonomy.label(case.topic)
    effect = f"refusal:{case.version}"
    return sum(
        tell_officer(unit, rules, one, "officer_refusal_proposed", effect, case.id, case_code=case.code, topic=topic)
        for one in others
    )


def second_persons(unit: UnitOfWork, directory: Directory, officer: Officer, case: Case) -> list[Officer]:
    """Who may decide about this officer's proposal: the desk's others, and the coordinator's."""
    return [one for one in reviewers(unit, directory, case) if not one_person(one, officer)]


def reviewers(unit: UnitOfWork, directory: Directory, case: Case) -> list[Officer]:
    """Who may agree to refuse this case: never those who refused it before, and after them another body first."""
    deciders = _deciders(unit, directory, case)
    before = [one for one in deciders if refused_before(unit, case, one)]
    found = [one for one in deciders if one not in before]
    bodies = {directory.successor(one.body) for one in before}
    return [one for one in found if directory.successor(one.body) not in bodies] or found


def _deciders(unit: UnitOfWork, directory: Directory, case: Case) -> list[Officer]:
    desk = {one.id for one in desk_officers(unit, directory, case)}
    return [
        one
        for one in people_around(unit, directory, case)
        if not DESK_ROLES.isdisjoint(one.roles)
        and (one.id in desk or directory.has_role(one.body, BodyRole.COORDINATOR))
        and sight(one, case, directory) >= Sight.CONTENT
    ]


def confirm_refusal(unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, now: datetime) -> str:
    """The second person agrees: the case is refused, the resident told why and how to have it looked at again."""
    directory = check(unit, rules, officer, case, "confirm_refusal", now)
    reason = str(_proposal(unit, officer, case))
    if officer.id not in {one.id for one in reviewers(unit, directory, case)}:
        raise Refused("other_body_first")
    if reason not in reasons_for(case):
        raise Refused("only_spam")
    if case.state is State.NEEDS_COI_CHECK:
        case.excluded_bodies = (*case.excluded_bodies, POST_UNKNOWN)
    again = bool(refusers(unit, case))
    move(case, State.REJECTED, Actor.SECOND_PERSON)
    case.closed_at = now  # identity's term and the questions how its sender fares run from here
    what = "refusal_reviewed" if again else "refused"
    unit.audit.enter(what, actor=officer.id, case_id=case.id, detail={"reason": reason})
    record(unit, case, officer, "refused", now, reason=reason)
    tell_reporter(
        unit,
        rules,
        case,
        f"news_refused_{reason}",
        now,
        f"refused:{case.version}",
        action="appeal",
        values=("appeal",),
    )
    return reason


def reject_refusal(unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, note: str, now: datetime) -> None:
    """The second person disagrees: the case stays with the desk, whoever proposed it is told."""
    check(unit, rules, officer, case, "confirm_refusal", now)
    _proposal(unit, officer, case)
    proposal = open_refusal(unit, case)
    record(unit, case, officer, "refusal_rejected", now, note=note.strip())
    proposer = unit.people.officer(proposal.actor) if proposal else None
    if proposer is not None and sight(proposer, case, rules.directory_of(case, now)) >= Sight.NOTICE:
        effect = f"refusal_rejected:{case.version}"
        topic = rules.taxonomy.label(case.topic)
        key = "officer_refusal_rejected"
        tell_officer(unit, rules, proposer, key, effect, case.id, case_code=case.code, topic=topic)


def _proposal(unit: UnitOfWork, officer: Officer, case: Case) -> object:
    """The proposed reason; refused to whoever proposed it (`same_person`)."""
    proposal = open_refusal(unit, case)
    if proposal is None:
        raise Refused("not_now")
    proposer = unit.people.officer(proposal.actor)
    if proposal.actor == officer.id or (proposer is not None and one_person(officer, proposer)):
        raise Refused("same_person")
    return proposal.data["reason"]
