"""The hearing half of Telegram, on aiogram: updates in, files down, webhook and command menu set."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import Any, ClassVar, Final, cast
from urllib.parse import quote

import aiohttp
import orjson
from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods.base import TelegramMethod, TelegramType
from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats, Update
from pydantic import ValidationError

from bot.channels.base import Malformed
from bot.channels.telegram_http import ANSWER_SECONDS, JSON, Unclear, Unsent, Wire
from bot.channels.telegram_parse import Me, incoming
from bot.channels.telegram_poll import TOKEN_REFUSED, Trouble
from cases.messages import FileFault, FileRef, Incoming

WANTED: Final = ["message", "edited_message", "callback_query", "my_chat_member"]
BATCH: Final = 100
GETFILE_BYTES: Final = 20 * 1024 * 1024
"""A bot can download at most 20 MB: https://core.telegram.org/bots/api#getfile"""
CHUNK: Final = 65536

MENU: Final[dict[str | None, dict[str, str]]] = {
    None: {
        "phananh": "Gửi phản ánh, kiến nghị mới",
        "tracuu": "Xem các phản ánh của tôi hoặc tra mã biên nhận",
        "bosung": "Bổ sung cho phản ánh đã gửi",
        "dulieu": "Dữ liệu của tôi: xem, sửa, xóa",
        "thuvien": "Thư viện hướng dẫn",
        "trogiup": "Trợ giúp",
        "ngonngu": "Ngôn ngữ / Language",
        "huy": "Hủy việc đang làm",
    },
    "en": {
        "phananh": "Report a problem",
        "tracuu": "My reports, or look up a receipt code",
        "bosung": "Add to a report",
        "dulieu": "My data: see, correct, erase",
        "thuvien": "Library",
        "trogiup": "Help",
        "ngonngu": "Language / Ngôn ngữ",
        "huy": "Cancel what I am doing",
    },
}


class RawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates with the updates left unread, so that one that cannot be parsed does not spoil the batch."""

    __returning__: ClassVar[Any] = list[dict[str, Any]]
    __api_method__: ClassVar[str] = "getUpdates"

    offset: int | None = None
    limit: int = BATCH
    timeout: int = 0
    allowed_updates: list[str] = WANTED


class Session(BaseSession):
    """aiogram's session on the shared connections: no redirects, and no addresses in errors."""

    def __init__(self, wire: Wire, api: str) -> None:
        super().__init__(api=TelegramAPIServer.from_base(api), json_loads=orjson.loads)
        self._wire = wire

    async def close(self) -> None:
        """Nothing: the channel owns the connections."""

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109 the parent's signature
    ) -> TelegramType:
        """Post one method as JSON."""
        fields = {
            name: self.prepare_value(value, bot, {}, _dumps_json=False)
            for name, value in method.model_dump(warnings=False).items()
            if value is not None
        }
        url = self._wire.method_url(method.__api_method__)
        try:
            status, body = await self._wire.post(url, orjson.dumps(fields), JSON, timeout or ANSWER_SECONDS)
        except (Unsent, Unclear) as fault:
            raise TelegramNetworkError(method, str(fault)) from None
        try:
            answer = self.check_response(bot, method, status, body.decode("utf-8", "replace"))
        except ClientDecodeError:  # its text repeats the whole answer
            raise TelegramServerError(method, f"status {status} and no readable answer") from None
        return cast(TelegramType, answer.result)

    async def stream_content(
        self,
        url: str,
        headers: dict[str, Any] | None = None,
        timeout: int = 30,  # noqa: ASYNC109 the parent's signature
        chunk_size: int = CHUNK,
        raise_for_status: bool = True,
    ) -> AsyncGenerator[bytes, None]:
        """Yield a file as it arrives. Raises `FileFault`."""
        try:
            async with self._wire.get(url, timeout) as answer:
                if raise_for_status and answer.status != 200:
                    raise FileFault(_download_code(answer.status), f"status {answer.status}")
                async for chunk in answer.content.iter_chunked(chunk_size):
                    yield chunk
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            raise FileFault("unreachable", type(fault).__name__) from None


class Ear:
    """Everything Telegram tells us. Network methods raise `Trouble`, which never carries the token."""

    def __init__(self, token: str, api: str, wire: Wire) -> None:
        self._bot = Bot(token, session=Session(wire, api))
        self._token = token
        self.me = Me(int(token.partition(":")[0]))

    def read(self, body: bytes | dict[str, Any], heard_at: datetime) -> tuple[Incoming | None, str]:
        """Parse one update; also the id of the pressed button's query, else empty. Raises `Malformed`."""
        try:
            update = Update.model_validate_json(body) if isinstance(body, bytes) else Update.model_validate(body)
            heard = incoming(update, self.me, heard_at)
        except (ValidationError, ValueError, OverflowError, RecursionError) as fault:
            raise Malformed(type(fault).__name__) from None
        return heard, update.callback_query.id if update.callback_query else ""

    async def introduce(self) -> None:
        """Ask who we are: proves the token and learns the name people mention in groups."""
        try:
            user = await self._ask(self._bot.get_me())
        except Trouble as trouble:  # a token of the wrong form gets 404 rather than 401
            if trouble.kind == "refused":
                raise Trouble("token", TOKEN_REFUSED) from None
            raise
        self.me = Me(user.id, user.username or "")

    async def use_webhook(self, url: str, secret: str) -> None:
        """Have updates posted to `url`, waiting ones included."""
        await self._ask(
            self._bot.set_webhook(url, secret_token=secret, allowed_updates=WANTED, drop_pending_updates=False)
        )

    async def use_polling(self) -> None:
        """Take a webhook away; waiting updates stay."""
        await self._ask(self._bot.delete_webhook(drop_pending_updates=False))

    async def set_menu(self) -> None:
        """Offer the commands in private chats, Vietnamese by default."""
        scope = BotCommandScopeAllPrivateChats()
        for language, words in MENU.items():
            commands = [BotCommand(command=name, description=text) for name, text in words.items()]
            await self._ask(self._bot.set_my_commands(commands, scope=scope, language_code=language))

    async def updates(self, offset: int, hold: int) -> list[dict[str, Any]]:
        """Raw updates from `offset` on, waiting up to `hold` seconds for the first."""
        method = RawUpdates(offset=offset or None, timeout=hold)
        batch: list[dict[str, Any]] = await self._ask(self._bot(method, request_timeout=int(ANSWER_SECONDS) + hold))
        if not all(isinstance(raw.get("update_id"), int) for raw in batch):
            raise Trouble("network", "updates without a number")
        return batch

    async def answer_tap(self, tap: str) -> None:
        """Stop the turning wheel on a pressed button."""
        await self._ask(self._bot.answer_callback_query(tap))

    async def typing(self, chat: str) -> None:
        """Show "typing…" for up to five seconds."""
        await self._ask(self._bot.send_chat_action(chat, "typing"))

    async def fetch(self, file: FileRef, cap: int) -> bytes:
        """Download one file, at most `cap` bytes. Raises `FileFault`."""
        limit = min(cap, GETFILE_BYTES)
        if file.size > limit:
            raise FileFault("too_large", f"{file.size} bytes")
        path = await self._file_path(file.ref)
        url = self._bot.session.api.file_url(self._token, path)
        got = bytearray()
        async with aclosing(self._bot.session.stream_content(url)) as chunks:
            async for chunk in chunks:
                got += chunk
                if len(got) > limit:
                    raise FileFault("too_large", f"more than {limit} bytes")
        return bytes(got)

    async def _file_path(self, file_id: str) -> str:
        try:
            found = await self._ask(self._bot.get_file(file_id))
        except Trouble as trouble:
            if trouble.kind != "refused":
                raise FileFault("unreachable", trouble.kind) from None
            code = "too_large" if "too big" in str(trouble).lower() else "gone"
            raise FileFault(code, trouble.kind) from None
        path = found.file_path or ""
        if not path or path.startswith("/") or ".." in path.split("/"):
            raise FileFault("gone", "no usable path")
        return quote(path)

    async def _ask(self, request: Any) -> Any:
        """Await one aiogram call and say what went wrong in our words. aiogram's own may hold ids and contents."""
        try:
            return await request
        except TelegramRetryAfter as fault:
            trouble = Trouble("busy", "too many requests")
            trouble.after = float(fault.retry_after)
            raise trouble from None
        except TelegramUnauthorizedError:
            raise Trouble("token", TOKEN_REFUSED) from None
        except TelegramConflictError:
            raise Trouble("conflict", "another poller or a webhook") from None
        except (TelegramBadRequest, TelegramNotFound) as fault:
            raise Trouble("refused", fault.message.replace(self._token, "…")) from None
        except (TimeoutError, AiogramError, ValidationError) as fault:
            raise Trouble("network", type(fault).__name__) from None


def _download_code(status: int) -> str:
    if 300 <= status < 400:
        return "refused_host"
    return "gone" if status in (400, 401, 403, 404, 410) else "unreachable"
