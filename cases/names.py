"""Names that data give in more than one language: topics, bodies, posts, articles. Vietnamese where none is given."""

from __future__ import annotations

from collections.abc import Iterable


class Name(str):
    """The Vietnamese name, carrying its English one along; texts take the reader's (`cases.wording`)."""

    __slots__ = ("en",)
    en: str

    def __new__(cls, vi: str, en: str = "") -> Name:
        made = super().__new__(cls, vi)
        made.en = en
        return made

    def __reduce__(self) -> tuple[type[Name], tuple[str, str]]:
        return Name, (str(self), self.en)


def read_as(value: str, lang: str) -> str:
    """The name as a reader of this language knows it."""
    other = value.en if isinstance(value, Name) and lang == "en" else ""
    return other or str(value)


def listed(names: Iterable[str], between: str = ", ") -> Name:
    """Several names as one."""
    found = list(names)
    return Name(between.join(found), between.join(read_as(one, "en") for one in found))
