"""The shipped data as one set of rules: directory, taxonomy, calendar, wording. Mistakes are named by file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from cases.calendar import WorkCalendar
from cases.exposure import Exposure
from cases.phrases import plain
from cases.rule_compose import EditedRules, built
from cases.rule_sources import Basis, untouched
from cases.suggest import Suggester
from storage import yaml_text


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
        return yaml_text.read(text)
    except yaml_text.YamlFault as fault:
        raise DataError(f"data/{name}:{fault.line}: {fault.problem}") from fault


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


@cache
def basis() -> Basis:
    """Everything shipped, parsed once. Raises `DataError` and what the readers of the parts raise."""
    return Basis(
        directory=shipped_directory(),
        taxonomy=read_yaml("taxonomy.yaml"),
        calendar=WorkCalendar.from_mapping(read_yaml("holidays_vn.yaml")),
        texts=texts(),
        abbreviations=read_yaml("abbreviations.yaml"),
        keywords=tuple(read_csv("keywords.csv")),
        suggest=_suggest(),
        library=tuple(read_yaml("library.yaml")["articles"]),
        spoken_posts=spoken_posts(),
        suggester=suggester(),
        samples=tuple(read_yaml("sample_messages.yaml")["messages"]),
        exposure=Exposure.from_data(read_yaml("exposure.yaml")),
    )


def load_rules(directory: Mapping[str, Any] | None = None, calendar: WorkCalendar | None = None) -> EditedRules:
    """Put one consistent set together; `directory` and `calendar` replace the shipped ones."""
    shipped = basis()
    if directory is not None:
        shipped = replace(shipped, directory=directory)
    if calendar is not None:
        shipped = replace(shipped, calendar=calendar)
    return built(shipped, untouched(shipped))


@cache
def suggester() -> Suggester:
    """The topic suggester over the shipped word lists."""
    return Suggester.from_data(
        read_yaml("taxonomy.yaml"), read_yaml("abbreviations.yaml"), read_csv("keywords.csv"), _suggest()
    )


@cache
def _suggest() -> Mapping[str, Any]:
    return {**read_yaml("suggest.yaml"), "english": read_yaml("suggest_english.yaml")}


@cache
def spoken_posts() -> dict[str, tuple[str, ...]]:
    """How people speak of posts: plain phrases without diacritics, `{unit}` written out."""
    units = ("xã", "phường", "đặc khu", "thị trấn")
    return {
        code: tuple(plain(phrase.replace("{unit}", unit)) for phrase in phrases for unit in units)
        for code, phrases in read_yaml("posts_spoken.yaml").items()
    }
