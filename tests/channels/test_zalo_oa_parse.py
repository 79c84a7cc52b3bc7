"""Every event of an Official Account, read from the bytes that the fake Zalo signs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.channels.base import Malformed
from bot.channels.zalo_oa import ZaloOA
from cases.messages import Address, Contact, Event, FileKind, FileRef, Incoming, Place
from tests.channels.zalo_kit import FileTokens, oa_channel
from tests.fakes.zalo_server import START, FakeZalo

FRAME: dict[str, Any] = {
    "app_id": "1111111111111111111",
    "sender": {"id": "2222222222222222222"},
    "recipient": {"id": "3333333333333333333"},
    "timestamp": "1767200000123",
}


@pytest.fixture
def channel(tmp_path: Path) -> ZaloOA:
    """A channel that never connects."""
    return oa_channel(FakeZalo(), FileTokens(tmp_path / "t.db"), [], None)


def read(channel: ZaloOA, event_name: str, **more: Any) -> Incoming:
    """Parse one event of the usual frame."""
    (found,) = channel.parse(json.dumps(FRAME | {"event_name": event_name} | more).encode())
    return found


def ignored(channel: ZaloOA, event_name: str, **more: Any) -> bool:
    """True when the event brings nothing."""
    return not channel.parse(json.dumps(FRAME | {"event_name": event_name} | more).encode())


def sent(channel: ZaloOA, kind: str, payload: dict[str, Any], text: str = "") -> Incoming:
    """Parse a message with one attachment."""
    attachments = [{"type": kind, "payload": payload}]
    return read(channel, f"user_send_{kind}", message={"msg_id": "m1", "text": text, "attachments": attachments})


def test_text(channel: ZaloOA) -> None:
    """A text keeps its sender, message id, instant and words."""
    found = read(channel, "user_send_text", message={"msg_id": "m1", "text": "Đường ngập"})
    when = datetime(2025, 12, 31, 16, 53, 20, 123000, tzinfo=UTC)
    assert found == Incoming(Address("zalo-oa", "2222222222222222222"), "m1", when, text="Đường ngập")


def test_text_is_kept_as_sent(channel: ZaloOA) -> None:
    """Decomposed letters, markup and control characters stay as they came."""
    text = "E\u0302 {x} <b> '; DROP\x07\u202e"
    found = read(channel, "user_send_text", message={"msg_id": "m1", "text": text})
    assert found.text == text


def test_half_a_pair(channel: ZaloOA) -> None:
    """Half an emoji, which no database takes, is replaced."""
    body = json.dumps(FRAME | {"event_name": "user_send_text", "message": {"msg_id": "m", "text": "a\ud83d"}}).encode()
    assert channel.parse(body)[0].text == "a\ufffd"


@pytest.mark.parametrize("text", ["#hoiam:yes", "#hoiam:a b:1"])
def test_pressed_button(channel: ZaloOA, text: str) -> None:
    """The marked payload of a button becomes the choice."""
    found = read(channel, "user_send_text", message={"msg_id": "m1", "text": text})
    assert (found.choice, found.text) == (text[7:], "")


@pytest.mark.parametrize("text", ["#hoiam:", "#hoiam:" + "x" * 25, "#hoiam:có", " #hoiam:yes", "hoiam:yes"])
def test_no_button(channel: ZaloOA, text: str) -> None:
    """What no button can have sent stays a text."""
    found = read(channel, "user_send_text", message={"msg_id": "m1", "text": text})
    assert (found.choice, found.text) == ("", text)


@pytest.mark.parametrize(
    ("kind", "payload", "expected"),
    [
        ("image", {"url": "u", "thumbnail": "t"}, FileRef(FileKind.PHOTO, "u")),
        ("photo", {"url": "u"}, FileRef(FileKind.PHOTO, "u")),
        ("gif", {"url": "u"}, FileRef(FileKind.PHOTO, "u", mime="image/gif")),
        ("sticker", {"id": "46005", "url": "u"}, FileRef(FileKind.STICKER, "u")),
        ("sticker", {"id": 46005}, FileRef(FileKind.STICKER, "46005")),
        ("audio", {"url": "u"}, FileRef(FileKind.VOICE, "u")),
        ("video", {"url": "u", "thumbnail": "t"}, FileRef(FileKind.VIDEO, "u")),
        (
            "file",
            {"url": "u", "name": "đơn.pdf", "size": "52341", "type": "pdf"},
            FileRef(FileKind.DOCUMENT, "u", "đơn.pdf", 52341),
        ),
        ("file", {"url": "u", "size": "nine", "type": "a/b"}, FileRef(FileKind.DOCUMENT, "u", mime="a/b")),
    ],
)
def test_files(channel: ZaloOA, kind: str, payload: dict[str, Any], expected: FileRef) -> None:
    """Each attachment becomes one file of the right kind."""
    event = "image" if kind == "photo" else kind
    attachments = [{"type": kind, "payload": payload}]
    found = read(channel, f"user_send_{event}", message={"msg_id": "m1", "attachments": attachments})
    assert found.files == (expected,)


def test_caption(channel: ZaloOA) -> None:
    """Words under a picture are the text."""
    assert sent(channel, "image", {"url": "u"}, "chỗ này").text == "chỗ này"


def test_description_of_a_film(channel: ZaloOA) -> None:
    """A film's description is the text where there is no other."""
    assert sent(channel, "video", {"url": "u", "description": "cống tràn"}).text == "cống tràn"


def test_several_pictures(channel: ZaloOA) -> None:
    """All attachments of one message are kept, in order."""
    attachments = [{"type": "image", "payload": {"url": name}} for name in "abc"]
    found = read(channel, "user_send_image", message={"msg_id": "m1", "attachments": attachments})
    assert [file.ref for file in found.files] == ["a", "b", "c"]


def test_link(channel: ZaloOA) -> None:
    """A shared link is text, never a file to fetch."""
    found = sent(channel, "link", {"url": "https://x.vn", "thumbnail": "t", "title": "Bài", "description": "Mô tả"})
    assert (found.text, found.files) == ("Bài\nMô tả\nhttps://x.vn", ())


def test_business_card(channel: ZaloOA) -> None:
    """Somebody else's card is text of the report and never the sender's own number."""
    attachments = [{"type": "link", "payload": {"name": "Ông Ba", "phone": "84909"}}]
    found = read(channel, "user_send_business_card", message={"msg_id": "m1", "attachments": attachments})
    assert (found.text, found.contact) == ("Ông Ba\n84909", None)


@pytest.mark.parametrize(("latitude", "longitude"), [("10.7923119", "106.7820651"), (10.7923119, 106.7820651)])
def test_place(channel: ZaloOA, latitude: object, longitude: object) -> None:
    """A shared place has degrees from text or number, and its name as title."""
    found = sent(channel, "location", {"coordinates": {"latitude": latitude, "longitude": longitude}}, "Quán")
    assert (found.place, found.text) == (Place(10.7923119, 106.7820651, "Quán"), "")


@pytest.mark.parametrize("point", [{}, {"latitude": "x", "longitude": "1"}, {"latitude": "91", "longitude": "1"}])
def test_bad_place(channel: ZaloOA, point: dict[str, Any]) -> None:
    """A place that is none leaves its name as text."""
    found = sent(channel, "location", {"coordinates": point}, "Quán")
    assert (found.place, found.text) == (None, "Quán")


def test_nan_place(channel: ZaloOA) -> None:
    """Not-a-number is no place."""
    assert sent(channel, "location", {"coordinates": {"latitude": "nan", "longitude": "inf"}}).place is None


@pytest.mark.parametrize(("name", "event"), [("follow", Event.FOLLOW), ("unfollow", Event.UNFOLLOW)])
def test_follow(channel: ZaloOA, name: str, event: Event) -> None:
    """Following has no message; its key is made of event, person and instant."""
    body = {"event_name": name, "oa_id": "3", "follower": {"id": "22"}, "source": "oa_profile", "timestamp": "17"}
    found = channel.parse(json.dumps(body).encode())[0]
    assert (found.event, found.address.id, found.message_id) == (event, "22", f"{name}:22:17")


@pytest.mark.parametrize(
    "info",
    [
        {"name": "Lan", "phone": "84901234567", "full_address": {"user_ward": "Xã"}, "user_dob": "1960"},
        {"name": "Lan", "phone": 84901234567, "address": "Thôn 3", "city": "Hà Nội", "district": "", "ward": ""},
        {"name": "Lan", "phone": "0901234567"},
        {"name": "Lan", "phone": "+84 901 234 567"},
        {"name": "Lan", "phone": 901234567},
    ],
)
def test_submitted_info(channel: ZaloOA, info: dict[str, Any]) -> None:
    """Both shapes give name and phone with country code; the rest is not kept."""
    found = read(channel, "user_submit_info", info=info)
    assert found.contact == Contact("84901234567", "Lan")


@pytest.mark.parametrize("wrap", [False, True])
def test_info_inside_the_text(channel: ZaloOA, wrap: bool) -> None:
    """Some apps get the form as JSON inside message.text."""
    info = {"name": "Lan", "phone": "84901234567"}
    text = json.dumps({"info": info} if wrap else info)
    found = read(channel, "user_submit_info", message={"text": text, "msg_id": "m9"})
    assert found.contact == Contact("84901234567", "Lan")
    assert (found.text, found.message_id) == ("", "user_submit_info:m9")


@pytest.mark.parametrize("phone", ["", "84****567", "abc", None, [], 12, "8490123456789012"])
def test_info_without_a_number(channel: ZaloOA, phone: object) -> None:
    """A form without a usable number still arrives, so that the person is asked again."""
    found = read(channel, "user_submit_info", info={"name": "Lan", "phone": phone})
    assert found.contact is None


@pytest.mark.parametrize(
    "name",
    [
        *("oa_send_text", "oa_send_image", "oa_send_gif", "oa_send_list", "oa_send_file", "oa_send_sticker"),
        *("user_received_message", "user_seen_message", "add_user_to_tag", "change_template_status"),
        *("user_send_group_text", "user_click_button", "user_send_", "text", "", "USER_SEND_TEXT"),
    ],
)
def test_not_ours(channel: ZaloOA, name: str) -> None:
    """Echoes, receipts, groups and unknown events bring nothing."""
    assert ignored(channel, name, message={"msg_id": "m1", "text": "x", "msg_ids": ["a"]})


@pytest.mark.parametrize("event_name", [None, 5, [], {}])
def test_event_name_of_another_type(channel: ZaloOA, event_name: object) -> None:
    """An event whose name is no text brings nothing."""
    assert channel.parse(json.dumps(FRAME | {"event_name": event_name}).encode()) == ()


@pytest.mark.parametrize("more", [{"anonymous_id": "a"}, {"sender": {"anonymous_id": "a", "id": "5"}}])
def test_anonymous_visitor(channel: ZaloOA, more: dict[str, Any]) -> None:
    """A visitor without an account is left alone."""
    assert ignored(channel, "user_send_text", message={"msg_id": "m", "text": "x"}, **more)


@pytest.mark.parametrize(
    "body",
    [
        *(b"x", b"[]", b"1", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000),
        b'{"event_name":"user_send_text"}',
        b'{"event_name":"user_send_text","sender":"me","message":{"msg_id":"m"}}',
        b'{"event_name":"follow","sender":{"id":"1"}}',
        b'{"event_name":"user_send_text","sender":{"id":true}}',
    ],
)
def test_malformed(channel: ZaloOA, body: bytes) -> None:
    """Genuine requests that cannot be read say so."""
    with pytest.raises(Malformed):
        channel.parse(body)


@pytest.mark.parametrize("message", [None, "x", [], {"attachments": 5}, {"attachments": [5, {"payload": "x"}]}])
def test_odd_messages(channel: ZaloOA, message: object) -> None:
    """A message with broken parts still arrives, empty, so that the person gets an answer."""
    found = read(channel, "user_send_image", message=message)
    assert (found.text, found.files) == ("", ())


def test_long_numeric_ids(channel: ZaloOA) -> None:
    """Ids beyond 2**64, sent as numbers, lose no digit."""
    number = 123456789012345678901234567890
    found = read(channel, "user_send_text", sender={"id": number}, message={"msg_id": number + 1, "text": "x"})
    assert (found.address.id, found.message_id) == (str(number), str(number + 1))


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("1767200000123", datetime(2025, 12, 31, 16, 53, 20, 123000, tzinfo=UTC)),
        (1767200000, datetime(2025, 12, 31, 16, 53, 20, tzinfo=UTC)),
        ("9" * 40, START),
        ("soon", START),
        (None, START),
    ],
)
def test_instants(channel: ZaloOA, stamp: object, expected: datetime) -> None:
    """Milliseconds and seconds are read; what is neither counts as now."""
    found = read(channel, "user_send_text", message={"msg_id": "m", "text": "x"}, timestamp=stamp)
    assert found.sent_at == expected


def test_key_without_a_message_id(channel: ZaloOA) -> None:
    """Without an id the event, the person and the instant are the key; `message_id` is read too."""
    bare = read(channel, "user_send_text", message={"text": "x"})
    other = read(channel, "user_send_text", message={"text": "x", "message_id": "m7"})
    assert bare.message_id == "user_send_text:2222222222222222222:1767200000123"
    assert other.message_id == "m7"
