"""Information asked of a supervised body: what, by when, whether it came (S1 III.2.1, SV-4). No clock stops for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from cases.calendar import local_date
from cases.casework import Hidden, Refused, tell_contacts
from cases.deskwork import at_desk
from cases.lifecycle import AT_AUTHORITY_OR_LATER
from cases.model import Case, CaseEvent, Officer
from cases.ports import UnitOfWork
from cases.rules import Rules, show_date
from cases.visibility import Sight, sight


@dataclass(slots=True)
class InfoRequest:
    """One request to the authority that has the case. Dates are local days; `note` says what was received."""

    id: str
    case_id: str
    locality: str
    body: str
    what: str
    asked_on: date
    due_on: date
    asked_by: str
    received_on: date | None = None
    note: str = ""

    def is_late(self, today: date) -> bool:
        """True after its last day while nothing was received: it stands on the list of what to urge."""
        return self.received_on is None and today > self.due_on


class RequestShelf(Protocol):
    """Where requests are kept."""

    def add(self, request: InfoRequest) -> None: ...

    def save(self, request: InfoRequest) -> None: ...

    def of_case(self, case_id: str) -> Sequence[InfoRequest]: ...


def may_ask(officer: Officer, case: Case, rules: Rules, now: datetime) -> bool:
    """Whether the desk may ask the authority for information: once the letter went out, until the case is over."""
    directory = rules.directory_of(case, now)
    return case.state in AT_AUTHORITY_OR_LATER and at_desk(officer, case, directory)


def ask(
    unit: UnitOfWork,
    shelf: RequestShelf,
    rules: Rules,
    officer: Officer,
    case: Case,
    what: str,
    due_on: date,
    now: datetime,
) -> InfoRequest:
    """Ask the authority for information by a day; its contacts are told. Refused: `no_what`, `due_past`."""
    _check(officer, case, rules, now)
    today = local_date(now)
    if not what.strip():
        raise Refused("no_what")
    if due_on <= today:
        raise Refused("due_past", date=show_date(due_on))
    request = InfoRequest(
        unit.new_id(),
        case.id,
        case.locality,
        case.competent_authority,
        what.strip()[:1000],
        today,
        due_on,
        officer.id,
    )
    shelf.add(request)
    unit.cases.log(CaseEvent(case.id, now, "info_asked", officer.id, {"what": request.what, "due": due_on.isoformat()}))
    unit.cases.save(case)
    directory = rules.directory_of(case, now)
    tell_contacts(unit, rules, directory, case, "officer_info_asked", officer, until=show_date(due_on))
    return request


def receive(
    unit: UnitOfWork,
    shelf: RequestShelf,
    rules: Rules,
    officer: Officer,
    case: Case,
    request_id: str,
    received_on: date,
    note: str,
    now: datetime,
) -> InfoRequest:
    """Record that what was asked for came. Refused: `no_request`, `received_out_of_range`, `no_note`."""
    _check(officer, case, rules, now)
    found = next((one for one in shelf.of_case(case.id) if one.id == request_id and one.received_on is None), None)
    if found is None:
        raise Refused("no_request")
    if received_on > local_date(now) or received_on < found.asked_on:
        raise Refused("received_out_of_range", asked=show_date(found.asked_on))
    if not note.strip():
        raise Refused("no_note")
    found.received_on, found.note = received_on, note.strip()[:1000]
    shelf.save(found)
    unit.cases.log(CaseEvent(case.id, now, "info_received", officer.id, {"note": found.note}))
    unit.cases.save(case)
    return found


def _check(officer: Officer, case: Case, rules: Rules, now: datetime) -> None:
    if sight(officer, case, rules.directory_of(case, now)) < Sight.CONTENT:
        raise Hidden(case.id)
    if not may_ask(officer, case, rules, now):
        raise Refused("not_now")
