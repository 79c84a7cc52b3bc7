"""The public side: what this is, how to reach it, and published results as a list, one by one, and for other sites."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from cases.model import Outcome
from storage.board import Asked, BoardStore, Result
from storage.work import StoredWork
from web.board_cache import PageCache
from web.board_feeds import add_feeds
from web.board_figures import add_figures
from web.board_labels import Labels
from web.how import add_how
from web.open311 import add_open311
from web.openapi import PUBLIC
from web.pages import Pages, Refusal
from web.security import CONTENT_POLICY
from web.services import WebServices

EMERGENCY = (("113", "police"), ("114", "fire"), ("115", "ambulance"), ("112", "rescue"), ("111", "child"))
FILTERS = ("commune", "topic", "hamlet", "authority", "outcome")
MOST_PAGES = 500
MOST_PLACES = 200
EMBEDDED = 5
FRAMED = {"content-security-policy": CONTENT_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")}
"""The one page that others may put into theirs: it shows public text, takes no input and reads no cookie."""


@dataclass(frozen=True, slots=True)
class Board:
    """What the public pages share."""

    services: WebServices
    pages: Pages
    cache: PageCache
    _used: dict[str, tuple[str, dict[str, list[str]]]] = field(default_factory=dict)

    def labels(self, request: Request) -> Labels:
        """Words in the reader's language."""
        return Labels(self.services.rules(), self.pages.language(request), self.services.clock())

    def drawn(self, request: Request, template: str, labels: Labels, **values: Any) -> bytes:
        """A page's bytes. `b` says `board_…`."""
        page = self.pages.page(request, template, labels.lang, b=labels.say, **values)
        return bytes(page.body)

    def base(self, request: Request) -> str:
        """Where this installation is reached, for addresses that leave it; no slash at the end."""
        return self.services.public_url or str(request.base_url).rstrip("/")

    async def read(self, step: Callable[[BoardStore], Any]) -> Any:
        """Something of the board."""

        def work(unit: StoredWork) -> Any:
            return step(BoardStore(unit))

        return await self.services.office.read(work)

    async def used(self, locality: str) -> dict[str, list[str]]:
        """What the filters offer, asked for anew when the board changed."""
        mark = await self.read(BoardStore.mark)
        known = self._used.get(locality)
        if known is None or known[0] != mark:
            if len(self._used) > MOST_PLACES:
                self._used.clear()
            known = self._used[locality] = (mark, await self.read(lambda store: store.used(locality)))
        return known[1]


def add_board(app: FastAPI, services: WebServices, pages: Pages) -> None:
    """Serve the public pages."""
    board = Board(services, pages, PageCache(services.office, services.clock))

    @app.get("/", summary="Public board", openapi_extra=PUBLIC)
    async def landing(request: Request) -> Response:
        return await _landing(board, request)

    @app.get("/cases/{public_id}", summary="One published result", openapi_extra=PUBLIC)
    async def case(request: Request, public_id: str) -> Response:
        found: Result | None = await board.read(lambda store: store.result(public_id))
        if found is None:
            raise Refusal(404, "web_error_not_found")

        async def draw() -> bytes:
            labels = board.labels(request)
            return board.drawn(request, "case.html", labels, case=labels.shown(found))

        return await board.cache.answer(request, ("case", public_id, *_lang(board, request)), draw)

    @app.get("/embed", summary="A list for the pages of others", openapi_extra=PUBLIC)
    async def embed(request: Request) -> Response:
        return await _embed(board, request)

    @app.get("/static/{version}/{name}", summary="Styles, scripts and icons", openapi_extra=PUBLIC)
    async def static(version: str, name: str) -> Response:
        return pages.static(version, name)

    add_feeds(app, board)
    add_figures(app, board)
    add_how(app, board)
    add_open311(app, board)


def asked_of(request: Request, labels: Labels) -> tuple[Asked, dict[str, str]]:
    """The list a request asks for, and its parameters that mean something, for links to the next page."""
    given = {name: request.query_params.get(name, "")[:60] for name in FILTERS}
    words = request.query_params.get("q", "").strip()[:100]
    topics = tuple(code for code in labels.rules.taxonomy.topics if given["topic"] in (code, code.partition(".")[0]))
    page = request.query_params.get("page", "0")
    number = min(int(page), MOST_PAGES) if page.isascii() and page.isdigit() and len(page) < 5 else 0
    asked = Asked(
        locality=given["commune"],
        topics=topics or (("-",) if given["topic"] else ()),
        hamlet=given["hamlet"],
        authority=given["authority"],
        outcome=given["outcome"],
        words=words,
        page=number,
    )
    communes = labels.rules.book.communes
    if not asked.locality and len(communes) == 1:
        asked = replace(asked, locality=communes[0].code)
    return asked, {name: value for name, value in {**given, "q": words}.items() if value}


def _lang(board: Board, request: Request) -> tuple[str, bool]:
    return board.pages.language(request), "lang" in request.query_params


async def _landing(board: Board, request: Request) -> Response:
    labels = board.labels(request)
    asked, kept = asked_of(request, labels)
    key = ("landing", *_lang(board, request), *sorted(kept.items()), asked.page)

    async def draw() -> bytes:
        results, more = await board.read(lambda store: store.results(asked))
        used = await board.used(asked.locality)
        services = board.services
        return board.drawn(
            request,
            "landing.html",
            labels,
            results=[labels.shown(result) for result in results],
            kept=kept,
            filtered=bool(kept) or asked.page > 0,
            page=asked.page,
            before=_link(kept, asked.page - 1, request) if asked.page else "",
            after=_link(kept, asked.page + 1, request) if more else "",
            choices=_choices(labels, used),
            places=services.localities(),
            links=services.channel_links,
            terms=services.terms,
            emergency=EMERGENCY,
        )

    return await board.cache.answer(request, key, draw)


def _link(kept: dict[str, str], page: int, request: Request) -> str:
    values = {**kept, **({"page": str(page)} if page else {})}
    if "lang" in request.query_params:
        values["lang"] = request.query_params["lang"][:12]
    return f"/?{urlencode(values)}#results"


def _choices(labels: Labels, used: dict[str, list[str]]) -> dict[str, list[tuple[str, str]]]:
    """What each filter offers: only what there are results for. Hamlets and bodies of one name stand once."""
    groups = {code.partition(".")[0] for code in used["topic"]}
    communes = [place.code for place in labels.rules.book.communes]

    def of_any(name: Callable[[str, str], str], code: str) -> str:
        return next((found for found in (name(place, code) for place in communes) if found and found != code), code)

    return {
        "topic": labels.choices(groups, labels.group),
        "hamlet": labels.choices(used["hamlet"], partial(of_any, labels.hamlet)),
        "authority": labels.choices(used["authority"], partial(of_any, labels.authority)),
        "outcome": labels.choices([outcome.value for outcome in Outcome], labels.outcome),
    }


async def _embed(board: Board, request: Request) -> Response:
    labels = board.labels(request)
    asked, kept = asked_of(request, labels)
    limit = request.query_params.get("limit", "")
    size = min(max(int(limit), 1), 20) if limit.isascii() and limit.isdigit() and len(limit) < 4 else EMBEDDED
    asked = replace(asked, words="", page=0, size=size)

    async def draw() -> bytes:
        results, _ = await board.read(lambda store: store.results(asked))
        shown = [labels.shown(result) for result in results]
        return board.drawn(request, "board/embed.html", labels, results=shown, base=board.base(request))

    key = ("embed", *_lang(board, request), *sorted(kept.items()), size, board.base(request))
    return await board.cache.answer(request, key, draw, headers=FRAMED)
