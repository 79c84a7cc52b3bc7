"""Officers in chat: linking, the menu, commands, and the list of all their dialogues."""

from __future__ import annotations

from enum import StrEnum

from cases import officers
from cases.inbox import watches
from cases.messages import Choice
from handlers import (
    officer_actions,
    officer_case,
    officer_end,
    officer_post,
    officer_reply,
    officer_send,
    officer_triage,
)
from handlers.conversation import Dialogue
from handlers.officer_gate import awaits_pin, case_dialogue, pin_dialogue
from handlers.officer_inbox import INBOX, open_case, open_inbox, say_figures
from handlers.turn import Prompt, Turn

__all__ = ["DIALOGUES", "OfficerCommand", "awaits_pin", "command", "dialogues", "link", "menu"]


class OfficerCommand(StrEnum):
    """What an officer can ask for; the first two are chat commands, the others stand behind buttons."""

    INBOX = "hopthu"
    DUE = "quahan"
    FIGURES = "solieu"
    CASE = "hoso"


def link(turn: Turn, code: str) -> bool:
    """`/lienket CODE`: tie this chat to an officer's account. Always an answer, so always True."""
    officer = officers.link(turn.unit, turn.rules, turn.chat, code, turn.now) if code.strip() else None
    if officer is None:
        turn.say("officer_link_unknown" if code.strip() else "officer_link_how")
        return True
    turn.officer = officer
    body = turn.rules.directory(officer.locality, turn.now).name(officer.body)
    turn.say("officer_linked", name=officer.name, body=body)
    if officer.pin_hash:
        turn.ask(menu(turn))
    else:
        turn.begin("officer_pin")
    return True


def menu(turn: Turn) -> Prompt:
    """What an officer comes for."""
    values = [OfficerCommand.INBOX, OfficerCommand.DUE]
    if turn.officer is not None and watches(turn.officer):
        values.append(OfficerCommand.FIGURES)
    return Prompt(turn.text("officer_menu"), tuple(Choice(one, turn.text(f"officer_menu_{one}")) for one in values))


def command(turn: Turn, name: str, argument: str) -> bool:
    """Carry out an officer's command or menu button; False when it is none, or this chat is no officer's."""
    if turn.officer is None or name not in list(OfficerCommand):
        return False
    if name == OfficerCommand.CASE:
        open_case(turn, argument)
    elif name == OfficerCommand.FIGURES:
        if not watches(turn.officer):
            return False
        say_figures(turn, turn.officer)
    else:
        open_inbox(turn, due_only=name == OfficerCommand.DUE)
    return True


def dialogues(pins: officers.PinHasher) -> tuple[Dialogue, ...]:
    """All dialogues of the desk, behind this hasher's PINs."""
    about_a_case = {
        "officer_case": officer_case.STEPS,
        **officer_triage.DIALOGUES,
        **officer_post.DIALOGUES,
        **officer_actions.DIALOGUES,
        **officer_send.DIALOGUES,
        **officer_reply.DIALOGUES,
        **officer_end.DIALOGUES,
    }
    found = (case_dialogue(name, pins, steps) for name, steps in about_a_case.items())
    return (pin_dialogue(pins), INBOX, *found)


DIALOGUES = dialogues(officers.ScryptPins())
