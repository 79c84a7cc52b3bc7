"""The outbox as the delivery loop works through it: claim in order, write what became of each message, give back.

A claim is a lease. `attempts` grows with each claim and stands in every later statement about the row, so that a
sender that slept longer than its lease writes nothing over the one that took the row after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Connection, and_, bindparam, func, select, update

from cases.messages import Address, Fate, SendResult
from storage.chats import chat
from storage.hot import Hot
from storage.keys import KeyRing
from storage.outbox import CLAIMED, HELD, QUEUED, WAITING, outbox
from storage.outbox_claim import LEASE, Claim, Load, Parcel, timed

__all__ = ["LEASE", "Delay", "Load", "OutboxQueue", "Parcel"]

DETAIL_LIMIT, VENDOR_ID_LIMIT = 300, 100


@dataclass(frozen=True, slots=True)
class Delay:
    """A parcel to be tried again at `until`, with its counters as they are now; `uncounted`: this try was none."""

    parcel: Parcel
    detail: str
    until: datetime
    unknowns: int
    faults: int
    uncounted: bool = False


_MINE = and_(outbox.c.id == bindparam("row"), outbox.c.attempts == bindparam("try"), outbox.c.state == CLAIMED)
# One statement with the rows as JSON: a statement per row costs three times as much Python time.
_DONE_SQL = """
UPDATE outbox
SET state = done.fate, sealed_body = NULL, lease_until = NULL, done_at = :at, detail = done.why, vendor_id = done.vendor
FROM {rows} AS done
WHERE outbox.id = done.row_id AND outbox.attempts = done.try AND outbox.state = 'claimed'
"""
_DONE = timed(
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
_DELAY_UNCOUNTED = _DELAY.values(attempts=outbox.c.attempts - 1)
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
_NEXT_DUE = Hot(
    select(func.min(outbox.c.not_before).label("due")).where(
        outbox.c.channel == bindparam("wanted"), outbox.c.state == QUEUED, WAITING
    )
)


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
        return Claim(self._connection, self._keys, self._now, self._addresses).take(channel, most, per_chat)

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
            _DONE.change(self._connection, {"rows": orjson.dumps(rows).decode(), "at": self._now})

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
        for statement, uncounted in ((_DELAY, False), (_DELAY_UNCOUNTED, True)):
            rows = [
                {
                    "row": delay.parcel.id,
                    "try": delay.parcel.attempts,
                    "until": delay.until,
                    "why": _clean(delay.detail, DETAIL_LIMIT),
                    "lost": delay.unknowns,
                    "broke": delay.faults,
                }
                for delay in delays
                if delay.uncounted is uncounted
            ]
            if rows:
                self._connection.execute(statement, rows)

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
        due: datetime | None = _NEXT_DUE.first(self._connection, {"wanted": channel}).due
        return due


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
