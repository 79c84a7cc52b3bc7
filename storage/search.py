"""Search over sealed texts: each word is a keyed hash, and who may see what is decided by the query around it.

The key of the words is derived from the key ring for this purpose alone, and a word's hash is bound to its locality:
whoever has the database without the key file learns which cases of one commune share a word, and no word.
"""

from __future__ import annotations

import hmac
import struct
from collections.abc import Iterable, Sequence
from functools import partial

from sqlalchemy import and_, delete, false, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cases.model import Case
from cases.search_words import Asked, index_words
from storage.case_store import case
from storage.keys import KeyRing, SealBroken
from storage.listing_scope import Condition
from storage.tables import metadata
from storage.tables_listing import SearchCase, SearchToken
from storage.work import Office, StoredWork

indexed = metadata.tables[str(SearchCase.__tablename__)]
token = metadata.tables[str(SearchToken.__tablename__)]
_LONG = struct.Struct(">q")
_ADD = {
    "sqlite": sqlite.insert(token).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(token).on_conflict_do_nothing(),
}
COMMON = 1_000  # a word in more cases than this need not be counted to the end


class WordKey:
    """Turns words into the numbers that stand for them."""

    def __init__(self, keys: KeyRing) -> None:
        self._key = bytes.fromhex(keys.lookup("search words", "key"))

    def token(self, locality: str, word: str) -> int:
        """The signed 64-bit number of a word in one locality."""
        message = f"{locality}\0{word}".encode("utf-8", "surrogatepass")
        return int(_LONG.unpack(hmac.digest(self._key, message, "sha256")[:8])[0])


# -- writing --------------------------------------------------------------------------------------------------------


def index_some(unit: StoredWork, limit: int = 50) -> int:
    """Bring up to `limit` cases up to date, and forget cases that are gone; returns how many were touched."""
    gone = forgotten(unit, limit)
    for case_id in gone:
        forget_case(unit, case_id)
    waiting = behind(unit, limit)
    for case_id in waiting:
        index_case(unit, case_id)
    return len(gone) + len(waiting)


async def catch_up(office: Office, most: int = 400, at_once: int = 20) -> int:
    """The same for a running installation: what is behind is looked for without holding up writers.

    Written in small portions, some 20 ms each on SQLite; returns how many cases were touched.
    """
    waiting = await office.read(lambda unit: [*forgotten(unit, most), *behind(unit, most)])
    for start in range(0, len(waiting), at_once):
        await office.write(partial(_index_these, case_ids=waiting[start : start + at_once]))
    return len(waiting)


def _index_these(unit: StoredWork, case_ids: Sequence[str]) -> None:
    for case_id in case_ids:
        index_case(unit, case_id)


def behind(unit: StoredWork, limit: int) -> list[str]:
    """Cases that changed since their words were taken."""
    same = and_(indexed.c.case_id == case.c.id, indexed.c.version >= case.c.version)
    statement = select(case.c.id).where(~select(indexed.c.number).where(same).exists()).limit(limit)
    return list(unit.connection.execute(statement).scalars())


def forgotten(unit: StoredWork, limit: int) -> list[str]:
    """Cases that have words and are no more."""
    there = select(case.c.id).where(case.c.id == indexed.c.case_id).exists()
    return list(unit.connection.execute(select(indexed.c.case_id).where(~there).limit(limit)).scalars())


def index_case(unit: StoredWork, case_id: str) -> None:
    """Write the words of one case; one whose seal is broken is passed over until it changes again."""
    try:
        entry = unit.cases.get(case_id)
    except SealBroken:
        _write(unit, case_id, frozenset(), select(case.c.version).where(case.c.id == case_id).scalar_subquery())
        return
    if entry is None:
        forget_case(unit, case_id)
    else:
        _write(unit, case_id, tokens_of(unit.keys, entry), entry.version)


def forget_case(unit: StoredWork, case_id: str) -> None:
    """Take out every word of a case: to be called where the case is erased."""
    run = unit.connection.execute
    row = run(select(indexed.c.number, indexed.c.words).where(indexed.c.case_id == case_id)).first()
    if row is not None:
        _drop(unit, row.number, unpack(row.words))
        run(delete(indexed).where(indexed.c.number == row.number))


def tokens_of(keys: KeyRing, entry: Case) -> frozenset[int]:
    """The numbers of everything a case may be found by: text, place, note on the subject, number, letter's number."""
    word_key = WordKey(keys)
    parts = (entry.text, entry.place, entry.subject_note, entry.code, entry.forward_doc_no)
    return frozenset(word_key.token(entry.locality, word) for word in index_words(parts))


def _write(unit: StoredWork, case_id: str, tokens: frozenset[int], version: object) -> None:
    run = unit.connection.execute
    row = run(select(indexed.c.number, indexed.c.words).where(indexed.c.case_id == case_id)).first()
    known = unpack(row.words) if row is not None else frozenset()
    values = {"version": version, "words": pack(tokens)}
    if row is None:
        statement = insert(indexed).values(case_id=case_id, **values).returning(indexed.c.number)
        number = run(statement).scalar_one()
    else:
        number = row.number
        run(update(indexed).where(indexed.c.number == number).values(values))
    if new := sorted(tokens - known):
        run(_ADD[unit.connection.dialect.name], [{"token": one, "number": number} for one in new])
    _drop(unit, number, known - tokens)


def _drop(unit: StoredWork, number: int, tokens: Iterable[int]) -> None:
    gone = sorted(tokens)
    for start in range(0, len(gone), 500):
        among = token.c.token.in_(gone[start : start + 500])
        unit.connection.execute(delete(token).where(among, token.c.number == number))


def pack(tokens: Iterable[int]) -> bytes:
    """Eight bytes each, in order."""
    return b"".join(_LONG.pack(one) for one in sorted(tokens))


def unpack(packed: bytes) -> frozenset[int]:
    """The tokens again."""
    return frozenset(one for (one,) in _LONG.iter_unpack(packed))


# -- asking ---------------------------------------------------------------------------------------------------------


def matching(unit: StoredWork, localities: Sequence[str], asked: Asked) -> Condition:
    """True for cases with all words; the rarest word is looked up, the others are checked in the cases it gives."""
    word_key = WordKey(unit.keys)
    wanted = [[word_key.token(locality, form) for locality in localities for form in forms] for forms in asked.words]
    if not wanted or not localities:
        return false()
    rare, *others = sorted(wanted, key=lambda numbers: frequency(unit, numbers))
    found = select(indexed.c.case_id).where(
        indexed.c.number.in_(select(token.c.number).where(token.c.token.in_(rare))),
        *(
            select(token.c.number)
            .where(token.c.token.in_(numbers), token.c.number == indexed.c.number)
            .correlate(indexed)
            .exists()
            for numbers in others
        ),
    )
    return case.c.id.in_(found)


def numbered(asked: Asked) -> Condition:
    """True for the cases whose number this may be."""
    return case.c.code.in_(asked.codes) if asked.codes else false()


def frequency(unit: StoredWork, tokens: Sequence[int]) -> int:
    """In how many cases one of these stands, counted up to `COMMON`."""
    some = select(token.c.number).where(token.c.token.in_(tokens)).limit(COMMON).subquery()
    return int(unit.connection.execute(select(func.count()).select_from(some)).scalar_one())
