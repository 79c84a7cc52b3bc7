"""One case opened: the notice before the PIN, the content after it, and the steps this officer may take now."""

from __future__ import annotations

from cases.answers import lacks_file
from cases.casework import actor_of, allowed, may_reveal, read_content
from cases.lifecycle import Actor
from cases.messages import Choice
from cases.model import State
from cases.visibility import Sight
from handlers.conversation import Again
from handlers.officer_gate import CaseStep, Desk
from handlers.officer_view import content_text, notice_text
from handlers.turn import Answer, Prompt

IDENTITY, FILE, CONTENT, INBOX = "identity", "file", "content", "inbox"

DIALOGUE_OF = {
    "triage": "officer_triage",
    "ask_info": "officer_question",
    "correct_topic": "officer_topic",
    "reroute": "officer_reroute",
    "merge": "officer_merge",
    "refuse": "officer_refuse",
    "confirm_refusal": "officer_second",
    "forward": "officer_forward",
    "record_receipt": "officer_receipt",
    "record_reply": "officer_reply",
    "relay": "officer_relay",
    "open_dialogue": "officer_dialogue",
    "close": "officer_close",
    "urge": "officer_urge",
    "delegate": "authority_delegate",
    "extend": "authority_extend",
    "return": "authority_return",
    IDENTITY: "officer_identity",
    FILE: "officer_file",
}
"""Which dialogue carries out which action of the life cycle."""


def ask_case(desk: Desk) -> Prompt:
    """Content the first time, the short form after a step; what may be done is offered under both."""
    turn, case = desk.turn, desk.case
    parts = [notice_text(turn, case, desk.directory)]
    brief = bool(turn.data.get("brief"))
    if desk.sight >= Sight.CONTENT and not brief:
        read_content(turn.unit, desk.officer, case, turn.now)
        parts.append(content_text(turn, case, desk.directory, actor_of(desk.officer, case, desk.directory)))
    choices = [Choice(action, desk.text(f"action_{action}")) for action in offered(desk)]
    if brief and desk.sight >= Sight.CONTENT:
        choices.append(Choice(CONTENT, desk.text("action_content")))
    choices.append(Choice(INBOX, desk.text("action_inbox")))
    return Prompt("\n\n".join(parts), tuple(choices))


def offered(desk: Desk) -> tuple[str, ...]:
    """What may be done now, with "see who sent it" last."""
    found = allowed(desk.turn.unit, desk.turn.rules, desk.officer, desk.case, desk.turn.now)
    if desk.sight < Sight.CONTENT:
        return found
    file = (FILE,) if lacks_file(desk.turn.unit, desk.case) else ()
    identity = (IDENTITY,) if may_reveal(desk.officer, desk.case, desk.directory) else ()
    return (*found, *file, *identity)


def take_case(desk: Desk, answer: Answer) -> str | Again:
    """Begin the chosen step."""
    if answer.choice == INBOX:
        desk.turn.begin("officer_inbox")
    elif answer.choice == CONTENT:
        desk.turn.data["brief"] = False
        return "case"
    elif answer.choice in offered(desk):
        desk.turn.begin(dialogue_for(desk, answer.choice), case=desk.case.id)
    else:
        return desk.hint()
    return ""


def dialogue_for(desk: Desk, action: str) -> str:
    """The dialogue of an action; triage of an unknown post and receipt at the authority have their own."""
    if action == "triage" and desk.case.state is State.NEEDS_COI_CHECK:
        return "officer_post"
    if action == "record_receipt" and actor_of(desk.officer, desk.case, desk.directory) is Actor.AUTHORITY:
        return "authority_receive"
    return DIALOGUE_OF[action]


STEPS = {"case": CaseStep(ask_case, take_case)}
