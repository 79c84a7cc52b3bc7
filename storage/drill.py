"""The restore drill: a backup put back beside the installation, checked to the last file, and thrown away again."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from storage.backup_archive import BackupFault
from storage.backup_folder import backups
from storage.restore import BUILDING, Place, Restored, restore

LEFT_BEHIND = (".drill-*", ".backup-*", BUILDING)
"""Whole copies of the database that a killed drill, backup or restore leaves in the data folder."""
LONGEST = timedelta(hours=6)  # after that nobody is at work in one of them any more


async def drill(archive: Path, secret: str, work: Path, reserve: int, clock: Callable[[], datetime]) -> Restored:
    """Restore below `work`, where nothing stays; raises what `restore` raises. Always on SQLite: rows are neutral."""
    room(archive, work, reserve)
    with tempfile.TemporaryDirectory(dir=work, prefix=".drill-") as folder:
        data = Path(folder) / "data"
        place = Place(data, data / "master.key", f"sqlite:///{data / 'hoiam.db'}")
        done = await restore(archive, secret, place, clock)
    if done.broken:
        raise BackupFault(
            f"{archive.name} comes back, but {len(done.broken)} thing(s) in it are broken: {done.broken[0]}"
        )
    return done


def newest(folder: Path) -> Path:
    """The newest backup of a folder; raises BackupFault without any."""
    found = backups(folder)
    if not found:
        raise BackupFault(f"there is no backup in {folder}")
    return found[0]


def room(archive: Path, work: Path, reserve: int) -> None:
    """Raise BackupFault where the drill would take the room that residents' reports need."""
    files = sum(path.stat().st_size for path in (archive.parent / "files").glob("??/*"))
    needed = reserve + files + 4 * archive.stat().st_size
    if shutil.disk_usage(work).free < needed:
        raise BackupFault(f"a drill needs {needed // 1_000_000} MB free in {work}")


def drop_left_behind(data_dir: Path, now: datetime) -> int:
    """Remove them, for an erased case would go on living there; returns how many there were. Blocking."""
    bound = (now - LONGEST).timestamp()
    found = [path for form in LEFT_BEHIND for path in data_dir.glob(form) if path.stat().st_mtime < bound]
    for path in found:
        shutil.rmtree(path)
    return len(found)
