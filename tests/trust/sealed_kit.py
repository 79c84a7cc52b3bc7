"""A commune that seals: the console, the real dialogues behind the web chat, keys of bodies, marks to look for."""

from __future__ import annotations

import base64
import io
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from PIL import Image
from sqlalchemy import LargeBinary, select

from bot.clock import SteppedClock
from bot.data import load_rules
from cases.intake import submit
from cases.messages import Address
from cases.model import Case, Subject
from cases.ports import CaseFile
from scheduler.fetching import FileFetcher
from storage import sealed_keys
from storage.keys import SealBroken
from storage.layout import metadata
from storage.sealed_box import key_id, public_of, wrap
from storage.work import StoredWork
from tests.cases.cast import a_draft
from tests.handlers.cast import open_spine
from tests.storage.marks import forms
from tests.web.console.desk import MORNING, Console, enrol
from tests.web.stage import Desk, finish, staged
from web.services import WebServices
from web.uploads import Uploads, fetch_upload

PASSPHRASE = "bốn từ chẳng liên quan"
PRIVATE = bytes(range(1, 33))
UNION_PRIVATE = bytes(range(101, 133))
QUICK = {"ops": 1, "memory": 8_388_608}  # the tests wrap and unwrap many times; the real cost is measured once
STORY = "Ông chủ tịch xã nhũng nhiễu, vòi tiền dân khi làm giấy tờ đất, ai không đưa thì bị ngâm hồ sơ."


def wrapped(private: bytes = PRIVATE, passphrase: str = PASSPHRASE) -> dict[str, Any]:
    """A key file as `hoiam sealed key` writes it."""
    return wrap(private, passphrase, **QUICK)


def give_key(console: Console, body: str, private: bytes, holders: Mapping[str, str]) -> str:
    """A key in force, and a wrapped copy for each of these officers (name in the cast: passphrase)."""
    public = public_of(private)
    key = key_id(public)

    def step(unit: StoredWork) -> None:
        sealed_keys.propose(unit, "xa-mau", body, key, public, "first")
        sealed_keys.decide(unit, key, "second", agreed=True)
        for name, passphrase in holders.items():
            sealed_keys.keep_copy(unit, key, console.officers[name].id, wrapped(private, passphrase))

    console.run(step)
    return key


@contextmanager
def sealing_console(folder: Path, *, keys: bool = True) -> Iterator[Console]:
    """The console and the web chat of a commune that seals; the Front has a key that its handler holds."""
    clock, rules = SteppedClock(MORNING), load_rules()

    def change(dialogues: Desk, services: WebServices) -> WebServices:
        dialogues.office.clock = clock
        spine = open_spine(dialogues.office, rules)
        given: dict[str, Any] = {"clock": clock, "rules": lambda: rules, "wording": rules.wording}
        return replace(services, accept=spine.accept, accept_noted=spine.accept_noted, **given)

    with staged(folder, change) as stage:
        present = Console(stage, clock, rules)
        present.officers |= present.run(enrol)
        if keys:
            present.run(lambda unit: sealed_keys.switch(unit, "xa-mau", "operator", on=True))
            give_key(present, "mttq", PRIVATE, {"handler": PASSPHRASE})
        yield present


def sealed_case(console: Console, who: str = "resident", *, picture: bytes = b"", **told: Any) -> Case:
    """A sealed report stored as the dialogue stores it; with a picture, uploaded through the page's own door."""
    asked: dict[str, Any] = {"text": STORY, "subject": Subject.OFFICIAL, "topic": "official.extortion"}
    draft = a_draft(**(asked | {"posts": ("ct_ubnd",)} | told))

    def step(unit: StoredWork) -> Case:
        chat = unit.chats.load(Address("web", who))
        chat.locality = "xa-mau"
        unit.chats.save(chat)
        return submit(unit, console.rules, chat, draft, unit.now).case

    def attach(unit: StoredWork) -> None:
        chat = unit.chats.load(Address("web", who))
        chat.locality = "xa-mau"
        unit.chats.save(chat)
        source = upload(console, who, picture)
        unit.files.add(CaseFile(unit.new_id(), "", chat.key, "evidence", source, "web", unit.now))

    if picture:
        console.run(attach)
        fetch(console)
    case: Case = console.run(step)
    if picture:
        fetch(console)
    return case


def upload(console: Console, who: str, content: bytes) -> Any:
    """A picture sent through the page."""
    from web.security import Session

    services = console.stage.services
    uploads = Uploads(services.vault, services.office.keys)
    return finish(uploads.store(Session(who, 0), ("vong-quay-tien.png", "image/png", content))).ref()


def fetch(console: Console) -> int:
    """The worker's rounds until nothing is pending."""
    services = console.stage.services

    async def step() -> int:
        fetchers = {"web": lambda file, cap: fetch_upload(services.vault, file, cap)}
        return await FileFetcher(services.office, services.vault, fetchers).drain()

    return int(finish(step()))


def picture(mark: str = "") -> bytes:
    """A PNG of 40 × 30 pixels; the mark stands in a text chunk of it."""
    from PIL.PngImagePlugin import PngInfo

    told = PngInfo()
    told.add_text("Comment", mark or "nothing")
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 30, 30)).save(out, "PNG", pnginfo=told)
    return out.getvalue()


# -- looking for marks -------------------------------------------------------------------------------------------------


def readable(console: Console) -> list[tuple[str, bytes]]:
    """Everything the server can read with its keys in hand: every column, opened where one of them opens it."""
    return list(console.run(lambda unit: list(_columns(unit))))


def _columns(unit: StoredWork) -> Iterator[tuple[str, bytes]]:
    for table in metadata.sorted_tables:
        sealed = {column.name for column in table.columns if isinstance(column.type, LargeBinary)}
        for row in unit.connection.execute(select(table)):
            known = row._mapping
            for name, value in known.items():
                place = f"{table.name}.{name}"
                yield place, value if isinstance(value, bytes) else str(value).encode()
                if name in sealed and value:
                    yield from ((f"{place} opened", inside) for inside in _opened(unit, place, dict(known), value))


def _opened(unit: StoredWork, place: str, row: dict[str, Any], value: bytes) -> Iterator[bytes]:
    """A sealed value under every key and row name that could be its own."""
    sealers = [unit.keys, *(unit.case_keys.of(str(row[name])) for name in ("case_id", "id") if row.get(name))]
    for sealer in sealers:
        for name in row.values():
            if isinstance(name, str | int):
                try:
                    yield sealer.open_bytes(place, str(name), value)
                except SealBroken:
                    continue
                return


def readable_files(console: Console) -> list[tuple[str, bytes]]:
    """Every file below the data folder as it lies there, and opened where the server has its key."""
    found = [(path.name, path.read_bytes()) for path in console.stage.folder.rglob("*") if path.is_file()]
    vault = console.stage.services.vault

    def step(unit: StoredWork) -> list[tuple[str, bytes]]:
        keys = {}
        for row in unit.connection.execute(select(metadata.tables["case_file"].c.id)):
            file = unit.files.get(row.id)
            keys[row.id] = file.key if file is not None else b""
        opened = []
        for path in vault.folder.glob("??/*"):
            name, _, part = path.name.partition(".")
            for key in {keys.get(name, b""), b""}:
                try:
                    opened.append((f"{path.name} opened", vault.get(name, part, key)))
                except SealBroken:
                    continue
        return opened

    opened: list[tuple[str, bytes]] = console.run(step)
    return found + opened


def marked(things: list[tuple[str, bytes]], marks: Mapping[str, str]) -> list[str]:
    """Where a mark stands, in any of the forms it could be stored in."""
    joined: dict[str, list[bytes]] = {}
    for place, content in things:
        joined.setdefault(place, []).append(content)
    wanted = {what: set(forms(mark).values()) for what, mark in marks.items()}
    return [
        f"{what} in {place}"
        for place, contents in joined.items()
        for whole in (b"\n".join(contents),)
        for what, looked_for in wanted.items()
        if any(form in whole for form in looked_for)
    ]


# -- a resident's browser ----------------------------------------------------------------------------------------------


@dataclass
class Resident:
    """The web chat over HTTP."""

    http: aiohttp.ClientSession
    console: Console
    after: int = 0
    offered: list[dict[str, str]] = field(default_factory=list)
    heard: str = ""

    async def says(self, text: str) -> str:
        """Write, and read what is answered."""
        return await self._send({"text": text})

    async def taps(self, label: str) -> str:
        """Press the button that contains this."""
        choice = next((one for one in self.offered if label in one["label"]), None)
        assert choice is not None, (label, [one["label"] for one in self.offered], self.heard)
        return await self._send({"choice": choice["value"]})

    async def sends(self, content: bytes, name: str, text: str = "") -> str:
        """Upload a picture and send it, with words if there are any."""
        form = aiohttp.FormData()
        form.add_field("file", content, filename=name, content_type="image/png")
        async with self.http.post(f"{self.console.url}/chat/files", data=form, headers=self._own) as answer:
            assert answer.status == 200, await answer.text()
            file = await answer.json()
        return await self._send({"files": [file], **({"text": text} if text else {})})

    async def lines(self) -> list[dict[str, Any]]:
        """The whole conversation, as on a reload."""
        async with self.http.get(f"{self.console.url}/chat/lines") as answer:
            found: list[dict[str, Any]] = (await answer.json())["lines"]
        return found

    @property
    def _own(self) -> dict[str, str]:
        return {"Origin": self.console.url, "Sec-Fetch-Site": "same-origin"}

    async def _send(self, content: dict[str, Any]) -> str:
        self.console.clock.move(seconds=5)
        body = {"message_id": str(uuid.uuid4()), **content}
        async with self.http.post(f"{self.console.url}/chat/messages", json=body, headers=self._own) as answer:
            assert answer.status == 200, await answer.text()
        fresh = [line for line in await self.lines() if int(line["id"]) > self.after]
        self.after = max([self.after, *(int(line["id"]) for line in fresh)])
        theirs = [line for line in fresh if not line["mine"]]
        self.offered = next((line["choices"] for line in reversed(theirs) if line["choices"]), self.offered)
        self.heard = "\n".join(line["text"] for line in theirs)
        return self.heard


def opened_bundle(bundle: bytes | str, private: bytes = PRIVATE) -> list[tuple[dict[str, Any], bytes]]:
    """What a bundle says to whoever has this key."""
    from bot.commands.sealed import opened

    return opened(orjson.loads(bundle), {key_id(public_of(private)): private})[0]


def b64(content: bytes) -> str:
    """As in bundles."""
    return base64.b64encode(content).decode()
