"""The fake Official Account itself: codes, uploads, buttons, rates, as the vendor notes describe them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.fakes.zalo_server import START, FakeZalo, serve

Json = dict[str, Any]


@pytest.fixture
async def fake() -> AsyncIterator[FakeZalo]:
    """A running fake."""
    async with FakeZalo() as running:
        yield running


async def post(fake: FakeZalo, path: str, token: str = "", **more: Any) -> Json:
    """The JSON answer of one request."""
    headers = {"access_token": token or fake.oa.auth.mint().access, "secret_key": fake.oa.app_secret}
    async with aiohttp.ClientSession() as session, session.post(fake.url + path, headers=headers, **more) as answer:
        assert answer.status == 200
        return dict(await answer.json())


async def consult(fake: FakeZalo, **message: Any) -> int:
    """The code for one consultation message to a new person."""
    body = {"recipient": {"user_id": fake.oa.person().id}, "message": message}
    return int((await post(fake, "/v3.0/oa/message/cs", json=body))["error"])


async def exchange(fake: FakeZalo, code: str, verifier: str = "") -> Json:
    """Exchange a code."""
    form = {"code": code, "app_id": fake.oa.app_id, "grant_type": "authorization_code", "code_verifier": verifier}
    return await post(fake, "/v4/oa/access_token", data=form)


async def test_code_exchange(fake: FakeZalo) -> None:
    """A code is good once and gives a pair with its life as text."""
    code = fake.oa.auth.consent()
    assert (await exchange(fake, code))["expires_in"] == "90000"
    assert (await exchange(fake, code))["error"] == -14014


async def test_code_grows_old(fake: FakeZalo) -> None:
    """A code is good for ten minutes."""
    code = fake.oa.auth.consent()
    await fake.advance(minutes=10)
    assert "error_name" in await exchange(fake, code)


@pytest.mark.parametrize(("verifier", "good"), [("v" * 43, True), ("w" * 43, False)])
async def test_code_challenge(fake: FakeZalo, verifier: str, good: bool) -> None:
    """The verifier must fit the challenge."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"v" * 43).digest()).decode().rstrip("=")
    found = await exchange(fake, fake.oa.auth.consent(challenge), verifier)
    assert ("access_token" in found) is good


async def test_tokens(fake: FakeZalo) -> None:
    """An unknown token is -216, an old one -220, and -124 on the business host."""
    old = fake.oa.auth.mint().access
    await fake.advance(hours=25)
    codes = [(await post(fake, "/v3.0/oa/message/cs", token, json={}))["error"] for token in ("unknown", old)]
    codes.append((await post(fake, "/message/template", old, json={}))["error"])
    assert codes == [-216, -220, -124]


@pytest.mark.parametrize(
    ("attachment", "code"),
    [
        ({"type": "image"}, -201),
        (
            {"type": "template", "payload": {"buttons": [{"type": "oa.query.hide", "title": "a", "payload": "b"}] * 5}},
            0,
        ),
        (
            {"type": "template", "payload": {"buttons": [{"type": "oa.query.hide", "title": "a", "payload": "b"}] * 6}},
            -201,
        ),
        ({"type": "template", "payload": {"buttons": [{"type": "oa.query.hide", "title": "a", "payload": {}}]}}, -201),
        ({"type": "template", "payload": {"buttons": [{"type": "other", "title": "a", "payload": "b"}]}}, -201),
        (
            {"type": "template", "payload": {"buttons": [{"type": "oa.open.url", "title": "a" * 101, "payload": {}}]}},
            -210,
        ),
        (
            {"type": "template", "payload": {"template_type": "request_user_info", "elements": [{"title": "a"}] * 2}},
            -201,
        ),
        (
            {"type": "template", "payload": {"template_type": "request_user_info", "elements": [{"title": "a" * 101}]}},
            -210,
        ),
        ({"type": "file", "payload": {"token": "t"}}, 0),
        ({"type": "file", "payload": {"attachment_id": "t"}}, 0),
    ],
)
async def test_attachments(fake: FakeZalo, attachment: Json, code: int) -> None:
    """What the vendor refuses, the fake refuses."""
    assert await consult(fake, text="x", attachment=attachment) == code


@pytest.mark.parametrize(("text", "code"), [("", -201), ("a" * 2000, 0), ("a" * 2001, -210), (5, -201)])
async def test_texts(fake: FakeZalo, text: object, code: int) -> None:
    """Empty and long texts are refused."""
    assert await consult(fake, text=text) == code


@pytest.mark.parametrize(
    ("kind", "name", "size", "code"),
    [
        *(("image", "a.jpg", 1 << 20, 0), ("image", "a.jpg", (1 << 20) + 1, -210), ("image", "a.gif", 9, -201)),
        *(
            ("file", "a.pdf", 5 << 20, 0),
            ("file", "a.exe", 9, -201),
            ("gif", "a.gif", 9, 0),
            ("song", "a.mp3", 9, -201),
        ),
    ],
)
async def test_uploads(fake: FakeZalo, kind: str, name: str, size: int, code: int) -> None:
    """Types and sizes of uploads."""
    form = aiohttp.FormData()
    form.add_field("file", io.BytesIO(b"x" * size), filename=name)
    assert (await post(fake, f"/v2.0/oa/upload/{kind}", data=form))["error"] == code


async def test_upload_without_ending(fake: FakeZalo) -> None:
    """A file name without an ending gives empty data."""
    form = aiohttp.FormData()
    form.add_field("file", b"x", filename="photo")
    assert (await post(fake, "/v2.0/oa/upload/image", data=form))["data"] == {}


@pytest.mark.parametrize(("days", "code"), [(6, 0), (7, -100)])
async def test_upload_expires(fake: FakeZalo, days: int, code: int) -> None:
    """An upload can be sent for seven days."""
    form = aiohttp.FormData()
    form.add_field("file", b"x", filename="a.pdf")
    token = (await post(fake, "/v2.0/oa/upload/file", data=form))["data"]["token"]
    await fake.advance(days=days)
    assert await consult(fake, attachment={"type": "file", "payload": {"token": token}}) == code


async def test_rate_headers(fake: FakeZalo) -> None:
    """The rate headers count down within a minute."""
    fake.oa.per_minute = 2
    headers = {"access_token": fake.oa.auth.mint().access}
    left = []
    async with aiohttp.ClientSession(headers=headers) as session:
        for _ in range(3):
            async with session.get(fake.url + "/v2.0/oa/getoa") as answer:
                left.append((answer.headers["X-RateLimit-Remain"], (await answer.json())["error"]))
    assert left == [("1", 0), ("0", 0), ("0", -32)]


async def test_quota_and_profile(fake: FakeZalo) -> None:
    """The last interaction and a phone that is a number are told as Zalo tells them."""
    person = fake.oa.person(phone="84901234567")
    quota = await post(fake, "/v3.0/oa/quota/message", json={"user_id": person.id})
    assert quota["data"]["last_interaction"] == str(int(START.timestamp() * 1000))
    headers = {"access_token": fake.oa.auth.mint().access}
    query = {"data": f'{{"user_id":"{person.id}"}}'}
    path = fake.url + "/v3.0/oa/user/detail"
    async with aiohttp.ClientSession(headers=headers) as session, session.get(path, params=query) as answer:
        assert (await answer.json())["data"]["shared_info"]["phone"] == 84901234567


async def test_development_letters(fake: FakeZalo) -> None:
    """Development mode reaches administrators only; a phone needs its country code."""
    letter = {"template_id": "123456", "template_data": {"a": "b"}, "tracking_id": "t", "mode": "development"}
    codes = [
        (await post(fake, "/message/template", json={"phone": phone, **letter}))["error"]
        for phone in ("84901234567", "0901234567")
    ]
    assert codes == [-127, -108]


async def test_hand_page(fake: FakeZalo) -> None:
    """The page is there, and what is typed on it is said by a resident of either face."""
    async with aiohttp.ClientSession() as session:
        async with session.get(fake.url + "/") as answer:
            assert "Zalo" in await answer.text()
        for face in ("oa", "bot"):
            async with session.post(f"{fake.url}/hand/{face}/say", data="xin chào") as answer:
                assert answer.status == 200
    assert "xin chào".encode() in fake.oa.hook.log[0].body


async def test_serving_by_hand() -> None:
    """Started by hand it prints every setting that leads the bot to it, and stops when cancelled."""
    lines: list[str] = []
    task = asyncio.create_task(serve(0, out=lines.append))
    async with asyncio.timeout(5):
        while len(lines) < 12:
            await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert [line.partition("=")[0] for line in lines[1:3]] == ["HOIAM_ZALO_OA_APP_ID", "HOIAM_ZALO_OA_APP_SECRET"]
