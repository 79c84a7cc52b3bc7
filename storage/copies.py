"""Clean copies of stored files: asked for when a file is stored, made one after another, each told how it ended."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from cases.ports import CaseFile, FileState
from storage.files import UNREADABLE_WAIT, case_file, clean_copy
from storage.keys import SealBroken
from storage.work import StoredWork

PLACE_FINDING = "clean_copy.sealed_finding"
LEASE = timedelta(minutes=10)
WORKING = "working"  # stands in `fault` while somebody is at it
SCANNER = "scanner"  # stands in `fault` while the virus scanner does not answer
FROM_PEOPLE = ("evidence", "reply", "extension", "proof")
"""Purposes of files that came from outside; papers made here are shown as they are."""
ADOPTED_AT_ONCE = 500

log = logging.getLogger(__name__)


class CopyState(StrEnum):
    """`made`: its parts lie in the vault. `none`: cannot be made, `fault` says why. `locked`: a virus was found."""

    ASKED = "asked"
    MADE = "made"
    NONE = "none"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class CleanCopy:
    """How a copy stands. `total`: pages of the original; `finding`: the scanner's name of what it found."""

    file_id: str
    state: CopyState
    shape: str = ""
    parts: int = 0
    total: int = 0
    mime: str = ""
    fault: str = ""
    finding: str = ""
    attempts: int = 0

    @property
    def is_held(self) -> bool:
        """Whether not even the original may be handed out: a virus was found, or the scanner has not answered yet."""
        waits = self.state is CopyState.ASKED and self.fault in (SCANNER, WORKING)
        return waits or self.state is CopyState.LOCKED


def part_name(number: int) -> str:
    """Under which the vault keeps a part; counted from 1."""
    return "clean" if number == 1 else f"clean{number}"


def ask(unit: StoredWork, file_id: str) -> None:
    """A copy of this file is wanted, also anew."""
    fresh = {"state": CopyState.ASKED.value, "fault": "", "attempts": 0, "asked_at": unit.now, "next_try_at": unit.now}
    if not unit.connection.execute(update(clean_copy).where(clean_copy.c.file_id == file_id).values(fresh)).rowcount:
        empty = {"shape": "", "parts": 0, "total": 0, "mime": ""}
        unit.connection.execute(insert(clean_copy), {"file_id": file_id, **empty, **fresh})


def claim(unit: StoredWork) -> tuple[CaseFile, CleanCopy] | None:
    """The next file of a case to copy, taken for ten minutes. Files of drafts wait until there is a case.

    An entry that cannot be read is pushed ahead an hour: it must not stop the others.
    """
    while (row := _next(unit)) is not None:
        same = (clean_copy.c.file_id == row.file_id, clean_copy.c.next_try_at == row.next_try_at)
        taken = {"fault": WORKING, "next_try_at": unit.now + LEASE}
        if unit.connection.execute(update(clean_copy).where(*same).values(taken)).rowcount != 1:
            return None  # another worker was quicker: it will be asked again
        try:
            file = unit.files.get(row.file_id)
        except (SealBroken, ValueError):
            log.error("file %s cannot be read and waits an hour", row.file_id)
            later(unit, row.file_id, "", UNREADABLE_WAIT, row.attempts)
            continue
        return (file, _copy(unit, row)) if file is not None else None
    return None


def _next(unit: StoredWork) -> Any:
    return unit.connection.execute(
        select(clean_copy)
        .join(case_file, case_file.c.id == clean_copy.c.file_id)
        .where(
            clean_copy.c.state == CopyState.ASKED.value,
            clean_copy.c.next_try_at <= unit.now,
            case_file.c.case_id != "",
            case_file.c.state == FileState.STORED.value,
        )
        .order_by(clean_copy.c.asked_at, clean_copy.c.file_id)
        .limit(1)
    ).first()


def end(
    unit: StoredWork,
    file_id: str,
    state: CopyState,
    *,
    shape: str = "",
    parts: int = 0,
    total: int = 0,
    mime: str = "",
    fault: str = "",
    finding: str = "",
) -> None:
    """Enter how it ended."""
    sealed = unit.keys.seal(PLACE_FINDING, file_id, finding) if finding else None
    found = {"shape": shape, "parts": parts, "total": total, "mime": mime, "fault": fault, "sealed_finding": sealed}
    done = {"state": state.value, "ended_at": unit.now, **found}
    unit.connection.execute(update(clean_copy).where(clean_copy.c.file_id == file_id).values(done))


def later(unit: StoredWork, file_id: str, fault: str, seconds: float, attempts: int) -> None:
    """Try again after so many seconds."""
    values = {"fault": fault, "next_try_at": unit.now + timedelta(seconds=seconds), "attempts": attempts}
    unit.connection.execute(update(clean_copy).where(clean_copy.c.file_id == file_id).values(values))


def of_files(unit: StoredWork, file_ids: Iterable[str]) -> dict[str, CleanCopy]:
    """By file."""
    wanted = list(file_ids)
    rows = unit.connection.execute(select(clean_copy).where(clean_copy.c.file_id.in_(wanted))) if wanted else ()
    return {row.file_id: _copy(unit, row) for row in rows}


def held(unit: StoredWork) -> int:
    """How many files wait because the scanner does not answer."""
    waiting = (clean_copy.c.state == CopyState.ASKED.value, clean_copy.c.fault == SCANNER)
    return int(unit.connection.execute(select(func.count()).select_from(clean_copy).where(*waiting)).scalar_one())


def release(unit: StoredWork) -> None:
    """At the start of the only process: whoever was at work is no more."""
    waiting = (clean_copy.c.state == CopyState.ASKED.value, clean_copy.c.fault == WORKING)
    unit.connection.execute(update(clean_copy).where(*waiting).values(fault="", next_try_at=unit.now))


def adopt(unit: StoredWork) -> int:
    """Ask for copies of files stored before there were any, and forget those of files that are gone."""
    gone = clean_copy.c.file_id.not_in(select(case_file.c.id))
    unit.connection.execute(delete(clean_copy).where(gone))
    known = select(clean_copy.c.file_id)
    without = unit.connection.execute(
        select(case_file.c.id)
        .where(
            case_file.c.state == FileState.STORED.value,
            case_file.c.purpose.in_(FROM_PEOPLE),
            case_file.c.id.not_in(known),
        )
        .limit(ADOPTED_AT_ONCE)
    )
    found = list(without.scalars())
    for file_id in found:
        ask(unit, file_id)
    return len(found)


def _copy(unit: StoredWork, row: Any) -> CleanCopy:
    sealed = row.sealed_finding
    return CleanCopy(
        file_id=row.file_id,
        state=CopyState(row.state),
        shape=row.shape,
        parts=row.parts,
        total=row.total,
        mime=row.mime,
        fault=row.fault,
        finding=unit.keys.open(PLACE_FINDING, row.file_id, sealed) if sealed is not None else "",
        attempts=row.attempts,
    )
