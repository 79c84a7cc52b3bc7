"""One HTTP door to Telegram's Bot API for both libraries, with plain words for what a failure means.

aiohttp spends an eighth of the processor time of httpx on one small request, and `telegram.request.BaseRequest`
is the documented place to put it: https://docs.python-telegram-bot.org/en/stable/telegram.request.baserequest.html
"""

from __future__ import annotations

import logging
from typing import Any, Final

import aiohttp
import orjson
from telegram._utils.defaultvalue import DEFAULT_NONE
from telegram._utils.types import ODVInput
from telegram.error import BadRequest, NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

CONNECT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 20.0
JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
CHATTY: Final = ("aiogram", "httpcore", "httpx", "telegram")


class Unsent(Exception):
    """Nothing reached Telegram: no name, no connection, no certificate."""


class Unclear(Exception):
    """The request left and no answer came: it may have been carried out."""


def hush() -> None:
    """Keep both libraries below WARNING out of the log: they write the token and residents' words at DEBUG and INFO."""
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # It prints a traceback for every 429; the outcome `later` already says it.
    logging.getLogger("telegram.ext.AIORateLimiter").setLevel(logging.CRITICAL)


class Wire:
    """A pool of connections to one Bot API host. Never follows a redirect; its errors carry no address, so no token."""

    def __init__(self, token: str, api: str) -> None:
        self._token = token
        self._api = api
        self._session: aiohttp.ClientSession | None = None

    def method_url(self, method: str) -> str:
        """Where one method of this bot lives (holds the token: never log it)."""
        return f"{self._api}/bot{self._token}/{method}"

    async def close(self) -> None:
        """Close every connection."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def post(self, url: str, body: bytes, kind: str, wait: float = ANSWER_SECONDS) -> tuple[int, bytes]:
        """Post once and return status and body; `wait` seconds without a byte is too long.

        Raises `Unsent` or `Unclear`.
        """
        try:
            request = self._client().post(
                url, data=body, headers={"Content-Type": kind}, timeout=patience(wait), allow_redirects=False
            )
            async with request as answer:
                return answer.status, await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as fault:
            raise Unsent(type(fault).__name__) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            raise Unclear(type(fault).__name__) from None

    def get(self, url: str, wait: float = ANSWER_SECONDS) -> aiohttp.client._RequestContextManager:
        """A streamed download, as the bytes are (no content coding that could swell)."""
        return self._client().get(
            url,
            headers={"Accept-Encoding": "identity"},
            timeout=patience(wait),
            allow_redirects=False,
            auto_decompress=False,
        )

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:  # opened on first use: a session belongs to the running loop
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100, ttl_dns_cache=300))
        return self._session


def patience(wait: float) -> aiohttp.ClientTimeout:
    """No limit in all: a limit that runs out between write and answer must be told from one that runs out before."""
    return aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS, sock_connect=CONNECT_SECONDS, sock_read=wait)


class AiohttpRequest(BaseRequest):
    """python-telegram-bot's request layer on the shared connections.

    Raises `NetworkError` when nothing was sent and `TimedOut` when the answer was lost (sending again may repeat).
    """

    __slots__ = ("_wire",)

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    @property
    def read_timeout(self) -> float:
        """Seconds without a byte of the answer."""
        return ANSWER_SECONDS

    async def initialize(self) -> None:
        """Nothing: the channel owns the connections."""

    async def shutdown(self) -> None:
        """Nothing: the channel owns the connections."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = DEFAULT_NONE,
        write_timeout: ODVInput[float] = DEFAULT_NONE,
        connect_timeout: ODVInput[float] = DEFAULT_NONE,
        pool_timeout: ODVInput[float] = DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Post the parameters as JSON; the time limits are the channel's own, for every method alike."""
        try:
            body = orjson.dumps(request_data.parameters) if request_data else b"{}"
        except orjson.JSONEncodeError:  # half a surrogate pair; it would never be taken
            raise BadRequest("text is not valid Unicode") from None
        try:
            status, payload = await self._wire.post(url, body, JSON)
        except Unsent as fault:
            raise NetworkError(str(fault)) from None
        except Unclear as fault:
            raise TimedOut(str(fault)) from None
        if status == 504:  # a gateway gave up waiting for the backend, which may have done the work
            raise TimedOut("Gateway Timeout")
        return status, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer without logging it, as the parent would: it repeats the resident's words."""
        try:
            answer = orjson.loads(payload)
        except orjson.JSONDecodeError:
            raise TelegramError("Invalid server response") from None
        if not isinstance(answer, dict) or (answer.get("ok") and "result" not in answer):
            raise TelegramError("Invalid server response")
        return answer
