"""Calls to other systems over real HTTP: signed, repeated until taken, and never into a private network."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.channels.hook_wire import HookWire, called, judged, may_call
from bot.channels.hooks import Hooks, signature
from bot.clock import SteppedClock
from bot.data import load_rules
from cases.hook_events import HookEvent
from cases.messages import Address, Fate, Outgoing
from cases.model import Officer, OfficerRole
from storage.api_hooks import CHANNEL, Hook, decide, hooks_of, propose
from storage.database import open_database
from storage.keys import KeyRing
from storage.migrate import upgrade
from storage.work import Office, StoredWork

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LOOPBACK = (ip_network("127.0.0.0/8"),)
BODY = Outgoing(json.dumps({"id": "e1", "event": "case.answered"}))


@dataclass
class Receiver:
    """Another system: keeps what it was told and answers as set."""

    url: str = ""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        """One call."""
        self.calls.append(({name.lower(): value for name, value in request.headers.items()}, await request.read()))
        return web.Response(status=self.status, headers=self.headers)


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver on loopback."""
    receiver, app = Receiver(), web.Application()
    app.router.add_route("*", "/{rest:.*}", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hoi-am"
    try:
        yield receiver
    finally:
        await runner.cleanup()


@dataclass
class Town:
    """One subscription and the channel that serves it."""

    office: Office
    clock: SteppedClock
    channel: Hooks
    hook: Hook
    secret: str

    async def send(self) -> Fate:
        """One call."""
        return (await self.channel.send(Address(CHANNEL, self.hook.id), BODY)).fate

    async def stored(self) -> Hook:
        """The subscription as it stands."""
        return (await self.office.read(lambda unit: hooks_of(unit, "xa-mau")))[0]


@asynccontextmanager
async def subscribed(folder: Path, url: str, **more: Any) -> AsyncIterator[Town]:
    """Agreed by two persons."""
    database = open_database(f"sqlite:///{folder / 'hooks.db'}")
    clock, rules = SteppedClock(NOW), load_rules()
    office = Office(database, KeyRing([b"k" * 32]), clock)
    first, second = (Officer(name, "xa-mau", name, "mttq", (OfficerRole.ADMIN,)) for name in ("a", "b"))

    def step(unit: StoredWork) -> tuple[str, Hook]:
        secret = propose(unit, first, "Cổng", url, [HookEvent.ANSWERED])
        decide(unit, rules, second, hooks_of(unit, "xa-mau")[0], agree=True)
        return secret, hooks_of(unit, "xa-mau")[0]

    await database.write(upgrade)
    secret, hook = await office.write(step)
    channel = Hooks(office, clock, **{"allowed": LOOPBACK, **more})
    try:
        yield Town(office, clock, channel, hook, secret)
    finally:
        await channel.close()
        await database.close()


async def test_a_call_is_signed_over_time_and_body(tmp_path: Path) -> None:
    """The receiver computes the same with its key, and knows the delivery."""
    async with receiving() as receiver, subscribed(tmp_path, receiver.url) as town:
        assert await town.send() is Fate.SENT
        headers, body = receiver.calls[0]
        stamp = headers["x-hoiam-timestamp"]
        wanted = hmac.new(town.secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        assert headers["x-hoiam-signature"] == f"sha256={wanted}"
        assert (int(stamp), headers["x-hoiam-delivery"]) == (int(NOW.timestamp()), "e1")


async def test_a_repeated_call_has_a_new_time_and_the_same_delivery(tmp_path: Path) -> None:
    """So an old signature cannot be played again, and a doubled call can be told."""
    async with receiving() as receiver, subscribed(tmp_path, receiver.url) as town:
        await town.send()
        town.clock.move(hours=1)
        await town.send()
        (first, _), (second, _) = receiver.calls
        assert first["x-hoiam-delivery"] == second["x-hoiam-delivery"]
        assert first["x-hoiam-signature"] != second["x-hoiam-signature"]


@pytest.mark.parametrize(
    ("status", "fate"),
    [(200, Fate.SENT), (202, Fate.SENT), (302, Fate.LATER), (400, Fate.REFUSED), (401, Fate.LATER), (404, Fate.LATER),
     (410, Fate.GONE), (422, Fate.REFUSED), (429, Fate.LATER), (500, Fate.LATER), (503, Fate.LATER)],
)  # fmt: skip
def test_what_an_answer_means(status: int, fate: Fate) -> None:
    """Nothing but 2xx counts as taken; a body refused for ever does not hold up the others."""
    assert judged(status, "").fate is fate


def test_the_receiver_may_ask_to_wait() -> None:
    """Seconds are heeded, up to six hours; words are not."""
    assert [judged(429, wait).after for wait in ("30", "999999", "soon", "")] == [30, 21600, 0, 0]


async def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    """The signed call would travel somewhere nobody agreed to."""
    async with receiving() as receiver, subscribed(tmp_path, receiver.url) as town:
        receiver.status, receiver.headers = 307, {"Location": receiver.url + "/elsewhere"}
        assert await town.send() is Fate.LATER
        assert len(receiver.calls) == 1


async def test_failing_is_noted_from_the_first_time_on(tmp_path: Path) -> None:
    """And forgotten with the first call that is taken."""
    async with receiving() as receiver, subscribed(tmp_path, receiver.url) as town:
        receiver.status = 500
        await town.send()
        town.clock.move(hours=5)
        await town.send()
        failing = await town.stored()
        receiver.status = 200
        await town.send()
        assert (failing.failing_since, failing.fault) == (NOW, "HTTP 500")
        assert ((await town.stored()).failing_since, (await town.stored()).delivered_at) == (
            None,
            NOW + timedelta(hours=5),
        )


async def test_a_receiver_can_end_it(tmp_path: Path) -> None:
    """410: no more calls."""
    async with receiving() as receiver, subscribed(tmp_path, receiver.url) as town:
        receiver.status = 410
        assert await town.send() is Fate.GONE
        assert (await town.stored()).stage == "ended"
        assert (await town.send(), len(receiver.calls)) == (Fate.GONE, 1)


async def test_nobody_there_is_tried_again(tmp_path: Path) -> None:
    """A closed port is an outage, not an end."""
    async with subscribed(tmp_path, "http://127.0.0.1:9/") as town:
        assert await town.send() is Fate.LATER


async def test_without_leave_this_machine_is_not_called(tmp_path: Path) -> None:
    """Nothing reaches the receiver."""
    async with receiving() as receiver, subscribed(tmp_path, receiver.url, allowed=()) as town:
        assert await town.send() is Fate.LATER
        assert receiver.calls == []
        assert (await town.stored()).fault == "address not allowed"


PRIVATE = [
    "127.0.0.1", "10.0.0.5", "192.168.1.1", "172.16.3.4", "169.254.169.254", "0.0.0.0", "100.64.0.1", "::1",
    "fe80::1", "fc00::1", "::ffff:10.0.0.5", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_inner_addresses_are_refused_in_every_spelling(address: str) -> None:
    """As numbers in the address, and as what a name leads to."""
    host = f"[{address}]" if ":" in address else address
    assert not may_call(address, ())
    assert called(f"https://{host}/x", ()) is None


@pytest.mark.parametrize(
    "url", ["http://example.vn/", "http://1.1.1.1/", "file:///etc/passwd", "https:///x", "gopher://x", "https://[::"]
)
def test_only_https_goes_out(url: str) -> None:
    """Plain http only to this machine, and only where allowed."""
    assert called(url, LOOPBACK) is None


class Leading(AbstractResolver):
    """A name server that says what it is told to."""

    def __init__(self, address: Callable[[], str]) -> None:
        self.address = address
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked += 1
        told = {"hostname": host, "host": self.address(), "port": port, "family": socket.AF_INET}
        return [ResolveResult(**told, proto=0, flags=socket.AI_NUMERICHOST)]  # type: ignore[typeddict-item]

    async def close(self) -> None:
        """Nothing is open."""


async def test_a_name_that_leads_inside_is_not_called(tmp_path: Path) -> None:
    """Whatever it led to when it was agreed on."""
    names = Leading(lambda: "10.1.2.3")
    async with subscribed(tmp_path, "https://cong.example.vn/", wire=lambda: HookWire((), names)) as town:
        assert await town.send() is Fate.LATER
        assert ((await town.stored()).fault, names.asked) == ("address not allowed", 1)


async def test_the_connection_goes_to_the_address_that_was_checked(tmp_path: Path) -> None:
    """A second look-up that said otherwise would find nobody asking: each call looks up once."""
    answers = iter(["127.0.0.1", "10.1.2.3"])
    names = Leading(lambda: next(answers))
    wire = lambda: HookWire(LOOPBACK, names)  # noqa: E731
    async with receiving() as receiver:
        port = receiver.url.split(":")[2].split("/")[0]
        async with subscribed(tmp_path, f"https://cong.example.vn:{port}/", wire=wire) as town:
            assert await town.send() is Fate.LATER  # the receiver speaks no TLS
            assert ((await town.stored()).fault, names.asked) != ("address not allowed", 2)


def test_the_signature_is_the_documented_one() -> None:
    """A value for those who write a receiver."""
    told = signature("khoa", 1763863200, b'{"id":"e1"}')
    assert told == "sha256=" + hmac.new(b"khoa", b'1763863200.{"id":"e1"}', hashlib.sha256).hexdigest()
