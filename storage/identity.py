"""Requests to see who sent a case; their words are sealed under the case's own key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from cases.sender_ports import IdentityRequest
from storage import tables_identity
from storage.case_keys import CaseKeyStore
from storage.keys import KeyRing
from storage.schema import metadata

identity_request = metadata.tables[str(tables_identity.IdentityRequest.__tablename__)]
PLACE_WORDS = "identity_request.sealed_words"
_CLEAR = ("case_id", "asked_by", "asked_at", "decided_by", "decided_at", "agreed", "opened_at")


class IdentityStore:
    """See `cases.ports.Identities`."""

    def __init__(self, connection: Connection, keys: KeyRing, case_keys: CaseKeyStore) -> None:
        self._connection, self._keys, self._case_keys = connection, keys, case_keys

    def mark(self, case_id: str) -> int:
        return int(self._keys.lookup("alias", case_id)[:8], 16)

    def add(self, request: IdentityRequest) -> None:
        self._connection.execute(insert(identity_request), {"id": request.id, **self._values(request)})

    def save(self, request: IdentityRequest) -> None:
        mine = update(identity_request).where(identity_request.c.id == request.id)
        self._connection.execute(mine.values(self._values(request)))

    def of_case(self, case_id: str) -> Sequence[IdentityRequest]:
        return self._found(identity_request.c.case_id == case_id)

    def undecided(self, since: datetime) -> Sequence[IdentityRequest]:
        return self._found(identity_request.c.decided_at.is_(None), identity_request.c.asked_at > since)

    def _found(self, *which: Any) -> list[IdentityRequest]:
        statement = select(identity_request).where(*which).order_by(identity_request.c.asked_at, identity_request.c.id)
        return [self._request(row) for row in self._connection.execute(statement)]

    def _values(self, request: IdentityRequest) -> dict[str, Any]:
        sealer = self._case_keys.of(request.case_id)
        words = sealer.seal_json(PLACE_WORDS, request.id, [request.reason, request.note])
        return {**{name: getattr(request, name) for name in _CLEAR}, "sealed_words": words}

    def _request(self, row: Any) -> IdentityRequest:
        sealer = self._case_keys.of(row.case_id)
        reason, note = sealer.open_json(PLACE_WORDS, row.id, row.sealed_words)
        known = {name: getattr(row, name) for name in _CLEAR}
        return IdentityRequest(id=row.id, reason=reason, note=note, **known)
