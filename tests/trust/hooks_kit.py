"""An installation with all three webhooks over real HTTP: the channels' own proofs, the real spine and database."""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import func, select

from bot.channels.telegram import Telegram
from bot.channels.zalo_bot import ZaloBot
from bot.channels.zalo_oa import ZaloOA
from bot.clock import SteppedClock
from bot.spine import Spine
from cases.rules import Rules
from storage.outbox import outbox
from storage.schema import metadata
from storage.tables import ChatRow, SeenUpdate
from storage.work import Office
from tests.channels.zalo_kit import FileTokens
from tests.handlers.cast import open_spine
from tests.web.stage import Desk, Stage, staged
from web.services import WebServices

TELEGRAM_SECRET, BOT_SECRET, OA_KEY = (
    "telegram-secret-of-this-bot",
    "zalo-bot-secret-of-this-bot",
    "oa-key-of-this-account",
)
OLD = "the-secret-before-this-one"
APP = "1111111111111111111"
OA = "3333333333333333333"
PATHS = {"telegram": "/webhook/telegram", "zalo-bot": "/webhook/zalo-bot", "zalo-oa": "/webhook/zalo-oa"}
HEADERS = {
    "telegram": "x-telegram-bot-api-secret-token",
    "zalo-bot": "x-bot-api-secret-token",
    "zalo-oa": "x-zevent-signature",
}
SECRETS = {"telegram": TELEGRAM_SECRET, "zalo-bot": BOT_SECRET, "zalo-oa": OA_KEY}


async def _nobody(sentence: str) -> None:
    """No operator listens here."""


def channels(folder: Path, clock: SteppedClock, *, old: bool = False) -> dict[str, Any]:
    """The hearing side of all three; nothing connects."""
    before = OLD if old else ""
    hook: dict[str, Any] = {"webhook_url": "https://xa-mau.example/webhook", "mode": "webhook"}
    return {
        "telegram": Telegram(
            "123456:ABC-def", webhook_secret=TELEGRAM_SECRET, old_webhook_secret=before, clock=clock, **hook
        ),
        "zalo-bot": ZaloBot(
            token="1:abc", clock=clock, alarm=_nobody, webhook_secret=BOT_SECRET, old_webhook_secret=before, **hook
        ),
        "zalo-oa": ZaloOA(
            app_id=APP,
            app_secret="app-secret",
            secret_key=OA_KEY,
            old_secret_key=before,
            tokens=FileTokens(folder / "tokens.db"),
            clock=clock,
            alarm=_nobody,
        ),
    }


@dataclass
class Hooked:
    """The served installation."""

    stage: Stage
    clock: SteppedClock
    spine: Spine
    heard: dict[str, int]

    @property
    def office(self) -> Office:
        """Its database."""
        return self.stage.services.office

    def count(self, table: str) -> int:
        """Rows of one table."""
        return int(self.stage.run(lambda unit: unit.connection.scalar(select(func.count()).select_from(_table(table)))))

    def rows(self) -> dict[str, int]:
        """Rows of every table that holds any."""
        return {name: n for name in metadata.tables if (n := self.count(name))}


def _table(name: str) -> Any:
    return metadata.tables[name]


UPDATES, CHATS, OUTBOX = str(SeenUpdate.__tablename__), str(ChatRow.__tablename__), outbox.name


@contextmanager
def hooked(folder: Path, rules: Rules, clock: SteppedClock, *, old: bool = False) -> Iterator[Hooked]:
    """Serve until the block ends."""
    heard: dict[str, int] = defaultdict(int)
    spines: list[Spine] = []

    def change(desk: Desk, services: WebServices) -> WebServices:
        services.office.clock = clock
        spine = open_spine(services.office, rules)
        spines.append(spine)

        async def accept(incoming: Any, note: Any = None) -> None:
            heard[incoming.address.channel] += 1
            await spine.accept_noted(incoming, note or (lambda unit: None))

        found = channels(folder, clock, old=old)
        found["telegram"].parse(b'{"update_id": 1}')  # the libraries take seconds to load
        return replace(services, clock=clock, channels=found, accept=accept, accept_noted=accept)

    with staged(folder, change) as stage:
        yield Hooked(stage, clock, spines[0], heard)


# -- what messengers send ------------------------------------------------------------------------------------------


def body(channel: str, number: int, text: str = "xin chào", person: int = 5001, at: int = 1_772_420_400) -> bytes:
    """One genuine text message."""
    if channel == "telegram":
        who = {"id": person, "is_bot": False, "first_name": "Mai"}
        chat = {"id": person, "type": "private"}
        message = {"message_id": number, "date": at, "text": text, "from": who, "chat": chat}
        return orjson.dumps({"update_id": 1000 + number, "message": message})
    if channel == "zalo-bot":
        sender = {"id": f"aa{person}", "display_name": "Mai", "is_bot": False}
        chat = {"id": f"aa{person}", "chat_type": "PRIVATE"}
        message = {"message_id": f"m{number}", "date": at * 1000, "from": sender, "chat": chat, "text": text}
        return orjson.dumps({"event_name": "message.text.received", "message": message})
    event = {"app_id": APP, "sender": {"id": str(person)}, "recipient": {"id": OA}, "event_name": "user_send_text"}
    told = {"message": {"text": text, "msg_id": f"o{number}"}, "timestamp": str(at * 1000)}
    return orjson.dumps({**event, **told})


def proof(channel: str, sent: bytes, secret: str = "") -> str:
    """The header's value that proves these bytes."""
    secret = secret or SECRETS[channel]
    if channel != "zalo-oa":
        return secret
    stamp = str(orjson.loads(sent)["timestamp"])
    return "mac=" + hashlib.sha256(APP.encode() + sent + stamp.encode() + secret.encode()).hexdigest()


def genuine(channel: str, sent: bytes, secret: str = "") -> tuple[str, bytes, list[tuple[str, str]]]:
    """Path, body and headers of a proved request."""
    return PATHS[channel], sent, [(HEADERS[channel], proof(channel, sent, secret))]


# -- a client that sends exactly what it is given ------------------------------------------------------------------


class RawClient:
    """HTTP/1.1 on kept connections without any library in between: doubled, broken and non-ASCII headers go out."""

    def __init__(self, url: str) -> None:
        host, _, port = url.removeprefix("http://").partition(":")
        self._at = host, int(port)

    async def send_all(self, requests: list[tuple[str, bytes, list[tuple[str, str]]]], lanes: int = 8) -> list[int]:
        """The status of each, in order."""
        statuses = [0] * len(requests)
        await asyncio.gather(*(self._lane(requests, statuses, lane, lanes) for lane in range(lanes)))
        return statuses

    async def _lane(self, requests: list[Any], statuses: list[int], lane: int, lanes: int) -> None:
        reader: asyncio.StreamReader | None = None
        writer: asyncio.StreamWriter | None = None
        for place in range(lane, len(requests), lanes):
            if writer is None or writer.is_closing() or reader is None or reader.at_eof():
                reader, writer = await asyncio.open_connection(*self._at)
            path, sent, headers = requests[place]
            lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
            head = f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(sent)}\r\n{lines}\r\n"
            writer.write(head.encode("utf-8", "surrogateescape") + sent)
            statuses[place] = await _status(reader)
            if statuses[place] == 400:  # the server hangs up on what is no HTTP
                writer.close()
        if writer is not None:
            writer.close()
            await writer.wait_closed()


async def _status(reader: asyncio.StreamReader) -> int:
    line = await reader.readline()
    length = 0
    while (header := await reader.readline()) not in (b"\r\n", b""):
        name, _, value = header.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    await reader.readexactly(length)
    return int(line.split()[1]) if line else 0
