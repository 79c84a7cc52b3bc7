"""The web room put together: every address, the safe headers round all of them, and plain pages for what goes wrong."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from storage.database import storable
from web.api import add_api
from web.board import add_board
from web.chat import add_chat
from web.chat_page import add_chat_page
from web.console.pages import add_pages
from web.console.shell import HOME, Console
from web.health import add_health
from web.history import CAN
from web.openapi import PUBLIC, Declared, Document
from web.pages import Pages, Refusal, wants_page
from web.security import SafeHeaders
from web.services import WebServices
from web.talk import CHANNEL, Talk
from web.webhooks import NAMES, PROOF, Webhook, WebhookMeters

__all__ = ["Site", "WebServices", "create_app"]
KNOWN = {404: "not_found", 405: "method", 413: "long", 422: "unreadable"}


class Site(FastAPI):
    """FastAPI with the safe headers outside of everything and a straight way to the busiest addresses."""

    def __init__(self, services: WebServices) -> None:
        super().__init__(
            title="Hồi Âm", version="1", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False
        )
        self.live = services.live
        self._safe = SafeHeaders(secure=services.secure_cookies)
        self.straight: dict[str, ASGIApp] = {}
        self.console: Console

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Webhooks and what is said in the web chat pass no middleware and no routing; all else does."""
        if scope["type"] != "http":
            return await super().__call__(scope, receive, send)
        send = self._safe.on(send)
        scope = without_nul(scope)
        straight = self.straight.get(scope["path"])
        await (straight or super().__call__)(scope, receive, send)


def without_nul(scope: Scope) -> Scope:
    """An address comes in with U+FFFD for NUL, which PostgreSQL takes in no text: looking it up there would fail."""
    if "\0" not in scope["path"] and b"%00" not in scope["query_string"]:
        return scope
    query = scope["query_string"].replace(b"%00", b"%EF%BF%BD")
    return {**scope, "path": storable(scope["path"]), "query_string": query}


def create_app(services: WebServices) -> Site:
    """The application. Close `services.live` when told to stop, before the server waits for open connections."""
    services.office.capabilities.setdefault(CHANNEL, CAN)
    site = Site(services)
    pages = Pages(services.wording)
    talk = Talk(services, pages)
    document = Document(site, talk.sessions.cookie_name)
    _add_webhooks(site, document, services)
    site.straight["/chat/messages"] = add_chat(document, talk)
    add_chat_page(site, talk)
    site.console = Console(services, pages, document)
    add_pages(site.console)
    add_api(document, services, pages)
    add_board(site, services, pages)
    add_health(site, services)

    @site.get("/openapi.json", summary="This document", openapi_extra=PUBLIC)
    async def openapi() -> JSONResponse:
        return JSONResponse(document.build())

    _add_error_pages(site, pages)
    return site


def _add_webhooks(site: Site, document: Document, services: WebServices) -> None:
    meters = WebhookMeters(services.registry)
    answers = {
        200: "committed, or genuine but not readable",
        401: "no proof of origin",
        403: "wrong proof of origin",
        404: "this messenger is not set up",
        413: "over 1 MB",
        503: "nothing stored; send again",
    }
    for name in NAMES:
        path, scheme = f"/webhook/{name}", PROOF[name][0]
        webhook = Webhook(name, services.channels.get(name), services.accept, services.office, meters)
        said = Declared(
            f"Updates from {name}",
            [{scheme: []}],
            {"application/json": {"schema": {"type": "object"}}},
            answers={status: {"description": meaning} for status, meaning in answers.items()},
        )
        document.bare("POST", path, webhook, said)
        site.straight[path] = webhook


def _add_error_pages(site: Site, pages: Pages) -> None:
    @site.exception_handler(Refusal)
    async def refused(request: Request, error: Refusal) -> Response:
        return pages.refuse(request, error)

    @site.exception_handler(HTTPException)
    async def refused_by_routing(request: Request, error: HTTPException) -> Response:
        if request.url.path.startswith(f"{HOME}/") and wants_page(request):
            return await site.console.refused(request, Refusal(404, "console_error_missing"))
        answer = pages.refuse(request, Refusal(error.status_code, f"web_error_{KNOWN.get(error.status_code, 'wrong')}"))
        answer.headers.update(error.headers or {})
        return answer

    @site.exception_handler(RequestValidationError)
    async def unreadable(request: Request, error: RequestValidationError) -> Response:
        return pages.refuse(request, Refusal(422, "web_error_unreadable"))

    @site.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        if request.url.path.startswith(f"{HOME}/"):
            return await site.console.refused(request, Refusal(500, "console_error_wrong"))
        return pages.refuse(request, Refusal(500, "web_error_wrong"))
