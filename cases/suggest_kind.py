"""Decides what the law calls a message: the words' sense and the sender's wish, never the bare keyword."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cases.lexicon import SURE, Found
from cases.lexicon_words import Words
from cases.model import Kind, Subject

Scores = Mapping[str, float]

_STRONG: Final = 4.0  # a topic's score from which the message has a matter of its own
_OPENING: Final = 6  # words within which a message begins with its wish


def decide_kind(words: Words, found: Found, matter: float, scores: Scores, top: str) -> Kind:
    """Return the kind; `matter` is the best score of a topic that can be reported, `top` that topic."""
    view = _View(words, found)
    for test, kind in (
        (_is_spam(view, scores, matter), Kind.SPAM),
        (_is_abuse(view, matter), Kind.ABUSIVE),
        (_is_denunciation(view), Kind.DENUNCIATION),
        (_is_complaint(view), Kind.COMPLAINT),
        (_is_praise(view, scores, matter), Kind.PRAISE),
        (_is_question(view, scores, matter), Kind.QUESTION),
        (_is_chat(view, scores, matter), Kind.OFF_TOPIC),
        (_is_petition(view, top), Kind.PETITION),
    ):
        if test:
            return kind
    return Kind.REPORT


def decide_subject(kind: Kind, found: Found, usual: Subject) -> Subject:
    """Return whom the message is about: the topic's usual subject, unless a post in the text says otherwise."""
    if kind in (Kind.QUESTION, Kind.EMERGENCY, Kind.SPAM, Kind.ABUSIVE) or usual is Subject.NONE:
        return Subject.NONE
    if usual is Subject.OFFICIAL and kind is not Kind.PRAISE:
        if _has(found, "@party"):
            return Subject.PARTY_MEMBER
        if _has(found, "@deputy_word"):
            return Subject.ELECTED_DEPUTY
        if _has(found, "@business_word") and not _has(found, "@public_post"):
            return Subject.BUSINESS
    return usual


class _View:
    """The found groups with the questions the tests ask of them."""

    def __init__(self, words: Words, found: Found) -> None:
        self.words = words
        self.found = found

    def count(self, *names: str) -> int:
        return sum(1 for name in names for span in self.found.get(f"@{name}", ()) if span.factor >= SURE)

    def opens(self, name: str) -> bool:
        return any(span.start <= _OPENING and span.factor >= SURE for span in self.found.get(f"@{name}", ()))

    def followed(self, first: str, second: str, reach: int) -> int:
        """Count the spans of `first` after which a `second` begins within `reach` words."""
        seconds = self.found.get(f"@{second}", ())
        return sum(
            1
            for span in self.found.get(f"@{first}", ())
            if any(0 <= other.start - span.end <= reach for other in seconds)
        )

    def covered(self, *names: str) -> int:
        return len(
            {
                place
                for name in names
                for span in self.found.get(f"@{name}", ())
                for place in range(span.start, span.end)
            }
        )


def _is_spam(view: _View, scores: Scores, matter: float) -> bool:
    spam = max(scores.get("spam.ad", 0.0), scores.get("spam.scam", 0.0))
    spam += 2.0 * ("link" in view.words.signs) + 1.0 * ("phone" in view.words.signs)
    if view.count("hurt_by_scam"):
        return False
    return spam >= 4.5 and spam > 0.9 * matter + 1.0 * view.count("grievance")


def _is_abuse(view: _View, matter: float) -> bool:
    insults = view.count("insult")
    if not insults or matter >= 2.5 + insults:
        return False
    rest = len(view.words) - view.covered("insult", "filler")
    return rest <= 2 + insults


def _is_denunciation(view: _View) -> bool:
    asks_way = view.opens("ask_first") or (view.count("ask") and not view.count("denounce_sure"))
    return bool(view.count("denounce")) and not view.count("denounced_before", "no_denounce") and not asks_way


def _is_complaint(view: _View) -> bool:
    if view.opens("ask_first") or view.count("contested_before"):
        return False
    return bool(view.count("annul") or (view.count("contest") and view.count("contest_target")))


def _is_praise(view: _View, scores: Scores, matter: float) -> bool:
    strong, thanks = view.count("praise_strong"), view.count("thanks")
    if not strong and not thanks:
        return False
    if view.count("grievance") or view.count("remedy_now"):
        return strong >= 2 and view.count("grievance") <= 1 and scores.get("praise", 0.0) > matter
    if strong:
        return scores.get("praise", 0.0) >= min(matter, 4.0) or view.opens("thanks")
    if view.count("thanks_polite"):
        return False
    return view.opens("thanks") or (matter < _STRONG and view.followed("thanks", "praise_object", 1) > 0)


def _is_question(view: _View, scores: Scores, matter: float) -> bool:
    asked = max(scores.get("question.policy", 0.0), scores.get("question.process", 0.0))
    points = 0.5 * min(asked, 5.0) + 1.5 * view.opens("ask_first") + 0.8 * min(view.count("ask"), 2)
    points += 0.8 * ("question" in view.words.signs) + 0.7 * _ends_asking(view)
    points += 1.0 * ("code" in view.words.signs)
    points -= 1.8 * min(view.count("grievance"), 2) + 0.12 * max(0.0, matter - _STRONG)
    points -= 0.05 * max(0, len(view.words) - 25)
    return points >= 2.6


def _ends_asking(view: _View) -> bool:
    last = len(view.words)
    return any(span.end == last for span in view.found.get("@ask_end", ()))


def _is_chat(view: _View, scores: Scores, matter: float) -> bool:
    chat = scores.get("offtopic.chat", 0.0)
    if chat < 1.8 or len(view.words) > 14:
        return False
    return chat >= 0.6 * matter if view.count("talk") else matter < min(3.0, chat + 0.5)


def _is_petition(view: _View, top: str) -> bool:
    proposes = view.followed("propose", "new_measure", 5)
    if top == "policy.draft":
        return True
    if not proposes or top.startswith(("official.", "deputy.", "project.")) or view.count("unanswered"):
        return False
    return view.opens("propose_first") or (top == "policy.admin_units" and not view.count("remedy"))


def _has(found: Found, label: str) -> bool:
    return any(span.factor >= SURE for span in found.get(label, ()))
