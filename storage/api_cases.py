"""Cases for other systems, page by page: only what the asker may see, and no case opened but for its text."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import ColumnElement, and_, false, literal, not_, select

from cases.calendar import local_midnight
from cases.exporting import exported
from cases.model import Officer, State
from cases.rules import Rules
from cases.scope import Sight
from storage.case_keys import wrapped_key
from storage.case_store import PLACE_CONTENT, case
from storage.keys import SealBroken
from storage.listing_scope import Reach
from storage.work import StoredWork, ledger

PLACE_CURSOR = "api.cursor"
_CLEAR = tuple(
    case.c[name]
    for name in (
        *("id", "locality", "code", "kind", "subject", "topic", "suggested_topic", "receiving_body"),
        *("competent_authority", "state", "submitted_at", "forwarded_at", "received_on", "due_on", "extended_due_on"),
        *("answered_at", "relayed_at", "closed_at", "channel", "hamlet", "work", "priority", "outcome", "verdict"),
    )
)
_NAMES = tuple(column.name for column in _CLEAR)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases; empty fields do not restrict, both days are included and mean the day of submission."""

    since: date | None = None
    until: date | None = None
    states: frozenset[State] = frozenset()
    topic: str = ""
    body: str = ""
    locality: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended."""

    at: datetime
    case_id: str

    def sealed(self, unit: StoredWork) -> str:
        """As other systems hand it back: opaque, and useless when changed."""
        content = orjson.dumps([self.at.isoformat(), self.case_id])
        return base64.urlsafe_b64encode(unit.keys.seal_bytes(PLACE_CURSOR, "", content)).decode().rstrip("=")

    @classmethod
    def opened(cls, unit: StoredWork, cursor: str) -> Place:
        """Raises ValueError for anything that `sealed` did not make."""
        try:
            content = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            at, case_id = orjson.loads(unit.keys.open_bytes(PLACE_CURSOR, "", content))
        except SealBroken as error:
            raise ValueError("cursor") from error
        return cls(datetime.fromisoformat(at), case_id)


@dataclass(frozen=True, slots=True)
class Told:
    """One case as told: `row` has the fields of `cases.exporting.FIELDS`."""

    case_id: str
    row: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Cases in order of submission; `after` is None on the last page."""

    told: Sequence[Told]
    after: Place | None


def cases_told(
    unit: StoredWork, rules: Rules, viewer: Officer | None, wanted: Wanted, after: Place | None, size: int
) -> Page:
    """One page. Without a viewer every case without its text: the operator of the machine, who reads no content."""
    reach = Reach.of(rules, viewer, unit.now, unit.connection.dialect.name) if viewer is not None else None
    if reach is not None and not reach:
        return Page((), None)
    content = reach.sees(Sight.CONTENT) if reach is not None else false()
    columns = [*_CLEAR, content.label("content")]
    columns += [case.c.sealed_content, wrapped_key(case.c.id)] if reach is not None else []
    statement = select(*columns).where(*_conditions(wanted, after)).order_by(case.c.submitted_at, case.c.id)
    if reach is not None:
        statement = statement.where(case.c.locality.in_(reach.localities), reach.sees(Sight.NOTICE))
    rows = unit.connection.execute(statement.limit(size + 1)).all()
    more, rows = len(rows) > size, rows[:size]
    reminders = _reminders(unit, [row.id for row in rows])
    told = [Told(row.id, _row(unit, row, reminders.get(row.id, []), officer=viewer is not None)) for row in rows]
    return Page(told, Place(rows[-1].submitted_at, rows[-1].id) if more else None)


def _row(unit: StoredWork, row: Any, reminders: list[dict[str, str]], *, officer: bool) -> dict[str, Any]:
    facts = dict(zip(_NAMES, row, strict=False))
    if not officer:
        return exported(facts, reminders, Sight.FIGURES, "")
    if not row.content:
        return exported(facts, reminders, Sight.NOTICE, "")
    sealer = unit.case_keys.know(row.id, row.case_key)
    text = sealer.open_json(PLACE_CONTENT, row.id, row.sealed_content)["text"]
    return exported(facts, reminders, Sight.CONTENT, text)


def _conditions(wanted: Wanted, after: Place | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, value in (
        (case.c.locality, wanted.locality),
        (case.c.topic, wanted.topic),
        (case.c.receiving_body, wanted.body),
        (case.c.code, wanted.code),
    ):
        found += [column == value] if value else []
    found += [case.c.state.in_(sorted(wanted.states))] if wanted.states else []
    found += [case.c.submitted_at >= local_midnight(wanted.since)] if wanted.since else []
    found += [case.c.submitted_at < local_midnight(wanted.until + timedelta(days=1))] if wanted.until else []
    if after is not None:
        # The first half is what an index can follow; without it each page would read the whole table.
        behind = and_(case.c.submitted_at == after.at, case.c.id <= after.case_id)
        found += [case.c.submitted_at >= after.at, not_(behind)]
    return found


def _reminders(unit: StoredWork, case_ids: list[str]) -> dict[str, list[dict[str, str]]]:
    """See `storage.reminder_log.reminders_of`; for a whole page in one query."""
    start = literal("remind:") + case.c.id + ":"
    found: dict[str, list[dict[str, str]]] = {}
    for some in (case_ids[place : place + 500] for place in range(0, len(case_ids), 500)):
        mine = and_(ledger.c.key >= start, ledger.c.key < start + "~")
        statement = select(case.c.id, ledger.c.key, ledger.c.at).join(ledger, mine).where(case.c.id.in_(some))
        for row in unit.connection.execute(statement.order_by(ledger.c.at, ledger.c.key)):
            _run, offset, recipient = row.key.removeprefix(f"remind:{row.id}:").split(":", 2)
            sent_at = row.at.isoformat().replace("+00:00", "Z")
            found.setdefault(row.id, []).append({"offset": offset, "recipient": recipient, "sent_at": sent_at})
    return found
