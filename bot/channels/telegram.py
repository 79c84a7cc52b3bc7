"""The Telegram channel: aiogram hears, python-telegram-bot speaks, and neither is imported before it starts.

Both together cost about four seconds of processor time and 150 MB, so `import bot.channels.telegram` brings in neither.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
from collections import OrderedDict
from collections.abc import Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlsplit

from bot.channels.base import Accept, Alarm, Forged, Malformed
from bot.channels.telegram_poll import REFUSED, TOKEN_REFUSED, Backoff, Poller, Trouble
from bot.clock import Clock, system_clock
from cases.messages import Address, Capabilities, FileRef, Incoming, Outgoing, Pace, SendResult

if TYPE_CHECKING:
    from bot.channels.telegram_hear import Ear
    from bot.channels.telegram_http import Wire
    from bot.channels.telegram_speak import Mouth

LOG: Final = logging.getLogger(__name__)
SECRET_HEADER: Final = "x-telegram-bot-api-secret-token"  # noqa: S105 a header's name
START_SECONDS: Final = 4.0
TAP_SECONDS: Final = 5.0
TAPS_KEPT: Final = 2000
LIMITS: Final = Pace(per_second=25, per_chat_second=1, per_group_minute=20)
"""Telegram allows about 30 a second, 1 a second to one chat, 20 a minute to one group:
https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this"""
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


class Telegram:
    """One bot on Telegram. Raises `ValueError` with a plain sentence for settings that cannot work.

    `api` is the host part of the Bot API's addresses, without a slash at its end; plain http only on this machine.
    `pace` without a rate in all takes the rate limiter away (for measuring).
    """

    name = "telegram"
    capabilities = Capabilities(text_limit=4096, buttons=60, label_limit=64, ask_contact=True, ask_place=True)

    def __init__(
        self,
        token: str,
        api: str = "https://api.telegram.org",
        webhook_secret: str = "",
        webhook_url: str = "",
        mode: Literal["polling", "webhook"] = "polling",
        clock: Clock = system_clock,
        alarm: Alarm | None = None,
        pace: Pace = LIMITS,
        old_webhook_secret: str = "",
    ) -> None:
        check_settings(token, api, webhook_secret, webhook_url, mode)
        self.pace = pace
        self.malformed = 0
        """Updates that could not be read, since the start."""
        self._token = token
        self._api = api.rstrip("/")
        self._secret = webhook_secret
        self._accepted = [one.encode() for one in (webhook_secret, old_webhook_secret) if one]
        self._webhook_url = webhook_url
        self._mode = mode
        self._clock = clock
        self._alarm = alarm
        self._alarmed = False
        self._taps: OrderedDict[str, str] = OrderedDict()
        self._loaded: tuple[Wire, Ear, Mouth] | None = None
        self._greeting: asyncio.Task[bool] | None = None

    async def start(self) -> None:
        """Load the libraries beside the running loop, prove the token, set menu and webhook or polling.

        Telegram out of reach is not an error: it is tried again behind the scenes. Raises `ValueError` when Telegram
        refuses the token or the webhook's address.
        """
        await asyncio.to_thread(self._load)
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._greet()
        except (TimeoutError, Trouble) as trouble:
            if isinstance(trouble, Trouble) and trouble.kind in ("token", "refused"):
                await self.close()
                raise ValueError(_sentence(trouble)) from None
            LOG.warning("Telegram cannot be reached now; it is tried again until it can")
            self._greeting = asyncio.create_task(self._greet_later())

    async def close(self) -> None:
        """Close connections; a channel may be started again."""
        if self._greeting is not None:
            self._greeting.cancel()
            await asyncio.gather(self._greeting, return_exceptions=True)
            self._greeting = None
        if self._loaded is not None:
            await self._loaded[0].close()

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Compare the secret header that setWebhook agreed on: https://core.telegram.org/bots/api#setwebhook."""
        given = headers.get(SECRET_HEADER)
        if given is None or not self._secret:
            raise Forged(401)
        told = given.encode("utf-8", "replace")
        if True not in [hmac.compare_digest(told, one) for one in self._accepted]:  # all of them, always
            raise Forged(403)

    def parse(self, body: bytes) -> Sequence[Incoming]:
        """Read one webhook body: one update."""
        heard = self._read(body)
        return [] if heard is None else [heard]

    async def poll(self, accept: Accept) -> None:
        """Fetch updates for ever. Returns when cancelled, in webhook mode, or when Telegram refuses the token."""
        if self._mode == "webhook":
            return
        if self._greeting is not None and not await asyncio.shield(self._greeting):
            return
        await Poller(self._parts()[1].updates, self._read, accept, self.acknowledge, self._cry).run()

    def is_group(self, to: Address) -> bool:
        """Groups have negative ids, and a pace of their own."""
        return to.id.startswith("-")

    async def acknowledge(self, incoming: Incoming) -> None:
        """Tell Telegram that a pressed button was heard, once; call it after the update is stored. Never raises."""
        tap = self._taps.pop(incoming.message_id, "")
        if tap:
            await self._lightly(self._parts()[1].answer_tap(tap))

    async def send(self, to: Address, message: Outgoing) -> SendResult:
        """Send one message once, as plain text without link previews."""
        result = await self._parts()[2].send(to, message)
        if result.detail != TOKEN_REFUSED:
            self._alarmed = False
        elif not self._alarmed:
            self._alarmed = True
            await self._cry(REFUSED)
        return result

    async def typing(self, to: Address) -> None:
        """Show "typing…" for up to five seconds."""
        await self._lightly(self._parts()[1].typing(to.id))

    async def fetch(self, file: FileRef, cap: int) -> bytes:
        """Download one file from the configured host, at most `cap` bytes and never more than 20 MB."""
        return await self._parts()[1].fetch(file, cap)

    def _load(self) -> tuple[Wire, Ear, Mouth]:
        from bot.channels.telegram_lean import load_aiogram

        load_aiogram()
        from bot.channels.telegram_hear import Ear
        from bot.channels.telegram_http import Wire, hush
        from bot.channels.telegram_speak import Mouth

        hush()
        wire = Wire(self._token, self._api)
        self._loaded = wire, Ear(self._token, self._api, wire), Mouth(self._token, self._api, wire, self.pace)
        return self._loaded

    def _parts(self) -> tuple[Wire, Ear, Mouth]:
        return self._loaded or self._load()

    def _read(self, update: bytes | dict[str, Any]) -> Incoming | None:
        try:
            heard, tap = self._parts()[1].read(update, self._clock())
        except Malformed:
            self.malformed += 1
            raise
        if heard is not None and tap:
            self._taps[heard.message_id] = tap
            if len(self._taps) > TAPS_KEPT:
                self._taps.popitem(last=False)
        return heard

    async def _greet(self) -> None:
        _, ear, _ = self._parts()
        await ear.introduce()
        if self._mode == "webhook":
            await ear.use_webhook(self._webhook_url, self._secret)
        else:
            await self._if_allowed(ear.use_polling())
        await self._if_allowed(ear.set_menu())

    async def _if_allowed(self, request: Coroutine[Any, Any, None]) -> None:
        """The bot works without it: polling itself says when a webhook is in the way."""
        try:
            await request
        except Trouble as trouble:
            if trouble.kind != "refused":
                raise
            LOG.warning("Telegram refuses a wish of the start (%s)", trouble)

    async def _greet_later(self) -> bool:
        """Try until it works; whether the token is good."""
        backoff = Backoff()
        while True:
            await backoff.wait()
            try:
                await self._greet()
                return True
            except Trouble as trouble:
                if trouble.kind in ("token", "refused"):
                    await self._cry(_sentence(trouble))
                    return trouble.kind != "token"
                LOG.warning("Telegram cannot be reached now (%s)", trouble)

    async def _cry(self, sentence: str) -> None:
        LOG.error("%s", sentence)
        if self._alarm is not None:
            await self._alarm(sentence)

    async def _lightly(self, request: Coroutine[Any, Any, None]) -> None:
        """Politeness only: it may fail or take too long without consequence."""
        try:
            async with asyncio.timeout(TAP_SECONDS):
                await request
        except (Trouble, TimeoutError) as fault:
            LOG.debug("a sign to Telegram was lost (%s)", type(fault).__name__)


def _sentence(trouble: Trouble) -> str:
    if trouble.kind == "token":
        return REFUSED
    return f"Telegram không nhận địa chỉ webhook ({trouble}). Cách xử lý: xem lại HOIAM_PUBLIC_URL."


def check_settings(token: str, api: str, secret: str, url: str, mode: str) -> None:
    """Raise `ValueError` naming the setting that cannot work; the sentence never repeats a secret."""
    if not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", token):
        raise ValueError("HOIAM_TELEGRAM_TOKEN must look like 123456:ABC-def, as @BotFather gives it.")
    if not _safe_address(api):
        raise ValueError("HOIAM_TELEGRAM_API must be an https:// address (http:// only on this machine).")
    if mode not in ("polling", "webhook"):
        raise ValueError("HOIAM_TELEGRAM_MODE must be polling or webhook.")
    if mode == "webhook" and not secret:
        raise ValueError("HOIAM_TELEGRAM_WEBHOOK_SECRET must be set when HOIAM_TELEGRAM_MODE is webhook.")
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise ValueError("HOIAM_TELEGRAM_WEBHOOK_SECRET may hold letters, digits, _ and - only, at most 256.")
    if mode == "webhook" and not _safe_address(url):
        raise ValueError("HOIAM_PUBLIC_URL must be an https:// address when HOIAM_TELEGRAM_MODE is webhook.")


def _safe_address(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )
