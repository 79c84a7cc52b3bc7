"""What is to be said: rows written in the transaction that decided it. `storage/outbox_queue.py` hands them out.

Order: rows of one chat leave in the order they were written. `say` never gives a row an earlier `not_before` than an
older row still waiting for the same chat has, so that `not_before, id` is the order of writing even when the chat must
wait or the clock was set back. A row pushed aside because our own code failed on it (`faults`) is out of the line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, and_, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cases.messages import Ask, Choice, Fate, Outgoing, Template
from cases.ports import Chat
from storage.hot import Hot
from storage.keys import KeyRing
from storage.tables import OutboxRow, WebLine, metadata

outbox = metadata.tables[str(OutboxRow.__tablename__)]
web_line = metadata.tables[str(WebLine.__tablename__)]
PLACE_BODY = "outbox.sealed_body"
PLACE_LINE = "web_line.sealed_body"
PULLED = "web"  # this channel's page fetches its lines; nothing is pushed

REMINDER, DIGEST = "reminder", "digest"  # purposes of messages that speak of several cases
QUEUED, CLAIMED, HELD, CANCELLED = "queued", "claimed", "held", "cancelled"
WAITING = and_(outbox.c.lease_until.is_(None), outbox.c.done_at.is_(None))
"""Rows neither settled nor being sent (queued or held): the condition of two partial indexes, to be named literally."""


def pack(message: Outgoing) -> bytes:
    """Compact JSON of a message."""
    body: dict[str, Any] = {"t": message.text}
    if message.choices:
        body["c"] = [[choice.value, choice.label] for choice in message.choices]
    if message.ask:
        body["a"] = message.ask.value
        body["l"] = message.ask_label
    if message.template:
        body["z"] = [message.template.name, list(message.template.data)]
    return orjson.dumps(body)


def unpack(body: bytes) -> Outgoing:
    """The message again."""
    data = orjson.loads(body)
    if len(data) == 1:
        return Outgoing(data["t"])
    template = data.get("z")
    return Outgoing(
        text=data["t"],
        choices=tuple(Choice(value, label) for value, label in data.get("c", ())),
        ask=Ask(data.get("a", "")),
        ask_label=data.get("l", ""),
        template=Template(template[0], tuple((name, value) for name, value in template[1])) if template else None,
    )


_OLDER = outbox.alias("older")
_LAST = (
    select(_OLDER.c.not_before)
    .where(
        _OLDER.c.chat_key == bindparam("whose"),
        _OLDER.c.state == QUEUED,
        _OLDER.c.faults == 0,
        _OLDER.c.lease_until.is_(None),
        _OLDER.c.done_at.is_(None),
    )
    .order_by(_OLDER.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_EARLIEST = bindparam("earliest", type_=outbox.c.not_before.type)
_QUEUE_COLUMNS = ("effect_key", "chat_key", "channel", "case_id", "purpose", "sealed_body", "state", "created_at")
_COUNTERS = ("attempts", "unknowns", "faults", "done_at", "detail", "vendor_id")
_INSERT = Hot(
    {
        "sqlite": sqlite.insert(outbox)
        .values(not_before=func.max(_EARLIEST, func.coalesce(_LAST, _EARLIEST)))
        .on_conflict_do_nothing()
        .inline(),
        "postgresql": postgresql.insert(outbox)
        .values(not_before=func.greatest(_EARLIEST, func.coalesce(_LAST, _EARLIEST)))
        .on_conflict_do_nothing()
        .inline(),
    },
    (*_QUEUE_COLUMNS, *_COUNTERS),
)
_NEWEST = Hot(
    select(func.coalesce(func.max(web_line.c.id), 0).label("id")).where(web_line.c.chat_key == bindparam("whose"))
)
_INSERT_LINE = Hot(
    {
        "sqlite": sqlite.insert(web_line).on_conflict_do_nothing().returning(web_line.c.id),
        "postgresql": postgresql.insert(web_line).on_conflict_do_nothing().returning(web_line.c.id),
    },
    ("effect_key", "chat_key", "case_id", "purpose", "mine", "sealed_body", "created_at"),
)
_HELD = Hot(
    select(func.count().label("held"))
    .select_from(outbox)
    .where(outbox.c.state == HELD, outbox.c.chat_key == bindparam("whose"), WAITING)
)


@dataclass(frozen=True, slots=True)
class FreshLine:
    """A line just written to a web chat. `before` is the number of this chat's line before it, 0 for none."""

    id: int
    before: int
    chat_key: str
    effect_key: str
    purpose: str
    mine: bool
    at: datetime
    message: Outgoing


class OutboxStore:
    """See `cases.ports.Outbox`."""

    def __init__(self, connection: Connection, keys: KeyRing, now: datetime) -> None:
        self._connection = connection
        self._keys = keys
        self._now = now
        self.woken: set[str] = set()
        """Channels that got something to send; chat keys of web pages that got a line, prefixed `web:`."""
        self.fresh: list[FreshLine] = []
        """The lines themselves, for pages that are open in this process."""

    def say(self, to: Chat, message: Outgoing, effect_key: str, *, case_id: str = "", purpose: str = "reply") -> bool:
        if to.address.channel == PULLED:
            return self.add_line(to.key, message, effect_key, case_id=case_id, purpose=purpose)
        self.woken.add(to.address.channel)
        return _INSERT.change(self._connection, self._row(to, pack(message), effect_key, case_id, purpose)) == 1

    def say_each(self, letters: Sequence[tuple[Chat, bytes, str, str, str]]) -> None:
        """`say` for many pushed messages in one go: chat, packed message, effect key, case, purpose."""
        self.woken |= {letter[0].address.channel for letter in letters}
        _INSERT.change_each(self._connection, [self._row(*letter) for letter in letters])

    def _row(self, to: Chat, body: bytes, effect_key: str, case_id: str, purpose: str) -> dict[str, Any]:
        reachable = to.reachable
        return {
            "effect_key": effect_key,
            "chat_key": to.key,
            "channel": to.address.channel,
            "case_id": case_id,
            "purpose": purpose,
            "sealed_body": self._keys.seal_bytes(PLACE_BODY, effect_key, body) if reachable else None,
            "state": QUEUED if reachable else Fate.GONE.value,
            "whose": to.key,
            "earliest": max(self._now, to.delayed_until or self._now),
            "attempts": 0,
            "unknowns": 0,
            "faults": 0,
            "created_at": self._now,
            "done_at": None if reachable else self._now,
            "detail": "",
            "vendor_id": "",
        }

    def add_line(
        self,
        chat_key: str,
        message: Outgoing,
        effect_key: str,
        *,
        mine: bool = False,
        case_id: str = "",
        purpose: str = "",
    ) -> bool:
        """Append one line to a web chat; `mine` marks the resident's own words."""
        self.woken.add(f"{PULLED}:{chat_key}")
        row = {
            "effect_key": effect_key,
            "chat_key": chat_key,
            "case_id": case_id,
            "purpose": purpose,
            "mine": mine,
            "sealed_body": self._keys.seal_bytes(PLACE_LINE, effect_key, pack(message)),
            "created_at": self._now,
        }
        # Only SQLite has one writer at a time: elsewhere another process may write a line between these statements.
        alone = self._connection.dialect.name == "sqlite"
        before = _NEWEST.first(self._connection, {"whose": chat_key}).id if alone else 0
        made = _INSERT_LINE.first(self._connection, row)
        if made is not None and alone:
            self.fresh.append(FreshLine(made.id, before, chat_key, effect_key, purpose, mine, self._now, message))
        return made is not None

    def cancel(self, case_id: str, purpose: str) -> int:
        return self._connection.execute(
            update(outbox)
            .where(outbox.c.case_id == case_id, outbox.c.purpose == purpose, WAITING)
            .values(state=CANCELLED, sealed_body=None, done_at=self._now)
        ).rowcount

    def release_held(self, to: Chat, now: datetime) -> int:
        """What was held goes before what was queued since: all of it becomes due at the same instant, in order."""
        held: int = _HELD.first(self._connection, {"whose": to.key}).held
        if held:
            mine = (outbox.c.chat_key == to.key, WAITING)
            waiting = (outbox.c.state == QUEUED, outbox.c.faults == 0, *mine)
            last = self._connection.execute(select(func.max(outbox.c.not_before)).where(*waiting)).scalar()
            due = {"not_before": max(now, last or now, to.delayed_until or now)}
            self._connection.execute(update(outbox).where(*waiting).values(due))
            self._connection.execute(update(outbox).where(outbox.c.state == HELD, *mine).values(state=QUEUED, **due))
            self.woken.add(to.address.channel)
        return held

    def counts(self) -> dict[str, int]:
        """Messages not settled yet, by state (queued, claimed, held), for health and metrics."""
        by = (outbox.c.channel, outbox.c.state)  # the order of the index
        claimed = select(func.count()).select_from(outbox).where(outbox.c.lease_until.is_not(None))
        counts = Counter({CLAIMED: self._connection.execute(claimed).scalar_one()})
        for _, state, several in self._connection.execute(select(*by, func.count()).where(WAITING).group_by(*by)):
            counts[state] += several
        return dict(counts)

    # -- the web page's side --------------------------------------------------------------------------------------

    def lines(self, chat_key: str, after: int, most: int = 200) -> list[tuple[int, bool, datetime, Outgoing]]:
        """A web chat's lines after this number: (number, own words?, when, message)."""
        rows = self._connection.execute(
            select(web_line)
            .where(web_line.c.chat_key == chat_key, web_line.c.id > after)
            .order_by(web_line.c.id)
            .limit(most)
        )
        return [
            (
                row.id,
                row.mine,
                row.created_at,
                unpack(self._keys.open_bytes(PLACE_LINE, row.effect_key, row.sealed_body)),
            )
            for row in rows
        ]
