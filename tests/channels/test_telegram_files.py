"""Files come from the configured host only, whole, and never larger than allowed."""

from __future__ import annotations

from typing import Any

import pytest

from cases.messages import FileFault, FileKind, FileRef
from tests.channels.telegram_kit import MAI, connected, hear
from tests.fakes.telegram_server import FakeTelegram

MEGABYTE = 1024 * 1024


async def fault(ref: FileRef, cap: int = MEGABYTE, content: bytes = b"x" * 100, **failure: Any) -> str:
    """The code of the fault met when fetching; the file stored is F1."""
    async with connected() as (fake, channel):
        fake.store(content, "a.bin")
        if failure:
            fake.fail_next(**failure)
        with pytest.raises(FileFault) as caught:
            await channel.fetch(ref, cap)
        assert FakeTelegram.token not in repr(caught.value) + repr(caught.value.__context__)
        return caught.value.code


def ref(file_id: str = "F1", size: int = 0) -> FileRef:
    """A document as the parser names it."""
    return FileRef(FileKind.DOCUMENT, file_id, size=size)


async def test_a_file_comes_whole() -> None:
    """What the resident sent is what is fetched."""
    content = bytes(range(256)) * 2000
    async with connected() as (fake, channel):
        fake.send_document(MAI, content, "đơn thư.pdf", "application/pdf")
        (heard,) = await hear(fake, channel)
        assert await channel.fetch(heard.files[0], MEGABYTE) == content


async def test_a_file_of_exactly_the_cap_is_taken() -> None:
    """The cap itself is allowed."""
    async with connected() as (fake, channel):
        fake.store(b"x" * 100)
        assert len(await channel.fetch(ref(), 100)) == 100


async def test_a_size_told_beforehand_saves_the_download() -> None:
    """Nothing is asked of Telegram for a file known to be too large."""
    assert await fault(ref(size=101), cap=100) == "too_large"


async def test_a_size_told_wrong_is_stopped_while_it_comes() -> None:
    """The bytes are counted, whatever was said of them."""
    assert await fault(ref(size=5), cap=99, content=b"x" * MEGABYTE) == "too_large"


async def test_telegrams_own_limit() -> None:
    """A bot can download at most 20 MB, whatever the cap."""
    assert await fault(ref(), cap=99 * MEGABYTE, content=b"x" * (20 * MEGABYTE + 1)) == "too_large"
    assert await fault(ref(size=20 * MEGABYTE + 1), cap=99 * MEGABYTE) == "too_large"


async def test_an_unknown_file_is_gone() -> None:
    """File ids expire and may belong to another bot."""
    assert await fault(ref("F9")) == "gone"


async def test_a_redirect_is_not_followed() -> None:
    """Not even to the same machine."""
    location = "http://127.0.0.1:9/elsewhere"
    assert await fault(ref(), method="file", location=location) == "refused_host"


@pytest.mark.parametrize(("status", "code"), [(404, "gone"), (403, "gone"), (500, "unreachable"), (429, "unreachable")])
async def test_statuses_of_a_download(status: int, code: str) -> None:
    """What a later try may mend is unreachable; the rest is gone."""
    assert await fault(ref(), method="file", status=status) == code


@pytest.mark.parametrize("how", [{"status": 502, "html": True}, {"reset": True}, {"retry_after": 3}])
async def test_trouble_before_the_download(how: dict[str, Any]) -> None:
    """The file may be fetched later."""
    assert await fault(ref(), method="getFile", **how) == "unreachable"


@pytest.mark.parametrize("path", ["/etc/passwd", "../../bot1:x/getMe", "a/../../b", ""])
async def test_paths_that_lead_elsewhere_are_not_followed(path: str) -> None:
    """A path is used only below the bot's own folder."""
    async with connected() as (fake, channel):
        fake.store(b"x")
        object.__setattr__(fake.files["F1"], "path", path)
        with pytest.raises(FileFault, match="gone"):
            await channel.fetch(ref(), 100)
