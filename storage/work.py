"""The unit of work over one open transaction, and the door that opens them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Table, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from cases.messages import Capabilities, Outgoing
from cases.ports import Chat
from cases.rendering import PLAIN, fit
from storage.audit import AuditStore
from storage.call_back import Waiting
from storage.case_keys import CaseKeyStore
from storage.case_store import CaseStore
from storage.chats import ChatStore
from storage.checkins import CheckInStore
from storage.database import Database
from storage.erasures import ErasureStore
from storage.files import FileStore
from storage.hot import Hot
from storage.identity import IdentityStore
from storage.keys import KeyRing
from storage.outbox import REMINDER, FreshLine, OutboxStore, web_line
from storage.people import PeopleStore
from storage.sealed import SealedStore
from storage.tables import FailedUpdate, LedgerRow, SeenUpdate, metadata

T = TypeVar("T")
seen_update = metadata.tables[str(SeenUpdate.__tablename__)]
ledger = metadata.tables[str(LedgerRow.__tablename__)]
failed_update = metadata.tables[str(FailedUpdate.__tablename__)]


def _once(table: Table) -> Hot:
    dialects = {
        "sqlite": sqlite.insert(table).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(table).on_conflict_do_nothing(),
    }
    return Hot(dialects, table.columns.keys())


_RECEIVE = _once(seen_update)
_ENTER = _once(ledger)


def new_id() -> str:
    """A random id of 32 hex digits; never shown to anybody."""
    return os.urandom(16).hex()


class FittedOutbox(OutboxStore):
    """The outbox with every message cut to what its channel can show: the one place that knows limits."""

    def __init__(
        self, connection: Connection, keys: KeyRing, now: datetime, capabilities: Mapping[str, Capabilities]
    ) -> None:
        super().__init__(connection, keys, now)
        self._capabilities = capabilities

    def say(self, to: Chat, message: Outgoing, effect_key: str, *, case_id: str = "", purpose: str = "reply") -> bool:
        parts = fit(message, self._capabilities.get(to.address.channel, PLAIN))
        queued = [
            super(FittedOutbox, self).say(
                to, part, f"{effect_key}/{number}" if number else effect_key, case_id=case_id, purpose=purpose
            )
            for number, part in enumerate(parts)
        ]
        return queued[0]

    def call_back(self, chat: Chat, case_id: str, rewrite: Callable[[Sequence[str]], str]) -> int:
        """See `cases.ports.Outbox`."""
        can = self._capabilities.get(chat.address.channel, PLAIN)
        return self._waiting(chat).call_back(
            case_id,
            lambda lines: fit(Outgoing(rewrite(lines)), can),
            lambda part, key: super(FittedOutbox, self).say(chat, part, key, purpose=REMINDER),
        )

    def waiting_cases(self, chat: Chat) -> frozenset[str]:
        """See `cases.ports.Outbox`."""
        return self._waiting(chat).cases()

    def _waiting(self, chat: Chat) -> Waiting:
        return Waiting(self._connection, self._keys, self._now, chat.key)

    def forget_words(self, of: Chat) -> int:
        """Erase what this person wrote on the web page; other channels keep no copy of it."""
        return self._connection.execute(delete(web_line).where(web_line.c.chat_key == of.key, web_line.c.mine)).rowcount


class LedgerStore:
    """See `cases.ports.Ledger`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def once(self, key: str, at: datetime) -> bool:
        return _ENTER.change(self._connection, {"key": key, "at": at}) == 1

    def seen(self, keys: Iterable[str]) -> frozenset[str]:
        return frozenset(self._connection.execute(select(ledger.c.key).where(ledger.c.key.in_(sorted(keys)))).scalars())


class StoredWork:
    """See `cases.ports.UnitOfWork`."""

    def __init__(
        self,
        connection: Connection,
        keys: KeyRing,
        now: datetime,
        *,
        locking: bool = True,
        capabilities: Mapping[str, Capabilities] | None = None,
    ) -> None:
        self.connection = connection
        self.now = now
        self.keys = keys
        self.case_keys = CaseKeyStore(connection, keys, now)
        self.chats = ChatStore(connection, keys, locking=locking)
        self.cases = CaseStore(connection, keys, self.case_keys, new_id, locking=locking)
        self.people = PeopleStore(connection, keys, self.case_keys, locking=locking)
        self.outbox = FittedOutbox(connection, keys, now, capabilities or {})
        self.files = FileStore(connection, self.case_keys)
        self.ledger = LedgerStore(connection)
        self.erasures = ErasureStore(connection, now)
        self.audit = AuditStore(connection, keys, now, writing=locking)
        self.identities = IdentityStore(connection, keys, self.case_keys)
        self.check_ins = CheckInStore(connection)

    @property
    def sealed(self) -> SealedStore:
        """Made when asked for: few transactions touch a sealed report."""
        return SealedStore(self)

    def receive(self, channel: str, message_id: str, at: datetime) -> bool:
        return _RECEIVE.change(self.connection, {"channel": channel, "message_id": message_id, "at": at}) == 1

    def new_id(self) -> str:
        return new_id()

    def keep_failed(self, channel: str, update: object, error: str) -> str:
        """Keep an update that could not be handled, sealed, for an operator; returns its id."""
        row = new_id()
        self.connection.execute(
            insert(failed_update),
            {
                "id": row,
                "channel": channel,
                "at": self.now,
                "error": error[:300],
                "sealed_update": self.keys.seal_json("failed_update.sealed_update", row, update),
            },
        )
        return row


class Courier(Protocol):
    """Somebody in this process who can take what is being said along at once, sparing a transaction of its own."""

    def claim(self, unit: StoredWork) -> Any:
        """Inside the transaction that says something: claim what can be sent now. None when nothing was claimed."""

    def took(self, claimed: Any) -> set[str]:
        """After its commit: carry it; returns the channels that need no waking any more."""


class Office:
    """Opens units of work on one database with one key ring and one clock."""

    def __init__(self, database: Database, keys: KeyRing, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.keys = keys
        self.clock = clock
        self.capabilities: dict[str, Capabilities] = {}
        self.on_woken: Callable[[set[str]], None] = lambda woken: None
        self.on_lines: Callable[[Sequence[FreshLine]], None] = lambda lines: None
        """Told of new lines of web chats, after their commit and before `on_woken` rings for them."""
        self.courier: Courier | None = None

    async def write(self, step: Callable[[StoredWork], T], *, urgent: bool = False) -> T:
        """Run `step` in one transaction; after its commit, wake whoever delivers what it said.

        `urgent`: somebody waits for the answer, so the courier, if there is one, claims it in the same transaction.
        """
        opened: list[StoredWork] = []
        claimed: list[Any] = [None]

        def work(connection: Connection) -> T:
            unit = StoredWork(connection, self.keys, self.clock(), capabilities=self.capabilities)
            opened[:], claimed[0] = [unit], None  # the work may run again: what a run that was undone claimed is void
            result = step(unit)
            if urgent and self.courier is not None and unit.outbox.woken:
                claimed[0] = self.courier.claim(unit)
            unit.audit.chain()  # last: it takes the lock that all writers share
            return result

        async def written() -> T:
            result = await self.database.write(work)
            if opened[0].outbox.fresh:
                self.on_lines(opened[0].outbox.fresh)
            woken = opened[0].outbox.woken
            if claimed[0] is not None and self.courier is not None:
                woken -= self.courier.took(claimed[0])
            if woken:
                self.on_woken(woken)
            return result

        # Whoever asked may be gone by now; what is committed must be delivered all the same.
        return await asyncio.shield(written())

    async def read(self, step: Callable[[StoredWork], T]) -> T:
        """Run `step` without changing anything."""
        return await self.database.read(
            lambda connection: step(StoredWork(connection, self.keys, self.clock(), locking=False))
        )
