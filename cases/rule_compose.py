"""One consistent set of rules out of the shipped data and the edits in force, on any day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache

from cases.clocks import DeadlineProfile, InternalTargets, profiles_from_mapping
from cases.directory import DirectoryBook
from cases.model import Case
from cases.reminder_policy import ReminderPolicy
from cases.rule_edits import RuleEdit, What
from cases.rule_sources import Basis, Sources, holding, laid_over, untouched, with_calendar
from cases.rules import Article, Limits, Rules
from cases.suggest import Suggester
from cases.taxonomy import Taxonomy
from cases.wording import Wording

CONSENT = frozenset({"consent_short", "consent_full"})
"""Texts by which a resident consents (Law 91/2025/QH15 on personal data)."""


@dataclass(frozen=True)
class EditedRules(Rules):
    """Rules that remember what they were made of, so that the effect of a further edit can be shown beforehand."""

    basis: Basis | None = None
    sources: Sources | None = None
    edits: Sequence[RuleEdit] = ()
    faults: Mapping[int, Exception] = field(default_factory=dict)
    day: date = date.min


def made_of(rules: Rules) -> tuple[Basis, Sources, Sequence[RuleEdit]]:
    """What these rules were composed from. Raises LookupError for rules put together by hand."""
    if isinstance(rules, EditedRules) and rules.basis is not None and rules.sources is not None:
        return rules.basis, rules.sources, rules.edits
    raise LookupError("these rules were not composed from data")


def sources_on(basis: Basis, edits: Iterable[RuleEdit], day: date) -> Sources:
    """The data in force on a day; an edit that would leave the rules contradictory is left out and named."""
    edits = list(edits)
    before = with_calendar(untouched(basis), edits)
    sound = held = holding(edits, day)
    after = laid_over(basis, before, sound)
    faults = dict(after.faults)
    if len(faults) > len(before.faults) or contradiction(after):
        sound = []
        for edit in held:  # somewhere among them: try each on its own
            tried = laid_over(basis, before, [*sound, edit])
            fault = tried.faults.get(edit.id) or contradiction(tried)
            if fault:
                faults[edit.id] = fault
            else:
                sound.append(edit)
        after = laid_over(basis, before, sound)
    return replace(after, faults={**faults, **before.faults})


def compose(basis: Basis, edits: Sequence[RuleEdit], day: date) -> EditedRules:
    """The rules on a day. Edits that do not fit any more are in `faults`; the rest is in force."""
    sources = sources_on(basis, edits, day)
    return built(basis, sources, edits, day)


def built(basis: Basis, sources: Sources, edits: Sequence[RuleEdit] = (), day: date = date.min) -> EditedRules:
    """Rules from data that were found sound. Raises what the readers of the single parts raise."""
    data = sources.directory
    return EditedRules(
        book=DirectoryBook.from_mapping(data),
        taxonomy=Taxonomy.from_mapping(sources.taxonomy),
        calendar=sources.calendar,
        profiles=profiles_from_mapping(data["deadline_profiles"]),
        targets=InternalTargets.from_mapping(data["internal_targets"]),
        policy=ReminderPolicy.from_mapping(data),
        wording=Wording(sources.texts),
        suggester=_suggester(basis, sources),
        library=tuple(Article(**entry) for entry in basis.library),
        emergency_numbers=data["emergency_numbers"],
        spoken_posts=basis.spoken_posts,
        limits=Limits(**(data.get("limits") or {})),
        consent_version=int(data.get("consent_version", 1)) + _consent_edit(edits, day),
        exposure=basis.exposure,
        basis=basis,
        sources=sources,
        edits=tuple(edits),
        faults=sources.faults,
        day=day,
    )


def _consent_edit(edits: Sequence[RuleEdit], day: date) -> int:
    """The number of the newest edit in force of what residents agree to: other words need a new agreement."""
    return max((one.id for one in holding(edits, day) if one.what is What.WORDING and one.about in CONSENT), default=0)


def _suggester(basis: Basis, sources: Sources) -> Suggester:
    if sources.taxonomy is basis.taxonomy:
        return basis.suggester
    return Suggester.from_data(sources.taxonomy, basis.abbreviations, basis.keywords, basis.suggest)


def contradiction(sources: Sources) -> Exception | None:
    """What the readers of the data say; None when it is sound."""
    data = sources.directory
    try:
        DirectoryBook.from_mapping(data)
        profiles_from_mapping(data["deadline_profiles"])
        InternalTargets.from_mapping(data["internal_targets"])
        ReminderPolicy.from_mapping(data)
        Limits(**(data.get("limits") or {}))
        Taxonomy.from_mapping(sources.taxonomy)
    except (KeyError, TypeError, ValueError) as error:
        return error
    return None


def profile_then(rules: EditedRules) -> Callable[[Case], DeadlineProfile]:
    """The terms a running clock was started under: those in force on the day the authority received the paper.

    An edited term holds for clocks that start later; a promise made is not changed behind anybody's back.
    """
    basis, _, edits = made_of(rules)
    relevant = [one for one in edits if one.what is What.DEADLINES or one.content.get("document") is not None]

    @cache
    def on(day: date) -> Mapping[str, DeadlineProfile]:
        held = [one for one in holding(relevant, day) if one.id not in rules.faults]
        found = laid_over(basis, untouched(basis), held)
        return profiles_from_mapping(found.directory["deadline_profiles"])

    def then(case: Case) -> DeadlineProfile:
        known = on(case.received_on) if relevant and case.received_on else rules.profiles
        return known.get(case.profile) or rules.profile(case)

    return then
