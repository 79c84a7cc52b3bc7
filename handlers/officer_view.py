"""A case as officers see it: the notice (number, topic, state, dates), the content, and its history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from cases.bodies import Directory
from cases.calendar import local_date
from cases.forwarding import text_for_authority
from cases.identity import alias
from cases.lifecycle import Actor
from cases.model import Case, CaseEvent, Secrecy
from cases.names import listed
from cases.redaction import redact
from cases.rules import show_date
from cases.timeline import UNTOLD
from handlers.turn import Turn

HISTORY = 12  # latest lines shown
_UNTOLD = UNTOLD | {"read", "file_opened", "original_opened"}
_FOR_AUTHORITY = frozenset(
    {
        *("forwarded", "received", "delegated", "extended", "replied", "reply_file", "returned", "urged", "escalated"),
        *("due_changed", "info_asked", "info_received", "dialogue_asked", "dialogue_opened", "dialogue_held"),
        *("added", "relayed", "verdict", "closed", "withdrawn"),
    }
)
"""What the authority is told of the history; anything else, known or to come, is the desk's own affair."""


def notice_text(turn: Turn, case: Case, directory: Directory) -> str:
    """Number, topic, state and dates: all that may be shown before the PIN."""
    return turn.text(
        "officer_notice",
        case_code=case.code,
        topic=turn.rules.taxonomy.label(case.topic),
        state=turn.text(f"state_{case.state}"),
        priority=turn.text(f"priority_{case.priority}"),
        submitted=_day(case.submitted_at),
        forwarded=_day(case.forwarded_at),
        received_on=show_date(case.received_on),
        due_date=show_date(case.due_on),
        extended_due=show_date(case.extended_due_on),
        answered=_day(case.answered_at),
        authority=directory.name(case.competent_authority) if case.competent_authority else "",
        body=directory.name(case.receiving_body),
    )


def content_text(turn: Turn, case: Case, directory: Directory, actor: Actor) -> str:
    """What was reported, and the history; an authority reads the confirmed text and nothing of the desk's own work."""
    for_authority = actor is Actor.AUTHORITY
    parts = [_report(turn, case, directory, for_authority=for_authority), _answer(turn, case)]
    parts.append(history_text(turn, case, for_authority=for_authority))
    return "\n\n".join(part for part in parts if part)


def _report(turn: Turn, case: Case, directory: Directory, *, for_authority: bool) -> str:
    hamlet, work = directory.locality.hamlet(case.hamlet), directory.locality.work(case.work)
    known = not case.sealed_to  # of a sealed report the post is kept for the conflict rules alone
    about = [directory.post(code).title for code in case.subject_posts if known and directory.known_posts((code,))]
    about += [directory.name(case.subject_body)] if known and case.subject_body else []
    about += [work.name] if work else []
    about += [redact(case.subject_note)] if case.subject_note else []
    place = [hamlet.name] if hamlet else []
    place += [redact(case.place) if for_authority else case.place] if case.place else []
    # A point on the map is often the sender's own house.
    if case.latitude is not None and (not for_authority or case.secrecy is Secrecy.OPEN):
        place.append(f"{case.latitude:.5f}, {case.longitude:.5f}")
    return turn.text(
        "officer_content",
        story=_story(turn, case, for_authority=for_authority),
        kind=turn.rules.taxonomy.kinds.get(case.kind, case.kind),
        about=listed(about),
        place=", ".join(place),
        happened=redact(case.happened) if for_authority else case.happened,
        files=len(turn.unit.files.of_case(case.id, "evidence")) or "",
        secrecy="" if for_authority else _sender(turn, case),
        unit=directory.name(case.assigned_unit) if case.assigned_unit else "",
        proof="" if for_authority else case.receipt_proof,
    )


def _sender(turn: Turn, case: Case) -> str:
    """What the desk calls the sender of this case and of no other, and how far the name may travel."""
    return f"{alias(turn.unit, turn.rules, case)} ({turn.text(f'officer_secrecy_{case.secrecy}')})"


def _story(turn: Turn, case: Case, *, for_authority: bool) -> str:
    if for_authority:
        return text_for_authority(turn.unit, case)
    return turn.text("sealed_officer_story") if case.sealed_to else case.text


def _answer(turn: Turn, case: Case) -> str:
    if case.reply is None:
        return ""
    return turn.text(
        "officer_answer",
        doc_no=case.reply.doc_no,
        doc_date=show_date(case.reply.doc_date),
        signed_by=case.reply.signed_by,
        outcome=turn.text(f"outcome_{case.reply.outcome}"),
        summary=case.reply.summary,
        verdict=turn.text(f"verdict_{case.verdict}") if case.verdict else "",
        verdict_note=case.verdict_note,
    )


def history_text(turn: Turn, case: Case, *, for_authority: bool = False) -> str:
    """The latest steps, one a line: day, what happened, and the words that belong to it."""
    told = [event for event in turn.unit.cases.history(case.id) if event.what not in _UNTOLD]
    if for_authority:  # what the desk did before its letter is its own affair
        sent = next((number for number, event in enumerate(told) if event.what == "forwarded"), len(told))
        told = [event for event in told[sent:] if event.what in _FOR_AUTHORITY]
    lines = [_line(turn, event, for_authority=for_authority) for event in told[-HISTORY:]]
    return "\n".join([turn.text("officer_history"), *lines]) if lines else ""


def _line(turn: Turn, event: CaseEvent, *, for_authority: bool) -> str:
    key = f"event_{event.what}"
    what = turn.text(key) if turn.rules.wording.has(key) else turn.text("event_other")
    # A resident's own words may tell who wrote them; the authority gets the text that the desk confirmed.
    words = "" if for_authority and event.actor == "resident" else _words(event)
    return f"{_day(event.at)} – {what}{': ' + words if words else ''}"


_SAYS: dict[str, Callable[[CaseEvent], object]] = {
    "asked_info": lambda event: event.data.get("question"),
    "added": lambda event: event.data.get("text"),
    "wrote": lambda event: event.data.get("text"),
    "paper_made": lambda event: event.data.get("doc_no"),
    "forwarded": lambda event: event.data.get("doc_no"),
    "replied": lambda event: event.data.get("doc_no"),
    "extended": lambda event: event.data.get("reason"),
    "returned": lambda event: event.data.get("reason"),
    "rerouted": lambda event: event.data.get("reason"),
    "urged": lambda event: event.data.get("k"),
    "refusal_proposed": lambda event: event.data.get("note"),
    "refusal_rejected": lambda event: event.data.get("note"),
    "dialogue_opened": lambda event: event.data.get("details"),
    **dict.fromkeys(("identity_read", "identity_asked", "identity_declined"), lambda event: event.data.get("reason")),
    "verdict_reason": lambda event: event.data.get("text"),
    "closed": lambda event: event.data.get("note"),
}
"""Which of an event's facts stands in the history; codes of bodies and ids stay out."""


def _words(event: CaseEvent) -> str:
    found = _SAYS[event.what](event) if event.what in _SAYS else ""
    return " ".join(str(found or "").split())


def _day(instant: datetime | None) -> str:
    return show_date(local_date(instant)) if instant else ""
