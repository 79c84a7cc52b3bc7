"""`/api/v1`: what other systems read under an officer's token; each answer shows what that officer may see, no more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cases.model import Officer
from storage.api_tokens import BEGINNING, ApiScope, Token, holder, is_noted, note_use
from storage.database import DatabaseFault
from web.api_reads import READS, Bad, Content, Missing, Read, enter_reading
from web.beat import Beat
from web.limits import Sliding, client, networks
from web.openapi import SENTENCE, Declared, Document
from web.pages import Pages
from web.services import WebServices

SCHEME = "apiToken"
CALLS, CALLS_SECONDS = 120, 60.0
STRANGERS, STRANGERS_SECONDS = 20, 60.0
ANSWERS = {
    401: ("unauthorized", "no token, or one that is over"),
    403: ("scope", "the token has not this scope"),
    404: ("missing", "not there, or not for this officer"),
    422: ("unreadable", "a parameter cannot be read"),
    429: ("often", "too often; see Retry-After"),
    503: ("busy", "the database cannot answer now"),
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose token it is, as both stand now."""

    token: Token
    officer: Officer


class Refused(Exception):
    """A request that is answered with one of ANSWERS."""

    def __init__(self, status: int, wait: float = 0.0) -> None:
        super().__init__(str(status))
        self.status = status
        self.wait = wait


class Gate:
    """Lets calls in by token: so many a minute for each, and few tries for whoever has none."""

    def __init__(self, services: WebServices) -> None:
        self._services = services
        self._calls = Sliding(CALLS, CALLS_SECONDS)
        self._strangers = Sliding(STRANGERS, STRANGERS_SECONDS)
        self._trusted = networks(services.trusted_proxy)

    async def caller(self, request: Request, scope: ApiScope) -> Caller:
        """Who calls. Raises `Refused`: 401, 403 (another scope), 429."""
        found = await self._known(request)
        if wait := self._calls.take(found.token.id):
            raise Refused(429, wait)
        if scope not in found.token.scopes:
            raise Refused(403)
        if not is_noted(found.token, self._services.clock()):
            await self._services.office.write(lambda unit: note_use(unit, found.token))
        return found

    async def _known(self, request: Request) -> Caller:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        token = token.strip()
        found = None
        if kind.lower() == "bearer" and token.startswith(BEGINNING) and len(token) < 100:
            found = await self._services.office.read(lambda unit: holder(unit, token))
        if found is not None:
            return Caller(*found)
        wait = self._strangers.take(client(request, self._trusted))
        raise Refused(429 if wait else 401, wait)


class Api:
    """The endpoints round the reads of `web.api_reads`."""

    def __init__(self, services: WebServices, pages: Pages) -> None:
        self._services = services
        self._pages = pages
        self.gate = Gate(services)

    def endpoint(self, read: Read) -> Callable[[Request], Awaitable[Response]]:
        """One address."""

        async def answer(request: Request) -> Response:
            beat = Beat()
            try:
                caller = await self.gate.caller(request, read.scope)
                return await self._answer(read, request, caller)
            except Refused as refused:
                return self.refuse(request, refused.status, refused.wait)
            except Bad:
                return self.refuse(request, 422)
            except Missing:
                await beat.over()
                return self.refuse(request, 404)
            except DatabaseFault:
                return self.refuse(request, 503, 3)

        return answer

    async def _answer(self, read: Read, request: Request, caller: Caller) -> Response:
        rules, now = self._services.rules(), self._services.clock()
        query = {**request.query_params, **request.path_params}
        asked = read.asked(query, now)
        found = await self._services.office.read(lambda unit: read.look(unit, rules, caller.officer, asked))
        if isinstance(found, Content):  # entered before a word of it leaves
            await self._services.office.write(lambda unit: enter_reading(unit, caller.officer, found))
        return JSONResponse(found, headers={"Cache-Control": "no-store"})

    def refuse(self, request: Request, status: int, wait: float = 0.0) -> Response:
        """Why not, as code and sentence."""
        code = ANSWERS[status][0]
        say = self._services.rules().wording.say(f"api_error_{code}", self._pages.language(request))
        headers = {"Cache-Control": "no-store"}
        if status == 401:
            headers["WWW-Authenticate"] = 'Bearer realm="hoiam"'
        if wait:
            headers["Retry-After"] = str(max(1, round(wait)))
        return JSONResponse({"error": code, "say": say}, status, headers)


def add_api(document: Document, services: WebServices, pages: Pages) -> Api:
    """Serve and declare `/api/v1/…`."""
    api = Api(services, pages)
    document.scheme(SCHEME, {"type": "http", "scheme": "bearer", "description": "made at /console/tokens"})
    for read in READS:
        answers: dict[int | str, dict[str, Any]] = {
            200: {"description": read.answer, "content": {"application/json": {"schema": read.schema}}}
        }
        answers |= {
            status: {"description": said, "content": {"application/json": {"schema": SENTENCE}}}
            for status, (_, said) in ANSWERS.items()
        }
        said = Declared(
            f"{read.summary} (scope {read.scope})", [{SCHEME: []}], parameters=read.parameters, answers=answers
        )
        document.bare("GET", read.path, api.endpoint(read), said)
    return api
