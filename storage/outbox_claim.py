"""Taking due messages from the outbox: in order, without splitting a chat between senders, opened and checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf
from typing import Any
from zlib import crc32

import orjson
from sqlalchemy import Connection, bindparam, exists, or_, select, text

from cases.messages import Address, Fate, Outgoing, SendResult
from storage.chats import PLACE_ADDRESS, address_in, chat
from storage.hot import Hot
from storage.keys import KeyRing, SealBroken
from storage.outbox import PLACE_BODY, QUEUED, WAITING, outbox, unpack

LEASE = timedelta(minutes=5)
CLAIM_LOCK = 728_301  # PostgreSQL advisory lock: two workers must not split one chat's messages between them
ADDRESSES_REMEMBERED = 4_096


@dataclass(slots=True)
class Parcel:
    """One claimed message, opened. `attempts` counts this try too; `claimed_at` is aware UTC."""

    id: int
    effect_key: str
    chat_key: str
    to: Address
    message: Outgoing
    attempts: int
    unknowns: int
    faults: int
    case_id: str
    purpose: str
    claimed_at: datetime
    start_by: float = inf  # monotonic seconds after which the lease is too short to begin a send


@dataclass(slots=True)
class Load:
    """What one claim took: to send, and already decided without sending (unreadable, person gone)."""

    parcels: list[Parcel] = field(default_factory=list)
    settled: list[tuple[Parcel, SendResult]] = field(default_factory=list)
    rows_seen: int = 0


def timed(instant: str, **texts: str) -> Hot:
    """A statement per dialect with one parameter that is an instant."""
    when = bindparam(instant, type_=outbox.c.done_at.type)
    return Hot({dialect: text(words).bindparams(when) for dialect, words in texts.items()})


_BUSY = outbox.alias("busy")
_CLAIM = Hot(
    select(
        outbox.c.id,
        outbox.c.effect_key,
        outbox.c.chat_key,
        outbox.c.sealed_body,
        outbox.c.attempts,
        outbox.c.unknowns,
        outbox.c.faults,
        outbox.c.case_id,
        outbox.c.purpose,
        chat.c.sealed_address,
        chat.c.reachable,
    )
    .outerjoin(chat, chat.c.key == outbox.c.chat_key)
    .where(
        WAITING,
        outbox.c.channel == bindparam("wanted"),
        outbox.c.state == QUEUED,
        outbox.c.not_before <= bindparam("now"),
        # A chat told to wait waits with all it has, also with what was being written when it was told.
        or_(chat.c.delayed_until.is_(None), chat.c.delayed_until <= bindparam("now")),
        ~exists().where(_BUSY.c.chat_key == outbox.c.chat_key, _BUSY.c.lease_until.is_not(None)),
    )
    .order_by(outbox.c.not_before, outbox.c.id)
    .limit(bindparam("most"))
)
_MARK_SQL = """
UPDATE outbox SET state = 'claimed', lease_until = :until, attempts = attempts + 1
WHERE id {rows} AND state = 'queued' AND lease_until IS NULL AND done_at IS NULL
RETURNING id
"""
_MARK_CLAIMED = timed(
    "until",
    sqlite=_MARK_SQL.format(rows="IN (SELECT value FROM json_each(:rows))"),
    postgresql=_MARK_SQL.format(rows="IN (SELECT value::bigint FROM jsonb_array_elements_text(CAST(:rows AS jsonb)))"),
)


class Claim:
    """One claim inside a transaction. `addresses` remembers opened ones by their sealed form, over transactions."""

    def __init__(self, connection: Connection, keys: KeyRing, now: datetime, addresses: dict[bytes, Address]) -> None:
        self._connection = connection
        self._keys = keys
        self._now = now
        self._addresses = addresses

    def take(self, channel: str, most: int, per_chat: int | None) -> Load:
        """Take up to `most` due messages, at most `per_chat` of a chat; chats with something claimed are left alone."""
        if self._connection.dialect.name == "postgresql":
            key = {"lock": CLAIM_LOCK, "channel": crc32(channel.encode()) - 2**31}
            self._connection.execute(text("SELECT pg_advisory_xact_lock(:lock, :channel)"), key)
        rows: Sequence[Any] = _CLAIM.rows(self._connection, {"wanted": channel, "now": self._now, "most": most})
        load = Load(rows_seen=len(rows))
        rows = _as_written(rows)
        if per_chat is not None:
            rows = _first_of_each(rows, per_chat)
        if rows:
            mark = {"rows": orjson.dumps([row[0] for row in rows]).decode(), "until": self._now + LEASE}
            taken = {row[0] for row in _MARK_CLAIMED.rows(self._connection, mark)}
            for row in rows:
                if row[0] in taken:
                    self._open(channel, row, load)
        return load

    def _open(self, channel: str, row: Any, load: Load) -> None:
        row_id, effect_key, chat_key, sealed_body, attempts, unknowns, faults, case_id, purpose, sealed, reachable = row
        fault = None
        try:
            to = self._addresses.get(sealed) or self._open_address(channel, chat_key, sealed)
            message = unpack(self._keys.open_bytes(PLACE_BODY, effect_key, sealed_body or b""))
        except (SealBroken, ValueError, KeyError, TypeError, IndexError) as error:
            to, message, fault = Address(channel, ""), Outgoing(""), type(error).__name__
        parcel = Parcel(
            row_id,
            effect_key,
            chat_key,
            to,
            message,
            attempts + 1,
            unknowns,
            faults,
            case_id,
            purpose,
            self._now,
        )
        if fault is not None:
            load.settled.append((parcel, SendResult(Fate.REFUSED, f"stored message cannot be read ({fault})")))
        elif not reachable or not to.id:
            load.settled.append((parcel, SendResult(Fate.GONE, "unreachable before sending")))
        else:
            load.parcels.append(parcel)

    def _open_address(self, channel: str, chat_key: str, sealed: bytes | None) -> Address:
        told = orjson.loads(self._keys.open_bytes(PLACE_ADDRESS, chat_key, sealed or b""))
        identifier, phone = address_in(self._keys, chat_key, told)
        if len(self._addresses) >= ADDRESSES_REMEMBERED:
            self._addresses.clear()
        to = self._addresses[bytes(sealed or b"")] = Address(channel, identifier, phone)
        return to


def _as_written(rows: Sequence[Any]) -> Sequence[Any]:
    """Each chat's rows in the order of writing, in the places they hold among the others."""
    newest: dict[str, int] = {}
    for row in rows:
        if not row.faults and newest.setdefault(row.chat_key, row.id) > row.id:
            break
        newest[row.chat_key] = row.id
    else:
        return rows
    written: dict[str, Iterator[Any]] = {
        key: iter(sorted((row for row in rows if row.chat_key == key and not row.faults), key=lambda row: row.id))
        for key in {row.chat_key for row in rows}
    }
    return [row if row.faults else next(written[row.chat_key]) for row in rows]


def _first_of_each(rows: Sequence[Any], per_chat: int) -> list[Any]:
    taken: Counter[str] = Counter()
    kept = []
    for row in rows:
        taken[row.chat_key] += 1
        if taken[row.chat_key] <= per_chat:
            kept.append(row)
    return kept
