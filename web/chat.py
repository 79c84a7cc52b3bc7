"""The web chat's endpoints for the page's script: say, read, listen, upload, and the list of hamlets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from web import history
from web.bodies import HungUp, TooLarge, whole
from web.chat_live import BATCH, Crowded, events
from web.openapi import MAY_HAVE_SESSION, WITH_SESSION, Declared, Document, query, refusals
from web.pages import Pages, Refusal
from web.security import Session
from web.talk import Said, Talk
from web.uploads import refusing_files
from web.webhooks import BODY_CAP

log = structlog.get_logger(__name__)
PAGE = 100
LINES = {
    "type": "object",
    "properties": {"lines": {"type": "array", "items": {"type": "object"}}, "more": {"type": "boolean"}},
}
FILE = {
    "type": "object",
    "properties": {
        name: {"type": "integer" if name == "size" else "string"}
        for name in ("file_id", "kind", "name", "size", "mime")
    },
}


class ChatEndpoints:
    """JSON in, JSON out; refusals carry a sentence that the page shows."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._office = talk.services.office

    async def say(self, request: Request) -> Response:
        """Take one message; 200 only after its commit."""
        session = self._talk.writing(request)
        try:
            body = await whole(request.headers.get("content-length"), request.receive, BODY_CAP)
            said = Said.model_validate_json(body)
        except TooLarge:
            raise Refusal(413, "web_error_long") from None
        except (ValidationError, HungUp):
            raise Refusal(422, "web_error_unreadable") from None
        await self._talk.say(session, said, self._talk.pages.language(request))
        return self._talk.signed(JSONResponse({"message_id": said.message_id}), session)

    async def lines(self, request: Request) -> Response:
        """Lines after a number, or the page of lines before one; nothing for a stranger."""
        session = self._talk.present(request)
        if session is None:
            return JSONResponse({"lines": [], "more": False})
        key = self._talk.chat_key(session)
        before, after = _number(request, "before"), _number(request, "after") or 0
        if before is not None:
            found = await self._office.read(lambda unit: history.before(unit, key, before, PAGE + 1))
            more, found = len(found) > PAGE, found[-PAGE:]
        else:
            found = await self._office.read(lambda unit: history.after(unit, key, after, BATCH))
            more = len(found) == BATCH
        return JSONResponse({"lines": [history.as_json(line) for line in found], "more": more})

    async def live(self, request: Request) -> Response | Listening:
        """The stream of lines; 204 tells the browser not to come back (no session, nothing to hear)."""
        session = self._talk.present(request)
        if session is None:
            return Response(status_code=204)
        resumed = request.headers.get("last-event-id", "")
        after = _digits(resumed) or _number(request, "after") or 0
        return Listening(self._talk, self._talk.chat_key(session), after)

    async def upload(self, request: Request) -> Response:
        """Take one file into the vault; the answer describes it, for use in a message."""
        session = self._talk.writing(request)
        self._talk.may_send_file(session)
        with self._talk.holding(request):
            return self._talk.signed(await self._store(request, session), session)

    async def hamlets(self, request: Request) -> Response:
        """Hamlets of this conversation's commune, or of the only commune."""
        standing = await self._talk.standing(self._talk.present(request))
        pairs = self._talk.services.hamlets(standing.locality) if standing.locality else ()
        return JSONResponse({"hamlets": [{"code": code, "name": name} for code, name in pairs]})

    async def _store(self, request: Request, session: Session) -> Response:
        uploads = self._talk.uploads
        with refusing_files():
            upload = await uploads.store(
                session, await uploads.read(request), voice=request.headers.get("x-file-kind") == "voice"
            )
        return JSONResponse(upload.as_json())


class Saying:
    """`POST /chat/messages` as an ASGI application: the one request that every turn of a web chat makes."""

    def __init__(self, ends: ChatEndpoints, pages: Pages) -> None:
        self._ends = ends
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; whatever goes wrong, with a sentence."""
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except Refusal as refusal:
            answer = self._pages.refuse(request, refusal)
        except Exception as error:  # noqa: BLE001 - no traceback reaches anyone; the log names the kind
            log.error("chat message failed", error=type(error).__name__)
            answer = self._pages.refuse(request, Refusal(500, "web_error_wrong"))
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method == "POST":
            return await self._ends.say(request)
        answer = self._pages.refuse(request, Refusal(405, "web_error_method"))
        answer.headers["allow"] = "POST"
        return answer


class Listening:
    """The answer to `GET /chat/live`: holds its place among the listeners exactly as long as it is being sent."""

    def __init__(self, talk: Talk, chat_key: str, after: int) -> None:
        self._talk = talk
        self._key = chat_key
        self._after = after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until the listener leaves or the process stops."""
        services = self._talk.services
        try:
            with services.live.listen(self._key) as bell:
                stream = events(
                    services.live,
                    bell,
                    self._read,
                    self._after,
                    look_every=services.live_look_seconds,
                    heartbeat=services.live_heartbeat_seconds,
                )
                answer = StreamingResponse(stream, media_type="text/event-stream", headers={"x-accel-buffering": "no"})
                await answer(scope, receive, send)
        except Crowded:
            refused = self._talk.pages.refuse(Request(scope), Refusal(429, "web_error_crowded", 3))
            await refused(scope, receive, send)

    async def _read(self, number: int) -> list[history.Line]:
        return await self._talk.services.office.read(lambda unit: history.after(unit, self._key, number, BATCH))


def _number(request: Request, name: str) -> int | None:
    return _digits(request.query_params.get(name, ""))


def _digits(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def add_chat(document: Document, talk: Talk) -> Saying:
    """Serve and declare the endpoints; returns the one to be reached without routing."""
    ends = ChatEndpoints(talk)
    saying = Saying(ends, talk.pages)
    either = MAY_HAVE_SESSION["security"]
    json_body = {"application/json": {"schema": document.model(Said)}}
    after = query("after", "only lines with a higher number")
    document.bare(
        "POST",
        "/chat/messages",
        saying,
        Declared("Say one thing", either, json_body, (), _answers({"type": "object"}, 403, 413, 422, 429, 503)),
    )
    document.bare(
        "GET",
        "/chat/lines",
        ends.lines,
        Declared(
            "Lines of this conversation",
            either,
            parameters=(after, query("before", "the hundred lines before this number")),
            answers=_answers(LINES),
        ),
    )
    _add_live(document, ends)
    binary = {"type": "string", "format": "binary"}
    form = {"type": "object", "properties": {"file": binary}, "required": ["file"]}
    files = {"multipart/form-data": {"schema": form}, "*/*": {"schema": binary}}
    document.bare(
        "POST",
        "/chat/files",
        ends.upload,
        Declared("Upload one file", either, files, (), _answers(FILE, 403, 413, 415, 422, 429, 507)),
    )
    document.bare(
        "GET",
        "/chat/hamlets",
        ends.hamlets,
        Declared("Hamlets to choose", either, answers=_answers({"type": "object"})),
    )
    return saying


def _add_live(document: Document, ends: ChatEndpoints) -> None:
    own = WITH_SESSION["security"]
    after = query("after", "only lines with a higher number")
    document.bare(
        "GET",
        "/chat/live",
        ends.live,
        Declared(
            "Lines as they come (server-sent events)",
            own,
            parameters=(after,),
            answers={
                200: {"description": "events `line`", "content": {"text/event-stream": {}}},
                204: {"description": "no session"},
                **refusals(429),
            },
        ),
    )


def _answers(schema: Mapping[str, Any], *statuses: int) -> dict[int | str, dict[str, Any]]:
    done = {"description": "done", "content": {"application/json": {"schema": dict(schema)}}}
    return {200: done, **refusals(*statuses)}
