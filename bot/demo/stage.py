"""The demo's stage: an installation in a folder of its own, whose messengers print instead of sending."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.channels.base import Accept
from cases.messages import Address, Capabilities, Choice, Fate, FileFault, FileRef, Incoming, Outgoing, Pace, SendResult

CAPABILITIES = {
    "telegram": Capabilities(4096, 60, ask_contact=True, ask_place=True),
    "zalo-oa": Capabilities(2000, 5, ask_contact=True),
    "zalo-bot": Capabilities(2000, 0),
}


@dataclass
class Phone:
    """What one person has heard, and the options last offered."""

    name: str
    channel: str
    offered: tuple[Choice, ...] = ()
    numbered: tuple[str, ...] = ()
    sent: int = field(default=0)

    def hear(self, message: Outgoing) -> None:
        """Take a message in; numbered lines count as options where there are no buttons."""
        lines = message.text.split("\n")
        numbers = tuple(line.partition(". ")[2] for line in lines if line.partition(". ")[0].isdecimal())
        if message.choices or numbers:
            self.offered, self.numbered = message.choices, numbers

    def answer(self, label: str) -> dict[str, str]:
        """How this phone answers the option that contains `label`: by button, or by number."""
        for choice in self.offered:
            if label in choice.label:
                return {"choice": choice.value}
        for number, text in enumerate(self.numbered, 1):
            if label in text:
                return {"text": str(number)}
        raise LookupError(f"{self.name}: no option {label!r} among {self.numbered or [c.label for c in self.offered]}")


class StageChannel:
    """A messenger whose messages are handed to the teller."""

    def __init__(self, name: str, heard: Callable[[Address, Outgoing], None]) -> None:
        self.name = name
        self.capabilities = CAPABILITIES[name]
        self.pace = Pace(0)
        self._heard = heard

    async def start(self) -> None:
        """Nothing to open."""

    async def close(self) -> None:
        """Nothing to close."""

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Nobody sends here."""
        raise PermissionError

    def parse(self, body: bytes) -> Sequence[Incoming]:
        """Nobody sends here."""
        return ()

    async def poll(self, accept: Accept) -> None:
        """People speak through the teller."""

    async def send(self, to: Address, message: Outgoing) -> SendResult:
        """Hand over."""
        self._heard(to, message)
        return SendResult(Fate.SENT)

    async def typing(self, to: Address) -> None:
        """Not shown."""

    async def fetch(self, file: FileRef, cap: int) -> bytes:
        """The demo's photos are drawn on the spot."""
        import io

        from PIL import Image

        if cap < 1000:
            raise FileFault("too_large")
        picture = io.BytesIO()
        Image.new("RGB", (320, 240), (120, 120, 120)).save(picture, "JPEG")
        return picture.getvalue()
