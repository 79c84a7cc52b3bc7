"""After the answer, and apart from it: relaying, dialogue, closing, refusing by two persons, seeing who sent it."""

from __future__ import annotations

from cases import answers, identity, refusals
from cases.casework import open_refusal
from cases.messages import Choice
from cases.model import State
from handlers.conversation import Again
from handlers.officer_gate import YES, CaseStep, Desk
from handlers.turn import Answer, Prompt

NO = "no"


# -- relaying -------------------------------------------------------------------------------------------------------


def ask_relay(desk: Desk) -> Prompt:
    """The summary as every sender of the matter will read it."""
    return desk.confirm("relay_confirm", summary=desk.case.reply.summary if desk.case.reply else "")


def take_relay(desk: Desk, answer: Answer) -> str | Again:
    turn = desk.turn
    if answer.choice != YES:
        return desk.hint()
    told = answers.relay(turn.unit, turn.rules, desk.officer, desk.case, turn.now)
    return desk.done("relay_done" if told else "relay_nobody", n=told)


# -- dialogue -------------------------------------------------------------------------------------------------------


def ask_details(desk: Desk) -> Prompt:
    """When, where, with whom; what the resident will read."""
    return Prompt(desk.text("ask_dialogue_details"))


def take_details(desk: Desk, answer: Answer) -> str | Again:
    turn = desk.turn
    if len(answer.text.split()) < 2:
        return desk.hint("dialogue_hint")
    answers.open_dialogue(turn.unit, turn.rules, desk.officer, desk.case, answer.text.strip(), turn.now)
    return desk.done("dialogue_done")


# -- closing --------------------------------------------------------------------------------------------------------


def ask_close(desk: Desk) -> Prompt:
    """After a dialogue what it came to is asked; else a word is enough."""
    if desk.case.state is State.DIALOGUE:
        return Prompt(desk.text("ask_minutes"))
    return desk.confirm("close_confirm")


def take_close(desk: Desk, answer: Answer) -> str | Again:
    turn = desk.turn
    note = answer.text.strip() if desk.case.state is State.DIALOGUE else ""
    if not note and answer.choice != YES:
        return desk.hint()
    answers.close(turn.unit, turn.rules, desk.officer, desk.case, note, turn.now)
    return desk.done("close_done")


# -- refusing -------------------------------------------------------------------------------------------------------


def ask_refuse(desk: Desk) -> Prompt:
    """The closed list of reasons; criticism is none."""
    names = {one.value: desk.text(f"refusal_{one}") for one in refusals.reasons_for(desk.case)}
    return desk.pick("ask_refuse", names)


def take_refuse(desk: Desk, answer: Answer) -> str | Again:
    if answer.choice not in refusals.reasons_for(desk.case):
        return desk.hint()
    desk.turn.data["reason"] = answer.choice
    return "note"


def ask_refuse_note(desk: Desk) -> Prompt:
    """What the reason rests on, for the second person."""
    return Prompt(desk.text("ask_refuse_note", reason=desk.text(f"refusal_{desk.turn.data['reason']}")))


def take_refuse_note(desk: Desk, answer: Answer) -> str | Again:
    turn, reason = desk.turn, str(desk.turn.data["reason"])
    if not answer.text.strip():
        return desk.hint("reason_needed")
    note = answer.text.strip()
    refusals.propose_refusal(turn.unit, turn.rules, desk.officer, desk.case, reason, note, turn.now)
    return desk.done("refuse_proposed")


def ask_second(desk: Desk) -> Prompt:
    """The proposal, for the second person."""
    proposal = open_refusal(desk.turn.unit, desk.case)
    reason = desk.text(f"refusal_{proposal.data['reason']}") if proposal else ""
    labels = desk.turn.labels("ask_second_person")
    choices = tuple(Choice(value, label) for value, label in zip((YES, NO), labels, strict=True))
    note = str(proposal.data["note"]) if proposal else ""
    return Prompt(desk.text("ask_second_person", reason=reason, note=note), choices)


def take_second(desk: Desk, answer: Answer) -> str | Again:
    turn = desk.turn
    if answer.choice == YES:
        refusals.confirm_refusal(turn.unit, turn.rules, desk.officer, desk.case, turn.now)
        return desk.done("refuse_confirmed")
    return "why" if answer.choice == NO else desk.hint()


def ask_second_why(desk: Desk) -> Prompt:
    """A word to whoever proposed it."""
    return Prompt(desk.text("ask_second_why"))


def take_second_why(desk: Desk, answer: Answer) -> str | Again:
    turn = desk.turn
    if not answer.text.strip():
        return desk.hint("reason_needed")
    refusals.reject_refusal(turn.unit, turn.rules, desk.officer, desk.case, answer.text.strip(), turn.now)
    return desk.done("refuse_rejected")


# -- who sent it ----------------------------------------------------------------------------------------------------


def ask_identity(desk: Desk) -> Prompt:
    """A reason first. The name itself is shown on the page of the case only: a messenger keeps what it carried."""
    return Prompt(desk.text("ask_identity_reason"))


def take_identity(desk: Desk, answer: Answer) -> str | Again:
    turn = desk.turn
    if len(answer.text.split()) < 2:
        return desk.hint("reason_needed")
    identity.ask(turn.unit, turn.rules, desk.officer, desk.case, answer.text, turn.now)
    return desk.done("identity_sent_for_second")


DIALOGUES = {
    "officer_relay": {"confirm": CaseStep(ask_relay, take_relay)},
    "officer_dialogue": {"details": CaseStep(ask_details, take_details, longest=1000)},
    "officer_close": {"confirm": CaseStep(ask_close, take_close, longest=2000)},
    "officer_refuse": {
        "reason": CaseStep(ask_refuse, take_refuse),
        "note": CaseStep(ask_refuse_note, take_refuse_note),
    },
    "officer_second": {"second": CaseStep(ask_second, take_second), "why": CaseStep(ask_second_why, take_second_why)},
    "officer_identity": {"reason": CaseStep(ask_identity, take_identity)},
}
