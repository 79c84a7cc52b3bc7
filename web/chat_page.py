"""The chat page as the server draws it, and the plain form for browsers without scripts."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from web import history
from web.board import EMERGENCY
from web.openapi import MAY_HAVE_SESSION, PUBLIC, refusals
from web.pages import Refusal
from web.security import Session, same_site
from web.talk import FILES_CAP, Said, SentFile, Talk
from web.uploads import ACCEPT, CAP, form_of, opened, refusing_files

SHOWN = 100  # lines drawn at first; earlier ones on demand
START = re.compile(r"[A-Za-z0-9_-]{1,64}")
SCRIPT_TEXTS = (
    "cancel", "closed_mic", "failed", "file_empty", "file_large", "file_many", "file_type", "me", "new_lines",
    "offline", "place_denied", "place_own", "place_send", "place_unknown", "retry", "sending", "sent", "them",
    "today", "uploading", "voice_name", "waiting", "yesterday",
)  # fmt: skip


def add_chat_page(app: FastAPI, talk: Talk) -> None:
    """Serve the page and the plain form."""
    page = ChatPage(talk)

    @app.get("/chat", summary="Web chat", openapi_extra=MAY_HAVE_SESSION)
    async def chat(request: Request) -> Response:
        return await page.show(request)

    form = {"requestBody": {"content": {"multipart/form-data": {"schema": {"type": "object"}}}}, **MAY_HAVE_SESSION}
    back: dict[int | str, dict[str, Any]] = {303: {"description": "back to the page"}}
    answers = back | refusals(403, 413, 415, 422, 429, 503, 507)

    @app.post(
        "/chat/say", summary="Say one thing (plain form)", responses=answers, openapi_extra=MAY_HAVE_SESSION | form
    )
    async def say(request: Request) -> Response:
        return await page.say(request)

    @app.post(
        "/chat/leave",
        summary="Forget this conversation in this browser",
        responses=back | refusals(403),
        openapi_extra=PUBLIC,
    )
    async def leave(request: Request) -> Response:
        return page.leave(request)


class ChatPage:
    """Draws the conversation; takes forms."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._pages = talk.pages

    async def show(self, request: Request) -> Response:
        """The page. A mere visit stores nothing and sets no cookie."""
        session = self._talk.present(request)
        standing = await self._talk.standing(session)
        lang = self._pages.language(request, standing.lang)
        lines, more = await self._lines(session)
        start = request.query_params.get("start", "")
        answer = self._pages.page(
            request,
            "chat.html",
            lang,
            lines=lines,
            more=more,
            open_from=history.open_from(lines),
            commune=self._name(standing.locality),
            start=start if START.fullmatch(start) else "",
            session=session is not None,
            message_id=uuid.uuid4().hex,
            emergency=EMERGENCY,
            terms=self._talk.services.terms,
            accept=ACCEPT,
            script=self._script(lang, known=session is not None),
            today=self._talk.services.clock(),
        )
        return self._talk.signed(answer, session) if session else answer

    async def say(self, request: Request) -> Response:
        """One message from the plain form, then back to the page, at its end."""
        session = self._talk.writing(request)
        with self._talk.holding(request), refusing_files():
            async with form_of(request, FILES_CAP) as form:
                fields, files = _fields(form), await self._stored(session, form)
        lang = self._pages.language(request)
        try:
            said = Said(**fields, files=files)
        except ValidationError:
            raise Refusal(422, "web_error_unreadable") from None
        await self._talk.say(session, said, lang)
        asked = request.query_params.get("lang")
        back = f"/chat?lang={lang}#end" if asked else "/chat#end"
        return self._talk.signed(RedirectResponse(back, 303), session)

    def leave(self, request: Request) -> Response:
        """Take the cookie away: this device no longer shows the conversation."""
        if not same_site(request.headers, self._talk.services.public_url):
            raise Refusal(403, "web_error_foreign")
        answer = RedirectResponse("/chat", 303, headers={"clear-site-data": '"storage"'})
        answer.headers.append("set-cookie", self._talk.sessions.gone())
        return answer

    async def _lines(self, session: Session | None) -> tuple[list[history.Line], bool]:
        if session is None:
            return [], False
        key = self._talk.chat_key(session)
        found = await self._talk.services.office.read(lambda unit: history.before(unit, key, None, SHOWN + 1))
        return found[-SHOWN:], len(found) > SHOWN

    async def _stored(self, session: Session, form: FormData) -> list[SentFile]:
        stored = []
        for field in form.getlist("file"):
            if isinstance(field, UploadFile) and field.filename:
                self._talk.may_send_file(session)
                upload = await self._talk.uploads.store(session, await opened(field))
                stored.append(SentFile.model_validate(upload.as_json()))
        return stored

    def _name(self, locality: str) -> str:
        return dict(self._talk.services.localities()).get(locality, "")

    def _script(self, lang: str, *, known: bool) -> Mapping[str, object]:
        texts = self._pages.texts(lang, SCRIPT_TEXTS, cap=CAP // 1_048_576, most=FILES_CAP)
        return {"texts": texts, "cap": CAP, "files": FILES_CAP, "accept": ACCEPT, "session": known}


def _fields(form: FormData) -> dict[str, str]:
    names = ("message_id", "text", "choice", "start")
    fields = {name: form.get(name) for name in names}
    said = {name: value for name, value in fields.items() if isinstance(value, str)}
    # Forms send line ends as CR LF (HTML standard, form submission); the script sends LF.
    return {name: value.replace("\r\n", "\n") for name, value in said.items()}
