"""Rare words of published results, looked up in an index: a word half the board has is found sooner by reading it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, func, insert, select

from cases.text import strip_marks
from storage.hot import Hot
from storage.schema import metadata
from storage.tables_board import PublicationRow, PublicationWordRow

publication = metadata.tables[str(PublicationRow.__tablename__)]
word_row = metadata.tables[str(PublicationWordRow.__tablename__)]
COMMON = 1_000
"""Results among which a page of the newest is found by reading: words in so many are not looked up."""
_LONGEST = 60  # bytes kept of a word; nobody searches for more of one
_AFTER = b"\xff"  # stands in no UTF-8
_OUT = Hot(
    delete(word_row).where(word_row.c.word == bindparam("of_word"), word_row.c.publication_id == bindparam("of_result"))
)


def keep_words(connection: Connection, publication_id: str, before: str, bare: str) -> None:
    """The words of a result as it now stands on the board, `before` what it stood with; "" takes all of them out.

    Rows are found by their key alone: an index by result would double the cost of filling a large board.
    """
    old, new = _kept(before), _kept(bare)
    gone, come = sorted(old - new), sorted(new - old)
    if gone:
        _OUT.change_each(connection, [{"of_word": one, "of_result": publication_id} for one in gone])
    if come:
        connection.execute(insert(word_row), [{"word": one, "publication_id": publication_id} for one in come])


def _kept(bare: str) -> set[bytes]:
    return {word.encode()[:_LONGEST] for word in bare.split()}


def narrowed(connection: Connection, words: Iterable[str]) -> list[ColumnElement[bool]]:
    """Results that have the rarest of these words, or one that begins so; nothing where all of them are common.

    A superset: that all words stand there, with their diacritics, is for the caller to ask.
    """
    ways = [_begins(strip_marks(word).encode()[:_LONGEST]) for word in words]
    counted = [(_frequency(connection, way), place) for place, way in enumerate(ways)]
    rarest = min(counted, default=(COMMON, 0))
    if rarest[0] >= COMMON:
        return []
    return [publication.c.id.in_(select(word_row.c.publication_id).where(ways[rarest[1]]))]


def _begins(word: bytes) -> ColumnElement[bool]:
    return and_(word_row.c.word >= word, word_row.c.word < word + _AFTER)


def _frequency(connection: Connection, way: ColumnElement[bool]) -> int:
    some = select(word_row.c.word).where(way).limit(COMMON).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())
