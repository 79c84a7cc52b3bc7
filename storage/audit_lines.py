"""The audit chain as its readers see it: entries about a case only where the reader may know of that case.

No positions and no totals: a gap in the numbers would tell that something is hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select

from cases.calendar import local_midnight
from cases.model import Officer
from cases.rules import Rules
from cases.scope import Sight
from storage.audit import entry_table
from storage.case_store import case
from storage.listing_scope import Reach
from storage.people import officer as officer_table
from storage.work import StoredWork

MOST = 300  # lines of one page
NOBODY = ("system", "operator", "resident")
TOLD = {
    "emergency_opened": ("reason",),
    "exported": ("form", "identity", "reason"),
    "role_granted": ("roles",),
    "role_removed": ("roles",),
    "rule_changed": ("what",),
    "rule_proposed": ("what",),
    "rule_refused": ("what",),
    "rule_withdrawn": ("what",),
    "report_approved": ("report", "number"),
    "secret_changed": ("which",),
    "sessions_ended": ("which",),
    "signed_in": ("door",),
    "signed_out": ("door",),
}
"""What of an entry's detail is shown; anything else stays sealed. Numbers of cases are never among it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry. `code` is "" where the reader may only count the case, `about_case` says that there is one."""

    at: datetime
    what: str
    actor: str
    about_case: bool
    code: str
    told: dict[str, str]


def lines(
    unit: StoredWork, rules: Rules, reader: Officer, day: date, what: str = "", actor: str = ""
) -> Sequence[Line]:
    """Entries of one local day, the latest first, as far as this reader may know of them."""
    reach = Reach.of(rules, reader, unit.now, unit.connection.dialect.name)
    full = reach.sees(Sight.NOTICE) if reach else false()
    conditions = [
        entry_table.c.at >= local_midnight(day),
        entry_table.c.at < local_midnight(day + timedelta(days=1)),
        or_(_no_case(reader), and_(case.c.id.is_not(None), reach.sees(Sight.FIGURES) if reach else false())),
    ]
    conditions += [entry_table.c.what == what] if what else []
    conditions += [entry_table.c.actor == actor] if actor else []
    query = (
        select(entry_table, case.c.code, full.label("full"))
        .select_from(entry_table.outerjoin(case, case.c.id == entry_table.c.case_id))
        .where(*conditions)
        .order_by(entry_table.c.position.desc())
        .limit(MOST)
    )
    return [_line(unit, row, row.code if row.full else "") for row in unit.connection.execute(query)]


def lines_of_case(unit: StoredWork, case_id: str) -> Sequence[Line]:
    """Who opened and changed one case, the latest first; for readers who may see its content."""
    query = select(entry_table).where(entry_table.c.case_id == case_id)
    rows = unit.connection.execute(query.order_by(entry_table.c.position.desc()).limit(MOST))
    return [_line(unit, row, "") for row in rows]


def _no_case(reader: Officer) -> ColumnElement[bool]:
    """What is about no case: of people of the reader's own place, and of the machine itself."""
    here = select(officer_table.c.id).where(officer_table.c.locality == reader.locality)
    who = or_(entry_table.c.actor.in_(NOBODY), entry_table.c.actor.in_(here))
    return and_(entry_table.c.case_id == "", who)


def _line(unit: StoredWork, row: Any, code: str) -> Line:
    names = TOLD.get(row.what, ())
    detail = unit.audit.detail(row) if names else {}
    told = {name: detail[name] for name in names if detail.get(name)}
    return Line(row.at, row.what, row.actor, bool(row.case_id), code, told)
