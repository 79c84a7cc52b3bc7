"""Sessions, limits and addresses, rule by rule."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Message

from bot.clock import SteppedClock, system_clock
from storage.keys import KeyRing
from web.limits import Sliding, client, is_local, networks
from web.security import CONTENT_POLICY, FIXED, HSTS, SESSION_DAYS, SafeHeaders, Session, Sessions

KEYS = KeyRing([bytes(32)])


def _value(header: str | None) -> str:
    assert header is not None
    return header.split("=", 1)[1].split(";")[0]


def test_a_session_lives_half_a_year_from_its_last_use() -> None:
    """Used on the day before its last it is renewed; unused it is over."""
    clock = SteppedClock(system_clock())
    sessions = Sessions(KEYS, clock, secure=False)
    first = _value(sessions.header(sessions.begin()))
    clock.move(days=SESSION_DAYS - 1)
    used = sessions.read(first)
    assert used is not None
    renewed = _value(sessions.header(used))
    clock.move(days=2)
    assert sessions.read(first) is None
    again = sessions.read(renewed)
    assert again is not None
    assert again.id == used.id


def test_another_installation_does_not_know_the_cookie() -> None:
    """The proof is made with this installation's key."""
    clock = SteppedClock(system_clock())
    value = _value(Sessions(KEYS, clock, secure=True).header(Sessions(KEYS, clock, secure=True).begin()))
    assert Sessions(KeyRing([bytes(31) + b"1"]), clock, secure=True).read(value) is None


def test_a_session_does_not_print_itself() -> None:
    """Its id opens the conversation: no log shows it."""
    assert "4711" not in repr(Session("4711", 0))


def test_the_limit_slides() -> None:
    """Two takes in ten seconds: the third waits until the first is ten seconds old."""
    now = [0.0]
    limit = Sliding(2, 10, tick=lambda: now[0])
    assert [limit.take("a"), limit.take("a"), limit.take("a")] == [0, 0, 10]
    now[0] = 9.5
    assert limit.take("a") == 0.5
    now[0] = 10
    assert limit.take("a") == 0


def test_the_limit_forgets_the_longest_unused() -> None:
    """Memory is bounded whatever comes."""
    limit = Sliding(1, 60, keys=100)
    for number in range(1_000):
        limit.take(str(number))
    assert len(limit) == 100


@pytest.mark.parametrize(
    ("policy", "framed"),
    [
        ("", "DENY"),
        (CONTENT_POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"), "DENY"),
        (CONTENT_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *"), None),
    ],
)
async def test_a_page_with_a_policy_of_its_own_keeps_the_other_headers(policy: str, framed: str | None) -> None:
    """Only the list that others may frame goes without the older word against framing."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    own = [(b"content-security-policy", policy.encode())] if policy else []
    await SafeHeaders(secure=True).on(send)({"type": "http.response.start", "status": 200, "headers": own})
    given = Headers(raw=sent[0]["headers"])
    assert (given.get("x-frame-options"), len(given.getlist("content-security-policy"))) == (framed, 1)
    assert given["content-security-policy"] == (policy or CONTENT_POLICY)
    assert set({**FIXED, **HSTS}) - {"x-frame-options"} <= set(given)


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1, 10.0.0.7", "198.51.100.1"),
        ("10.0.0.1", "garbage", ""),
        ("10.0.0.1", "", ""),
        ("127.0.0.1", "198.51.100.1", ""),
        ("10.0.0.1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("testclient", "1.2.3.4", ""),
    ],
)
def test_whose_address_it_is(peer: str, forwarded: str, expected: str) -> None:
    """The right-most hop that is not our proxy; what stands left of it was written by the client."""
    assert client(_connection(peer, forwarded), networks("10.0.0.0/24")) == expected


@pytest.mark.parametrize(
    ("peer", "forwarded", "local"),
    [("127.0.0.1", "", True), ("::1", "", True), ("127.0.0.1", "x", False), ("10.0.0.1", "", False)],
)
def test_what_is_local(peer: str, forwarded: str, local: bool) -> None:
    """A proxy on the same machine does not make the whole world local."""
    assert is_local(_connection(peer, forwarded)) is local


def _connection(peer: str, forwarded: str) -> HTTPConnection:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return HTTPConnection({"type": "http", "client": (peer, 1), "headers": headers})
