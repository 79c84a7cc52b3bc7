"""What has been erased for good: remembered as hashes, so that restoring an older backup erases it again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.hot import Hot
from storage.tables import metadata
from storage.tables_retention import ErasedRow

erased = metadata.tables[str(ErasedRow.__tablename__)]
CASE, IDENTITY, FILE = "case", "identity", "file"
_REMEMBER = Hot(
    {
        "sqlite": sqlite.insert(erased).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(erased).on_conflict_do_nothing(),
    },
    erased.columns.keys(),
)


def hash_of(what: str, row_id: str) -> str:
    """The mark of an erased id. Ids are 128 random bits, so that a hash without a key tells nothing and never ages."""
    return hashlib.sha256(f"{what}:{row_id}".encode()).hexdigest()


class ErasureStore:
    """See `cases.ports.Erasures`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def remember(self, case_id: str) -> None:
        self._enter(CASE, case_id)

    def remember_identity(self, ref: str) -> None:
        self._enter(IDENTITY, ref)

    def remember_files(self, file_ids: Iterable[str]) -> None:
        for file_id in file_ids:
            self._enter(FILE, file_id)

    def all(self) -> dict[str, str]:
        """Every mark and what it was of."""
        return {row.hash: row.what for row in self._connection.execute(select(erased.c.hash, erased.c.what))}

    def _enter(self, what: str, row_id: str) -> None:
        _REMEMBER.change(self._connection, {"hash": hash_of(what, row_id), "what": what, "at": self._now})
