"""Wishes beside a report and check-ins after closing; due check-ins are found by when the case was closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, and_, func, or_, select, text, union_all
from sqlalchemy.dialects import postgresql, sqlite

from cases.sender_ports import CheckIn, Wish
from storage import tables_identity
from storage.case_store import case
from storage.schema import metadata

case_wish = metadata.tables[str(tables_identity.CaseWish.__tablename__)]
check_in = metadata.tables[str(tables_identity.CheckIn.__tablename__)]
# Written out, not bound: SQLite uses a partial index only where the query repeats its condition word for word.
_PERSONS = text("\"case\".subject IN ('official', 'party_member', 'elected_deputy')")
_OTHERS = text("\"case\".subject NOT IN ('official', 'party_member', 'elected_deputy')")
_STILL_ASKED = ("", "no")


class CheckInStore:
    """See `cases.ports.CheckIns`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def wish(self, case_id: str) -> Wish:
        row = self._connection.execute(select(case_wish).where(case_wish.c.case_id == case_id)).first()
        return Wish(case_id) if row is None else Wish(row.case_id, row.off_board, row.worried)

    def save_wish(self, wish: Wish) -> None:
        self._upsert(case_wish, asdict(wish))

    def get(self, case_id: str) -> CheckIn:
        row = self._connection.execute(select(check_in).where(check_in.c.case_id == case_id)).first()
        return CheckIn(case_id) if row is None else CheckIn(**row._mapping)

    def save(self, entry: CheckIn) -> None:
        self._upsert(check_in, asdict(entry))

    def due(self, first_before: datetime, second_before: datetime, ended: datetime, most: int) -> Sequence[str]:
        asked_first = and_(case.c.closed_at > second_before, check_in.c.first_at.is_(None))
        asked_second = and_(case.c.closed_at <= second_before, check_in.c.second_at.is_(None))
        open_to_it = (
            case.c.closed_at <= first_before,
            case.c.closed_at > ended,
            case.c.reporter != "",
            or_(asked_first, asked_second),
            func.coalesce(check_in.c.answer, "").in_(_STILL_ASKED),
        )
        columns = select(case.c.id, case.c.closed_at)
        asked = check_in.c.case_id == case.c.id
        of_persons = columns.outerjoin_from(case, check_in, asked).where(_PERSONS, *open_to_it)
        wished = case.join(case_wish, case_wish.c.case_id == case.c.id)
        of_worried = columns.select_from(wished.outerjoin(check_in, asked)).where(
            case_wish.c.worried, _OTHERS, *open_to_it
        )
        both = union_all(of_persons, of_worried).subquery()
        statement = select(both.c.id).order_by(both.c.closed_at, both.c.id).limit(most)
        return list(self._connection.execute(statement).scalars())

    def _upsert(self, table: Table, values: dict[str, Any]) -> None:
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(table).values(values)
        fresh = {name: statement.excluded[name] for name in values if name != "case_id"}
        self._connection.execute(statement.on_conflict_do_update(index_elements=["case_id"], set_=fresh))
