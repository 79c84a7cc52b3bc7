"""What every channel offers: the same few names, so that two channel files can be read side by side."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from cases.messages import Address, Capabilities, FileRef, Incoming, Outgoing, Pace, SendResult

Accept = Callable[[Incoming], Awaitable[None]]
"""Takes one update to its commit; returns only when it is stored. Raises `Unavailable` when nothing could be."""

Alarm = Callable[[str], Awaitable[None]]
"""Tells an operator something a person must mend; the sentence carries no secret."""


class Forged(Exception):
    """The request did not come from the messenger; `status` is 401 (no proof) or 403 (wrong proof)."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class Malformed(ValueError):
    """A genuine request that cannot be read: answered 200, counted, ignored."""


class Unavailable(Exception):
    """Nothing could be stored now; the messenger must try again."""


class Channel(Protocol):
    """A messenger. `name` is also the word stored in the database and in the webhook path."""

    name: str
    capabilities: Capabilities
    pace: Pace

    async def start(self) -> None:
        """Open connections, set the command menu or webhook; raises with a plain sentence when the token is wrong."""

    async def close(self) -> None:
        """Close connections."""

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raise `Forged` unless the raw request proves its origin (constant time). Header names are lower case."""

    def parse(self, body: bytes) -> Sequence[Incoming]:
        """Read one webhook body; raises `Malformed`; returns nothing for events that do not concern us."""

    async def poll(self, accept: Accept) -> None:
        """Fetch updates for ever, moving on only after each is accepted; returns when cancelled."""

    async def send(self, to: Address, message: Outgoing) -> SendResult:
        """Send one message once. Never raises for a vendor's answer: the six fates say it all."""

    async def typing(self, to: Address) -> None:
        """Show that an answer is coming, where the channel can; failures are ignored."""

    async def fetch(self, file: FileRef, cap: int) -> bytes:
        """Download one file from the vendor's own hosts, at most `cap` bytes; raises `FileFault`."""


@runtime_checkable
class Acknowledging(Protocol):
    """A channel whose buttons spin until the tap is acknowledged (Telegram)."""

    async def acknowledge(self, incoming: Incoming) -> None:
        """Tell the messenger that the tap was taken; never raises."""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """An OAuth pair that is spent by use; `expires_at` is aware UTC."""

    access: str
    refresh: str
    expires_at: datetime


class TokenLease(Protocol):
    """Exclusive hold on a stored pair, across processes."""

    pair: TokenPair | None

    async def save(self, pair: TokenPair) -> None:
        """Make the new pair durable before it is used."""


class TokenStore(Protocol):
    """Where later token pairs live (the first one comes from settings)."""

    async def load(self) -> TokenPair | None:
        """The current pair, without waiting for a refresher."""

    def lease(self) -> AbstractAsyncContextManager[TokenLease]:
        """Wait for the exclusive hold; the pair inside is read after the hold is taken."""
