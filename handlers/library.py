"""The information library (`/thuvien`) and the answers to common questions."""

from __future__ import annotations

import re
from functools import lru_cache

from cases.messages import Choice
from cases.model import Kind
from cases.names import read_as
from cases.rules import Article
from cases.text import normalise, strip_marks
from handlers.conversation import END, Again, Dialogue, Step
from handlers.turn import ENGLISH, Answer, Prompt, Turn

LIKE_ENOUGH = 0.34  # share of the question's words found; below it no answer is better than a wrong one
THE_SAME = 0.6  # share of all words of both; from here on what was asked is the question itself


def best_article(turn: Turn, question: str) -> Article | None:
    """The article whose question shares most words with what was asked, None when none is close."""
    asked = _words(question)
    rated = [
        (len(asked & known) / len(known), article) for article in turn.rules.library for known in _known_words(article)
    ]
    best = max(rated, key=lambda pair: pair[0], default=None)
    return best[1] if best is not None and best[0] >= LIKE_ENOUGH else None


def asked_article(turn: Turn, text: str) -> Article | None:
    """The article these words ask for: close to what reads as a question, or nearly in its own words.

    None for anything else, and for reprisal, which is never only a question.
    """
    found = turn.suggest(text)
    if found.retaliation:
        return None
    if found.kind is Kind.QUESTION:
        return best_article(turn, text)
    asked = _words(text)
    for article in turn.rules.library:
        if any(len(asked & known) >= THE_SAME * len(asked | known) for known in _known_words(article)):
            return article
    return None


def answer_at_once(turn: Turn, text: str) -> None:
    """Answer a question the library knows before anything is asked of who put it."""
    article = asked_article(turn, text)
    if article is not None:
        turn.tell(f"{told(turn, article)}\n\n{turn.text('question_goes_on')}")


def _known_words(article: Article) -> tuple[frozenset[str], ...]:
    """Those of its question, in both languages."""
    question = article.question
    return tuple(_short_words(words) for words in dict.fromkeys((str(question), read_as(question, ENGLISH))))


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", strip_marks(normalise(text))))


_short_words = lru_cache(maxsize=1024)(_words)  # of the articles, compared with whatever is told


def _groups(turn: Turn) -> list[str]:
    return list(dict.fromkeys(article.group for article in turn.rules.library))


def told(turn: Turn, article: Article) -> str:
    """Question and answer, as this person reads them."""
    return f"{turn.named(article.question)}\n{turn.named(article.answer)}"


def ask_group(turn: Turn) -> Prompt:
    choices = tuple(Choice(group, turn.text(f"library_{group}")) for group in _groups(turn))
    return Prompt(turn.text("ask_library"), choices)


def take_group(turn: Turn, answer: Answer) -> str | Again:
    if answer.choice in _groups(turn):
        turn.data["group"] = answer.choice
        return "article"
    article = best_article(turn, answer.text) if answer.text.strip() else None
    return Again(told(turn, article) if article else turn.text("no_article"))


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
    return Again(told(turn, article))


def closed(turn: Turn) -> None:
    """Leaving the library loses nothing."""
    turn.say("library_closed")


LIBRARY = Dialogue(
    "library",
    first="group",
    steps={"group": Step(ask_group, take_group), "article": Step(ask_article, take_article, skip=END)},
    cancelled=closed,
)
