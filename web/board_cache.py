"""Public pages kept for a minute: drawn again as soon as the board changes, answered with 304 where nothing did."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from storage.board import BoardStore
from storage.work import Office

KEPT = timedelta(seconds=60)
MOST_PAGES = 200
MOST_BYTES = 20_000_000
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A finished answer."""

    mark: str
    at: datetime
    body: bytes
    etag: str
    media: str
    headers: Mapping[str, str] = field(default_factory=dict)


class PageCache:
    """Answers drawn from published results only, so that everybody may be given the same bytes."""

    def __init__(self, office: Office, clock: Callable[[], datetime]) -> None:
        self._office = office
        self._clock = clock
        self._pages: OrderedDict[Hashable, Drawn] = OrderedDict()
        self._bytes = 0

    async def answer(
        self,
        request: Request,
        key: Hashable,
        draw: Callable[[], Awaitable[bytes]],
        media: str = HTML,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """What `draw` gives, or gave within the last minute for this key."""
        mark = await self._office.read(lambda unit: BoardStore(unit).mark())
        now = self._clock()
        found = self._pages.get(key)
        if found is None or found.mark != mark or not timedelta() <= now - found.at < KEPT:
            body = await draw()
            etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
            found = Drawn(mark, now, body, etag, media, dict(headers or {}))
            self._keep(key, found)
        return _answered(request, found)

    def _keep(self, key: Hashable, drawn: Drawn) -> None:
        old = self._pages.pop(key, None)
        self._bytes += len(drawn.body) - (len(old.body) if old else 0)
        self._pages[key] = drawn
        while len(self._pages) > 1 and (len(self._pages) > MOST_PAGES or self._bytes > MOST_BYTES):
            self._bytes -= len(self._pages.popitem(last=False)[1].body)


def _answered(request: Request, drawn: Drawn) -> Response:
    headers = {
        "cache-control": f"public, max-age={KEPT.seconds}",
        "etag": drawn.etag,
        "vary": "accept-language",
        **drawn.headers,
    }
    if drawn.etag in _known(request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    return Response(drawn.body, media_type=drawn.media, headers=headers)


def _known(header: str) -> set[str]:
    return {part.strip().removeprefix("W/") for part in header[:2_000].split(",")}
