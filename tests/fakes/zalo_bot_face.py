"""The Bot Platform half of the fake Zalo: `/bot<token>/<method>`, long polling or webhook, quotas, echoes, groups."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from tests.fakes.zalo_hooks import Delivery, Hook
from tests.fakes.zalo_people import Heard, Json, ZaloPerson, milliseconds

if TYPE_CHECKING:
    from tests.fakes.zalo_server import FakeZalo

WEBHOOK_SET = "You cannot use this API while a webhook is set. Please remove the webhook first"
EVENTS = {"text": "text", "image": "image", "sticker": "sticker", "audio": "voice"}


class No(Exception):
    """An error answer of the platform."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


class BotFace:
    """One bot. Plain attributes are switches and counters for tests."""

    def __init__(self, server: FakeZalo) -> None:
        self.server = server
        self.token = "1000000000000000001:bot-secret-for-tests"
        self.id = "bot0bot0bot0bot0bot0"
        self.hook = Hook(server.clock)
        self.secret = ""
        self.allow_loopback = False
        self.replay = False  # the same update on every poll, at once
        self.hold = True  # long polling waits for news or for fake time
        self.error_status = True  # HTTP status equal to error_code, else always 200
        self.unknown_token_in_plain = False
        self.missing_webhook_is_404 = True
        self.with_error_code = True
        self.with_content_type = True
        self.counts_utf16 = True
        self.enveloped = True
        self.photo_field = "photo_url"
        self.secret_header: str | None = None  # sent in place of the right one; "" sends none
        self.files_arrive = True  # as "unsupported", else not at all
        self.echo = False
        self.monthly = 3000
        self.most_people = 50
        self.photo_fetches = 0
        self.typing = 0
        self.sent = 0
        self.people: dict[str, ZaloPerson] = {}
        self._queue: deque[Json] = deque()
        self._news = asyncio.Event()
        self._ids = 0

    def settings(self) -> dict[str, str]:
        """The settings that lead the bot here."""
        return {"ZALO_BOT_TOKEN": self.token, "ZALO_BOT_API": self.server.url, "ZALO_BOT_MODE": "polling"}

    def person(self, name: str = "Ông Ba") -> ZaloPerson:
        """A new resident."""
        number = f"aa11bb22cc33dd44{len(self.people):04x}"
        self.people[number] = ZaloPerson(self, number, name, self.server.clock())
        return self.people[number]

    def put_file(self, data: bytes, name: str) -> str:
        """Keep an attachment; returns its address."""
        return self.server.put_file(f"{secrets.token_hex(4)}/{name}", data)

    def add_routes(self, app: web.Application) -> None:
        """One path for every method, POST and GET."""
        app.router.add_route("*", "/bot{token}/{method}", self._handle)

    async def _handle(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        return await self.server.attend(method, request, lambda: self._answer(request, method))

    async def _answer(self, request: web.Request, method: str) -> web.Response:
        if request.match_info["token"] != self.token:
            if self.unknown_token_in_plain:
                return web.Response(status=401, text="Unauthorized")
            return self._refuse(No(401, "Unauthorized"))
        work = self._methods().get(method)
        try:
            if work is None:
                raise No(400, "Bad Request: unknown method")
            found = await work(await _parameters(request))
        except No as no:
            return self._refuse(no)
        body: Json = {"ok": True} | ({} if found is None else {"result": found})
        if self.with_error_code:
            body["error_code"] = 0
        return self._json(body, 200)

    def _refuse(self, no: No) -> web.Response:
        body = {"ok": False, "description": str(no), "error_code": no.code}
        return self._json(body, no.code if self.error_status else 200)

    def _json(self, body: Json, status: int) -> web.Response:
        raw = json.dumps(body, ensure_ascii=False).encode()
        kind = "application/json" if self.with_content_type else "application/octet-stream"
        return web.Response(status=status, body=raw, content_type=kind)

    def _methods(self) -> dict[str, Callable[[Json], Awaitable[Json | None]]]:
        return {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._webhook_info,
            "sendMessage": self._send_message,
            "sendPhoto": self._send_photo,
            "sendChatAction": self._send_chat_action,
        }

    async def _get_me(self, _: Json) -> Json:
        names = {"account_name": "bot.HoiAm", "display_name": "Bot Hồi Âm"}
        return {"id": self.id, "account_type": "BASIC", "can_join_groups": False, **names}

    async def _get_updates(self, given: Json) -> Json:
        if self.hook.url:
            raise No(400, WEBHOOK_SET)
        deadline = self.server.clock() + timedelta(seconds=float(given.get("timeout", 30)))
        while self.hold and not self._queue and self.server.clock() < deadline and not self.server.closing.is_set():
            self._news.clear()
            await self.server.until(deadline, self._news)
        if not self._queue:
            raise No(408, "Request timeout")
        return self._queue[0] if self.replay else self._queue.popleft()

    async def _set_webhook(self, given: Json) -> Json:
        url, secret = str(given.get("url", "")), str(given.get("secret_token", ""))
        parts = urlsplit(url)
        private = parts.hostname in ("localhost", "127.0.0.1", "::1") or str(parts.hostname).startswith(("10.", "192."))
        if not 8 <= len(secret) <= 256 or (not self.allow_loopback and (parts.scheme != "https" or private)):
            raise No(400, "Bad Request: webhook url or secret_token")
        self.hook.url, self.secret = url, secret
        outcome: Json = {"ok": True, "url": url, "outcome": "webhook.ok", "hint": ""}
        return {"url": url, "updated_at": self._now(), "verification": outcome}

    async def _delete_webhook(self, _: Json) -> Json:
        self.hook.url = ""
        return {"url": "", "updated_at": self._now()}

    async def _webhook_info(self, _: Json) -> Json:
        if not self.hook.url and self.missing_webhook_is_404:
            raise No(404, "Not Found")
        return {"url": self.hook.url, "updated_at": self._now()}

    async def _send_message(self, given: Json) -> Json:
        text = str(given.get("text", ""))
        length = len(text.encode("utf-16-le")) // 2 if self.counts_utf16 else len(text)
        if not 1 <= length <= 2000:
            raise No(400, "Bad Request: text")
        return await self._reach(given, Heard(text))

    async def _send_photo(self, given: Json) -> Json:
        try:
            async with aiohttp.ClientSession() as session:
                for _ in range(2):  # seen: the address is fetched more than once
                    async with session.get(str(given.get("photo", ""))) as answer:
                        answer.raise_for_status()
                        self.photo_fetches += 1
        except (aiohttp.ClientError, ValueError):
            raise No(400, "Bad Request: photo") from None
        return await self._reach(given, Heard(str(given.get("caption", ""))))

    async def _send_chat_action(self, given: Json) -> None:
        if given.get("action") != "typing":
            raise No(400, "Bad Request: action")
        self.typing += 1

    async def _reach(self, given: Json, heard: Heard) -> Json:
        person = self.people.get(str(given.get("chat_id", "")))
        if person is None:
            raise No(400, "Bad Request: chat_id")
        if self.sent >= self.monthly or list(self.people).index(person.id) >= self.most_people:
            raise No(429, "Quota exceeded")
        self.sent += 1
        person.hear(heard)
        number = self._new_id()
        if self.echo:
            await self.push(self._update("text", {"text": heard.text}, person.id, self.id, is_bot=True))
        return {"message_id": number, "date": self._now()}

    # What people do.

    async def utter(self, person: ZaloPerson, kind: str, content: Json) -> Delivery | None:
        """Queue or deliver what a person did; kinds the platform does not know come withheld or not at all."""
        if kind not in EVENTS and not self.files_arrive:
            return None
        return await self.push(self._update(kind, content, person.id, person.id))

    async def in_group(self, person: ZaloPerson, text: str, group: str = "g0g0g0g0g0g0") -> Delivery | None:
        """The person mentions the bot in a group."""
        update = self._update("text", {"text": text}, group, person.id)
        update["message"]["chat"]["chat_type"] = "GROUP"
        return await self.push(update)

    async def push(self, update: Json) -> Delivery | None:
        """Deliver by webhook where one is set, else queue for polling."""
        if not self.hook.url:
            self._queue.append(update)
            self._news.set()
            return None
        secret = self.secret if self.secret_header is None else self.secret_header
        body = {"ok": True, "result": update} if self.enveloped else update
        headers = {"X-Bot-Api-Secret-Token": secret} if secret else {}
        return await self.hook.deliver(json.dumps(body, ensure_ascii=False).encode(), headers)

    def _update(self, kind: str, content: Json, chat: str, sender: str, is_bot: bool = False) -> Json:
        name = self.people[sender].name if sender in self.people else "Bot"
        message: Json = {
            "message_id": self._new_id(),
            "date": self._now(),
            "from": {"id": sender, "display_name": name, "is_bot": is_bot},
            "chat": {"id": chat, "chat_type": "PRIVATE"},
        }
        event = EVENTS.get(kind, "unsupported")
        return {"event_name": f"message.{event}.received", "message": message | self._fields(event, content)}

    def _fields(self, event: str, content: Json) -> Json:
        if event == "image":
            return {self.photo_field: content["url"], "caption": content.get("text", "")}
        if event == "sticker":
            return {"sticker": content["id"], "url": content["url"]}
        if event == "voice":
            return {"voice_url": content["url"]}
        return {"text": content["text"]} if event == "text" else {}

    def _new_id(self) -> str:
        self._ids += 1
        return f"{self._ids:020x}"

    def _now(self) -> int:
        return milliseconds(self.server.clock())


async def _parameters(request: web.Request) -> Json:
    found: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json" and request.can_read_body:
        return found | dict(await request.json())
    if request.can_read_body:
        found |= {name: str(value) for name, value in (await request.post()).items()}
    return found
