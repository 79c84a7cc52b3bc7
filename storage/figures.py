"""Cases as figures need them, read without opening one sealed value, each judged by what the asker may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

import orjson
from sqlalchemy import ColumnElement, String, Subquery, Table, and_, func, literal_column, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from cases.calendar import local_midnight
from cases.figures_light import HAPPENINGS, Happening, Light
from cases.model import Case, Kind, Secrecy, State, Subject
from cases.periods import Period
from cases.scope import Scope, Sight
from storage.case_store import case, event
from storage.schema import metadata
from storage.tables_reports import COUNTED
from storage.work import StoredWork

_DAY = timedelta(days=1)
_BATCH = 2_000
_BLANK = Case(
    id="", locality="", code="", kind=Kind.REPORT, subject=Subject.OTHER, topic="", suggested_topic="",
    state=State.SUBMITTED, channel="", receiving_body="", competent_authority="", profile="",
    submitted_at=datetime.fromisoformat("2000-01-01T00:00:00+00:00"), secrecy=Secrecy.CONFIDENTIAL,
)  # fmt: skip


class LocalDay(FunctionElement[str]):
    """The calendar day in Vietnam (UTC+7 the year round) of an instant, or a date itself, as `YYYY-MM-DD`."""

    inherit_cache = True
    type = String()


@compiles(LocalDay, "sqlite")
def _on_sqlite(element: LocalDay, compiler: SQLCompiler, **more: Any) -> str:
    return f"date({compiler.process(element.clauses, **more)}, '+7 hours')"


@compiles(LocalDay, "postgresql")
def _on_postgres(element: LocalDay, compiler: SQLCompiler, **more: Any) -> str:
    inner = compiler.process(element.clauses, **more)
    return f"CAST(CAST({inner} AT TIME ZONE 'Asia/Ho_Chi_Minh' AS date) AS varchar)"


_PLAIN = (
    case.c.id, case.c.locality, case.c.code, case.c.kind, case.c.subject, case.c.topic, case.c.state, case.c.channel,
    case.c.receiving_body, case.c.competent_authority, case.c.hamlet, case.c.work, case.c.secrecy,
)  # fmt: skip
_SELECT = select(
    *_PLAIN,
    LocalDay(case.c.submitted_at),
    LocalDay(case.c.triaged_at),
    LocalDay(case.c.forwarded_at),
    case.c.received_on.cast(String),
    case.c.due_on.cast(String),
    case.c.extended_due_on.cast(String),
    LocalDay(case.c.answered_at),
    LocalDay(case.c.relayed_at),
    LocalDay(case.c.closed_at),
    case.c.outcome,
    case.c.verdict,
    case.c.urgings,
    case.c.excluded,
)
_FIRST_DAY, _OUTCOME = len(_PLAIN), len(_PLAIN) + 9


@dataclass(frozen=True, slots=True)
class Counted:
    """What one asker may count of a span of time."""

    rows: list[Light]
    happenings: list[Happening]


def counted(unit: StoredWork, scopes: Mapping[str, Scope], period: Period, today: date) -> Counted:
    """The cases of a period and what happened in it: only what each locality's scope lets be counted.

    A case comes when it was taken in during the period, was still owed an answer when it began, or when something
    happened to it then; `cases.figures.keys` decides what it counts under.
    """
    localities = sorted(scopes)
    start, end = local_midnight(period.start), local_midnight(period.end + _DAY)
    happened = _happened(unit, localities, start, end)
    rows = {row.id: row for row in _lights(unit, scopes, today, _wanted(localities, start, end))}
    happened += _held(unit, localities, period)
    missing = sorted({entry[0] for entry in happened} - rows.keys())
    for place in range(0, len(missing), 500):
        batch = missing[place : place + 500]
        rows |= {row.id: row for row in _lights(unit, scopes, today, case.c.id.in_(batch))}
    days = _Days()
    told = [
        Happening(rows[case_id], HAPPENINGS.get(what, what), days[on], number)
        for case_id, what, on, number in happened
        if case_id in rows
    ]
    return Counted(list(rows.values()), told)


def _wanted(localities: list[str], start: datetime, end: datetime) -> ColumnElement[bool]:
    """A superset of the cases of the period, in terms of indexed columns."""
    unanswered = and_(case.c.answered_at.is_(None), or_(case.c.closed_at.is_(None), case.c.closed_at >= start))
    owed = or_(case.c.submitted_at >= start, case.c.answered_at >= start, unanswered)
    return and_(case.c.locality.in_(localities), case.c.submitted_at < end, owed)


def _lights(unit: StoredWork, scopes: Mapping[str, Scope], today: date, wanted: ColumnElement[bool]) -> Iterable[Light]:
    judged = Judge(scopes, today)
    days = _Days()
    build = Light._make
    result = unit.connection.execute(_SELECT.where(wanted).order_by(case.c.submitted_at, case.c.id))
    for row in chain.from_iterable(result.partitions(_BATCH)):
        dates = [days[text] for text in row[_FIRST_DAY:_OUTCOME]]
        seen = judged.sight(row[1], row[6], row[8], row[9], row[10], row[15] is not None, dates[5] or dates[4], row[-1])
        if seen is not Sight.NOTHING:
            rest = (row[_OUTCOME], row[_OUTCOME + 1] or "", row[_OUTCOME + 2], seen)
            yield build((*row[:_FIRST_DAY], *dates, *rest))


class Judge:
    """`Scope.sight` for rows that are alike in all it looks at, asked once for each kind of row."""

    def __init__(self, scopes: Mapping[str, Scope], today: date) -> None:
        self._scopes = scopes
        self._today = today
        self._known: dict[tuple[object, ...], Sight] = {}

    def sight(
        self,
        locality: str,
        state: str,
        body: str,
        authority: str,
        hamlet: str,
        forwarded: bool,
        last_day: date | None,
        excluded: str,
    ) -> Sight:
        """What may be seen of a case with these columns."""
        late = last_day is not None and last_day < self._today
        alike = (locality, state, body, authority, hamlet, forwarded, late, excluded)
        found = self._known.get(alike)
        if found is None:
            found = self._known[alike] = self._ask(alike, self._today - _DAY if late else None)
        return found

    def _ask(self, alike: tuple[Any, ...], due_on: date | None) -> Sight:
        locality, state, body, authority, hamlet, forwarded, _, excluded = alike
        scope = self._scopes.get(locality)
        if scope is None:
            return Sight.NOTHING
        stand_in = _stand_in(locality, state, body, authority, hamlet)
        stand_in.forwarded_at = _BLANK.submitted_at if forwarded else None
        stand_in.due_on = due_on
        for name, value in orjson.loads(excluded).items():
            setattr(stand_in, name, tuple(value) if isinstance(value, list) else value)
        return scope.sight(stand_in)


def _stand_in(locality: str, state: str, body: str, authority: str, hamlet: str) -> Case:
    return replace(
        _BLANK,
        locality=locality,
        state=State(state),
        receiving_body=body,
        competent_authority=authority,
        hamlet=hamlet,
    )


class _Days(dict[Any, Any]):
    """Days by how they are written; the same few come again and again."""

    def __missing__(self, text: str | None) -> date | None:
        found = self[text] = date.fromisoformat(text) if text else None
        return found


def _happened(
    unit: StoredWork, localities: list[str], start: datetime, end: datetime
) -> list[tuple[str, str, str, int]]:
    """Case, event, day and how-manieth of its kind, in the order they happened."""
    numbered = numbered_events(start, end)
    statement = (
        select(numbered.c.case_id, numbered.c.what, LocalDay(numbered.c.at), numbered.c.number)
        .join(case, case.c.id == numbered.c.case_id)
        .where(case.c.locality.in_(localities))
        .order_by(numbered.c.id)
    )
    return [(row[0], row[1], row[2], row[3]) for row in unit.connection.execute(statement)]


def numbered_events(start: datetime, end: datetime) -> Subquery:
    """Events in [start, end) that figures count, each with how-manieth of its kind it is in its case."""
    before = event.alias()
    number = (
        select(func.count())
        .where(before.c.case_id == event.c.case_id, before.c.what == event.c.what, before.c.id <= event.c.id)
        .correlate(event)
        .scalar_subquery()
    )
    kinds = [literal_column(f"'{what}'", String) for what in COUNTED]  # written out, or their index is not used
    return (
        select(event.c.id, event.c.case_id, event.c.what, event.c.at, number.label("number"))
        .where(event.c.what.in_(kinds), event.c.at >= start, event.c.at < end)
        .subquery()
    )


def dialogues() -> Table | None:
    """The table of meetings, where there is one."""
    return metadata.tables.get("meeting")


def _held(unit: StoredWork, localities: list[str], period: Period) -> list[tuple[str, str, str, int]]:
    """Dialogues held during the period; other days of theirs are among the events."""
    meeting = dialogues()
    if meeting is None:
        return []
    statement = (
        select(meeting.c.case_id, meeting.c.held_on)
        .join(case, case.c.id == meeting.c.case_id)
        .where(meeting.c.held_on >= period.start, meeting.c.held_on <= period.end, case.c.locality.in_(localities))
        .order_by(meeting.c.held_on, meeting.c.id)
    )
    return [(row.case_id, "dialogue_held", str(row.held_on), 1) for row in unit.connection.execute(statement)]
