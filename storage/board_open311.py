"""Keys of the systems that may send requests through Open311, and the tokens they were given."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from storage.schema import metadata
from storage.tables_board import Open311KeyRow, Open311TokenRow
from storage.work import StoredWork

key_table = metadata.tables[str(Open311KeyRow.__tablename__)]
token_table = metadata.tables[str(Open311TokenRow.__tablename__)]
PLACE = "open311_key.sealed_name"


@dataclass(frozen=True, slots=True)
class Sender:
    """A system that may send requests for one commune. `hash` stands for its key, which is kept nowhere."""

    hash: str
    locality: str
    name: str
    active: bool
    made_at: datetime


def make_key(unit: StoredWork, locality: str, name: str, made_by: str) -> str:
    """A new key, shown this once."""
    key = secrets.token_urlsafe(24)
    hashed = unit.keys.lookup("open311-key", key)
    unit.connection.execute(
        insert(key_table),
        {
            "hash": hashed,
            "locality": locality,
            "sealed_name": unit.keys.seal(PLACE, hashed, name),
            "active": True,
            "made_by": made_by,
            "made_at": unit.now,
        },
    )
    return key


def sender(unit: StoredWork, key: str, locality: str) -> Sender | None:
    """Whose key this is, if it is good for the commune."""
    hashed = unit.keys.lookup("open311-key", key)
    found = next((one for one in senders(unit, locality) if one.hash == hashed), None)
    return found if found is not None and found.active else None


def senders(unit: StoredWork, locality: str) -> list[Sender]:
    """All systems of a commune, the newest first."""
    rows = unit.connection.execute(
        select(key_table).where(key_table.c.locality == locality).order_by(key_table.c.made_at.desc())
    )
    return [
        Sender(row.hash, row.locality, unit.keys.open(PLACE, row.hash, row.sealed_name), row.active, row.made_at)
        for row in rows
    ]


def shut_key(unit: StoredWork, locality: str, hashed: str) -> bool:
    """Take a key's right away; False when there is none."""
    here = (key_table.c.hash == hashed, key_table.c.locality == locality)
    return unit.connection.execute(update(key_table).where(*here).values(active=False)).rowcount == 1


def token_for(unit: StoredWork, who: Sender, content: str) -> str:
    """The token of a request: the same sender and words give the same one, so that a repeat is no new case."""
    return unit.keys.lookup("open311-request", f"{who.hash}\0{content}")


def keep_token(unit: StoredWork, who: Sender, token: str, case_id: str) -> None:
    """Remember what a token stands for."""
    row = {
        "hash": unit.keys.lookup("open311-token", token),
        "case_id": case_id,
        "key_hash": who.hash,
        "made_at": unit.now,
    }
    unit.connection.execute(insert(token_table), row)


def case_of(unit: StoredWork, token: str) -> str:
    """The id of the case behind a token, empty for an unknown one."""
    hashed = unit.keys.lookup("open311-token", token)
    return str(
        unit.connection.execute(select(token_table.c.case_id).where(token_table.c.hash == hashed)).scalar() or ""
    )
