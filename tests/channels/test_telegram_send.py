"""Every fate of a message on Telegram, over HTTP, and how its buttons are laid out."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.channels.base import Channel
from bot.channels.telegram import Telegram
from bot.channels.telegram_poll import REFUSED
from cases.messages import Address, Ask, Choice, Fate, Outgoing, Pace
from tests.channels.telegram_kit import HOME, MAI, Alarms, connected
from tests.fakes.telegram_server import FakeTelegram, TelegramPerson

HELLO = Outgoing("Kính chào bà con")
GROUP = Address("telegram", "-4001")


async def fate(**failure: Any) -> tuple[Fate, float]:
    """What becomes of a message when the fake fails so."""
    async with connected() as (fake, channel):
        fake.fail_next(**failure)
        result = await channel.send(HOME, HELLO)
        return result.fate, result.after


async def test_sent_plain_and_without_previews() -> None:
    """The text goes as it is, with no parse mode, and the vendor's number comes back."""
    async with connected() as (fake, channel):
        result = await channel.send(HOME, Outgoing("<b>{x}</b> https://a.vn"))
        (sent,) = fake.sent
        assert (result.fate, result.vendor_id) == (Fate.SENT, str(sent.message_id))
        assert (sent.text, "parse_mode" in sent.fields) == ("<b>{x}</b> https://a.vn", False)
        assert sent.fields["link_preview_options"] == {"is_disabled": True}


async def test_a_429_says_when() -> None:
    """retry_after becomes the earliest time of the next try."""
    assert await fate(retry_after=7) == (Fate.LATER, 7.0)


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_broken_gateway_is_later(status: int) -> None:
    """An HTML page instead of an answer means that nothing was taken."""
    assert (await fate(status=status, html=True))[0] is Fate.LATER


async def test_a_gateway_that_gave_up_waiting_is_unknown() -> None:
    """504: the backend may have done the work."""
    assert (await fate(status=504, html=True))[0] is Fate.UNKNOWN


async def test_a_connection_cut_after_the_message_was_taken_is_unknown() -> None:
    """The message is out and its answer is lost: the caller must know that a repeat may double it."""
    async with connected() as (fake, channel):
        fake.fail_next(reset=True)
        assert (await channel.send(HOME, HELLO)).fate is Fate.UNKNOWN
        assert [sent.text for sent in fake.sent] == [HELLO.text]


async def test_an_unreadable_answer_is_unknown() -> None:
    """200 with another shape than the Bot API's raises nothing."""
    assert (await fate(junk=True))[0] is Fate.UNKNOWN


async def test_nobody_listening_is_later() -> None:
    """A refused connection sent nothing."""
    async with connected(api="http://127.0.0.1:9") as (_, channel):
        assert (await channel.send(HOME, HELLO)).fate is Fate.LATER


async def test_blocked_is_gone() -> None:
    """403 stops writing to this chat."""
    async with connected() as (fake, channel):
        fake.blocked.add(MAI)
        result = await channel.send(HOME, HELLO)
        assert (result.fate, result.detail) == (Fate.GONE, "Forbidden: bot was blocked by the user")


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: chat not found",
        "Bad Request: user not found",
        "Bad Request: PEER_ID_INVALID",
        "Bad Request: CHAT_WRITE_FORBIDDEN",
        "Bad Request: group chat was deactivated",
    ],
)
async def test_some_400s_mean_that_the_chat_is_gone(description: str) -> None:
    """Telegram says some of them with 400."""
    assert (await fate(status=400, description=description))[0] is Fate.GONE


async def test_other_400s_refuse_the_message() -> None:
    """An empty text will never be taken; the chat is fine."""
    async with connected() as (_, channel):
        assert (await channel.send(HOME, Outgoing(" "))).fate is Fate.REFUSED


async def test_broken_unicode_refuses_the_message() -> None:
    """Half a surrogate pair cannot be sent to anybody; it must not hold up what comes after it."""
    async with connected() as (fake, channel):
        assert (await channel.send(HOME, Outgoing("a\ud83d"))).fate is Fate.REFUSED
        assert fake.calls == []


async def test_the_reason_holds_no_ids_and_no_quotations() -> None:
    """Details are for operators' logs."""
    async with connected() as (fake, channel):
        fake.fail_next(status=400, description='Bad Request: "Nguyễn Văn A" in 5001234567')
        assert (await channel.send(HOME, HELLO)).detail == "… in …"


async def test_a_group_that_moved_is_followed_once() -> None:
    """The message goes to the supergroup the group has become."""
    async with connected() as (fake, channel):
        fake.fail_next(chat=-4001, migrate_to=-1009)
        assert (await channel.send(GROUP, HELLO)).fate is Fate.SENT
        assert [sent.chat_id for sent in fake.sent] == [-1009]


async def test_a_group_that_moves_for_ever_is_gone() -> None:
    """It is not followed twice."""
    async with connected() as (fake, channel):
        fake.fail_next(times=2, migrate_to=-1009)
        assert (await channel.send(GROUP, HELLO)).fate is Fate.GONE


async def test_a_refused_token_waits_and_alarms_once() -> None:
    """Nothing is lost: messages wait until the operator has mended the token."""
    alarms = Alarms()
    async with connected(token="999:wrong", alarm=alarms) as (_, channel):
        fates = [await channel.send(HOME, HELLO) for _ in range(3)]
        assert {(result.fate, result.after) for result in fates} == {(Fate.LATER, 300.0)}
        assert alarms == [REFUSED]


async def test_an_address_of_another_kind_is_gone() -> None:
    """Only numbers are Telegram chats; nothing is sent."""
    async with connected() as (fake, channel):
        assert (await channel.send(Address("telegram", "@somebody"), HELLO)).fate is Fate.GONE
        assert fake.sent == []


async def test_many_at_once() -> None:
    """Sends run side by side on one pool of connections."""
    async with connected(pace=Pace(0)) as (fake, channel):
        results = await asyncio.gather(*(channel.send(Address("telegram", str(n)), HELLO) for n in range(1, 65)))
        assert {result.fate for result in results} == {Fate.SENT}
        assert {sent.chat_id for sent in fake.sent} == set(range(1, 65))


async def test_the_second_wall_holds_what_slips_by() -> None:
    """python-telegram-bot's limiter lets one second's worth through at once and makes the next message wait."""
    pytest.importorskip("aiolimiter")
    async with connected(pace=Pace(5, 1, 20)) as (fake, channel):
        await asyncio.gather(*(channel.send(Address("telegram", str(n)), HELLO) for n in range(1, 7)))
        assert fake.sent[5].at - fake.sent[4].at > 0.1


async def test_short_labels_share_a_row() -> None:
    """Long labels stand alone, short ones two or three in a row, in order."""
    labels = ["Có", "Không", "Bỏ qua", "Thôn Đông Thịnh", "Thôn Tây", "Đường giao thông nông thôn", "Quay lại"]
    async with connected() as (fake, channel):
        choices = tuple(Choice(f"v{number}", label) for number, label in enumerate(labels))
        await channel.send(HOME, Outgoing("Chọn", choices))
        rows = [[button["text"] for button in row] for row in fake.sent[0].markup["inline_keyboard"]]
        assert rows == [labels[0:3], labels[3:5], labels[5:6], labels[6:7]]
        assert [button["callback_data"] for button in fake.sent[0].buttons] == [f"v{n}" for n in range(7)]


async def test_sixty_buttons_are_taken() -> None:
    """As many as the channel says it can show."""
    async with connected() as (_, channel):
        many = tuple(Choice(f"v{n}", f"Thôn {n}") for n in range(channel.capabilities.buttons))
        assert (await channel.send(HOME, Outgoing("Chọn thôn", many))).fate is Fate.SENT


@pytest.mark.parametrize(
    ("ask", "key"), [(Ask.CONTACT, "request_contact"), (Ask.PLACE, "request_location")], ids=lambda value: str(value)
)
async def test_asking_for_a_contact_or_a_place(ask: Ask, key: str) -> None:
    """One key asks; the choices stand below it as words to send."""
    async with connected() as (fake, channel):
        await channel.send(HOME, Outgoing("?", (Choice("s", "Bỏ qua"),), ask=ask, ask_label="Send it"))
        first, second = fake.sent[0].buttons
        assert (first["text"], first[key], second) == ("Send it", True, {"text": "Bỏ qua"})
        assert fake.sent[0].markup["one_time_keyboard"] is True


async def test_a_group_is_not_asked_for_a_phone_number() -> None:
    """Telegram allows it in private chats only; the choices stay."""
    async with connected() as (fake, channel):
        result = await channel.send(GROUP, Outgoing("?", (Choice("s", "Bỏ qua"),), ask=Ask.CONTACT))
        assert (result.fate, fake.sent[0].labels) == (Fate.SENT, ["Bỏ qua"])


async def test_a_message_without_buttons_takes_old_keys_away() -> None:
    """A keyboard left by an earlier question would cover the letters."""
    async with connected() as (fake, channel):
        await channel.send(HOME, HELLO)
        assert fake.sent[0].markup == {"remove_keyboard": True}


async def test_typing_reaches_telegram_and_never_fails() -> None:
    """Politeness only: a failure is swallowed."""
    async with connected() as (fake, channel):
        await channel.typing(HOME)
        fake.fail_next(method="sendChatAction", status=500)
        await channel.typing(HOME)
        assert fake.calls == [("sendChatAction", {"chat_id": str(MAI), "action": "typing"})] * 2


async def test_a_person_hears_and_answers() -> None:
    """The played resident waits for what is said and presses what is offered."""
    async with connected() as (fake, channel):
        mai = TelegramPerson(fake, MAI)
        waiting = asyncio.create_task(mai.hears())
        await channel.send(HOME, Outgoing("Đúng không?", (Choice("y", "Đúng"),)))
        assert (await waiting).labels == mai.last.labels == ["Đúng"]
        await mai.taps("Đúng")
        assert fake.updates[0]["callback_query"]["data"] == "y"


def test_limits_are_telegrams() -> None:
    """What the delivery loop paces by."""
    channel: Channel = Telegram(FakeTelegram.token)
    assert (channel.pace, channel.capabilities.text_limit) == (Pace(25, 1, 20), 4096)
