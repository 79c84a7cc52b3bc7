"""What the rules are made of: the shipped data as parsed, and the same with edits laid over it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cases.calendar import WorkCalendar
from cases.calendar_edits import folded, read_change
from cases.directory_edits import patched
from cases.exposure import Exposure
from cases.rule_edits import RuleEdit, What, in_force
from cases.suggest import Suggester

Data = Mapping[str, Any]
Texts = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Basis:
    """The shipped data, parsed once; nothing here ever changes while a process runs."""

    directory: Data
    taxonomy: Data
    calendar: WorkCalendar
    texts: Texts
    abbreviations: Data
    keywords: Sequence[Mapping[str, str]]
    suggest: Data
    library: Sequence[Mapping[str, str]]
    spoken_posts: Mapping[str, tuple[str, ...]]
    suggester: Suggester
    samples: Sequence[str] = ()
    exposure: Exposure = field(default_factory=Exposure)


@dataclass(frozen=True)
class Sources:
    """The data in force on one day, before anything is built from it. `faults` name edits that could not be laid on."""

    directory: Data
    taxonomy: Data
    calendar: WorkCalendar
    texts: Texts
    faults: Mapping[int, Exception] = field(default_factory=dict)


def untouched(basis: Basis) -> Sources:
    """The data as shipped."""
    return Sources(basis.directory, basis.taxonomy, basis.calendar, basis.texts)


def laid_over(basis: Basis, sources: Sources, edits: Iterable[RuleEdit]) -> Sources:
    """Every edit in its order; one that no longer fits is left out and named."""
    faults = dict(sources.faults)
    for edit in edits:
        try:
            sources = _one(basis, sources, edit)
        except (KeyError, TypeError, ValueError) as error:
            faults[edit.id] = error
    return replace(sources, faults=faults)


def with_calendar(sources: Sources, edits: Iterable[RuleEdit]) -> Sources:
    """Calendar changes in the order they were made: each is a version, and none is ever skipped over."""
    made = sorted((one for one in edits if one.what is What.CALENDAR and one.agreed), key=lambda one: one.id)
    calendar, faults = folded(sources.calendar, ((one.id, read_change(one.content)) for one in made))
    return replace(sources, calendar=calendar, faults={**sources.faults, **faults})


def _one(basis: Basis, sources: Sources, edit: RuleEdit) -> Sources:
    content = edit.content
    match edit.what:
        case What.WORDING:
            return replace(sources, texts=_reworded(basis.texts, sources.texts, edit.about, content))
        case What.TAXONOMY:
            return replace(sources, taxonomy=_retopiced(basis.taxonomy, sources.taxonomy, edit.about, content))
        case What.DIRECTORY:
            return replace(sources, directory=patched(sources.directory, edit.locality, content))
        case What.DEADLINES:
            return replace(sources, directory=_retimed(sources.directory, content))
        case What.REMINDERS:
            merged = {**(sources.directory.get("reminders") or {}), **content}
            return replace(sources, directory={**sources.directory, "reminders": merged})
        case _:
            return sources


def _reworded(shipped: Texts, texts: Texts, key: str, content: Data) -> Texts:
    """One key in some languages; None puts the shipped text back."""
    found = {lang: dict(known) for lang, known in texts.items()}
    for lang, text in content.items():
        words = shipped.get(lang, {}).get(key) if text is None else str(text)
        if words is None:
            found.get(lang, {}).pop(key, None)
        else:
            found.setdefault(lang, {})[key] = words
    return found


def _retopiced(shipped: Data, taxonomy: Data, code: str, content: Data) -> Data:
    """Fields of one topic; an empty edit puts the shipped topic back."""
    topics = dict(taxonomy["topics"])
    topics[code] = {**(topics.get(code) or {}), **content} if content else shipped["topics"].get(code)
    if topics[code] is None:
        del topics[code]
    return {**taxonomy, "topics": topics}


def _retimed(directory: Data, content: Data) -> Data:
    profiles = {code: dict(raw) for code, raw in directory["deadline_profiles"].items()}
    for code, numbers in (content.get("profiles") or {}).items():
        profiles[code] = {**profiles[code], **numbers}
    limits = {**(directory.get("limits") or {}), **(content.get("limits") or {})}
    targets = {**directory["internal_targets"], **(content.get("targets") or {})}
    found = {**directory, "deadline_profiles": profiles, "internal_targets": targets}
    return {**found, "limits": limits} if limits else found


def holding(edits: Iterable[RuleEdit], day: Any) -> list[RuleEdit]:
    """Edits that hold on a day, calendar and officers apart: those are not laid over by date."""
    return [one for one in in_force(edits, day) if one.what not in (What.CALENDAR, What.OFFICER)]
