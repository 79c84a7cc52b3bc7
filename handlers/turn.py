"""One turn of a conversation: what came in, what may be read and decided, and what will be said."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from cases.messages import Ask, Choice, FileRef, Incoming, Outgoing, Place
from cases.model import Officer
from cases.names import read_as
from cases.notices import offer_in
from cases.ports import Chat, UnitOfWork
from cases.redaction import cover_identity_numbers
from cases.rules import Rules
from cases.suggest import Suggestion
from cases.text import folded
from cases.wording import Wording

ENGLISH = "en"
LONGEST_MEANT = 60  # characters; no list of everyday words holds anything longer


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person answered to the present question; `choice` is the value of the option meant, if any."""

    text: str = ""
    choice: str = ""
    files: tuple[FileRef, ...] = ()
    place: Place | None = None
    phone: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question with the answers offered."""

    text: str
    choices: tuple[Choice, ...] = ()
    ask: Ask = Ask.NOTHING


@lru_cache(maxsize=64)
def _said_for(wording: Wording, lang: str, what: str) -> frozenset[str]:
    """What people say for it, folded."""
    return frozenset(folded(one) for one in wording.say(f"words_{what}", lang).split(",")) - {""}


def _nothing_to_begin(name: str, **data: object) -> None:
    raise LookupError(name)


def _nothing_to_resume() -> None:
    raise LookupError


@dataclass(slots=True)
class Turn:
    """Handed to every step. `data` is what the running dialogue has collected so far."""

    unit: UnitOfWork
    chat: Chat
    incoming: Incoming
    rules: Rules
    now: datetime
    officer: Officer | None = None
    said: list[Outgoing] = field(default_factory=list)
    begin: Callable[..., None] = _nothing_to_begin
    """Begin another dialogue: `begin(name, **data)`; set by whoever runs the conversation."""
    _suggested: dict[str, Suggestion] = field(default_factory=dict)
    _place: tuple[str | None, dict[str, object]] = (None, {})
    resume: Callable[[], None] = _nothing_to_resume
    """Give the open question an empty answer: it goes on from what is already known."""
    slowed: bool = False
    """Past the pace of one sender: nothing of this update was kept."""

    @property
    def data(self) -> dict[str, Any]:
        """The dialogue's own notes, stored with the conversation."""
        talk: dict[str, Any] = self.chat.talk
        notes: dict[str, Any] = talk.setdefault("data", {})
        return notes

    def suggest(self, words: str) -> Suggestion:
        """What intake makes of these words; worked out once a turn."""
        found = self._suggested.get(words)
        if found is None:
            found = self._suggested[words] = self.rules.suggester.suggest(words)
        return found

    def text(self, key: str, **values: object) -> str:
        """A text in this person's language, commune values filled in."""
        return self.text_in(self.chat.lang, key, **values)

    def text_in(self, lang: str, key: str, **values: object) -> str:
        """A text in this language."""
        return self.rules.wording.say(key, lang, **{**self._commune(), **values})

    def _commune(self) -> dict[str, object]:
        """The commune's values, looked up once for each commune of this turn."""
        locality, known = self._place
        if locality != self.chat.locality:
            locality, known = self._place = self.chat.locality, self.rules.commune_values(self.chat.locality)
        return known

    def means(self, what: str, words: str) -> bool:
        """Whether these words, and no more, are among those people say for it (`words_<what>` of the texts)."""
        return len(words) <= LONGEST_MEANT and folded(words) in _said_for(self.rules.wording, self.chat.lang, what)

    def count(self, number: int) -> str:
        """A number as this person's language groups it."""
        return f"{number:,}".replace(",", "." if self.chat.lang == "vi" else ",")

    def covered(self, text: str) -> str:
        """The text without citizen identity numbers, which nobody here needs; the person is told."""
        kept = cover_identity_numbers(text)
        if kept != text:
            self.say_once("pii_warning")
        return kept

    def fitting(self, text: str, most: int) -> str:
        """What a person wrote as it is kept: identity numbers covered, as far as it fits; they are told of either."""
        text = self.covered(text)
        if len(text) > most:
            self.say_once("text_cut", limit=self.count(most))
        return text[:most]

    def labels(self, key: str) -> tuple[str, ...]:
        """Labels of the choices that belong to a text."""
        return self.rules.wording.labels(key, self.chat.lang)

    def named(self, name: str) -> str:
        """A name of the data (topic, body, post) as this person reads it."""
        return read_as(name, self.chat.lang)

    def prompt(self, key: str, values: tuple[str, ...], **fill: object) -> Prompt:
        """The text `key` with its labels, given these choice values in the same order."""
        choices = tuple(Choice(value, label) for value, label in zip(values, self.labels(key), strict=True))
        return Prompt(self.text(key, **fill), choices)

    def say(self, key: str, **values: object) -> None:
        """Say a text, without asking anything."""
        self.tell(self.text(key, **values))

    def say_in(self, langs: Iterable[str], key: str, **values: object) -> None:
        """Say a text in each of these languages."""
        for lang in langs:
            self.tell(self.text_in(lang, key, **values))

    def say_once(self, key: str, **values: object) -> None:
        """Say a text unless this turn said it already: the same words may pass through several hands."""
        text = self.text(key, **values)
        if all(message.text != text for message in self.said):
            self.tell(text)

    def tell(self, text: str) -> None:
        """Say ready text."""
        self.said.append(Outgoing(text))

    def ask(self, prompt: Prompt) -> None:
        """Say a question; its offered answers become this conversation's present offer."""
        told = tuple(Choice(choice.value, self.named(choice.label)) for choice in prompt.choices)
        choices = offer_in(self.chat, self.unit.new_id()[:8], told)
        label = self.text(f"ask_label_{prompt.ask}") if prompt.ask else ""
        self.said.append(Outgoing(prompt.text, choices, prompt.ask, ask_label=label))
