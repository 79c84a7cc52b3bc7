"""Saved views: a list's filter under a name, an officer's own or shared with her body."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import and_, delete, false, func, insert, or_, select

from cases.model import Officer
from storage.tables import metadata
from storage.tables_listing import SavedView
from storage.work import StoredWork

saved_view = metadata.tables[str(SavedView.__tablename__)]
PLACE_VIEW = "saved_view.sealed_view"
MOST = 30  # of one officer
LONGEST_NAME = 60


class TooMany(Exception):
    """This officer has `MOST` views already."""


@dataclass(frozen=True, slots=True)
class View:
    """A named filter; `query` are the parameters of the list's address."""

    id: str
    name: str
    query: Mapping[str, str]
    shared: bool
    mine: bool


def views_of(unit: StoredWork, officer: Officer, bodies: Collection[str]) -> list[View]:
    """The officer's own views and those shared within her body, by name; `bodies` are all codes of that body."""
    shared = and_(saved_view.c.shared, saved_view.c.locality == officer.locality, saved_view.c.body.in_(sorted(bodies)))
    whose = or_(saved_view.c.officer_id == officer.id, shared if bodies else false())
    found = []
    for row in unit.connection.execute(select(saved_view).where(whose)):
        name, query = unit.keys.open_json(PLACE_VIEW, row.id, row.sealed_view)
        found.append(View(row.id, name, query, row.shared, row.officer_id == officer.id))
    return sorted(found, key=lambda view: (not view.mine, view.name.casefold(), view.id))


def save_view(unit: StoredWork, officer: Officer, name: str, query: Mapping[str, str], *, shared: bool) -> str:
    """Keep a view and return its id; one of the same name is replaced. Raises `TooMany`."""
    name = " ".join(name.split())[:LONGEST_NAME]
    known = next((view for view in views_of(unit, officer, ()) if view.name.casefold() == name.casefold()), None)
    if known is not None:
        drop_view(unit, officer, known.id)
    own = select(func.count()).where(saved_view.c.officer_id == officer.id)
    if int(unit.connection.execute(own).scalar_one()) >= MOST:
        raise TooMany
    row = unit.new_id()
    values = {
        "id": row,
        "locality": officer.locality,
        "body": officer.body,
        "officer_id": officer.id,
        "shared": shared,
        "sealed_view": unit.keys.seal_json(PLACE_VIEW, row, [name, dict(query)]),
        "created_at": unit.now,
    }
    unit.connection.execute(insert(saved_view), values)
    return row


def drop_view(unit: StoredWork, officer: Officer, view_id: str) -> bool:
    """Delete one of the officer's own views; False where there is none."""
    mine = and_(saved_view.c.id == view_id, saved_view.c.officer_id == officer.id)
    return unit.connection.execute(delete(saved_view).where(mine)).rowcount == 1
