"""The public side: what this is, how to reach it, and published results; officers are pointed to their chat."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from web.openapi import PUBLIC
from web.pages import Pages, Refusal
from web.services import PublishedCase, WebServices

COLUMNS = ("public_id", "topic", "summary", "authority", "received_on", "answered_on", "outcome", "answer")
EMERGENCY = (("113", "police"), ("114", "fire"), ("115", "ambulance"), ("112", "rescue"), ("111", "child"))


def add_board(app: FastAPI, services: WebServices, pages: Pages) -> None:
    """Serve the public pages."""

    @app.get("/", summary="Public board", openapi_extra=PUBLIC)
    async def landing(request: Request) -> Response:
        lang = pages.language(request)
        return pages.page(
            request,
            "landing.html",
            lang,
            published=await services.published(),
            places=services.localities(),
            links=services.channel_links,
            terms=services.terms,
            emergency=EMERGENCY,
        )

    @app.get("/board.csv", summary="Published results as a table", openapi_extra=PUBLIC)
    async def board_csv() -> Response:
        table = as_csv(await services.published())
        return Response(table, media_type="text/csv; charset=utf-8", headers={"cache-control": "public, max-age=300"})

    @app.get("/cases/{public_id}", summary="One published result", openapi_extra=PUBLIC)
    async def case(request: Request, public_id: str) -> Response:
        found = next((entry for entry in await services.published() if entry.public_id == public_id), None)
        if found is None:
            raise Refusal(404, "web_error_not_found")
        return pages.page(request, "case.html", pages.language(request), case=found)

    @app.get("/console", summary="Officers: how to begin", openapi_extra=PUBLIC)
    async def console(request: Request) -> Response:
        lang = pages.language(request)
        say = pages.wording.say
        return pages.page(
            request, "message.html", lang, title=say("web_console_title", lang), text=say("web_console", lang)
        )

    @app.get("/static/{version}/{name}", summary="Styles, scripts and icons", openapi_extra=PUBLIC)
    async def static(version: str, name: str) -> Response:
        return pages.static(version, name)


def as_csv(published: Sequence[PublishedCase]) -> bytes:
    """A header row and one row per result; opens with its accents, and without formulas, in spreadsheets."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    for entry in published:
        writer.writerow([_cell(getattr(entry, name)) for name in COLUMNS])
    return b"\xef\xbb\xbf" + table.getvalue().encode()


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    # A leading = + - @ tab or return makes spreadsheets run the text (OWASP: CSV injection).
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
