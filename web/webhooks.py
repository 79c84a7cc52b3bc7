"""Messengers' webhooks: proof on the raw bytes, then parse, then 200 only after every update in it is committed.

A bare ASGI path, because the cost of one update matters: a FastAPI route costs six times this one.
What each request gets: 401/403 forged · 413 over 1 MB · 200 and a counter when genuine but unreadable ·
503 when nothing could be stored · never another 5xx.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import perf_counter
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import Receive, Scope, Send

from cases.messages import Incoming
from storage.database import DatabaseFault
from storage.work import Office
from web.bodies import HungUp, TooLarge, whole

BODY_CAP = 1_048_576
NAMES = ("telegram", "zalo-bot", "zalo-oa")
PROOF = {
    "telegram": ("telegramSecret", "X-Telegram-Bot-Api-Secret-Token"),
    "zalo-bot": ("zaloBotSecret", "X-Bot-Api-Secret-Token"),
    "zalo-oa": ("zaloOaSignature", "X-ZEvent-Signature"),
}
"""Name in the OpenAPI document and header that proves the sender, per webhook."""

Accept = Callable[[Incoming], Awaitable[None]]
"""Takes one update to its commit; raises `Busy` when nothing could be stored, and nothing else."""


class Busy(Exception):
    """Nothing could be stored now: whoever sent this must try again."""


class WebhookChannel(Protocol):
    """The hearing side of a messenger."""

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raise an exception with `.status` 401 or 403 unless the raw request proves its origin."""

    def parse(self, body: bytes) -> Sequence[Incoming]:
        """The updates in one body; raises ValueError when it cannot be read."""


class WebhookMeters:
    """Counts of webhook requests by outcome, and how long each took."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.requests = Counter(
            "hoiam_webhook_requests", "Webhook requests by outcome", ["channel", "outcome"], registry=registry
        )
        self.seconds = Histogram(
            "hoiam_webhook_seconds",
            "Seconds from request to answer",
            ["channel"],
            registry=registry,
            buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
        )


class Webhook:
    """One messenger's address, as an ASGI application; without a channel everything is 404."""

    def __init__(
        self, name: str, channel: WebhookChannel | None, accept: Accept, office: Office, meters: WebhookMeters
    ) -> None:
        self._name = name
        self._channel = channel
        self._accept = accept
        self._office = office
        self._count = {
            outcome: meters.requests.labels(name, outcome)
            for outcome in ("accepted", "forged", "too_large", "malformed", "busy", "kept")
        }
        self._seconds = meters.seconds.labels(name)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if self._channel is None:
            return await _answer(send, 404)
        if scope["method"] != "POST":
            return await _answer(send, 405, (b"allow", b"POST"))
        began = perf_counter()
        headers = _headers(scope)
        try:
            body = await whole(headers.get("content-length"), receive, BODY_CAP)
        except TooLarge:
            self._count["too_large"].inc()
            return await _answer(send, 413)
        except HungUp:
            return None
        status = self._refused(self._channel, headers, body) or await self._take(self._channel, body)
        self._seconds.observe(perf_counter() - began)
        await _answer(send, status, *((b"retry-after", b"1"),) * (status == 503))

    def _refused(self, channel: WebhookChannel, headers: Mapping[str, str], body: bytes) -> int:
        """401 or 403 for a request without valid proof, else 0."""
        try:
            channel.verify(headers, body)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong while proving, the door stays shut
            self._count["forged"].inc()
            return 401 if getattr(error, "status", 403) == 401 else 403
        return 0

    async def _take(self, channel: WebhookChannel, body: bytes) -> int:
        """Commit every update of a genuine body; the status to answer."""
        try:
            for incoming in channel.parse(body):
                await self._accept(incoming)
        except ValueError:
            self._count["malformed"].inc()
        except (Busy, DatabaseFault):
            self._count["busy"].inc()
            return 503
        except Exception as error:  # noqa: BLE001 - a mistake of ours: kept for an operator, never answered 5xx for ever
            return await self._keep(body, error)
        else:
            self._count["accepted"].inc()
        return 200

    async def _keep(self, body: bytes, error: Exception) -> int:
        """Seal the raw body for an operator; 503 when even that is impossible."""
        text = body.decode("utf-8", "replace")
        try:
            await self._office.write(lambda unit: unit.keep_failed(self._name, text, type(error).__name__))
        except DatabaseFault:
            self._count["busy"].inc()
            return 503
        self._count["kept"].inc()
        return 200


def _headers(scope: Scope) -> dict[str, str]:
    """Header values by lower-case name; a header given twice is joined, so that a doubled proof proves nothing."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return headers


async def _answer(send: Send, status: int, *headers: tuple[bytes, bytes]) -> None:
    body = b"ok" if status == 200 else b""
    start = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body)), *headers]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})
