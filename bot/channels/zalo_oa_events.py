"""Reads what an Official Account's webhook brings: one small parser per kind of event, each under its sample."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.channels.base import Malformed
from bot.channels.zalo_text import Json, as_id, instant, json_object, part, phone84, words
from bot.clock import Clock
from cases.messages import Address, Contact, Event, FileKind, FileRef, Incoming, Place

NAME = "zalo-oa"

CHOICE_PREFIX = "#hoiam:"
"""Marks the value of a pressed button, which Zalo delivers as an ordinary text; anybody may type it."""

_CHOICE = re.compile(re.escape(CHOICE_PREFIX) + r"([\x20-\x7e]{1,24})")


def read(event: Json, clock: Clock) -> Incoming | None:
    """One event as `Incoming`, or nothing when it does not concern us; raises `Malformed`."""
    parser = _PARSERS.get(words(event.get("event_name")))
    return None if parser is None or _is_anonymous(event) else parser(event, clock)


def _is_anonymous(event: Json) -> bool:
    """A visitor without a Zalo account cannot be answered later, so no report is taken."""
    return "anonymous_id" in event or "anonymous_id" in part(event, "sender")


# https://developers.zalo.me/docs/official-account/webhook/tin-nhan/su-kien-nguoi-dung-gui-tin-nhan
# {"app_id": "1111111111111111111", "user_id_by_app": "4444444444444444444", "event_name": "user_send_text",
#  "sender": {"id": "2222222222222222222"}, "recipient": {"id": "3333333333333333333"},
#  "message": {"text": "Đường ngập nước", "msg_id": "aaaabbbbccccdddd0001"}, "timestamp": "1767200000123"}
def _text(event: Json, clock: Clock) -> Incoming:
    text = words(part(event, "message").get("text"))
    pressed = _CHOICE.fullmatch(text)
    return _message(event, clock, choice=pressed[1]) if pressed else _message(event, clock, text=text)


# {"event_name": "user_send_file", "message": {"msg_id": "…", "attachments": [{"type": "file", "payload":
#  {"url": "https://…", "name": "don.pdf", "size": "52341", "type": "pdf", "checksum": "…"}}]}, …}
# image: url, thumbnail, caption in message.text · gif, audio: url · video: url, description · sticker: id, url
def _media(event: Json, clock: Clock) -> Incoming:
    payloads = _payloads(event)
    files = tuple(_file(kind, payload) for kind, payload in payloads if kind in _KINDS)
    told = [words(part(event, "message").get("text"))]
    told += [words(payload.get("description")) for kind, payload in payloads if kind == "video"]
    return _message(event, clock, files=files, text=next(filter(None, told), ""))


# {"event_name": "user_send_link", "message": {"msg_id": "…", "attachments": [{"type": "link", "payload":
#  {"url": "https://…", "thumbnail": "https://…", "title": "…", "description": "…"}}]}, …}
# A visiting card is somebody else's number: it is text of the report, never the sender's own contact.
def _link(event: Json, clock: Clock) -> Incoming:
    told = [words(part(event, "message").get("text"))]
    for _, payload in _payloads(event):
        told += [words(payload.get(name)) for name in ("title", "name", "phone", "description", "url")]
    return _message(event, clock, text="\n".join(dict.fromkeys(line for line in told if line)))


# {"event_name": "user_send_location", "message": {"text": "Quán cà phê", "msg_id": "…", "attachments": [{"type":
#  "location", "payload": {"coordinates": {"latitude": "10.7923119", "longitude": "106.7820651"}}}]}, …}
def _location(event: Json, clock: Clock) -> Incoming:
    title = words(part(event, "message").get("text"))
    points = [part(payload, "coordinates") for kind, payload in _payloads(event) if kind == "location"]
    place = next(filter(None, (_place(point, title) for point in points)), None)
    return _message(event, clock, place=place, text="" if place else title)


# https://developers.zalo.me/docs/official-account/webhook/nguoi-dung/su-kien-nguoi-dung-quan-tam-oa
# {"event_name": "follow", "oa_id": "…", "follower": {"id": "…"}, "source": "oa_profile", "timestamp": "…", …}
def _follow(event: Json, clock: Clock) -> Incoming:
    kind = Event.FOLLOW if event["event_name"] == "follow" else Event.UNFOLLOW
    return _incoming(event, clock, part(event, "follower"), {"event": kind})


# {"event_name": "user_submit_info", "sender": {"id": "…"}, "recipient": {"id": "…"}, "timestamp": "…",
#  "info": {"name": "…", "phone": "84901234567", "full_address": {…}}}    older: flat address, city, district, ward
# Some apps receive the same as JSON inside message.text. Only the name and the phone are kept.
def _submit_info(event: Json, clock: Clock) -> Incoming:
    info = part(event, "info") or _object_in(part(event, "message").get("text"))
    info = part(info, "info") or info
    phone = phone84(info.get("phone"))
    return _message(event, clock, contact=Contact(phone, words(info.get("name"))) if phone else None)


_PARSERS: Mapping[str, Callable[[Json, Clock], Incoming]] = {
    "user_send_text": _text,
    "user_send_image": _media,
    "user_send_gif": _media,
    "user_send_sticker": _media,
    "user_send_audio": _media,
    "user_send_video": _media,
    "user_send_file": _media,
    "user_send_link": _link,
    "user_send_business_card": _link,
    "user_send_location": _location,
    "user_submit_info": _submit_info,
    "follow": _follow,
    "unfollow": _follow,
}

_KINDS: Mapping[str, FileKind] = {
    "image": FileKind.PHOTO,
    "photo": FileKind.PHOTO,
    "gif": FileKind.PHOTO,
    "sticker": FileKind.STICKER,
    "audio": FileKind.VOICE,
    "video": FileKind.VIDEO,
    "file": FileKind.DOCUMENT,
}


def _message(event: Json, clock: Clock, **found: Any) -> Incoming:
    return _incoming(event, clock, part(event, "sender"), found)


def _incoming(event: Json, clock: Clock, person: Json, found: Mapping[str, Any]) -> Incoming:
    who = as_id(person.get("id"))
    if not who:
        raise Malformed("no sender")
    sent_at = instant(event.get("timestamp"), clock)
    return Incoming(Address(NAME, who), _key(event, who), sent_at, **found)


def _key(event: Json, who: str) -> str:
    """The message id; for what is no message (and may quote one) the event joins the key."""
    message, name = part(event, "message"), event["event_name"]
    found = as_id(message.get("msg_id")) or as_id(message.get("message_id"))
    if found and name.startswith("user_send_"):
        return found
    return f"{name}:{found}" if found else f"{name}:{who}:{as_id(event.get('timestamp'))}"


def _payloads(event: Json) -> list[tuple[str, Json]]:
    found = part(event, "message").get("attachments")
    entries = [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []
    return [(words(entry.get("type")), part(entry, "payload")) for entry in entries]


def _file(kind: str, payload: Json) -> FileRef:
    size = as_id(payload.get("size"))
    mime = words(payload.get("type"))
    return FileRef(
        _KINDS[kind],
        words(payload.get("url")) or as_id(payload.get("id")),
        words(payload.get("name")),
        int(size) if size.isascii() and size.isdigit() and len(size) < 16 else 0,
        mime if "/" in mime else "image/gif" if kind == "gif" else "",
    )


def _place(point: Json, title: str) -> Place | None:
    try:
        latitude, longitude = float(as_id(point.get("latitude"))), float(as_id(point.get("longitude")))
    except ValueError:
        latitude, longitude = _number(point.get("latitude")), _number(point.get("longitude"))
    inside = -90 <= latitude <= 90 and -180 <= longitude <= 180
    return Place(latitude, longitude, title) if inside else None


def _number(value: object) -> float:
    return value if isinstance(value, float) else 1000.0


def _object_in(text: object) -> Json:
    try:
        return json_object(words(text).encode())
    except Malformed:
        return {}
