"""Everything one periodic report counts, gathered in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import chain

from sqlalchemy import func, select

from cases.calendar import local_date, local_midnight
from cases.figures_kinds import ReportKind, counts_subject, report_scope
from cases.figures_light import ANSWERED, Window
from cases.figures_report import Content, Facts, compose
from cases.figures_tables import WORDS, Namer
from cases.model import Officer, Subject
from cases.narrative import Teller
from cases.periods import Cutoff, Period, period, same_last_year, year_before
from cases.registers_targets import progress
from cases.rules import Rules
from cases.visibility import visible_scope
from storage.case_keys import wrapped_key
from storage.case_store import PLACE_CONTENT, case
from storage.figures_tally import Asking, tallies
from storage.registers import Registers
from storage.reports import Report, Reports, table_named
from storage.work import StoredWork

_BATCH = 500


def facts_of(
    unit: StoredWork,
    rules: Rules,
    locality: str,
    kind: ReportKind,
    author: str,
    span: Period,
    cutoff: Cutoff,
    viewer: Officer | None = None,
) -> Facts:
    """The figures of one report as of `unit.now`, with the same span of last year.

    For a viewer without the cases kept from this very person: a draft can be opened every day, and its totals would
    tell the hour at which a case about the reader came in.
    """
    today = local_date(unit.now)
    directory = rules.directory(locality, unit.now)
    scope = report_scope(kind, author, directory)
    if viewer is not None:
        scope = scope.also_without(visible_scope(viewer, directory, today))
    window = Window.of(span, today)
    before = Window(same_last_year(span, cutoff), year_before(window.day))
    subjects = frozenset(one.value for one in Subject if counts_subject(kind, one.value))
    asking = Asking.of(unit, {locality: scope}, window, subjects)
    now, last = tallies(unit, [asking, replace(asking, window=before)], rules.calendar)
    entries = Registers(unit).all([locality])
    facts = Facts(kind, window, now, last, entries, progress(entries, span.year, window.day))
    facts.violations = _violations(unit, asking) if kind.family == "R124" else None
    _publicity(unit, locality, window, facts)
    return facts


def content_of(unit: StoredWork, rules: Rules, one: Report, kind: ReportKind, viewer: Officer | None = None) -> Content:
    """What the report says: as it was approved, else counted now for this viewer, with the edited paragraphs."""
    if one.snapshot is not None:
        return Content.from_data(one.snapshot["content"])
    reports = Reports(unit)
    cutoff = reports.cutoff(one.locality)
    directory = rules.directory(one.locality, unit.now)
    facts = facts_of(unit, rules, one.locality, kind, one.author, period(one.period, cutoff), cutoff, viewer)
    earlier = reports.last_final(one) if kind.asks_opinion else None
    asked = earlier.recipients if earlier else []
    facts.opinions = [(each.body, each.opinion_on) for each in asked if each.opinion_asked]

    def words(key: str, **values: object) -> str:
        return rules.wording.say(WORDS + key, "vi", **values)

    to = [directory.name(each.body) for each in one.recipients]
    return compose(facts, Namer(rules, directory, words), Teller(rules, directory), one.narrative, to)


def _violations(unit: StoredWork, asking: Asking) -> int:
    """Answers that found a violation; said in the sealed answer alone, so these few cases are opened."""
    answered = (asking.standing().in_([one.value for one in ANSWERED]), case.c.outcome != "")
    statement = select(case.c.id, case.c.sealed_content, wrapped_key(case.c.id)).where(*asking.counted(), *answered)
    found = 0
    for row in chain.from_iterable(unit.connection.execute(statement).partitions(_BATCH)):
        sealer = unit.case_keys.know(row.id, row.case_key)
        reply = sealer.open_json(PLACE_CONTENT, row.id, row.sealed_content).get("reply") or {}
        found += bool(reply.get("violation_found"))
    return found


def _publicity(unit: StoredWork, locality: str, window: Window, facts: Facts) -> None:
    """Contents made public and results published, where the board keeps them."""
    item, publication = table_named("disclosure_item"), table_named("publication")
    start, end = window.period.start, window.period.end
    if item is not None:
        due = (item.c.locality == locality, item.c.due_on >= start, item.c.due_on <= end, ~item.c.dropped)
        facts.disclosure_due = _count(unit, select(func.count()).select_from(item).where(*due))
        facts.disclosed = _count(unit, select(func.count()).select_from(item).where(*due, item.c.done))
        late = (~item.c.done, item.c.due_on < window.day)
        facts.disclosure_late = _count(unit, select(func.count()).select_from(item).where(*due, *late))
    if publication is not None:
        span = (publication.c.published_at >= local_midnight(start), publication.c.published_at < _next_day(end))
        published = select(func.count()).select_from(publication).where(publication.c.locality == locality, *span)
        facts.published = _count(unit, published)


def _next_day(day: date) -> object:
    return local_midnight(date.fromordinal(day.toordinal() + 1))


def _count(unit: StoredWork, statement: object) -> int:
    return int(unit.connection.execute(statement).scalar_one())  # type: ignore[call-overload]
