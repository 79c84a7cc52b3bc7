"""What the contact of a competent authority does: confirm receipt, delegate, ask for the one extension, return."""

from __future__ import annotations

from datetime import date, datetime

from cases.bodies import Directory
from cases.calendar import local_date
from cases.casework import Refused, actor_of, check, companions, record_all, tell_desk
from cases.clocks import grant_extension
from cases.forwarding import cancel_reminders, receive
from cases.lifecycle import Actor, move
from cases.model import BodyRole, Case, Extension, Officer, State
from cases.notices import tell_reporter
from cases.ports import UnitOfWork
from cases.rules import Rules, show_date


def acknowledge(unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, received_on: date, now: datetime) -> None:
    """The authority confirms the day it received the letter, today or earlier; its clock starts that day (SV-13)."""
    directory = check(unit, rules, officer, case, "record_receipt", now)
    if actor_of(officer, case, directory) is not Actor.AUTHORITY:
        raise Refused("not_now")  # the desk records receipt with proof
    receive(unit, rules, directory, officer, case, received_on, now, Actor.AUTHORITY, "")
    tell_desk(unit, rules, directory, case, "officer_received", officer, received_on=show_date(received_on))


def units(directory: Directory, case: Case) -> list[str]:
    """Units of the authority that may be given the case; never one that may not see it."""
    shut = directory.current((*case.excluded_bodies, *case.hidden_from))
    return sorted(directory.units_of(case.competent_authority) - shut)


def delegate(unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, to_unit: str, now: datetime) -> None:
    """Give the case to a unit (a code of the directory or a name); answer and term stay with the authority (SV-12)."""
    directory = check(unit, rules, officer, case, "delegate", now)
    if not to_unit.strip():
        raise Refused("no_unit")
    if directory.has(to_unit) and to_unit not in units(directory, case):
        raise Refused("conflict_body", body=directory.name(to_unit))
    starts = case.state is State.RECEIVED
    together = companions(unit, case)
    if starts:
        move(case, State.IN_PROGRESS, Actor.AUTHORITY)
    case.assigned_unit = to_unit.strip()[:100]
    record_all(unit, case, together, officer, "delegated", now, to=case.assigned_unit)
    for one in (case, *together) if starts else ():
        authority = directory.name(one.competent_authority)
        tell_reporter(unit, rules, one, "news_in_progress", now, f"progress:{one.version}", authority=authority)


def extend(
    unit: UnitOfWork,
    rules: Rules,
    officer: Officer,
    case: Case,
    extra_or_until: int | date,
    reason: str,
    doc_no: str,
    doc_date: date | None,
    signed_by: str,
    now: datetime,
) -> Extension:
    """Prolong the term once before it ends, to at most 30 working days in all (SV-14). Raises ClockError."""
    directory = check_extendable(unit, rules, officer, case, now)
    together = companions(unit, case)
    profile = rules.profile(case)
    extension = grant_extension(case, now, extra_or_until, reason, doc_no, doc_date, signed_by, profile, rules.calendar)
    move(case, State.EXTENDED, Actor.AUTHORITY)
    cancel_reminders(unit, (case, *together))
    due = show_date(extension.due_on)
    facts = {"doc_no": extension.doc_no, "reason": extension.reason, "due_on": extension.due_on.isoformat()}
    record_all(unit, case, together, officer, "extended", now, **facts)
    for one in (case, *together):
        tell_reporter(
            unit,
            rules,
            one,
            "extended",
            now,
            f"extended:{one.version}",
            authority=directory.name(one.competent_authority),
            due_date=due,
            max_wd=profile.max_extended_wd,
            reason=extension.reason.rstrip("."),
        )
    tell_desk(unit, rules, directory, case, "officer_extended", officer, due_date=due)
    return extension


def check_extendable(unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, now: datetime) -> Directory:
    """Refuse early, with the reason people need: `extension_twice`, `extension_late`, else as `check`."""
    directory = rules.directory_of(case, now)
    try:
        return check(unit, rules, officer, case, "extend", now)
    except Refused:
        mine = officer.body in directory.same_as(case.competent_authority)
        if mine and case.extension is not None:
            raise Refused("extension_twice", date=show_date(case.extension.due_on)) from None
        if mine and case.awaits_reply and case.due_on is not None and local_date(now) > case.due_on:
            raise Refused("extension_late", date=show_date(case.due_on)) from None
        raise


def return_case(
    unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, reason: str, proposed: str, now: datetime
) -> None:
    """Send the case back as not competent, with a reason and the body thought to be (a code, a name, or "").

    The clock ends; `first_received_on` stays so that going from body to body shows (domain 5.2).
    """
    directory = check(unit, rules, officer, case, "return", now)
    if not reason.strip():
        raise Refused("no_reason")
    if directory.has(proposed) and not directory.has_role(proposed, BodyRole.COMPETENT_AUTHORITY):
        raise Refused("not_an_authority", body=directory.name(proposed))
    if proposed in directory.same_as(case.competent_authority):
        raise Refused("same_body")
    together = companions(unit, case)
    move(case, State.RETURNED, Actor.AUTHORITY)
    case.received_on = case.due_on = case.extension = None
    case.receipt_proof = case.assigned_unit = ""
    case.clock_version += 1
    cancel_reminders(unit, (case, *together))
    facts = {"reason": reason.strip(), "proposed": proposed.strip()[:200], "authority": case.competent_authority}
    record_all(unit, case, together, officer, "returned", now, **facts)
    for one in (case, *together):
        authority = directory.name(one.competent_authority)
        tell_reporter(unit, rules, one, "news_returned", now, f"returned:{one.version}", authority=authority)
    tell_desk(unit, rules, directory, case, "officer_returned", officer)


def proposed_body(unit: UnitOfWork, case: Case) -> tuple[str, str]:
    """The last return's proposed body and reason, for whoever triages the case again."""
    told = next((event for event in reversed(unit.cases.history(case.id)) if event.what == "returned"), None)
    return (str(told.data.get("proposed", "")), str(told.data.get("reason", ""))) if told else ("", "")
