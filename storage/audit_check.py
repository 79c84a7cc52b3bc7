"""Whether the audit chain is whole: every entry in its place and unchanged, and still the chain of earlier heads.

Somebody with the database and the program can write a new chain that fits in itself. What he cannot change is a head
that left the house before: that is what the anchors are for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from cases.calendar import local_date
from storage.audit import BEGINNING, PLACE, Head, entry_table, next_head
from storage.keys import SealBroken
from storage.schema import metadata
from storage.tables_audit import AuditPublished
from storage.work import StoredWork

published_table = metadata.tables[str(AuditPublished.__tablename__)]
SLICE = 2_000


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head as it was published. `position` is 0 and `day` None where only the head itself is known."""

    head: str
    position: int = 0
    day: date | None = None

    @classmethod
    def read(cls, text: str) -> Anchor:
        """`HEAD` or `POSITION:HEAD`, as heads are published; raises ValueError."""
        number, _, head = text.strip().lower().rpartition(":")
        if len(bytes.fromhex(head)) != hashlib.sha256().digest_size:
            raise ValueError(text)
        return cls(head, int(number) if number else 0)


@dataclass(frozen=True, slots=True)
class Flaw:
    """The first thing wrong: `changed`, `missing`, `detail`, `cut`, `rewritten` or `unknown`, where and of which day.

    `unknown`: an anchor without a position that this chain never had.
    """

    what: str
    position: int = 0
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check came to. `since` is the last anchor's position: what came after it rests on the chain alone."""

    head: Head
    flaw: Flaw | None = None
    anchored: int = 0
    since: int = 0

    @property
    def whole(self) -> bool:
        """Nothing was found wrong."""
        return self.flaw is None


def check_chain(unit: StoredWork, anchors: Iterable[Anchor] = ()) -> Finding:
    """Read the whole chain against these anchors and against the heads this installation noted as published."""
    wanted = [*anchors, *_noted(unit)]
    heads = {anchor.head for anchor in wanted}
    places, at, seen = {BEGINNING: 0}, Head(0, BEGINNING), Head(-1, "")
    day: date | None = None
    after: int | None = None
    while True:
        for row in _rows(unit, after):
            flaw = _flaw(unit, at, row)
            if flaw is not None:
                return Finding(at, flaw)
            at, day, after = Head(row.position, row.head), local_date(row.at), row.position
            if row.head in heads:
                places[row.head] = row.position
        now = unit.audit.head()
        if now in (at, seen):
            break
        seen = now  # others go on writing: what they entered meanwhile is there by now
    flaw = _cut(now, at, day) or _unanchored(wanted, places, at)
    found = [places[anchor.head] for anchor in wanted if anchor.head in places]
    return Finding(at, flaw, len(found), max(found, default=0))


def _rows(unit: StoredWork, after: int | None) -> Iterator[Any]:
    """Those after a position, in order, a slice at a time."""
    while True:
        query = select(entry_table).order_by(entry_table.c.position).limit(SLICE)
        query = query if after is None else query.where(entry_table.c.position > after)
        rows = unit.connection.execute(query).all()
        yield from rows
        if len(rows) < SLICE:
            return
        after = rows[-1].position


def _flaw(unit: StoredWork, before: Head, row: Any) -> Flaw | None:
    day = local_date(row.at)
    if row.position != before.position + 1:
        return Flaw("missing", before.position + 1, day)
    if next_head(before.head, row._mapping) != row.head:
        return Flaw("changed", row.position, day)
    return None if _told(unit, row) else Flaw("detail", row.position, day)


def _told(unit: StoredWork, row: Any) -> bool:
    """Whether the sealed detail opens and is the one the chain was made with."""
    wanted: str = row.detail_hash
    if row.sealed_detail is None or not wanted:
        return row.sealed_detail is None and not wanted
    try:
        kept = unit.keys.open_bytes(PLACE, str(row.position), row.sealed_detail)
    except SealBroken:
        return False
    return hashlib.sha256(kept).hexdigest() == wanted


def _cut(head: Head, at: Head, day: date | None) -> Flaw | None:
    """The head's own row knows of entries that are not there, or not of those that are."""
    return None if head == at else Flaw("cut", at.position + 1, day)


def _unanchored(wanted: Iterable[Anchor], places: dict[str, int], at: Head) -> Flaw | None:
    """The earliest anchor that does not stand where it was published."""
    for anchor in sorted(wanted, key=lambda one: one.position):
        if anchor.position > at.position:
            return Flaw("cut", at.position + 1, anchor.day)
        place = places.get(anchor.head)
        if place is None or anchor.position not in (0, place):
            return Flaw("rewritten" if anchor.position else "unknown", anchor.position, anchor.day)
    return None


def _noted(unit: StoredWork) -> list[Anchor]:
    rows = unit.connection.execute(select(published_table).order_by(published_table.c.day))
    return [Anchor(row.head, row.position, row.day) for row in rows]
