"""The people of the load and what they say: one report is six updates in and six messages out.

Consent was given before, the commune is the shipped sample. The words are: what happened (which is answered by the
topics), the first topic, the first work, the first time, no evidence, and send. Each is answered by one message. There
is no officer to tell: we tell of many new cases at once, the peers would tell of each.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import orjson

from bench.wire import get, post
from storage.keys import KeyRing

STORY = "Đường bê tông Thôn 2 mới làm ba tháng đã nứt toác, lún cả đoạn dài"
TALK = (STORY, "1", "1", "1", "không", "1")
MESSAGES = 6

TELEGRAM_TOKEN = "123456:bench-token"
TELEGRAM_SECRET = "bench-secret"
ZALO_APP, ZALO_SECRET = "1111111111111111111", "bench-oa-secret"
ISSUED = 1_767_200_000


class TelegramPeople:
    """Updates as Telegram posts them. With `buttons` (chat to newest first button) answers are taps."""

    name = "telegram"
    path = "/webhook/telegram"

    def __init__(self, buttons: dict[str, str] | None = None) -> None:
        self._buttons = buttons
        self._number = 0

    @staticmethod
    def chat(resident: int) -> str:
        """The chat's id."""
        return str(700_000_000 + resident)

    def says(self, resident: int, words: str) -> bytes:
        """One request."""
        self._number += 1
        tapped = self._buttons is not None and words is not STORY
        update = self._tap(resident) if tapped else self._message(resident, words)
        body = orjson.dumps({"update_id": self._number, **update})
        return post(self.path, body, {"X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET})

    def _message(self, resident: int, words: str) -> dict[str, Any]:
        chat = int(self.chat(resident))
        person = {"id": chat, "is_bot": False, "first_name": "Mai", "last_name": "Trần", "language_code": "vi"}
        home = {"id": chat, "first_name": "Mai", "last_name": "Trần", "type": "private"}
        return {"message": {"message_id": self._number, "from": person, "chat": home, "date": ISSUED, "text": words}}

    def _tap(self, resident: int) -> dict[str, Any]:
        assert self._buttons is not None
        shown = self._message(resident, "?")["message"]
        data = self._buttons[self.chat(resident)]
        query = {"id": str(4_000_000_000 + self._number), "from": shown["from"], "chat_instance": "1", "data": data}
        return {"callback_query": {**query, "message": {**shown, "from": {**shown["from"], "is_bot": True}}}}


class ZaloPeople:
    """Signed events as a Zalo Official Account is called back with."""

    name = "zalo-oa"
    path = "/webhook/zalo-oa"

    def __init__(self) -> None:
        self._number = 0

    @staticmethod
    def chat(resident: int) -> str:
        """The person's id for this account."""
        return str(6_000_000_000_000_000_000 + resident)

    def says(self, resident: int, words: str) -> bytes:
        """One request."""
        self._number += 1
        stamp = str(ISSUED * 1000 + self._number)
        event = {
            "app_id": ZALO_APP,
            "user_id_by_app": "4444444444444444444",
            "event_name": "user_send_text",
            "sender": {"id": self.chat(resident)},
            "recipient": {"id": "3333333333333333333"},
            "message": {"text": words, "msg_id": f"aaaabbbbccccdddd{self._number}"},
            "timestamp": stamp,
        }
        body = orjson.dumps(event)
        mac = sha256(ZALO_APP.encode() + body + stamp.encode() + ZALO_SECRET.encode()).hexdigest()
        return post(self.path, body, {"X-ZEvent-Signature": f"mac={mac}"})


class WebPeople:
    """Browsers with a session of their own, made with the installation's keys."""

    name = "web"
    path = "/chat/messages"

    def __init__(self, keys: KeyRing, issued: int) -> None:
        self._keys = keys
        self._issued = str(issued)
        self._number = 0

    @staticmethod
    def chat(resident: int) -> str:
        """The session's id."""
        return f"{resident % 2**64:048x}"

    def headers(self, resident: int) -> dict[str, str]:
        """What the browser sends with everything."""
        name = self.chat(resident)
        proof = self._keys.lookup("web-session", f"{name}.{self._issued}")
        cookie = f"hoiam={name}.{self._issued}.{proof}"
        return {"Cookie": cookie, "Sec-Fetch-Site": "same-origin", "Accept": "application/json"}

    def says(self, resident: int, words: str) -> bytes:
        """One request."""
        self._number += 1
        body = orjson.dumps({"message_id": f"m-{self._number:010d}", "text": words})
        return post(self.path, body, self.headers(resident))

    def listens(self, resident: int) -> bytes:
        """The request that opens the live stream."""
        return get("/chat/live", {**self.headers(resident), "Accept": "text/event-stream"})


People = TelegramPeople | ZaloPeople | WebPeople
