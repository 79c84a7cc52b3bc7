"""Cases and their history: a plain `Case` in and out, its telling parts sealed as one value."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Callable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import Connection, Select, bindparam, insert, or_, select, update

from cases.model import (
    Case,
    CaseEvent,
    Extension,
    Kind,
    Outcome,
    Priority,
    Secrecy,
    State,
    Subject,
    Verdict,
    WrittenReply,
)
from cases.ports import CaseQuery, Stale
from storage.case_keys import CaseKeyStore, wrapped_key
from storage.hot import Hot
from storage.keys import KeyRing
from storage.tables import CaseCounter, CaseEventRow, CaseRow, metadata

case = metadata.tables[str(CaseRow.__tablename__)]
event = metadata.tables[str(CaseEventRow.__tablename__)]
counter = metadata.tables[str(CaseCounter.__tablename__)]
LEAP = 3
PLACE_CONTENT = "case.sealed_content"
PLACE_EVENT = "case_event.sealed_data"

SEALED = (
    "text",
    "subject_note",
    "place",
    "latitude",
    "longitude",
    "happened",
    "verdict_note",
    "receipt_proof",
)
EXCLUSIONS = ("excluded_bodies", "excluded_officers", "hidden_from", "subject_posts", "subject_body")
CLEAR = tuple(
    column.name
    for column in case.columns
    if column.name not in ("receipt", "excluded", "extended_due_on", "outcome", "sealed_content")
)
ENUMS: dict[str, type[StrEnum]] = {
    "kind": Kind,
    "subject": Subject,
    "state": State,
    "secrecy": Secrecy,
    "priority": Priority,
    "verdict": Verdict,
}
_COUNT_UP = Hot(
    update(counter)
    .where(counter.c.locality == bindparam("place"), counter.c.year == bindparam("in_year"))
    .values(last=counter.c.last + bindparam("step", type_=counter.c.last.type))
    .returning(counter.c.last)
)
_WHOLE = select(case, wrapped_key(case.c.id))
_BY_ID = _WHOLE.where(case.c.id == bindparam("wanted"))
_BY_ID_LOCKED = _BY_ID.with_for_update()
_ADD = Hot(insert(case), case.columns.keys())
_LOG = Hot(insert(event).inline(), ("case_id", "at", "what", "actor", "row_key", "sealed_data"))


class CaseStore:
    """See `cases.ports.Cases`."""

    def __init__(
        self,
        connection: Connection,
        keys: KeyRing,
        case_keys: CaseKeyStore,
        new_id: Callable[[], str],
        *,
        locking: bool = True,
    ) -> None:
        self._connection = connection
        self._locking = locking
        self._keys = keys
        self._case_keys = case_keys
        self._new_id = new_id

    def next_code(self, locality: str, year: int) -> str:
        """The next number; each leaps by one to `LEAP`, so that a number nobody may open looks like one never given."""
        step = 1 + secrets.randbelow(LEAP)
        counted = _COUNT_UP.first(self._connection, {"place": locality, "in_year": year, "step": step})
        last = counted.last if counted else 0
        if not last:
            self._connection.execute(insert(counter), {"locality": locality, "year": year, "last": 1})
            last = 1
        return f"PA-{year}-{last:06d}"

    def add(self, entry: Case, receipt_code: str) -> None:
        self._case_keys.new(entry.id)
        values = self._row(entry)
        values["receipt"] = self._keys.lookup("receipt", receipt_code)
        _ADD.change(self._connection, values)

    def get(self, case_id: str) -> Case | None:
        row = self._connection.execute(_BY_ID_LOCKED if self._locking else _BY_ID, {"wanted": case_id}).first()
        return self._case(row) if row is not None else None

    def by_code(self, locality: str, code: str) -> Case | None:
        statement = _WHOLE.where(case.c.locality == locality, case.c.code == code)
        return self._one(statement.with_for_update() if self._locking else statement)

    def by_receipt(self, receipt_code: str) -> Case | None:
        return self._one(_WHOLE.where(case.c.receipt == self._keys.lookup("receipt", receipt_code)))

    def save(self, entry: Case) -> None:
        values = self._row(entry)
        values["version"] = entry.version + 1
        done = self._connection.execute(
            update(case).where(case.c.id == entry.id, case.c.version == entry.version).values(values)
        )
        if done.rowcount != 1:
            raise Stale(entry.code)
        entry.version += 1

    def find(self, query: CaseQuery) -> Sequence[Case]:
        statement = _filtered(_WHOLE, query).order_by(case.c.submitted_at, case.c.id)
        if query.limit:
            statement = statement.limit(query.limit)
        return [self._case(row) for row in self._connection.execute(statement)]

    def log(self, entry: CaseEvent) -> None:
        row_key = self._new_id()
        _LOG.change(
            self._connection,
            {
                "case_id": entry.case_id,
                "at": entry.at,
                "what": entry.what,
                "actor": entry.actor,
                "row_key": row_key,
                "sealed_data": self._sealed_data(entry, row_key),
            },
        )

    def history(self, case_id: str) -> Sequence[CaseEvent]:
        rows = self._connection.execute(select(event).where(event.c.case_id == case_id).order_by(event.c.id))
        return [CaseEvent(row.case_id, row.at, row.what, row.actor, self._event_data(row)) for row in rows]

    def _sealed_data(self, entry: CaseEvent, row_key: str) -> bytes | None:
        return self._case_keys.of(entry.case_id).seal_json(PLACE_EVENT, row_key, entry.data) if entry.data else None

    def _event_data(self, row: Any) -> dict[str, object]:
        if row.sealed_data is None:
            return {}
        data: dict[str, object] = self._case_keys.of(row.case_id).open_json(PLACE_EVENT, row.row_key, row.sealed_data)
        return data

    def _one(self, statement: Select[Any]) -> Case | None:
        row = self._connection.execute(statement).first()
        return self._case(row) if row is not None else None

    def _row(self, entry: Case) -> dict[str, Any]:
        values = {name: getattr(entry, name) for name in CLEAR}
        for name in ENUMS:
            values[name] = values[name].value if values[name] is not None else None
        values["excluded"] = orjson.dumps({name: getattr(entry, name) for name in EXCLUSIONS}).decode()
        values["extended_due_on"] = entry.extended_due_on
        values["outcome"] = entry.reply.outcome.value if entry.reply else ""
        content = {name: getattr(entry, name) for name in SEALED}
        content["extension"] = dataclasses.asdict(entry.extension) if entry.extension else None
        content["reply"] = dataclasses.asdict(entry.reply) if entry.reply else None
        values["sealed_content"] = self._case_keys.of(entry.id).seal_json(PLACE_CONTENT, entry.id, content)
        return values

    def _case(self, row: Any) -> Case:
        values: dict[str, Any] = {name: getattr(row, name) for name in CLEAR}
        for name, enum in ENUMS.items():
            values[name] = enum(values[name]) if values[name] is not None else None
        values.update({name: _tuple(found) for name, found in orjson.loads(row.excluded).items()})
        content = self._case_keys.know(row.id, row.case_key).open_json(PLACE_CONTENT, row.id, row.sealed_content)
        values["extension"] = _extension(content.pop("extension"))
        values["reply"] = _reply(content.pop("reply"))
        return Case(**values, **content)


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _extension(data: dict[str, Any] | None) -> Extension | None:
    if data is None:
        return None
    for name in ("asked_on", "due_on", "doc_date"):
        data[name] = date.fromisoformat(data[name])
    return Extension(**data)


def _reply(data: dict[str, Any] | None) -> WrittenReply | None:
    if data is None:
        return None
    for name in ("doc_date", "recorded_on"):
        data[name] = date.fromisoformat(data[name])
    return WrittenReply(**{**data, "addressees": tuple(data["addressees"]), "outcome": Outcome(data["outcome"])})


def _filtered(statement: Select[Any], query: CaseQuery) -> Select[Any]:
    for column, value in (
        (case.c.locality, query.locality),
        (case.c.receiving_body, query.receiving_body),
        (case.c.competent_authority, query.authority),
        (case.c.matter, query.matter),
        (case.c.linked_case, query.linked_case),
    ):
        if value:
            statement = statement.where(column == value)
    if query.about:
        named = (case.c.excluded.contains(f'"{word}"', autoescape=True) for word in sorted(query.about))
        statement = statement.where(or_(*named))
    if query.states:
        statement = statement.where(case.c.state.in_(sorted(query.states)))
    if query.clock_running:
        statement = statement.where(case.c.state.in_((State.RECEIVED, State.IN_PROGRESS, State.EXTENDED)))
    if query.nudge_before is not None:
        statement = statement.where(case.c.next_nudge_at <= query.nudge_before)
    if query.submitted_from is not None:
        statement = statement.where(case.c.submitted_at >= _midnight(query.submitted_from))
    if query.submitted_to is not None:
        statement = statement.where(case.c.submitted_at < _midnight(query.submitted_to))
    return statement


def _midnight(day: date) -> datetime:
    from cases.calendar import local_midnight

    return local_midnight(day)
