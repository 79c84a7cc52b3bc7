"""The fake refuses what Telegram refuses, so that a test that passes here means something there."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from tests.channels.telegram_kit import MAI
from tests.fakes.telegram_server import FakeTelegram


async def call(fake: FakeTelegram, method: str, token: str = "", **fields: Any) -> tuple[int, Any]:
    """Status and body of one call with JSON parameters."""
    async with aiohttp.ClientSession() as session:
        url = f"{fake.url}/bot{token or fake.token}/{method}"
        async with session.post(url, json=fields) as answer:
            return answer.status, await answer.json()


async def refusal(method: str, token: str = "", **fields: Any) -> tuple[int, str]:
    """Status and description of one refused call."""
    async with FakeTelegram() as fake:
        status, body = await call(fake, method, token, **fields)
        assert (body["ok"], body["error_code"]) == (False, status)
        return status, body["description"]


def inline(text: str, value: str) -> dict[str, Any]:
    """A message with one button."""
    buttons = [[{"text": text, "callback_data": value}]]
    return {"chat_id": MAI, "text": "a", "reply_markup": {"inline_keyboard": buttons}}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": "a"}, "chat_id is empty"),
        ({"chat_id": "@x", "text": "a"}, "chat not found"),
        ({"chat_id": MAI, "text": "  "}, "message text is empty"),
        ({"chat_id": MAI, "text": "a" * 4097}, "message is too long"),
        ({"chat_id": MAI, "text": "👍" * 2049}, "message is too long"),
        ({"chat_id": MAI, "text": "a", "reply_markup": []}, "object expected"),
        ({"chat_id": MAI, "text": "a", "reply_markup": {"inline_keyboard": {}}}, "Array of Arrays"),
        (inline("", "x"), "text can't be empty"),
        (inline("x", ""), "BUTTON_DATA_INVALID"),
        (inline("x", "ộ" * 22), "BUTTON_DATA_INVALID"),
        (
            {"chat_id": -1, "text": "a", "reply_markup": {"keyboard": [[{"text": "a", "request_contact": True}]]}},
            "only",
        ),
    ],
)
async def test_messages_telegram_would_not_take(fields: dict[str, Any], words: str) -> None:
    """400 with Telegram's reason."""
    status, description = await refusal("sendMessage", **fields)
    assert status == 400
    assert words in description


async def test_a_wrong_token_and_a_wrong_method() -> None:
    """401 for a token of the right form, 404 for the rest."""
    assert await refusal("getMe", token="1:x") == (401, "Unauthorized")
    assert await refusal("getMe", token="x") == (404, "Not Found")
    assert await refusal("getMoney") == (404, "Not Found")


async def test_methods_may_be_called_with_a_form_and_any_case() -> None:
    """As the Bot API allows: nested parameters as JSON text."""
    async with FakeTelegram() as fake, aiohttp.ClientSession() as session:
        form = {"chat_id": str(MAI), "text": "a", "reply_markup": '{"remove_keyboard": true}'}
        async with session.post(f"{fake.url}/bot{fake.token}/SENDMESSAGE", data=form) as answer:
            assert (await answer.json())["result"]["chat"]["id"] == MAI
        assert fake.sent[0].markup == {"remove_keyboard": True}


async def test_an_update_stays_until_its_number_is_passed() -> None:
    """getUpdates confirms by offset only."""
    async with FakeTelegram() as fake:
        number = fake.say(MAI, "a")
        for _ in range(2):
            _, body = await call(fake, "getUpdates", offset=number)
            assert [update["update_id"] for update in body["result"]] == [number]
        _, body = await call(fake, "getUpdates", offset=number + 1)
        assert (body["result"], fake.updates) == ([], [])


async def test_a_long_poll_ends_when_somebody_speaks() -> None:
    """The answer comes with the update, not at the end of the hold."""
    async with FakeTelegram() as fake:
        waiting = asyncio.create_task(call(fake, "getUpdates", timeout=30))
        await fake.until(lambda: bool(fake.calls))
        fake.say(MAI, "a")
        async with asyncio.timeout(5):
            assert len((await waiting)[1]["result"]) == 1


async def test_a_second_long_poll_ends_the_first() -> None:
    """409 for the older one."""
    async with FakeTelegram() as fake:
        older = asyncio.create_task(call(fake, "getUpdates", timeout=30))
        await fake.until(lambda: bool(fake.calls))
        await call(fake, "getUpdates", timeout=0)
        assert (await older)[0] == 409


async def test_updates_cannot_be_fetched_beside_a_webhook() -> None:
    """409 until deleteWebhook."""
    async with FakeTelegram() as fake:
        await call(fake, "setWebhook", url="https://xa.example.vn/", secret_token="s")
        assert (await call(fake, "getWebhookInfo"))[1]["result"]["url"] == "https://xa.example.vn/"
        assert (await call(fake, "getUpdates"))[0] == 409
        await call(fake, "deleteWebhook")
        assert (await call(fake, "getUpdates"))[0] == 200


async def test_a_webhook_needs_https_and_a_plain_secret() -> None:
    """As Telegram checks them."""
    assert (await refusal("setWebhook", url="http://xa.example.vn/"))[0] == 400
    assert (await refusal("setWebhook", url="https://xa.example.vn/", secret_token="có dấu"))[0] == 400


async def test_a_button_not_offered_cannot_be_pressed() -> None:
    """A test that presses the wrong label is told what there was."""
    async with FakeTelegram() as fake:
        await call(fake, "sendMessage", **inline("Có", "y"))
        with pytest.raises(AssertionError, match="Có"):
            fake.press(MAI, "Không")


async def test_the_page_to_try_by_hand() -> None:
    """A resident in a browser writes, presses and reads."""
    async with FakeTelegram() as fake, aiohttp.ClientSession() as session:
        async with session.get(f"{fake.url}/") as page:
            assert "<form" in await page.text()
        await session.post(f"{fake.url}/resident/say?chat={MAI}", data="/start")
        await call(fake, "sendMessage", **inline("Có", "y"))
        async with session.get(f"{fake.url}/resident/heard?chat={MAI}&after=0") as heard:
            assert await heard.json() == [{"id": fake.sent[0].message_id, "text": "a", "labels": ["Có"]}]
        await session.post(f"{fake.url}/resident/press?chat={MAI}", data="Có")
        assert [list(update)[1] for update in fake.updates] == ["message", "callback_query"]
