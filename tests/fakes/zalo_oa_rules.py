"""What the fake Official Account refuses in a message or an upload, and what a phone shows of a message."""

from __future__ import annotations

from collections.abc import Mapping

from tests.fakes.zalo_people import Heard, Json

BUTTON_TYPES = {"oa.open.url", "oa.query.show", "oa.query.hide", "oa.open.sms", "oa.open.phone"}
UPLOADS: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "image": (1 << 20, ("jpg", "jpeg", "png")),
    "gif": (5 << 20, ("gif",)),
    "file": (5 << 20, ("pdf", "doc", "docx", "csv")),
}


class Refusal(Exception):
    """A code and text in place of data."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


def check_content(message: Json) -> None:
    """Raise `Refusal` for a consultation message that Zalo would not take."""
    text, attachment = message.get("text", ""), message.get("attachment")
    if not isinstance(text, str) or (not text and not attachment):
        raise Refusal(-201, "message is invalid")
    if len(text.encode("utf-16-le")) // 2 > 2000:
        raise Refusal(-210, "text is over its limit")
    if attachment is None:
        return
    if attachment.get("type") not in ("template", "file"):
        raise Refusal(-201, "attachment.type is invalid")
    payload = attachment.get("payload") or {}
    _check_buttons(payload.get("buttons") or [])
    elements = payload.get("elements") or []
    if payload.get("template_type") == "request_user_info":
        _check_card(elements)
    elif payload.get("template_type") == "media" and len(elements) != 1:
        raise Refusal(-201, "elements is invalid")


def _check_buttons(buttons: list[Json]) -> None:
    if len(buttons) > 5:
        raise Refusal(-201, "buttons is over its limit")
    for button in buttons:
        payload = button.get("payload")
        if button.get("type") not in BUTTON_TYPES:
            raise Refusal(-201, "button type is invalid")
        if str(button["type"]).startswith("oa.query") and not (isinstance(payload, str) and 0 < len(payload) <= 1000):
            raise Refusal(-201, "button payload is invalid")
        if not 0 < len(button.get("title", "")) <= 100:
            raise Refusal(-210, "button title is over its limit")


def _check_card(elements: list[Json]) -> None:
    if len(elements) != 1 or not elements[0].get("title"):
        raise Refusal(-201, "elements is invalid")
    if len(elements[0]["title"]) > 100 or len(elements[0].get("subtitle", "")) > 500:
        raise Refusal(-210, "title or subtitle is over its limit")


def check_upload(kind: str, name: str, size: int) -> None:
    """Raise `Refusal` for a file of a wrong type or size."""
    if kind not in UPLOADS:
        raise Refusal(-201, "upload type is invalid")
    limit, endings = UPLOADS[kind]
    if size > limit:
        raise Refusal(-210, "file is over its limit")
    if "." in name and name.rpartition(".")[2].lower() not in endings:
        raise Refusal(-201, "file type is invalid")


def heard_from(message: Json) -> Heard:
    """What the resident sees."""
    payload = (message.get("attachment") or {}).get("payload") or {}
    card = payload.get("template_type") == "request_user_info"
    lines = [message.get("text", "")]
    if card:
        lines += [payload["elements"][0]["title"], payload["elements"][0].get("subtitle", "")]
    buttons = tuple((str(button["title"]), str(button["payload"])) for button in payload.get("buttons") or [])
    return Heard("\n".join(filter(None, lines)), buttons, card)
