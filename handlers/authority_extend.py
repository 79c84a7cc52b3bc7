"""The one extension an authority may ask for: until when, why, and by which document (SV-14)."""

from __future__ import annotations

from cases import authority
from cases.calendar import CalendarIncomplete
from cases.clocks import latest_due_on
from cases.rules import show_date
from handlers.conversation import Again
from handlers.dates import read_date
from handlers.document import DocumentSteps
from handlers.officer_files import attach, keep_file, kept_file
from handlers.officer_gate import YES, CaseStep, Desk
from handlers.officer_send import day_of
from handlers.turn import Answer, Prompt

REASONS = ("many", "places", "expert")
LONGEST = "longest"


def ask_until(desk: Desk) -> Prompt:
    """Until when, at most the 30th working day from receipt."""
    latest = _latest(desk)
    names = {LONGEST: desk.text("extend_longest", date=latest)} if latest else {}
    return desk.pick("ask_until", names, due_date=show_date(desk.case.due_on), latest=latest)


def take_until(desk: Desk, answer: Answer) -> str | Again:
    authority.check_extendable(desk.turn.unit, desk.turn.rules, desk.officer, desk.case, desk.turn.now)
    text = answer.text.strip()
    if answer.choice == LONGEST:
        until = latest_due_on(desk.case, desk.turn.rules.profile(desk.case), desk.turn.rules.calendar)
    elif found := read_date(text, desk.today, ahead=True):
        until = found
    else:
        return desk.hint("until_hint")
    if desk.case.due_on is None or until <= desk.case.due_on:
        return desk.hint("until_not_later", due_date=show_date(desk.case.due_on))
    desk.turn.data["until"] = until.isoformat()
    return "reason"


def _latest(desk: Desk) -> str:
    if desk.case.received_on is None or desk.case.due_on is None:
        return ""
    try:
        return show_date(latest_due_on(desk.case, desk.turn.rules.profile(desk.case), desk.turn.rules.calendar))
    except CalendarIncomplete:
        return ""


def ask_why(desk: Desk) -> Prompt:
    """One of the usual reasons, or any words (extension notice, domain 8.2)."""
    return desk.turn.prompt("ask_extend_reason", REASONS)


def take_why(desk: Desk, answer: Answer) -> str | Again:
    labels = dict(zip(REASONS, desk.turn.labels("ask_extend_reason"), strict=True))
    reason = labels.get(answer.choice) or " ".join(answer.text.split())
    if not reason:
        return desk.hint("reason_needed")
    desk.turn.data["reason"] = reason
    return "number"


def ask_extend_file(desk: Desk) -> Prompt:
    """The document, if it is at hand."""
    return Prompt(desk.text("ask_extend_file"))


def take_extend_file(desk: Desk, answer: Answer) -> str | Again:
    return "confirm" if keep_file(desk, answer) else desk.hint("reply_file_hint")


def ask_extend_confirm(desk: Desk) -> Prompt:
    """All of it once more."""
    data = desk.turn.data
    return desk.confirm(
        "extend_confirm",
        until=show_date(day_of(desk, "until")),
        reason=data["reason"],
        doc_no=data["doc_no"],
        doc_date=show_date(day_of(desk, "doc_date")),
        signed_by=data["signed_by"],
    )


def take_extend_confirm(desk: Desk, answer: Answer) -> str | Again:
    turn, data = desk.turn, desk.turn.data
    if answer.choice != YES:
        return desk.hint()
    granted = authority.extend(
        turn.unit,
        turn.rules,
        desk.officer,
        desk.case,
        day_of(desk, "until"),
        str(data["reason"]),
        str(data["doc_no"]),
        day_of(desk, "doc_date"),
        str(data["signed_by"]),
        turn.now,
    )
    if kept_file(desk):
        attach(desk, "extension")
    return desk.done("extend_done", due_date=show_date(granted.due_on))


DIALOGUES = {
    "authority_extend": {
        "until": CaseStep(ask_until, take_until),
        "reason": CaseStep(ask_why, take_why, longest=300),
        **DocumentSteps("ask_extend_no", "ask_extend_date", "file").steps(),
        "file": CaseStep(ask_extend_file, take_extend_file, skip="confirm"),
        "confirm": CaseStep(ask_extend_confirm, take_extend_confirm),
    },
}
