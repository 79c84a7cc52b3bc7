"""Making drafts of periodic reports: one for each kind, period and author, with its recipients."""

from __future__ import annotations

from collections.abc import Iterator

from cases.bodies import Directory
from cases.calendar import local_date
from cases.figures_kinds import Reporting, ReportKind, authors_here
from cases.periods import Every, Period, draft_due
from cases.rules import Rules
from storage.reports import Recipient, Report, Reports
from storage.work import StoredWork


def new_draft(
    unit: StoredWork, directory: Directory, kind: ReportKind, author: str, span: Period, owner: str = ""
) -> Report:
    """A draft that is not stored yet."""
    bodies = dict.fromkeys(directory.successor(code) or code for code in kind.to)
    return Report(
        id=unit.new_id(),
        locality=directory.locality.code,
        kind=kind.code,
        period=span.code,
        author=author,
        due_on=span.due_on,
        made_at=unit.now,
        owner=owner,
        recipients=[Recipient(body, opinion_asked=kind.asks_opinion) for body in bodies],
    )


def make_due(unit: StoredWork, rules: Rules, reporting: Reporting) -> list[Report]:
    """Store every draft that must exist by now and does not; returns those made."""
    reports, today, made = Reports(unit), local_date(unit.now), []
    for place in rules.book.communes:
        directory = rules.directory(place.code, unit.now)
        cutoff = reports.cutoff(place.code)
        due = {every: draft_due(every, today, cutoff) for every in (Every.QUARTER, Every.HALF, Every.YEAR)}
        for kind, author in _written_here(reporting, directory):
            span = due.get(kind.every)
            if span is None or reports.of(place.code, kind.code, span.code, author) is not None:
                continue
            draft = new_draft(unit, directory, kind, author, span)
            reports.add(draft)
            made.append(draft)
    return made


def _written_here(reporting: Reporting, directory: Directory) -> Iterator[tuple[ReportKind, str]]:
    for kind in reporting.kinds.values():
        for author in authors_here(kind, directory):
            yield kind, author
