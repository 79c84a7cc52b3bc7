"""A random key for every case, wrapped under the master: dropping it makes unreadable all that was sealed under it.

What a case keeps is sealed under its key (first byte `OWN_KEY`); what was sealed under the master before cases had
keys still opens. Keys are unwrapped when they are needed, which costs two microseconds, and kept no longer than the
transaction, so that a key dropped by one process is gone for all.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.hot import Hot
from storage.keys import KEY_BYTES, NONCE_BYTES, OWN_KEY, KeyRing, SealBroken, Sealer
from storage.schema import metadata
from storage.tables_case_keys import CaseKeyRow

case_key = metadata.tables[str(CaseKeyRow.__tablename__)]
PLACE_KEY = "case_key.sealed_key"
AT_ONCE = 500
_FIND = Hot(select(case_key.c.sealed_key).where(case_key.c.case_id == bindparam("wanted")))
_MAKE = Hot(
    {
        "sqlite": sqlite.insert(case_key).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(case_key).on_conflict_do_nothing(),
    },
    case_key.columns.keys(),
)


def wrapped_key(case_id: Any) -> Any:
    """A column `case_key` for a query that reads many cases, so that their keys cost no query of their own.

    What it gives is handed to `CaseKeyStore.know`.
    """
    return select(case_key.c.sealed_key).where(case_key.c.case_id == case_id).scalar_subquery().label("case_key")


class OwnSealer(Sealer):
    """Seals under one key of its own; what it did not seal itself is opened with the master."""

    def __init__(self, masters: KeyRing, key: bytes | None) -> None:
        self._masters = masters
        self._own = AESGCM(key) if key is not None else None

    def seal_bytes(self, place: str, row: str, content: bytes) -> bytes:
        own = self._own or self._needed()
        nonce = os.urandom(NONCE_BYTES)
        return _OWN + nonce + own.encrypt(nonce, content, f"{place}:{row}".encode())

    def open_bytes(self, place: str, row: str, sealed: bytes) -> bytes:
        if sealed[:1] != _OWN:
            return self._masters.open_bytes(place, row, sealed)
        own = self._own or self._present()
        if own is None:
            raise SealBroken(place)
        try:
            return own.decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], f"{place}:{row}".encode())
        except (ValueError, InvalidTag) as error:
            raise SealBroken(place) from error

    def _needed(self) -> AESGCM:
        """The key to seal with, made if there was none."""
        raise SealBroken("a sealer without a key")

    def _present(self) -> AESGCM | None:
        """The key to open with; None when there is none any more."""
        return self._own


class CaseSealer(OwnSealer):
    """Seals for one case. Its key is looked up when something needs it, and made when the case never had one."""

    def __init__(self, store: CaseKeyStore, masters: KeyRing, case_id: str, key: bytes | None = None) -> None:
        super().__init__(masters, key)
        self._store = store
        self._case_id = case_id

    def _needed(self) -> AESGCM:
        self._own = AESGCM(self._store.find(self._case_id) or self._store.make(self._case_id))
        return self._own

    def _present(self) -> AESGCM | None:
        key = self._store.find(self._case_id)
        self._own = AESGCM(key) if key is not None else None
        return self._own


class CaseKeyStore:
    """The keys of cases over one open transaction."""

    def __init__(self, connection: Connection, keys: KeyRing, now: datetime) -> None:
        self._connection = connection
        self._keys = keys
        self._now = now
        self._sealers: dict[str, CaseSealer] = {}

    def of(self, case_id: str) -> Sealer:
        """What seals and opens the values of this case; the master's key ring where there is no case yet ("")."""
        if not case_id:
            return self._keys
        return self._sealers.get(case_id) or self._sealer(case_id, None)

    def new(self, case_id: str) -> None:
        """Give a case that is just being made its key, without looking for one first."""
        self._sealer(case_id, self.make(case_id))

    def drop(self, case_id: str) -> None:
        """Destroy the key: what was sealed under it stays unreadable for ever, in this database and in every copy."""
        self._sealers.pop(case_id, None)
        self._connection.execute(delete(case_key).where(case_key.c.case_id == case_id))

    def know(self, case_id: str, wrapped: bytes | None) -> Sealer:
        """`of` with the key a query brought along (see `wrapped_key`)."""
        if wrapped is None or case_id in self._sealers:
            return self.of(case_id)
        return self._sealer(case_id, self._unwrap(case_id, wrapped))

    def load(self, case_ids: Iterable[str]) -> None:
        """Look up the keys of many cases at once, so that `of` needs no query for any of them."""
        missing = sorted({one for one in case_ids if one} - self._sealers.keys())
        for first in range(0, len(missing), AT_ONCE):
            wanted = case_key.c.case_id.in_(missing[first : first + AT_ONCE])
            for row in self._connection.execute(select(case_key.c.case_id, case_key.c.sealed_key).where(wanted)):
                self._sealer(row.case_id, self._unwrap(row.case_id, row.sealed_key))

    def find(self, case_id: str) -> bytes | None:
        """The key itself; None when the case has none."""
        row = _FIND.first(self._connection, {"wanted": case_id})
        return self._unwrap(case_id, row.sealed_key) if row is not None else None

    def make(self, case_id: str) -> bytes:
        """A new key, stored; of two who make one at the same moment both get the first."""
        key = os.urandom(KEY_BYTES)
        wrapped = self._keys.seal_bytes(PLACE_KEY, case_id, key)
        values = {"case_id": case_id, "sealed_key": wrapped, "made_at": self._now}
        if _MAKE.change(self._connection, values) == 1:
            return key
        found = self.find(case_id)
        assert found is not None, "a key that was in the way is there"
        return found

    def _unwrap(self, case_id: str, wrapped: bytes) -> bytes:
        return self._keys.open_bytes(PLACE_KEY, case_id, bytes(wrapped))

    def _sealer(self, case_id: str, key: bytes | None) -> CaseSealer:
        sealer = self._sealers[case_id] = CaseSealer(self, self._keys, case_id, key)
        return sealer


_OWN = bytes((OWN_KEY,))
