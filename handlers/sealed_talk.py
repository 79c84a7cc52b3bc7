"""What a resident is told of sealing before sending, and what is erased of the conversation afterwards."""

from __future__ import annotations

from cases import resident, sealing
from cases.model import Case, Subject
from handlers.draft import directory_of, draft_of, route_of
from handlers.status import status_text
from handlers.turn import Turn

LETTERS = {"asked_info": "question", "wrote": "text"}
SHOWN = 3


def will_seal(turn: Turn) -> bool:
    """Whether this report would be sealed if it were sent now."""
    if not Subject(turn.data.get("subject", Subject.OTHER)).is_person:
        return False
    draft = draft_of(turn)
    body = route_of(turn).receiving_body
    return bool(sealing.key_for(turn.unit, turn.rules, turn.chat.locality, draft.subject, body))


def notice(turn: Turn) -> str:
    """Who alone will open it, and what sealing does not protect; "" for an ordinary report."""
    if not will_seal(turn):
        return ""
    return turn.text("sealed_before", body=directory_of(turn).name(route_of(turn).receiving_body))


def say_early(turn: Turn) -> None:
    """Once, as soon as a report turns out to be about a person: before the delicate questions."""
    if not turn.data.get("sealed_said") and will_seal(turn):
        turn.data["sealed_said"] = True
        turn.say("sealed_early")


def forget(turn: Turn, case: Case) -> None:
    """Erase the conversation about a sealed case, so that the server cannot read back what was written in it."""
    if case.sealed_to:
        turn.unit.sealed.forget(turn.chat)


def forget_own(turn: Turn) -> None:
    """The same where any case of this chat is sealed: what was just written concerns them all."""
    sealed = [case for case in resident.own_cases(turn.unit, turn.chat) if case.sealed_to]
    if sealed:
        forget(turn, sealed[0])


def status(turn: Turn, case: Case) -> str:
    """Where a case stands; what was written about a sealed one is read with its receipt code, and never pushed."""
    if not case.sealed_to:
        return status_text(turn, case)
    if not turn.data.get("by_receipt"):
        return "\n".join((status_text(turn, case, brief=True), turn.text("sealed_status_closed")))
    events = [event for event in turn.unit.cases.history(case.id) if event.what in LETTERS][-SHOWN:]
    letters = [turn.text("sealed_letter", text=event.data.get(LETTERS[event.what], "")) for event in events]
    return "\n".join((status_text(turn, case), *letters))
