"""Calendar days and directories stored before there was a register of edits are taken over by it."""

from __future__ import annotations

from alembic import command
from sqlalchemy import Connection, text

from bot.clock import system_clock
from cases.rule_edits import RuleEdit, What
from storage import rule_edits
from storage.keys import KeyRing
from storage.migrate import _config, upgrade
from storage.work import Office
from tests.databases import opened

DAYS = """INSERT INTO calendar_edit (locality, day, working, for_day, reason, document, made_by, made_at) VALUES
('', '2026-12-05', true, '2026-12-02', 'Làm bù', '5/CĐ', 'command line', '2026-11-20 02:00:00')"""
WHOLE = """INSERT INTO directory_version (imported_at, imported_by, content) VALUES
('2026-11-19 02:00:00', 'command line', 'version: 1')"""


def before_the_register(connection: Connection) -> None:
    """A database of the version before, with one day and one directory."""
    command.upgrade(_config(connection), "0007")
    connection.execute(text(DAYS))
    connection.execute(text(WHOLE))


async def test_earlier_edits_are_in_the_register(database_url: str) -> None:
    """Oldest first, with reason, document and the instant they were made."""
    async with opened(database_url) as database:
        await database.write(before_the_register)
        await database.write(upgrade)
        edits = await Office(database, KeyRing([bytes(32)]), system_clock).read(rule_edits.all_edits)
    assert [edit.what for edit in edits] == [What.DIRECTORY, What.CALENDAR]
    assert edits[0].content["document"] == {"version": 1}
    assert told(edits[1]) == ("work", "2026-12-05", "2026-12-02", "Làm bù", "5/CĐ")


def told(edit: RuleEdit) -> tuple[object, ...]:
    """What a calendar edit says."""
    content = edit.content
    return content["op"], content["day"], content["for_day"], edit.reason, edit.document
