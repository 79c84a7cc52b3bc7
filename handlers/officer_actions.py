"""Other steps at the desk: a question to the resident, another receiving body, one matter of several cases."""

from __future__ import annotations

from cases import handling, matters
from cases.casework import case_by_code
from cases.receipts import read_case_code
from handlers.conversation import Again
from handlers.officer_gate import YES, CaseStep, Desk
from handlers.turn import Answer, Prompt

# -- a question to the resident -------------------------------------------------------------------------------------


def ask_question(desk: Desk) -> Prompt:
    """One question, in the officer's words."""
    return Prompt(desk.text("ask_question"))


def take_question(desk: Desk, answer: Answer) -> str | Again:
    if len(answer.text.split()) < 2:
        return desk.hint("question_hint")
    desk.turn.data["question"] = answer.text.strip()
    return "confirm"


def ask_question_confirm(desk: Desk) -> Prompt:
    """Show the question as the resident will read it."""
    return desk.confirm("question_confirm", question=desk.turn.data["question"])


def take_question_confirm(desk: Desk, answer: Answer) -> str | Again:
    turn = desk.turn
    if answer.choice != YES:
        return desk.hint()
    asked = handling.ask_info(turn.unit, turn.rules, desk.officer, desk.case, str(turn.data["question"]), turn.now)
    return desk.done("question_done" if asked else "question_nobody")


# -- another receiving body -----------------------------------------------------------------------------------------


def ask_reroute(desk: Desk) -> Prompt:
    """Only bodies that may see the case."""
    codes = handling.receivers(desk.directory, desk.case)
    return desk.pick("ask_reroute", {code: desk.directory.name(code) for code in codes})


def take_reroute(desk: Desk, answer: Answer) -> str | Again:
    if answer.choice not in handling.receivers(desk.directory, desk.case):
        return desk.hint()
    desk.turn.data["body"] = answer.choice
    return "reason"


def ask_reroute_reason(desk: Desk) -> Prompt:
    """The reason stands in the history."""
    return Prompt(desk.text("ask_reroute_reason", body=desk.directory.name(desk.turn.data["body"])))


def take_reroute_reason(desk: Desk, answer: Answer) -> str | Again:
    turn, body = desk.turn, str(desk.turn.data["body"])
    if not answer.text.strip():
        return desk.hint("reason_needed")
    reason = answer.text.strip()
    handling.reroute(turn.unit, turn.rules, desk.officer, desk.case, body, reason, turn.now)
    return desk.done("reroute_done", body=desk.directory.name(body))


# -- merging --------------------------------------------------------------------------------------------------------


def ask_merge(desk: Desk) -> Prompt:
    """The number of the other case."""
    return Prompt(desk.text("ask_merge"))


def take_merge(desk: Desk, answer: Answer) -> str | Again:
    turn, code = desk.turn, read_case_code(answer.text)
    if not code:
        return desk.hint("merge_hint")
    turn.data["other"] = case_by_code(turn.unit, turn.rules, desk.officer, code, turn.now).id
    return "confirm"


def ask_merge_confirm(desk: Desk) -> Prompt:
    """Both numbers and topics."""
    other = desk.turn.unit.cases.get(str(desk.turn.data["other"]))
    label = desk.turn.rules.taxonomy.label
    topic = label(other.topic) if other else ""
    return desk.confirm(
        "merge_confirm", other=other.code if other else "", other_topic=topic, topic=label(desk.case.topic)
    )


def take_merge_confirm(desk: Desk, answer: Answer) -> str | Again:
    turn = desk.turn
    other = turn.unit.cases.get(str(turn.data["other"]))
    if answer.choice != YES or other is None:
        return desk.hint()
    matters.merge(turn.unit, turn.rules, desk.officer, desk.case, other, turn.now)
    return desk.done("merge_done", other=other.code)


DIALOGUES = {
    "officer_question": {
        "question": CaseStep(ask_question, take_question, longest=1000),
        "confirm": CaseStep(ask_question_confirm, take_question_confirm),
    },
    "officer_reroute": {
        "body": CaseStep(ask_reroute, take_reroute),
        "reason": CaseStep(ask_reroute_reason, take_reroute_reason),
    },
    "officer_merge": {
        "other": CaseStep(ask_merge, take_merge),
        "confirm": CaseStep(ask_merge_confirm, take_merge_confirm),
    },
}
