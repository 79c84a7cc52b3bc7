"""Addresses that would make us call our own house: none is called, by the fetching of files or by outgoing hooks."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.channels.hook_wire import SHUT, HookWire
from bot.channels.zalo_http import FILE_HOSTS, FileGate
from cases.messages import Fate, FileFault, FileKind, FileRef

BASE = "https://bot-api.zaloplatforms.com"
LOOPBACK = (
    *("127.0.0.1", "127.1", "127.0.1", "2130706433", "017700000001", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001"),
    *("0x7f.1", "127.0.0.1.", "127.000.000.001", "0", "0.0.0.0", "localhost", "localhost.", "LOCALHOST"),
    *("[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]"),
    *("[2002:7f00:1::]", "[::127.0.0.1]", "127。0。0。1", "①②⑦.⓪.⓪.①", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "127.0.0.1%00.zdn.vn"),
)
INNER = (
    *("169.254.169.254", "10.0.0.1", "192.168.0.1", "172.16.0.1", "100.64.0.1", "[fe80::1]", "[fd00::1]"),
    *("[fec0::1]", "[64:ff9b:1::a00:1]", "[::ffff:0:a00:1]", "[64:ff9b::a00:1]", "[2001::a00:1]", "[5f00::1]"),
)
SHAPES = (
    *("http://f1.zdn.vn@127.0.0.1:{}/", "https://f1.zdn.vn:x@127.0.0.1:{}/", "https://127.0.0.1:{}/f1.zdn.vn"),
    *("https://127.0.0.1:{}#f1.zdn.vn", "https://127.0.0.1:{}?f1.zdn.vn", "https://127.0.0.1:{}\\@f1.zdn.vn/"),
    *("https://f1.zdn.vn.127.0.0.1:{}/", "//127.0.0.1:{}/a", "https:127.0.0.1:{}/", "https:///127.0.0.1:{}/"),
    *("file:///etc/passwd", "file://127.0.0.1/etc/passwd", "gopher://127.0.0.1:{}/_GET", "ftp://127.0.0.1:{}/"),
    *("dict://127.0.0.1:{}/", "jar:https://127.0.0.1:{}!/", "data:text/plain,x", "unix:///run/clamav/clamd.ctl"),
    *("ldap://127.0.0.1:{}/", "https://f1.zdn.vn\r\nHost: 127.0.0.1:{}/", "https://f1.zdn.vn\t@127.0.0.1:{}/"),
    f"https://{'a' * 64}.zdn.vn/",  # longer than a name may be
)


def addresses(port: int) -> Iterator[str]:
    """Every spelling, over http and https."""
    for host in (*LOOPBACK, *INNER):
        yield f"https://{host}:{port}/latest/meta-data/"
        yield f"http://{host}:{port}/"
    for shape in SHAPES:
        yield shape.format(port)


class Names(AbstractResolver):
    """A name service that changes its mind: one answer after another, the last for ever."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        told = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [ResolveResult(hostname=host, host=told, port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        """Nothing is open."""


@asynccontextmanager
async def trap() -> AsyncIterator[tuple[int, list[str]]]:
    """A port of this machine that notes who comes."""
    callers: list[str] = []

    def called(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        callers.append(str(writer.get_extra_info("peername")))
        writer.close()

    server = await asyncio.start_server(called, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], callers


async def test_no_address_of_our_house_is_fetched() -> None:
    """Some ninety spellings: each is refused before a connection is made."""
    async with trap() as (port, callers):
        gate = FileGate(FILE_HOSTS, BASE)
        tried = 0
        for address in addresses(port):
            with pytest.raises(FileFault) as fault:
                await gate.fetch(FileRef(FileKind.PHOTO, address), 1_000)
            assert fault.value.code == "refused_host", address
            tried += 1
        await gate.close()
        assert (tried >= 50, callers) == (True, [])


async def test_no_address_of_our_house_is_called_by_a_hook() -> None:
    """The same list: whoever subscribes cannot make us knock at our own doors."""
    async with trap() as (port, callers):
        wire = HookWire(())
        calls = [address for address in addresses(port) if "zdn.vn/" not in address]
        results = {address: await wire.post(address, b"{}", {}) for address in calls}
        await wire.close()
        assert {result.fate for result in results.values()} == {Fate.LATER}
        refused = (SHUT, "ClientConnectorDNSError")
        tried = {address for address, result in results.items() if result.detail not in refused}
        assert (tried, callers) == (set(), [])  # refused, or no name at all: none was knocked at


async def test_a_name_that_cannot_be_one_is_a_failed_call() -> None:
    """The name service refuses to look at it; the subscription is told as failing, as one that does not answer."""
    wire = HookWire(())
    found = [(await wire.post(f"https://{name}/", b"{}", {})).fate for name in ("a..b", "a" * 64 + ".vn", ".vn")]
    await wire.close()
    assert found == [Fate.LATER] * 3


@pytest.mark.parametrize("inner", ["127.0.0.1", "10.0.0.9", "169.254.169.254", "::1"])
async def test_a_name_that_changes_its_mind_gains_nothing(inner: str) -> None:
    """The address that was checked is the one that is connected to; there is no second look-up between."""
    async with trap() as (_, callers):
        gate = FileGate(FILE_HOSTS, BASE, Names(inner, "203.0.113.9", inner))
        with pytest.raises(FileFault) as fault:
            await gate.fetch(FileRef(FileKind.PHOTO, "https://f1.zdn.vn/a"), 1_000)
        await gate.close()
        wire = HookWire((), Names(inner))
        assert (await wire.post("https://cong.example.vn/", b"{}", {})).detail == SHUT
        await wire.close()
        assert (fault.value.code, callers) == ("refused_host", [])


@asynccontextmanager
async def serving(answer: web.StreamResponse) -> AsyncIterator[str]:
    """A file host of ours, as the settings may name one on this machine."""

    async def handle(_: web.Request) -> web.StreamResponse:
        return answer

    app = web.Application()
    app.router.add_get("/file", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_a_redirect_leads_to_no_other_door() -> None:
    """Not to another port of this machine, another host, or another scheme."""
    async with trap() as (port, callers):
        for target in (
            f"http://127.0.0.1:{port}/",
            f"//127.0.0.1:{port}/",
            f"https://localhost:{port}/",
            "file:///etc",
        ):
            async with serving(web.Response(status=302, headers={"Location": target})) as url:
                gate = FileGate(FILE_HOSTS, url)
                with pytest.raises(FileFault):
                    await gate.fetch(FileRef(FileKind.PHOTO, f"{url}/file"), 1_000)
                await gate.close()
        assert callers == []


async def test_a_packed_answer_does_not_swell() -> None:
    """A coding that nobody asked for is taken as the bytes it is."""
    packed = gzip.compress(b"\0" * 5_000_000)
    async with serving(web.Response(body=packed, headers={"Content-Encoding": "gzip"})) as url:
        gate = FileGate(FILE_HOSTS, url)
        got = await gate.fetch(FileRef(FileKind.PHOTO, f"{url}/file"), 1_000_000)
        await gate.close()
    assert got == packed
