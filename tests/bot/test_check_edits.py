"""`check` also reads the edits stored on this system."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.checking import calendar_mistakes, edit_mistakes, taxonomy_mistakes
from bot.clock import system_clock
from bot.settings import Settings
from cases.rule_edits import RuleEdit, What
from storage import rule_edits
from storage.database import open_database
from storage.keys import load_or_make
from storage.migrate import upgrade
from storage.work import Office


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation in a folder of its own."""
    return Settings(data_dir=tmp_path, _env_file=None)


def test_a_new_folder_has_no_edits_and_gets_no_files(settings: Settings, tmp_path: Path) -> None:
    """Checking makes nothing."""
    assert edit_mistakes(settings) == []
    assert list(tmp_path.iterdir()) == []


async def stored(settings: Settings, edit: RuleEdit) -> None:
    """One edit, however wrong."""
    database = open_database(settings.database)
    await database.write(upgrade)
    office = Office(database, load_or_make(settings.key_file), system_clock)
    await office.write(lambda unit: rule_edits.add(unit, edit))
    await database.close()


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (RuleEdit(0, "xa-mau", What.DIRECTORY, "contacts/all", {"ops": [{"op": "gone"}]}, "x"), "edit 1 (directory"),
        (RuleEdit(0, "", What.CALENDAR, "2026-12-02", {"op": "drop", "day": "2026-12-02"}, "x"), "02/12/2026"),
    ],
)
def test_an_edit_that_no_longer_fits_is_named(settings: Settings, edit: RuleEdit, told: str) -> None:
    """By its number, its part, and what is wrong."""
    import asyncio

    asyncio.run(stored(settings, edit))
    [line] = edit_mistakes(settings)
    assert told in line


@pytest.mark.parametrize("text", ["", "[]", "a word", "1"])
def test_a_calendar_of_another_shape_is_named(text: str) -> None:
    """An empty file, or a list where names are expected: a sentence with file and line, as for every mistake."""
    assert calendar_mistakes(text) == ["data/holidays_vn.yaml:1: : expected `key: value` lines"]


@pytest.mark.parametrize("bodies", ["3", "null", "a word"])
def test_topics_are_checked_beside_a_broken_directory(bodies: str) -> None:
    """What is wrong with the bodies is told where they stand; the topics' own mistakes are told all the same."""
    assert taxonomy_mistakes("[]", f"bodies: {bodies}") == ["data/taxonomy.yaml:1: : expected `key: value` lines"]
