"""Two versions of the data side by side: every value that differs, by the place it stands at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cases.calendar import local_date
from cases.directory_data import slug
from cases.rule_checks import effect_day
from cases.rule_compose import sources_on
from cases.rule_edits import RuleEdit, What
from cases.rule_sources import Basis, Sources, laid_over


@dataclass(frozen=True, slots=True)
class Changed:
    """One value: where it stands, and what it was and is ("" for nothing)."""

    place: str
    old: str
    new: str


def differences(before: Any, after: Any) -> list[Changed]:
    """Every leaf that differs, in the order of the newer data."""
    old, new = dict(_leaves(before, "")), dict(_leaves(after, ""))
    places = [*new, *(place for place in old if place not in new)]
    return [
        Changed(place, old.get(place, ""), new.get(place, ""))
        for place in places
        if old.get(place, "") != new.get(place, "") and not place.endswith("].code")
    ]


def _leaves(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list | tuple) and any(isinstance(one, Mapping) for one in value):
        seen: dict[str, int] = {}
        for inner in value:
            code = str(inner.get("code", "")) if isinstance(inner, Mapping) else slug(str(inner))
            seen[code] = seen.get(code, 0) + 1
            yield from _leaves(inner, f"{place}[{code}{f'/{seen[code]}' if seen[code] > 1 else ''}]")
    elif isinstance(value, list | tuple):
        yield place, ", ".join(str(one) for one in value)
    elif value is not None:
        yield place, value.isoformat() if isinstance(value, date) else str(value)


def tried_then(basis: Basis, edits: list[RuleEdit], edit: RuleEdit) -> tuple[Sources, Sources]:
    """The data just before an edit of the register, and with it: what it said on its own day."""
    earlier = [one for one in edits if one.id < edit.id]
    day = effect_day(edit, local_date(edit.proposed_at) if edit.proposed_at else date.min)
    before = sources_on(basis, earlier, day)
    return before, laid_over(basis, before, [edit])


def part_of(sources: Sources, edit: RuleEdit) -> Any:
    """The part of the data an edit is about."""
    match edit.what:
        case What.WORDING:
            return {lang: known.get(edit.about, "") for lang, known in sources.texts.items()}
        case What.TAXONOMY:
            return sources.taxonomy["topics"].get(edit.about, {})
        case What.REMINDERS:
            return sources.directory.get("reminders") or {}
        case What.DEADLINES:
            keys = ("deadline_profiles", "internal_targets", "limits")
            return {key: sources.directory.get(key) or {} for key in keys}
        case What.DIRECTORY:
            return sources.directory
        case _:
            return {}
