"""The paper's way to the authority: the forwarding letter, the day it was received, and urging by hand."""

from __future__ import annotations

from datetime import date, datetime

from cases.bodies import Directory
from cases.calendar import local_date
from cases.casework import (
    Refused,
    actor_of,
    check,
    companions,
    contacts,
    record,
    record_all,
    tell_contacts,
    tell_desk,
)
from cases.clocks import overdue_days, start_authority_clock
from cases.handling import check_authority
from cases.lifecycle import Actor, move
from cases.matters import join, leading, members
from cases.model import Case, Officer, OfficerRole, State
from cases.notices import tell_reporter
from cases.ports import UnitOfWork
from cases.redaction import redact
from cases.routing import forwarder_of
from cases.rules import Rules, show_date
from cases.text import strip_marks

REMINDER = "reminder"


def text_for_authority(unit: UnitOfWork, case: Case) -> str:
    """What the authority reads: the text the forwarding officer confirmed, else the report with its sender covered."""
    told = next((event for event in reversed(unit.cases.history(case.id)) if event.what == "forwarded"), None)
    confirmed = str(told.data.get("content", "")) if told else ""
    return confirmed or covered_text(unit, case)


def covered_text(unit: UnitOfWork, case: Case) -> str:
    """The report without the sender's name, numbers and addresses."""
    reporter = unit.people.reporter(case.reporter) if case.reporter else None
    return redact(case.text, (reporter.name,) if reporter and reporter.name else ())


def forward(
    unit: UnitOfWork,
    rules: Rules,
    officer: Officer,
    case: Case,
    doc_no: str,
    doc_date: date,
    now: datetime,
    *,
    content: str = "",
) -> None:
    """Send the case to its authority with a numbered, dated letter; boards without a seal send through the Front.

    `content` is what the authority will read where the officer changed it. A later case of a matter that is already
    forwarded informs the authority and takes over the running clock. Refused: `no_doc_no`, `doc_in_future`,
    `doc_before_report`, `no_forwarder`, `no_authority`, `not_an_authority`, `conflict_body`, `no_contact` (SV-1).
    """
    directory = check(unit, rules, officer, case, "forward", now)
    if case.sealed_to and not content.strip():
        raise Refused("sealed_no_words")
    _check_letter(case, doc_no, doc_date, local_date(now))
    sealed_by = forwarder_of(directory, case.receiving_body, case.excluded_bodies)
    if not sealed_by:
        raise Refused("no_forwarder")
    check_authority(directory, case, case.competent_authority)
    if not contacts(unit, directory, case):
        raise Refused("no_contact", authority=directory.name(case.competent_authority))
    facts = {"doc_no": doc_no.strip(), "doc_date": doc_date.isoformat(), "by": sealed_by, "content": content.strip()}
    lead = leading(unit, case)
    if lead is None:
        _send(unit, rules, directory, officer, case, now, facts)
    elif not join(unit, rules, officer, case, lead, "forwarded", now, **facts):
        raise Refused("conflict_body", body=directory.name(lead.competent_authority))
    tell_contacts(unit, rules, directory, case, "officer_forwarded", officer, doc_no=doc_no.strip())


def _send(
    unit: UnitOfWork,
    rules: Rules,
    directory: Directory,
    officer: Officer,
    case: Case,
    now: datetime,
    facts: dict[str, str],
) -> None:
    """The first letter of a matter: what else belongs to it and waits at the desk goes along."""
    move(case, State.FORWARDED, Actor.HANDLER)
    case.forwarded_at, case.forward_doc_no = now, facts["doc_no"]
    case.forward_doc_date = date.fromisoformat(facts["doc_date"])
    record(unit, case, officer, "forwarded", now, **facts, to=case.competent_authority)
    _tell_forwarded(unit, rules, directory, case, now)
    along = {**facts, "content": ""}  # what the officer changed belongs to the one report that was read
    for one in members(unit, case):
        if one.state in (State.SUBMITTED, State.TRIAGED) and one.id != case.id:
            join(unit, rules, officer, one, case, "forwarded", now, **along)


def _check_letter(case: Case, doc_no: str, doc_date: date, today: date) -> None:
    if not doc_no.strip() or not any(sign.isdigit() for sign in doc_no):
        raise Refused("no_doc_no")
    if doc_date > today:
        raise Refused("doc_in_future", date=show_date(doc_date))
    if doc_date < local_date(case.submitted_at):
        raise Refused("doc_before_report", date=show_date(doc_date))


def _tell_forwarded(unit: UnitOfWork, rules: Rules, directory: Directory, case: Case, now: datetime) -> None:
    profile = rules.profile(case)
    tell_reporter(
        unit,
        rules,
        case,
        "news_forwarded_law" if profile.is_law else "news_forwarded",
        now,
        f"forwarded:{case.version}",
        authority=directory.name(case.competent_authority),
        date=show_date(local_date(now)),
        reply_wd=profile.reply_wd,
    )


# -- receipt --------------------------------------------------------------------------------------------------------


def record_receipt(
    unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, received_on: date, proof: str, now: datetime
) -> None:
    """The desk records, with proof, the day the authority received the letter (domain 5.2). Refused: `no_proof`."""
    directory = check(unit, rules, officer, case, "record_receipt", now)
    if actor_of(officer, case, directory) is not Actor.HANDLER:
        raise Refused("not_now")
    if not proof.strip():
        raise Refused("no_proof")
    receive(unit, rules, directory, officer, case, received_on, now, Actor.HANDLER, proof.strip())
    tell_contacts(unit, rules, directory, case, "officer_receipt_recorded", officer, received_on=show_date(received_on))


def receive(
    unit: UnitOfWork,
    rules: Rules,
    directory: Directory,
    officer: Officer,
    case: Case,
    received_on: date,
    now: datetime,
    actor: Actor,
    proof: str,
) -> None:
    """Start the authority's clock and tell everybody the last day. Raises ClockError or CalendarIncomplete."""
    together = companions(unit, case)
    start_authority_clock(case, received_on, rules.profile(case), rules.calendar, local_date(now))
    move(case, State.RECEIVED, actor)
    case.receipt_proof = proof
    cancel_reminders(unit, (case, *together))
    record_all(unit, case, together, officer, "received", now, received_on=received_on.isoformat())
    for one in (case, *together):
        tell_reporter(
            unit,
            rules,
            one,
            "forwarded",
            now,
            f"received:{one.version}",
            authority=directory.name(one.competent_authority),
            date=show_date(local_date(one.forwarded_at or now)),
            due_date=show_date(one.effective_due_on),
        )


def cancel_reminders(unit: UnitOfWork, cases: tuple[Case, ...]) -> None:
    """Take back unsent reminders of a term that no longer stands."""
    for case in cases:
        unit.outbox.cancel(case.id, REMINDER)


# -- urging ---------------------------------------------------------------------------------------------------------


def urge(unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, now: datetime) -> int:
    """Urge the authority by a numbered letter, at most once a day; returns the number (văn bản đôn đốc lần k)."""
    directory = check(unit, rules, officer, case, "urge", now)
    today = local_date(now)
    history = unit.cases.history(case.id)
    if any(event.what == "urged" and local_date(event.at) == today for event in history):
        raise Refused("urged_today")
    case.urgings += 1
    late = overdue_days(case, today, rules.calendar)
    record(unit, case, officer, "urged", now, k=case.urgings, late=late)
    known = {"k": case.urgings, "n": late or "", "received_on": show_date(case.received_on)}
    tell_contacts(unit, rules, directory, case, "officer_urged", officer, **known)
    if OfficerRole.FOLLOW_UP in officer.roles:
        tell_desk(unit, rules, directory, case, "officer_urged_by_other", officer, k=case.urgings)
    return case.urgings


def covers_something(unit: UnitOfWork, case: Case) -> bool:
    """Whether the covered text differs from what was sent."""
    return strip_marks(covered_text(unit, case)) != strip_marks(case.text)
