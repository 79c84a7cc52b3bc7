"""The register of rule edits: every proposal, its decision and its end, none ever overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import case, func, insert, select, update

from cases.calendar import local_date
from cases.directory_edits import jsonable
from cases.rule_edits import RuleEdit, What
from storage import yaml_text
from storage.tables_rules import RuleEditRow
from storage.work import StoredWork, new_id

table = RuleEditRow.metadata.tables[str(RuleEditRow.__tablename__)]
PLACE_WORDS = "rule_edit.sealed_words"
PLACE_NOTE = "rule_edit.sealed_note"
_PERSONAL = frozenset({What.OFFICER})
"""Edits whose content and reason speak of persons."""

Mark = tuple[int, ...]


def add(unit: StoredWork, edit: RuleEdit) -> RuleEdit:
    """Store a proposal; returns it with its number."""
    row_key = new_id()
    text = edit.content.get("text")  # a whole document is kept as it was written
    words = {"content": {"text": text} if text is not None else jsonable(edit.content), "reason": edit.reason}
    personal = edit.what in _PERSONAL
    values = {
        "locality": edit.locality,
        "what": edit.what.value,
        "about": edit.about,
        "content": "" if personal else orjson.dumps(words["content"]).decode(),
        "reason": "" if personal else edit.reason,
        "document": edit.document,
        "valid_from": edit.valid_from,
        "valid_until": edit.valid_until,
        "proposed_by": edit.proposed_by,
        "proposed_at": unit.now,
        "needs_approval": edit.needs_approval,
        "row_key": row_key,
        "sealed_words": unit.keys.seal_json(PLACE_WORDS, row_key, words) if personal else None,
        "decided_by": "",
        "withdrawn_by": "",
    }
    number = unit.connection.execute(insert(table).returning(table.c.id), values).scalar_one()
    found = one(unit, number)
    if found is None:
        raise LookupError(number)
    return found


def decide(unit: StoredWork, number: int, by: str, approved: bool, note: str = "") -> bool:
    """Record a decision; False when it was decided or taken back before."""
    row = unit.connection.execute(select(table.c.row_key).where(table.c.id == number)).first()
    if row is None:
        return False
    waiting = (table.c.approved.is_(None), table.c.withdrawn_at.is_(None), table.c.needs_approval.is_(True))
    sealed = unit.keys.seal_json(PLACE_NOTE, row.row_key, note) if note else None
    done = unit.connection.execute(
        update(table)
        .where(table.c.id == number, *waiting)
        .values(approved=approved, decided_by=by, decided_at=unit.now, sealed_note=sealed)
    )
    return done.rowcount == 1


def withdraw(unit: StoredWork, number: int, by: str) -> bool:
    """Take an edit back; False when that happened before."""
    done = unit.connection.execute(
        update(table)
        .where(table.c.id == number, table.c.withdrawn_at.is_(None))
        .values(withdrawn_by=by, withdrawn_at=unit.now)
    )
    return done.rowcount == 1


def one(unit: StoredWork, number: int) -> RuleEdit | None:
    """By number."""
    row = unit.connection.execute(select(table).where(table.c.id == number)).first()
    return _edit(unit, row) if row is not None else None


def all_edits(unit: StoredWork) -> Sequence[RuleEdit]:
    """Every edit that may shape the rules, oldest first; officers' accounts apart, which are stored as they are."""
    wanted = select(table).where(table.c.what != What.OFFICER.value).order_by(table.c.id)
    return [_edit(unit, row) for row in unit.connection.execute(wanted)]


def listed(
    unit: StoredWork,
    *,
    what: What | None = None,
    about: str = "",
    waiting: bool = False,
    limit: int = 100,
    before: int = 0,
) -> Sequence[RuleEdit]:
    """Edits for people, newest first; `before` a number continues a list."""
    wanted = select(table).order_by(table.c.id.desc()).limit(limit)
    if what is not None:
        wanted = wanted.where(table.c.what == what.value)
    if about:
        wanted = wanted.where(table.c.about == about)
    if waiting:
        wanted = wanted.where(table.c.needs_approval.is_(True), table.c.approved.is_(None))
        wanted = wanted.where(table.c.withdrawn_at.is_(None))
    if before:
        wanted = wanted.where(table.c.id < before)
    return [_edit(unit, row) for row in unit.connection.execute(wanted)]


def mark(unit: StoredWork) -> Mark:
    """Changes whenever something was edited or decided, and when a day of validity begins or ends; cheap to ask.

    Counts, not newest numbers: on PostgreSQL a lower number may be committed after a higher one.
    """
    today = local_date(unit.now)
    begun = func.sum(case((table.c.valid_from <= today, 1), else_=0))
    ended = func.sum(case((table.c.valid_until < today, 1), else_=0))
    counts = (func.count(), func.count(table.c.decided_at), func.count(table.c.withdrawn_at), begun, ended)
    row = unit.connection.execute(select(*counts).where(table.c.what != What.OFFICER.value)).one()
    return tuple(int(value or 0) for value in row)


def _edit(unit: StoredWork, row: Any) -> RuleEdit:
    content, reason = row.content, row.reason
    if row.sealed_words is not None:
        words = unit.keys.open_json(PLACE_WORDS, row.row_key, row.sealed_words)
        known, reason = words["content"], words["reason"]
    else:
        known = orjson.loads(content)
        if "text" in known:
            known = {**known, "document": _parsed(known["text"])}
    return RuleEdit(
        id=row.id,
        locality=row.locality,
        what=What(row.what),
        about=row.about,
        content=known,
        reason=reason,
        document=row.document,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        needs_approval=row.needs_approval,
        approved=row.approved,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        note=unit.keys.open_json(PLACE_NOTE, row.row_key, row.sealed_note) if row.sealed_note else "",
        withdrawn_by=row.withdrawn_by,
        withdrawn_at=row.withdrawn_at,
    )


@lru_cache(maxsize=8)
def _parsed(text: str) -> Any:
    return yaml_text.read(text)
