"""Sending with the Zalo bot: what people see, the fate under every answer, and how it starts."""

from __future__ import annotations

import asyncio

import pytest

from bot.channels.zalo_http import Wire, WrongToken
from cases.messages import Address, Fate, SendResult
from tests.channels.zalo_kit import YES_NO, bot_town, route_for, say
from tests.fakes.zalo_server import CUT, LOST, RESET, SILENT, Trouble, bot_error, canned, html

SECRET = "webhook-secret-for-tests"


async def test_text() -> None:
    """A text arrives as it is, markup untouched, and the vendor's id comes back."""
    async with bot_town() as town:
        result = await town.channel.send(town.to, say("**Xin** <b>chào</b>"))
        assert (town.person.last, result) == ("**Xin** <b>chào</b>", SendResult(Fate.SENT, vendor_id=f"{1:020x}"))


async def test_choices_are_numbered() -> None:
    """There are no buttons: choices that the text does not name are numbered, and a tap is a number."""
    async with bot_town() as town:
        await town.channel.send(town.to, say("Đúng không ạ?", choices=YES_NO))
        assert town.person.last == "Đúng không ạ?\n1. Có\n2. Không"
        await town.person.taps("Không")
        await town.poll(1)
        assert town.got[0].text == "2"


@pytest.mark.parametrize("count_utf16", [True, False])
@pytest.mark.parametrize("text", ["a" * 2000, "e\u0302" * 2000, "😀" * 1000])
async def test_longest(text: str, count_utf16: bool) -> None:
    """2,000 UTF-16 units after composing are taken, whichever unit Zalo counts."""
    async with bot_town() as town:
        town.fake.bot.counts_utf16 = count_utf16
        assert (await town.channel.send(town.to, say(text))).fate is Fate.SENT


@pytest.mark.parametrize("text", ["", " ", "a" * 2001, "😀" * 1001])
async def test_impossible_texts(text: str) -> None:
    """Empty and over-long texts are refused without asking Zalo."""
    async with bot_town() as town:
        assert (await town.channel.send(town.to, say(text))).fate is Fate.REFUSED
        assert town.fake.calls["sendMessage"] == 0


@pytest.mark.parametrize("as_status", [True, False])
@pytest.mark.parametrize(
    ("code", "fate", "after"),
    [
        *((400, Fate.REFUSED, 0), (404, Fate.REFUSED, 0), (401, Fate.LATER, 600), (403, Fate.LATER, 30)),
        *((408, Fate.UNKNOWN, 0), (429, Fate.LATER, 60), (500, Fate.LATER, 30), (503, Fate.LATER, 30)),
    ],
)
async def test_codes(code: int, fate: Fate, after: float, as_status: bool) -> None:
    """Every code has its fate, whether the HTTP status repeats it or says 200."""
    async with bot_town() as town:
        town.fake.trouble("sendMessage", bot_error(code, code if as_status else 200))
        assert await town.channel.send(town.to, say("x")) == SendResult(fate, f"error {code}", after)


@pytest.mark.parametrize(
    ("trouble", "fate"),
    [
        (html(502), Fate.LATER),
        (html(200), Fate.LATER),
        (html(401), Fate.LATER),
        (canned({"ok": False, "errorCode": 429}), Fate.LATER),
        (canned({"ok": True}), Fate.SENT),
        (canned({"ok": True, "result": 5}, 500), Fate.SENT),
        (canned({"ok": False}), Fate.LATER),
        (canned([]), Fate.LATER),
        (Trouble("canned", 200, b""), Fate.LATER),
        (CUT, Fate.UNKNOWN),
        (LOST, Fate.UNKNOWN),
        (RESET, Fate.UNKNOWN),
    ],
)
async def test_broken_answers(trouble: Trouble, fate: Fate) -> None:
    """The body counts before the status; gateways, half answers and dropped connections never raise."""
    async with bot_town() as town:
        await town.channel.send(town.to, say("first"))
        town.fake.trouble("sendMessage", trouble)
        assert (await town.channel.send(town.to, say("x"))).fate is fate


async def test_retry_after() -> None:
    """A wait that the vendor names is kept."""
    async with bot_town() as town:
        town.fake.trouble("sendMessage", canned({"ok": False, "error_code": 429}, 429, **{"Retry-After": "300"}))
        assert (await town.channel.send(town.to, say("x"))).after == 300


async def test_silence_after_the_request() -> None:
    """A request without an answer may have been taken."""
    async with bot_town(wire=Wire(read=0.1)) as town:
        town.fake.trouble("sendMessage", SILENT)
        assert (await town.channel.send(town.to, say("x"))).fate is Fate.UNKNOWN


async def test_nobody_there() -> None:
    """Where no connection opens, nothing was sent."""
    async with bot_town(api="http://127.0.0.1:9") as town:
        assert (await town.channel.send(town.to, say("x"))).fate is Fate.LATER


@pytest.mark.parametrize("plain", [True, False])
async def test_wrong_token_is_one_alarm(plain: bool) -> None:
    """A token that was reset is one alarm, also when the answer is no JSON; messages wait."""
    async with bot_town() as town:
        town.fake.bot.token, town.fake.bot.unknown_token_in_plain = "2:other", plain
        fates = {(await town.channel.send(town.to, say("x"))).fate for _ in range(3)}
        assert (fates, len(town.alarms)) == ({Fate.LATER}, 1)


@pytest.mark.parametrize(("switch", "value"), [("monthly", 0), ("most_people", 0)])
async def test_quotas(switch: str, value: int) -> None:
    """A spent month and the 51st person are waits."""
    async with bot_town() as town:
        setattr(town.fake.bot, switch, value)
        assert (await town.channel.send(town.to, say("x"))).fate is Fate.LATER


async def test_unknown_chat() -> None:
    """A chat that does not exist is refused."""
    async with bot_town() as town:
        assert (await town.channel.send(Address("zalo-bot", "nobody"), say("x"))).fate is Fate.REFUSED


@pytest.mark.parametrize("trouble", [None, LOST, bot_error(500)])
async def test_typing(trouble: Trouble | None) -> None:
    """The typing sign is shown; its failures are nobody's concern."""
    async with bot_town() as town:
        town.fake.trouble("sendChatAction", *filter(None, [trouble]))
        await town.channel.typing(town.to)
        assert town.fake.calls["sendChatAction"] == 1


async def test_answer_without_content_type() -> None:
    """Answers without a JSON content type and without error_code are read all the same."""
    async with bot_town() as town:
        town.fake.bot.with_content_type = town.fake.bot.with_error_code = False
        assert (await town.channel.send(town.to, say("x"))).fate is Fate.SENT


async def test_start_learns_our_id() -> None:
    """After the start the bot's own echoes are known by its id."""
    async with bot_town() as town:
        await town.channel.start()
        assert town.channel._me == town.fake.bot.id


async def test_start_with_a_wrong_token() -> None:
    """A wrong token does not start, in a sentence that names the setting and not the token."""
    async with bot_town() as town:
        town.fake.bot.token = "2:other"
        with pytest.raises(WrongToken, match="HOIAM_ZALO_BOT_TOKEN") as caught:
            await town.channel.start()
        assert "bot-secret" not in str(caught.value)


async def test_start_sets_the_webhook() -> None:
    """In webhook mode the address and secret are set, and what people say arrives with it."""
    async with bot_town(mode="webhook", webhook_secret=SECRET, webhook_url="http://127.0.0.1:1/webhook") as town:
        await town.channel.start()
        async with route_for(town.channel) as route:
            assert town.fake.bot.hook.url == "http://127.0.0.1:1/webhook"
            town.fake.bot.hook.url = route.url
            delivery = await town.person.says("chào")
            assert delivery is not None
            assert (delivery.status, route.got[0].text) == (200, "chào")


@pytest.mark.parametrize(("sent", "status"), [("", 401), ("wrong-secret", 403)])
async def test_forged_webhook(sent: str, status: int) -> None:
    """A missing or wrong secret is turned away at the door."""
    async with (
        bot_town(mode="webhook", webhook_secret=SECRET, webhook_url="http://127.0.0.1:1/") as town,
        route_for(town.channel) as route,
    ):
        await town.channel.start()
        town.fake.bot.hook.url, town.fake.bot.secret_header = route.url, sent
        delivery = await town.person.says("chào")
        assert delivery is not None
        assert (delivery.status, route.got) == (status, [])


@pytest.mark.parametrize(("enveloped", "photo_field"), [(True, "photo_url"), (False, "photo")])
async def test_webhook_shapes(enveloped: bool, photo_field: str) -> None:
    """Both body shapes, both names of a picture, echoes and groups come through the door."""
    async with (
        bot_town(mode="webhook", webhook_secret=SECRET, webhook_url="http://127.0.0.1:1/") as town,
        route_for(town.channel) as route,
    ):
        await town.channel.start()
        bot = town.fake.bot
        bot.hook.url, bot.enveloped, bot.photo_field, bot.echo = route.url, enveloped, photo_field, True
        await town.person.sends_photo(b"picture")
        await town.channel.send(town.to, say("x"))
        await bot.in_group(town.person, "@bot")
        assert [heard.event for heard in route.got] == ["message", "group"]
        assert await town.channel.fetch(route.got[0].files[0], 100) == b"picture"


async def test_refused_webhook_is_told() -> None:
    """An address that Zalo does not take is an operator's matter, not a reason to stay closed."""
    async with bot_town(mode="webhook", webhook_secret="short", webhook_url="https://x.vn/") as town:
        await town.channel.start()
        assert len(town.alarms) == 1
        assert "HOIAM_PUBLIC_URL" in town.alarms[0]


async def test_start_without_zalo() -> None:
    """An unreachable Zalo does not keep the house from opening, and is tried again in the background."""
    async with bot_town(mode="webhook", webhook_secret=SECRET, webhook_url="https://x.vn/") as town:
        town.fake.trouble("getMe", LOST, html(502), bot_error(403))
        await town.channel.start()
        assert town.fake.bot.hook.url == ""
        async with asyncio.timeout(5):
            while not town.fake.bot.hook.url:
                await asyncio.sleep(0)
        assert town.pauses == [30, 60]
