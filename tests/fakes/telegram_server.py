"""A Bot API server on loopback with the real one's shapes, for tests and for trying the bot without an account.

`async with FakeTelegram() as fake:` then `Telegram(fake.token, api=fake.url)`. Residents speak through `fake.say(…)`;
what the bot said is in `fake.sent`. By hand: `asyncio.run(serve(8081))`, then open that port in a browser.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any, Self

from aiohttp import web

from bot.clock import Clock, system_clock
from tests.fakes.telegram_page import add_page
from tests.fakes.telegram_people import Residents, TelegramPerson
from tests.fakes.telegram_push import push
from tests.fakes.telegram_shapes import BOT, BOT_ID, Failure, Refusal, Sent, chat_of, check_message

__all__ = ["FakeTelegram", "TelegramPerson", "serve"]

MAX_FILE = 20 * 1024 * 1024
Fields = dict[str, Any]


class FakeTelegram(Residents):
    """One bot's Telegram. `latency` is seconds before each answer; `hold` the longest long poll, in seconds."""

    token = f"{BOT_ID}:fake-token_for-tests"

    def __init__(self, latency: float = 0.0, hold: float = 50.0, clock: Clock = system_clock) -> None:
        super().__init__(clock)
        self.latency = latency
        self.hold = hold
        self.url = ""
        self.calls: list[tuple[str, Fields]] = []
        self.commands: dict[str, list[dict[str, str]]] = {}
        self.webhook: Fields = {}
        self.offset = 0
        """The offset last confirmed by getUpdates."""
        self.blocked: set[int] = set()
        self.unknown: set[int] = set()
        self.pushed: list[tuple[int, int]] = []
        """Webhook deliveries: update number and the status it got, 0 for no answer."""
        self._failures: list[Failure] = []
        self._poll = 0
        self._stir = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._pusher: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self, port: int = 0) -> None:
        """Listen on loopback; port 0 takes a free one."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        add_page(app, self)
        app.router.add_route("*", "/file/bot{token}/{path:.+}", self._file)
        app.router.add_route("*", "/bot{token}/{method}", self._method)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        """Stop listening; a waiting long poll is cut off."""
        await self._stop_pushing()
        if self._runner is not None:
            await self._runner.cleanup()

    def fail_next(self, times: int = 1, **failure: Any) -> None:
        """Fail so many of the next calls of one method (sendMessage unless told), of one chat if given."""
        failure["method"] = failure.get("method", "sendMessage").lower()
        self._failures += [Failure(**failure) for _ in range(times)]

    def stir(self) -> None:
        """Wake everybody who waits for something to change."""
        self._stir.set()

    async def until(self, happened: Callable[[], bool], seconds: float = 5.0) -> None:
        """Wait until something is true, at most `seconds`; looked at whenever anything changes here."""
        async with asyncio.timeout(seconds):
            while not happened():
                await self.changed()

    async def changed(self) -> None:
        """Wait for the next change."""
        self._stir.clear()
        await self._stir.wait()

    async def push_to(self, url: str, secret: str) -> None:
        """Deliver by webhook from now on, as if the bot had called setWebhook."""
        await self._set_webhook({"url": url, "secret_token": secret})

    async def _method(self, request: web.Request) -> web.StreamResponse:
        fields = await _fields(request)
        name = request.match_info["method"].lower()
        self.calls.append((request.match_info["method"], fields))
        if self.latency:
            await asyncio.sleep(self.latency)
        try:
            self._check_token(request.match_info["token"])
            failure = self._failure(name, fields)
            if failure is not None and not failure.reset and not failure.junk:
                return _failed(failure)
            result = await self._answer(name, fields)
        except Refusal as refusal:
            return web.json_response(refusal.body(), status=refusal.status)
        finally:
            self.stir()
        if failure is not None and failure.reset and request.transport is not None:
            request.transport.abort()
        if failure is not None and failure.junk:
            return web.Response(text="[]", content_type="application/json")
        return web.json_response({"ok": True, "result": result})

    def _check_token(self, token: str) -> None:
        if not re.fullmatch(r"\d+:[\w-]+", token):
            raise Refusal(404, "Not Found")
        if token != self.token:
            raise Refusal(401, "Unauthorized")

    def _failure(self, method: str, fields: Fields) -> Failure | None:
        chat = str(fields.get("chat_id", ""))
        for failure in self._failures:
            if failure.method == method and failure.chat in (None, int(chat or 0)):
                self._failures.remove(failure)
                return failure
        return None

    async def _answer(self, method: str, fields: Fields) -> Any:
        methods: dict[str, Callable[[Fields], Awaitable[Any]]] = {
            "getme": self._get_me,
            "getupdates": self._get_updates,
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "getwebhookinfo": self._get_webhook_info,
            "setmycommands": self._set_my_commands,
            "sendmessage": self._send_message,
            "sendchataction": self._send_chat_action,
            "answercallbackquery": self._answer_callback_query,
            "getfile": self._get_file,
        }
        if method not in methods:
            raise Refusal(404, "Not Found")
        return await methods[method](fields)

    async def _get_me(self, _: Fields) -> Any:
        return BOT | {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}

    async def _get_updates(self, fields: Fields) -> Any:
        if self.webhook:
            words = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            raise Refusal(409, f"Conflict: {words}")
        self._poll += 1
        mine = self._poll
        self.stir()
        offset = int(fields.get("offset") or 0)
        self.offset = max(self.offset, offset)
        self.updates = [update for update in self.updates if update["update_id"] >= offset]
        try:
            hold = min(self.hold, float(fields.get("timeout") or 0))
            await self.until(lambda: bool(self.updates) or self._poll != mine, hold)
        except TimeoutError:
            return []
        if self._poll != mine:
            words = "terminated by other getUpdates request; make sure that only one bot instance is running"
            raise Refusal(409, f"Conflict: {words}")
        return self.updates[: int(fields.get("limit") or 100)]

    async def _set_webhook(self, fields: Fields) -> Any:
        if not re.fullmatch(r"[\w-]{0,256}", str(fields.get("secret_token", "")), re.ASCII):
            raise Refusal(400, "Bad Request: secret token contains unallowed characters")
        if not re.match(r"https://|http://(127\.0\.0\.1|localhost)[:/]", str(fields["url"])):
            raise Refusal(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        await self._delete_webhook(fields)
        self.webhook = dict(fields)
        self._pusher = asyncio.create_task(push(self))
        return True

    async def _delete_webhook(self, fields: Fields) -> Any:
        await self._stop_pushing()
        self.webhook = {}
        if fields.get("drop_pending_updates"):
            self.updates.clear()
        return True

    async def _get_webhook_info(self, _: Fields) -> Any:
        url = self.webhook.get("url", "")
        return {"url": url, "has_custom_certificate": False, "pending_update_count": len(self.updates)}

    async def _set_my_commands(self, fields: Fields) -> Any:
        commands = fields.get("commands") or []
        for command in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]) or not 1 <= len(command["description"]) <= 256:
                raise Refusal(400, "Bad Request: BOT_COMMAND_INVALID")
        self.commands[fields.get("language_code") or ""] = commands
        return True

    async def _send_message(self, fields: Fields) -> Any:
        check_message(fields)
        chat = int(fields["chat_id"])
        if chat in self.unknown:
            raise Refusal(400, "Bad Request: chat not found")
        if chat in self.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        number = self.next_message()
        at = asyncio.get_running_loop().time()
        self.sent.append(Sent(chat, fields["text"], fields.get("reply_markup") or {}, number, at, self.date(), fields))
        return {"message_id": number, "from": BOT, "chat": chat_of(chat), "date": self.date(), "text": fields["text"]}

    async def _send_chat_action(self, _: Fields) -> Any:
        return True

    async def _answer_callback_query(self, fields: Fields) -> Any:
        tap = str(fields.get("callback_query_id"))
        if self.taps.get(tap) is not False:
            words = "query is too old and response timeout expired or query ID is invalid"
            raise Refusal(400, f"Bad Request: {words}")
        self.taps[tap] = True
        return True

    async def _get_file(self, fields: Fields) -> Any:
        file = self.files.get(str(fields.get("file_id")))
        if file is None:
            raise Refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(file.content) > MAX_FILE:
            raise Refusal(400, "Bad Request: file is too big")
        unique = f"u-{file.id}"
        return {"file_id": file.id, "file_unique_id": unique, "file_size": file.size, "file_path": file.path}

    async def _file(self, request: web.Request) -> web.StreamResponse:
        self._check_token(request.match_info["token"])
        failure = self._failure("file", {})
        if failure is not None and failure.location:
            return web.Response(status=302, headers={"Location": failure.location})
        if failure is not None:
            return _failed(failure)
        path = request.match_info["path"]
        file = next((file for file in self.files.values() if file.path == path), None)
        return web.Response(body=file.content) if file else web.Response(status=404)

    async def _stop_pushing(self) -> None:
        if self._pusher is not None:
            self._pusher.cancel()
            await asyncio.gather(self._pusher, return_exceptions=True)
            self._pusher = None


def _failed(failure: Failure) -> web.Response:
    if failure.html:
        return web.Response(status=failure.status, text="<html><h1>Bad Gateway</h1></html>", content_type="text/html")
    refusal = failure.refusal()
    return web.json_response(refusal.body(), status=refusal.status)


async def _fields(request: web.Request) -> Fields:
    """Parameters from the query, a form or JSON; nested ones may come as JSON text, as the Bot API allows."""
    fields: Fields = dict(request.query)
    if request.content_type == "application/json" and request.can_read_body:
        fields |= await request.json()
    elif request.can_read_body:
        fields |= dict(await request.post())
    for name in ("reply_markup", "commands", "scope", "allowed_updates", "link_preview_options"):
        if isinstance(fields.get(name), str):
            fields[name] = json.loads(fields[name])
    return fields


async def serve(port: int) -> None:
    """Run for ever on loopback, to try the bot by hand; the page of the port is a resident's phone."""
    fake = FakeTelegram()
    await fake.open(port)
    print(f"# Telegram giả: mở {fake.url}/ để trò chuyện như một người dân.")
    print(f"HOIAM_TELEGRAM_TOKEN={fake.token}\nHOIAM_TELEGRAM_API={fake.url}", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await fake.close()
