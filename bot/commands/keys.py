"""`keys`: which master keys are in use, changing them while everything runs, and taking old ones out for good."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from bot.commands.failing import Failed
from bot.commands.opening import Desk, at_desk
from bot.settings import Settings, read_settings
from storage.key_file import add_key, read_keys, remove_keys
from storage.keys import LOOK_EVERY
from storage.rotation import Done, Rotation
from storage.vault import FileVault

LEARNT = 3 * LOOK_EVERY
"""Seconds after which every running process seals with a new key, the transactions it had begun included."""


def show(arguments: argparse.Namespace) -> int:
    """The keys by number, and how much is under each."""
    return at_desk(_show)


def rotate(arguments: argparse.Namespace) -> int:
    """Add a key and seal everything again under it; an interrupted rotation is carried on."""
    return at_desk(_rotate)


def retire(arguments: argparse.Namespace) -> int:
    """Take the old keys out of the key file once nothing is under them."""
    return at_desk(lambda desk: _retire(desk, broken=arguments.even_broken))


async def _show(desk: Desk) -> int:
    settings = read_settings()
    left = await _rotation(desk, settings).left()
    held = read_keys(settings.key_file)
    for number in sorted(held.masters.keys() | left.keys()):
        use = "seals everything new" if number == held.newest else f"{left.get(number, 0)} value(s) under it"
        print(f"key {number}: {use}" + ("" if number in held.masters else ", NOT in the key file"))
    return 0


async def _rotate(desk: Desk) -> int:
    settings = read_settings()
    path = settings.key_file
    if len(read_keys(path).masters) == 1:
        print(f"key {add_key(path)} added to {path}: put this file's copy in its safe place now")
    else:
        print("the key file holds an older key: carrying on with its rotation")
    rotation = _rotation(desk, settings)
    await rotation.run()
    await asyncio.sleep(max(0.0, LEARNT - _age(desk, path)))  # meanwhile others may have sealed with the old key
    done = await rotation.run()
    _tell(done)
    newest = str(desk.office.keys.newest)
    told = {"key": newest, "values": str(done.values), "files": str(done.files)}
    await desk.office.write(lambda unit: unit.audit.enter("key_rotated", actor="operator", detail=told))
    print("the old key stays in the file until `hoiam keys retire`")
    return 1 if done.broken else 0


async def _retire(desk: Desk, *, broken: bool) -> int:
    settings = read_settings()
    path = settings.key_file
    held = read_keys(path)
    old = set(held.masters) - {held.newest}
    if not old:
        raise Failed(f"there is only key {held.newest}: `hoiam keys rotate` adds another")
    if (wait := LEARNT - _age(desk, path)) > 0:
        raise Failed(f"running processes may still be sealing with the old key: try again in {wait:.0f} seconds")
    rotation = _rotation(desk, settings)
    done = await rotation.run()
    left = sum((await rotation.left()).values())
    if left > (len(done.broken) if broken else 0):
        _tell(done)
        raise Failed(f"{left} value(s) are still under an old key; run `hoiam keys rotate` (see also --even-broken)")
    told = {"key": str(held.newest), "retired": " ".join(str(number) for number in sorted(old))}
    await desk.office.write(lambda unit: unit.audit.enter("key_rotated", actor="operator", detail=told))
    remove_keys(path, old)
    print(f"only key {held.newest} is left in {path}; destroy the copies of the file that hold the old ones")
    return 0


def _rotation(desk: Desk, settings: Settings) -> Rotation:
    return Rotation(desk.office, FileVault(settings.data_dir / "files", desk.office.keys))


def _age(desk: Desk, path: Path) -> float:
    return desk.office.clock().timestamp() - path.stat().st_mtime


def _tell(done: Done) -> None:
    print(f"{done.values} value(s) and {done.files} file(s) sealed again under the newest key")
    if done.broken:
        some = ", ".join(sorted(done.broken)[:5])
        print(f"{len(done.broken)} value(s) open with no key and were left as they are: {some}")
