"""The Zalo bot (Bot Platform): for pilots and internal use, text only, numbered choices, polling or webhook."""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.channels import zalo_bot_events
from bot.channels.base import Accept, Alarm, Forged, Malformed, Unavailable
from bot.channels.zalo_bot_events import NAME
from bot.channels.zalo_http import FILE_HOSTS, AnswerLost, FileGate, NotSent, Reply, Wire, WrongToken
from bot.channels.zalo_text import TEXT_LIMIT, as_id, json_object, numbered, part, ready, units
from bot.clock import Clock
from cases.messages import Address, Capabilities, Fate, FileRef, Incoming, Outgoing, Pace, SendResult

API = "https://bot-api.zaloplatforms.com"

POLL_SECONDS = 30.0
POLL_SLACK = 10.0
POLL_FLOOR = 1.0
"""Least seconds between two polls that brought nothing new: some bots get the same update on every poll, at once."""

LONGEST_PAUSE = 60.0
START_SECONDS = 5.0
MINUTE = 60.0

UNKNOWN_BOT = (
    "Zalo bot: HOIAM_ZALO_BOT_TOKEN không được chấp nhận. Lấy mã mới trong Zalo Bot Creator rồi khởi động lại."
)
HOOKED = "Zalo bot: một webhook khác được đặt lại cho bot này nên không đọc được tin. Chỉ chạy bot ở một nơi."
UNHOOKED = (
    "Zalo bot: Zalo từ chối địa chỉ webhook (mã {code}). Kiểm tra HOIAM_PUBLIC_URL và HOIAM_ZALO_BOT_WEBHOOK_SECRET."
)

log = logging.getLogger(__name__)


class ZaloBot:
    """One bot. The token is part of every address, so no address is ever logged or put into an error."""

    name = NAME
    capabilities = Capabilities(TEXT_LIMIT, buttons=0)

    def __init__(
        self,
        *,
        token: str,
        clock: Clock,
        alarm: Alarm,
        api: str = API,
        mode: str = "polling",
        webhook_secret: str = "",
        webhook_url: str = "",
        allow_file_hosts: Sequence[str] = FILE_HOSTS,
        per_second: float = 5.0,
        poll_seconds: float = POLL_SECONDS,
        wire: Wire | None = None,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
        old_webhook_secret: str = "",
    ) -> None:
        self.pace = Pace(per_second)
        self._base = f"{api}/bot{token}/"
        self._mode = mode
        self._secret = webhook_secret
        self._accepted = [one.encode() for one in (webhook_secret, old_webhook_secret) if one]
        self._webhook = {"url": webhook_url, "secret_token": webhook_secret}
        self._clock = clock
        self._alarm = alarm
        self._alarmed: set[str] = set()
        self._poll_seconds = poll_seconds
        self._wire = wire or Wire()
        self._files = FileGate(allow_file_hosts, api)
        self._pause = pause
        self._me = ""
        self._unhooked = False
        self._later: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Learn our own id and set the webhook. An unreachable Zalo is tried again in the background."""
        if not await self._introduce():
            log.warning("zalo-bot: Zalo is not reachable yet, trying again in the background")
            self._later = asyncio.create_task(self._introduce_later())

    async def close(self) -> None:
        """Close connections."""
        if self._later is not None:
            self._later.cancel()
            await asyncio.gather(self._later, return_exceptions=True)
        await self._wire.close()
        await self._files.close()

    # X-Bot-Api-Secret-Token: <secret_token>   (https://bot.zapps.me/docs/webhook)
    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raise `Forged` unless the header carries our secret. Without a secret every request is forged."""
        given = headers.get("x-bot-api-secret-token", "")
        if not given or not self._secret:
            raise Forged(401)
        told = given.encode("utf-8", "replace")
        if True not in [hmac.compare_digest(told, one) for one in self._accepted]:  # all of them, always
            raise Forged(403)

    def parse(self, body: bytes) -> Sequence[Incoming]:
        """Read one update, in its envelope or bare; raises `Malformed`; nothing for echoes and unknown events."""
        if not body.strip():
            return ()
        found = zalo_bot_events.read(json_object(body), self._me, self._clock)
        return () if found is None else (found,)

    async def poll(self, accept: Accept) -> None:
        """Fetch updates one by one, for ever. Returns at once in webhook mode, where Zalo refuses to be polled."""
        last, failures = "", 0
        while self._mode == "polling":
            began = time.monotonic()
            try:
                news = await self._updates()
                failures = 0
            except (NotSent, AnswerLost) as why:
                failures += 1
                log.warning("zalo-bot: no updates (%s)", why)
                await self._pause(min(LONGEST_PAUSE, 2.0 ** min(failures, 6)))
                continue
            fresh = [update for update in news if update.message_id != last]
            for update in fresh:
                await self._deliver(update, accept)
                last = update.message_id
            if not fresh and (rest := POLL_FLOOR - (time.monotonic() - began)) > 0:
                await self._pause(rest)

    # https://bot.zapps.me/docs/apis/sendMessage
    # {"chat_id": "aa11bb22cc33dd44ee55", "text": "…"}
    # {"ok": true, "result": {"message_id": "…", "date": 1767200000000}}
    async def send(self, to: Address, message: Outgoing) -> SendResult:
        """Send one plain text, never with markup: a resident's own asterisks stay asterisks."""
        text = numbered(ready(message.text), message.choices)
        if units(text) > TEXT_LIMIT or not text.strip():
            return SendResult(Fate.REFUSED, "text empty or over the limit")
        try:
            reply = await self._call("sendMessage", {"chat_id": to.id, "text": text})
        except NotSent as why:
            return SendResult(Fate.LATER, f"not reached: {why}", 5)
        except AnswerLost as why:
            return SendResult(Fate.UNKNOWN, f"answer lost: {why}")
        code = _code(reply)
        if code == 0:
            self._alarmed.discard(UNKNOWN_BOT)
            return SendResult(Fate.SENT, vendor_id=as_id(part(reply.body or {}, "result").get("message_id")))
        if code == 401:
            await self._tell(UNKNOWN_BOT)
        fate, after = FATES.get(code, (Fate.LATER if code >= 500 else Fate.REFUSED, MINUTE / 2))
        return SendResult(fate, f"error {code}", max(after, reply.retry_after) if fate is Fate.LATER else 0)

    async def typing(self, to: Address) -> None:
        """Show the typing sign."""
        try:
            await self._call("sendChatAction", {"chat_id": to.id, "action": "typing"})
        except (NotSent, AnswerLost) as why:
            log.debug("zalo-bot: typing sign not shown (%s)", why)

    async def fetch(self, file: FileRef, cap: int) -> bytes:
        """Download one picture or voice message from Zalo's own hosts."""
        return await self._files.fetch(file, cap)

    async def _updates(self) -> Sequence[Incoming]:
        """One long poll. 408 is the usual "nothing"; raises `NotSent` when it should be slowed down."""
        read = self._poll_seconds + POLL_SLACK
        reply = await self._call("getUpdates", {"timeout": f"{self._poll_seconds:g}"}, read)
        code, found = _code(reply), (reply.body or {}).get("result")
        if code in (0, 408):
            self._alarmed -= {HOOKED, UNKNOWN_BOT}
        if code == 0:
            return self._read_each(found if isinstance(found, list) else [found])
        if code == 408:
            return ()
        if code == 401:
            await self._tell(UNKNOWN_BOT)
        if code == 400:
            await self._unhook()
        raise NotSent(f"error {code}")

    def _read_each(self, updates: Sequence[object]) -> Sequence[Incoming]:
        read = []
        for update in updates:
            try:
                read.append(zalo_bot_events.read(update if isinstance(update, dict) else {}, self._me, self._clock))
            except Malformed as why:
                log.warning("zalo-bot: unreadable update (%s)", why)
        return [update for update in read if update is not None]

    async def _deliver(self, update: Incoming, accept: Accept) -> None:
        """Offer one update until it is stored: after this poll Zalo may not give it again."""
        failures = 0
        while True:
            try:
                return await accept(update)
            except Unavailable:
                failures += 1
                log.warning("zalo-bot: an update could not be stored yet")
                await self._pause(min(LONGEST_PAUSE, 2.0 ** min(failures, 6)))

    async def _unhook(self) -> None:
        """A webhook left from earlier stops polling: remove it once; if it comes back, somebody else runs this bot."""
        if self._unhooked:
            await self._tell(HOOKED)
            return
        self._unhooked = True
        log.warning("zalo-bot: polling is refused, removing the webhook")
        await self._call("deleteWebhook", {})

    async def _introduce(self) -> bool:
        """getMe and setWebhook; False when Zalo is not reachable, `WrongToken` when it does not know us."""
        try:
            reply = await self._call("getMe", {}, START_SECONDS)
            if _code(reply) == 401:
                raise WrongToken(UNKNOWN_BOT)
            self._me = as_id(part(reply.body or {}, "result").get("id"))
            if _code(reply) != 0 or self._mode != "webhook":
                return _code(reply) == 0
            reply = await self._call("setWebhook", self._webhook, START_SECONDS)
        except (NotSent, AnswerLost):
            return False
        if _code(reply) in (400, 404):
            await self._tell(UNHOOKED.format(code=_code(reply)))
        return _code(reply) in (0, 400, 404)

    async def _introduce_later(self) -> None:
        failures = 0
        try:
            while not await self._introduce():
                failures += 1
                await self._pause(min(10 * MINUTE, 15 * 2.0 ** min(failures, 6)))
        except WrongToken as why:
            await self._tell(str(why))

    async def _call(self, method: str, payload: Mapping[str, str], read: float = 0) -> Reply:
        return await self._wire.post(self._base + method, payload, read=read)

    async def _tell(self, sentence: str) -> None:
        """Call an operator once per trouble, and again only after messages went out in between."""
        if sentence not in self._alarmed:
            self._alarmed.add(sentence)
            await self._alarm(sentence)


FATES: Mapping[int, tuple[Fate, float]] = {
    401: (Fate.LATER, 10 * MINUTE),  # token reset by its owner: an operator must put the new one in
    403: (Fate.LATER, MINUTE / 2),  # documented as an internal server error
    408: (Fate.UNKNOWN, 0),
    429: (Fate.LATER, MINUTE),
}
"""Other codes: 400 and 404 will never be taken. https://bot.zapps.me/docs/error-code"""


def _code(reply: Reply) -> int:
    """0 for success; else the code in the body whatever the status, else the status. A page of HTML is a 502."""
    body = reply.body
    if body is not None and body.get("ok") is True:
        return 0
    found = as_id((body or {}).get("error_code")) or as_id((body or {}).get("errorCode"))
    if found.isascii() and found.isdigit() and int(found):
        return int(found)
    return reply.status if reply.status >= 400 else 502
