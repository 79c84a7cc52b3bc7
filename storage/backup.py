"""Making a backup: one moment of the database, the master key and every file, readable only with an off-line key."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from storage.backup_archive import FORM, BackupFault, Spool, blob, encrypt, packed
from storage.backup_folder import (
    KEYS,
    Keep,
    Kept,
    alone,
    check_note,
    drop_files,
    name_at,
    take_files,
    thin,
    write_note,
)
from storage.backup_snapshot import Snapshot, snapshot_of
from storage.erasures import CASE
from storage.keys import load_or_make
from storage.migrate import newest

OWN, OWN_FILES, BIGGEST_OWN = "own/", ("papers/*.docx", "audit-heads.txt"), 20_000_000
"""What else of the data folder is backed up: a commune's own templates, and the heads of the audit chain."""
TRIES = 3
RESERVE = 500_000_000  # bytes left free on the disk of the backups: below this, files of residents are refused too
MASTER_KEY, SETTINGS, OWNER = "master.key", "settings.env", "installation.json"


@dataclass(frozen=True, slots=True)
class Source:
    """An installation as it is to be backed up. `settings`: lines for an `.env`, kept beside the keys."""

    database: str
    vault: Path
    key_file: Path
    settings: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """Where backups go, to whose keys, and how many stay. `reserve`: bytes that must stay free."""

    folder: Path
    recipients: Sequence[str]
    keep: Keep = field(default_factory=Keep)
    reserve: int = RESERVE
    fewer: bool = False  # keys of cases were lost, and that is meant


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made. Sizes in bytes."""

    path: Path
    sha256: str
    size: int
    rows: int
    files: int
    thinned: int
    unreadable_keys: int

    def __str__(self) -> str:
        told = f"{self.path.name}: {self.rows} rows, {self.files} files, {self.size} bytes"
        return told + (f"; {self.unreadable_keys} key(s) of cases do not open" if self.unreadable_keys else "")


def make(source: Source, target: Target, now: datetime) -> Made:
    """Make one backup; raises BackupFault or OSError, and then nothing of it stays. Blocking, minutes for gigabytes."""
    if not target.recipients:
        raise BackupFault("HOIAM_BACKUP_RECIPIENT is not set: `hoiam backup key` makes a key and says what to do")
    with alone(target.folder):
        return _make(source, target, now)


def _make(source: Source, target: Target, now: datetime) -> Made:
    _clear(target.folder)
    _room(source, target)
    spool = target.folder / ".rows.tmp"
    path = target.folder / name_at(now)
    try:
        snapshot, master = _read(source, spool)
        if snapshot.revision != newest():
            raise BackupFault(
                f"the database is at {snapshot.revision or 'no revision'}, the program at {newest()}: start the "
                "program once, or make the backup with the program that made the database"
            )
        _check_owner(source, target, snapshot)
        kept = take_files(source.vault, target.folder, now)
        _write_keys(source, target, snapshot, now)  # first: it must hold the key of every case backed up
        head = {"hoiam": "backup", "form": FORM, "made_at": now, "revision": snapshot.revision}
        sha256, size = encrypt(
            [packed([head]), spool, packed(_tail(source, master, snapshot, kept))], path, target.recipients
        )
    finally:
        spool.unlink(missing_ok=True)
    note = {"made_at": now, "size": size, "sha256": sha256, "files": len(kept), "recipients": list(target.recipients)}
    write_note(path.with_suffix(".json"), note)
    check_note(path)
    thinned = thin(target.folder, target.keep)
    drop_files(target.folder, {mark: what for mark, what, _ in snapshot.erased})
    return Made(
        path,
        sha256,
        size,
        sum(one.rows for one in snapshot.sums.values()),
        len(kept),
        thinned,
        len(snapshot.unreadable),
    )


def _read(source: Source, spool: Path) -> tuple[Snapshot, bytes]:
    """The rows of one moment and the key file that opens them: read again if the file was changed meanwhile."""
    for _ in range(TRIES):
        master = source.key_file.read_bytes()
        spool.unlink(missing_ok=True)
        rows = Spool(spool)
        try:
            snapshot = snapshot_of(source.database, rows.line, load_or_make(source.key_file))
        finally:
            rows.close()
        if source.key_file.read_bytes() == master:
            return snapshot, master
    raise BackupFault("the key file changes all the time; try again when keys are not being rotated")


def _tail(source: Source, master: bytes, snapshot: Snapshot, kept: Sequence[Kept]) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = [blob(MASTER_KEY, master)]
    lines += [blob(SETTINGS, source.settings.encode())] if source.settings else []
    data = source.vault.parent
    own = [path for pattern in OWN_FILES for path in sorted(data.glob(pattern)) if path.stat().st_size < BIGGEST_OWN]
    lines += [blob(f"{OWN}{path.relative_to(data)}", path.read_bytes()) for path in own]
    lines += [{"file": one.name, "stored": one.stored, "size": one.size} for one in kept]
    return [*lines, {"end": {name: one.told() for name, one in snapshot.sums.items()}, "files": len(kept)}]


def _write_keys(source: Source, target: Target, snapshot: Snapshot, now: datetime) -> None:
    """Replace the file of case keys, identities and erasures, and its copy."""
    lines: list[Mapping[str, object]] = [{"hoiam": "keys", "form": FORM, "made_at": now, "revision": snapshot.revision}]
    lines += [{"case": one, "key": key.hex(), "at": at} for one, (key, at) in snapshot.case_keys.items()]
    lines += [{"erased": mark, "what": what, "at": at} for mark, what, at in snapshot.erased]
    end = {"cases": len(snapshot.case_keys), "erased": len(snapshot.erased), "identities": len(snapshot.identities)}
    identities = gzip.compress(b"".join(line + b"\n" for line in snapshot.identities), 1, mtime=0)
    for name in KEYS:
        encrypt([packed(lines), identities, packed([{"end": end}])], target.folder / name, target.recipients)
    owner = load_or_make(source.key_file).lookup("backup", "installation")
    write_note(target.folder / OWNER, {"installation": owner, "cases": _cases(snapshot), "made_at": now})


def _check_owner(source: Source, target: Target, snapshot: Snapshot) -> None:
    """Refuse what would replace the keys of cases by fewer: another installation's folder, a database that lost rows.

    The keys are in no other place, and without them older backups are worthless.
    """
    path = target.folder / OWNER
    if not path.exists():
        return
    try:
        told = orjson.loads(path.read_bytes())
        owner, cases, last = told["installation"], int(told["cases"]), datetime.fromisoformat(told["made_at"])
    except (ValueError, KeyError, TypeError) as error:
        raise BackupFault(
            f"{path} is damaged, so nothing says whose keys lie in this folder: put it back from another copy of the "
            "folder, or set HOIAM_BACKUP_DIR to an empty folder and keep this one"
        ) from error
    if owner != load_or_make(source.key_file).lookup("backup", "installation"):
        raise BackupFault(
            f"{target.folder} holds the backups of another installation (another master key), and would lose the keys "
            "that open them: restore from it, or set HOIAM_BACKUP_DIR to an empty folder"
        )
    lost = cases - _cases(snapshot)
    restored = snapshot.restored_at is not None and snapshot.restored_at >= last
    if lost > 0 and not restored and not target.fewer:
        raise BackupFault(
            f"the database has lost the keys of {lost} case(s) since the last backup, and nothing says they were "
            "erased: find out why, and restore from the last backup; if it is meant, `hoiam backup make --fewer`"
        )


def _cases(snapshot: Snapshot) -> int:
    """Cases there are and were: it shrinks only when rows are lost."""
    return len(snapshot.case_keys) + len(snapshot.unreadable) + sum(what == CASE for _, what, _ in snapshot.erased)


def _room(source: Source, target: Target) -> None:
    """A backup must never fill the disk that residents' reports need."""
    database = Path(source.database.removeprefix("sqlite:///"))
    rows = database.stat().st_size if source.database.startswith("sqlite:///") and database.exists() else 0
    free, needed = shutil.disk_usage(target.folder).free, target.reserve + 2 * rows
    if free < needed:
        raise BackupFault(
            f"the disk of {target.folder} has {free // 1_000_000} MB free, a backup needs {needed // 1_000_000} MB: "
            "make room, keep fewer backups (HOIAM_BACKUP_KEEP) or use another disk (HOIAM_BACKUP_DIR)"
        )


def _clear(folder: Path) -> None:
    """Remove what a killed backup left behind; nobody else is at work here."""
    for path in (*folder.glob(".*.tmp"), *(folder / "files").glob("??/.*.tmp")):
        path.unlink(missing_ok=True)
