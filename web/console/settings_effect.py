"""What an edit would do, gathered for one viewer: only what that viewer may know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cases.effects_bodies import DirectoryEffect, directory_effect
from cases.effects_data import Changed, differences, part_of
from cases.effects_terms import TermExample, term_examples
from cases.effects_words import Redirected, Retopiced, redirected, retopiced
from cases.model import State
from cases.ports import CaseQuery
from cases.rule_checks import Examined, examined
from cases.rule_compose import EditedRules, built, made_of
from cases.rule_edits import RuleEdit, What
from storage.work import StoredWork
from web.console.visit import Visit

_OVER = frozenset({State.CLOSED, State.PUBLISHED, State.REJECTED, State.REDIRECTED, State.WITHDRAWN})
MOST_TRIES = 10  # sentences of one's own that are tried out at once
_OPEN = frozenset(State) - _OVER


@dataclass(frozen=True, slots=True)
class Effect:
    """Everything the preview of one edit may show; empty parts are left out."""

    tried: Examined
    changed: Sequence[Changed] = ()
    samples: Sequence[Retopiced] = ()
    sampled: int = 0
    ways: Sequence[Redirected] = ()
    tries: Sequence[Retopiced] = ()
    terms: Sequence[TermExample] = ()
    bodies: DirectoryEffect | None = None


async def effect_of(visit: Visit, rules: EditedRules, edit: RuleEdit) -> Effect | None:
    """The effect of an edit as it would be today; None for one that has none to show."""
    if edit.what in (What.CALENDAR, What.OFFICER):
        return None
    others = [one for one in rules.edits if one.id != edit.id]
    basis, sources, _ = made_of(rules)
    tried = examined(built(basis, sources, others, visit.today), edit, visit.today)
    return replace(await effect(visit, rules, tried), changed=())  # the page of an edit shows its values anyway


async def effect(visit: Visit, rules: EditedRules, tried: Examined) -> Effect:
    """What the preview shows of an edit that was tried out."""
    if tried.faults:
        return Effect(tried)
    basis, _, _ = made_of(rules)
    before, after = tried.before, tried.after
    changed = differences(part_of(before, tried.edit), part_of(after, tried.edit))
    old, new = (built(basis, sources) for sources in (before, after))
    match tried.edit.what:
        case What.TAXONOMY:
            samples = retopiced(basis.samples, old.suggester, new.suggester)
            own = [line.strip()[:500] for line in visit.form.get("try").splitlines() if line.strip()][:MOST_TRIES]
            tries = [Retopiced(text, *(one.suggester.suggest(text).topics[0] for one in (old, new))) for text in own]
            ways = redirected(old.taxonomy, new.taxonomy)
            return Effect(tried, changed, samples, len(basis.samples), ways, tries=tries)
        case What.DEADLINES:
            terms = term_examples(old.profiles.values(), new.profiles.values(), rules.calendar, tried.day)
            return Effect(tried, changed, terms=terms)
        case What.DIRECTORY:
            found = await visit.read(lambda unit: _bodies(visit, unit, old, new, tried))
            return Effect(tried, changed, bodies=found)
        case _:
            return Effect(tried, changed)


def _bodies(visit: Visit, unit: StoredWork, old: EditedRules, new: EditedRules, tried: Examined) -> DirectoryEffect:
    """The locality the edit is about; for a whole document the viewer's own."""
    place = tried.edit.locality or visit.officer.locality
    if place not in new.book.localities or place not in old.book.localities:
        place = visit.officer.locality
    before, after = old.book.as_of(place, tried.day), new.book.as_of(place, tried.day)
    moved = dict(before.now) != dict(after.now)  # only then can a case change hands, and only then are cases read
    cases = unit.cases.find(CaseQuery(locality=place, states=_OPEN)) if moved else []
    return directory_effect(visit.officer, before, after, new.taxonomy, cases, unit.people.officers(place))
