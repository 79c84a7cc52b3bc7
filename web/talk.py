"""What the page's script and the plain form share: whose conversation this is, and taking one message to its commit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from cases.messages import Address, FileRef, Incoming, Outgoing, Place
from storage.database import DatabaseFault
from storage.work import StoredWork
from web.history import label_of
from web.limits import Sliding, client, networks
from web.pages import Pages, Refusal
from web.security import Session, Sessions, same_site
from web.services import Note, WebServices
from web.uploads import Upload, Uploads
from web.webhooks import BODY_CAP, Busy

CHANNEL = "web"
TEXT_CAP = 100_000  # characters; the dialogue keeps the first 10,000 and says so
FILES_CAP = 10
LARGE_AT_ONCE = 16  # bodies with files; each holds up to 20 MB of memory while it arrives
COMMANDS = {
    "/start": "start",
    "/phananh": "new_report",
    "/tracuu": "my_cases",
    "/trogiup": "help",
    "/dulieu": "my_data",
}
"""Commands the page offers as buttons; the person's bubble shows the button's words."""

Word = Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9_.~-]*$")]


class Point(BaseModel):
    """Degrees, WGS 84."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class SentFile(BaseModel):
    """A file as `POST /chat/files` described it; any change makes it unknown."""

    model_config = ConfigDict(extra="forbid")
    file_id: Annotated[str, Field(pattern=r"^[a-z0-9]{50}$")]
    kind: Annotated[str, Field(max_length=20)]
    name: Annotated[str, Field(max_length=200)]
    size: Annotated[int, Field(ge=1, le=2**31)]
    mime: Annotated[str, Field(max_length=200)]


class Said(BaseModel):
    """One message of the resident: words, a pressed button, a place, files, or the opening of a deep link.

    `message_id` is made by the page and sent again with every retry, so that a retry is never a second message.
    """

    model_config = ConfigDict(extra="forbid")
    message_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{8,64}$")]
    text: str = ""
    choice: Word = ""
    start: Word = ""
    place: Point | None = None
    files: Annotated[list[SentFile], Field(max_length=FILES_CAP)] = []


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a conversation: its commune (empty if not chosen yet) and language (empty for a stranger)."""

    locality: str = ""
    lang: str = ""


class Talk:
    """The web chat's side of a conversation."""

    def __init__(self, services: WebServices, pages: Pages) -> None:
        self.services = services
        self.pages = pages
        self.sessions = Sessions(services.office.keys, services.clock, secure=services.secure_cookies)
        self.uploads = Uploads(services.vault, services.office.keys)
        self._trusted = networks(services.trusted_proxy)
        self._messages = Sliding(20, 60)
        self._files = Sliding(30, 3_600)
        self._newcomers = Sliding(300, 3_600)
        self._arriving = 0

    def present(self, request: Request) -> Session | None:
        """The session this browser has."""
        return self.sessions.read(request.cookies.get(self.sessions.cookie_name))

    def writing(self, request: Request) -> Session:
        """The session of a writing request, begun if there is none; raises `Refusal` when it is not our own page."""
        if not same_site(request.headers, self.services.public_url):
            raise Refusal(403, "web_error_foreign")
        known = self.present(request)
        if known is not None:
            return known
        home = client(request, self._trusted)
        if home and (wait := self._newcomers.take(home)):
            raise Refusal(429, "web_error_crowded", wait)
        return self.sessions.begin()

    async def standing(self, session: Session | None) -> Standing:
        """Commune and language; the only commune of the installation is nobody's choice."""
        places = self.services.localities()
        only = places[0][0] if len(places) == 1 else ""
        if session is None:
            return Standing(only)
        key = self.chat_key(session)
        chat = await self.services.office.read(lambda unit: unit.chats.get(key))
        return Standing(chat.locality or only, chat.lang) if chat else Standing(only)

    def chat_key(self, session: Session) -> str:
        """Key of this conversation in the database."""
        return self.services.office.keys.lookup("chat", f"{CHANNEL}\0{session.id}")

    def signed(self, response: Response, session: Session) -> Response:
        """The answer with the session cookie where the browser needs it."""
        if (cookie := self.sessions.header(session)) is not None:
            response.headers.append("set-cookie", cookie)
        return response

    def may_send_file(self, session: Session) -> None:
        """Count one file; raises `Refusal`."""
        if wait := self._files.take(session.id):
            raise Refusal(429, "web_error_files_often", wait)

    @contextmanager
    def holding(self, request: Request) -> Iterator[None]:
        """A place among the large bodies that arrive; raises `Refusal`. What says that it is small needs none."""
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and len(declared) < 8 and int(declared) <= BODY_CAP:
            yield
            return
        if self._arriving >= LARGE_AT_ONCE:
            raise Refusal(429, "web_error_crowded", 5)
        self._arriving += 1
        try:
            yield
        finally:
            self._arriving -= 1

    async def say(self, session: Session, said: Said, lang: str) -> None:
        """Take one message to its commit; raises `Refusal`."""
        incoming = self._incoming(session, said)
        if wait := self._messages.take(session.id):
            raise Refusal(429, "web_error_often", wait)
        try:
            await self._commit(incoming, self._note(session, incoming, lang))
        except (Busy, DatabaseFault):
            raise Refusal(503, "web_error_busy", 3) from None

    async def _commit(self, incoming: Incoming, note: Note) -> None:
        services = self.services
        if services.accept_noted is not None:
            return await services.accept_noted(incoming, note)
        await services.office.write(note)
        await services.accept(incoming)

    def _incoming(self, session: Session, said: Said) -> Incoming:
        if len(said.text) > TEXT_CAP:
            raise Refusal(413, "web_error_long")
        if not (said.text.strip() or said.choice or said.place or said.files or said.start):
            raise Refusal(422, "web_error_empty")
        uploads = [Upload(**file.model_dump()) for file in said.files]
        if not all(self.uploads.genuine(session, upload) for upload in uploads):
            raise Refusal(422, "web_error_file_unknown")
        bare_start = said.start and not (said.text or said.choice or said.place or said.files)
        return Incoming(
            address=Address(CHANNEL, session.id),
            message_id=f"{self.chat_key(session)[:12]}.{said.message_id}",
            sent_at=self.services.clock(),
            text="/start" if bare_start else said.text,
            choice=said.choice,
            files=tuple(upload.ref() for upload in uploads),
            place=Place(said.place.latitude, said.place.longitude) if said.place else None,
            start=said.start,
        )

    def _note(self, session: Session, incoming: Incoming, lang: str) -> Note:
        """Writes the person's own line: their words, or what they pressed or sent."""
        key = self.chat_key(session)

        def note(unit: StoredWork) -> None:
            label = label_of(unit, key, incoming.choice) if incoming.choice else ""
            kind, text = self._own_words(incoming, label, lang)
            unit.outbox.add_line(key, Outgoing(text), f"{CHANNEL}:{incoming.message_id}:mine", mine=True, purpose=kind)

        return note

    def _own_words(self, incoming: Incoming, label: str, lang: str) -> tuple[str, str]:
        say = self.pages.wording.say
        if incoming.choice:
            return "press", label or say("web_own_press", lang)
        if incoming.place:
            at = f"{incoming.place.latitude:.5f}, {incoming.place.longitude:.5f}"
            return "place", say("web_own_place", lang, at=at)
        if incoming.files:
            return "file", "\n".join(
                [*self._file_words(incoming.files, lang), *([incoming.text] if incoming.text else [])]
            )
        command = COMMANDS.get(incoming.text)
        return ("press", say(f"web_cmd_{command}", lang)) if command else ("said", incoming.text)

    def _file_words(self, files: Sequence[FileRef], lang: str) -> list[str]:
        return [
            self.pages.wording.say(f"web_own_{file.kind}", lang, name=file.name, size=size_text(file.size, lang))
            for file in files
        ]


def size_text(size: int, lang: str) -> str:
    """Bytes for people: `2,1 MB` in Vietnamese, `2.1 MB` in English."""
    text = f"{size / 1_048_576:.1f} MB" if size >= 104_858 else f"{max(1, round(size / 1024))} kB"
    return text if lang == "en" else text.replace(".", ",")
