"""The one definition of every figure: a case counts under a set of keys, and each key's list is the cases that have it.

Whoever counts takes the length of the list, so that a number and the list behind it cannot differ. Keys are words
joined by dots (`intake`, `kind.report`, `standing.late`, `authority.ubnd.standing.late`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from cases.calendar import CalendarIncomplete, WorkCalendar
from cases.figures_keys import STANDING_KEYS, course_keys, event_keys, intake_keys, place_keys, stage_keys
from cases.figures_light import Happening, Light, Window, is_carried, is_new, stages_done, standing
from cases.scope import Sight


def keys(row: Light, window: Window) -> list[str]:
    """Every figure this case counts under, each once."""
    return _keys(row, window, stages_done(row, window.day))


_Stages = list[tuple[str, date, date]]


def _keys(row: Light, window: Window, stages: _Stages) -> list[str]:
    new = is_new(row, window)
    if not new and not is_carried(row, window):
        return []
    now = standing(row, window.day)
    found = list(STANDING_KEYS[now, new])
    if new:
        for name, value in _intake(row):
            found += intake_keys(name, value)
    forwarded = row.forwarded_on is not None and row.forwarded_on <= window.day
    relayed = row.relayed_on is not None and row.relayed_on <= window.day
    found += course_keys(now, row.topic, row.outcome, row.verdict, forwarded=forwarded, relayed=relayed)
    found += place_keys(now, row.authority, row.hamlet)
    for stage, _, _ in stages:
        found += stage_keys(stage, row.authority)
    return found


def _intake(row: Light) -> tuple[tuple[str, str], ...]:
    return (
        ("kind", row.kind),
        ("subject", row.subject),
        ("topic", row.topic),
        ("channel", row.channel),
        ("hamlet", row.hamlet),
        ("secrecy", row.secrecy),
        ("body", row.body),
        ("state", row.state),
        ("month", row.submitted_on.isoformat()[:7]),
        ("work", row.work),
    )


def happening_keys(event: Happening, window: Window) -> tuple[str, ...]:
    """Every figure an event counts under: those of the period, as far as `window.day`."""
    if not window.period.start <= event.on <= window.day:
        return ()
    return event_keys(event.what, event.number)


@dataclass(slots=True)
class Spread:
    """Working days of one stage: how many cases, the middle one, and the one nine of ten do not exceed."""

    count: int
    median: float
    p90: int


@dataclass(slots=True)
class Tally:
    """All figures of one window. `hidden` holds the keys that count a case which may not be listed."""

    counts: Counter[str] = field(default_factory=Counter)
    hidden: set[str] = field(default_factory=set)
    spreads: dict[str, Spread] = field(default_factory=dict)

    def __getitem__(self, key: str) -> int:
        return self.counts[key]

    def under(self, beginning: str) -> dict[str, int]:
        """Figures one word below: `under("kind")` gives `{"report": 12}`, most first."""
        start = f"{beginning}."
        found = {key.removeprefix(start): n for key, n in self.counts.items() if key.startswith(start)}
        plain = {name: n for name, n in found.items() if beginning == "topic" or "." not in name}
        return dict(sorted(plain.items(), key=lambda pair: (-pair[1], pair[0])))


def tally(
    rows: Iterable[Light], happenings: Iterable[Happening], window: Window, calendar: WorkCalendar | None = None
) -> Tally:
    """Count everything once. With a calendar also the spreads of working days, by stage and by authority."""
    found = Tally()
    days: dict[str, list[int]] = {}
    between, counts = Between(calendar) if calendar else None, found.counts.update
    for row in rows:
        stages = stages_done(row, window.day)
        counted = _keys(row, window, stages)
        counts(counted)
        if row.level < Sight.CONTENT:
            found.hidden.update(key for key in counted if not row.listed_under(key))
        if between and counted:
            _measure(row, stages, between, days)
    for event in happenings:
        under = happening_keys(event, window)
        found.counts.update(under)
        found.hidden.update(key for key in under if not event.case.listed_under(key))
    found.spreads = {key: spread(values) for key, values in days.items()}
    return found


def _measure(row: Light, stages: _Stages, between: Between, days: dict[str, list[int]]) -> None:
    for stage, start, end in stages:
        number = between(start, end)
        if number is not None:
            for key in stage_keys(stage, row.authority):
                days.setdefault(key, []).append(number)


class Between:
    """Working days between two days; the same pairs come again and again. None where the calendar has no such day."""

    def __init__(self, calendar: WorkCalendar) -> None:
        self._calendar = calendar
        self._known: dict[tuple[date, date], int | None] = {}

    def __call__(self, start: date, end: date) -> int | None:
        pair = (start, end)
        if pair not in self._known:
            try:
                self._known[pair] = self._calendar.working_days_between(start, end)
            except CalendarIncomplete:
                self._known[pair] = None
        return self._known[pair]


def spread(values: Iterable[int]) -> Spread:
    """Median and 90th percentile (nearest rank) of at least one value."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    median = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    return Spread(len(ordered), float(median), ordered[-(-9 * len(ordered) // 10) - 1])


def behind(key: str, rows: Iterable[Light], window: Window) -> Iterator[Light]:
    """The cases a figure counts."""
    return (row for row in rows if key in keys(row, window))


def happenings_behind(key: str, happenings: Iterable[Happening], window: Window) -> Iterator[Happening]:
    """The events a figure counts."""
    return (event for event in happenings if key in happening_keys(event, window))
