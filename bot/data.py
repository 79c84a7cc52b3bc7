"""The shipped data as one set of rules: directory, taxonomy, calendar, wording. Mistakes are named by file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from cases.calendar import WorkCalendar
from cases.clocks import InternalTargets, profiles_from_mapping
from cases.directory import DirectoryBook
from cases.phrases import plain
from cases.reminder_policy import ReminderPolicy
from cases.rules import Article, Limits, Rules
from cases.suggest import Suggester
from cases.taxonomy import Taxonomy
from cases.wording import Wording

# The C loader reads the shipped files five times faster than the pure Python one.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class DataError(Exception):
    """A data file is missing, unreadable or contradicts itself."""


def folder() -> Traversable:
    """Where the shipped data lies."""
    return resources.files("data")


def read_yaml(name: str) -> Any:
    """One parsed file of the data folder; raises `DataError` with line and column of a syntax mistake."""
    try:
        return parse_yaml(folder().joinpath(name).read_text(encoding="utf-8"), name)
    except OSError as error:
        raise DataError(f"data/{name}: cannot be read ({error.strerror})") from error


def parse_yaml(text: str, name: str) -> Any:
    """Parse YAML; raises `DataError` naming the place."""
    try:
        return yaml.load(text, Loader=LOADER)  # noqa: S506 - a safe loader, see LOADER
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise DataError(f"data/{name}:{line}: {error.problem}") from error


def read_csv(name: str) -> list[dict[str, str]]:
    """Rows of a CSV file of the data folder."""
    return list(csv.DictReader(io.StringIO(folder().joinpath(name).read_text(encoding="utf-8"))))


@cache
def shipped_directory() -> Any:
    """The directory as shipped (or as edited in the data folder), parsed once."""
    return read_yaml("org_directory.yaml")


def texts() -> dict[str, dict[str, str]]:
    """All wording by language: `data/texts/<language>/*.yaml`."""
    found: dict[str, dict[str, str]] = {}
    for language in folder().joinpath("texts").iterdir():
        if language.is_dir():
            found[language.name] = dict(_texts_of(language))
    return found


def _texts_of(language: Traversable) -> Iterable[tuple[str, str]]:
    for file in sorted(language.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".yaml"):
            name = f"texts/{language.name}/{file.name}"
            parsed = parse_yaml(file.read_text(encoding="utf-8"), name) or {}
            for key, text in parsed.items():
                yield str(key), str(text)


def load_rules(directory: Mapping[str, Any] | None = None, calendar: WorkCalendar | None = None) -> Rules:
    """Put one consistent set together; `directory` and `calendar` replace the shipped ones."""
    data = directory or shipped_directory()
    library = read_yaml("library.yaml")["articles"]
    return Rules(
        book=DirectoryBook.from_mapping(data),
        taxonomy=Taxonomy.from_mapping(read_yaml("taxonomy.yaml")),
        calendar=calendar or WorkCalendar.from_mapping(read_yaml("holidays_vn.yaml")),
        profiles=profiles_from_mapping(data["deadline_profiles"]),
        targets=InternalTargets.from_mapping(data["internal_targets"]),
        policy=ReminderPolicy.from_mapping(data),
        wording=Wording(texts()),
        suggester=suggester(),
        library=tuple(Article(**entry) for entry in library),
        emergency_numbers=data["emergency_numbers"],
        spoken_posts=spoken_posts(),
        limits=Limits(**(data.get("limits") or {})),
        consent_version=int(data.get("consent_version", 1)),
    )


@cache
def suggester() -> Suggester:
    """The topic suggester over the shipped word lists."""
    return Suggester.from_data(
        read_yaml("taxonomy.yaml"), read_yaml("abbreviations.yaml"), read_csv("keywords.csv"), read_yaml("suggest.yaml")
    )


@cache
def spoken_posts() -> dict[str, tuple[str, ...]]:
    """How people speak of posts: plain phrases without diacritics, `{unit}` written out."""
    units = ("xã", "phường", "đặc khu", "thị trấn")
    return {
        code: tuple(plain(phrase.replace("{unit}", unit)) for phrase in phrases for unit in units)
        for code, phrases in read_yaml("posts_spoken.yaml").items()
    }
