"""The audit chain: who read and changed what, each entry bound to the one before it by SHA-256.

Entries are held until the transaction's step has returned and chained as its last statements. The row of the head is
therefore locked after every other row (no deadlocks) and only until the commit; an entry and what it tells of are
stored together or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.hot import Hot
from storage.keys import KeyRing
from storage.schema import metadata
from storage.tables_audit import AuditEntry, AuditHead

entry_table = metadata.tables[str(AuditEntry.__tablename__)]
head_table = metadata.tables[str(AuditHead.__tablename__)]
CHAIN = "chain"
BEGINNING = "0" * 64
PLACE = "audit_entry.sealed_detail"
_HEAD = Hot(select(head_table.c.position, head_table.c.head).where(head_table.c.name == CHAIN).with_for_update())
_MOVE = Hot(update(head_table).where(head_table.c.name == CHAIN), ["position", "head"])
_ADD = Hot(insert(entry_table), entry_table.columns.keys())
_FIRST = Hot(
    {
        "sqlite": sqlite.insert(head_table).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(head_table).on_conflict_do_nothing(),
    },
    head_table.columns.keys(),
)


@dataclass(frozen=True, slots=True)
class Head:
    """How far the chain goes, and what proves all of it up to there (64 hex digits)."""

    position: int
    head: str


class AuditStore:
    """See `cases.ports.Audit`. `writing` is false in a unit that only reads: nothing can be entered there."""

    def __init__(self, connection: Connection, keys: KeyRing, now: datetime, *, writing: bool = True) -> None:
        self._connection = connection
        self._keys = keys
        self._now = now
        self._writing = writing
        self._waiting: list[tuple[str, str, str, Mapping[str, str]]] = []

    def enter(self, what: str, *, actor: str, case_id: str = "", detail: Mapping[str, str] | None = None) -> None:
        """Append one entry to the chain, in this transaction; raises RuntimeError in a unit that only reads."""
        if not self._writing:
            raise RuntimeError("nothing can be entered while reading")
        self._waiting.append((what, actor, case_id, dict(detail or {})))

    def chain(self) -> None:
        """Store what was entered. Called by whoever opened the transaction, as its last statements."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        at = self._take_head()
        rows = []
        for what, actor, case_id, detail in waiting:
            row = self._row(at, what, actor, case_id, detail)
            at = Head(row["position"], row["head"])
            rows.append(row)
        _ADD.change_each(self._connection, rows)
        _MOVE.change(self._connection, {"position": at.position, "head": at.head})

    def head(self) -> Head:
        """Where the chain stands; before the first entry position 0."""
        row = self._connection.execute(
            select(head_table.c.position, head_table.c.head).where(head_table.c.name == CHAIN)
        ).first()
        return Head(row.position, row.head) if row else Head(0, BEGINNING)

    def detail(self, row: Any) -> dict[str, str]:
        """What a stored entry says beside who, what and when; raises `SealBroken`."""
        if row.sealed_detail is None:
            return {}
        return dict(json.loads(self._keys.open_bytes(PLACE, str(row.position), row.sealed_detail))[1])

    def _take_head(self) -> Head:
        row = _HEAD.first(self._connection, {})
        if row is None:  # a database whose rows were emptied: the chain begins again, and no earlier head will hold
            _FIRST.change(self._connection, {"name": CHAIN, "position": 0, "head": BEGINNING})
            row = _HEAD.first(self._connection, {})
        return Head(row.position, row.head)

    def _row(self, before: Head, what: str, actor: str, case_id: str, detail: Mapping[str, str]) -> dict[str, Any]:
        position = before.position + 1
        kept = detail_bytes(detail) if detail else b""
        row = {
            "position": position,
            "at": self._now,
            "what": what[:40],
            "actor": actor[:32],
            "case_id": case_id[:32],
            "detail_hash": hashlib.sha256(kept).hexdigest() if kept else "",
            "sealed_detail": self._keys.seal_bytes(PLACE, str(position), kept) if kept else None,
        }
        return {**row, "head": next_head(before.head, row)}


def detail_bytes(detail: Mapping[str, str]) -> bytes:
    """What is sealed of a detail: with salt, so that its hash in the chain tells nothing of a short word."""
    return json.dumps([os.urandom(16).hex(), detail], sort_keys=True, separators=(",", ":")).encode()


def next_head(before: str, row: Mapping[str, Any]) -> str:
    """The head after this entry: SHA-256 over the head before it and every field, in a form with one reading."""
    at: datetime = row["at"]
    told = [
        1,  # of this form
        row["position"],
        at.astimezone(UTC).isoformat(timespec="microseconds"),
        row["what"],
        row["actor"],
        row["case_id"],
        row["detail_hash"],
    ]
    return hashlib.sha256(bytes.fromhex(before) + json.dumps(told, separators=(",", ":")).encode()).hexdigest()
