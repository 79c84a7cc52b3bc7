"""What a reminder tick reads and writes: light rows without sealed content, and every write as one `executemany`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ARRAY, ColumnElement, Select, String, bindparam, func, insert, select, true, update
from sqlalchemy.dialects import postgresql, sqlite

from cases.model import Case, CaseEvent, Extension, Officer
from cases.reminders import AT_THE_DESK, Since
from storage.case_store import ENUMS, EXCLUSIONS, PLACE_EVENT, case, event
from storage.people import officer, reporter
from storage.work import StoredWork, ledger, new_id

ASKED_FOR_INFO = ("needs_info",)
BACK_AT_DESK = ("info_given", "appealed", "reopened", "returned")
"""Events after which the clocks of triage and forwarding run anew."""

_LIGHT = (
    *("id", "locality", "code", "kind", "subject", "topic", "suggested_topic", "state", "channel", "receiving_body"),
    *("competent_authority", "profile", "hamlet", "work", "secrecy", "priority", "reporter", "submitted_at"),
    *("triaged_at", "forwarded_at", "forward_doc_no", "forward_doc_date", "received_on", "clock_version", "due_on"),
    *("answered_at", "relayed_at", "verdict", "assignee", "next_nudge_at", "urgings", "version"),
)
_COLUMNS = select(*(case.c[name] for name in (*_LIGHT, "excluded", "extended_due_on")))
_DUE = _COLUMNS.where(case.c.next_nudge_at <= bindparam("now")).order_by(case.c.next_nudge_at).limit(bindparam("most"))
_MOVE = (
    update(case)
    .where(case.c.id == bindparam("row"))
    .values(next_nudge_at=bindparam("look"), urgings=bindparam("letters"), version=case.c.version + 1)
)
_SETTLE: dict[str, Any] = {
    "sqlite": sqlite.insert(ledger).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(ledger).on_conflict_do_nothing(),
}


class NudgeStore:
    """Reads and writes of one slice inside one transaction."""

    def __init__(self, unit: StoredWork) -> None:
        self._unit = unit
        self._connection = unit.connection
        self._dialect = unit.connection.dialect.name

    # -- reading --------------------------------------------------------------------------------------------------

    def due(self, now: datetime, most: int, only: Sequence[str] | None = None, *, lock: bool = True) -> list[Case]:
        """Cases to look at, longest waiting first; another ticker's rows are passed over. Content stays sealed."""
        statement = _DUE.with_for_update(skip_locked=True) if lock else _DUE
        if only is not None:
            statement = statement.where(self._among(case.c.id, only))
        return [_light(row) for row in self._connection.execute(statement, {"now": now, "most": most})]

    def cases(self, condition: ColumnElement[bool]) -> list[Case]:
        """Light cases of a list, in order of submission."""
        statement = _COLUMNS.where(condition).order_by(case.c.submitted_at, case.c.id)
        return [_light(row) for row in self._connection.execute(statement)]

    def cases_by_id(self, case_ids: Sequence[str]) -> list[Case]:
        """Light cases, locked for change where the database can."""
        statement = _COLUMNS.where(self._among(case.c.id, case_ids)).with_for_update()
        return [_light(row) for row in self._connection.execute(statement)]

    def due_ids(self, now: datetime, most: int) -> list[str]:
        """The same rows as `due`, by id only: for finding the one that cannot be read."""
        statement = select(case.c.id).where(case.c.next_nudge_at <= now).order_by(case.c.next_nudge_at).limit(most)
        return list(self._connection.execute(statement).scalars())

    def since(self, looked_at: Iterable[Case]) -> dict[str, Since]:
        """When each case last came back to the desk, and when its resident was asked for information."""
        wanted = [one.id for one in looked_at if one.state in AT_THE_DESK or one.state.value in ASKED_FOR_INFO]
        found: dict[str, dict[str, datetime]] = {}
        if wanted:
            for row in self._connection.execute(self._turns(wanted)):
                name = "info_asked" if row.what in ASKED_FOR_INFO else "at_desk"
                turns = found.setdefault(row.case_id, {})
                turns[name] = max(row.at, turns.get(name, row.at))
        return {case_id: Since(**turns) for case_id, turns in found.items()}

    def _turns(self, case_ids: Sequence[str]) -> Select[Any]:
        latest = func.max(event.c.at, type_=event.c.at.type).label("at")
        return (
            select(event.c.case_id, event.c.what, latest)
            .where(self._among(event.c.case_id, case_ids), event.c.what.in_((*ASKED_FOR_INFO, *BACK_AT_DESK)))
            .group_by(event.c.case_id, event.c.what)
        )

    def urged_at(self, case_ids: Sequence[str]) -> dict[str, list[datetime]]:
        """When urging letters were written before, oldest first."""
        found: dict[str, list[datetime]] = {}
        if case_ids:
            letters = select(event.c.case_id, event.c.at).where(
                self._among(event.c.case_id, case_ids), event.c.what == "urged"
            )
            for row in self._connection.execute(letters.order_by(event.c.id)):
                found.setdefault(row.case_id, []).append(row.at)
        return found

    def officers(self, localities: Collection[str]) -> list[Officer]:
        """Active officers of these localities."""
        if not localities:
            return []
        statement = select(officer).where(self._among(officer.c.locality, localities), officer.c.active == true())
        rows = self._connection.execute(statement.order_by(officer.c.id))
        return [self._unit.people._officer(row) for row in rows]

    def reporters(self, refs: Collection[str]) -> dict[str, str]:
        """Chat keys by reporter reference; the identity stays sealed."""
        if not refs:
            return {}
        statement = select(reporter.c.ref, reporter.c.chat_key).where(self._among(reporter.c.ref, refs))
        return {row.ref: row.chat_key for row in self._connection.execute(statement)}

    def seen(self, keys: Collection[str]) -> frozenset[str]:
        """Which of these ledger keys were used."""
        if not keys:
            return frozenset()
        return frozenset(
            self._connection.execute(select(ledger.c.key).where(self._among(ledger.c.key, keys))).scalars()
        )

    # -- writing --------------------------------------------------------------------------------------------------

    def settle(self, keys: Iterable[str], at: datetime) -> None:
        """Record that these things happened; a key already there stays."""
        rows = [{"key": key, "at": at} for key in keys]
        if rows:
            self._connection.execute(_SETTLE[self._dialect], rows)

    def move(self, looks: Iterable[tuple[Case, datetime | None, int]]) -> None:
        """Set when to look again and the number of urging letters; whoever read the case before must read again."""
        rows = [{"row": one.id, "look": look, "letters": letters} for one, look, letters in looks]
        if rows:
            self._connection.execute(_MOVE, rows)

    def push(self, case_ids: Sequence[str], until: datetime) -> None:
        """Look at these cases later, whatever is wrong with them."""
        statement = update(case).where(self._among(case.c.id, case_ids)).values(next_nudge_at=until)
        self._connection.execute(statement)

    def look_at_all(self, now: datetime) -> int:
        """Have every open case looked at: after an edit of the calendar or of the reminder numbers."""
        statement = update(case).where(case.c.next_nudge_at > now).values(next_nudge_at=now)
        return self._connection.execute(statement).rowcount

    def log(self, events: Iterable[CaseEvent]) -> None:
        """Append to the histories."""
        rows = []
        for one in events:
            key = new_id()
            data = self._unit.keys.seal_bytes(PLACE_EVENT, key, orjson.dumps(one.data)) if one.data else None
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

    def _among(self, column: ColumnElement[Any], values: Collection[str]) -> ColumnElement[bool]:
        return among(self._dialect, column, values)


def among(dialect: str, column: ColumnElement[Any], values: Collection[str]) -> ColumnElement[bool]:
    """`column IN values` as one parameter, so that the statement is prepared once for any number of values."""
    if dialect == "postgresql":
        return column == func.any(bindparam(None, list(values), type_=ARRAY(String)))
    listed = func.json_each(orjson.dumps(list(values)).decode()).table_valued("value")
    return column.in_(select(listed.c.value))


def _light(row: Any) -> Case:
    """A case without its content; an extension carries only its dates."""
    values: dict[str, Any] = {name: getattr(row, name) for name in _LIGHT}
    for name, enum in ENUMS.items():
        values[name] = enum(values[name]) if values[name] is not None else None
    excluded = orjson.loads(row.excluded)
    for name in EXCLUSIONS:
        values[name] = tuple(found) if isinstance(found := excluded.get(name, ()), list) else found
    if row.extended_due_on is not None:
        values["extension"] = Extension(row.received_on, row.extended_due_on, "", "", row.received_on, "")
    return Case(**values)
