"""The folder of backups: one file a backup, the files of the vault beside them, and two copies of the keys of cases.

hoiam-20261122T060000Z.age    rows, master key, settings of that moment, encrypted
hoiam-20261122T060000Z.json   its SHA-256 and size, and to which keys it is encrypted
keys.age, keys-copy.age       keys of cases and the list of what was erased; replaced with every backup
files/ab/<id>.<part>.<when>.<sha256>   files of the vault, sealed as they lie there; never written twice
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO

import orjson

from storage.backup_archive import CHUNK, BackupFault, Damaged, digest_of
from storage.erasures import FILE, hash_of
from storage.key_file import sync_folder

NAME = re.compile(r"hoiam-(\d{8}T\d{6}Z)\.age")
KEYS = ("keys.age", "keys-copy.age")
STORE = "files"
UNFINISHED_AFTER = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Keep:
    """How many backups stay: the newest of so many hours, days and months."""

    hourly: int = 48
    daily: int = 30
    monthly: int = 12

    @classmethod
    def read(cls, text: str) -> Keep:
        """As in the settings, `48,30,12`; raises ValueError."""
        hourly, daily, monthly = (int(part) for part in text.split(","))
        if min(hourly, daily, monthly) < 0 or hourly < 1:
            raise ValueError(text)
        return cls(hourly, daily, monthly)


@dataclass(frozen=True, slots=True)
class Kept:
    """One file of the vault as a backup names it. `stored` is its name in the store, below `files/ab/`."""

    name: str
    stored: str
    size: int

    @property
    def file_id(self) -> str:
        """The id of the file in the tables."""
        return self.name.partition(".")[0]

    @property
    def sha256(self) -> str:
        """Of the sealed bytes."""
        return self.stored.rpartition(".")[2]


def name_at(moment: datetime) -> str:
    """The name of a backup made at this moment."""
    return f"hoiam-{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}.age"


def made_at(path: Path) -> datetime:
    """When a backup was made, by its name; raises BackupFault."""
    found = NAME.fullmatch(path.name)
    if found is None:
        raise BackupFault(f"{path.name} is not the name of a backup: they are called hoiam-…Z.age")
    return datetime.strptime(found[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def backups(folder: Path) -> list[Path]:
    """All backups of a folder, the newest first."""
    return sorted((path for path in folder.glob("hoiam-*.age") if NAME.fullmatch(path.name)), reverse=True)


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder for this process; raises BackupFault when another one is at work in it."""
    with _lock_file(folder) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BackupFault(f"another backup is being made in {folder}") from error
        yield


def _lock_file(folder: Path) -> TextIO:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return (folder / ".lock").open("w", encoding="ascii")
    except OSError as error:
        raise BackupFault(
            f"HOIAM_BACKUP_DIR: {folder} cannot be written to ({error.strerror}); name a folder this user may write to"
        ) from error


def write_note(target: Path, note: Mapping[str, object]) -> None:
    """What stands beside a backup in clear, whole or not at all."""
    temporary = target.with_name(f".{target.name}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(orjson.dumps(note, option=orjson.OPT_INDENT_2))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
        sync_folder(target.parent)
    finally:
        temporary.unlink(missing_ok=True)


def check_note(path: Path) -> None:
    """Compare a backup with what was noted of it, where the note is there; raises `Damaged`."""
    note = path.with_suffix(".json")
    if not path.exists():
        raise Damaged(f"{path} is missing")
    if not note.exists():
        return
    try:
        told = orjson.loads(note.read_bytes())
        expected = (told["sha256"], told["size"])
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise Damaged(f"{note.name} is damaged; take another copy, or remove it to rely on {path.name}") from error
    if digest_of(path) != expected:
        raise Damaged(f"{path.name} is not what was noted in {note.name}; take another copy, or the backup before it")


def to_drop(made: Sequence[datetime], keep: Keep) -> set[datetime]:
    """Which of these backups are no longer kept. Of each hour, day and month the newest counts."""
    newest = sorted(made, reverse=True)
    stay: set[datetime] = set(newest[:1])
    for form, most in (("%Y%m%d%H", keep.hourly), ("%Y%m%d", keep.daily), ("%Y%m", keep.monthly)):
        spans: dict[str, datetime] = {}
        for one in newest:
            spans.setdefault(one.strftime(form), one)
        stay.update(list(spans.values())[:most])
    return set(made) - stay


def thin(folder: Path, keep: Keep) -> int:
    """Remove what is no longer kept, and what a killed backup left behind; returns how many backups went."""
    found = {made_at(path): path for path in backups(folder)}
    dropped = to_drop(list(found), keep)
    for moment in dropped:
        found[moment].unlink(missing_ok=True)
        found[moment].with_suffix(".json").unlink(missing_ok=True)
    for note in folder.glob("hoiam-*.json"):
        if not note.with_suffix(".age").exists():
            note.unlink(missing_ok=True)
    return len(dropped)


# -- the store of files ---------------------------------------------------------------------------------------------


def take_files(vault: Path, folder: Path, now: datetime) -> list[Kept]:
    """Copy what is new in the vault into the store, and mark what is still there; returns all of the vault."""
    store = folder / STORE
    stored = {path.name.rpartition(".")[0]: path for path in store.glob("??/*") if not path.name.startswith(".")}
    kept = []
    for path in sorted(vault.glob("??/*")):
        if path.suffix == ".tmp":
            continue
        try:
            found = path.stat()
            mark = f"{path.name}.{found.st_mtime_ns}"
            known = stored.get(mark)
            if known is None or known.stat().st_size != found.st_size:
                known = _copy(path, store / path.name[:2], mark)
        except FileNotFoundError:  # erased meanwhile
            continue
        os.utime(known, (now.timestamp(), now.timestamp()))  # until when it was there: see `drop_files`
        kept.append(Kept(path.name, known.name, found.st_size))
    return kept


def _copy(source: Path, folder: Path, mark: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{mark}.tmp"
    sha256 = hashlib.sha256()
    try:
        with source.open("rb") as file, temporary.open("wb") as copy:
            while chunk := file.read(CHUNK):
                sha256.update(chunk)
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
        target = folder / f"{mark}.{sha256.hexdigest()}"
        temporary.replace(target)
        sync_folder(folder)
    finally:
        temporary.unlink(missing_ok=True)
    return target


def drop_files(folder: Path, erased: Mapping[str, str]) -> int:
    """Remove from the store what was erased for good, and what no backup that is left can name any more."""
    left = backups(folder)
    oldest = min((made_at(path) for path in left), default=datetime.max.replace(tzinfo=UTC))
    dropped = 0
    for path in (folder / STORE).glob("??/*"):
        gone = hash_of(FILE, path.name.partition(".")[0]) in erased
        unnamed = datetime.fromtimestamp(path.stat().st_mtime, UTC) < oldest - UNFINISHED_AFTER
        if gone or unnamed:
            path.unlink(missing_ok=True)
            dropped += 1
    return dropped


def give_back(folder: Path, kept: Kept, vault: Path) -> None:
    """Copy one file from the store into a vault; raises `Damaged` naming it."""
    source = folder / STORE / kept.name[:2] / kept.stored
    target = vault / kept.name[:2] / kept.name
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copyfile(source, target)
    except FileNotFoundError as error:
        raise Damaged(f"a file is missing in the backup's folder: {source}") from error
    if digest_of(target) != (kept.sha256, kept.size):
        raise Damaged(f"a file of the backup is damaged: {source}; take it from another copy of the folder")
