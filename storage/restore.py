"""Putting a backup back: every byte checked, what was erased erased again, and nobody written to.

Everything is built in a folder of its own and moved into place last: a restore that was killed installs nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

import orjson
from sqlalchemy import and_, delete, insert, select, update

from cases.ports import CaseFile, FileState
from storage import chores
from storage.audit_check import check_chain
from storage.backup import MASTER_KEY, OWN, SETTINGS
from storage.backup_archive import BackupFault
from storage.backup_folder import check_note, give_back
from storage.backup_rows import Cover, Filler
from storage.case_keys import PLACE_KEY, case_key
from storage.case_store import case
from storage.database import open_database
from storage.erasing import erase_case, erase_identity
from storage.erasures import CASE, IDENTITY, erased, hash_of
from storage.files import case_file
from storage.keys import SealBroken, load_or_make
from storage.migrate import upgrade
from storage.outbox import outbox
from storage.people import reporter
from storage.restore_moving import empty, move
from storage.restore_reading import Contents, KeysFile, fill, read_keys
from storage.sealed import PART as SEALED
from storage.vault import FileVault, VaultFault
from storage.work import Office, StoredWork

RESTORED = "restored"
"""State of a message that waited when the backup was made: nobody sends it unless an administrator says so."""
_OWN_NAME = re.compile(rf"{OWN}(papers/)?[0-9A-Za-z_-][0-9A-Za-z._-]*")
BUILDING = ".restoring"  # in the data folder, so that it can be a disk of its own
UPLOADED = "up"  # ids of files that a browser sent and no report took over yet


@dataclass(frozen=True, slots=True)
class Place:
    """Where an installation is put. `database` is an address as in the settings."""

    data_dir: Path
    key_file: Path
    database: str


@dataclass(slots=True)
class Restored:
    """What came of it."""

    made_at: datetime
    revision: str
    rows: int = 0
    files: int = 0
    files_opened: int = 0
    cases_erased_again: int = 0
    identities_erased_again: int = 0
    held: int = 0
    audit_entries: int = 0
    settings: bool = False
    used_copy_of_keys: bool = False
    broken: list[str] = field(default_factory=list)
    """What was wrong already when the backup was made: it comes back as it was, and is told."""


def refuse_living(place: Place) -> None:
    """Raise BackupFault where something is already installed."""
    found = [place.key_file, *(place.data_dir / name for name in ("hoiam.db", "master.key"))]
    found += list((place.data_dir / "files").glob("??/*"))[:1]
    if place.database.startswith("sqlite:///"):
        found.append(Path(place.database.removeprefix("sqlite:///")))
    living = next((path for path in found if path.exists()), None)
    if living is not None:
        raise BackupFault(
            f"there is an installation already: {living}. A restore never writes over one: stop the program and move "
            f"{place.data_dir} (and the key file) away first, or restore elsewhere with --into"
        )


Hush = Callable[[Place], Awaitable[int]]


async def restore(
    archive: Path, secret: str, place: Place, clock: Callable[[], datetime], hush: Hush | None = None
) -> Restored:
    """Put it back; raises `WrongKey`, `Damaged` or BackupFault, and then nothing was put anywhere.

    `hush` is told where the installation was built, before it is moved into place: whatever it would say to people on
    its own is to be held there. It returns how many messages it held.
    """
    refuse_living(place)
    await asyncio.to_thread(check_note, archive)
    keys = await asyncio.to_thread(read_keys, archive.parent, secret)
    fresh = not place.data_dir.exists()
    place.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    building = place.data_dir / BUILDING
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(mode=0o700)
    try:
        return await _build(archive, secret, place, keys, building, clock, hush)
    finally:
        shutil.rmtree(building, ignore_errors=True)
        if fresh:
            with contextlib.suppress(OSError):  # it is in use now
                place.data_dir.rmdir()


async def _build(
    archive: Path,
    secret: str,
    place: Place,
    keys: KeysFile,
    building: Path,
    clock: Callable[[], datetime],
    hush: Hush | None,
) -> Restored:
    sqlite = place.database.startswith("sqlite:///")
    built = Place(building, building / MASTER_KEY, f"sqlite:///{building / 'hoiam.db'}" if sqlite else place.database)
    database = open_database(built.database)
    filled = False
    try:
        contents = await database.write(lambda connection: fill(connection, archive, secret, keys))
        filled = True
        done = Restored(contents.made_at, contents.head["revision"], used_copy_of_keys=keys.from_copy)
        built.key_file.touch(mode=0o600)
        built.key_file.write_bytes(contents.blobs[MASTER_KEY])
        office = Office(database, load_or_make(built.key_file), clock)
        await database.write(upgrade)
        await office.write(lambda unit: _put_keys(unit, keys))
        done.rows = sum(int(told[0]) for told in (contents.end or {})["end"].values())
        vault = FileVault(building / "files", office.keys)
        vault.folder.mkdir()
        await _put_files(office, vault, archive.parent, contents, keys, done)
        await _settle(office, keys, done)
        await _check(office, vault, done)
        _put_own(building, contents)
        if SETTINGS in contents.blobs:
            done.settings = True
            (building / SETTINGS).touch(mode=0o600)
            (building / SETTINGS).write_bytes(contents.blobs[SETTINGS])
        await database.close()
        if hush is not None:
            done.held += await hush(built)
        path = Path(place.database.removeprefix("sqlite:///")) if sqlite else None
        await asyncio.to_thread(move, building, place.data_dir, place.key_file, path)
    except BaseException:  # interrupted as well: half a restore is left nowhere
        await database.close()
        if filled and not sqlite:  # it was empty before
            await empty(place.database)
        raise
    return done


# -- putting back ---------------------------------------------------------------------------------------------------


def _put_keys(unit: StoredWork, keys: KeysFile) -> None:
    """All keys that were not erased, wrapped under the master of the backup.

    Those of cases that came after this backup too: the next one replaces the file of keys, and without them the newer
    backups of the folder could not be read any more. And some are of no case: proofs of publicity have files.
    """
    rows = [
        {"case_id": one, "sealed_key": unit.keys.seal_bytes(PLACE_KEY, one, key), "made_at": at}
        for one, (key, at) in keys.cases.items()
    ]
    marks = [{"hash": mark, "what": what, "at": at} for mark, (what, at) in keys.erased.items()]
    for table, values in ((case_key, rows), (erased, marks)):
        if values:
            unit.connection.execute(insert(table), values)
    filler = Filler(unit.connection, Cover({}))
    for line in keys.identities:
        told = orjson.loads(line)
        if isinstance(told, list):
            filler.row(line, told)
        else:
            filler.begin(told["table"], told["columns"])
    filler.flush()
    unit.connection.execute(delete(reporter).where(reporter.c.case_id.not_in(select(case.c.id))))


async def _put_files(
    office: Office, vault: FileVault, folder: Path, contents: Contents, keys: KeysFile, done: Restored
) -> None:
    """Every file that a row knows, checked on the way; what was erased or thrown away meanwhile stays away."""
    known = await office.read(lambda unit: set(unit.connection.execute(select(case_file.c.id)).scalars()))
    for kept in contents.files:
        gone = hash_of("file", kept.file_id) in keys.erased
        if not gone and (kept.file_id in known or kept.file_id.startswith(UPLOADED)):
            await asyncio.to_thread(give_back, folder, kept, vault.folder)
            done.files += 1


async def _settle(office: Office, keys: KeysFile, done: Restored) -> None:
    """Erase again, hold every message that waited, and note the restore in the chain."""

    def work(unit: StoredWork) -> None:
        for one in unit.connection.execute(select(case.c.id)).scalars().all():
            if keys.erased.get(hash_of(CASE, one)):
                erase_case(unit, one)
                done.cases_erased_again += 1
        for one in unit.connection.execute(select(case.c.reporter).where(case.c.reporter != "")).scalars().all():
            if keys.erased.get(hash_of(IDENTITY, one)):
                erase_identity(unit, one)
                done.identities_erased_again += 1
        nobody = and_(case.c.reporter != "", case.c.reporter.not_in(select(reporter.c.ref)))
        unit.connection.execute(update(case).where(nobody).values(reporter=""))
        done.held = hold_messages(unit)
        unit.audit.enter("restored", actor="operator", detail={"made_at": done.made_at.isoformat()})
        chores.done(unit, chores.RESTORED, done.made_at.isoformat())

    await office.write(work)


def hold_messages(unit: StoredWork) -> int:
    """Whatever waits to be said may have been said already: it waits for an administrator instead."""
    waiting = (outbox.c.done_at.is_(None), outbox.c.state != RESTORED)
    hold = {"state": RESTORED, "lease_until": None, "detail": "held: restored"}
    return unit.connection.execute(update(outbox).where(*waiting).values(hold)).rowcount


async def _check(office: Office, vault: FileVault, done: Restored) -> None:
    """The audit chain is whole and every file opens; of a sealed report's file only its receiver could say so."""
    finding = await office.read(check_chain)
    if not finding.whole:
        done.broken.append(f"the audit chain does not hold: {finding.flaw}")
    done.audit_entries = finding.head.position
    of_stored = select(case_file.c.id).where(case_file.c.state == FileState.STORED.value)
    for file_id in await office.read(lambda unit: unit.connection.execute(of_stored).scalars().all()):
        if vault.has(file_id, SEALED) and not vault.has(file_id):
            continue
        try:
            entry = await office.read(partial(_entry, file_id=file_id))
            await asyncio.to_thread(vault.get, file_id, key=entry.key if entry else b"")
        except (SealBroken, VaultFault) as error:
            done.broken.append(f"file {file_id} does not open ({error})")
            continue
        done.files_opened += 1


def _put_own(building: Path, contents: Contents) -> None:
    """A commune's own templates, and the heads of the audit chain."""
    for name, content in contents.blobs.items():
        if _OWN_NAME.fullmatch(name):
            path = building / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def _entry(unit: StoredWork, file_id: str) -> CaseFile | None:
    return unit.files.get(file_id)
