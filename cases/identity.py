"""Who sent a case: a neutral name for everyday use, and the real one only by two persons, with a reason, for an hour.

Luật Tố cáo 25/2018/QH14 art. 8 (no disclosure of name, address, handwriting or other identifying data), art. 9 (the
right to secrecy) and art. 56 (measures to keep it); given to every plain report alike (domain 7.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.bodies import Directory
from cases.casework import DESK_ROLES, Hidden, Refused, may_reveal, one_person, people_around
from cases.model import Case, CaseEvent, Officer
from cases.notices import tell_officer, tell_reporter
from cases.ports import Reporter, UnitOfWork
from cases.rules import Rules
from cases.sealing import IDENTITY
from cases.sender_ports import IdentityRequest
from cases.visibility import Sight, sight
from cases.wording import SOURCE

WAITS = timedelta(days=7)  # an unanswered request
AGREED_FOR = timedelta(days=3)  # from the second person's word to the opening
SHOWN_FOR = timedelta(hours=1)  # from the opening
LONGEST = 500  # characters of a reason


@dataclass(frozen=True, slots=True)
class Opening:
    """One time somebody was shown who sent a case: when, of which body, and the reason they wrote."""

    at: datetime
    body: str
    reason: str


def alias(unit: UnitOfWork, rules: Rules, case: Case) -> str:
    """What staff call the sender of this case, and of no other: a plant by keyed hash, and the case's own number.

    The number alone keeps two senders apart, so that no two cases ever seem to be one person's.
    """
    names = [name.strip() for name in rules.wording.say("alias_names", SOURCE).split(",")]
    number = case.code.rpartition("-")[2].lstrip("0")
    return f"{names[unit.identities.mark(case.id) % len(names)]} {number}".strip()


# -- asking, agreeing, opening --------------------------------------------------------------------------------------


def ask(unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, reason: str, now: datetime) -> IdentityRequest:
    """Ask to see who sent the case; a second officer of the receiving body is told. Nothing is shown yet.

    Refused: `no_reason`, `identity_closed`, `identity_none` (no name or number was left), `identity_waiting` (asked
    already), `identity_nobody` (there is no second person).
    """
    directory = _may(unit, rules, officer, case, now)
    if not reason.strip():
        raise Refused("no_reason")
    if not has_contact(unit, case):
        raise Refused("identity_none")
    if waiting(unit, case, now) is not None:
        raise Refused("identity_waiting")
    others = seconds(unit, directory, case, officer)
    if not others:
        raise Refused("identity_nobody")
    request = IdentityRequest(unit.new_id(), case.id, officer.id, now, " ".join(reason.split())[:LONGEST])
    unit.identities.add(request)
    _note(unit, case, officer, "identity_asked", now, request)
    for one in others:
        _tell(unit, rules, one, "officer_identity_asked", case, request)
    return request


def agree(unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, request_id: str, now: datetime) -> None:
    """The second person agrees. Refused: `identity_gone` (no such request, or decided), `identity_not_second`."""
    request = _undecided(unit, rules, officer, case, request_id, now)
    request.decided_by, request.decided_at, request.agreed = officer.id, now, True
    unit.identities.save(request)
    _note(unit, case, officer, "identity_agreed", now, request)
    _tell_asker(unit, rules, "officer_identity_agreed", case, request, now)


def decline(
    unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, request_id: str, note: str, now: datetime
) -> None:
    """The second person says no, and why. Refused besides those of `agree`: `no_reason`."""
    request = _undecided(unit, rules, officer, case, request_id, now)
    if not note.strip():
        raise Refused("no_reason")
    request.decided_by, request.decided_at, request.note = officer.id, now, " ".join(note.split())[:LONGEST]
    unit.identities.save(request)
    _note(unit, case, officer, "identity_declined", now, request)
    _tell_asker(unit, rules, "officer_identity_declined", case, request, now)


def open_identity(unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, now: datetime) -> Reporter | None:
    """Who sent it, to the one who asked, for an hour from the first look; None when it was erased meanwhile.

    The first look is on record and the resident is told, before anything is shown. Refused: `identity_closed`,
    `identity_not_agreed` (no agreement, lapsed, or the second person may not see the case any more).
    """
    directory = _may(unit, rules, officer, case, now)
    request = usable(unit, directory, officer, case, now)
    if request is None:
        raise Refused("identity_not_agreed")
    if request.opened_at is None:
        request.opened_at = now
        unit.identities.save(request)
        unit.cases.log(
            CaseEvent(case.id, now, "identity_read", officer.id, {"reason": request.reason, "body": officer.body})
        )
        unit.audit.enter("identity_opened", actor=officer.id, case_id=case.id, detail={"second": request.decided_by})
        tell_reporter(
            unit,
            rules,
            case,
            "identity_opened_news",
            now,
            f"identity:{request.id}",
            body=directory.name(officer.body),
        )
    return unit.people.reporter(case.reporter)


# -- what stands ----------------------------------------------------------------------------------------------------


def has_contact(unit: UnitOfWork, case: Case) -> bool:
    """Whether the sender left a name or a number at all; of a sealed report they lie in a box of their own."""
    if case.sealed_to:
        return unit.sealed.has(case.id, IDENTITY)
    found = unit.people.reporter(case.reporter) if case.reporter else None
    return found is not None and bool(found.name or found.phone)


def seconds(unit: UnitOfWork, directory: Directory, case: Case, asker: Officer) -> list[Officer]:
    """Who may agree: another officer of the receiving body's desk who reads the case, and no relative of the asker."""
    return [one for one in people_around(unit, directory, case) if may_second(one, case, directory, asker)]


def may_second(officer: Officer, case: Case, directory: Directory, asker: Officer) -> bool:
    """Whether this officer may be the second person beside `asker`."""
    related = officer.id in asker.relatives or asker.id in officer.relatives
    return (
        not related
        and not one_person(officer, asker)
        and not DESK_ROLES.isdisjoint(officer.roles)
        and officer.body in directory.same_as(case.receiving_body)
        and sight(officer, case, directory) >= Sight.CONTENT
    )


def waiting(unit: UnitOfWork, case: Case, now: datetime) -> IdentityRequest | None:
    """The request that waits for a second person."""
    found = [one for one in unit.identities.of_case(case.id) if one.decided_at is None and now - one.asked_at < WAITS]
    return found[-1] if found else None


def usable(
    unit: UnitOfWork, directory: Directory, officer: Officer, case: Case, now: datetime
) -> IdentityRequest | None:
    """The agreement this officer may open, or has opened within the hour; judged anew: both must still be free."""
    for one in reversed(unit.identities.of_case(case.id)):
        if one.asked_by != officer.id or not one.agreed or one.decided_at is None:
            continue
        fresh = now - one.opened_at < SHOWN_FOR if one.opened_at else now - one.decided_at < AGREED_FOR
        second = unit.people.officer(one.decided_by)
        if fresh and second is not None and may_second(second, case, directory, officer):
            return one
    return None


def openings(unit: UnitOfWork, case: Case) -> list[Opening]:
    """Every time somebody was shown who sent the case, oldest first: for its sender."""
    found = []
    for event in unit.cases.history(case.id):
        if event.what == "identity_read":
            officer = unit.people.officer(event.actor)
            body = str(event.data.get("body", officer.body if officer else ""))
            found.append(Opening(event.at, body, str(event.data.get("reason", ""))))
    return found


def to_decide(
    unit: UnitOfWork, rules: Rules, officer: Officer, now: datetime
) -> Sequence[tuple[Case, IdentityRequest]]:
    """Requests this officer may decide, oldest first."""
    found = []
    for request in unit.identities.undecided(now - WAITS):
        case, asker = unit.cases.get(request.case_id), unit.people.officer(request.asked_by)
        if case is None or asker is None or case.locality not in rules.book.localities:
            continue
        if may_second(officer, case, rules.directory_of(case, now), asker):
            found.append((case, request))
    return found


# -- within ---------------------------------------------------------------------------------------------------------


def _may(unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, now: datetime) -> Directory:
    directory = rules.directory_of(case, now)
    if sight(officer, case, directory) < Sight.CONTENT:
        raise Hidden(case.id)
    if not may_reveal(officer, case, directory):
        raise Refused("identity_closed")
    return directory


def _undecided(
    unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, request_id: str, now: datetime
) -> IdentityRequest:
    directory = rules.directory_of(case, now)
    if sight(officer, case, directory) < Sight.CONTENT:
        raise Hidden(case.id)
    request = waiting(unit, case, now)
    if request is None or request.id != request_id:
        raise Refused("identity_gone")
    asker = unit.people.officer(request.asked_by)
    if asker is None or not may_second(officer, case, directory, asker):
        raise Refused("identity_not_second")
    return request


def _note(unit: UnitOfWork, case: Case, officer: Officer, what: str, now: datetime, request: IdentityRequest) -> None:
    words = request.note if what == "identity_declined" else request.reason if what == "identity_asked" else ""
    unit.cases.log(CaseEvent(case.id, now, what, officer.id, {"reason": words} if words else {}))
    unit.audit.enter(what, actor=officer.id, case_id=case.id, detail={"request": request.id})


def _tell_asker(unit: UnitOfWork, rules: Rules, key: str, case: Case, request: IdentityRequest, now: datetime) -> None:
    asker = unit.people.officer(request.asked_by)
    if asker is not None and sight(asker, case, rules.directory_of(case, now)) >= Sight.CONTENT:
        _tell(unit, rules, asker, key, case, request)


def _tell(unit: UnitOfWork, rules: Rules, officer: Officer, key: str, case: Case, request: IdentityRequest) -> None:
    tell_officer(unit, rules, officer, key, f"{key}:{request.id}", case.id, case_code=case.code)
