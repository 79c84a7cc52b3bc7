"""The fake Bot Platform itself: verbs, encodings, webhooks, limits, as the vendor notes describe them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.fakes.zalo_server import FakeZalo

Json = dict[str, Any]


@pytest.fixture
async def fake() -> AsyncIterator[FakeZalo]:
    """A running fake that answers empty polls at once."""
    async with FakeZalo() as running:
        running.bot.hold = False
        yield running


async def call(fake: FakeZalo, method: str, verb: str = "POST", token: str = "", **more: Any) -> tuple[int, Json]:
    """Status and body of one request."""
    url = f"{fake.url}/bot{token or fake.bot.token}/{method}"
    async with aiohttp.ClientSession() as session, session.request(verb, url, **more) as answer:
        return answer.status, dict(await answer.json(content_type=None))


@pytest.mark.parametrize(("verb", "how"), [("POST", "json"), ("POST", "data"), ("POST", "params"), ("GET", "params")])
async def test_encodings(fake: FakeZalo, verb: str, how: str) -> None:
    """JSON, form and query say the same, by POST and GET."""
    person = fake.bot.person()
    given: Json = {how: {"chat_id": person.id, "text": "chào"}}
    _, body = await call(fake, "sendMessage", verb, **given)
    assert (body["ok"], person.last) == (True, "chào")


@pytest.mark.parametrize(("method", "code"), [("getMe", 401), ("nothing", 401)])
async def test_unknown_token(fake: FakeZalo, method: str, code: int) -> None:
    """An unknown token is 401 before anything else."""
    status, body = await call(fake, method, token="1:x")
    assert (status, body["error_code"], body["ok"]) == (code, code, False)


@pytest.mark.parametrize("method", ["getme", "GetMe", "sendTemplate", "editMessage"])
async def test_unknown_method(fake: FakeZalo, method: str) -> None:
    """Method names are case-sensitive, and there is no more than there is."""
    assert (await call(fake, method))[1]["error_code"] == 400


async def test_error_status_switch(fake: FakeZalo) -> None:
    """Errors can come with HTTP 200."""
    fake.bot.error_status = False
    status, body = await call(fake, "getUpdates", json={"timeout": "1"})
    assert (status, body["error_code"]) == (200, 408)


async def test_consume_and_replay(fake: FakeZalo) -> None:
    """An update is given once, or again and again by switch."""
    await fake.bot.person().says("chào")
    fake.bot.replay = True
    first, again = [(await call(fake, "getUpdates"))[1]["result"]["message"]["message_id"] for _ in range(2)]
    fake.bot.replay = False
    last = (await call(fake, "getUpdates"))[1]["result"]["message"]["message_id"]
    assert first == again == last
    assert (await call(fake, "getUpdates"))[1]["error_code"] == 408


@pytest.mark.parametrize(
    ("url", "secret", "good"),
    [
        *(("https://x.vn/hook", "s" * 8, True), ("https://x.vn/hook", "s" * 256, True)),
        *(("https://x.vn/hook", "s" * 7, False), ("https://x.vn/hook", "s" * 257, False)),
        *(("http://x.vn/hook", "s" * 8, False), ("https://localhost/", "s" * 8, False)),
        *(("https://127.0.0.1/", "s" * 8, False), ("https://10.1.2.3/", "s" * 8, False)),
    ],
)
async def test_set_webhook(fake: FakeZalo, url: str, secret: str, good: bool) -> None:
    """Only https on the public internet and a secret of 8 to 256 characters."""
    _, body = await call(fake, "setWebhook", json={"url": url, "secret_token": secret})
    assert body["ok"] is good


async def test_webhook_stops_polling(fake: FakeZalo) -> None:
    """While a webhook is set polling is refused in the platform's words; deleting twice is fine."""
    await call(fake, "setWebhook", json={"url": "https://x.vn/", "secret_token": "s" * 8})
    _, body = await call(fake, "getUpdates")
    assert (body["error_code"], "while a webhook is set" in body["description"]) == (400, True)
    assert "secret_token" not in (await call(fake, "getWebhookInfo"))[1]["result"]
    assert [(await call(fake, "deleteWebhook"))[1]["ok"] for _ in range(2)] == [True, True]
    assert (await call(fake, "getWebhookInfo"))[1]["error_code"] == 404


async def test_missing_webhook_switch(fake: FakeZalo) -> None:
    """Without a webhook the information may be an empty address."""
    fake.bot.missing_webhook_is_404 = False
    assert (await call(fake, "getWebhookInfo"))[1]["result"]["url"] == ""


@pytest.mark.parametrize(
    ("text", "utf16", "good"), [("", True, False), ("😀" * 1001, True, False), ("😀" * 2000, False, True)]
)
async def test_limits(fake: FakeZalo, text: str, utf16: bool, good: bool) -> None:
    """The unit of the limit is a switch."""
    fake.bot.counts_utf16 = utf16
    _, body = await call(fake, "sendMessage", json={"chat_id": fake.bot.person().id, "text": text})
    assert body["ok"] is good


async def test_photo_is_fetched_twice(fake: FakeZalo) -> None:
    """A picture goes by address, which is fetched more than once; an address that leads nowhere is refused."""
    person = fake.bot.person()
    good = fake.put_file("a.jpg", b"x")
    _, body = await call(fake, "sendPhoto", json={"chat_id": person.id, "photo": good, "caption": "đây"})
    assert (body["ok"], fake.bot.photo_fetches, person.last) == (True, 2, "đây")
    _, body = await call(fake, "sendPhoto", json={"chat_id": person.id, "photo": fake.url + "/files/none"})
    assert body["error_code"] == 400


async def test_chat_action_has_no_result(fake: FakeZalo) -> None:
    """The typing sign answers without a result; uploading is not live."""
    assert "result" not in (await call(fake, "sendChatAction", json={"chat_id": "c", "action": "typing"}))[1]
    assert (await call(fake, "sendChatAction", json={"chat_id": "c", "action": "upload_photo"}))[1]["ok"] is False


@pytest.mark.parametrize(("arrive", "count"), [(True, 1), (False, 0)])
async def test_files_come_withheld_or_not_at_all(fake: FakeZalo, arrive: bool, count: int) -> None:
    """Places, films and documents are withheld, or bring nothing."""
    fake.bot.files_arrive = arrive
    await fake.bot.person().shares_place(10, 106, "Chợ")
    _, body = await call(fake, "getUpdates")
    assert body.get("ok") is bool(count)
    assert "location" not in str(body)
