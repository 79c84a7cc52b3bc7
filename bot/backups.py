"""Backups by themselves: each hour in a child process, a drill each month, and whoever must know when they fail."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Gauge

from bot.alarms import Alarms
from bot.settings import Settings
from cases.calendar import local_date
from storage import chores
from storage.backup import Source, Target
from storage.backup_archive import new_pair, public_half
from storage.backup_folder import Keep, backups
from storage.work import Office, StoredWork

log = structlog.get_logger(__name__)
SECONDS = 60.0
EVERY, AGAIN = timedelta(hours=1), timedelta(minutes=10)
LATE = timedelta(hours=3)
DRILL_EVERY, DRILL_AGAIN, DRILL_LATE = timedelta(days=30), timedelta(days=1), timedelta(days=35)
CHILD_SECONDS = 3 * 3600.0
FIRST = timedelta(seconds=CHILD_SECONDS)
MEGABYTE = 1_048_576
_LEFT_OUT = frozenset({"HOIAM_DATA_DIR", "HOIAM_MASTER_KEY_FILE"})
"""Settings that say where things lay on the lost machine: a new one decides for itself."""


def source_of(settings: Settings, lines: str) -> Source:
    """What is backed up."""
    return Source(settings.database, settings.data_dir / "files", settings.key_file, lines)


def target_of(settings: Settings, *, fewer: bool = False) -> Target:
    """Where to, and to which keys: the off-line ones, and the machine's own for drills, made here on the first run."""
    recipients = list(settings.backup_recipients)
    if recipients and settings.backup_drill:
        recipients.append(_drill_recipient(settings.drill_key))
    reserve = settings.free_space_mb * MEGABYTE
    return Target(settings.backup_folder, recipients, Keep.read(settings.backup_keep), reserve, fewer)


def _drill_recipient(path: Path) -> str:
    if not path.exists():
        secret, _public = new_pair()
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secret + "\n")
            file.flush()
            os.fsync(file.fileno())
    return public_half(path.read_text(encoding="ascii"))


def env_lines(settings: Settings) -> str:
    """The settings that were given, as lines of an `.env`: a new machine needs the messengers' tokens."""
    lines = []
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        shown = value.get_secret_value() if hasattr(value, "get_secret_value") else value
        default = field.get_default()
        plain = default.get_secret_value() if hasattr(default, "get_secret_value") else default
        key = f"HOIAM_{name.upper()}"
        if shown != plain and shown not in (None, "") and key not in _LEFT_OUT:
            lines.append(f"{key}={_quoted(str(shown).lower() if isinstance(shown, bool) else str(shown))}")
    return "".join(f"{line}\n" for line in lines)


def _quoted(value: str) -> str:
    """As an `.env` gives it back: in quotes where it would be cut or stripped."""
    if value == value.strip() and " #" not in value and value[:1] not in ("'", '"'):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


class Backups:
    """Looks each minute whether a backup or a drill is due; several workers agree through the database on one."""

    def __init__(self, settings: Settings, office: Office, alarms: Alarms, registry: CollectorRegistry) -> None:
        self._settings, self._office, self._alarms = settings, office, alarms
        self._age = Gauge("hoiam_backup_age_seconds", "Since the last good backup, -1 without one", registry=registry)
        self._failing = Gauge("hoiam_backup_failing", "1 while backups or drills fail or are late", registry=registry)
        self._age.set(-1)

    async def tick(self, now: datetime) -> None:
        """Make what is due and raise an alarm, once a day, for what went wrong."""
        if not self._settings.backup_recipients:
            return
        if await self._office.write(lambda unit: chores.begin(unit, chores.BACKUP, EVERY, AGAIN)):
            await self._chore(chores.BACKUP, "make")
        due = self._settings.backup_drill and bool(backups(self._settings.backup_folder))
        if due and await self._office.write(lambda unit: chores.begin(unit, chores.DRILL, DRILL_EVERY, DRILL_AGAIN)):
            await self._chore(chores.DRILL, "drill")
        await self._complain(now)

    async def state(self, now: datetime) -> Mapping[str, object]:
        """For `/readyz` and the metrics: `off`, `ok`, `late` or `failed`, and how old the last good one is."""
        if not self._settings.backup_recipients:
            return {"backup": "off"}
        made, drilled = await self._office.read(_last_two)
        age = int((now - made.good_at).total_seconds()) if made and made.good_at else -1
        found = {"backup": _state(made, now, LATE), "drill": _state(drilled, now, DRILL_LATE)}
        self._age.set(age)
        self._failing.set(float(bool({"late", "failed"} & set(found.values()))))
        return {**found, "backup_age_minutes": age // 60 if age >= 0 else None}

    async def _chore(self, name: str, command: str) -> None:
        code, said = await self._child("backup", command, "--hourly")
        line = said.strip().splitlines()[-1] if said.strip() else f"exit code {code}"
        if code:
            log.error("chore failed", job=name, detail=line)
            await self._office.write(lambda unit: chores.failed(unit, name, line.removeprefix("hoiam: ")))
            return
        log.info("chore done", job=name)

        def note(unit: StoredWork) -> None:
            chores.done(unit, name, line)
            if name == chores.BACKUP:
                unit.audit.enter("backup_made", actor="system", detail={"told": line[:200]})

        await self._office.write(note)

    async def _child(self, *words: str) -> tuple[int, str]:
        """Run a command of ours in a process of its own: its memory and its work are not those of the bot."""
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot", *words),
            env={**os.environ, **_environment(self._settings)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            said, _ = await asyncio.wait_for(child.communicate(), CHILD_SECONDS)
        except TimeoutError:
            return 1, "it took longer than three hours"
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        return int(child.returncode or 0), said.decode(errors="replace")

    async def _complain(self, now: datetime) -> None:
        found = await self.state(now)
        wrong = [name for name in ("backup", "drill") if found.get(name) in ("late", "failed")]
        key = f"alarm:backups:{local_date(now)}"
        if not wrong:
            return
        if await self._office.write(lambda unit: unit.ledger.once(key, unit.now)):
            await self._alarms.raise_(
                "Sao lưu hoặc thử phục hồi không thành công. Trên máy chủ hãy chạy: hoiam backup list"
            )


def _last_two(unit: StoredWork) -> tuple[chores.Chore | None, chores.Chore | None]:
    return chores.last(unit, chores.BACKUP), chores.last(unit, chores.DRILL)


def _state(last: chores.Chore | None, now: datetime, late: timedelta) -> str:
    if last is None or (last.good_at is None and not last.fault and now - last.tried_at <= FIRST):
        return "never"  # or the first one is being made just now, perhaps by another worker
    if last.good_at is None or now - last.good_at > late:
        return "failed" if last.fault else "late"
    return "ok"


def _environment(settings: Settings) -> dict[str, str]:
    """The settings of this process for a child, whatever its folder and `.env` say."""
    given: dict[str, Any] = {
        "HOIAM_DATA_DIR": settings.data_dir.absolute(),
        "HOIAM_DATABASE_URL": settings.database_url,
        "HOIAM_MASTER_KEY_FILE": settings.key_file.absolute(),
        "HOIAM_BACKUP_DIR": settings.backup_folder.absolute(),
        "HOIAM_BACKUP_RECIPIENT": settings.backup_recipient,
        "HOIAM_BACKUP_KEEP": settings.backup_keep,
        "HOIAM_BACKUP_DRILL": str(settings.backup_drill).lower(),
        "HOIAM_FREE_SPACE_MB": settings.free_space_mb,
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]),
    }
    return {name: str(value) for name, value in given.items()}
