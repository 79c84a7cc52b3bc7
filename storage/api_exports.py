"""Cases leaving the house: who may take them, the senders' identities where that is asked, and the log of it all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from cases.casework import may_reveal
from cases.exporting import IDENTITY, Form
from cases.model import CaseEvent, Officer
from cases.rules import Rules
from cases.visibility import may_see_identity
from storage.api_cases import Page, Place, Told, Wanted, cases_told
from storage.schema import metadata
from storage.tables_api import ExportLog
from storage.work import StoredWork, new_id

export_log = metadata.tables[str(ExportLog.__tablename__)]
PLACE_REQUEST = "export_log.sealed_request"
PAGE = 1000  # cases of one transaction: a long export keeps nobody waiting


@dataclass(frozen=True, slots=True)
class Order:
    """What one officer asks to take out. `reason` is needed for the senders' identities, and only for them."""

    wanted: Wanted
    form: Form
    with_identity: bool = False
    reason: str = ""


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
            "with_identity": order.with_identity,
            "rows": 0,
            "row_key": key,
            "sealed_request": unit.keys.seal_json(PLACE_REQUEST, key, {**asked, "reason": order.reason}),
        },
    )
    return key


def end(unit: StoredWork, key: str, rows: int) -> None:
    """Note how many cases went out."""
    done = update(export_log).where(export_log.c.row_key == key)
    unit.connection.execute(done.values(rows=rows, ended_at=unit.now))


def page(unit: StoredWork, rules: Rules, officer: Officer | None, order: Order, after: Place | None) -> Page:
    """The next cases; with identities each look is written to its case's history, so this must be a write then."""
    found = cases_told(unit, rules, officer, order.wanted, after, PAGE)
    if not order.with_identity or officer is None:
        return found
    return Page([_with_identity(unit, rules, officer, order.reason, told) for told in found.told], found.after)


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


def _with_identity(unit: StoredWork, rules: Rules, officer: Officer, reason: str, told: Told) -> Told:
    """Where this officer may ask who sent the case, the look is logged first; elsewhere both fields stay empty."""
    name = phone = None
    case = unit.cases.get(told.case_id)
    if case is not None:
        directory = rules.directory_of(case, unit.now)
        if may_reveal(officer, case, directory) and may_see_identity(officer, case, directory, reason):
            unit.cases.log(CaseEvent(case.id, unit.now, "identity_read", officer.id, {"reason": reason.strip()}))
            reporter = unit.people.reporter(case.reporter)
            name, phone = (reporter.name, reporter.phone) if reporter else (None, None)
    return Told(told.case_id, {**told.row, **dict(zip(IDENTITY, (name, phone), strict=True))})
