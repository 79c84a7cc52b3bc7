"""Decides what the law calls a message: the words' sense and the sender's wish, never the bare keyword."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cases.lexicon import SURE, Found, Lexicon
from cases.lexicon_words import Words
from cases.model import Kind, Subject
from cases.suggest_topics import Collisions

Scores = Mapping[str, float]

_STRONG: Final = 4.0  # a topic's score from which the message has a matter of its own
_OPENING: Final = 6  # words within which a message begins with its wish
_CHAT_LENGTH: Final = 14  # words; longer messages are not taken for small talk


class KindRules:
    """The word groups of the section `kinds` of `data/suggest.yaml`."""

    def __init__(self, section: Mapping[str, Any], collisions: Collisions) -> None:
        groups = section.get("groups", {})
        self.lexicon = Lexicon(
            [(phrases, f"@{name}") for name, phrases in groups.items()], collisions.unsafe, collisions.guesses
        )

    def read(self, words: Words, scores: Scores, matter: float, top: str) -> Reading:
        """Return the reading of one message, given its topics' scores, the best of them and its topic."""
        found, _ = self.lexicon.find(words)
        return Reading(words, found, scores, matter, top)


class Reading:
    """One message with the groups found in it, and the questions asked of them.

    `matter` is the best score of a topic that can be reported, `top` that topic.
    """

    def __init__(self, words: Words, found: Found, scores: Scores, matter: float, top: str) -> None:
        self.words = words
        self.found = found
        self.scores = scores
        self.matter = matter
        self.top = top

    def decide(self) -> Kind:
        """Return the kind; the order is the order of consequences: what starts no clock is settled first."""
        for kind, test in (
            (Kind.SPAM, self._is_spam),
            (Kind.ABUSIVE, self._is_abuse),
            (Kind.DENUNCIATION, self._is_denunciation),
            (Kind.COMPLAINT, self._is_complaint),
            (Kind.PRAISE, self._is_praise),
            (Kind.QUESTION, self._is_question),
            (Kind.OFF_TOPIC, self._is_chat),
            (Kind.PETITION, self._is_petition),
        ):
            if test():
                return kind
        return Kind.REPORT

    def subject(self, kind: Kind, usual: Subject) -> Subject:
        """Return whom the message is about: the topic's usual subject, unless a post in the text says otherwise."""
        if kind in (Kind.QUESTION, Kind.EMERGENCY, Kind.SPAM, Kind.ABUSIVE):
            return Subject.NONE
        if usual is not Subject.OFFICIAL or kind is Kind.PRAISE:
            return usual
        if self._count("party"):
            return Subject.PARTY_MEMBER
        if self._count("deputy_word"):
            return Subject.ELECTED_DEPUTY
        if self._count("business_word") and not self._count("public_post"):
            return Subject.BUSINESS
        return usual

    @property
    def enumerated(self) -> int:
        """How many matters the sender numbers (`thứ nhất`, `hai là`), 0 when none."""
        return len({span.start for span in self.found.get("@numbered", ())})

    def _count(self, *names: str) -> int:
        return sum(1 for name in names for span in self.found.get(f"@{name}", ()) if span.factor >= SURE)

    def _opens(self, name: str) -> bool:
        return any(span.start <= _OPENING and span.factor >= SURE for span in self.found.get(f"@{name}", ()))

    def _ends(self, name: str) -> bool:
        return any(span.end == len(self.words) for span in self.found.get(f"@{name}", ()))

    def _followed(self, first: str, second: str, reach: int) -> bool:
        """Tell whether a `second` begins within `reach` words after a `first`."""
        seconds = self.found.get(f"@{second}", ())
        return any(
            0 <= other.start - span.end <= reach for span in self.found.get(f"@{first}", ()) for other in seconds
        )

    def _covered(self, *names: str) -> int:
        """Count the words that belong to one of the groups."""
        spans = [span for name in names for span in self.found.get(f"@{name}", ())]
        return len({place for span in spans for place in range(span.start, span.end)})

    def _is_spam(self) -> bool:
        spam = max(self.scores.get("spam.ad", 0.0), self.scores.get("spam.scam", 0.0))
        spam += 2.0 * ("link" in self.words.signs) + 1.0 * ("phone" in self.words.signs)
        if self._count("hurt_by_scam"):
            return False
        return spam >= 4.5 and spam > 0.9 * self.matter + self._count("grievance")

    def _is_abuse(self) -> bool:
        """Insults alone; around a real problem they change nothing."""
        insults = self._count("insult")
        if not insults or self.matter >= 2.5 + insults:
            return False
        return len(self.words) - self._covered("insult", "filler") <= 2 + insults

    def _is_denunciation(self) -> bool:
        asks_way = self._opens("ask_first") or (self._count("ask") and not self._count("denounce_sure"))
        return bool(self._count("denounce")) and not self._count("denounced_before", "no_denounce") and not asks_way

    def _is_complaint(self) -> bool:
        if self._opens("ask_first") or self._count("contested_before"):
            return False
        return bool(self._count("annul") or (self._count("contest") and self._count("contest_target")))

    def _is_praise(self) -> bool:
        strong, praise = self._count("praise_strong"), self.scores.get("praise", 0.0)
        thanks = self._count("thanks") and not self._only_closing_thanks()
        if self._count("grievance", "remedy_now", "but"):
            return strong >= 2 and self._count("grievance") <= 1 and praise > self.matter
        if strong:
            return praise >= min(self.matter, 3.0) or self._opens("thanks")
        named = self.matter < _STRONG and self._followed("thanks", "praise_object", 1)
        return bool(thanks) and (self._opens("thanks") or named)

    def _only_closing_thanks(self) -> bool:
        """Tell whether the thanks are but the polite last words of a request."""
        spans = self.found.get("@thanks_polite", ())
        return bool(spans) and all(span.start > 0.5 * len(self.words) for span in spans)

    def _is_question(self) -> bool:
        asked = max(self.scores.get("question.policy", 0.0), self.scores.get("question.process", 0.0))
        points = 0.5 * min(asked, 5.0) + 1.5 * self._opens("ask_first") + 0.8 * min(self._count("ask"), 2)
        points += 0.8 * ("question" in self.words.signs) + 0.7 * self._ends("ask_end")
        points += 1.0 * ("code" in self.words.signs)
        points -= 1.8 * min(self._count("grievance"), 2) + 0.12 * max(0.0, self.matter - _STRONG)
        points -= 0.05 * max(0, len(self.words) - 25)
        return points >= 2.6

    def _is_chat(self) -> bool:
        chat = self.scores.get("offtopic.chat", 0.0)
        if chat < 1.8 or len(self.words) > _CHAT_LENGTH:
            return False
        return chat >= 0.6 * self.matter if self._count("talk") else self.matter < min(3.0, chat + 0.5)

    def _is_petition(self) -> bool:
        """A proposal as the main content; a remedy asked for after a problem is still a report."""
        if self.top == "policy.draft":
            return True
        if self.top.startswith(("official.", "deputy.", "project.")) or self._count("unanswered"):
            return False
        if not self._followed("propose", "new_measure", 5):
            return False
        return self._opens("propose_first") or (self.top == "policy.admin_units" and not self._count("remedy"))
