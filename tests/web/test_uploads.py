"""Files sent through the page: sealed at once, usable only by their sender, refused politely."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterable
from datetime import timedelta
from itertools import chain, repeat
from pathlib import Path

import aiohttp
import pytest

from bot.app import FILE_CAP
from bot.clock import system_clock
from cases.messages import FileFault, FileKind, FileRef
from storage.keys import KeyRing
from storage.vault import FileVault
from tests.web.conftest import NewVisitor
from tests.web.stage import Stage, staged
from tests.web.visitor import SAME, Visitor, visiting
from web.security import Session
from web.talk import LARGE_AT_ONCE
from web.uploads import CAP, PART, Uploads, drop_stale, fetch_upload

PICTURE = b"\xff\xd8\xff\xe0 picture 5521 " + bytes(2_000)


async def test_an_upload_becomes_evidence(visitor: Visitor, stage: Stage) -> None:
    """The message carries the file; the worker reads exactly what was sent."""
    described = (await visitor.upload(PICTURE, "ho%20ga.jpg")).json
    await visitor.say(files=[described])
    file = stage.desk.heard[-1].files[0]
    assert (file.kind, file.name, file.size, file.mime) == (FileKind.PHOTO, "ho ga.jpg", len(PICTURE), "image/jpeg")
    assert await fetch_upload(stage.services.vault, file, CAP) == PICTURE


async def test_the_own_line_names_the_file(visitor: Visitor) -> None:
    """A line of words, since the picture itself is not shown again."""
    await visitor.say(files=[(await visitor.upload(PICTURE)).json], text="đây ạ")
    assert (await visitor.lines())[0]["text"] == "Ảnh: a.jpg (2 kB)\nđây ạ"


async def test_nothing_lies_on_the_disk_in_clear(visitor: Visitor, stage: Stage) -> None:
    """The vault holds sealed bytes only."""
    await visitor.upload(PICTURE)
    stored = [path.read_bytes() for path in (stage.folder / "vault").glob("??/*")]
    assert stored
    assert not any(b"picture 5521" in content for content in stored)


async def test_a_form_works_too(visitor: Visitor) -> None:
    """Multipart, as plain HTML forms send it."""
    form = aiohttp.FormData()
    form.add_field("file", io.BytesIO(PICTURE), filename="a.png", content_type="image/png")
    answer = await visitor.ask("POST", "/chat/files", data=form, headers=SAME)
    assert (answer.status, answer.json["mime"]) == (200, "image/png")


async def test_a_recording_is_a_voice(visitor: Visitor) -> None:
    """The page says that it recorded it itself."""
    answer = await visitor.upload(b"sound", "ghi.webm", "audio/webm;codecs=opus", **{"x-file-kind": "voice"})
    assert (answer.json["kind"], answer.json["mime"]) == ("voice", "audio/webm")


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("a.heic", "", "photo"),
        ("a.mp4", "video/mp4", "video"),
        ("a.m4a", "application/octet-stream", "audio"),
        ("a.pdf", "application/pdf", "document"),
        ("a.docx", "", "document"),
    ],
)
async def test_kinds_that_are_taken(visitor: Visitor, name: str, kind: str, expected: str) -> None:
    """By declared type, else by the end of the name."""
    assert (await visitor.upload(b"content", name, kind)).json["kind"] == expected


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.exe", "application/x-msdownload"),
        ("a.svg", "image/svg+xml"),
        ("a.html", "text/html"),
        ("a", ""),
        ("a.zip", "x"),
    ],
)
async def test_kinds_that_are_not(visitor: Visitor, name: str, kind: str) -> None:
    """Said plainly."""
    answer = await visitor.upload(b"content", name, kind)
    assert (answer.status, answer.json["error"], bool(answer.json["say"])) == (415, "file_type", True)


def test_what_the_page_takes_is_taken_to_its_end() -> None:
    """A file of just 20 MB is not accepted first and refused afterwards, when nobody stands at the page any more."""
    assert FILE_CAP >= CAP


async def test_an_empty_file(visitor: Visitor) -> None:
    """Said plainly."""
    assert (await visitor.upload(b"")).json["error"] == "file_empty"


MEGABYTE = bytes(1_048_576)
FORM_HEAD = (
    b'--cut\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\ncontent-type: image/jpeg\r\n\r\n'
)


@pytest.mark.parametrize(
    ("headers", "pieces"),
    [
        ({"content-type": "image/jpeg", "content-length": str(CAP + 1)}, [MEGABYTE] * 20),
        ({"content-type": "image/jpeg", "transfer-encoding": "chunked"}, repeat(b"100000\r\n" + MEGABYTE + b"\r\n")),
        (
            {"content-type": "multipart/form-data; boundary=cut", "content-length": str(CAP + 2 * len(MEGABYTE))},
            chain([FORM_HEAD], [MEGABYTE] * 21),
        ),
    ],
    ids=["declared", "chunked", "form"],
)
async def test_the_cap_holds_while_it_arrives(
    visitor: Visitor, stage: Stage, headers: dict[str, str], pieces: Iterable[bytes]
) -> None:
    """Over 20 MB is answered as soon as it is seen, also where the sender would go on for ever; nothing is stored."""
    before = stage.services.vault.ids()
    answer = await pour(visitor.url, "/chat/files", {**SAME, **headers}, pieces)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"file_large"' in answer
    assert stage.services.vault.ids() == before


async def hang(url: str, path: str) -> asyncio.StreamWriter:
    """A large body that is announced and never comes; the application waits for it once this returns."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    said = {**SAME, "host": host, "content-type": "multipart/form-data; boundary=cut", "expect": "100-continue"}
    head = "".join(f"{name}: {value}\r\n" for name, value in {**said, "content-length": str(CAP)}.items())
    writer.write(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode())
    assert (await reader.readline()).startswith(b"HTTP/1.1 100")
    return writer


@pytest.mark.parametrize("path", ["/chat/files", "/chat/say"])
async def test_only_so_many_large_bodies_arrive_at_once(visitor: Visitor, path: str) -> None:
    """By the script's way and by the plain form together, for each waits in memory; words are taken all the same."""
    hanging = [await hang(visitor.url, path) for _ in range(LARGE_AT_ONCE)]
    try:
        over = await pour(visitor.url, "/chat/say", {**SAME, "content-length": str(CAP)}, [])
        assert over.startswith(b"HTTP/1.1 429 ")
        assert (await visitor.upload(b"x" * 2_000_000)).status == 429
        form = aiohttp.FormData({"message_id": "form-12345678", "text": "chữ"}, default_to_multipart=True)
        assert (await visitor.ask("POST", "/chat/say", data=form, headers=SAME)).status == 303
    finally:
        for writer in hanging:
            writer.transport.abort()


async def pour(url: str, path: str, headers: dict[str, str], pieces: Iterable[bytes]) -> bytes:
    """Send until an answer comes, read it, and hang up whatever is still on its way."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = "".join(f"{name}: {value}\r\n" for name, value in {"host": host, **headers}.items())
    writer.write(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode())

    async def go_on() -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()

    sending = asyncio.create_task(go_on())
    try:
        return await reader.readuntil(b"\r\n\r\n") + await reader.readuntil(b"}")
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        writer.transport.abort()


@pytest.mark.parametrize("field", ["file_id", "kind", "name", "size", "mime"])
async def test_a_changed_description_is_unknown(visitor: Visitor, field: str) -> None:
    """The handle proves everything said about the file."""
    described = (await visitor.upload(PICTURE)).json
    changed = {"file_id": "up" + "0" * 48, "kind": "document", "name": "b.jpg", "size": 1, "mime": "image/png"}[field]
    answer = await visitor.say(files=[{**described, field: changed}])
    assert (answer.status, answer.json["error"]) == (422, "file_unknown")


async def test_another_session_cannot_use_the_file(visitor: Visitor, newcomer: NewVisitor) -> None:
    """Knowing a handle is not enough."""
    described = (await visitor.upload(PICTURE)).json
    other = await newcomer()
    assert (await other.say(files=[described])).json["error"] == "file_unknown"


async def test_at_most_ten_files_in_one_message(visitor: Visitor) -> None:
    """The eleventh makes the message unreadable."""
    described = (await visitor.upload(PICTURE)).json
    assert (await visitor.say(files=[described] * 11)).status == 422


async def test_thirty_files_an_hour(visitor: Visitor) -> None:
    """Then the page is told how long to wait."""
    await visitor.say("chào")
    answers = [await visitor.upload(b"x") for _ in range(31)]
    assert [answer.status for answer in answers] == [200] * 30 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 3_000


@pytest.mark.parametrize(
    ("given", "shown"),
    [("../../etc/passwd.jpg", ".. .. etc passwd.jpg"), ("%00%0Aa%E2%80%AEgpj.jpg", "a gpj.jpg"), ("", "photo.jpeg")],
)
async def test_names_are_made_harmless(visitor: Visitor, given: str, shown: str) -> None:
    """No separators, control characters or direction tricks; never empty."""
    assert (await visitor.upload(b"x", given)).json["name"] == shown


async def test_a_full_disk_is_said(tmp_path: Path) -> None:
    """The person hears that files must wait while words are taken."""
    blocked = tmp_path / "vault"
    blocked.write_text("a file where the folder should be")
    with staged(tmp_path, vault=FileVault(blocked, KeyRing([bytes(32)]))) as own:
        async with visiting(own.url) as visitor:
            assert (await visitor.upload(b"x")).json["error"] == "file_room"
            assert (await visitor.say("chữ thì được")).status == 200


async def test_fetching_names_what_is_wrong(tmp_path: Path) -> None:
    """As every channel's fetcher does."""
    vault = FileVault(tmp_path, KeyRing([bytes(32)]))
    for ref, size, code in (("up" + "0" * 48, 5, "gone"), ("../x", 5, "gone"), ("up1", 50, "too_large")):
        with pytest.raises(FileFault) as caught:
            await fetch_upload(vault, FileRef(FileKind.PHOTO, ref, size=size), 10)
        assert caught.value.code == code


async def test_unclaimed_uploads_are_swept(tmp_path: Path) -> None:
    """Old ones go, young ones and those still to be fetched stay, evidence is never touched."""
    keys = KeyRing([bytes(32)])
    vault = FileVault(tmp_path, keys)
    uploads = Uploads(vault, keys)
    kept, dropped = [await uploads.store(Session("s", 0), (f"{n}.jpg", "image/jpeg", b"x")) for n in range(2)]
    vault.put("ab" * 16, b"evidence")
    assert drop_stale(tmp_path, system_clock() - timedelta(hours=24)) == 0
    assert drop_stale(tmp_path, system_clock() + timedelta(hours=24), keep={kept.file_id}) == 1
    assert vault.has(kept.file_id, PART)
    assert not vault.has(dropped.file_id, PART)
    assert vault.has("ab" * 16)
