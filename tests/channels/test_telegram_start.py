"""Settings that cannot work, the start against Telegram up, down and unwilling, and the webhook's way round."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Any

import pytest
from aiohttp import web

from bot.channels.base import Forged, Malformed, Unavailable
from bot.channels.telegram import Telegram
from bot.channels.telegram_poll import REFUSED
from cases.messages import Incoming
from tests.channels.telegram_kit import MAI, Alarms, connected, hear
from tests.fakes.telegram_server import FakeTelegram

TOKEN = FakeTelegram.token
HOOK = {"mode": "webhook", "webhook_secret": "s3cret", "webhook_url": "https://xa.example.vn/webhook/telegram"}


@pytest.mark.parametrize(
    ("setting", "wrong"),
    [
        ("HOIAM_TELEGRAM_TOKEN", {"token": "no-digits"}),
        ("HOIAM_TELEGRAM_TOKEN", {"token": "123:with space"}),
        ("HOIAM_TELEGRAM_TOKEN", {"token": ""}),
        ("HOIAM_TELEGRAM_API", {"api": "http://api.example.org"}),
        ("HOIAM_TELEGRAM_API", {"api": "api.telegram.org"}),
        ("HOIAM_TELEGRAM_MODE", {"mode": "push"}),
        ("HOIAM_TELEGRAM_WEBHOOK_SECRET", HOOK | {"webhook_secret": ""}),
        ("HOIAM_TELEGRAM_WEBHOOK_SECRET", HOOK | {"webhook_secret": "có dấu"}),
        ("HOIAM_PUBLIC_URL", HOOK | {"webhook_url": ""}),
        ("HOIAM_PUBLIC_URL", HOOK | {"webhook_url": "http://xa.example.vn/webhook/telegram"}),
    ],
)
def test_wrong_settings_are_named(setting: str, wrong: dict[str, Any]) -> None:
    """The sentence names the setting and repeats no secret."""
    with pytest.raises(ValueError, match=setting) as caught:
        Telegram(**{"token": TOKEN} | wrong)
    assert TOKEN not in str(caught.value)


def test_importing_the_channel_is_cheap() -> None:
    """Neither library is loaded before the channel starts, even by making one."""
    code = (
        "import sys; from bot.channels.telegram import Telegram; Telegram('1:a');"
        "sys.exit(bool({'aiogram', 'telegram', 'aiohttp', 'pydantic'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_start_takes_a_webhook_away_and_keeps_what_waits() -> None:
    """Polling cannot work beside a webhook; updates sent meanwhile are not dropped."""
    async with connected() as (fake, channel):
        fake.webhook = {"url": "https://old.example.vn"}
        fake.say(MAI, "a")
        await channel.start()
        assert fake.webhook == {}
        assert [heard.text for heard in await hear(fake, channel)] == ["a"]


async def test_start_sets_the_command_menu() -> None:
    """Eight commands in Vietnamese by default and in English, in private chats only."""
    async with connected() as (fake, channel):
        await channel.start()
        menu = [command["command"] for command in fake.commands[""]]
        assert menu == ["phananh", "tracuu", "bosung", "dulieu", "thuvien", "trogiup", "ngonngu", "huy"]
        assert [command["command"] for command in fake.commands["en"]] == menu
        scopes = [fields["scope"] for name, fields in fake.calls if name == "setMyCommands"]
        assert scopes == [{"type": "all_private_chats"}] * 2


async def test_start_sets_the_webhook_with_its_secret() -> None:
    """Telegram is told where to post, what, and with which proof."""
    async with connected(**HOOK) as (fake, channel):
        await channel.start()
        told = {name: fake.webhook[name] for name in ("url", "secret_token", "drop_pending_updates")}
        assert told == {"url": HOOK["webhook_url"], "secret_token": "s3cret", "drop_pending_updates": False}
        assert fake.webhook["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]


async def test_a_refused_token_stops_the_start() -> None:
    """A plain sentence names the setting, and no token is in it or behind it."""
    async with connected(token="999:wrong-token") as (_, channel):
        with pytest.raises(ValueError, match="HOIAM_TELEGRAM_TOKEN") as caught:
            await channel.start()
        assert (str(caught.value), caught.value.__cause__) == (REFUSED, None)
        assert "wrong-token" not in repr(caught.value.__context__)


async def test_a_refused_webhook_stops_the_start() -> None:
    """Telegram's own reason is passed on."""
    async with connected(**HOOK) as (fake, channel):
        fake.fail_next(method="setWebhook", status=400, description="Bad Request: bad webhook: Failed to resolve host")
        with pytest.raises(ValueError, match="Failed to resolve host"):
            await channel.start()


async def test_a_refused_menu_does_not_stop_the_start(caplog: pytest.LogCaptureFixture) -> None:
    """The bot works without it."""
    async with connected() as (fake, channel):
        fake.fail_next(method="setMyCommands", status=400, description="Bad Request: BOT_COMMAND_INVALID")
        await channel.start()
        assert "BOT_COMMAND_INVALID" in caplog.text


async def test_telegram_out_of_reach_does_not_stop_the_start(caplog: pytest.LogCaptureFixture) -> None:
    """The rest of the system serves on; the menu is set when Telegram is back."""
    async with connected() as (fake, channel):
        fake.fail_next(method="getMe", status=502, html=True)
        await channel.start()
        assert "cannot be reached" in caplog.text
        await fake.until(lambda: len(fake.commands) == 2)


async def test_a_token_refused_later_is_an_alarm() -> None:
    """Telegram was down at the start and says no when it is back."""
    alarms = Alarms()
    async with connected(alarm=alarms) as (fake, channel):
        fake.fail_next(method="getMe", status=502, html=True)
        fake.fail_next(method="getMe", status=401, description="Unauthorized")
        await channel.start()
        await channel.poll(_never)
        assert alarms == [REFUSED]


async def _never(_: Incoming) -> None:
    raise AssertionError("nothing was said")


async def test_the_webhook_round_trip() -> None:
    """Telegram posts, the gate checks, a failed store is tried again, and order within a chat holds."""
    heard: list[str] = []

    async with connected(**HOOK) as (fake, channel):

        async def accept(incoming: Incoming) -> None:
            if not heard:
                heard.append("failed once")
                raise Unavailable
            heard.append(incoming.text)

        async with listening(channel, accept) as url:
            for text in ("1", "2", "3"):
                fake.say(MAI, text)
            await fake.push_to(url, "s3cret")
            await fake.until(lambda: not fake.updates)
    assert heard == ["failed once", "1", "2", "3"]
    assert [status for _, status in fake.pushed] == [503, 200, 200, 200]


async def test_a_webhook_with_another_secret_is_forged() -> None:
    """The whole way over HTTP."""
    async with connected(**HOOK) as (fake, channel), listening(channel, _never) as url:
        fake.say(MAI, "a")
        await fake.push_to(url, "other")
        await fake.until(lambda: bool(fake.pushed))
        assert fake.pushed[0][1] == 403


class listening:
    """A webhook route as a web server would have it, on loopback."""

    def __init__(self, channel: Telegram, accept: Any) -> None:
        self.channel = channel
        self.accept = accept
        app = web.Application()
        app.router.add_post("/webhook/telegram", self.hook)
        self.runner = web.AppRunner(app, access_log=None)

    async def hook(self, request: web.Request) -> web.Response:
        """Verify, parse, store, answer."""
        body = await request.read()
        try:
            self.channel.verify({name.lower(): value for name, value in request.headers.items()}, body)
            for incoming in self.channel.parse(body):
                await self.accept(incoming)
        except Forged as forged:
            return web.Response(status=forged.status)
        except Malformed:
            return web.Response()
        except Unavailable:
            return web.Response(status=503)
        return web.Response()

    async def __aenter__(self) -> str:
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self.runner.addresses[0][1]}/webhook/telegram"

    async def __aexit__(self, *_: object) -> None:
        await self.runner.cleanup()


async def test_a_channel_may_be_closed_while_telegram_is_away() -> None:
    """Closing ends the tries behind the scenes."""
    async with connected(api="http://127.0.0.1:9") as (_, channel):
        await channel.start()
        await channel.close()
        assert len(asyncio.all_tasks()) == 1
