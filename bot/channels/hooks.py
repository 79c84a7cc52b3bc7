"""Calls to other systems: one signed POST each, over https to public addresses, carried by the outbox like a message.

What the receiving side is told:

    POST <address>
    Content-Type: application/json
    X-Hoiam-Delivery: <id of the event, the same when a call is repeated>
    X-Hoiam-Timestamp: <seconds since 1970, of this call>
    X-Hoiam-Signature: sha256=<hex HMAC-SHA256 over "<timestamp>.<body>" under the subscription's key>

The receiver refuses a timestamp more than 300 seconds away from its own clock and a delivery it has had before,
answers 2xx once the call is stored, and 410 to be called no more.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING, NoReturn

from bot.channels.base import Accept, Forged
from bot.clock import Clock
from cases.messages import Address, Capabilities, Fate, FileFault, FileRef, Incoming, Outgoing, Pace, SendResult
from storage import api_hooks
from storage.api_hooks import CHANNEL, Target
from storage.database import DatabaseFault
from storage.work import Office

if TYPE_CHECKING:
    from bot.channels.hook_wire import HookWire


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """What stands in `X-Hoiam-Signature`."""
    return "sha256=" + hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


class Hooks:
    """The channel of outgoing calls: it only sends. `wire` makes its connections, at the first call."""

    name = CHANNEL
    capabilities = Capabilities(text_limit=1_000_000, buttons=0, files_in=False)

    def __init__(
        self,
        office: Office,
        clock: Clock,
        allowed: Sequence[IPv4Network | IPv6Network] = (),
        wire: Callable[[], HookWire] | None = None,
    ) -> None:
        self.pace = Pace(per_second=20.0, per_chat_second=5.0)
        self._office, self._clock, self._allowed = office, clock, tuple(allowed)
        self._make = wire or self._own_wire
        self._wire: HookWire | None = None

    def _own_wire(self) -> HookWire:
        from bot.channels.hook_wire import HookWire  # an HTTP client is heavy, and most places call nobody

        return HookWire(self._allowed)

    async def start(self) -> None:
        """Nothing to agree on with anybody."""

    async def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        if self._wire is not None:
            await self._wire.close()
            self._wire = None

    def verify(self, headers: object, body: bytes) -> NoReturn:
        """Nobody calls in on this channel."""
        raise Forged(403)

    def parse(self, body: bytes) -> Sequence[Incoming]:
        """Nothing comes in."""
        return ()

    async def poll(self, accept: Accept) -> None:
        """Nothing comes in."""

    async def typing(self, to: Address) -> None:
        """Systems do not wait for signs."""

    async def fetch(self, file: FileRef, cap: int) -> bytes:
        """No files come in."""
        raise FileFault("gone")

    async def send(self, to: Address, message: Outgoing) -> SendResult:
        """One call. What is not taken is tried again for days; how it goes is noted with the subscription."""
        try:
            target = await self._office.read(lambda unit: api_hooks.target(unit, to.id))
            if target is None or not target.active:
                return SendResult(Fate.GONE, "subscription over")
            result = await self._call(target, message.text.encode())
            await self._note(to.id, result)
        except DatabaseFault as fault:
            return SendResult(Fate.LATER, str(fault))
        return result

    async def _call(self, target: Target, body: bytes) -> SendResult:
        if self._wire is None:
            self._wire = self._make()
        stamp = int(self._clock().timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "HoiAm-Hook/1",
            "X-Hoiam-Delivery": str(json.loads(body)["id"]),
            "X-Hoiam-Timestamp": str(stamp),
            "X-Hoiam-Signature": signature(target.secret, stamp, body),
        }
        return await self._wire.post(target.url, body, headers)

    async def _note(self, hook_id: str, result: SendResult) -> None:
        if result.fate is Fate.GONE:
            await self._office.write(lambda unit: api_hooks.end(unit, hook_id))
        elif result.fate is Fate.LATER:
            await self._office.write(lambda unit: api_hooks.note_failed(unit, hook_id, result.detail))
        else:
            await self._office.write(lambda unit: api_hooks.note_delivered(unit, hook_id))
