"""Files of sealed reports: sealed in memory as they are fetched, before anything of them lies in the vault.

What a draft had stored before it became a sealed report is taken out of the vault, sealed, and its old key destroyed,
so that nothing left over on the disk opens any more.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import delete

from cases.model import Case
from cases.ports import CaseFile, FileState
from storage.files import new_file_key
from storage.schema import metadata
from storage.sealed import FILE, PART, bare, emptied, head_of
from storage.sealed_box import Box, packed, seal
from storage.tables_clean import CleanCopyRow
from storage.vault import FileVault
from storage.work import Office, StoredWork, new_id

clean_copy = metadata.tables[str(CleanCopyRow.__tablename__)]
EVIDENCE = "evidence"
WEB = "web"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a file is to be sealed; `done` when its box is made and only the leftovers have to go."""

    case: Case
    publics: dict[str, bytes]
    done: bool


def wanted(unit: StoredWork, file: CaseFile) -> Wanted | None:
    """Whether this file belongs to a sealed report, and what to seal it with; papers of offices are never sealed."""
    case = unit.cases.get(file.case_id) if file.case_id and file.purpose == EVIDENCE else None
    if case is None or not case.sealed_to:
        return None
    return Wanted(case, unit.sealed.publics(case), unit.sealed.has_file(file.id))


def taken_over(unit: StoredWork, file: CaseFile) -> Wanted | None:
    """The same for a file that was a draft's when its fetching began."""
    now = unit.files.get(file.id) if not file.case_id else None
    return wanted(unit, now) if now is not None else None


class FileSealer:
    """Seals what `fetch` brings, or what the vault has of it already."""

    def __init__(self, office: Office, vault: FileVault, blocking: Callable[..., Awaitable[Any]]) -> None:
        self._office = office
        self._vault = vault
        self._blocking = blocking

    async def take(self, file: CaseFile, to: Wanted, fetch: Callable[[CaseFile], Awaitable[tuple[bytes, str]]]) -> None:
        """Seal one file to its end; a crash anywhere leaves it pending, to be taken up again."""
        if not (to.done and self._vault.has(file.id, PART)):
            content, mime = await self._content(file, fetch)
            box_id, key = new_id(), new_file_key()
            made = await self._blocking(_made, to, box_id, file, content, mime)
            sha256 = await self._blocking(self._vault.put, file.id, made.content, PART, key)
            kept = replace(bare(file), key=key, sha256=sha256, size=len(content))
            if not await self._office.write(partial(_note, file=kept, box_id=box_id, made=made)):
                await self._blocking(self._vault.drop, file.id)
                return
        await self._blocking(self._clear, file)
        await self._office.write(partial(_finish, file_id=file.id))

    async def _content(
        self, file: CaseFile, fetch: Callable[[CaseFile], Awaitable[tuple[bytes, str]]]
    ) -> tuple[bytes, str]:
        if self._vault.has(file.id):
            from scheduler.filetypes import sniff

            content: bytes = await self._blocking(self._vault.get, file.id, "original", file.key)
            return content, (await self._blocking(sniff, content)) or "application/octet-stream"
        return await fetch(file)

    def _clear(self, file: CaseFile) -> None:
        self._vault.drop(file.id, PART)
        if file.channel == WEB and file.source.ref.isalnum():
            self._vault.drop(file.source.ref)


def _made(to: Wanted, box_id: str, file: CaseFile, content: bytes, mime: str) -> Box:
    head = head_of(to.case, box_id, FILE, file.added_at) | {"file": file.id, "mime": mime}
    return seal(packed(head, content), to.publics)


def _note(unit: StoredWork, *, file: CaseFile, box_id: str, made: Box) -> bool:
    """The box is noted and the old key overwritten; the file stays pending until its leftovers are gone."""
    current = unit.files.get(file.id)
    case = unit.cases.get(file.case_id)
    if current is None or case is None or current.state is not FileState.PENDING:
        return False
    unit.sealed.keep_file(case, file.id, box_id, made)
    unit.connection.execute(delete(clean_copy).where(clean_copy.c.file_id == file.id))
    unit.files.save(replace(file, state=FileState.PENDING, fault=current.fault, next_try_at=current.next_try_at))
    return True


def _finish(unit: StoredWork, *, file_id: str) -> None:
    current = unit.files.get(file_id)
    if current is not None and current.state is FileState.PENDING:
        kept = replace(emptied(current), sha256=current.sha256, size=current.size, state=FileState.STORED)
        unit.files.save(replace(kept, fault="", next_try_at=None, attempts=current.attempts + 1))
