"""What a reminder tick reads and writes: light rows without sealed content, and every write as one `executemany`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    String,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from cases.model import Case, CaseEvent, Extension, Officer, State
from cases.running_clocks import ANSWERED, ASKED, AT_THE_DESK, BACK_AT_DESK, Since
from storage.case_store import ENUMS, EXCLUSIONS, PLACE_EVENT, case, event
from storage.hot import Hot
from storage.people import officer, reporter
from storage.work import StoredWork, ledger, new_id


class Listed:
    """A statement over rows whose `column` is one of a list: one parameter, compiled once for lists of any length."""

    def __init__(self, statement: Any, column: ColumnElement[Any]) -> None:
        listed = func.json_each(bindparam("among", type_=String)).table_valued("value")
        self._hot = Hot(
            {
                "sqlite": statement.where(column.in_(select(listed.c.value))),
                "postgresql": statement.where(column == func.any(bindparam("among", type_=ARRAY(String)))),
            }
        )

    def rows(self, connection: Connection, values: Collection[str]) -> list[Any]:
        """The rows found."""
        return self._hot.rows(connection, {"among": packed(connection, values)})

    def change(self, connection: Connection, values: Collection[str], **more: object) -> int:
        """Write to these rows; `more` are the statement's other parameters."""
        return self._hot.change(connection, {"among": packed(connection, values), **more})


def packed(connection: Connection, values: Collection[str]) -> Any:
    """A list as one parameter: an array on PostgreSQL, JSON on SQLite."""
    return list(values) if connection.dialect.name == "postgresql" else orjson.dumps(list(values)).decode()


_LIGHT = (
    *("id", "locality", "code", "kind", "subject", "topic", "state", "receiving_body", "competent_authority"),
    *("profile", "hamlet", "reporter", "submitted_at", "forwarded_at", "forward_doc_no", "forward_doc_date"),
    *("received_on", "matter", "clock_version", "due_on", "answered_at", "relayed_at", "verdict", "assignee"),
    *("next_nudge_at", "urgings"),
)
_COLUMNS = select(*(case.c[name] for name in (*_LIGHT, "excluded", "extended_due_on")))
_DUE = _COLUMNS.where(case.c.next_nudge_at <= bindparam("now")).order_by(case.c.next_nudge_at).limit(bindparam("most"))
_DUE_FREE, _DUE_LOCKED = Hot(_DUE), Hot(_DUE.with_for_update(skip_locked=True))
_REPLY_STATES = (State.RECEIVED, State.IN_PROGRESS, State.EXTENDED)
_DESK_STATES = (*sorted(AT_THE_DESK), State.FORWARDED, State.ANSWERED)
_BY_ID = Listed(_COLUMNS.with_for_update(), case.c.id)
_SEEN = Listed(_COLUMNS, case.c.id)
_OFFICERS = Listed(select(officer).where(officer.c.active == true()).order_by(officer.c.id), officer.c.locality)
_REPORTERS = Listed(select(reporter.c.ref, reporter.c.chat_key), reporter.c.ref)
_KEYS = Listed(select(ledger.c.key), ledger.c.key)
_LETTERS = Listed(
    select(event.c.case_id, event.c.at).where(event.c.what == "urged").order_by(event.c.id), event.c.case_id
)
_TURNS = Listed(
    select(event.c.case_id, event.c.what, event.c.at)
    .where(or_(*(event.c.what == what for what in (ASKED, ANSWERED, *sorted(BACK_AT_DESK)))))
    .order_by(event.c.id),
    event.c.case_id,
)
_TOGETHER = Listed(_COLUMNS.order_by(case.c.id), case.c.matter)
_MOVE = Listed(
    update(case).values(
        next_nudge_at=bindparam("look"), urgings=case.c.urgings + bindparam("letters"), version=case.c.version + 1
    ),
    case.c.id,
)
_AT = bindparam("at", type_=ledger.c.at.type)
_KEYS_JSON = func.json_each(bindparam("among", type_=String)).table_valued("value")
_KEYS_ARRAY = func.unnest(bindparam("among", type_=ARRAY(String))).column_valued("given")
_SETTLE = Hot(
    {
        # SQLite reads `ON CONFLICT` after a bare SELECT as part of a join, hence the `WHERE true`.
        "sqlite": sqlite.insert(ledger)
        .from_select(["key", "at"], select(_KEYS_JSON.c.value, _AT).where(true()))
        .on_conflict_do_nothing(),
        "postgresql": postgresql.insert(ledger)
        .from_select(["key", "at"], select(_KEYS_ARRAY, _AT))
        .on_conflict_do_nothing(),
    }
)


class NudgeStore:
    """Reads and writes of one slice inside one transaction."""

    def __init__(self, unit: StoredWork) -> None:
        self._unit = unit
        self._connection = unit.connection

    # -- reading --------------------------------------------------------------------------------------------------

    def due(self, now: datetime, most: int, only: Sequence[str] | None = None, *, lock: bool = True) -> list[Case]:
        """Cases to look at, longest waiting first; another ticker's rows are passed over. Content stays sealed."""
        asked = {"now": now, "most": most}
        if only is not None:
            statement = _DUE.where(case.c.id.in_(only)).with_for_update(skip_locked=True)
            return [_light(row) for row in self._connection.execute(statement, asked)]
        return [_light(row) for row in (_DUE_LOCKED if lock else _DUE_FREE).rows(self._connection, asked)]

    def listed(self, localities: Collection[str], horizon: date) -> list[Case]:
        """Cases on which an office owes a step; of those with the authority only terms that end by `horizon`."""
        ends = func.coalesce(case.c.extended_due_on, case.c.due_on)
        at_work = or_(case.c.state.in_(_DESK_STATES), and_(case.c.state.in_(_REPLY_STATES), ends <= horizon))
        statement = _COLUMNS.where(case.c.locality.in_(localities), at_work)
        return [_light(row) for row in self._connection.execute(statement)]

    def cases_by_id(self, case_ids: Sequence[str]) -> list[Case]:
        """Light cases, locked for change where the database can."""
        return [_light(row) for row in _BY_ID.rows(self._connection, case_ids)]

    def seen_by_id(self, case_ids: Sequence[str]) -> list[Case]:
        """Light cases, only to be looked at."""
        return [_light(row) for row in _SEEN.rows(self._connection, case_ids)] if case_ids else []

    def together(self, matters: Collection[str]) -> list[Case]:
        """All cases of these matters: the authority is reminded once for all, but every sender is told."""
        return [_light(row) for row in _TOGETHER.rows(self._connection, matters)] if matters else []

    def due_ids(self, now: datetime, most: int) -> list[str]:
        """The same rows as `due`, by id only: for finding the one that cannot be read."""
        statement = select(case.c.id).where(case.c.next_nudge_at <= now).order_by(case.c.next_nudge_at).limit(most)
        return list(self._connection.execute(statement).scalars())

    def since(self, looked_at: Iterable[Case]) -> dict[str, Since]:
        """When each case last came back to the desk, and when its resident was asked for information."""
        wanted = [one.id for one in looked_at if one.state in AT_THE_DESK or one.state is State.NEEDS_INFO]
        found: dict[str, Since] = {}
        for row in _TURNS.rows(self._connection, wanted) if wanted else ():
            found[row.case_id] = found.get(row.case_id, Since()).then(row.what, row.at)
        return found

    def urged_at(self, case_ids: Sequence[str]) -> dict[str, list[datetime]]:
        """When urging letters were written before, oldest first."""
        found: dict[str, list[datetime]] = {}
        if case_ids:
            for row in _LETTERS.rows(self._connection, case_ids):
                found.setdefault(row.case_id, []).append(row.at)
        return found

    def officers(self, localities: Collection[str]) -> list[Officer]:
        """Active officers of these localities."""
        if not localities:
            return []
        return [self._unit.people._officer(row) for row in _OFFICERS.rows(self._connection, localities)]

    def reporters(self, refs: Collection[str]) -> dict[str, str]:
        """Chat keys by reporter reference; the identity stays sealed."""
        if not refs:
            return {}
        return {row.ref: row.chat_key for row in _REPORTERS.rows(self._connection, refs)}

    def seen(self, keys: Collection[str]) -> frozenset[str]:
        """Which of these ledger keys were used."""
        if not keys:
            return frozenset()
        return frozenset(row.key for row in _KEYS.rows(self._connection, keys))

    # -- writing --------------------------------------------------------------------------------------------------

    def settle(self, keys: Sequence[str], at: datetime) -> None:
        """Record that these things happened; a key already there stays."""
        if keys:
            _SETTLE.change(self._connection, {"among": packed(self._connection, keys), "at": at})

    def move(self, looks: Iterable[tuple[str, datetime | None, int]]) -> None:
        """By case id: when to look again and how many urging letters were added.

        The version counts up: whoever read the case before must read it again.
        """
        alike: dict[tuple[datetime | None, int], list[str]] = {}
        for case_id, look, letters in looks:
            alike.setdefault((look, letters), []).append(case_id)
        for (look, letters), case_ids in alike.items():
            _MOVE.change(self._connection, case_ids, look=look, letters=int(letters))

    def push(self, case_ids: Sequence[str], until: datetime) -> None:
        """Look at these cases later, whatever is wrong with them."""
        statement = update(case).where(case.c.id.in_(case_ids)).values(next_nudge_at=until)
        self._connection.execute(statement)

    def look_at_all(self, now: datetime) -> int:
        """Have every open case looked at: after an edit of the calendar or of the reminder numbers."""
        statement = update(case).where(case.c.next_nudge_at > now).values(next_nudge_at=now)
        return self._connection.execute(statement).rowcount

    def log(self, events: Iterable[CaseEvent]) -> None:
        """Append to the histories."""
        rows, events, keys = [], list(events), self._unit.case_keys
        keys.load(one.case_id for one in events if one.data)
        for one in events:
            key = new_id()
            data = keys.of(one.case_id).seal_bytes(PLACE_EVENT, key, orjson.dumps(one.data)) if one.data else None
            rows.append(
                {
                    "case_id": one.case_id,
                    "at": one.at,
                    "what": one.what,
                    "actor": one.actor,
                    "row_key": key,
                    "sealed_data": data,
                }
            )
        if rows:
            self._connection.execute(insert(event), rows)


def _light(row: Any) -> Case:
    """A case without its content; an extension carries only its dates."""
    *clear, excluded, extended = row
    values: dict[str, Any] = dict(zip(_LIGHT, clear, strict=True))
    for name, words in _WORDS.items():
        values[name] = words[values[name]]
    if excluded != _NOBODY:
        values |= {name: tuple(found) if isinstance(found, list) else found for name, found in _read(excluded)}
    if extended is not None:
        values["extension"] = Extension(values["received_on"], extended, "", "", values["received_on"], "")
    return Case(**values, suggested_topic="", channel="")


_WORDS: dict[str, dict[str | None, StrEnum | None]] = {
    name: {None: None, **{word.value: word for word in ENUMS[name]}} for name in ("kind", "subject", "state", "verdict")
}
_NOBODY = orjson.dumps({name: () if name != "subject_body" else "" for name in EXCLUSIONS}).decode()


def _read(excluded: str) -> Iterable[tuple[str, Any]]:
    found: dict[str, Any] = orjson.loads(excluded)
    return found.items()
