"""Evidence and documents: what is known of each file; the content itself lies in the vault.

Every file has a random key of its own, under which its content lies in the vault. That key is kept here: under the
master while the file belongs to a draft, under the case's key from the moment the case takes the file over.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from cases.messages import FileKind, FileRef
from cases.ports import CaseFile, FileState
from storage.case_keys import CaseKeyStore, wrapped_key
from storage.hot import Hot
from storage.keys import KEY_BYTES, SealBroken
from storage.tables import CaseFileRow, metadata
from storage.tables_clean import CleanCopyRow

clean_copy = metadata.tables[str(CleanCopyRow.__tablename__)]
case_file = metadata.tables[str(CaseFileRow.__tablename__)]
PLACE_SOURCE = "case_file.sealed_source"
PLACE_KEY = "case_file.sealed_key"
UNREADABLE_WAIT = 3_600.0  # seconds
SIZE_LIMIT = 2**31 - 1  # what the column holds; far above what is ever fetched
log = logging.getLogger(__name__)
_A_DRAFT = (case_file.c.chat_key == bindparam("whose"), case_file.c.case_id == "")
_WHOLE = select(case_file, wrapped_key(case_file.c.case_id))
_OF_DRAFT = Hot(_WHOLE.where(*_A_DRAFT).order_by(case_file.c.added_at, case_file.c.id))


def new_file_key() -> bytes:
    """A key for one file's content: for whoever puts a file into the vault before its entry is made."""
    return os.urandom(KEY_BYTES)


class FileStore:
    """See `cases.ports.Files`."""

    def __init__(self, connection: Connection, keys: CaseKeyStore) -> None:
        self._connection = connection
        self._keys = keys

    def add(self, entry: CaseFile) -> None:
        entry.key = entry.key or new_file_key()
        self._connection.execute(insert(case_file), {"id": entry.id, **self._values(entry)})

    def save(self, entry: CaseFile) -> None:
        self._connection.execute(update(case_file).where(case_file.c.id == entry.id).values(self._values(entry)))

    def get(self, file_id: str) -> CaseFile | None:
        row = self._connection.execute(_WHOLE.where(case_file.c.id == file_id)).first()
        return self._file(row) if row is not None else None

    def of_case(self, case_id: str, purpose: str = "") -> Sequence[CaseFile]:
        statement = _WHOLE.where(case_file.c.case_id == case_id)
        if purpose:
            statement = statement.where(case_file.c.purpose == purpose)
        rows = self._connection.execute(statement.order_by(case_file.c.added_at, case_file.c.id))
        return [self._file(row) for row in rows]

    def of_draft(self, chat_key: str) -> Sequence[CaseFile]:
        return [self._file(row) for row in _OF_DRAFT.rows(self._connection, {"whose": chat_key})]

    def claim_draft(self, chat_key: str, case_id: str) -> int:
        files = self.of_draft(chat_key)
        for file in files:
            file.case_id, file.chat_key = case_id, ""
            taken = {"case_id": case_id, "chat_key": "", **self._sealed(file)}
            self._connection.execute(update(case_file).where(case_file.c.id == file.id).values(taken))
        return len(files)

    def drop_draft(self, chat_key: str) -> int:
        draft = (case_file.c.chat_key == chat_key, case_file.c.case_id == "")
        copies = clean_copy.c.file_id.in_(select(case_file.c.id).where(*draft))
        self._connection.execute(delete(clean_copy).where(copies))
        return self._connection.execute(delete(case_file).where(*draft)).rowcount

    def pending(self, now: datetime, limit: int) -> Sequence[CaseFile]:
        rows = self._connection.execute(
            _WHOLE.where(
                case_file.c.state == FileState.PENDING.value,
                or_(case_file.c.next_try_at.is_(None), case_file.c.next_try_at <= now),
            )
            .order_by(case_file.c.added_at)
            .limit(limit)
        ).all()
        return [file for row in rows if (file := self._readable(row, now)) is not None]

    def waiting(self, channel: str) -> set[str]:
        """The references of this channel's files that are still to be fetched, as far as they can be read."""
        here = (case_file.c.state == FileState.PENDING.value, case_file.c.channel == channel)
        found = set()
        for row in self._connection.execute(_WHOLE.where(*here)).all():
            with contextlib.suppress(SealBroken, ValueError):
                found.add(self._file(row).source.ref)
        return found

    def _readable(self, row: Any, now: datetime) -> CaseFile | None:
        """The file; an entry that cannot be read is pushed ahead an hour, for it must not stop the others."""
        try:
            return self._file(row)
        except (SealBroken, ValueError):
            log.error("file %s cannot be read and waits an hour", row.id)
            wait = {"next_try_at": now + timedelta(seconds=UNREADABLE_WAIT)}
            self._connection.execute(update(case_file).where(case_file.c.id == row.id).values(wait))
            return None

    def _values(self, entry: CaseFile) -> dict[str, Any]:
        return {
            "case_id": entry.case_id,
            "chat_key": entry.chat_key,
            "purpose": entry.purpose,
            "channel": entry.channel,
            "state": entry.state.value,
            **self._sealed(entry),
            "sha256": entry.sha256,
            "size": min(entry.size or entry.source.size, SIZE_LIMIT),
            "mime": entry.mime,
            "attempts": entry.attempts,
            "added_at": entry.added_at,
            "next_try_at": entry.next_try_at,
            "fault": entry.fault,
        }

    def _sealed(self, entry: CaseFile) -> dict[str, bytes]:
        source = [entry.source.kind.value, entry.source.ref, entry.source.name, entry.source.mime]
        sealer = self._keys.of(entry.case_id)
        values = {"sealed_source": sealer.seal_json(PLACE_SOURCE, entry.id, source)}
        if entry.key:
            values["sealed_key"] = sealer.seal_bytes(PLACE_KEY, entry.id, entry.key)
        return values

    def _file(self, row: Any) -> CaseFile:
        sealer = self._keys.know(row.case_id, row.case_key)
        kind, ref, name, mime = sealer.open_json(PLACE_SOURCE, row.id, row.sealed_source)
        return CaseFile(
            id=row.id,
            case_id=row.case_id,
            chat_key=row.chat_key,
            purpose=row.purpose,
            source=FileRef(FileKind(kind), ref, name, row.size, mime),
            channel=row.channel,
            added_at=row.added_at,
            state=FileState(row.state),
            sha256=row.sha256,
            size=row.size,
            mime=row.mime,
            attempts=row.attempts,
            next_try_at=row.next_try_at,
            fault=row.fault,
            key=sealer.open_bytes(PLACE_KEY, row.id, row.sealed_key) if row.sealed_key is not None else b"",
        )
