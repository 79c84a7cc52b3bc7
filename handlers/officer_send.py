"""The case leaves the desk: forwarding letter, proof of receipt, urging letter."""

from __future__ import annotations

from datetime import date

from cases import forwarding
from cases.casework import contacts, today_of
from cases.clocks import overdue_days
from cases.deadlines import DeadlineProfile
from cases.messages import Choice
from cases.rules import show_date
from handlers.conversation import Again
from handlers.dates import read_date
from handlers.officer_files import attach, keep_file, kept_file
from handlers.officer_gate import YES, CaseStep, Desk
from handlers.turn import Answer, Prompt

CHANGE = "change"


def take_doc_no(desk: Desk, answer: Answer, following: str) -> str | Again:
    """A document's number and symbol."""
    number = " ".join(answer.text.split())
    if not any(sign.isdigit() for sign in number):
        return desk.hint("doc_no_hint")
    desk.turn.data["doc_no"] = number
    return following


def take_day(desk: Desk, answer: Answer, name: str, following: str) -> str | Again:
    """A day up to today, in any of the usual forms."""
    day = read_date(answer.text, desk.today)
    if day is None:
        return desk.hint("date_hint", today=today_of(desk.turn.rules, desk.turn.now))
    if day > desk.today:
        return desk.hint("date_in_future", date=show_date(day))
    desk.turn.data[name] = day.isoformat()
    return following


def day_of(desk: Desk, name: str) -> date:
    """A day noted by `take_day`."""
    return date.fromisoformat(str(desk.turn.data[name]))


# -- forwarding -----------------------------------------------------------------------------------------------------


def ask_letter(desk: Desk) -> Prompt:
    """Refuse at once what could not be sent at the end (SV-1); else ask for the letter's number."""
    authority = desk.directory.name(desk.case.competent_authority) if desk.case.competent_authority else ""
    if not contacts(desk.turn.unit, desk.directory, desk.case):
        return Prompt(desk.text("why_no_contact", authority=authority))
    return Prompt(desk.text("ask_letter", authority=authority))


def take_letter(desk: Desk, answer: Answer) -> str | Again:
    if not contacts(desk.turn.unit, desk.directory, desk.case):
        return Again("")
    return take_doc_no(desk, answer, "date")


def ask_letter_date(desk: Desk) -> Prompt:
    """The letter's own date."""
    return Prompt(desk.text("ask_letter_date", today=today_of(desk.turn.rules, desk.turn.now)))


def take_letter_date(desk: Desk, answer: Answer) -> str | Again:
    unread = desk.case.sealed_to and not desk.turn.data.get("content")  # there is no text to propose
    return take_day(desk, answer, "doc_date", "content" if unread else "preview")


def ask_preview(desk: Desk) -> Prompt:
    """What the authority will read, the sender covered; the officer confirms it or writes it anew (domain 7.2)."""
    content = str(desk.turn.data.get("content") or forwarding.covered_text(desk.turn.unit, desk.case))
    return _two(desk, "forward_preview", content=content)


def take_preview(desk: Desk, answer: Answer) -> str | Again:
    if answer.choice == YES:
        return "confirm"
    return "content" if answer.choice == CHANGE else desk.hint()


def ask_content(desk: Desk) -> Prompt:
    """The text without what points at the sender."""
    return Prompt(desk.text("ask_content"))


def take_content(desk: Desk, answer: Answer) -> str | Again:
    if len(answer.text.split()) < 3:
        return desk.hint("content_hint")
    desk.turn.data["content"] = answer.text.strip()
    return "preview"


def ask_forward(desk: Desk) -> Prompt:
    """Say to whom, with which letter, and from when the term counts."""
    profile = desk.turn.rules.profile(desk.case)
    return desk.confirm(
        "forward_confirm",
        authority=desk.directory.name(desk.case.competent_authority),
        doc_no=desk.turn.data["doc_no"],
        doc_date=show_date(day_of(desk, "doc_date")),
        reply_wd=profile.reply_wd,
        max_wd=profile.max_extended_wd,
        basis_phrase=_basis(desk, profile),
    )


def take_forward(desk: Desk, answer: Answer) -> str | Again:
    turn, data = desk.turn, desk.turn.data
    if answer.choice != YES:
        return desk.hint()
    forwarding.forward(
        turn.unit,
        turn.rules,
        desk.officer,
        desk.case,
        str(data["doc_no"]),
        day_of(desk, "doc_date"),
        turn.now,
        content=str(data.get("content", "")),
    )
    return desk.done("forward_done", authority=desk.directory.name(desk.case.competent_authority))


def _basis(desk: Desk, profile: DeadlineProfile) -> str:
    return desk.text(profile.basis_key)


def _two(desk: Desk, key: str, **values: object) -> Prompt:
    labels = desk.turn.labels(key)
    choices = tuple(Choice(value, label) for value, label in zip((YES, CHANGE), labels, strict=True))
    return Prompt(desk.text(key, **values), choices)


# -- receipt with proof ---------------------------------------------------------------------------------------------


def ask_received(desk: Desk) -> Prompt:
    """The day the authority received the letter."""
    return Prompt(
        desk.text(
            "ask_received",
            authority=desk.directory.name(desk.case.competent_authority),
            today=today_of(desk.turn.rules, desk.turn.now),
        )
    )


def take_received(desk: Desk, answer: Answer) -> str | Again:
    return take_day(desk, answer, "received_on", "proof")


def ask_proof(desk: Desk) -> Prompt:
    """Delivery slip, number in the authority's register, read receipt."""
    return Prompt(desk.text("ask_proof"))


def take_proof(desk: Desk, answer: Answer) -> str | Again:
    kept = keep_file(desk, answer)
    if answer.text.strip():
        desk.turn.data["proof"] = answer.text.strip()
        return "confirm"
    return desk.hint("proof_words" if kept else "proof_hint")


def ask_receipt(desk: Desk) -> Prompt:
    """Show the term that follows."""
    return receipt_confirm(desk, "receipt_confirm", proof=desk.turn.data["proof"])


def receipt_confirm(desk: Desk, key: str, **values: object) -> Prompt:
    """The day of receipt with the last day of the term counted from it. Raises CalendarIncomplete."""
    received = day_of(desk, "received_on")
    profile = desk.turn.rules.profile(desk.case)
    due = desk.turn.rules.calendar.nth_working_day(received, profile.reply_wd)
    return desk.confirm(
        key, received_on=show_date(received), due_date=show_date(due), reply_wd=profile.reply_wd, **values
    )


def take_receipt(desk: Desk, answer: Answer) -> str | Again:
    turn = desk.turn
    if answer.choice != YES:
        return desk.hint()
    received, proof = day_of(desk, "received_on"), str(turn.data["proof"])
    forwarding.record_receipt(turn.unit, turn.rules, desk.officer, desk.case, received, proof, turn.now)
    if kept_file(desk):
        attach(desk, "proof")
    return desk.done("receipt_done", due_date=show_date(desk.case.effective_due_on))


# -- urging ---------------------------------------------------------------------------------------------------------


def ask_urge(desk: Desk) -> Prompt:
    """Say what will be sent, and as which letter in the row."""
    authority = desk.directory.name(desk.case.competent_authority)
    return desk.confirm("urge_confirm", k=desk.case.urgings + 1, authority=authority)


def take_urge(desk: Desk, answer: Answer) -> str | Again:
    """Count the letter, tell the authority, and hand the officer its text."""
    turn, case = desk.turn, desk.case
    if answer.choice != YES:
        return desk.hint()
    number = forwarding.urge(turn.unit, turn.rules, desk.officer, case, turn.now)
    late = overdue_days(case, desk.today, turn.rules.calendar)
    letter = desk.text(
        "urging_text",
        k=number,
        authority=desk.directory.name(case.competent_authority),
        body=desk.directory.name(case.receiving_body),
        doc_no=case.forward_doc_no,
        doc_date=show_date(case.forward_doc_date),
        received_on=show_date(case.received_on),
        due_date=show_date(case.effective_due_on),
        n=late or "",
        today=today_of(turn.rules, turn.now),
    )
    turn.tell(letter)
    return desk.done("urge_done", k=number)


DIALOGUES = {
    "officer_forward": {
        "letter": CaseStep(ask_letter, take_letter, longest=60),
        "date": CaseStep(ask_letter_date, take_letter_date),
        "preview": CaseStep(ask_preview, take_preview),
        "content": CaseStep(ask_content, take_content, longest=0),
        "confirm": CaseStep(ask_forward, take_forward),
    },
    "officer_receipt": {
        "day": CaseStep(ask_received, take_received),
        "proof": CaseStep(ask_proof, take_proof),
        "confirm": CaseStep(ask_receipt, take_receipt),
    },
    "officer_urge": {"confirm": CaseStep(ask_urge, take_urge)},
}
