"""Words that occur nowhere else, given out one by one, and the search for them in every form they may lie in."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from sqlalchemy import text

from storage.layout import metadata
from storage.work import Office, StoredWork
from tests.storage.marks import forms

CORE = "QzkVwjXh"
_TEMPLATES = {"1", "4", "pg_internal.init"}  # databases of PostgreSQL that nobody writes to
WORD = "ngoằnngoèo"
_PLAIN_CORE = re.compile(CORE.encode(), re.IGNORECASE)
_PLAIN = re.compile(CORE.encode() + rb"(\d{4})", re.IGNORECASE)


class Canaries:
    """Gives out unique words and remembers what each was for."""

    def __init__(self) -> None:
        self.what: list[str] = []
        self.extra: list[str] = []
        """Ids, numbers and secrets to be looked for too; ten signs or more."""

    def __call__(self, what: str) -> str:
        """A new one with diacritics, composed and decomposed in turn."""
        form: Literal["NFC", "NFD"] = "NFC" if len(self.what) % 2 else "NFD"
        return unicodedata.normalize(form, f"{WORD} {self.bare(what)}")

    def bare(self, what: str) -> str:
        """A new one of letters and digits only, for fields that may be kept in clear."""
        self.what.append(what)
        return f"{CORE}{len(self.what):04d}"

    def hits(self, content: bytes, where: str, excused: Iterable[int] = ()) -> list[str]:
        """Every find; numbers excused may stand there plainly and in no other form."""
        allowed = set(excused)
        numbers = {int(found[1]) for found in _PLAIN.finditer(content)} - allowed
        found = [f"{self.what[number - 1]} in {where}" for number in sorted(numbers)]
        for mark in (WORD, CORE, *self.extra):
            for form, way in _needles(mark):
                if form in content:
                    at = content.index(form)
                    found.append(f"{mark} in {where} ({way}): {content[max(0, at - 40) : at + 60]!r}")
        return found


@functools.cache
def _needles(mark: str) -> tuple[tuple[bytes, str], ...]:
    """Each form once; what stands there plainly is found by its number."""
    once = {form: way for way, form in forms(mark).items()}
    return tuple((form, way) for form, way in once.items() if not (mark == CORE and _PLAIN_CORE.fullmatch(form)))


async def columns_with(office: Office, canaries: Canaries) -> tuple[list[str], dict[str, set[int]]]:
    """Every table looked through: finds of any kind but plain numbers, and the plain numbers by column."""

    def read(unit: StoredWork) -> dict[str, bytes]:
        content: dict[str, bytes] = {}
        for table in metadata.sorted_tables:
            for row in unit.connection.execute(text(f'SELECT * FROM "{table.name}"')).mappings():
                for name, value in row.items():
                    raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    place = f"{table.name}.{name}"
                    content[place] = content.get(place, b"") + raw + b"\n"
        return content

    content = await office.read(read)
    plain = {place: {int(found[1]) for found in _PLAIN.finditer(raw)} for place, raw in content.items()}
    every = range(1, len(canaries.what) + 1)
    return (
        [hit for place, raw in content.items() for hit in canaries.hits(raw, place, every)],
        {place: numbers for place, numbers in plain.items() if numbers},
    )


def on_disk(folder: Path, canaries: Canaries, excused: Iterable[int] = ()) -> list[str]:
    """Finds in any file below, in the names too."""
    found = []
    for path in _files(folder):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue
        found += canaries.hits(content, path.name, excused) + canaries.hits(path.name.encode(), "a file's name")
    return found


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not _TEMPLATES & set(path.parts))
