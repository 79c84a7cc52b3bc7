"""Bot API objects as Telegram sends them, and the checks Telegram makes on what a bot sends."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

BOT_ID = 123456
USERNAME = "HoiAmFakeBot"
BOT = {"id": BOT_ID, "is_bot": True, "first_name": "Hồi Âm", "username": USERNAME}


class Refusal(Exception):
    """An answer with `ok: false`: an HTTP status, the reason, and what Telegram adds to it."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """The JSON answer."""
        answer: dict[str, Any] = {"ok": False, "error_code": self.status, "description": self.description}
        return answer | ({"parameters": self.parameters} if self.parameters else {})


@dataclass
class Failure:
    """What to do instead of answering. `reset` takes the request and cuts the connection before the answer."""

    method: str = "sendmessage"
    chat: int | None = None
    status: int = 500
    description: str = "Internal Server Error"
    html: bool = False
    reset: bool = False
    junk: bool = False
    location: str = ""
    retry_after: int = 0
    migrate_to: int = 0

    def refusal(self) -> Refusal:
        """The answer in Telegram's words."""
        if self.retry_after:
            return Refusal(429, f"Too Many Requests: retry after {self.retry_after}", retry_after=self.retry_after)
        if self.migrate_to:
            words = "Bad Request: group chat was upgraded to a supergroup chat"
            return Refusal(400, words, migrate_to_chat_id=self.migrate_to)
        return Refusal(self.status, self.description)


@dataclass(frozen=True)
class Sent:
    """One message the bot sent. `at` is the loop's time in seconds; `fields` are the raw parameters."""

    chat_id: int
    text: str
    markup: dict[str, Any]
    message_id: int
    at: float
    date: int = 0
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """Every button in reading order; those of a keyboard given as bare text become objects."""
        rows = self.markup.get("inline_keyboard") or self.markup.get("keyboard") or []
        return [button if isinstance(button, dict) else {"text": button} for row in rows for button in row]

    @property
    def labels(self) -> list[str]:
        """What stands on the buttons."""
        return [button["text"] for button in self.buttons]

    def button(self, label: str) -> dict[str, Any] | None:
        """The button with this label."""
        return next((button for button in self.buttons if button["text"] == label), None)


def user(chat: int) -> dict[str, Any]:
    """A resident; in private chats the person's id is the chat's id."""
    return {"id": abs(chat), "is_bot": False, "first_name": f"Người {abs(chat)}", "language_code": "vi"}


def chat_of(chat: int) -> dict[str, Any]:
    """A private chat, a basic group, or (from -100…) a supergroup."""
    if chat > 0:
        return {"id": chat, "type": "private", "first_name": f"Người {chat}"}
    kind = "supergroup" if str(chat).startswith("-100") else "group"
    return {"id": chat, "type": kind, "title": "Tổ dân phố"}


def entities(text: str) -> list[dict[str, Any]]:
    """Commands and mentions as Telegram marks them, in UTF-16 units."""
    found, at = [], 0
    for word in text.split(" "):
        size = len(word.encode("utf-16-le")) // 2
        if word.startswith("/") and at == 0:
            found.append({"type": "bot_command", "offset": at, "length": size})
        elif word.startswith("@"):
            found.append({"type": "mention", "offset": at, "length": size})
        at += size + 1
    return found


def check_message(fields: dict[str, Any]) -> None:
    """Raise the `Refusal` Telegram would give for one sendMessage."""
    try:
        chat = int(fields["chat_id"])
    except (KeyError, ValueError):
        words = "chat not found" if fields.get("chat_id") else "chat_id is empty"
        raise Refusal(400, f"Bad Request: {words}") from None
    text = fields.get("text")
    if not isinstance(text, str) or not text.strip():
        raise Refusal(400, "Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) // 2 > 4096:
        raise Refusal(400, "Bad Request: message is too long")
    markup = fields.get("reply_markup")
    if markup is not None and not isinstance(markup, dict):
        raise Refusal(400, "Bad Request: object expected as reply markup")
    if markup:
        _check_markup(markup, private=chat > 0)


def _check_markup(markup: dict[str, Any], private: bool) -> None:
    if markup.get("remove_keyboard"):
        return
    rows = markup.get("inline_keyboard", markup.get("keyboard"))
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise Refusal(400, "Bad Request: field of the reply markup must be of type Array of Arrays")
    buttons = [button for row in rows for button in row]
    if len(buttons) > 100:
        raise Refusal(400, "Bad Request: reply markup is too long")
    for button in buttons:
        if "inline_keyboard" in markup:
            _check_inline(button)
        else:
            _check_key(button, private)


def _check_inline(button: dict[str, Any]) -> None:
    if not button.get("text"):
        raise Refusal(400, "Bad Request: can't parse inline keyboard button: text can't be empty")
    if not 1 <= len(str(button.get("callback_data", "")).encode()) <= 64:
        raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")


def _check_key(button: dict[str, Any] | str, private: bool) -> None:
    if isinstance(button, str):
        button = {"text": button}
    if not button.get("text"):
        raise Refusal(400, "Bad Request: can't parse keyboard button: text can't be empty")
    if not private and (button.get("request_contact") or button.get("request_location")):
        raise Refusal(400, "Bad Request: phone number can be requested in private chats only")
