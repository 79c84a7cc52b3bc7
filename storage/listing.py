"""A light list of cases for one officer: what stands in clear, no case opened, and only what the officer may see.

A line seen as a notice alone carries number, topic, state, bodies and dates; the rest of it is empty.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest, nsmallest
from itertools import compress, repeat
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, func, literal, or_, select
from sqlalchemy import case as when

from cases.calendar import local_date
from cases.model import Officer
from cases.rules import Rules
from cases.scope import Sight
from cases.search_words import Asked
from cases.urgency import PRIORITY_ORDER, Bounds, Haste
from storage.case_store import case
from storage.files import case_file
from storage.listing_filter import (
    MINE,
    NEWEST,
    NOBODY,
    TELLING,
    CaseFilter,
    conditions,
    haste_of,
)
from storage.listing_lines import COLUMNS, CaseLine, line_of
from storage.listing_order import came_to_desk, place, raw_columns
from storage.listing_scope import Condition, Reach
from storage.search import matching, numbered
from storage.work import StoredWork

PAGE = 50
COUNTED = ("state", "topic", "body", "authority", "hamlet", "work", "channel", "kind", "priority", "assignee")
_RANKS = {level.value: rank for level, rank in PRIORITY_ORDER.items()}
_SCANNED = ("id", "code", "locality", "age", "full", *COUNTED)
_MARK_WORDS = 4  # of the key: part with priority and last day, age, number, locality


@dataclass(frozen=True, slots=True)
class CasePage:
    """One page of lines; `after` asks for the next one, and is empty on the last."""

    lines: tuple[CaseLine, ...]
    after: str


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """How many cases the filter leaves, by part of the list, and by each choice were only that choice changed."""

    parts: Mapping[Haste, int]
    choices: Mapping[str, Mapping[str, int]]

    @property
    def total(self) -> int:
        """All cases of the filter but for the part of the list."""
        return sum(self.parts.values())


class CaseList:
    """The cases one officer may know of, now."""

    def __init__(self, unit: StoredWork, rules: Rules, officer: Officer, now: datetime) -> None:
        self._unit, self._rules, self._officer, self._now = unit, rules, officer, now
        self._today = local_date(now)
        self.reach = Reach.of(rules, officer, now, unit.connection.dialect.name)
        self._full = self.reach.rises(Sight.CONTENT, Sight.NOTICE)

    def look(self, chosen: CaseFilter, after: str = "", size: int = PAGE) -> tuple[CasePage, CaseCounts]:
        """A page and the counts, from one pass over the cases of the filter."""
        scanned = self._scan(chosen)
        return self._page(scanned, chosen, after, size), self._counts(scanned, chosen)

    def page(self, chosen: CaseFilter, after: str = "", size: int = PAGE) -> CasePage:
        """The lines after this mark (of an earlier page), in the filter's order; a bad mark begins anew."""
        return self._page(self._scan(chosen), chosen, after, size)

    def counts(self, chosen: CaseFilter) -> CaseCounts:
        """Counts of the parts and of every choice. A choice already made is counted as if it were not."""
        return self._counts(self._scan(chosen), chosen)

    def ids(self, chosen: CaseFilter) -> list[str]:
        """The ids of every case of the filter, in no order: for a number that must equal its list."""
        return list(self._scan(chosen).inside(haste_of(chosen))["id"])

    def lines_of(self, case_ids: Sequence[str]) -> tuple[CaseLine, ...]:
        """The lines of these cases in this order, of those the officer may know of."""
        columns = [*(case.c[name] for name in COLUMNS), came_to_desk().label("came"), self._full.label("full")]
        # Sight is read as a column: as a condition its locality would lead SQLite through every case of the commune.
        columns.append(self.reach.sees(Sight.NOTICE).label("seen"))
        found = self._unit.connection.execute(select(*columns).where(case.c.id.in_(case_ids)))
        rows = {row.id: row for row in found if row.seen}
        bounds = Bounds.of(self._today, self._rules.calendar)
        files = self._files([row.id for row in rows.values() if row.full])
        return tuple(line_of(rows[one], self._rules, bounds, files) for one in case_ids if one in rows)

    def mark(self) -> str:
        """Changes whenever a case in sight did, or the day: as long as it stays, a list need not be made again.

        What happens to cases out of sight must not stir it: the reader would learn that they are there.
        """
        versions = select(func.count(), func.sum(case.c.version)).where(self.reach.sees(Sight.NOTICE))
        known, changed = self._unit.connection.execute(versions).one()
        told = f"{known}\0{changed}\0{self._today}\0{self._rules.calendar.version}"
        return self._unit.keys.lookup("list mark", told)[:16]

    # -- one pass -------------------------------------------------------------------------------------------------

    def _scan(self, chosen: CaseFilter, but: str = "") -> Scan:
        """Every case of the filter but for the part of the list, with what is counted of it and its place."""
        base = self._base(chosen, but).cte("base").prefix_with("MATERIALIZED")
        placed = place(self._today, self._rules.calendar, self._rules.policy)
        # One row, each column joined to one text by the database: thousands of rows would cost far more to fetch.
        joined = func.group_concat if self._unit.connection.dialect.name == "sqlite" else func.string_agg
        columns = [*(base.c[name] for name in _SCANNED), placed]
        row = self._unit.connection.execute(select(*(joined(one, literal("\n", String)) for one in columns))).one()
        names = (*_SCANNED, "place")
        return Scan({name: () if text is None else text.split("\n") for name, text in zip(names, row, strict=True)})

    def _base(self, chosen: CaseFilter, but: str = "") -> Any:
        """The visible cases of the filter, with what their place in the list depends on."""
        columns: list[ColumnElement[Any]] = [
            case.c[name] for name in ("id", "locality", "code", "topic", "hamlet", "work", "channel")
        ]
        columns += [case.c.receiving_body.label("body"), case.c.competent_authority.label("authority")]
        whose = when((case.c.assignee == self._officer.id, MINE), (case.c.assignee == "", NOBODY), else_="")
        full = when((self._full, "1"), else_="")
        columns += [whose.label("assignee"), full.label("full"), *raw_columns()]
        columns += [cast(case.c.submitted_at, String).label("age")]  # sorts as the instant does, and is not parsed
        asked = conditions(chosen, self._officer, self._same_as(chosen), self._full, but)
        return select(*columns).where(self.reach.sees(Sight.NOTICE), *asked, *self._words(chosen))

    def _words(self, chosen: CaseFilter) -> list[Condition]:
        """By words only what the officer may read; by its number whatever the officer may know of."""
        if not chosen.words:
            return []
        asked = Asked.of(chosen.words, self._today.year)
        by_words = and_(self._full, matching(self._unit, self.reach.localities, asked))
        return [or_(numbered(asked), by_words)]

    def _same_as(self, chosen: CaseFilter) -> dict[str, frozenset[str]]:
        """A body's codes before and after a reform mean the same."""
        bodies = {chosen.body, chosen.authority} - {""}
        directories = [self._rules.directory(locality, self._now) for locality in self.reach.localities]
        return {body: frozenset().union(*(one.same_as(body) for one in directories)) for body in bodies}

    # -- what is made of it ---------------------------------------------------------------------------------------

    def _page(self, scanned: Scan, chosen: CaseFilter, after: str, size: int) -> CasePage:
        newest, inside = chosen.order == NEWEST, scanned.inside(haste_of(chosen))
        ahead = repeat("") if newest else inside.keys()
        others = (inside[name] for name in ("age", "code", "locality", "id"))
        keys: Iterable[tuple[str, ...]] = zip(ahead, *others, strict=False)
        mark = _read_mark(after)
        if mark is not None:
            keys = (key for key in keys if (key[:4] < mark if newest else key[:4] > mark))
        best = (nlargest if newest else nsmallest)(size + 1, keys)
        lines = self.lines_of([key[4] for key in best[:size]])
        return CasePage(lines, _write_mark(best[size - 1][:4]) if len(best) > size else "")

    def _counts(self, scanned: Scan, chosen: CaseFilter) -> CaseCounts:
        inside = scanned.inside(haste_of(chosen))
        choices = {name: inside.tally(name) for name in COUNTED}
        for name in COUNTED:
            if getattr(chosen, name) and (name != "state" or chosen.states != chosen.base_states):
                choices[name] = self._scan(chosen, but=name).inside(haste_of(chosen)).tally(name)
        return CaseCounts(scanned.parts(), choices)

    def _files(self, case_ids: Sequence[str]) -> dict[str, int]:
        counted = select(case_file.c.case_id, func.count()).where(case_file.c.case_id.in_(case_ids))
        rows = self._unit.connection.execute(counted.group_by(case_file.c.case_id))
        return {row[0]: row[1] for row in rows}


class Scan:
    """Columns of the cases scanned."""

    def __init__(self, columns: Mapping[str, Sequence[Any]]) -> None:
        self._columns = columns

    def __getitem__(self, name: str) -> Sequence[Any]:
        return self._columns[name]

    def inside(self, haste: Haste | None) -> Scan:
        """Those of one part of the list; all without one."""
        if haste is None:
            return self
        wanted = [found[0] == str(int(haste)) for found in self["place"]]
        return Scan({name: tuple(compress(column, wanted)) for name, column in self._columns.items()})

    def keys(self) -> Iterable[str]:
        """What each case is sorted by before its age: part, priority, last day."""
        return (
            f"{found[0]}{_RANKS[level]}{found[1:]}"
            for found, level in zip(self["place"], self["priority"], strict=True)
        )

    def parts(self) -> dict[Haste, int]:
        """How many stand in each part."""
        counted = Counter(found[0] for found in self["place"])
        return {haste: counted[str(int(haste))] for haste in Haste}

    def tally(self, name: str) -> Counter[str]:
        """How many there are of each value; of what a notice does not tell, among those seen in full."""
        return Counter(compress(self[name], self["full"]) if name in TELLING else self[name])


def _write_mark(key: Sequence[str]) -> str:
    """Where a page ended; it names no id."""
    return urlsafe_b64encode("|".join(key).encode()).decode()


def _read_mark(mark: str) -> tuple[str, ...] | None:
    try:
        words = tuple(urlsafe_b64decode(mark.encode()).decode().split("|"))
    except ValueError:  # both say it so
        return None
    return words if len(words) == _MARK_WORDS else None
