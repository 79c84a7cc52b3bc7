"""Every kind of update that Telegram sends, heard over HTTP by long polling."""

from __future__ import annotations

from typing import Any

import pytest

from cases.messages import Contact, Event, FileKind, FileRef, Incoming, Place
from tests.channels.telegram_kit import HOME, MAI, connected, hear
from tests.fakes.telegram_shapes import BOT, USERNAME

GROUP = -1001234567890


async def one(act: str, *args: Any, **fields: Any) -> Incoming:
    """What is heard when one thing is done on the fake."""
    async with connected() as (fake, channel):
        getattr(fake, act)(*args, **fields)
        (heard,) = await hear(fake, channel)
        return heard


async def nothing(act: str, *args: Any, **fields: Any) -> bool:
    """Whether nothing is heard of it, while what follows is."""
    async with connected() as (fake, channel):
        await channel.start()
        getattr(fake, act)(*args, **fields)
        fake.say(MAI, "hết")
        return [heard.text for heard in await hear(fake, channel)] == ["hết"]


async def test_text_comes_as_it_was_written() -> None:
    """Braces, markup, right-to-left, NFD and emoji are passed on untouched."""
    text = "Đường <b>hỏng</b> {x} 'OR 1=1 \u202eabc e\u0323\u0302 👨‍👩‍👧"
    heard = await one("say", MAI, text)
    assert (heard.text, heard.address, heard.event) == (text, HOME, Event.MESSAGE)


async def test_the_update_number_is_the_key_against_repeats() -> None:
    """Two updates with the same words have different keys."""
    async with connected() as (fake, channel):
        numbers = [str(fake.say(MAI, "a")), str(fake.say(MAI, "a"))]
        assert [heard.message_id for heard in await hear(fake, channel)] == numbers


async def test_large_ids_stay_exact() -> None:
    """Ids beyond 2**53 are strings without loss."""
    assert (await one("say", 9007199254740993, "a")).address.id == "9007199254740993"


async def test_the_time_is_aware_utc() -> None:
    """A message carries the second it was sent."""
    async with connected() as (fake, channel):
        fake.say(MAI, "a")
        date = fake.updates[0]["message"]["date"]
        (heard,) = await hear(fake, channel)
        assert (heard.sent_at.timestamp(), heard.sent_at.utcoffset() is not None) == (date, True)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("/start thon-1_A", "thon-1_A"),
        (f"/start@{USERNAME} x", "x"),
        ("/start", ""),
        ("/start hai từ", ""),
        ("/start <b>", ""),
        ("/tracuu abc", ""),
    ],
)
async def test_deep_links(text: str, start: str) -> None:
    """Only a well-formed parameter of /start is a deep link."""
    assert (await one("say", MAI, text)).start == start


async def test_our_name_is_taken_off_a_command() -> None:
    """`/phananh@OurBot` means `/phananh`; another bot's name stays."""
    async with connected() as (fake, channel):
        await channel.start()
        fake.say(MAI, f"/phananh@{USERNAME} gấp")
        fake.say(MAI, "/phananh@otherbot")
        assert [heard.text for heard in await hear(fake, channel)] == ["/phananh gấp", "/phananh@otherbot"]


async def test_a_photo_is_its_largest_size_with_its_caption() -> None:
    """Of the sizes offered the largest is taken."""
    heard = await one("send_photo", MAI, b"x" * 900, caption="đường thôn 1")
    assert heard.files == (FileRef(FileKind.PHOTO, "F2", size=900, mime="image/jpeg"),)
    assert heard.text == "đường thôn 1"


async def test_each_picture_of_an_album_is_heard() -> None:
    """An album comes as several updates, each with its file."""
    async with connected() as (fake, channel):
        for _ in range(3):
            fake.send_photo(MAI, album="g1")
        heard = await hear(fake, channel)
        assert [len(one.files) for one in heard] == [1, 1, 1]


@pytest.mark.parametrize(
    ("field", "kind", "mime"),
    [
        ("video", FileKind.VIDEO, "video/mp4"),
        ("video_note", FileKind.VIDEO, "video/mp4"),
        ("voice", FileKind.VOICE, "audio/ogg"),
        ("audio", FileKind.AUDIO, "audio/mpeg"),
        ("sticker", FileKind.STICKER, "image/webp"),
    ],
)
async def test_media(field: str, kind: FileKind, mime: str) -> None:
    """Each kind of media is one file with its kind."""
    media = {"file_id": "F", "file_unique_id": "u", "duration": 3, "length": 240, "width": 240, "height": 240}
    sticker = {"type": "regular", "is_animated": False, "is_video": False} if field == "sticker" else {}
    heard = await one("send", MAI, **{field: media | sticker})
    assert heard.files == (FileRef(kind, "F", mime=mime),)


async def test_an_animation_is_one_file() -> None:
    """Telegram repeats an animation as a document; it is one video."""
    media = {"file_id": "F", "file_unique_id": "u", "file_name": "a.gif.mp4", "mime_type": "video/mp4"}
    moving = media | {"duration": 3, "width": 240, "height": 240}
    heard = await one("send", MAI, animation=moving, document=media)
    assert heard.files == (FileRef(FileKind.VIDEO, "F", "a.gif.mp4", mime="video/mp4"),)


async def test_a_document_has_name_size_and_type() -> None:
    """What the sender's phone says of a document is passed on."""
    heard = await one("send_document", MAI, b"%PDF", "đơn.pdf", "application/pdf")
    assert heard.files == (FileRef(FileKind.DOCUMENT, "F1", "đơn.pdf", 4, "application/pdf"),)


async def test_a_contact_is_digits_and_a_name() -> None:
    """Signs and spaces of a phone number are dropped."""
    assert (await one("send_contact", MAI, "+84 912-345-678")).contact == Contact("84912345678", "Mai")


async def test_a_location_is_a_place() -> None:
    """A point without a name."""
    assert (await one("send_location", MAI, 21.5, 105.25)).place == Place(21.5, 105.25)


async def test_a_venue_is_a_place_with_a_name() -> None:
    """Telegram sends the point of a venue twice."""
    point = {"latitude": 21.5, "longitude": 105.25}
    venue = {"location": point, "title": "Nhà văn hóa thôn 2", "address": ""}
    heard = await one("send", MAI, location=point, venue=venue)
    assert heard.place == Place(21.5, 105.25, "Nhà văn hóa thôn 2")


async def test_an_edit_is_marked_and_dated_anew() -> None:
    """An edited message has its new words and the time of the edit."""
    async with connected() as (fake, channel):
        fake.edit(MAI, "đã sửa")
        date = fake.updates[0]["edited_message"]["edit_date"]
        (heard,) = await hear(fake, channel)
        assert (heard.event, heard.text, heard.sent_at.timestamp()) == (Event.EDITED, "đã sửa", date)


async def test_a_pressed_button_is_a_choice() -> None:
    """The value comes as it is, even of a message too old to be shown."""
    heard = await one("press_value", MAI, "f:99")
    assert (heard.choice, heard.text, heard.address) == ("f:99", "", HOME)


@pytest.mark.parametrize(
    ("before", "after", "event"),
    [("member", "kicked", Event.UNFOLLOW), ("kicked", "member", Event.FOLLOW)],
)
async def test_blocked_and_unblocked(before: str, after: str, event: Event) -> None:
    """A resident who blocks the bot has unfollowed it."""
    heard = await one("member", MAI, before, after)
    assert (heard.event, heard.address) == (event, HOME)


@pytest.mark.parametrize(
    ("before", "after", "event"),
    [("left", "member", Event.GROUP), ("member", "left", Event.UNFOLLOW), ("member", "kicked", Event.UNFOLLOW)],
)
async def test_taken_into_and_thrown_out_of_a_group(before: str, after: str, event: Event) -> None:
    """A group is told to write privately when the bot joins, and left alone when it is thrown out."""
    heard = await one("member", GROUP, before, after)
    assert (heard.event, heard.address.id) == (event, str(GROUP))


@pytest.mark.parametrize("text", ["/phananh", f"/phananh@{USERNAME}", f"chào @{USERNAME} ơi"])
async def test_a_group_is_heard_when_it_speaks_to_us(text: str) -> None:
    """Commands and mentions reach us as a group's, addressed to the group."""
    async with connected() as (fake, channel):
        await channel.start()
        fake.say(GROUP, text)
        (heard,) = await hear(fake, channel)
        assert (heard.event, heard.address.id, heard.text) == (Event.GROUP, str(GROUP), text)


async def test_a_reply_to_us_in_a_group_is_heard_without_its_words() -> None:
    """That somebody answered is enough to ask them to write privately."""
    said = {"message_id": 1, "from": BOT, "chat": {"id": GROUP, "type": "supergroup", "title": "x"}, "date": 1}
    heard = await one("send", GROUP, text="chuyện riêng", reply_to_message=said)
    assert (heard.event, heard.text) == (Event.GROUP, "")


@pytest.mark.parametrize("text", ["chuyện riêng của tổ", "/ban@otherbot", "hỏi @otherbot"])
async def test_the_rest_of_a_group_is_not_read(text: str) -> None:
    """Nothing at all comes of what is not said to us."""
    assert await nothing("say", GROUP, text)


IGNORED: list[dict[str, Any]] = [
    {"channel_post": {"message_id": 1, "date": 1, "chat": {"id": -1, "type": "channel", "title": "x"}, "text": "/a"}},
    {"message": {"message_id": 1, "date": 1, "chat": {"id": MAI, "type": "private"}, "text": "no sender"}},
    {"message": {"message_id": 1, "date": 1, "chat": {"id": MAI, "type": "private"}, "from": BOT, "text": "a bot"}},
    {"poll_answer": {"poll_id": "1", "option_ids": [0], "option_persistent_ids": ["0"], "user": {**BOT}}},
    {"something_new": {"a": 1}},
    {"callback_query": {"id": "1", "from": BOT, "chat_instance": "1", "data": "x", "inline_message_id": "1"}},
]


@pytest.mark.parametrize("update", IGNORED, ids=lambda update: next(iter(update)))
async def test_what_does_not_concern_us(update: dict[str, Any]) -> None:
    """Unknown kinds and messages of nobody are passed over and confirmed."""
    assert await nothing("update", **update)


@pytest.mark.parametrize(
    "fields",
    [
        {"migrate_to_chat_id": -1009},
        {"new_chat_members": [BOT]},
        {"message_auto_delete_timer_changed": {"message_auto_delete_time": 60}},
        {"pinned_message": {"message_id": 1, "date": 0, "chat": {"id": MAI, "type": "private"}}},
    ],
    ids=lambda fields: next(iter(fields)),
)
async def test_service_messages(fields: dict[str, Any]) -> None:
    """What Telegram writes by itself is not something said."""
    assert await nothing("send", GROUP if "migrate_to_chat_id" in fields else MAI, **fields)


async def test_a_live_location_does_not_become_a_stream_of_edits() -> None:
    """Telegram edits a live location every few seconds."""
    async with connected() as (fake, _):
        message = fake.message(MAI, location={"latitude": 1.0, "longitude": 2.0, "live_period": 900})
    assert await nothing("update", edited_message=message | {"edit_date": message["date"]})


async def test_a_poll_is_not_met_with_silence() -> None:
    """Things we cannot take arrive empty, so that the dialogue asks again."""
    poll = {"id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False}
    poll |= {"is_anonymous": True, "type": "regular", "allows_multiple_answers": False, "allows_revoting": False}
    poll |= {"members_only": False}
    assert (await one("send", MAI, poll=poll)).text == ""
