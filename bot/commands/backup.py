"""`backup`: keys, backups, restores and drills, for whoever keeps the machine."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from bot.backups import env_lines, source_of, target_of
from bot.clock import system_clock
from bot.commands.failing import Failed
from bot.commands.opening import Desk, at_desk
from bot.settings import Settings, read_settings
from storage import chores
from storage.backup import Made, make
from storage.backup_archive import BackupFault, new_pair
from storage.backup_folder import backups, made_at
from storage.drill import drill, newest
from storage.held import drop_held, held_messages, release_held
from storage.restore import Hush, Place, Restored, restore
from storage.work import StoredWork

T = TypeVar("T")


def key(_arguments: argparse.Namespace) -> int:
    """Print a new pair; nothing of it is stored."""
    secret, public = new_pair()
    print(
        "Khóa bí mật: chép ra giấy hoặc USB, để hai nơi khác nhau, KHÔNG để trên máy này. Mất khóa là mất mọi bản sao "
        "lưu.\nSecret key: on paper or a USB stick, in two places, NOT on this machine. Without it every backup is "
        f"lost.\n\n  {secret}\n"
    )
    print("Khóa công khai: ghi vào .env rồi khởi động lại. / Public key: write into .env, then restart.\n")
    print(f"  HOIAM_BACKUP_RECIPIENT={public}\n")
    return 0


def make_(arguments: argparse.Namespace) -> int:
    """Make one backup now."""
    settings = read_settings()
    if arguments.hourly:
        os.nice(10)  # residents first
    source = source_of(settings, env_lines(settings))
    made = _plain(lambda: make(source, target_of(settings, fewer=arguments.fewer), system_clock()))
    if not arguments.hourly:
        at_desk(lambda desk: desk.office.write(lambda unit: note_made(unit, made, "operator")))
    print(made)
    return 0


def note_made(unit: StoredWork, made: Made, actor: str) -> None:
    """Write a backup down: the audit keeps its hash, so that a forged one can be told."""
    unit.audit.enter("backup_made", actor=actor, detail={"name": made.path.name, "sha256": made.sha256})
    chores.done(unit, chores.BACKUP, str(made))


def show(_arguments: argparse.Namespace) -> int:
    """List the backups, the newest first, and what became of the last try."""
    settings = read_settings()
    for path in backups(settings.backup_folder):
        print(f"{made_at(path):%Y-%m-%d %H:%M} UTC  {path.stat().st_size:>12}  {path.name}")
    if settings.data_dir.exists():
        for name in (chores.BACKUP, chores.DRILL):
            print(f"{name}: {_told(at_desk(partial(_last, name=name)))}")
    return 0


async def _last(desk: Desk, name: str) -> chores.Chore | None:
    return await desk.office.read(lambda unit: chores.last(unit, name))


def _told(last: chores.Chore | None) -> str:
    if last is None:
        return "never yet"
    good = f"{last.good_at:%Y-%m-%d %H:%M} UTC ({last.detail})" if last.good_at else "never"
    return f"last good {good}" + (f"; FAILED {last.tried_at:%Y-%m-%d %H:%M}: {last.fault}" if last.fault else "")


def restore_(arguments: argparse.Namespace) -> int:
    """Put a backup back and say what comes next."""
    settings = read_settings()
    if arguments.into:
        settings = settings.model_copy(update={"data_dir": Path(arguments.into), "master_key_file": None})
    place = Place(settings.data_dir, settings.key_file, settings.database)
    secret = _secret(arguments.identity)
    done = _plain(lambda: asyncio.run(restore(Path(arguments.file), secret, place, system_clock, _hush_of(settings))))
    print(_after(settings, done))
    return 0


def _hush_of(settings: Settings) -> Hush:
    """Hold, in the installation as it was built, what it would say on its own."""

    async def hold(built: Place) -> int:
        from bot.restoring import hush

        where = {"data_dir": built.data_dir, "master_key_file": built.key_file, "database_url": built.database}
        return await hush(settings.model_copy(update=where))

    return hold


def drill_(arguments: argparse.Namespace) -> int:
    """Try a restore from end to end, beside the installation."""
    settings = read_settings()
    if arguments.hourly:
        os.nice(10)
    if not (arguments.identity or settings.drill_key.exists()):
        raise Failed(f"{settings.drill_key} is made with the first backup (hoiam backup make); or give --identity FILE")
    secret = _secret(arguments.identity or str(settings.drill_key))
    try:
        path = Path(arguments.file) if arguments.file else newest(settings.backup_folder)
        work = settings.data_dir if settings.data_dir.exists() else path.parent
        done = asyncio.run(drill(path, secret, work, settings.free_space_mb * 1_048_576, system_clock))
    except BackupFault as error:
        if not arguments.hourly:
            fault = str(error)
            at_desk(lambda desk: desk.office.write(lambda unit: chores.failed(unit, chores.DRILL, fault)))
        raise Failed(str(error)) from error
    told = f"{path.name}: {done.rows} rows equal, {done.files_opened} files open, {done.audit_entries} audit entries"
    if not arguments.hourly:
        at_desk(lambda desk: desk.office.write(lambda unit: chores.done(unit, chores.DRILL, told)))
    print(told)
    return 0


def held(arguments: argparse.Namespace) -> int:
    """List the held messages by purpose and channel, or send or drop them."""
    if arguments.release and arguments.drop:
        raise Failed("either --release or --drop")
    found = at_desk(lambda desk: desk.office.read(held_messages))
    for (purpose, channel), count in sorted(Counter((one.purpose, one.channel) for one in found).items()):
        print(f"{count:>6}  {purpose}  {channel}")
    if arguments.release:
        print(f"{at_desk(lambda desk: desk.office.write(release_held))} released")
    elif arguments.drop:
        print(f"{at_desk(lambda desk: desk.office.write(drop_held))} dropped")
    else:
        print(f"{len(found)} held; --release sends them, --drop ends them")
    return 0


def _secret(given: str) -> str:
    """The secret key, from a file or typed in without being shown."""
    if given:
        try:
            return Path(given).read_text(encoding="utf-8")
        except OSError as error:
            raise Failed(f"--identity: {given} cannot be read ({error.strerror})") from error
    if not sys.stdin.isatty():
        return sys.stdin.read()
    import getpass

    return getpass.getpass("Khóa bí mật trên giấy / secret key from paper (AGE-SECRET-KEY-1…): ")


def _plain(work: Callable[[], T]) -> T:
    try:
        return work()
    except BackupFault as error:
        raise Failed(str(error)) from error


def _after(settings: Settings, done: Restored) -> str:
    now: datetime = system_clock()
    minutes = int((now - done.made_at).total_seconds() // 60)
    age = f"{minutes // 60} h {minutes % 60} min"
    lines = [
        f"Đã phục hồi / restored: {done.rows} rows, {done.files} files, {done.audit_entries} audit entries"
        + ("." if done.broken else "; all of it opens."),
        f"Dữ liệu tính đến / data as of {done.made_at:%Y-%m-%d %H:%M} UTC: {age} old. What came in later is not here.",
    ]
    if done.broken:
        lines.append(f"BROKEN already when the backup was made, {len(done.broken)}: " + "; ".join(done.broken[:5]))
    if done.used_copy_of_keys:
        lines.append("keys.age was damaged and its copy was used: check the disk of the backups.")
    if done.cases_erased_again or done.identities_erased_again:
        lines.append(
            f"Erased again: {done.cases_erased_again} case(s), {done.identities_erased_again} identities that had been "
            "erased after this backup."
        )
    lines += [
        "",
        "Việc tiếp theo / next:",
        f"  1. {settings.data_dir / 'settings.env'} holds the settings of that machine: copy it to .env, mode 600, "
        "look through it (addresses, database), then delete it."
        if done.settings
        else "  1. Write .env (see .env.example).",
        "  2. Zalo OA: its token pair has been spent; put a fresh pair from API Explorer into .env.",
        "  3. hoiam check --deployment, then start: make run, or systemctl start hoiam.",
        "  4. Sign in at /console (everybody signs in anew) and open one case with a file.",
        f"  5. {done.held} message(s) may have been sent before the loss and are held: nobody was written to. Look "
        "with `hoiam backup held`; --release sends them, --drop ends them.",
        "  6. hoiam audit verify --head …: with the newest head that was published before the backup.",
        "  7. hoiam backup make, and tell residents (poster, loudspeaker) that reports sent after the time above must "
        "be sent again.",
    ]
    return "\n".join(lines)
