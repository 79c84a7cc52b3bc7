"""Every mistake in the data files, named by file and line with what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from bot.data import LOADER, DataError, folder, parse_yaml, texts
from cases.calendar import WorkCalendar
from cases.calendar_days import CalendarError
from cases.clocks import InternalTargets, profiles_from_mapping
from cases.deadlines import ClockError
from cases.directory import validate
from cases.reminder_policy import ReminderPolicy
from cases.taxonomy import check_taxonomy

DIRECTORY, TAXONOMY, CALENDAR = "org_directory.yaml", "taxonomy.yaml", "holidays_vn.yaml"


def all_mistakes() -> list[str]:
    """Mistakes of every shipped file, in sentences; empty when `run` may start."""
    found: list[str] = []
    directory = _text(DIRECTORY, found)
    if directory is not None:
        found += directory_mistakes(directory, f"data/{DIRECTORY}")
    taxonomy = _text(TAXONOMY, found)
    if taxonomy is not None:
        found += _taxonomy(taxonomy, directory)
    calendar = _text(CALENDAR, found)
    if calendar is not None:
        found += _calendar(calendar)
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
            lines.append(f"{name}:{line_of(text, (key,))}: {key}: {error}")
    return lines


def _taxonomy(text: str, directory: str | None) -> list[str]:
    name = f"data/{TAXONOMY}"
    try:
        data = parse_yaml(text, TAXONOMY)
        bodies = parse_yaml(directory, DIRECTORY)["bodies"] if directory else []
    except (DataError, KeyError, TypeError) as error:
        return [str(error)]
    codes = [body.get("code", "") for body in bodies if isinstance(body, dict)]
    return [f"{name}:{line_of(text, one.path)}: {one}" for one in check_taxonomy(data, codes)]


def _calendar(text: str) -> list[str]:
    try:
        WorkCalendar.from_mapping(parse_yaml(text, CALENDAR))
    except DataError as error:
        return [str(error)]
    except CalendarError as error:
        line = next((number for number, words in enumerate(text.split("\n"), 1) if error.entry in words), 1)
        return [f"data/{CALENDAR}:{line}: {error}"]
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


def _text(name: str, found: list[str]) -> str | None:
    try:
        return folder().joinpath(name).read_text(encoding="utf-8")
    except OSError as error:
        found.append(f"data/{name}: {error.strerror}; the file must be there")
        return None


def line_of(text: str, path: Sequence[Any]) -> int:
    """Line at which a path of keys and indexes stands in a YAML text; of its nearest parent where it is missing."""
    node = yaml.compose(text, Loader=LOADER)
    line = 1
    for step in path:
        node, mark = _inside(node, step)
        if node is None:
            break
        line = mark
    return line


def _inside(node: Any, step: Any) -> tuple[Any, int]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return value, key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step].start_mark.line + 1
    return None, 0
