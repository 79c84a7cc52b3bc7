"""The written answer and what follows: recorded, relayed to every sender of the matter, talked over, closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from cases.calendar import CalendarIncomplete, local_date
from cases.casework import Hidden, Refused, actor_of, check, companions, record, record_all, tell_contacts, tell_desk
from cases.forwarding import cancel_reminders
from cases.lifecycle import Actor, check_reply, move
from cases.matters import members, tell_answer
from cases.model import Case, Officer, State, Verdict, WrittenReply
from cases.notices import tell_reporter
from cases.points import check_points
from cases.ports import CaseFile, FileState, UnitOfWork
from cases.rules import Rules, show_date
from cases.visibility import Sight, sight

SILENT_WD = 10  # working days without a word from the resident after which a case may be closed (domain 5.1)
HASH_PENDING = "pending"
"""Stands for the hash of an answer's file until the fetching worker has it; see `file_stored`."""


def record_reply(
    unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, reply: WrittenReply, now: datetime
) -> None:
    """Record the document that stops the authority's clock, by the authority or by the desk that received the paper.

    Raises ReplyIncomplete naming what is missing (SV-7, SV-16), `no_summary` where the resident would be told nothing.
    """
    directory = check(unit, rules, officer, case, "record_reply", now)
    check_reply(reply, case, directory)
    if not reply.summary.strip():
        raise Refused("no_summary")
    together = companions(unit, case)
    move(case, State.ANSWERED, actor_of(officer, case, directory))
    supplement = case.reply is not None
    case.reply = reply
    case.answered_at = case.answered_at or now  # a supplement after a dialogue does not make the answer late
    cancel_reminders(unit, (case, *together))
    record_all(
        unit,
        case,
        together,
        officer,
        "replied",
        now,
        doc_no=reply.doc_no,
        doc_date=reply.doc_date.isoformat(),
        outcome=reply.outcome.value,
        supplement=supplement,
    )
    for one in (case, *together):
        authority = directory.name(one.competent_authority)
        tell_reporter(unit, rules, one, "news_replied", now, f"replied:{one.version}", authority=authority)
    tell_desk(unit, rules, directory, case, "officer_replied", officer, doc_no=reply.doc_no)


def file_stored(unit: UnitOfWork, file: CaseFile) -> bool:
    """The worker fetched an answer's file: write its hash into the answer (SV-15). False when none refers to it."""
    case = unit.cases.get(file.case_id) if file.case_id else None
    if case is None or not file.sha256:
        return False
    found = False
    for one in members(unit, case):
        if one.reply is not None and one.reply.file_id == file.id and one.reply.file_sha256 != file.sha256:
            one.reply.file_sha256 = file.sha256
            unit.cases.save(one)
            found = True
    return found


def file_failed(unit: UnitOfWork, rules: Rules, file: CaseFile, now: datetime) -> bool:
    """The answer's document could not be fetched: both sides are asked for it again. False when it is not one."""
    case = unit.cases.get(file.case_id) if file.case_id else None
    if case is None or case.reply is None or case.reply.file_id != file.id:
        return False
    directory = rules.directory_of(case, now)
    tell_desk(unit, rules, directory, case, "officer_file_failed", None)
    tell_contacts(unit, rules, directory, case, "officer_file_failed", None)
    return True


def lacks_file(unit: UnitOfWork, case: Case) -> bool:
    """Whether an answer is recorded whose document could not be fetched."""
    file = unit.files.get(case.reply.file_id) if case.reply else None
    return file is not None and file.state is FileState.FAILED


def replace_file(unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, file_id: str, now: datetime) -> None:
    """Put the document in again where it could not be fetched; nothing else of the answer changes."""
    directory = rules.directory_of(case, now)
    if sight(officer, case, directory) < Sight.CONTENT:
        raise Hidden(case.id)
    if case.reply is None or not lacks_file(unit, case):
        raise Refused("not_now")
    old = case.reply.file_id
    for one in members(unit, case):
        if one.reply is not None and one.reply.file_id == old:
            one.reply = replace(one.reply, file_id=file_id, file_sha256=HASH_PENDING)
            record(unit, one, officer, "reply_file", now)


def relay(unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, now: datetime) -> int:
    """Send the answer's summary to the resident and to everyone of the matter; returns how many could be told.

    Refused: `points_open` while something the resident asked for was not compared with the answer.
    """
    check(unit, rules, officer, case, "relay", now)
    together = companions(unit, case)
    check_points(unit, (case, *together))
    move(case, State.RELAYED, Actor.HANDLER)
    case.relayed_at = now
    case.verdict = None  # after a supplement the resident is asked anew
    record_all(unit, case, together, officer, "relayed", now)
    return sum(tell_answer(unit, rules, one, now) for one in (case, *together))


def open_dialogue(unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, details: str, now: datetime) -> None:
    """Either side asks for a dialogue to clarify the matter (SV-6); `details` say when and where, if that is known."""
    directory = check(unit, rules, officer, case, "open_dialogue", now)
    actor = actor_of(officer, case, directory)
    move(case, State.DIALOGUE, actor)
    record(unit, case, officer, "dialogue_opened", now, details=details.strip())
    tell_reporter(unit, rules, case, "news_dialogue", now, f"dialogue:{case.version}", details=details.strip())
    if actor is Actor.AUTHORITY:
        tell_desk(unit, rules, directory, case, "officer_dialogue", officer)
    else:
        tell_contacts(unit, rules, directory, case, "officer_dialogue", officer)


def close(unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, note: str, now: datetime) -> None:
    """End the case. After an answer only once the resident accepted it or was silent for 10 working days.

    Refused: `too_early`, `not_satisfied` (a dialogue comes first), `no_minutes` (what the dialogue came to).
    """
    check(unit, rules, officer, case, "close", now)
    if case.state is State.RELAYED:
        check_resident(rules, case, local_date(now))
    if case.state is State.DIALOGUE and not note.strip():
        raise Refused("no_minutes")
    answered = case.reply is not None
    move(case, State.CLOSED, Actor.HANDLER)
    case.closed_at = case.closed_at or now  # a refused or redirected report ended before
    cancel_reminders(unit, (case,))
    record(unit, case, officer, "closed", now, note=note.strip())
    tell_reporter(
        unit, rules, case, "news_closed" if answered else "news_closed_unanswered", now, f"closed:{case.version}"
    )


def check_resident(rules: Rules, case: Case, today: date) -> None:
    """Refuse to end an answered case (`not_satisfied`, `too_early`, `calendar_missing`) while its sender may speak."""
    if case.verdict is Verdict.NOT_SOLVED:
        raise Refused("not_satisfied")
    if case.verdict is Verdict.SOLVED or case.relayed_at is None:
        return
    try:
        silent_until = rules.calendar.add_working_days(local_date(case.relayed_at), SILENT_WD)
    except CalendarIncomplete as error:
        raise Refused("calendar_missing", **error.values) from error
    if today <= silent_until:
        raise Refused("too_early", date=show_date(silent_until))
