"""The signature of Official Account webhooks: what passes, and that nothing forged does."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from bot.channels.base import Forged
from bot.channels.zalo_oa import ZaloOA, signature
from tests.channels.zalo_kit import FileTokens, oa_channel
from tests.fakes.zalo_server import FakeZalo

BODY = (
    '{"app_id":"1111111111111111111","sender":{"id":"2222222222222222222"},"recipient":{"id":"3333333333333333333"},'
    '"user_id_by_app":"4444444444444444444","event_name":"user_send_text",'
    '"message":{"text":"Đường ngập nước","msg_id":"aaaabbbbccccdddd0001"},"timestamp":"1767200000123"}'
).encode()
DIGEST = "0d1861a107a0df3421b49abb2c7aa7bb1e0574cdd140a0740c25e1e49fa940db"
STAMP = "1767200000123"


@pytest.fixture
def channel(tmp_path: Path) -> ZaloOA:
    """A channel that never connects."""
    return oa_channel(FakeZalo(), FileTokens(tmp_path / "t.db"), [], None)


def header(mac: str) -> dict[str, str]:
    """The signature header."""
    return {"x-zevent-signature": mac}


def refused(channel: ZaloOA, headers: dict[str, str], body: bytes = BODY) -> int:
    """The status a forgery gets; 0 when it passed."""
    try:
        channel.verify(headers, body)
    except Forged as why:
        return why.status
    return 0


def test_long_vector(channel: ZaloOA) -> None:
    """The 286-byte vector of the vendor notes is accepted."""
    assert len(BODY) == 286
    channel.verify(header(f"mac={DIGEST}"), BODY)


def test_small_vector() -> None:
    """The signature is a plain SHA-256 over app id, body, timestamp and key."""
    found = signature("X", b"BODY", "1234567890", "Y")
    assert found == b"2f1ef5aabe67e8396a459ca89562e108ad541f82ba5022c85f645bd6b7220cb9"


@pytest.mark.parametrize("mac", [DIGEST, f"mac={DIGEST.upper()}", f"MAC={DIGEST}", f" mac={DIGEST} "])
def test_spellings(channel: ZaloOA, mac: str) -> None:
    """The prefix and the case of the digits do not matter."""
    assert refused(channel, header(mac)) == 0


def test_oa_id_may_stand_first(channel: ZaloOA) -> None:
    """Some accounts are signed with the OA's id in place of the app's."""
    mac = hashlib.sha256(b"3333333333333333333" + BODY + STAMP.encode() + b"oa-secret-for-tests").hexdigest()
    assert refused(channel, header(mac)) == 0


@pytest.mark.parametrize("headers", [{}, {"x-zevent-signature": ""}, {"x-zevent-signature": "  "}, {"mac": DIGEST}])
def test_no_proof_is_401(channel: ZaloOA, headers: dict[str, str]) -> None:
    """A request without a signature is not let in."""
    assert refused(channel, headers) == 401


@pytest.mark.parametrize(
    "mac",
    [
        "mac=",
        DIGEST[:-1],
        DIGEST + "0",
        f"mac={DIGEST}, mac={DIGEST}",
        f"mac={DIGEST},mac=",
        "mac=" + "0" * 64,
        "mac=đ" + DIGEST[1:],
        "\udcff" * 64,
        f"mac=mac={DIGEST}",
        f"sha256={DIGEST}",
    ],
)
def test_wrong_proof_is_403(channel: ZaloOA, mac: str) -> None:
    """Cut, doubled, empty, foreign and non-ASCII values are refused without an error."""
    assert refused(channel, header(mac)) == 403


def test_every_flipped_byte_is_refused(channel: ZaloOA) -> None:
    """No bit of the body can be changed under a good signature."""
    for position in range(len(BODY)):
        for mask in (0x01, 0x20, 0x80):
            flipped = bytearray(BODY)
            flipped[position] ^= mask
            assert refused(channel, header(DIGEST), bytes(flipped)) in (401, 403), position


def test_every_flipped_digit_is_refused(channel: ZaloOA) -> None:
    """No digit of the signature can be changed."""
    for position in range(64):
        digit = "0" if DIGEST[position] != "0" else "1"
        assert refused(channel, header(DIGEST[:position] + digit + DIGEST[position + 1 :])) == 403


def test_other_secrets(channel: ZaloOA) -> None:
    """The app secret, another bot's key and no key at all sign nothing."""
    for secret in ("app-secret-for-tests", "oa-secret-for-test", "", "another"):
        mac = signature("1111111111111111111", BODY, STAMP, secret).decode()
        assert refused(channel, header(mac)) == 403


def test_hmac_is_not_the_scheme(channel: ZaloOA) -> None:
    """An HMAC over the same parts, as some public code does, is refused."""
    import hmac

    text = b"1111111111111111111" + BODY + STAMP.encode()
    assert refused(channel, header(hmac.new(b"oa-secret-for-tests", text, "sha256").hexdigest())) == 403


@pytest.mark.parametrize(
    "body",
    [
        b" " + BODY,
        BODY + b" ",
        BODY + b"1767200000123",
        BODY.replace(STAMP.encode(), b"1767200000124"),
        BODY.replace(b'"1767200000123"', b'"1767200000"'),
        BODY.replace(b'"1767200000123"}', b'"17672000001231"}'),
        BODY[1:],
        BODY[:-1],
        BODY.replace(b'":"', b'": "'),
        BODY[:-1] + b',"timestamp":"1"}',
        BODY.replace(b'"timestamp":"1767200000123"', b'"timestamp":["1767200000123"]'),
        BODY.replace(b'"timestamp":"1767200000123"', b'"time":"1767200000123"'),
    ],
)
def test_moved_boundaries_and_timestamps(channel: ZaloOA, body: bytes) -> None:
    """Digits cannot wander between app id, body and timestamp; white space counts."""
    assert refused(channel, header(f"mac={DIGEST}"), body) in (401, 403)


@pytest.mark.parametrize("shift", [1, 5, 18])
def test_app_id_cannot_lend_digits_to_the_body(tmp_path: Path, shift: int) -> None:
    """A shorter app id with its tail moved into the body does not pass."""
    channel = oa_channel(FakeZalo(), FileTokens(tmp_path / "t.db"), [], None, app_id="1111111111111111111"[shift:])
    body = b"1" * shift + BODY
    assert refused(channel, header(f"mac={DIGEST}"), body) == 403


def test_timestamp_inside_the_text_is_not_taken(channel: ZaloOA) -> None:
    """Only the timestamp of the frame counts, never one that a resident wrote."""
    event = json.loads(BODY) | {"message": {"text": '"timestamp":"1"', "msg_id": "m"}, "timestamp": "2"}
    body = json.dumps(event).encode()
    assert refused(channel, header(signature(channel._app_id, body, "1", "oa-secret-for-tests").decode()), body) == 403
    assert refused(channel, header(signature(channel._app_id, body, "2", "oa-secret-for-tests").decode()), body) == 0


def test_number_as_timestamp(channel: ZaloOA) -> None:
    """A timestamp written as a number signs like its digits."""
    body = BODY.replace(b'"1767200000123"', b"1767200000123")
    assert refused(channel, header(signature(channel._app_id, body, STAMP, "oa-secret-for-tests").decode()), body) == 0


@pytest.mark.parametrize("body", [b"", b" \n", b"{}", b'{"ping":1}'])
def test_probe_passes_as_nothing(channel: ZaloOA, body: bytes) -> None:
    """What the console sends when the address is saved is answered 200, and nothing comes of it."""
    assert refused(channel, {}, body) == 0
    parsed = channel.parse(body)
    assert parsed == ()


@pytest.mark.parametrize("body", [b"[]", b"x", b"[" * 100_000, b'{"event_name":""}', b'"event_name"', b"\xff", b"null"])
def test_what_is_no_probe_needs_a_signature(channel: ZaloOA, body: bytes) -> None:
    """Unsigned bodies that are no empty object are forged, however odd."""
    assert refused(channel, {}, body) == 401


def test_wrongly_signed_probe(channel: ZaloOA) -> None:
    """A body without an event passes only unsigned: with a wrong signature it is a broken event."""
    assert refused(channel, header(DIGEST), b'{"event_nbme":"user_send_text","timestamp":"1"}') == 403


def test_without_a_key_nothing_passes(tmp_path: Path) -> None:
    """A missing secret closes the door instead of opening it."""
    channel = oa_channel(FakeZalo(), FileTokens(tmp_path / "t.db"), [], None, secret_key="")
    mac = signature("1111111111111111111", BODY, STAMP, "").decode()
    assert refused(channel, header(mac)) == 403


def test_many_good_ones(channel: ZaloOA) -> None:
    """A thousand different genuine requests all pass."""
    for number in range(1000):
        event: dict[str, Any] = json.loads(BODY) | {"timestamp": str(1767200000000 + number)}
        body = json.dumps(event, ensure_ascii=bool(number % 2)).encode()
        mac = signature("1111111111111111111", body, event["timestamp"], "oa-secret-for-tests").decode()
        channel.verify(header(f"mac={mac}"), body)
