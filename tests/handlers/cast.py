"""People who talk to the bot in tests: through the real spine and a real database, on a channel of their choice."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from bot.clock import SteppedClock
from bot.spine import Spine
from cases.messages import (
    Address,
    Capabilities,
    Choice,
    Contact,
    Event,
    FileKind,
    FileRef,
    Incoming,
    Outgoing,
    Place,
)
from cases.model import Case
from cases.ports import CaseQuery
from cases.rules import Rules
from storage.outbox import PLACE_BODY, outbox, unpack
from storage.work import Office, StoredWork

CHANNELS = {
    "telegram": Capabilities(4096, 60, ask_contact=True, ask_place=True),
    "zalo-oa": Capabilities(2000, 5, ask_contact=True),
    "zalo-bot": Capabilities(2000, 0),
}


def open_spine(office: Office, rules: Rules) -> Spine:
    """A spine on this office; counters go nowhere."""
    office.capabilities = dict(CHANNELS)
    return Spine(office, lambda: rules, defaultdict(lambda: lambda: None))


@dataclass
class Person:
    """Somebody with a phone. `heard` is everything the bot said to them, `last` the newest message."""

    spine: Spine
    office: Office
    clock: SteppedClock
    channel: str = "telegram"
    id: str = "1001"
    heard: list[Outgoing] = field(default_factory=list)
    _sent: int = 0
    _seen: int = 0

    @property
    def last(self) -> Outgoing:
        """The newest message."""
        return self.heard[-1]

    @property
    def labels(self) -> list[str]:
        """What the newest message offers."""
        return [choice.label for choice in self.last.choices]

    async def says(self, text: str, **more: Any) -> str:
        """Send words; returns everything said in answer."""
        return await self._send(text=text, **more)

    async def taps(self, label: str) -> str:
        """Press the newest button whose label contains this."""
        return await self._send(choice=self.button(label).value)

    def button(self, label: str) -> Choice:
        """The newest button whose label contains this."""
        return next(c for message in reversed(self.heard) for c in message.choices if label in c.label)

    async def sends_photo(self, name: str = "p", text: str = "") -> str:
        """Send a photo."""
        return await self._send(text=text, files=(FileRef(FileKind.PHOTO, f"{name}{self._sent}", size=1000),))

    async def sends_place(self, latitude: float = 10.7, longitude: float = 106.7) -> str:
        """Share a place."""
        return await self._send(place=Place(latitude, longitude, "Quán cà phê"))

    async def sends_contact(self, phone: str) -> str:
        """Share a phone number."""
        return await self._send(contact=Contact(phone, "Bà Tư"))

    async def opens(self, start: str) -> str:
        """Follow a deep link."""
        return await self._send(start=start)

    async def does(self, event: Event) -> str:
        """Follow, block, or the like."""
        return await self._send(event=event)

    async def repeats(self, incoming: Incoming) -> str:
        """Have the messenger deliver the same update again."""
        await self.spine.accept(incoming)
        return await self._listen()

    def update(self, **content: Any) -> Incoming:
        """The next update, not sent yet."""
        self._sent += 1
        self.clock.move(seconds=7)
        return Incoming(Address(self.channel, self.id), f"{self.id}-{self._sent}", self.clock(), **content)

    async def _send(self, **content: Any) -> str:
        await self.spine.accept(self.update(**content))
        return await self._listen()

    async def _listen(self) -> str:
        def read(unit: StoredWork) -> list[tuple[int, Outgoing]]:
            key = unit.chats.key_of(Address(self.channel, self.id))
            rows = unit.connection.execute(
                select(outbox).where(outbox.c.chat_key == key, outbox.c.id > self._seen).order_by(outbox.c.id)
            )
            return [
                (row.id, unpack(unit.keys.open_bytes(PLACE_BODY, row.effect_key, row.sealed_body)))
                for row in rows
                if row.sealed_body is not None
            ]

        new = await self.office.read(read)
        self.heard += [message for _, message in new]
        self._seen = new[-1][0] if new else self._seen
        return "\n".join(message.text for _, message in new)


async def cases_of(office: Office) -> list[Case]:
    """Every case, in order of submission."""
    return list(await office.read(lambda unit: unit.cases.find(CaseQuery())))


async def report_road(person: Person, agree: str = "Tôi đồng ý") -> Case:
    """Report a broken new road to the end; the case as stored."""
    await person.says("Đường bê tông Thôn 2 mới làm ba tháng đã nứt toác, lún cả đoạn dài")
    await person.taps(agree)
    await person.taps("Chất lượng công trình")
    await person.taps("Đường bê tông Thôn 2")
    await person.taps("Trong tuần này")
    await person.taps("Bỏ qua")
    await person.taps("Gửi")
    return (await cases_of(person.office))[-1]
