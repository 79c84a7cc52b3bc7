"""What every step of an officer has in common: whether they may, what is written down, and who is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from cases.bodies import Directory
from cases.calendar import local_date
from cases.intake import poke
from cases.lifecycle import Actor, NotAllowed, actions
from cases.model import Case, CaseEvent, Officer, OfficerRole, State
from cases.notices import tell_officer
from cases.ports import CaseQuery, UnitOfWork
from cases.routing import forwarder_of
from cases.rules import Rules, show_date
from cases.text import folded, strip_marks
from cases.visibility import Sight, may_ask_identity, sight

DESK_ROLES = frozenset({OfficerRole.HANDLER, OfficerRole.TRIAGE})
TOGETHER = frozenset(
    {State.FORWARDED, State.RECEIVED, State.RETURNED, State.IN_PROGRESS, State.EXTENDED, State.ANSWERED}
)
"""States in which the cases of one matter move as one; before and after them every case goes its own way."""


class Hidden(LookupError):
    """There is no such case, or it is not this officer's: both get the same answer."""


class Refused(NotAllowed):
    """A step that a use case refuses."""


def known_as(name: str) -> str:
    """A name as it is compared: any case, with or without marks."""
    return folded(strip_marks(name))


def one_person(one: Officer, other: Officer) -> bool:
    """Whether two accounts count as one person where two persons are asked for: the same, or of the same name."""
    return one.id == other.id or known_as(one.name) == known_as(other.name)


# -- may they -------------------------------------------------------------------------------------------------------


def allowed(unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, now: datetime) -> tuple[str, ...]:
    """What this officer may do with the case now, in the order to offer it."""
    proposal = open_refusal(unit, case)
    found = actions(case, officer, rules.directory_of(case, now), refusal_by=proposal.actor if proposal else "")
    if "confirm_refusal" in found and refused_before(unit, case, officer):
        return tuple(one for one in found if one != "confirm_refusal")
    return found


def check(unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, action: str, now: datetime) -> Directory:
    """The directory to work with; raises `Hidden`, or `Refused("not_now")` when the step is not this officer's now."""
    directory = rules.directory_of(case, now)
    if sight(officer, case, directory) < Sight.NOTICE:
        raise Hidden(case.id)
    if action not in allowed(unit, rules, officer, case, now):
        raise Refused("not_now")
    return directory


def seen_case(unit: UnitOfWork, rules: Rules, officer: Officer, found: Case | None, now: datetime) -> Case:
    """The case, if this officer may know of it; raises `Hidden` for a missing one and a foreign one alike."""
    if found is None or found.locality not in rules.book.localities:
        raise Hidden
    if sight(officer, found, rules.directory_of(found, now)) < Sight.NOTICE:
        raise Hidden(found.id)
    return found


def case_by_code(unit: UnitOfWork, rules: Rules, officer: Officer, code: str, now: datetime, place: str = "") -> Case:
    """A visible case by number, in the officer's locality or one under it, or in `place` alone; raises `Hidden`."""
    for locality in localities_of(rules, officer, now):
        if place not in ("", locality):
            continue
        found = unit.cases.by_code(locality, code)
        if found is not None and sight(officer, found, rules.directory_of(found, now)) >= Sight.NOTICE:
            return found
    raise Hidden(code)


def localities_of(rules: Rules, officer: Officer, now: datetime) -> tuple[str, ...]:
    """The officer's own locality first, then those under it; `sight` decides what may be seen there."""
    tree = rules.directory(officer.locality, now).tree
    return (officer.locality, *sorted(code for code, above in tree.items() if above == officer.locality))


def open_refusal(unit: UnitOfWork, case: Case) -> CaseEvent | None:
    """The proposal to refuse the case that waits for a second person."""
    if case.state not in (State.SUBMITTED, State.NEEDS_COI_CHECK):
        return None
    told = ("refusal_proposed", "refusal_rejected", "refused")
    last = next((event for event in reversed(unit.cases.history(case.id)) if event.what in told), None)
    return last if last is not None and last.what == "refusal_proposed" else None


def refusers(unit: UnitOfWork, case: Case) -> frozenset[str]:
    """Officers who refused this case before, either of the two each time: they do not agree to it a second time."""
    found: set[str] = set()
    proposed = ""
    for event in unit.cases.history(case.id):
        if event.what == "refusal_proposed":
            proposed = event.actor
        if event.what == "refused":
            found |= {proposed, event.actor}
    return frozenset(found - {""})


def refused_before(unit: UnitOfWork, case: Case, officer: Officer) -> bool:
    """Whether this person is one of them, by whatever account."""
    known = (unit.people.officer(one) for one in refusers(unit, case))
    return any(one_person(one, officer) for one in known if one is not None)


def actor_of(officer: Officer, case: Case, directory: Directory) -> Actor:
    """As what the officer acts: for the authority that has the case, else for the desk."""
    of_authority = OfficerRole.CONTACT in officer.roles and officer.body in directory.same_as(case.competent_authority)
    return Actor.AUTHORITY if of_authority else Actor.HANDLER


# -- written down ---------------------------------------------------------------------------------------------------


def record(unit: UnitOfWork, case: Case, officer: Officer, what: str, now: datetime, **data: object) -> None:
    """Log the step, have the scheduler look at the case again, and save it. `data` never holds who reported."""
    unit.cases.log(CaseEvent(case.id, now, what, officer.id, dict(data)))
    if not case.matter or case.next_nudge_at is not None or case.state not in TOGETHER:
        poke(case, now)  # else another case of the matter is looked at for this one
    unit.cases.save(case)


def companions(unit: UnitOfWork, case: Case) -> list[Case]:
    """The other cases of the matter at the same step: a step on one is a step on all. To be asked before the step."""
    if not case.matter or case.state not in TOGETHER:
        return []
    found = unit.cases.find(CaseQuery(locality=case.locality, matter=case.matter))
    return [one for one in found if one.id != case.id and one.state is case.state]


def record_all(
    unit: UnitOfWork, case: Case, others: Sequence[Case], officer: Officer, what: str, now: datetime, **data: object
) -> None:
    """`record` for the case and its companions, which take over where it stands.

    Only one of them keeps a time to be looked at while the authority has the matter, so that it is reminded once.
    """
    looked_at = next((one for one in (case, *others) if one.next_nudge_at is not None), case)
    for other in others:
        take_over(other, case)
        unit.cases.log(CaseEvent(other.id, now, what, officer.id, {**data, "matter": case.matter}))
    unit.cases.log(CaseEvent(case.id, now, what, officer.id, dict(data)))
    for one in (case, *others):
        one.next_nudge_at = now if one is looked_at or one.state not in TOGETHER else None
        unit.cases.save(one)


def take_over(follower: Case, lead: Case) -> None:
    """Put a case where another of its matter stands: state, authority, letter, clock and answer."""
    for name in (
        "state",
        "competent_authority",
        "profile",
        "forwarded_at",
        "forward_doc_no",
        "forward_doc_date",
        "first_received_on",
        "received_on",
        "receipt_proof",
        "clock_version",
        "calendar_version",
        "due_on",
        "extension",
        "reply",
        "answered_at",
        "relayed_at",
        "assigned_unit",
    ):
        setattr(follower, name, getattr(lead, name))


def read_content(unit: UnitOfWork, officer: Officer, case: Case, now: datetime) -> None:
    """Log that an officer read the content, at most once per officer and hour."""
    if unit.ledger.once(_read_key(officer, case, now), now):
        unit.cases.log(CaseEvent(case.id, now, "read", officer.id))
        unit.audit.enter("case_viewed", actor=officer.id, case_id=case.id)


def was_read(unit: UnitOfWork, officer: Officer, case: Case, now: datetime) -> bool:
    """Whether this officer's reading is on record for this hour already."""
    key = _read_key(officer, case, now)
    return key in unit.ledger.seen((key,))


def _read_key(officer: Officer, case: Case, now: datetime) -> str:
    return f"read:{case.id}:{officer.id}:{now:%Y%m%d%H}"


# -- who is told ----------------------------------------------------------------------------------------------------


def people_around(unit: UnitOfWork, directory: Directory, case: Case) -> list[Officer]:
    """Active officers of the case's locality and of the province above it."""
    above = directory.tree.get(case.locality, "")
    return [*unit.people.officers(case.locality), *(unit.people.officers(above) if above else ())]


def contacts(unit: UnitOfWork, directory: Directory, case: Case, authority: str = "") -> list[Officer]:
    """The authority's contacts who would see the case once it is forwarded (SV-1)."""
    wanted = authority or case.competent_authority
    sent = replace(case, state=State.FORWARDED, competent_authority=wanted)
    return [
        one
        for one in people_around(unit, directory, case)
        if OfficerRole.CONTACT in one.roles
        and one.body in directory.same_as(wanted)
        and sight(one, sent, directory) >= Sight.CONTENT
    ]


def desk_officers(unit: UnitOfWork, directory: Directory, case: Case) -> list[Officer]:
    """Officers of the receiving body and of the body that forwards for it who may work the case now."""
    sealing = forwarder_of(directory, case.receiving_body, case.excluded_bodies)
    desks = directory.same_as(case.receiving_body) | (directory.same_as(sealing) if sealing else frozenset())
    return [
        one
        for one in people_around(unit, directory, case)
        if not DESK_ROLES.isdisjoint(one.roles) and one.body in desks and sight(one, case, directory) >= Sight.CONTENT
    ]


def tell_desk(
    unit: UnitOfWork, rules: Rules, directory: Directory, case: Case, key: str, but: Officer | None, **fill: object
) -> int:
    """Tell the desk's officers but this one, or the one it was given to: number, topic, dates. Returns how many."""
    there = [one for one in desk_officers(unit, directory, case) if but is None or one.id != but.id]
    given = [one for one in there if one.id == case.assignee]
    return _tell(unit, rules, directory, case, key, given or there, **fill)


def tell_contacts(
    unit: UnitOfWork, rules: Rules, directory: Directory, case: Case, key: str, but: Officer | None, **fill: object
) -> int:
    """Tell the authority's contacts but this one: number, topic, dates. Returns how many."""
    there = [one for one in contacts(unit, directory, case) if but is None or one.id != but.id]
    return _tell(unit, rules, directory, case, key, there, **fill)


def _tell(
    unit: UnitOfWork,
    rules: Rules,
    directory: Directory,
    case: Case,
    key: str,
    people: Sequence[Officer],
    **fill: object,
) -> int:
    known = {
        "case_code": case.code,
        "topic": rules.taxonomy.label(case.topic),
        "body": directory.name(case.receiving_body),
        "authority": directory.name(case.competent_authority),
        "due_date": show_date(case.effective_due_on),
    }
    effect = f"{key}:{case.version}"
    return sum(tell_officer(unit, rules, one, key, effect, case.id, **{**known, **fill}) for one in people)


# -- who sent it ----------------------------------------------------------------------------------------------------


def may_reveal(officer: Officer, case: Case, directory: Directory) -> bool:
    """Whether "see who sent it" is offered: a handler of the receiving body, where the reporter's choice allows it."""
    handles = OfficerRole.HANDLER in officer.roles and officer.body in directory.same_as(case.receiving_body)
    return handles and may_ask_identity(officer, case, directory)


def today_of(rules: Rules, now: datetime) -> str:
    """Today as people write it."""
    return show_date(local_date(now))
