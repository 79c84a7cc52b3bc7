"""What is to be said: rows written in the transaction that decided it, and the queue the delivery loop works through.

Order per address: rows of one chat leave in the order they were written. A chat that must wait (`delayed_until`)
holds back everything queued for it, so that `not_before, id` never lets a later message overtake an earlier one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, and_, bindparam, func, literal, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from cases.messages import Address, Ask, Choice, Fate, Outgoing, SendResult, Template
from cases.ports import Chat
from storage.chats import PLACE_ADDRESS, chat
from storage.keys import KeyRing
from storage.tables import OutboxRow, WebLine, metadata

outbox = metadata.tables[str(OutboxRow.__tablename__)]
web_line = metadata.tables[str(WebLine.__tablename__)]
PLACE_BODY = "outbox.sealed_body"
PLACE_LINE = "web_line.sealed_body"
PULLED = "web"  # this channel's page fetches its lines; nothing is pushed
LEASE = timedelta(minutes=5)
GIVE_UP_AFTER = 60  # attempts; with back-off capped at an hour this is more than two days
CLAIM_LOCK = 728_301  # PostgreSQL advisory lock: two workers must not split one chat's messages between them

QUEUED, CLAIMED, HELD = "queued", "claimed", "held"


@dataclass(slots=True)
class Parcel:
    """One claimed message, opened."""

    id: int
    effect_key: str
    chat_key: str
    to: Address
    message: Outgoing
    attempts: int
    case_id: str
    purpose: str


def pack(message: Outgoing) -> bytes:
    """Compact JSON of a message."""
    body: dict[str, Any] = {"t": message.text}
    if message.choices:
        body["c"] = [[choice.value, choice.label] for choice in message.choices]
    if message.ask:
        body["a"] = message.ask.value
    if message.template:
        body["z"] = [message.template.name, list(message.template.data)]
    return orjson.dumps(body)


def unpack(body: bytes) -> Outgoing:
    """The message again."""
    data = orjson.loads(body)
    template = data.get("z")
    return Outgoing(
        text=data["t"],
        choices=tuple(Choice(value, label) for value, label in data.get("c", ())),
        ask=Ask(data.get("a", "")),
        template=Template(template[0], tuple((name, value) for name, value in template[1])) if template else None,
    )


_INSERTS: dict[str, dict[str, Any]] = {
    "sqlite": {table.name: sqlite.insert(table).on_conflict_do_nothing() for table in (outbox, web_line)},
    "postgresql": {table.name: postgresql.insert(table).on_conflict_do_nothing() for table in (outbox, web_line)},
}
_BUSY = outbox.alias("busy")
_CLAIM = (
    select(outbox, chat.c.sealed_address, chat.c.reachable)
    .join(chat, chat.c.key == outbox.c.chat_key)
    .where(
        outbox.c.state == QUEUED,
        outbox.c.not_before <= bindparam("now"),
        outbox.c.channel.in_(bindparam("channels", expanding=True)),
        ~select(literal(1)).where(_BUSY.c.chat_key == outbox.c.chat_key, _BUSY.c.state == CLAIMED)
        .exists(),
    )
    .order_by(outbox.c.state, outbox.c.not_before, outbox.c.id)
    .limit(bindparam("most"))
)
_MARK_CLAIMED = (
    update(outbox).where(outbox.c.id == bindparam("row")).values(state=CLAIMED, lease_until=bindparam("until"))
)
_DONE = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(
        state=bindparam("fate"),
        sealed_body=None,
        attempts=bindparam("tries"),
        done_at=bindparam("at"),
        detail=bindparam("why"),
        vendor_id=bindparam("vendor"),
        lease_until=None,
    )
)


class OutboxStore:
    """See `cases.ports.Outbox`; the second half serves the delivery loop."""

    def __init__(self, connection: Connection, keys: KeyRing, now: datetime) -> None:
        self._connection = connection
        self._keys = keys
        self._now = now
        self.woken: set[str] = set()
        """Channels that got something to send; chat keys of web pages that got a line, prefixed `web:`."""

    def say(self, to: Chat, message: Outgoing, effect_key: str, *, case_id: str = "", purpose: str = "reply") -> bool:
        if to.address.channel == PULLED:
            return self.add_line(to.key, message, effect_key, case_id=case_id, purpose=purpose)
        state = QUEUED if to.reachable else Fate.GONE.value
        body = self._keys.seal_bytes(PLACE_BODY, effect_key, pack(message)) if to.reachable else None
        done = self._insert(
            "outbox",
            {
                "effect_key": effect_key,
                "chat_key": to.key,
                "channel": to.address.channel,
                "case_id": case_id,
                "purpose": purpose,
                "sealed_body": body,
                "state": state,
                "not_before": max(self._now, to.delayed_until or self._now),
                "attempts": 0,
                "created_at": self._now,
                "detail": "",
                "vendor_id": "",
            },
        )
        self.woken.add(to.address.channel)
        return done

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
        return self._insert(
            "web_line",
            {
                "effect_key": effect_key,
                "chat_key": chat_key,
                "case_id": case_id,
                "purpose": purpose,
                "mine": mine,
                "sealed_body": self._keys.seal_bytes(PLACE_LINE, effect_key, pack(message)),
                "created_at": self._now,
            },
        )

    def cancel(self, case_id: str, purpose: str) -> int:
        return self._connection.execute(
            update(outbox)
            .where(outbox.c.case_id == case_id, outbox.c.purpose == purpose, outbox.c.state.in_((QUEUED, HELD)))
            .values(state="cancelled", sealed_body=None, done_at=self._now)
        ).rowcount

    def release_held(self, to: Chat, now: datetime) -> int:
        return self._connection.execute(
            update(outbox)
            .where(outbox.c.chat_key == to.key, outbox.c.state == HELD)
            .values(state=QUEUED, not_before=now)
        ).rowcount

    def _insert(self, table: str, values: dict[str, Any]) -> bool:
        return self._connection.execute(_INSERTS[self._connection.dialect.name][table], values).rowcount == 1

    # -- the delivery loop's side -------------------------------------------------------------------------------

    def claim(self, channels: Sequence[str], most: int) -> list[Parcel]:
        """Take up to `most` due messages; chats with something in flight are left alone."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CLAIM_LOCK})
        rows = self._connection.execute(_CLAIM, {"now": self._now, "channels": list(channels), "most": most}).all()
        if rows:
            until = self._now + LEASE
            self._connection.execute(_MARK_CLAIMED, [{"row": row.id, "until": until} for row in rows])
        return [self._parcel(row) for row in rows]

    def _parcel(self, row: Any) -> Parcel:
        identifier, phone = orjson.loads(self._keys.open_bytes(PLACE_ADDRESS, row.chat_key, row.sealed_address))
        return Parcel(
            id=row.id,
            effect_key=row.effect_key,
            chat_key=row.chat_key,
            to=Address(row.channel, identifier, phone),
            message=unpack(self._keys.open_bytes(PLACE_BODY, row.effect_key, row.sealed_body)),
            attempts=row.attempts,
            case_id=row.case_id,
            purpose=row.purpose,
        )

    def requeue_stale(self, *, everything: bool = False) -> int:
        """Give back what a dead sender left; `everything` at the start of the only process."""
        late = (
            outbox.c.state == CLAIMED
            if everything
            else and_(outbox.c.state == CLAIMED, outbox.c.lease_until < self._now)
        )
        return self._connection.execute(update(outbox).where(late).values(state=QUEUED, lease_until=None)).rowcount

    def give_back(self, ids: Sequence[int]) -> None:
        """Return claimed messages unsent, in their old places."""
        if ids:
            back = update(outbox).where(outbox.c.id == bindparam("row")).values(state=QUEUED, lease_until=None)
            self._connection.execute(back, [{"row": row} for row in ids])

    def finish(self, results: Sequence[tuple[Parcel, SendResult]]) -> None:
        """Write final fates (sent, gone, refused, unknown)."""
        self._connection.execute(
            _DONE,
            [
                {
                    "row": parcel.id,
                    "fate": result.fate.value,
                    "tries": parcel.attempts + 1,
                    "at": self._now,
                    "why": result.detail[:300],
                    "vendor": result.vendor_id[:100],
                }
                for parcel, result in results
            ],
        )

    def postpone(self, parcel: Parcel, result: SendResult, until: datetime) -> None:
        """Try this message later, and hold everything else queued for the same chat until then."""
        self._connection.execute(
            update(outbox)
            .where(outbox.c.id == parcel.id)
            .values(
                state=QUEUED,
                attempts=parcel.attempts + 1,
                not_before=until,
                detail=result.detail[:300],
                lease_until=None,
            )
        )
        self._connection.execute(
            update(outbox)
            .where(outbox.c.chat_key == parcel.chat_key, outbox.c.state == QUEUED, outbox.c.not_before < until)
            .values(not_before=until)
        )
        self._connection.execute(update(chat).where(chat.c.key == parcel.chat_key).values(delayed_until=until))

    def hold(self, parcel: Parcel, result: SendResult) -> None:
        """The window is shut: everything for this chat waits for the person's next contact."""
        self._connection.execute(
            update(outbox)
            .where(or_(outbox.c.id == parcel.id, and_(outbox.c.chat_key == parcel.chat_key, outbox.c.state == QUEUED)))
            .values(state=HELD, detail=result.detail[:300], lease_until=None)
        )

    def chat_gone(self, chat_key: str, detail: str) -> None:
        """Stop writing to this chat."""
        self._connection.execute(update(chat).where(chat.c.key == chat_key).values(reachable=False))
        self._connection.execute(
            update(outbox)
            .where(outbox.c.chat_key == chat_key, outbox.c.state.in_((QUEUED, HELD)))
            .values(state=Fate.GONE.value, sealed_body=None, done_at=self._now, detail=detail[:300])
        )

    def next_due(self) -> datetime | None:
        """When the earliest waiting message may go."""
        return self._connection.execute(select(func.min(outbox.c.not_before)).where(outbox.c.state == QUEUED)).scalar()

    def counts(self) -> dict[str, int]:
        """Messages by state, for health and metrics."""
        rows = self._connection.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state))
        return {row[0]: row[1] for row in rows}

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
