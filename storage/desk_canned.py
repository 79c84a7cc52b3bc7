"""Sentences a desk uses often, for one body or for all of a locality: listed, saved, deleted."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update

from storage.schema import metadata
from storage.tables_desk import CannedReplyRow
from storage.work import StoredWork, new_id

canned_reply = metadata.tables[str(CannedReplyRow.__tablename__)]
PLACE = "canned_reply.sealed_words"


@dataclass(frozen=True, slots=True)
class CannedReply:
    """A title to find it by and the text to begin with. `body` is empty for all bodies of the locality."""

    id: str
    locality: str
    body: str
    title: str
    text: str
    made_by: str = ""


def list_canned(unit: StoredWork, locality: str, body: str = "") -> list[CannedReply]:
    """Those of the locality, by title; with `body` only that body's and everybody's."""
    statement = select(canned_reply).where(canned_reply.c.locality == locality)
    if body:
        statement = statement.where(canned_reply.c.body.in_(("", body)))
    found = []
    for row in unit.connection.execute(statement):
        title, text = unit.keys.open_json(PLACE, row.id, row.sealed_words)
        found.append(CannedReply(row.id, row.locality, row.body, title, text, row.made_by))
    return sorted(found, key=lambda one: (one.title.casefold(), one.id))


def save_canned(unit: StoredWork, entry: CannedReply) -> str:
    """Insert (empty id) or change one of the same locality; returns its id. Raises LookupError for another's."""
    row = entry.id or new_id()
    values = {
        "body": entry.body,
        "made_by": entry.made_by,
        "made_at": unit.now,
        "sealed_words": unit.keys.seal_json(PLACE, row, [entry.title.strip(), entry.text.strip()]),
    }
    if not entry.id:
        unit.connection.execute(insert(canned_reply), {"id": row, "locality": entry.locality, **values})
        return row
    mine = (canned_reply.c.id == row, canned_reply.c.locality == entry.locality)
    if unit.connection.execute(update(canned_reply).where(*mine).values(values)).rowcount != 1:
        raise LookupError(row)
    return row


def delete_canned(unit: StoredWork, locality: str, canned_id: str) -> bool:
    """Take one away; False when the locality has none such."""
    mine = (canned_reply.c.id == canned_id, canned_reply.c.locality == locality)
    return unit.connection.execute(delete(canned_reply).where(*mine)).rowcount == 1
