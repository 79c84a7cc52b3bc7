"""Row 4: whatever does not prove its origin is 401 or 403 on every webhook, stores nothing and says nothing."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime

import orjson
import pytest

from bot.clock import SteppedClock
from cases.calendar import ZONE
from cases.rules import Rules
from tests.trust.figures import figure
from tests.trust.hooks_kit import (
    APP,
    CHATS,
    HEADERS,
    OA,
    OLD,
    OUTBOX,
    PATHS,
    SECRETS,
    UPDATES,
    Hooked,
    RawClient,
    body,
    genuine,
    hooked,
    proof,
)

CHANNELS = tuple(PATHS)
Forgery = tuple[str, bytes, list[tuple[str, str]]]
DIGITS = "0123456789abcdef"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hooked]:
    """All three webhooks, while the secrets are being changed."""
    from bot.data import load_rules

    clock = SteppedClock(datetime(2026, 3, 2, 9, 0, tzinfo=ZONE))
    with hooked(tmp_path_factory.mktemp("forged"), load_rules(), clock, old=True) as present:
        yield present


def _flipped(value: str, chance: random.Random) -> str:
    """One character of a proof is another one; a hex digit stays a hex digit, whatever its case."""
    place = chance.randrange(len(value))
    other = [one for one in DIGITS + "-_xyz" if one.lower() != value[place].lower()]
    return value[:place] + chance.choice(other) + value[place + 1 :]


def _header(channel: str, value: str, sent: bytes) -> Forgery:
    return PATHS[channel], sent, [(HEADERS[channel], value)]


def _moved(sent: bytes) -> bytes:
    """The same event at another time."""
    event = orjson.loads(sent)
    event["timestamp"] = str(int(event["timestamp"]) + 60_000)
    return orjson.dumps(event)


def _shifted(sent: bytes, chance: random.Random) -> Forgery:
    """The signed bytes cut elsewhere: what was app id becomes body, or the body's end becomes timestamp."""
    mac = proof("zalo-oa", sent)
    cut = chance.randrange(1, len(APP))
    forged = chance.choice(
        [
            APP[cut:].encode() + sent,
            sent.replace(OA.encode(), APP[:cut].encode()),
            sent + orjson.loads(sent)["timestamp"][:cut].encode(),
            sent.replace(APP.encode(), (APP + APP[:cut]).encode()),
        ]
    )
    return _header("zalo-oa", mac, forged)


def _byte_flip(channel: str, sent: bytes, chance: random.Random) -> Forgery:
    """One byte of what was signed is another; where the secret travels bare, one byte of the secret."""
    value = proof(channel, sent)
    if channel != "zalo-oa" or chance.random() < 0.5:
        return _header(channel, _flipped(value.removeprefix("mac="), chance), sent)
    place = chance.randrange(len(sent))
    return _header(channel, value, sent[:place] + bytes([sent[place] ^ (1 << chance.randrange(8))]) + sent[place + 1 :])


def _doubled(channel: str, sent: bytes, chance: random.Random) -> Forgery:
    names = [HEADERS[channel], HEADERS[channel].title()]
    values = chance.choice([(proof(channel, sent), "x"), ("x", proof(channel, sent)), (proof(channel, sent),) * 2])
    return PATHS[channel], sent, list(zip(names, values, strict=True))


def _spoofed(channel: str, sent: bytes, chance: random.Random) -> Forgery:
    near = chance.choice(["149.154.167.50", "91.108.4.1", "127.0.0.1", "::1", "unknown", "10.0.0.1, 149.154.167.50"])
    names = ("x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-host", "via")
    return PATHS[channel], sent, [(chance.choice(names), near), (HEADERS[channel], "wrong")][: chance.choice((1, 2))]


def _of_another(channel: str, sent: bytes, chance: random.Random) -> Forgery:
    secrets = [one for name, one in SECRETS.items() if name != channel] + ["123456:ABC-def", "app-secret"]
    return _header(channel, proof(channel, sent, chance.choice(secrets)), sent)


def _plain(channel: str, sent: bytes, chance: random.Random) -> Forgery:
    whole = proof(channel, sent)
    cut = chance.randrange(5, len(whole))  # without "mac=" alone it is the same proof
    values = ["", " ", whole[:cut], whole + "x", whole[cut:], "wrong", whole[::-1], "mac=", "null", "\x7f\x01"]
    return _header(channel, chance.choice(values), sent)


def _non_ascii(channel: str, sent: bytes, chance: random.Random) -> Forgery:
    odd = chance.choice(
        ["bí-mật", "密碼", "\udcff\udcfe", "е" + proof(channel, sent)[1:], proof(channel, sent) + "\u200b"]
    )
    return _header(channel, odd, sent)


def _missing(channel: str, sent: bytes, chance: random.Random) -> Forgery:
    others = [(name, proof(channel, sent)) for other, name in HEADERS.items() if other != channel]
    return PATHS[channel], sent, chance.choice([[], others, [("authorization", proof(channel, sent))]])


def _only_zalo(channel: str, sent: bytes, chance: random.Random) -> Forgery:
    if channel != "zalo-oa":
        return _plain(channel, sent, chance)
    if chance.random() < 0.5:
        return _header(channel, proof(channel, sent), _moved(sent))
    return _shifted(sent, chance)


KINDS: tuple[Callable[[str, bytes, random.Random], Forgery], ...] = (
    _missing,
    _plain,
    _non_ascii,
    _doubled,
    _of_another,
    _byte_flip,
    _spoofed,
    _only_zalo,
)


def forgeries(many: int, seed: int = 4) -> list[Forgery]:
    """Every kind on every channel in turn; each carries a report that would be stored if it were believed."""
    chance = random.Random(seed)
    found = []
    for number in range(many):
        channel = CHANNELS[number % 3]
        sent = body(channel, number, f"Đường Thôn 2 nứt toác, lún cả đoạn dài {number}", person=9000 + number % 50)
        found.append(KINDS[number // 3 % len(KINDS)](channel, sent, chance))
    return found


async def test_no_forgery_is_believed(house: Hooked) -> None:
    """10,000 forgeries (a tenth in every run): all 401 or 403, no row, nobody heard, nothing said."""
    before, heard = house.rows(), dict(house.heard)
    tried = forgeries(figure(10_000))
    statuses = await RawClient(house.stage.url).send_all(tried)
    believed = [(tried[at], status) for at, status in enumerate(statuses) if status not in (401, 403)]
    assert [one for one in believed if one[1] != 400] == []
    # What is no HTTP at all is turned away by the server before anybody looks at it.
    assert all(any(ord(c) < 32 or ord(c) == 127 for _, v in one[0][2] for c in v) for one in believed)
    assert (house.rows(), dict(house.heard)) == (before, heard)


@pytest.mark.parametrize("channel", CHANNELS)
async def test_what_is_genuine_comes_in(house: Hooked, channel: str) -> None:
    """1,000 over the three (a tenth in every run): every one is taken, stored once and answered."""
    many = figure(1_000) // 3 + 1
    before = house.count(UPDATES), house.count(CHATS), house.heard[channel]
    sent = [body(channel, 50_000 + n, "xin chào", person=20_000 + n) for n in range(many)]
    statuses = await RawClient(house.stage.url).send_all([genuine(channel, one) for one in sent])
    assert statuses == [200] * many
    assert (house.count(UPDATES), house.count(CHATS), house.heard[channel]) == tuple(one + many for one in before)
    assert house.count(OUTBOX) >= many


@pytest.mark.parametrize("channel", CHANNELS)
async def test_old_and_new_secret_hold_together(house: Hooked, channel: str) -> None:
    """Ten minutes of a changing secret: both are taken at each moment, and nothing between them."""
    client = RawClient(house.stage.url)
    for minute in range(10):
        house.clock.move(minutes=1)
        number = 70_000 + minute * 3
        ways = [(OLD, number), ("", number + 1), (f"{OLD[:8]}{SECRETS[channel][8:]}", number + 2)]
        requests = [genuine(channel, body(channel, n, person=40_000 + n), secret) for secret, n in ways]
        assert await client.send_all(requests, lanes=1) == [200, 200, 403]


async def test_after_the_change_the_old_secret_is_nothing(tmp_path: object, rules: Rules, clock: SteppedClock) -> None:
    """Once it is taken out of the settings."""
    with hooked(tmp_path, rules, clock) as present:  # type: ignore[arg-type]
        client = RawClient(present.stage.url)
        asked = [genuine(channel, body(channel, 1), OLD) for channel in CHANNELS]
        assert await client.send_all(asked, lanes=1) == [403] * 3


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_body_over_a_megabyte_is_refused_with_and_without_proof(house: Hooked, channel: str) -> None:
    """413 before anything is compared; one byte under the cap is read."""
    before = house.rows()
    large = body(channel, 1, "x" * 1_048_576)
    requests = [genuine(channel, large), (PATHS[channel], large, [])]
    assert await RawClient(house.stage.url).send_all(requests, lanes=1) == [413, 413]
    assert house.rows() == before


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize(
    "broken", [b"", b"{", b"null", b"[]", b"7", b'{"a":' * 5000, b"\xff\xfe\x00", b'"' + b"x" * 9000]
)
async def test_what_is_unreadable_is_never_an_error_of_ours(house: Hooked, channel: str, broken: bytes) -> None:
    """With a good secret 200 and nothing stored; a signature cannot be good over it, so 200 (empty) or 40x."""
    before = house.rows()
    value = SECRETS[channel] if channel != "zalo-oa" else "mac=" + "0" * 64
    (status,) = await RawClient(house.stage.url).send_all([_header(channel, value, broken)], lanes=1)
    assert status in ((200,) if channel != "zalo-oa" else (200, 401, 403))
    assert house.rows() == before
