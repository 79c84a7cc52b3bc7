"""The resident disagrees with a refusal: one tap opens the case again, and words may be added."""

from __future__ import annotations

from cases import appeals, resident
from cases.messages import Choice
from cases.rules import show_date
from handlers import sealed_talk
from handlers.conversation import END, Again, Dialogue, Step
from handlers.draft import attach
from handlers.turn import Answer, Prompt, Turn

ENOUGH = "enough"


def begin_appeal(turn: Turn, case_id: str) -> None:
    """Take the appeal in at once; the words come after it, unless something else is being written just now."""
    case = next((one for one in resident.own_cases(turn.unit, turn.chat) if one.id == case_id), None)
    due = appeals.appeal(turn.unit, turn.rules, case, turn.now) if case is not None else None
    if case is None or due is None:
        turn.say("no_such_case")
        return
    others = appeals.somebody_decides(turn.unit, turn.rules, case, turn.now)
    turn.say("appeal_opened" if others else "appeal_opened_kept", case_code=case.code, due_date=show_date(due))
    if turn.chat.talk.get("dialogue") in (None, "track"):
        turn.begin("appeal", case=case.id)


def ask_words(turn: Turn) -> Prompt:
    """What the first two should have seen; nothing need be said."""
    return Prompt(turn.text("ask_appeal_words"), (Choice(ENOUGH, turn.text("appeal_enough")),))


def take_words(turn: Turn, answer: Answer) -> str | Again:
    """Free words, and files beside them or alone."""
    case = next((one for one in resident.own_cases(turn.unit, turn.chat) if one.id == turn.data.get("case")), None)
    if answer.choice == ENOUGH or case is None:
        turn.say("appeal_waits")
        return END
    if not answer.text.strip() and not answer.files:
        return Again(turn.text("appeal_words_hint"))
    if answer.text.strip():
        appeals.give_words(turn.unit, case, answer.text, turn.now)
    attach(turn, case)
    sealed_talk.forget(turn, case)
    turn.say("appeal_words_kept", case_code=case.code)
    return END


APPEAL = Dialogue(
    "appeal",
    first="words",
    steps={"words": Step(ask_words, take_words, ways_out=False)},
    cancelled=lambda turn: turn.say("appeal_waits"),
)
