"""`hoiam audit`: an outsider's check in one sentence, with an exit code a script can read."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

from bot.clock import SteppedClock
from storage.keys import load_or_make
from storage.migrate import upgrade
from storage.work import Office
from tests.bot.test_commands import hoiam
from tests.conftest import MONDAY_MORNING
from tests.databases import opened


async def filled(folder: Path) -> None:
    """An installation with two entries."""
    async with opened(f"sqlite:///{folder / 'hoiam.db'}") as database:
        await database.write(upgrade)
        office = Office(database, load_or_make(folder / "master.key"), SteppedClock(MONDAY_MORNING))
        for detail in ({"door": "chat"}, {}):
            await office.write(lambda unit, detail=detail: unit.audit.enter("signed_in", actor="lan", detail=detail))  # type: ignore[misc]


def change(folder: Path, statement: str) -> None:
    """Somebody at the database."""
    connection = sqlite3.connect(folder / "hoiam.db")
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_what_was_done_to_the_chain_is_said_in_one_sentence(tmp_path: Path) -> None:
    """Whole; then its tail cut off, which only the head of yesterday shows; then an entry changed."""
    asyncio.run(filled(tmp_path))
    head = hoiam(tmp_path, "audit", "head").stdout.strip()
    whole = hoiam(tmp_path, "audit", "verify", "--head", head)
    assert (whole.returncode, "whole: 2 entries" in whole.stdout) == (0, True)
    change(tmp_path, "DELETE FROM audit_entry WHERE position = 2")
    change(tmp_path, "UPDATE audit_head SET position = 1, head = (SELECT head FROM audit_entry WHERE position = 1)")
    cut = hoiam(tmp_path, "audit", "verify", "--head", head.partition(":")[2])
    assert (cut.returncode, "rewritten or cut off" in cut.stdout) == (1, True)
    change(tmp_path, "UPDATE audit_entry SET actor = 'system' WHERE position = 1")
    spoilt = hoiam(tmp_path, "audit", "verify")
    assert (spoilt.returncode, spoilt.stdout) == (
        1,
        "NOT WHOLE: entry 1 of 02/03/2026 is not as it was written.\n",
    )


def test_a_head_that_is_none_is_said_plainly(tmp_path: Path) -> None:
    """A typing mistake is not taken for a broken chain."""
    wrong = hoiam(tmp_path, "audit", "verify", "--head", "abc")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "64 hex digits" in wrong.stderr
