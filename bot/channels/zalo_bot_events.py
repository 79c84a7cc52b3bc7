"""Reads what a Zalo bot hears, by polling or webhook alike: text, picture, sticker, voice, and that a group spoke."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.channels.base import Malformed
from bot.channels.zalo_text import Json, as_id, instant, part, words
from bot.clock import Clock
from cases.messages import Address, Event, FileKind, FileRef, Incoming

NAME = "zalo-bot"

_FILES: Mapping[str, tuple[FileKind, tuple[str, ...]]] = {
    "message.image.received": (FileKind.PHOTO, ("photo_url", "photo")),  # the first is seen, the second documented
    "message.sticker.received": (FileKind.STICKER, ("url", "sticker")),
    "message.voice.received": (FileKind.VOICE, ("voice_url",)),
}
_WITHHELD = "message.unsupported.received"
EVENTS = frozenset({"message.text.received", _WITHHELD, *_FILES})


def read(update: Json, me: str, clock: Clock) -> Incoming | None:
    """One update in its envelope or bare, or nothing for echoes and unknown events; raises `Malformed`."""
    return _read(part(update, "result") if update.get("ok") is True else update, me, clock)


# https://bot.zapps.me/docs/webhook
# {"event_name": "message.text.received", "message": {"message_id": "0123456789abcdef0123", "date": 1767200000000,
#  "from": {"id": "aa11bb22cc33dd44ee55", "display_name": "Nguyễn Văn A", "is_bot": false},
#  "chat": {"id": "aa11bb22cc33dd44ee55", "chat_type": "PRIVATE"}, "text": "Xin chào"}}
def _read(update: Json, me: str, clock: Clock) -> Incoming | None:
    message, event = part(update, "message"), words(update.get("event_name"))
    if event not in EVENTS:
        return None
    sender, chat = part(message, "from"), part(message, "chat")
    chat_id = as_id(chat.get("id")) or as_id(sender.get("id"))
    message_id = as_id(message.get("message_id"))
    if not chat_id or not message_id:
        raise Malformed("no chat or no message id")
    if sender.get("is_bot") is True or as_id(sender.get("id")) == (me or None):
        return None
    found = {"event": Event.GROUP} if chat.get("chat_type") == "GROUP" else _content(event, message)
    return Incoming(Address(NAME, chat_id), message_id, instant(message.get("date"), clock), **found)


# image: photo_url or photo, caption · sticker: sticker, url · voice: voice_url · unsupported: nothing, by Zalo's rule
def _content(event: str, message: Json) -> dict[str, Any]:
    if event == _WITHHELD:
        return {}
    text = words(message.get("text")) or words(message.get("caption"))
    if event not in _FILES:
        return {"text": text}
    kind, fields = _FILES[event]
    ref = next(filter(None, (words(message.get(field)) for field in fields)), "")
    return {"text": text, "files": (FileRef(kind, ref),) if ref else ()}
