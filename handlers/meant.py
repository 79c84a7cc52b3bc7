"""Words that may answer an officer's open question, or begin something new: asked, never guessed."""

from __future__ import annotations

from cases import resident
from cases.messages import Choice
from cases.model import Case
from handlers.conversation import END, Again, Dialogue, Step
from handlers.enter import consented, go_on, hold_more
from handlers.follow_up import add_held
from handlers.turn import Answer, Prompt, Turn

NEW = "new"
SHOWN = 3
FROM_DESK = ("asked_info", "wrote")


def questioned(turn: Turn) -> list[Case]:
    """Own cases to which the desk wrote last, newest first; nothing is read where nobody wrote to this chat."""
    standing: list[list[object]] = turn.chat.talk.get("standing", [])  # type: ignore[assignment]
    asked = {str(offer[2]) for offer in standing if offer[1] == "reply_info"}
    own = resident.own_cases(turn.unit, turn.chat) if asked else []
    return [case for case in reversed(own) if case.id in asked and case.is_open and _unanswered(turn, case)][:SHOWN]


def _unanswered(turn: Turn, case: Case) -> bool:
    said = [event.what for event in turn.unit.cases.history(case.id) if event.what in (*FROM_DESK, "added")]
    return bool(said) and said[-1] in FROM_DESK


def ask_meant(turn: Turn) -> Prompt:
    answers = [Choice(case.id, turn.text("meant_answer", case_code=case.code)) for case in questioned(turn)]
    return Prompt(turn.text("ask_meant"), (*answers, Choice(NEW, turn.text("meant_new"))))


def take_meant(turn: Turn, answer: Answer) -> str | Again:
    if answer.choice == NEW:
        if consented(turn):
            go_on(turn)
        else:
            turn.begin("enter", at="consent", **turn.data)
        return END
    if answer.choice in {case.id for case in questioned(turn)}:
        return add_held(turn, answer.choice)
    hold_more(turn, answer)
    return Again(turn.text("pick_hint"))


MEANT = Dialogue("meant", first="which", steps={"which": Step(ask_meant, take_meant)})
