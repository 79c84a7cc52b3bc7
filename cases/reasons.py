"""Why something is refused: a code with its values for programs, worded from the texts where it is said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from cases.wording import SOURCE, Wording


class Reason(ValueError):
    """A refusal as data: `code` for programs, `values` for the sentence, which stands in the texts under `key`.

    Values are days, counts, names as typed, members of `State`, or codes of further texts (`Part`).
    """

    family = "why"

    def __init__(self, code: str, **values: object) -> None:
        told = ", ".join(f"{name} {value}" for name, value in values.items())
        super().__init__(f"{code} ({told})" if told else code)
        self.code = code
        self.values: Mapping[str, object] = values

    @property
    def key(self) -> str:
        """Under which its sentence stands in the texts."""
        return f"{self.family}_{self.code}"


class Part(str):
    """The key of another text that fills in a value of a reason."""

    __slots__ = ()


def said(wording: Wording, reason: Reason, lang: str = SOURCE) -> str:
    """The sentence of a refusal in the reader's language."""
    values = {name: _shown(wording, value, lang) for name, value in reason.values.items()}
    return wording.say(reason.key, lang, **values)


def _shown(wording: Wording, value: object, lang: str) -> object:
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, Part):
        return wording.say(value, lang)
    if isinstance(value, StrEnum):
        return wording.say(f"{type(value).__name__.lower()}_{value}", lang)
    if isinstance(value, tuple):
        return "; ".join(str(_shown(wording, one, lang)) for one in value)
    return value
