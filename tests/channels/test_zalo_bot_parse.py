"""What the Zalo bot lets in and reads: secret header, both body shapes, every event."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.base import Forged, Malformed
from bot.channels.zalo_bot import ZaloBot
from bot.clock import SteppedClock
from cases.messages import Address, Event, FileKind, FileRef, Incoming
from tests.fakes.zalo_server import START

SECRET = "webhook-secret-for-tests"


async def no_alarm(_: str) -> None:
    """Nobody is called."""


@pytest.fixture
def channel() -> ZaloBot:
    """A bot in webhook mode that never connects."""
    settings: dict[str, Any] = {"token": "1:x", "mode": "webhook", "webhook_secret": SECRET}
    return ZaloBot(**settings, clock=SteppedClock(START), alarm=no_alarm)


def update(kind: str = "text", **more: Any) -> dict[str, Any]:
    """One update as the platform writes it."""
    person = {"id": "aa11", "display_name": "Nguyễn Văn A", "is_bot": False}
    message = {
        "from": person,
        "chat": {"id": "aa11", "chat_type": "PRIVATE"},
        "message_id": "m1",
        "date": 1767200000000,
    }
    return {"event_name": f"message.{kind}.received", "message": message | more}


def read(channel: ZaloBot, body: dict[str, Any]) -> Incoming:
    """The one thing that is heard."""
    (found,) = channel.parse(json.dumps(body).encode())
    return found


def refused(channel: ZaloBot, headers: dict[str, str]) -> int:
    """The status a forgery gets; 0 when it passed."""
    try:
        channel.verify(headers, b"{}")
    except Forged as why:
        return why.status
    return 0


def header(secret: str) -> dict[str, str]:
    """The secret header."""
    return {"x-bot-api-secret-token": secret}


def test_right_secret(channel: ZaloBot) -> None:
    """The secret opens."""
    assert refused(channel, header(SECRET)) == 0


@pytest.mark.parametrize("headers", [{}, header(""), {"x-telegram-bot-api-secret-token": SECRET}])
def test_no_secret(channel: ZaloBot, headers: dict[str, str]) -> None:
    """No proof is 401."""
    assert refused(channel, headers) == 401


@pytest.mark.parametrize(
    "secret", [SECRET[:-1], SECRET + "x", SECRET.upper(), f"{SECRET}, {SECRET}", "bí mật", "\udcff", " " + SECRET]
)
def test_wrong_secret(channel: ZaloBot, secret: str) -> None:
    """Wrong proof is 403, non-ASCII and doubled values too."""
    assert refused(channel, header(secret)) == 403


def test_every_changed_letter(channel: ZaloBot) -> None:
    """No letter of the secret can be changed."""
    changed = (SECRET[:at] + chr(ord(SECRET[at]) ^ 1) + SECRET[at + 1 :] for at in range(len(SECRET)))
    assert {refused(channel, header(secret)) for secret in changed} == {403}


def test_closed_without_a_secret() -> None:
    """Without a configured secret nothing passes, an empty header least."""
    channel = ZaloBot(token="1:x", clock=SteppedClock(START), alarm=no_alarm)
    assert [refused(channel, header(secret)) for secret in ("", "x")] == [401, 401]


@pytest.mark.parametrize("enveloped", [True, False])
def test_text(channel: ZaloBot, enveloped: bool) -> None:
    """A text is read from the envelope and bare."""
    body = update(text="Xin chào")
    when = datetime(2025, 12, 31, 16, 53, 20, tzinfo=UTC)
    expected = Incoming(Address("zalo-bot", "aa11"), "m1", when, text="Xin chào")
    assert read(channel, {"ok": True, "result": body} if enveloped else body) == expected


@pytest.mark.parametrize(
    ("kind", "more", "expected"),
    [
        ("image", {"photo_url": "u", "caption": "đây"}, FileRef(FileKind.PHOTO, "u")),
        ("image", {"photo": "u", "caption": "đây"}, FileRef(FileKind.PHOTO, "u")),
        ("image", {"photo": "v", "photo_url": "u", "caption": "đây"}, FileRef(FileKind.PHOTO, "u")),
        ("sticker", {"sticker": "46005", "url": "u", "text": "đây"}, FileRef(FileKind.STICKER, "u")),
        ("sticker", {"sticker": "46005", "text": "đây"}, FileRef(FileKind.STICKER, "46005")),
        ("voice", {"voice_url": "u", "text": "đây"}, FileRef(FileKind.VOICE, "u")),
    ],
)
def test_files(channel: ZaloBot, kind: str, more: dict[str, Any], expected: FileRef) -> None:
    """Pictures, stickers and voice become files; the caption is the text."""
    found = read(channel, update(kind, **more))
    assert (found.files, found.text) == ((expected,), "đây")


def test_unsupported(channel: ZaloBot) -> None:
    """Withheld content still gets an answer, and whatever stands in it is not read."""
    found = read(channel, update("unsupported", text="riêng tư"))
    assert (found.event, found.text, found.files) == (Event.MESSAGE, "", ())


def test_group(channel: ZaloBot) -> None:
    """In a group only the fact is heard, not the words."""
    found = read(channel, update(text="@bot ông A nhận tiền", chat={"id": "g1", "chat_type": "GROUP"}))
    assert (found.event, found.address.id, found.text) == (Event.GROUP, "g1", "")


@pytest.mark.parametrize("sender", [{"id": "bot0", "is_bot": True}, {"id": "me", "is_bot": False}])
def test_echo(channel: ZaloBot, sender: dict[str, Any]) -> None:
    """The bot's own words are not heard."""
    channel._me = "me"
    frame: dict[str, Any] = {"from": sender}
    body = json.dumps(update(text="x", **frame)).encode()
    assert channel.parse(body) == ()


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (1767200000000, datetime(2025, 12, 31, 16, 53, 20, tzinfo=UTC)),
        (1767200000, datetime(2025, 12, 31, 16, 53, 20, tzinfo=UTC)),
        ("1767200000000", datetime(2025, 12, 31, 16, 53, 20, tzinfo=UTC)),
        (None, START),
        (True, START),
    ],
)
def test_dates(channel: ZaloBot, date: object, expected: datetime) -> None:
    """Milliseconds and seconds are read; what is neither counts as now."""
    assert read(channel, update(text="x", date=date)).sent_at == expected


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{}", b'{"ok":true}', b'{"ok":true,"result":[]}', b'{"event_name":"user.follow"}'),
        *(b'{"event_name":"message.location.received","message":{}}', b'{"event_name":["message.text.received"]}'),
    ],
)
def test_nothing(channel: ZaloBot, body: bytes) -> None:
    """Probes and unknown events bring nothing."""
    assert channel.parse(body) == ()


@pytest.mark.parametrize(
    "body",
    [
        *(b"x", b"[]", b"\xff", b"[" * 100_000, json.dumps(update(message_id=None)).encode()),
        json.dumps(update(chat=5) | {"message": {"message_id": "m1"}}).encode(),
        b'{"event_name":"message.text.received"}',
    ],
)
def test_malformed(channel: ZaloBot, body: bytes) -> None:
    """Genuine requests that cannot be read say so."""
    with pytest.raises(Malformed):
        channel.parse(body)


def test_the_old_secret_passes_while_it_is_given() -> None:
    """Between telling Zalo the new secret and its using it, nothing is lost."""
    settings: dict[str, Any] = {"token": "1:x", "mode": "webhook", "webhook_secret": SECRET}
    both = ZaloBot(**settings, clock=SteppedClock(START), alarm=no_alarm, old_webhook_secret="the-one-before")
    tried = (SECRET, "the-one-before", "a-third-one")
    assert [refused(both, header(secret)) for secret in tried] == [0, 0, 403]
