"""`sealed on`, `off`, `status`, `export`: what is said of sealed reports on the server, where nothing can be opened."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from bot.commands.failing import Failed
from bot.commands.opening import Desk, at_desk
from bot.settings import read_settings
from cases.model import Case
from cases.ports import CaseFile
from cases.sealing import IDENTITY
from storage import sealed_keys
from storage.keys import OUTSIDE
from storage.sealed import StoredBox
from storage.sealed_box import shown
from storage.vault import FileVault
from storage.work import StoredWork

OPERATOR = "operator"


def on(arguments: argparse.Namespace) -> int:
    """Seal from now on; says which bodies have no key yet, whose reports stay ordinary."""
    _switch(arguments.locality, on=True)
    print(f"{read_settings().key_file.with_name(OUTSIDE)} opens the chat addresses of sealed reports' senders.")
    print("No backup holds it. Where several machines serve this commune, copy it to each, as the master key.")
    return status(arguments)


def off(arguments: argparse.Namespace) -> int:
    """Seal no more."""
    _switch(arguments.locality, on=False)
    return status(arguments)


def _switch(locality: str, *, on: bool) -> None:
    async def work(desk: Desk) -> None:
        place = desk.locality(locality)
        _ = desk.office.keys.outside  # made now, so that it can be copied to the other machines
        await desk.office.write(lambda unit: sealed_keys.switch(unit, place, OPERATOR, on=on))

    at_desk(work)


def status(arguments: argparse.Namespace) -> int:
    """Whether reports are sealed, and each body's keys."""

    async def work(desk: Desk) -> list[str]:
        place = desk.locality(arguments.locality)
        return await desk.office.read(lambda unit: _told(unit, place))

    print("\n".join(at_desk(work)))
    return 0


def _told(unit: StoredWork, place: str) -> list[str]:
    since = sealed_keys.switched_on(unit, place)
    lines = [f"{place}  {f'seals since {since:%Y-%m-%d}' if since else 'does not seal'}"]
    for one in sealed_keys.keys_of(unit, place):
        stands = "waits" if one.waiting else "agreed" if one.agreed else "refused"
        lines.append(f"{one.body:12} {stands:8} {shown(one.id)}")
    if len(lines) == 1:
        lines.append("no body has a key: reports are not sealed until one has")
    return lines


def export(arguments: argparse.Namespace) -> int:
    """The bundle as the console gives it, without who sent it; entered in the audit log."""

    async def work(desk: Desk) -> str:
        place = desk.locality(arguments.locality)
        vault = FileVault(read_settings().data_dir / "files", desk.office.keys)

        def step(unit: StoredWork) -> tuple[Case, list[StoredBox], list[CaseFile]]:
            case = unit.cases.by_code(place, arguments.case)
            if case is None or not case.sealed_to:
                raise Failed(f"{arguments.case} is not a sealed case of {place}")
            boxes = unit.sealed.boxes(case, but=(IDENTITY,))
            unit.audit.enter("sealed_opened", actor=OPERATOR, case_id=case.id, detail={"what": "bundle"})
            files = [unit.files.get(one.file_id) for one in boxes if one.file_id]
            return case, boxes, [file for file in files if file is not None]

        from web.console.sealed import bundle_of, content_of

        case, boxes, files = await desk.office.write(step)
        return json.dumps(bundle_of(case, boxes, {file.id: content_of(vault, file) for file in files}))

    Path(arguments.out).write_text(at_desk(work), "utf-8")
    print(f"written to {arguments.out}; open it with hoiam sealed open on the holder's own machine")
    return 0
