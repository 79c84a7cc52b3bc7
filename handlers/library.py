"""The information library (`/thuvien`) and the answers to common questions."""

from __future__ import annotations

from cases.messages import Choice
from cases.names import read_as
from cases.rules import Article
from cases.text import normalise, strip_marks
from handlers.conversation import END, Again, Dialogue, Step
from handlers.turn import Answer, Prompt, Turn

LIKE_ENOUGH = 0.34  # share of the question's words found; below it no answer is better than a wrong one


def best_article(turn: Turn, question: str) -> Article | None:
    """The article whose question shares most words with what was asked, None when none is close."""
    asked = _words(question)
    rated = [
        (len(asked & _words(question)) / len(_words(question)), article)
        for article in turn.rules.library
        for question in dict.fromkeys((str(article.question), read_as(article.question, "en")))
    ]
    best = max(rated, key=lambda pair: pair[0], default=None)
    return best[1] if best is not None and best[0] >= LIKE_ENOUGH else None


def _words(text: str) -> set[str]:
    return set(strip_marks(normalise(text)).split())


def _groups(turn: Turn) -> list[str]:
    return list(dict.fromkeys(article.group for article in turn.rules.library))


def _told(turn: Turn, article: Article) -> str:
    return f"{turn.named(article.question)}\n{turn.named(article.answer)}"


def ask_group(turn: Turn) -> Prompt:
    choices = tuple(Choice(group, turn.text(f"library_{group}")) for group in _groups(turn))
    return Prompt(turn.text("ask_library"), choices)


def take_group(turn: Turn, answer: Answer) -> str | Again:
    if answer.choice in _groups(turn):
        turn.data["group"] = answer.choice
        return "article"
    article = best_article(turn, answer.text) if answer.text.strip() else None
    return Again(_told(turn, article) if article else turn.text("no_article"))


def ask_article(turn: Turn) -> Prompt:
    choices = tuple(
        Choice(str(number), article.question)
        for number, article in enumerate(turn.rules.library)
        if article.group == turn.data["group"]
    )
    return Prompt(turn.text("ask_article"), choices)


def take_article(turn: Turn, answer: Answer) -> str | Again:
    if not answer.choice.isdecimal():
        return take_group(turn, answer)
    article = turn.rules.library[int(answer.choice)]
    return Again(_told(turn, article))


def closed(turn: Turn) -> None:
    """Leaving the library loses nothing."""
    turn.say("library_closed")


LIBRARY = Dialogue(
    "library",
    first="group",
    steps={"group": Step(ask_group, take_group), "article": Step(ask_article, take_article, skip=END)},
    cancelled=closed,
)
