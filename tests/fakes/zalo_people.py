"""Residents who use the fake Zalo: they speak, tap, share and hear, on either face."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from tests.fakes.zalo_hooks import Delivery

Json = dict[str, Any]


def milliseconds(instant: datetime) -> int:
    """Epoch milliseconds, as Zalo writes instants."""
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as the resident sees it; `buttons` gives the payload behind each label."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    asks_contact: bool = False
    template: str = ""


class Face(Protocol):
    """One of the two interfaces, as seen from a resident's phone."""

    async def utter(self, person: ZaloPerson, kind: str, content: Json) -> Delivery | None:
        """Bring something the person did to the bot."""

    def put_file(self, data: bytes, name: str) -> str:
        """Keep a file and return its address."""


class ZaloPerson:
    """A resident. The switches below are what Zalo knows about the account."""

    def __init__(self, face: Face, id: str, name: str, since: datetime, phone: str = "") -> None:
        self.face = face
        self.id = id
        self.name = name
        self.phone = phone
        self.last_interaction = since
        self.following = True
        self.blocked = False
        self.inactive = False
        self.heard: list[Heard] = []
        self._next = 0
        self._news = asyncio.Event()

    @property
    def last(self) -> str:
        """The text heard last, empty before anything was heard."""
        return self.heard[-1].text if self.heard else ""

    def hear(self, heard: Heard) -> None:
        """Called by the face when a message reaches the phone."""
        self.heard.append(heard)
        self._news.set()

    async def hears(self, seconds: float = 5.0) -> Heard:
        """The next message not yet looked at; fails after so many real seconds."""
        async with asyncio.timeout(seconds):
            while self._next >= len(self.heard):
                self._news.clear()
                await self._news.wait()
        self._next += 1
        return self.heard[self._next - 1]

    async def says(self, text: str) -> Delivery | None:
        """Write a text."""
        return await self.face.utter(self, "text", {"text": text})

    async def taps(self, label: str) -> Delivery | None:
        """Press the newest button with this label; where there are only numbered lines, write the number."""
        for heard in reversed(self.heard):
            payload = dict(heard.buttons).get(label)
            if payload is not None:
                return await self.says(payload)
            number = re.search(rf"(?m)^(\d+)[.)] {re.escape(label)}$", heard.text)
            if number:
                return await self.says(number[1])
        raise AssertionError(f"nothing to tap is called {label!r}")

    async def sends_photo(self, data: bytes = b"\xff\xd8\xff photo", caption: str = "") -> Delivery | None:
        """Send a picture with a caption."""
        url = self.face.put_file(data, "photo.jpg")
        return await self.face.utter(self, "image", {"url": url, "text": caption})

    async def sends_voice(self, data: bytes = b"voice") -> Delivery | None:
        """Record and send a voice message."""
        return await self.face.utter(self, "audio", {"url": self.face.put_file(data, "voice.aac")})

    async def sends_video(self, data: bytes = b"video", description: str = "") -> Delivery | None:
        """Send a short film."""
        url = self.face.put_file(data, "film.mp4")
        return await self.face.utter(self, "video", {"url": url, "description": description})

    async def sends_file(self, name: str, data: bytes) -> Delivery | None:
        """Send a document."""
        content = {"url": self.face.put_file(data, name), "name": name, "size": str(len(data))}
        return await self.face.utter(self, "file", content)

    async def sends_sticker(self, number: str = "46005") -> Delivery | None:
        """Send a sticker."""
        return await self.face.utter(self, "sticker", {"id": number, "url": self.face.put_file(b"sticker", "s.png")})

    async def sends_link(self, url: str, title: str = "") -> Delivery | None:
        """Share a link."""
        return await self.face.utter(self, "link", {"url": url, "title": title})

    async def shares_place(self, latitude: float, longitude: float, title: str = "") -> Delivery | None:
        """Share a place."""
        point = {"latitude": str(latitude), "longitude": str(longitude)}
        return await self.face.utter(self, "location", {"coordinates": point, "text": title})

    async def submits_info(self, phone: str | int, name: str = "", shape: str = "new") -> Delivery | None:
        """Fill in the contact form; `shape` is new, old or text."""
        return await self.face.utter(self, "info", {"phone": phone, "name": name or self.name, "shape": shape})

    async def follows(self) -> Delivery | None:
        """Follow the account."""
        self.following = True
        return await self.face.utter(self, "follow", {})

    async def unfollows(self) -> Delivery | None:
        """Stop following."""
        self.following = False
        return await self.face.utter(self, "unfollow", {})
