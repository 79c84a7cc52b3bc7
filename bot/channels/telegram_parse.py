"""What a Telegram update means to us: one `Incoming`, or nothing.

Field names: https://core.telegram.org/bots/api#update. A private message as it arrives:

    {"update_id": 10, "message": {"message_id": 7, "date": 1760000000, "text": "/start thon-1",
     "from": {"id": 501, "is_bot": false, "first_name": "Mai"}, "chat": {"id": 501, "type": "private"}}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from aiogram.types import CallbackQuery, Chat, ChatMemberUpdated, Message, MessageEntity, Update

from cases.messages import Address, Contact, Event, FileKind, FileRef, Incoming, Place

NAME: Final = "telegram"
# Deep links: https://core.telegram.org/bots/features#deep-linking
_START: Final = re.compile(r"/start(?:@\w+)?\s+([A-Za-z0-9_-]{1,64})\s*")
_COMMAND: Final = re.compile(r"(/\w+)@(\w+)")
_GONE: Final = ("kicked", "left")
_HERE: Final = ("member", "administrator", "creator")


@dataclass(frozen=True, slots=True)
class Me:
    """This bot as getMe names it; the name is empty until Telegram could be asked."""

    id: int
    username: str = ""


def incoming(update: Update, me: Me, heard_at: datetime) -> Incoming | None:
    """Turn one update into what was said, or None when it does not concern us."""
    message_id = str(update.update_id)
    if update.message is not None:
        return _message(update.message, message_id, me)
    if update.edited_message is not None:
        return _edited(update.edited_message, message_id, me)
    if update.callback_query is not None:
        return _tap(update.callback_query, message_id, heard_at)
    if update.my_chat_member is not None:
        return _member(update.my_chat_member, message_id)
    return None


def _message(message: Message, message_id: str, me: Me) -> Incoming | None:
    if message.from_user is None or message.from_user.is_bot or message.is_automatic_forward:
        return None
    if message.chat.type != "private":
        return _group(message, message_id, me)
    text = _text(message)
    files, place, contact = _files(message), _place(message), _contact(message)
    if not (text or files or place or contact or _not_understood(message)):
        return None  # a service message: pinned, timer changed, migrated
    start = _START.fullmatch(text)
    return Incoming(
        address=_address(message.chat),
        message_id=message_id,
        sent_at=message.date.astimezone(UTC),
        text=_without_name(text, me),
        files=files,
        place=place,
        contact=contact,
        start=start[1] if start else "",
        ref=str(message.message_id),
    )


def _edited(message: Message, message_id: str, me: Me) -> Incoming | None:
    """A live location moves as an edited message every few seconds: that is not an edit of what was said."""
    if message.location is not None or message.chat.type != "private":
        return None
    heard = _message(message, message_id, me)
    if heard is None:
        return None
    edited = datetime.fromtimestamp(message.edit_date, UTC) if message.edit_date else heard.sent_at
    return Incoming(heard.address, message_id, edited, Event.EDITED, heard.text, files=heard.files, ref=heard.ref)


def _group(message: Message, message_id: str, me: Me) -> Incoming | None:
    """Only what is said to the bot: a command, a mention, a reply to it. The rest of a group is not read."""
    text = message.text or message.caption or ""
    entities = message.entities or message.caption_entities or []
    named = any(_names_me(entity, text, me) for entity in entities)
    replied = message.reply_to_message is not None and _is_me(message.reply_to_message, me)
    if not (named or replied):
        return None
    said = text if named else ""
    return Incoming(_address(message.chat), message_id, message.date.astimezone(UTC), Event.GROUP, said)


def _names_me(entity: MessageEntity, text: str, me: Me) -> bool:
    if entity.type == "text_mention":
        return entity.user is not None and entity.user.id == me.id
    word = entity.extract_from(text).lower()
    if entity.type == "mention":
        return bool(me.username) and word == f"@{me.username.lower()}"
    if entity.type == "bot_command" and entity.offset == 0:
        _, at, whose = word.partition("@")
        return not at or (bool(me.username) and whose == me.username.lower())
    return False


def _is_me(message: Message, me: Me) -> bool:
    return message.from_user is not None and message.from_user.id == me.id


def _tap(tap: CallbackQuery, message_id: str, heard_at: datetime) -> Incoming | None:
    """A pressed button carries no time of its own; the message under it may be too old to be shown (date 0)."""
    if tap.message is None or not tap.data or tap.message.chat.type != "private":
        return None
    return Incoming(_address(tap.message.chat), message_id, heard_at, choice=tap.data)


def _member(change: ChatMemberUpdated, message_id: str) -> Incoming | None:
    """Blocked, unblocked, thrown out of a group, or taken into one."""
    status = change.new_chat_member.status
    if status in _GONE:
        event = Event.UNFOLLOW
    elif status in _HERE:
        if change.old_chat_member.status in _HERE:
            return None  # only rights changed
        event = Event.FOLLOW if change.chat.type == "private" else Event.GROUP
    else:
        return None
    return Incoming(_address(change.chat), message_id, change.date.astimezone(UTC), event)


def _address(chat: Chat) -> Address:
    return Address(NAME, str(chat.id))


def _text(message: Message) -> str:
    if message.dice is not None:
        return message.dice.emoji
    return message.text or message.caption or ""


def _without_name(text: str, me: Me) -> str:
    """`/phananh@OurBot` means `/phananh`."""
    command = _COMMAND.match(text)
    if command and me.username and command[2].lower() == me.username.lower():
        return command[1] + text[command.end() :]
    return text


def _not_understood(message: Message) -> bool:
    """Things a person sends on purpose that we cannot take: the dialogue asks again, it is not silent."""
    kinds = (message.poll, message.game, message.story, message.checklist, message.paid_media, message.rich_message)
    return any(kind is not None for kind in kinds)


def _place(message: Message) -> Place | None:
    if message.venue is not None:
        spot = message.venue.location
        return Place(spot.latitude, spot.longitude, message.venue.title)
    if message.location is not None:
        return Place(message.location.latitude, message.location.longitude)
    return None


def _contact(message: Message) -> Contact | None:
    if message.contact is None:
        return None
    name = " ".join(filter(None, (message.contact.first_name, message.contact.last_name)))
    return Contact(re.sub(r"\D", "", message.contact.phone_number), name)


def _files(message: Message) -> tuple[FileRef, ...]:
    return tuple(_each_file(message))


def _each_file(message: Message) -> Iterator[FileRef]:
    """Each picture of an album comes as an update of its own, so there is at most one file."""
    if message.photo:
        photo = max(message.photo, key=lambda size: size.width * size.height)
        yield FileRef(FileKind.PHOTO, photo.file_id, size=photo.file_size or 0, mime="image/jpeg")
    elif message.live_photo:
        yield _media(FileKind.VIDEO, message.live_photo, "video/mp4")
    elif message.video or message.animation:  # an animation also stands in `document`
        yield _media(FileKind.VIDEO, message.video or message.animation, "video/mp4")
    elif message.video_note:
        yield _media(FileKind.VIDEO, message.video_note, "video/mp4")
    elif message.voice:
        yield _media(FileKind.VOICE, message.voice, "audio/ogg")
    elif message.audio:
        yield _media(FileKind.AUDIO, message.audio, "audio/mpeg")
    elif message.document:
        yield _media(FileKind.DOCUMENT, message.document, "")
    elif message.sticker:
        moving = "application/x-tgsticker" if message.sticker.is_animated else "image/webp"
        yield _media(FileKind.STICKER, message.sticker, "video/webm" if message.sticker.is_video else moving)


def _media(kind: FileKind, media: object, usual: str) -> FileRef:
    """The fields that Telegram's media types share; name and type are missing in some."""
    return FileRef(
        kind,
        str(getattr(media, "file_id", "")),
        name=getattr(media, "file_name", None) or "",
        size=getattr(media, "file_size", None) or 0,
        mime=getattr(media, "mime_type", None) or usual,
    )
