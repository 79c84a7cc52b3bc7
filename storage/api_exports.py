"""Cases leaving the house: who took them, when, and which. Who sent them never leaves: see `cases.identity`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from cases.exporting import Form
from cases.model import Officer
from cases.rules import Rules
from storage.api_cases import Page, Place, Wanted, cases_told
from storage.schema import metadata
from storage.tables_api import ExportLog
from storage.work import StoredWork, new_id

export_log = metadata.tables[str(ExportLog.__tablename__)]
PLACE_REQUEST = "export_log.sealed_request"
PAGE = 1000  # cases of one transaction: a long export keeps nobody waiting


@dataclass(frozen=True, slots=True)
class Order:
    """What one officer asks to take out."""

    wanted: Wanted
    form: Form


@dataclass(frozen=True, slots=True)
class Exported:
    """One line of the log."""

    officer_id: str
    at: datetime
    form: str
    with_identity: bool
    rows: int
    ended_at: datetime | None
    request: dict[str, Any]


def begin(unit: StoredWork, officer: Officer | None, order: Order) -> str:
    """Note an export before its first case is read; returns the line's key. Nobody's officer is the operator."""
    key = new_id()
    wanted = {name: value for name, value in asdict(order.wanted).items() if value}
    asked = {name: sorted(value) if isinstance(value, frozenset) else str(value) for name, value in wanted.items()}
    unit.connection.execute(
        insert(export_log),
        {
            "officer_id": officer.id if officer else "",
            "locality": officer.locality if officer else order.wanted.locality,
            "at": unit.now,
            "form": order.form.value,
            "with_identity": False,
            "rows": 0,
            "row_key": key,
            "sealed_request": unit.keys.seal_json(PLACE_REQUEST, key, asked),
        },
    )
    unit.audit.enter("exported", actor=officer.id if officer else "operator", detail={"form": order.form.value})
    return key


def end(unit: StoredWork, key: str, rows: int) -> None:
    """Note how many cases went out."""
    done = update(export_log).where(export_log.c.row_key == key)
    unit.connection.execute(done.values(rows=rows, ended_at=unit.now))


def page(unit: StoredWork, rules: Rules, officer: Officer | None, order: Order, after: Place | None) -> Page:
    """The next cases."""
    return cases_told(unit, rules, officer, order.wanted, after, PAGE)


def exports_of(unit: StoredWork, officer_id: str, limit: int = 20) -> Sequence[Exported]:
    """This officer's exports, the newest first."""
    mine = select(export_log).where(export_log.c.officer_id == officer_id)
    rows = unit.connection.execute(mine.order_by(export_log.c.id.desc()).limit(limit))
    return [
        Exported(
            row.officer_id,
            row.at,
            row.form,
            row.with_identity,
            row.rows,
            row.ended_at,
            unit.keys.open_json(PLACE_REQUEST, row.row_key, row.sealed_request),
        )
        for row in rows
    ]
