"""Every mistake in the data files, named by file and line with what was expected."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.engine import make_url

from bot.clock import system_clock
from bot.data import DataError, folder, parse_yaml, texts
from bot.rulebook import rules_in_force
from bot.settings import Settings
from cases.calendar import WorkCalendar
from cases.calendar_days import CalendarError
from cases.clocks import InternalTargets, profiles_from_mapping
from cases.deadlines import ClockError
from cases.directory import validate
from cases.reasons import Reason, said
from cases.reminder_policy import ReminderPolicy
from cases.taxonomy import check_taxonomy
from cases.wording import UnknownText, Wording
from storage import rule_edits
from storage.database import open_database
from storage.keys import load_or_make
from storage.work import Office
from storage.yaml_text import line_of

DIRECTORY, TAXONOMY, CALENDAR = "org_directory.yaml", "taxonomy.yaml", "holidays_vn.yaml"


def all_mistakes() -> list[str]:
    """Mistakes of every shipped file, in sentences; empty when `run` may start."""
    found: list[str] = []
    directory = _text(DIRECTORY, found)
    if directory is not None:
        found += directory_mistakes(directory, f"data/{DIRECTORY}")
    taxonomy = _text(TAXONOMY, found)
    if taxonomy is not None:
        found += taxonomy_mistakes(taxonomy, directory)
    calendar = _text(CALENDAR, found)
    if calendar is not None:
        found += calendar_mistakes(calendar)
    return found + _wording()


def directory_mistakes(text: str, name: str) -> list[str]:
    """Mistakes of one directory file."""
    try:
        data = parse_yaml(text, name.removeprefix("data/"))
    except DataError as error:
        return [str(error)]
    lines = [f"{name}:{line_of(text, one.path)}: {one}" for one in validate(data)]
    if lines:
        return lines
    for key, read in (
        ("deadline_profiles", lambda: profiles_from_mapping(data["deadline_profiles"])),
        ("internal_targets", lambda: InternalTargets.from_mapping(data["internal_targets"])),
        ("reminders", lambda: ReminderPolicy.from_mapping(data)),
    ):
        try:
            read()
        except (ClockError, ValueError, KeyError) as error:
            lines.append(f"{name}:{line_of(text, (key,))}: {key}: {_told(error)}")
    return lines


def taxonomy_mistakes(text: str, directory: str | None) -> list[str]:
    """Mistakes of the topics; `directory` is the text of the bodies they name, None where there is none."""
    name = f"data/{TAXONOMY}"
    try:
        data = parse_yaml(text, TAXONOMY)
        bodies = parse_yaml(directory, DIRECTORY)["bodies"] if directory else []
    except (DataError, KeyError, TypeError) as error:
        return [str(error)]
    listed = bodies if isinstance(bodies, list) else []  # told with the directory's own mistakes
    codes = [body.get("code", "") for body in listed if isinstance(body, dict)]
    return [f"{name}:{line_of(text, one.path)}: {one}" for one in check_taxonomy(data, codes)]


def calendar_mistakes(text: str) -> list[str]:
    """Mistakes of the calendar of days off."""
    try:
        data = parse_yaml(text, CALENDAR)
        if not isinstance(data, dict):
            return [f"data/{CALENDAR}:1: : expected `key: value` lines"]
        WorkCalendar.from_mapping(data)
    except DataError as error:
        return [str(error)]
    except CalendarError as error:
        line = next((number for number, words in enumerate(text.split("\n"), 1) if error.entry in words), 1)
        return [f"data/{CALENDAR}:{line}: {_told(error)}"]
    return []


def _wording() -> list[str]:
    try:
        found = texts()
    except DataError as error:
        return [str(error)]
    source = found.get("vi", {})
    return [
        f"data/texts/{language}: {key} is not a text of data/texts/vi"
        for language, known in found.items()
        for key in known
        if key not in source
    ]


def edit_mistakes(settings: Settings) -> list[str]:
    """Edits stored on this system that no longer fit the data and are therefore not in force.

    Nothing is made: without a database or its key there are no edits.
    """
    file = make_url(settings.database).database
    sqlite = settings.database.startswith("sqlite")
    if not settings.key_file.exists() or (sqlite and not Path(file or "").exists()):
        return []
    return asyncio.run(_stored_mistakes(settings))


async def _stored_mistakes(settings: Settings) -> list[str]:
    database = open_database(settings.database)
    try:
        if not await database.read(lambda connection: inspect(connection).has_table(rule_edits.table.name)):
            return []
        rules = await Office(database, load_or_make(settings.key_file), system_clock).read(rules_in_force)
    finally:
        await database.close()
    by_number = {edit.id: edit for edit in rules.edits}
    return [
        f"edit {number} ({by_number[number].what} {by_number[number].about}): {_told(fault)}"
        for number, fault in rules.faults.items()
    ]


def _told(error: Exception) -> str:
    """In English like every other mistake, and by its bare code where the texts cannot be read."""
    try:
        return said(Wording(texts()), error, "en") if isinstance(error, Reason) else str(error)
    except (DataError, UnknownText):
        return str(error)


def _text(name: str, found: list[str]) -> str | None:
    try:
        return folder().joinpath(name).read_text(encoding="utf-8")
    except OSError as error:
        found.append(f"data/{name}: {error.strerror}; the file must be there")
        return None
