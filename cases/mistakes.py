"""How a mistake in a data file is named: the place it stands at, what is wrong, and the nearest right word."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

Path = tuple[str | int, ...]
Check = Callable[[Any], str]
"""Says what was expected, "" when the value is fine."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a data file: where it stands, as keys and indexes from the top, and what is wrong."""

    path: Path
    message: str

    def __str__(self) -> str:
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return f"{place.removeprefix('.')}: {self.message}"


def text(value: Any) -> str:
    """A text that says something."""
    return "" if isinstance(value, str) and value.strip() else "expected a text"


def texts(value: Any) -> str:
    """A list of texts."""
    return "" if isinstance(value, list) and not any(text(one) for one in value) else "expected a list of words"


def text_or_texts(value: Any) -> str:
    """One word, or a list of them."""
    return "" if not text(value) or not texts(value) else "expected a word or a list of words"


def mapping(value: Any) -> str:
    """Keys with values."""
    return (
        ""
        if isinstance(value, Mapping) and all(isinstance(key, str) for key in value)
        else "expected `key: value` lines"
    )


def entries(value: Any) -> str:
    """A list; its entries are looked at one by one."""
    return "" if isinstance(value, list) else "expected a list"


def anything(value: Any) -> str:
    """Fields that only people read, or that another check reads."""
    return ""


def fields(raw: Any, path: Path, known: Mapping[str, Check], needed: Iterable[str] = ()) -> Iterator[Mistake]:
    """Mistakes in the shape of one entry: unknown, missing or wrongly written fields. Empty fields count as absent."""
    if mapping(raw):
        yield Mistake(path, mapping(raw))
        return
    for key, value in raw.items():
        wrong = not_among(key, known, "a known field here")
        if not wrong and value is not None:
            wrong = known[key](value)
        if wrong:
            yield Mistake((*path, key), wrong)
    for key in needed:
        if raw.get(key) is None:
            yield Mistake((*path, key), "is missing")


def not_among(value: Any, allowed: Collection[str], what: str) -> str:
    """The sentence for a word that is not allowed, with the nearest allowed one; "" when it is."""
    if value in allowed:
        return ""
    near = get_close_matches(str(value), list(allowed), 1)
    return f'"{value}" is not {what}' + (f'; did you mean "{near[0]}"?' if near else "")


def words(value: Any, path: Path, allowed: Collection[str], what: str) -> Iterator[Mistake]:
    """Mistakes in a word or a list of words that must be among `allowed`; nothing for an absent field."""
    if not value:
        return
    for i, one in enumerate([value] if isinstance(value, str) else value):
        wrong = not_among(one, allowed, what)
        if wrong:
            yield Mistake(path if isinstance(value, str) else (*path, i), wrong)


def repeated(coded: Iterable[tuple[Path, str]]) -> Iterator[Mistake]:
    """A mistake for every code that stood before."""
    seen: set[str] = set()
    for path, code in coded:
        if code in seen:
            yield Mistake((*path, "code"), f'"{code}" is used twice')
        seen.add(code)
