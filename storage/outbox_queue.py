"""The outbox as the delivery loop works through it: claim in order, write what became of each message, give back.

A claim is a lease. `attempts` grows with each claim and stands in every later statement about the row, so that a
sender that slept longer than its lease writes nothing over the one that took the row after it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf
from typing import Any
from zlib import crc32

import orjson
from sqlalchemy import Connection, TextClause, and_, bindparam, exists, func, select, text, update

from cases.messages import Address, Fate, Outgoing, SendResult
from storage.chats import PLACE_ADDRESS, chat
from storage.keys import KeyRing, SealBroken
from storage.outbox import CLAIMED, HELD, PLACE_BODY, QUEUED, WAITING, outbox, unpack

LEASE = timedelta(minutes=5)
CLAIM_LOCK = 728_301  # PostgreSQL advisory lock: two workers must not split one chat's messages between them
ADDRESSES_REMEMBERED = 4_096
DETAIL_LIMIT, VENDOR_ID_LIMIT = 300, 100


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


@dataclass(frozen=True, slots=True)
class Delay:
    """A parcel to be tried again at `until`, with its counters as they are now."""

    parcel: Parcel
    detail: str
    until: datetime
    unknowns: int
    faults: int


@dataclass(slots=True)
class Load:
    """What one claim took: to send, and already decided without sending (unreadable, person gone)."""

    parcels: list[Parcel] = field(default_factory=list)
    settled: list[tuple[Parcel, SendResult]] = field(default_factory=list)
    rows_seen: int = 0


def _timed(instant: str, **texts: str) -> dict[str, TextClause]:
    """A statement per dialect with one parameter that is an instant."""
    when = bindparam(instant, type_=outbox.c.done_at.type)
    return {dialect: text(words).bindparams(when) for dialect, words in texts.items()}


_BUSY = outbox.alias("busy")
_CLAIM = (
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
_MARK_CLAIMED = _timed(
    "until",
    sqlite=_MARK_SQL.format(rows="IN (SELECT value FROM json_each(:rows))"),
    postgresql=_MARK_SQL.format(rows="IN (SELECT value::bigint FROM jsonb_array_elements_text(CAST(:rows AS jsonb)))"),
)
_MINE = and_(outbox.c.id == bindparam("row"), outbox.c.attempts == bindparam("try"), outbox.c.state == CLAIMED)
# One statement with the rows as JSON: a statement per row costs three times as much Python time.
_DONE_SQL = """
UPDATE outbox
SET state = done.fate, sealed_body = NULL, lease_until = NULL, done_at = :at, detail = done.why, vendor_id = done.vendor
FROM {rows} AS done
WHERE outbox.id = done.row_id AND outbox.attempts = done.try AND outbox.state = 'claimed'
"""
_DONE = _timed(
    "at",
    sqlite=_DONE_SQL.format(
        rows="(SELECT value ->> 0 AS row_id, value ->> 1 AS try, value ->> 2 AS fate, value ->> 3 AS why,"
        " value ->> 4 AS vendor FROM json_each(:rows))"
    ),
    postgresql=_DONE_SQL.format(
        rows="(SELECT (value ->> 0)::bigint AS row_id, (value ->> 1)::int AS try, value ->> 2 AS fate,"
        " value ->> 3 AS why, value ->> 4 AS vendor FROM jsonb_array_elements(CAST(:rows AS jsonb)))"
    ),
)
_BACK = update(outbox).where(_MINE).values(state=QUEUED, lease_until=None)
_BACK_UNTRIED = _BACK.values(attempts=outbox.c.attempts - 1)
_DELAY = _BACK.values(
    not_before=bindparam("until"), detail=bindparam("why"), unknowns=bindparam("lost"), faults=bindparam("broke")
)
_WAIT_BEHIND = (
    update(outbox)
    .where(
        outbox.c.chat_key == bindparam("who"),
        outbox.c.state == QUEUED,
        outbox.c.faults == 0,
        outbox.c.not_before < bindparam("until"),
        WAITING,
    )
    .values(not_before=bindparam("until"))
)
_CHAT_WAITS = update(chat).where(chat.c.key == bindparam("who")).values(delayed_until=bindparam("until"))
_HOLD = _BACK.values(state=HELD, detail=bindparam("why"))


class OutboxQueue:
    """The delivery loop's side of the outbox, inside one transaction at `now`.

    `addresses` remembers opened addresses by their sealed form, from one transaction to the next.
    """

    def __init__(
        self, connection: Connection, keys: KeyRing, now: datetime, addresses: dict[bytes, Address] | None = None
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._now = now
        self._addresses = {} if addresses is None else addresses

    def claim(self, channel: str, most: int, per_chat: int | None = None) -> Load:
        """Take up to `most` due messages, at most `per_chat` of a chat; chats with something claimed are left alone."""
        if self._connection.dialect.name == "postgresql":
            key = {"lock": CLAIM_LOCK, "channel": crc32(channel.encode()) - 2**31}
            self._connection.execute(text("SELECT pg_advisory_xact_lock(:lock, :channel)"), key)
        rows = self._connection.execute(_CLAIM, {"wanted": channel, "now": self._now, "most": most}).all()
        load = Load(rows_seen=len(rows))
        if per_chat is not None:
            rows = _first_of_each(rows, per_chat)
        if rows:
            mark = {"rows": orjson.dumps([row[0] for row in rows]).decode(), "until": self._now + LEASE}
            taken = set(self._connection.execute(_MARK_CLAIMED[self._connection.dialect.name], mark).scalars())
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
        elif not reachable:
            load.settled.append((parcel, SendResult(Fate.GONE, "unreachable before sending")))
        else:
            load.parcels.append(parcel)

    def _open_address(self, channel: str, chat_key: str, sealed: bytes | None) -> Address:
        identifier, phone = orjson.loads(self._keys.open_bytes(PLACE_ADDRESS, chat_key, sealed or b""))
        if len(self._addresses) >= ADDRESSES_REMEMBERED:
            self._addresses.clear()
        to = self._addresses[bytes(sealed or b"")] = Address(channel, identifier, phone)
        return to

    def finish(self, results: Iterable[tuple[Parcel, SendResult]]) -> None:
        """Write final fates; the text is erased."""
        rows = [
            (
                parcel.id,
                parcel.attempts,
                result.fate,
                _clean(result.detail, DETAIL_LIMIT),
                _clean(result.vendor_id, VENDOR_ID_LIMIT),
            )
            for parcel, result in results
        ]
        if rows:
            statement = _DONE[self._connection.dialect.name]
            self._connection.execute(statement, {"rows": orjson.dumps(rows).decode(), "at": self._now})

    def give_back(self, parcels: Iterable[Parcel], *, tried: bool = False) -> None:
        """Return claimed messages to their old places; `tried` when a send had begun."""
        rows = [{"row": parcel.id, "try": parcel.attempts} for parcel in parcels]
        if rows:
            self._connection.execute(_BACK if tried else _BACK_UNTRIED, rows)

    def postpone(self, delays: Sequence[Delay]) -> None:
        """Try these later, each chat's later messages staying behind its first."""
        if not delays:
            return
        # The chat row comes first: whoever adds a message holds it, and must be seen by the last statement.
        waits = [{"who": who, "until": until} for who, until in sorted(_latest(delays).items())]
        self._connection.execute(_CHAT_WAITS, waits)
        self._delay(delays)
        self._connection.execute(_WAIT_BEHIND, waits)

    def push_aside(self, delays: Sequence[Delay]) -> None:
        """Try these later without holding anything behind them."""
        if delays:
            self._delay(delays)

    def _delay(self, delays: Sequence[Delay]) -> None:
        self._connection.execute(
            _DELAY,
            [
                {
                    "row": delay.parcel.id,
                    "try": delay.parcel.attempts,
                    "until": delay.until,
                    "why": _clean(delay.detail, DETAIL_LIMIT),
                    "lost": delay.unknowns,
                    "broke": delay.faults,
                }
                for delay in delays
            ],
        )

    def hold(self, results: Iterable[tuple[Parcel, SendResult]]) -> None:
        """The window is shut for these: they wait for the person's next contact."""
        rows = [
            {"row": parcel.id, "try": parcel.attempts, "why": _clean(result.detail, DETAIL_LIMIT)}
            for parcel, result in results
        ]
        if rows:
            self._connection.execute(_HOLD, rows)

    def chat_gone(self, chat_key: str, detail: str) -> int:
        """Stop writing to this chat; returns how many further messages that ended."""
        self._connection.execute(update(chat).where(chat.c.key == chat_key).values(reachable=False))
        leased = outbox.c.lease_until.is_not(None)
        return sum(
            self._connection.execute(
                update(outbox)
                .where(outbox.c.chat_key == chat_key, condition)
                .values(
                    state=Fate.GONE.value,
                    sealed_body=None,
                    lease_until=None,
                    done_at=self._now,
                    detail=_clean(detail, DETAIL_LIMIT),
                )
            ).rowcount
            for condition in (WAITING, leased)
        )

    def wrote_since(self, chat_key: str, instant: datetime) -> bool:
        """Whether the person wrote to us after this instant (locked for change where the database can)."""
        last = self._connection.execute(
            select(chat.c.last_contact_at).where(chat.c.key == chat_key).with_for_update()
        ).scalar()
        return last is not None and last > instant

    def requeue_stale(self, channel: str, *, everything: bool = False) -> int:
        """Give back what a dead sender left; `everything` at the start of the only process."""
        late = () if everything else (outbox.c.lease_until < self._now,)
        return self._connection.execute(
            update(outbox)
            .where(outbox.c.channel == channel, outbox.c.lease_until.is_not(None), *late)
            .values(state=QUEUED, lease_until=None)
        ).rowcount

    def next_due(self, channel: str) -> datetime | None:
        """When the earliest waiting message of this channel may go."""
        return self._connection.execute(
            select(func.min(outbox.c.not_before)).where(outbox.c.channel == channel, outbox.c.state == QUEUED, WAITING)
        ).scalar()


def _first_of_each(rows: Sequence[Any], per_chat: int) -> list[Any]:
    taken: Counter[str] = Counter()
    kept = []
    for row in rows:
        taken[row.chat_key] += 1
        if taken[row.chat_key] <= per_chat:
            kept.append(row)
    return kept


def _latest(delays: Sequence[Delay]) -> dict[str, datetime]:
    waits: dict[str, datetime] = {}
    for delay in delays:
        waits[delay.parcel.chat_key] = max(delay.until, waits.get(delay.parcel.chat_key, delay.until))
    return waits


def _clean(words: str, limit: int) -> str:
    """Short and printable: PostgreSQL refuses NUL and lone surrogates, and one refused row would undo its group."""
    if words.isascii() and words.isprintable():
        return words[:limit]
    return "".join(letter if letter.isprintable() else "?" for letter in words)[:limit]
