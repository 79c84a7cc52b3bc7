"""All figures of a period counted by the database: the same as counting its cases one by one, without fetching them.

`tests/storage/test_figures_tally.py` holds this twin to `cases.figures.tally` over `storage.figures.counted`.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Engine, String, and_, func, literal, or_, select
from sqlalchemy import case as when
from sqlalchemy.sql.elements import True_

from cases.calendar import WorkCalendar, local_midnight
from cases.figures import Between, Tally, spread
from cases.figures_keys import STANDING_KEYS, course_keys, event_keys, intake_keys, place_keys, stage_keys
from cases.figures_light import AT_DESK, ENDED, HAPPENINGS, Standing, Window, listed_at
from cases.scope import Scope, Sight
from storage.case_store import case, event
from storage.figures import LocalDay, dialogues, numbered_events
from storage.listing_scope import DUE, Condition, Reach
from storage.work import StoredWork

_DAY = timedelta(days=1)
_SPLIT, _LINE = "\x1f", "\n"
_CONTENT = str(int(Sight.CONTENT))
_INTAKE = (("kind", "subject", "channel", "secrecy"), ("topic", "hamlet"), ("body", "state", "work"))
"""What came in, in groups of few combinations: each group is one column to fetch, and one pass to count."""
_SUBMITTED, _TRIAGED, _FORWARDED, _ANSWERED, _RELAYED = (
    func.coalesce(LocalDay(case.c[name]), "")
    for name in ("submitted_at", "triaged_at", "forwarded_at", "answered_at", "relayed_at")
)
_RECEIVED = func.coalesce(case.c.received_on.cast(String), "")


@dataclass(frozen=True, slots=True)
class Asking:
    """What is counted: the cases of a window that a reach lets be counted, of these subjects alone if any are named."""

    reach: Reach
    window: Window
    subjects: frozenset[str] | None = None

    @classmethod
    def of(
        cls, unit: StoredWork, scopes: Mapping[str, Scope], window: Window, subjects: frozenset[str] | None = None
    ) -> Asking:
        """Each locality by its own scope; one that lets nothing be seen is left out."""
        seen = tuple((place, scope) for place, scope in scopes.items() if place in scope.localities and scope.clauses)
        return cls(Reach(seen, unit.connection.dialect.name), window, subjects)

    @property
    def start(self) -> datetime:
        """The instant the period begins."""
        return local_midnight(self.window.period.start)

    @property
    def end(self) -> datetime:
        """The instant after the last day counted."""
        return local_midnight(self.window.day + _DAY)

    def new(self) -> Condition:
        """See `cases.figures_light.is_new`."""
        return and_(case.c.submitted_at >= self.start, case.c.submitted_at < self.end)

    def carried(self) -> Condition:
        """See `cases.figures_light.is_carried`."""
        unanswered = and_(
            case.c.answered_at.is_(None), or_(case.c.state.not_in(sorted(ENDED)), case.c.closed_at >= self.start)
        )
        return and_(case.c.submitted_at < self.start, or_(case.c.answered_at >= self.start, unanswered))

    def counted(self) -> list[Condition]:
        """The cases that count at all."""
        return [*self.seen(), or_(self.new(), self.carried())]

    def seen(self) -> list[Condition]:
        """The cases that may be counted, of whatever time."""
        people = [case.c.subject.in_(sorted(self.subjects))] if self.subjects is not None else []
        return [self.reach.sees(Sight.FIGURES), *people]

    def level(self) -> ColumnElement[str]:
        """How much may be seen of each of them, as a number written out."""
        steps = [(self.reach.rises(one, Sight.FIGURES), one) for one in (Sight.CONTENT, Sight.NOTICE)]
        if isinstance(steps[0][0], True_):
            return literal(_CONTENT, String)
        return when(*((condition, str(int(one))) for condition, one in steps), else_=str(int(Sight.FIGURES)))

    def standing(self) -> ColumnElement[str]:
        """See `cases.figures_light.standing`."""
        day, on = self.window.day, LocalDay(case.c.answered_at)
        in_term = or_(case.c.due_on.is_(None), on <= case.c.due_on.cast(String))
        over = or_(case.c.closed_at.is_(None), case.c.closed_at < self.end)
        return when(
            (
                case.c.answered_at < self.end,
                when(
                    (in_term, Standing.ON_TIME.value),
                    (on <= case.c.extended_due_on.cast(String), Standing.EXTENDED.value),
                    else_=Standing.LATE.value,
                ),
            ),
            (and_(case.c.answered_at.is_(None), case.c.state.in_(sorted(ENDED)), over), Standing.ENDED.value),
            (case.c.state.in_(sorted(AT_DESK)), Standing.AT_DESK.value),
            (and_(case.c.received_on <= day, day > DUE), Standing.OVERDUE.value),
            (case.c.received_on <= day, Standing.RUNNING.value),
            (case.c.forwarded_at < self.end, Standing.FORWARDED.value),
            else_=Standing.AT_DESK.value,
        )


def tallied(unit: StoredWork, asking: Asking, calendar: WorkCalendar) -> Tally:
    """Every figure, and the spreads of working days. What was counted before is taken again until a case changes."""
    return tallies(unit, [asking], calendar)[0]


def tallies(unit: StoredWork, askings: Sequence[Asking], calendar: WorkCalendar) -> list[Tally]:
    """The same for several windows of one reading."""
    mark = _mark(unit)
    return [_tally(unit, asking, calendar, mark) if asking.reach else Tally() for asking in askings]


def _tally(unit: StoredWork, asking: Asking, calendar: WorkCalendar, mark: tuple[object, ...]) -> Tally:
    kept = _kept.setdefault(unit.connection.engine, OrderedDict())
    key = (asking, calendar.version, mark)
    found = kept.pop(key, None) or _counted(unit, asking, calendar)
    kept[key] = found
    if len(kept) > _MOST:
        kept.popitem(last=False)
    return found


_kept: WeakKeyDictionary[Engine, OrderedDict[object, Tally]] = WeakKeyDictionary()
_MOST = 64  # tallies of one database: a few kilobytes each


def _mark(unit: StoredWork) -> tuple[object, ...]:
    """Changes whenever a case, its history or a meeting did: saving a case raises its version."""
    meeting = dialogues()
    statements = [
        select(func.count(), func.sum(case.c.version)).select_from(case),
        select(func.count(), func.max(event.c.id)).select_from(event),
    ]
    if meeting is not None:
        statements.append(select(func.count(), func.max(meeting.c.id)).select_from(meeting))
    return tuple(value for one in statements for value in unit.connection.execute(one).one())


def _counted(unit: StoredWork, asking: Asking, calendar: WorkCalendar) -> Tally:
    found = Tally()
    columns = _columns(unit, asking)
    for names in _INTAKE:
        for (level, *values), many in _groups(columns["+".join(names)]):
            for name, value in zip(names, values, strict=True):
                _count(found, level, intake_keys(name, value), many)
    for (level, now, new, sent, relayed, topic, outcome, verdict), many in _groups(columns["course"]):
        at = Standing(now)
        _count(found, level, STANDING_KEYS[at, bool(new)], many)
        told = course_keys(at, topic, outcome, verdict, forwarded=bool(sent), relayed=bool(relayed))
        _count(found, level, told, many)
    for (level, now, authority, hamlet), many in _groups(columns["place"]):
        _count(found, level, place_keys(Standing(now), authority, hamlet), many)
    _Stages(found, asking.window.day, Between(calendar)).count(columns)
    for what, number, level, many in _events(unit, asking):
        _count(found, level, event_keys(what, number), many)
    return found


def _count(found: Tally, level: str, keys: Sequence[str], many: int) -> None:
    for key in keys:
        found.counts[key] += many
    if level != _CONTENT:
        found.hidden.update(key for key in keys if not listed_at(int(level), key))


def _groups(column: Sequence[str]) -> Iterator[tuple[list[str], int]]:
    """Values that go together, and how often."""
    for joined, many in Counter(column).items():
        yield joined.split(_SPLIT), many


def _columns(unit: StoredWork, asking: Asking) -> dict[str, Sequence[str]]:
    """What figures depend on, for each case that counts: one long text a column, far quicker fetched than rows."""
    level, now, new = asking.level(), asking.standing(), asking.new()
    flag = {name: _flag(case.c[f"{name}_at"] < asking.end) for name in ("forwarded", "relayed")}
    joined = func.group_concat if unit.connection.dialect.name == "sqlite" else func.string_agg

    def column(*parts: Any) -> Any:
        return joined(_join(level, *parts), literal(_LINE, String))

    body = {"body": "receiving_body"}
    told = {"+".join(names): column(*(case.c[body.get(name, name)] for name in names)).filter(new) for names in _INTAKE}
    course = (flag["forwarded"], flag["relayed"], case.c.topic, case.c.outcome, func.coalesce(case.c.verdict, ""))
    authority = case.c.competent_authority
    told["course"] = column(now, _flag(new), *course)
    told["place"] = column(now, authority, case.c.hamlet)
    told["desk"] = column(_flag(new), _SUBMITTED, _TRIAGED, _FORWARDED)
    told["reply"] = column(_RECEIVED, _ANSWERED, authority).filter(case.c.answered_at.is_not(None))
    told["relay"] = column(_ANSWERED, _RELAYED).filter(case.c.relayed_at.is_not(None))
    row = unit.connection.execute(select(*told.values()).where(_checked(asking.counted()))).one()
    return {name: text.split(_LINE) if text else () for name, text in zip(told, row, strict=True)}


def _checked(conditions: list[Condition]) -> Condition:
    """All of them, so said that no planner takes an index: most cases count, and reading all in order is faster."""
    return when((and_(*conditions), 1), else_=0) == 1


def _flag(condition: Condition) -> ColumnElement[str]:
    return when((condition, literal("1", String)), else_=literal("", String))


def _join(*parts: ColumnElement[str]) -> ColumnElement[str]:
    first, *others = parts
    for one in others:
        first = first.concat(literal(_SPLIT, String)).concat(one)
    return first


class _Stages:
    """Months of what came in, and the steps done: see `cases.figures_light.stages_done`."""

    def __init__(self, found: Tally, last: date, between: Between) -> None:
        self._found, self._last, self._between = found, last.isoformat(), between
        self._days: dict[str, Counter[int]] = defaultdict(Counter)

    def count(self, columns: Mapping[str, Sequence[str]]) -> None:
        """Everything that depends on two days of a case."""
        for (level, new, submitted, triaged, forwarded), many in _groups(columns["desk"]):
            if new:
                _count(self._found, level, intake_keys("month", submitted[:7]), many)
            self._done("triage", level, submitted, triaged, "", many)
            self._done("forward", level, submitted, forwarded, "", many)
        for (level, received, answered, authority), many in _groups(columns["reply"]):
            self._done("reply", level, received, answered, authority, many)
        for (level, answered, relayed), many in _groups(columns["relay"]):
            self._done("relay", level, answered, relayed, "", many)
        self._found.spreads = {key: spread(many.elements()) for key, many in self._days.items()}

    def _done(self, stage: str, level: str, start: str, end: str, authority: str, many: int) -> None:
        if not (start and end and start <= end <= self._last):
            return
        keys = stage_keys(stage, authority)
        _count(self._found, level, keys, many)
        number = self._between(_day(start), _day(end))
        if number is not None:
            for key in keys:
                self._days[key][number] += many


_day = lru_cache(maxsize=4_000)(date.fromisoformat)


def _events(unit: StoredWork, asking: Asking) -> Iterator[tuple[str, int, str, int]]:
    """What happened in the window: its key, how-manieth it was, the level of its cases, how many."""
    level = asking.level()
    numbered = numbered_events(asking.start, asking.end)
    what = (numbered.c.what, numbered.c.number, level)
    happened = select(*what, func.count()).join(case, case.c.id == numbered.c.case_id)
    happened = happened.where(_checked(asking.seen())).group_by(*what)
    for name, number, seen, many in unit.connection.execute(happened):
        yield HAPPENINGS.get(name, name), number, seen, many
    meeting = dialogues()
    if meeting is not None:
        held = (meeting.c.held_on >= asking.window.period.start, meeting.c.held_on <= asking.window.day)
        met = select(level, func.count()).select_from(meeting.join(case, case.c.id == meeting.c.case_id))
        for seen, many in unit.connection.execute(met.where(*held, _checked(asking.seen())).group_by(level)):
            yield "dialogue_held", 1, seen, many
