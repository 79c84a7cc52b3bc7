"""Sessions of the console: a browser that signed in, how long it may stay, and which of them are one's own."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from cases.model import Officer
from storage.schema import metadata
from storage.tables_console import ConsoleSession
from storage.work import StoredWork

session = metadata.tables[str(ConsoleSession.__tablename__)]
PLACE_DEVICE = "console_session.sealed_device"
IDLE = timedelta(minutes=15)  # content shuts; the password or a fresh code opens it again
LONGEST = timedelta(hours=12)
NOTED_EVERY = timedelta(seconds=30)  # activity is written at most so often


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One browser of an officer. `id` is the stored hash: it opens nothing."""

    id: str
    officer: Officer
    lang: str
    begun_at: datetime
    active_at: datetime
    agent: str = ""
    address: str = ""

    def is_idle(self, now: datetime) -> bool:
        """Whether content is shut until the officer shows herself again."""
        return now - self.active_at >= IDLE


def standing_of(officer: Officer) -> str:
    """Body and roles: a session ends when they change."""
    return f"{officer.locality} {officer.body} {' '.join(sorted(officer.roles))}"


def begin(unit: StoredWork, officer: Officer, *, lang: str, agent: str, address: str) -> str:
    """A new session; returns the token for the cookie, of which only a keyed hash is stored."""
    token = secrets.token_hex(24)
    key = _key(unit, token)
    unit.connection.execute(
        insert(session),
        {
            "id": key,
            "officer_id": officer.id,
            "standing": standing_of(officer),
            "lang": lang,
            "begun_at": unit.now,
            "active_at": unit.now,
            "sealed_device": unit.keys.seal_json(PLACE_DEVICE, key, [agent[:200], address[:60]]),
        },
    )
    unit.connection.execute(delete(session).where(session.c.begun_at < unit.now - LONGEST))
    return token


def find(unit: StoredWork, token: str) -> SignedIn | None:
    """The session behind a cookie; None when unknown, over, or of an officer whose account or roles changed."""
    row = unit.connection.execute(select(session).where(session.c.id == _key(unit, token))).first()
    if row is None or unit.now - row.begun_at >= LONGEST:
        return None
    officer = unit.people.officer(row.officer_id)
    if officer is None or not officer.active or standing_of(officer) != row.standing:
        return None
    return _signed_in(unit, row, officer)


def keep(unit: StoredWork, one: SignedIn) -> None:
    """Note activity."""
    unit.connection.execute(update(session).where(session.c.id == one.id).values(active_at=unit.now))


def speak(unit: StoredWork, one: SignedIn, lang: str) -> None:
    """Keep the language chosen."""
    unit.connection.execute(update(session).where(session.c.id == one.id).values(lang=lang))


def of_officer(unit: StoredWork, officer: Officer) -> Sequence[SignedIn]:
    """The officer's browsers that are signed in, the latest used first."""
    living = session.c.begun_at > unit.now - LONGEST
    rows = unit.connection.execute(
        select(session).where(session.c.officer_id == officer.id, living).order_by(session.c.active_at.desc())
    )
    return [_signed_in(unit, row, officer) for row in rows]


def end(unit: StoredWork, session_id: str, officer: Officer) -> None:
    """Sign one of the officer's browsers out."""
    unit.connection.execute(delete(session).where(session.c.id == session_id, session.c.officer_id == officer.id))


def end_all(unit: StoredWork, officer_id: str, *, but: str = "") -> int:
    """Sign the officer out everywhere, except in the session `but`; returns how many ended."""
    gone = delete(session).where(session.c.officer_id == officer_id, session.c.id != but)
    return unit.connection.execute(gone).rowcount


def _signed_in(unit: StoredWork, row: Any, officer: Officer) -> SignedIn:
    agent, address = unit.keys.open_json(PLACE_DEVICE, row.id, row.sealed_device)
    return SignedIn(row.id, officer, row.lang, row.begun_at, row.active_at, agent, address)


def _key(unit: StoredWork, token: str) -> str:
    return unit.keys.lookup("console-session", token)
