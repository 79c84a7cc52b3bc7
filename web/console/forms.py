"""What an officer's browser posts: fields and files with a cap, held in memory so that no file touches the disk."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import Request

from storage.database import storable
from web.bodies import HungUp, TooLarge, chunks
from web.pages import Refusal

STRANGER_CAP = 300_000  # bytes read of a form that is not taken
CAP = 25_000_000  # bytes of one form: a scan of 20 MB and its fields
FIELD_CAP = 1_000_000  # bytes of one written field


class _InMemory(MultiPartParser):
    spool_max_size = CAP


@dataclass(frozen=True, slots=True)
class Form:
    """Fields and files by name."""

    data: FormData = field(default_factory=FormData)

    def get(self, name: str, default: str = "") -> str:
        """The last written value of this name."""
        value = self.data.get(name)
        return storable(value) if isinstance(value, str) else default

    def all(self, name: str) -> list[str]:
        """Every written value of this name, in order."""
        return [storable(value) for value in self.data.getlist(name) if isinstance(value, str)]

    def file(self, name: str) -> UploadFile | None:
        """The last chosen file of this name; None when none was chosen."""
        value = self.data.get(name)
        return value if isinstance(value, UploadFile) and (value.filename or value.size) else None

    def files(self, name: str) -> list[UploadFile]:
        """Every chosen file of this name, in order."""
        chosen = [value for value in self.data.getlist(name) if isinstance(value, UploadFile)]
        return [value for value in chosen if value.filename or value.size]


async def read_form(request: Request, cap: int = CAP) -> Form:
    """The posted form; anything that is not a form is empty. Raises `Refusal`: too large, broken, cut off."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    stream = chunks(request.headers.get("content-length"), request.receive, cap)
    try:
        if kind == "multipart/form-data":
            return Form(await _InMemory(request.headers, _ended(stream), max_part_size=FIELD_CAP).parse())
        if kind == "application/x-www-form-urlencoded":
            return Form(await FormParser(request.headers, _ended(stream)).parse())
    except TooLarge:
        raise Refusal(413, "console_error_large", megabytes=cap // 1_000_000) from None
    except (HungUp, MultiPartException, ValueError):
        raise Refusal(400, "console_error_form") from None
    finally:
        await stream.aclose()
    return Form()


async def leave_unread(request: Request) -> None:
    """Take a small body in without looking at it: a proxy that is still sending when we hang up loses our answer."""
    stream = chunks(request.headers.get("content-length"), request.receive, STRANGER_CAP)
    try:
        async for _ in stream:
            pass
    except (TooLarge, HungUp):
        return
    finally:
        await stream.aclose()


async def _ended(stream: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    async for piece in stream:
        yield piece
    yield b""  # the parsers take an empty piece for the end
