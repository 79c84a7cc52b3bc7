"""Files come from Zalo's hosts at public addresses only, within a cap; nothing else on any network is touched."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.channels.zalo_http import FILE_HOSTS, FileGate
from cases.messages import FileFault, FileKind, FileRef
from tests.fakes.zalo_server import FakeZalo, Trouble, canned

PRIVATE = [
    *("127.0.0.1", "10.0.0.5", "172.16.9.9", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
    *("224.0.0.1", "255.255.255.255", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1", "ff02::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::"),
]


class Names(AbstractResolver):
    """A name service that answers what it was told, and counts."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked += 1
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in self.addresses
        ]

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
async def fake() -> AsyncIterator[FakeZalo]:
    """A fake Zalo that serves files."""
    async with FakeZalo() as running:
        yield running


@pytest.fixture
async def gate(fake: FakeZalo) -> AsyncIterator[FileGate]:
    """A gate whose own base is the fake."""
    made = FileGate(FILE_HOSTS, fake.url)
    yield made
    await made.close()


async def fault(gate: FileGate, ref: str, cap: int = 1000) -> str:
    """The code of the fault; no address is in its words."""
    with pytest.raises(FileFault) as caught:
        await gate.fetch(FileRef(FileKind.PHOTO, ref), cap)
    assert not ref or ref not in str(caught.value)
    return caught.value.code


async def test_file(fake: FakeZalo, gate: FileGate) -> None:
    """A file comes whole."""
    assert await gate.fetch(FileRef(FileKind.PHOTO, fake.put_file("a.jpg", b"x" * 1000)), 1000) == b"x" * 1000


@pytest.mark.parametrize("kind", ["canned", "chunked"])
async def test_too_large(fake: FakeZalo, gate: FileGate, kind: str) -> None:
    """Over the cap it ends, whether the length was announced or not."""
    ref = fake.put_trouble("big", Trouble(kind, 200, b"x" * 300_000))
    assert await fault(gate, ref, cap=1000) == "too_large"


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (Trouble("canned", 404), "gone"),
        (Trouble("canned", 403), "gone"),
        (Trouble("canned", 410), "gone"),
        (Trouble("canned", 429), "unreachable"),
        (Trouble("canned", 502), "unreachable"),
        (Trouble("reset"), "unreachable"),
        (canned("<html>", 200, **{"Content-Type": "text/html"}), "wrong_type"),
    ],
)
async def test_faults(fake: FakeZalo, gate: FileGate, trouble: Trouble, code: str) -> None:
    """Expired links, servers in trouble and pages in place of pictures each have their word."""
    assert await fault(gate, fake.put_trouble("bad", trouble)) == code


def to(location: str) -> Trouble:
    """A redirect."""
    return Trouble("canned", 302, b"", {"Location": location})


@pytest.mark.parametrize(
    "location",
    [
        *("http://127.0.0.1:9/x", "http://localhost/x", "https://evil.vn/x", "http://169.254.169.254/latest/meta-data"),
        *("https://f1.zdn.vn/x", "//evil.vn/x", "file:///etc/passwd", "http://[::1]/", "http://10.0.0.1/", "ftp://x/"),
    ],
)
async def test_redirects_to_elsewhere(fake: FakeZalo, gate: FileGate, location: str) -> None:
    """A redirect to any other host is refused."""
    assert await fault(gate, fake.put_trouble("moved", to(location))) == "refused_host"


async def test_redirect_within_the_host(fake: FakeZalo, gate: FileGate) -> None:
    """A redirect on the same host is followed; one in a circle is not, for ever."""
    fake.put_file("there", b"ok")
    assert await gate.fetch(FileRef(FileKind.PHOTO, fake.put_trouble("here", to("/files/there"))), 10) == b"ok"
    assert await fault(gate, fake.put_trouble("round", to("/files/round"))) == "unreachable"


@pytest.mark.parametrize(
    "ref",
    [
        *("", "46005", "x.jpg", "/files/a", "//f1.zdn.vn/a", "file:///etc/passwd", "ftp://f1.zdn.vn/a", "data:,x"),
        *("http://f1.zdn.vn/a", "https://zdn.vn/a", "https://evil.vn/a", "https://f1.zdn.vn.evil.vn/a"),
        *("https://evilzdn.vn/a", "https://f1.zdn.vn@evil.vn/a", "https://user:pw@f1.zdn.vn/a", "https://u@f1.zdn.vn/"),
        *(
            "https://f1.zdn.vn:8443/a",
            "https://f1.zdn.vn:80/a",
            "https://evil.vn/?x=.zdn.vn",
            "https://evil.vn#.zdn.vn",
        ),
        *("https://evil.vn\\.zdn.vn/a", "https://evil.vn%2f.zdn.vn/", "https://f1.zdn.vn.", "https://.zdn.vn/a"),
        *("https://127.0.0.1/a", "https://[::1]/a", "https://2130706433/a", "https://0x7f.1/a", "http://127.0.0.1/a"),
        *("http://localhost/a", "http://127.0.0.1:1/a", "https://f1.zdn.vn\n.evil.vn/", "https://f1。zdn。vn@evil.vn/"),
        *(
            "http://[",
            "https://",
            "https:///a",
            "https://f1.zdn.vn:99999/",
            "javascript:alert(1)",
            "\x00",
            "https://\ud800/",
        ),
    ],
)
async def test_addresses_that_are_not_asked(fake: FakeZalo, ref: str) -> None:
    """Other hosts, schemes, ports, user parts, look-alikes and nonsense are refused before any name is looked up."""
    names = Names("203.0.113.1")
    gate = FileGate(FILE_HOSTS, fake.url, names)
    assert await fault(gate, ref) == "refused_host"
    await gate.close()
    assert names.asked == 0


@pytest.mark.parametrize("address", PRIVATE)
async def test_private_addresses(fake: FakeZalo, address: str) -> None:
    """A Zalo name that leads inside a private network is refused, whatever the notation."""
    gate = FileGate(FILE_HOSTS, fake.url, Names(address))
    assert await fault(gate, "https://f1.zdn.vn/a") == "refused_host"
    await gate.close()


async def test_one_private_among_public(fake: FakeZalo) -> None:
    """One private address in the answer is enough to refuse."""
    gate = FileGate(FILE_HOSTS, fake.url, Names("1.1.1.1", "10.0.0.1"))
    assert await fault(gate, "https://f1.zdn.vn/a") == "refused_host"
    await gate.close()


@pytest.mark.parametrize("host", ["f1.zdn.vn", "a.b.zadn.vn", "stickers.zaloapp.com", "F1.ZDN.VN"])
async def test_allowed_hosts(fake: FakeZalo, host: str) -> None:
    """Zalo's own hosts are asked for (and here nobody is found)."""
    names = Names()
    gate = FileGate(FILE_HOSTS, fake.url, names)
    assert await fault(gate, f"https://{host}/a.jpg") == "unreachable"
    await gate.close()
    assert names.asked == 1


async def test_a_real_base_opens_no_loopback(fake: FakeZalo) -> None:
    """With Zalo's own base address, plain http and loopback are closed."""
    gate = FileGate(FILE_HOSTS, "https://openapi.zalo.me")
    assert await fault(gate, fake.put_file("a.jpg", b"x")) == "refused_host"
    await gate.close()
