"""Tokens by which other systems read as one officer: shown once, kept as a keyed hash, good for a time."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select, update

from cases.casework import Refused
from cases.model import Officer
from storage.schema import metadata
from storage.tables_api import ApiToken
from storage.work import StoredWork, new_id

api_token = metadata.tables[str(ApiToken.__tablename__)]
PLACE = "api_token.sealed_name"
BEGINNING = "hoiam_"
SHOWN = len(BEGINNING) + 6  # of the token's signs, to tell tokens apart; 36 of its 258 bits
LONGEST_DAYS = 366
MOST = 20  # tokens of one officer that are good at the same time
NOTED_EVERY = timedelta(minutes=5)  # how exactly the last use is kept: a write less for nearly every request


class ApiScope(StrEnum):
    """What a token may read."""

    CASES = "cases:read"
    FIGURES = "figures:read"
    PUBLICATIONS = "publications:read"
    OPEN311 = "open311"


@dataclass(frozen=True, slots=True)
class Token:
    """One token without its secret. `name` is what its owner called it."""

    id: str
    begins: str
    officer_id: str
    scopes: frozenset[ApiScope]
    name: str
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None

    def is_good(self, now: datetime) -> bool:
        """Neither revoked nor run out."""
        return self.revoked_at is None and now < self.expires_at


def make(unit: StoredWork, officer: Officer, name: str, scopes: Iterable[ApiScope], days: int) -> str:
    """A new token, returned this once. Refused: `token_name`, `token_scopes`, `token_days`, `token_many`."""
    wanted = frozenset(scopes)
    if not name.strip():
        raise Refused("token_name")
    if not wanted:
        raise Refused("token_scopes")
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused("token_days", most=LONGEST_DAYS)
    if sum(one.is_good(unit.now) for one in tokens_of(unit, officer.id)) >= MOST:
        raise Refused("token_many", most=MOST)
    token, row = BEGINNING + secrets.token_urlsafe(32), new_id()
    unit.connection.execute(
        insert(api_token),
        {
            "id": row,
            "token": _hash(unit, token),
            "begins": token[:SHOWN],
            "officer_id": officer.id,
            "scopes": " ".join(sorted(wanted)),
            "sealed_name": unit.keys.seal_json(PLACE, row, name.strip()[:100]),
            "made_at": unit.now,
            "expires_at": unit.now + timedelta(days=days),
        },
    )
    unit.audit.enter("tokens_made", actor=officer.id, detail={"token": row, "scopes": " ".join(sorted(wanted))})
    return token


def tokens_of(unit: StoredWork, officer_id: str) -> Sequence[Token]:
    """This officer's tokens, the newest first."""
    mine = select(api_token).where(api_token.c.officer_id == officer_id)
    return [_read(unit, row) for row in unit.connection.execute(mine.order_by(api_token.c.made_at.desc()))]


def revoke(unit: StoredWork, officer_id: str, token_id: str) -> bool:
    """End one of this officer's tokens; False when there is no such token that is still good."""
    mine = (api_token.c.id == token_id, api_token.c.officer_id == officer_id, api_token.c.revoked_at.is_(None))
    revoked = unit.connection.execute(update(api_token).where(*mine).values(revoked_at=unit.now)).rowcount == 1
    if revoked:
        unit.audit.enter("tokens_revoked", actor=officer_id, detail={"token": token_id})
    return revoked


def holder(unit: StoredWork, token: str) -> tuple[Token, Officer] | None:
    """The token and its officer as they stand now; None for anything that opens nothing."""
    row = unit.connection.execute(select(api_token).where(api_token.c.token == _hash(unit, token))).first()
    found = _read(unit, row) if row is not None else None
    if found is None or not found.is_good(unit.now):
        return None
    officer = unit.people.officer(found.officer_id)
    return (found, officer) if officer is not None and officer.active else None


def is_noted(token: Token, now: datetime) -> bool:
    """Whether the last use is written down closely enough."""
    return token.used_at is not None and now - token.used_at < NOTED_EVERY


def note_use(unit: StoredWork, token: Token) -> None:
    """Write down that it was used now."""
    unit.connection.execute(update(api_token).where(api_token.c.id == token.id).values(used_at=unit.now))


def _hash(unit: StoredWork, token: str) -> str:
    return unit.keys.lookup("api_token", token)


def _read(unit: StoredWork, row: Any) -> Token:
    return Token(
        id=row.id,
        begins=row.begins,
        officer_id=row.officer_id,
        scopes=frozenset(ApiScope(one) for one in row.scopes.split()),
        name=unit.keys.open_json(PLACE, row.id, row.sealed_name),
        made_at=row.made_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )
