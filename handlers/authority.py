"""What the contact of a competent authority does in chat: confirm receipt, delegate, return."""

from __future__ import annotations

from cases import authority
from cases.casework import today_of
from cases.model import BodyRole
from cases.officers import PinHasher, ScryptPins
from cases.rules import show_date
from handlers import authority_extend
from handlers.conversation import Again, Dialogue
from handlers.officer_gate import YES, CaseStep, Desk, case_dialogue
from handlers.officer_send import day_of, receipt_confirm, take_day
from handlers.turn import Answer, Prompt

# -- receipt --------------------------------------------------------------------------------------------------------


def ask_receive(desk: Desk) -> Prompt:
    """The day the letter came in, today or earlier."""
    today = today_of(desk.turn.rules, desk.turn.now)
    return Prompt(desk.text("ask_receive", doc_no=desk.case.forward_doc_no, today=today))


def take_receive(desk: Desk, answer: Answer) -> str | Again:
    return take_day(desk, answer, "received_on", "confirm")


def ask_receive_confirm(desk: Desk) -> Prompt:
    """Show the term that follows."""
    return receipt_confirm(desk, "receive_confirm")


def take_receive_confirm(desk: Desk, answer: Answer) -> str | Again:
    turn = desk.turn
    if answer.choice != YES:
        return desk.hint()
    authority.acknowledge(turn.unit, turn.rules, desk.officer, desk.case, day_of(desk, "received_on"), turn.now)
    return desk.done("receipt_done", due_date=show_date(desk.case.effective_due_on))


# -- delegating -----------------------------------------------------------------------------------------------------


def ask_unit(desk: Desk) -> Prompt:
    """The authority's units, or any name."""
    codes = authority.units(desk.directory, desk.case)
    return desk.pick("ask_unit", {code: desk.directory.name(code) for code in codes})


def take_unit(desk: Desk, answer: Answer) -> str | Again:
    turn = desk.turn
    to_unit = answer.choice or " ".join(answer.text.split())
    if not to_unit:
        return desk.hint()
    authority.delegate(turn.unit, turn.rules, desk.officer, desk.case, to_unit, turn.now)
    return desk.done("delegate_done", unit=desk.directory.name(to_unit))


# -- returning ------------------------------------------------------------------------------------------------------


def ask_proposed(desk: Desk) -> Prompt:
    """Who is thought to be competent; can be left open."""
    own = desk.directory.same_as(desk.case.competent_authority)
    bodies = desk.directory.bodies_with(BodyRole.COMPETENT_AUTHORITY)
    return desk.pick("ask_proposed", {body.code: body.name for body in bodies if body.code not in own})


def take_proposed(desk: Desk, answer: Answer) -> str | Again:
    proposed = answer.choice or " ".join(answer.text.split())
    if not proposed:
        return desk.hint()
    desk.turn.data["proposed"] = proposed
    return "reason"


def ask_return_reason(desk: Desk) -> Prompt:
    """Why the authority is not competent."""
    return Prompt(desk.text("ask_return_reason"))


def take_return_reason(desk: Desk, answer: Answer) -> str | Again:
    if not answer.text.strip():
        return desk.hint("reason_needed")
    desk.turn.data["reason"] = answer.text.strip()
    return "confirm"


def ask_return_confirm(desk: Desk) -> Prompt:
    """All of it once more."""
    proposed = str(desk.turn.data.get("proposed", ""))
    return desk.confirm(
        "return_confirm", reason=desk.turn.data["reason"], proposed=desk.directory.name(proposed) if proposed else ""
    )


def take_return_confirm(desk: Desk, answer: Answer) -> str | Again:
    turn, data = desk.turn, desk.turn.data
    if answer.choice != YES:
        return desk.hint()
    proposed = str(data.get("proposed", ""))
    authority.return_case(turn.unit, turn.rules, desk.officer, desk.case, str(data["reason"]), proposed, turn.now)
    return desk.done("return_done")


STEPS = {
    **authority_extend.DIALOGUES,
    "authority_receive": {
        "day": CaseStep(ask_receive, take_receive),
        "confirm": CaseStep(ask_receive_confirm, take_receive_confirm),
    },
    "authority_delegate": {"unit": CaseStep(ask_unit, take_unit, longest=200)},
    "authority_return": {
        "proposed": CaseStep(ask_proposed, take_proposed, skip="reason", longest=200),
        "reason": CaseStep(ask_return_reason, take_return_reason),
        "confirm": CaseStep(ask_return_confirm, take_return_confirm),
    },
}


def dialogues(pins: PinHasher) -> tuple[Dialogue, ...]:
    """The authority's dialogues, behind this hasher's PINs."""
    return tuple(case_dialogue(name, pins, steps) for name, steps in STEPS.items())


DIALOGUES = dialogues(ScryptPins())
