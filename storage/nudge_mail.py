"""Reminder messages on their way: merged per person, and mended while they wait for a messenger."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from cases.messages import Outgoing
from storage.chats import chat
from storage.nudges import Listed
from storage.outbox import HELD, PLACE_BODY, PLACE_LINE, PULLED, QUEUED, outbox, pack, web_line
from storage.work import StoredWork

REMINDER, NOTICE, DIGEST = "reminder", "notice", "digest"
_WAITING = outbox.c.state.in_((QUEUED, HELD))
_DOORS = Listed(select(chat.c.key, chat.c.channel, chat.c.lang, chat.c.reachable, chat.c.delayed_until), chat.c.key)
_PENDING = Listed(
    select(outbox.c.id, outbox.c.effect_key, outbox.c.chat_key, outbox.c.sealed_body)
    .where(_WAITING, outbox.c.purpose == REMINDER, outbox.c.sealed_body.is_not(None))
    .order_by(outbox.c.id)
    .with_for_update(skip_locked=True),
    outbox.c.chat_key,
)
_FRESH: dict[str, Any] = {"state": QUEUED, "attempts": 0, "detail": "", "vendor_id": ""}
_INSERT: dict[str, dict[str, Any]] = {
    "sqlite": {table.name: sqlite.insert(table).on_conflict_do_nothing() for table in (outbox, web_line)},
    "postgresql": {table.name: postgresql.insert(table).on_conflict_do_nothing() for table in (outbox, web_line)},
}


@dataclass(frozen=True, slots=True)
class Door:
    """A chat as far as a notice needs it: no address is opened."""

    key: str
    channel: str
    lang: str
    reachable: bool
    delayed_until: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """One notice inside a person's message: which run of which clock it speaks of, and how urgent it is."""

    case_id: str
    step: str
    run: str
    rank: int
    text: str


@dataclass(frozen=True, slots=True)
class Mail:
    """One message to one person. `lines` are kept with it while unsent, so that a stale one can be taken out."""

    to: Door
    message: Outgoing
    effect_key: str
    case_id: str = ""
    purpose: str = REMINDER
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Pending:
    """A reminder message that waits unsent: the messenger is down, or its window is shut."""

    id: int
    effect_key: str
    chat_key: str
    lines: tuple[Line, ...]


class MailStore:
    """Reads chats, queues and mends messages inside one transaction."""

    def __init__(self, unit: StoredWork) -> None:
        self._unit = unit
        self._connection = unit.connection
        self._dialect = unit.connection.dialect.name

    def doors(self, keys: Collection[str]) -> dict[str, Door]:
        """Chats by key."""
        if not keys:
            return {}
        return {row.key: Door(*row) for row in _DOORS.rows(self._connection, keys)}

    def pending(self, chat_keys: Collection[str]) -> list[Pending]:
        """Reminder messages of these chats that nobody has taken yet."""
        if not chat_keys:
            return []
        rows = _PENDING.rows(self._connection, chat_keys)
        return [Pending(row.id, row.effect_key, row.chat_key, self._lines(row)) for row in rows]

    def _lines(self, row: Any) -> tuple[Line, ...]:
        body = orjson.loads(self._unit.keys.open_bytes(PLACE_BODY, row.effect_key, row.sealed_body))
        return tuple(Line(*line) for line in body.get("n", ()))

    def say(self, mails: Iterable[Mail], now: datetime) -> None:
        """Queue all these messages; a web chat's page fetches its own."""
        pushed, pulled = [], []
        for mail in mails:
            row = {
                "effect_key": mail.effect_key,
                "chat_key": mail.to.key,
                "case_id": mail.case_id,
                "purpose": mail.purpose,
                "created_at": now,
            }
            self._unit.outbox.woken.add(f"{PULLED}:{mail.to.key}" if mail.to.channel == PULLED else mail.to.channel)
            if mail.to.channel == PULLED:
                pulled.append(row | {"mine": False, "sealed_body": self._sealed(PLACE_LINE, mail)})
            else:
                waits = max(now, mail.to.delayed_until or now)
                pushed.append(row | _FRESH | {"channel": mail.to.channel, "not_before": waits})
                pushed[-1]["sealed_body"] = self._sealed(PLACE_BODY, mail)
        self._insert("outbox", pushed)
        self._insert("web_line", pulled)

    def rewrite(self, pending: Pending, mail: Mail) -> None:
        """Give a waiting message another text, in its old place."""
        statement = update(outbox).where(outbox.c.id == pending.id, _WAITING)
        self._connection.execute(statement.values(sealed_body=self._sealed(PLACE_BODY, mail)))

    def cancel(self, rows: Sequence[int], now: datetime) -> None:
        """Take back waiting messages."""
        if rows:
            statement = update(outbox).where(outbox.c.id.in_(rows), _WAITING)
            self._connection.execute(statement.values(state="cancelled", sealed_body=None, done_at=now))

    def cancel_digests(self, chat_keys: Sequence[str], now: datetime) -> None:
        """Yesterday's unsent digest gives way to today's."""
        statement = update(outbox).where(outbox.c.chat_key.in_(chat_keys), _WAITING, outbox.c.purpose == DIGEST)
        self._connection.execute(statement.values(state="cancelled", sealed_body=None, done_at=now))

    def _sealed(self, place: str, mail: Mail) -> bytes:
        body = pack(mail.message)
        if mail.lines and place == PLACE_BODY:
            lines = [[line.case_id, line.step, line.run, line.rank, line.text] for line in mail.lines]
            body = orjson.dumps(orjson.loads(body) | {"n": lines})
        return self._unit.keys.seal_bytes(place, mail.effect_key, body)

    def _insert(self, table: str, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._connection.execute(_INSERT[self._dialect][table], rows)
