"""Sending on the Official Account: what people see, and the fate of a message under every answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.channels.zalo_http import Wire
from bot.channels.zalo_oa_fates import OA_CODES
from cases.messages import Ask, Choice, Fate, SendResult
from tests.channels.zalo_kit import YES_NO, oa_town, say
from tests.fakes.zalo_server import CUT, LOST, RESET, SILENT, Trouble, canned, html, oa_error


async def test_text(tmp_path: Path) -> None:
    """A text arrives and the vendor's id comes back."""
    async with oa_town(tmp_path) as town:
        result = await town.channel.send(town.to, say("Xin chào bà con"))
        assert (town.person.last, result) == ("Xin chào bà con", SendResult(Fate.SENT, vendor_id=f"{1:020x}"))


async def test_composed(tmp_path: Path) -> None:
    """Text goes out composed, whatever it was made of."""
    async with oa_town(tmp_path) as town:
        await town.channel.send(town.to, say("e\u0302 \ud83d"))
        assert town.person.last == "ê \ufffd"


@pytest.mark.parametrize("text", ["a" * 2000, "e\u0302" * 2000, "😀" * 1000])
async def test_longest(tmp_path: Path, text: str) -> None:
    """2,000 UTF-16 units after composing are sent."""
    async with oa_town(tmp_path) as town:
        assert (await town.channel.send(town.to, say(text))).fate is Fate.SENT


@pytest.mark.parametrize("text", ["", "  \n", "a" * 2001, "😀" * 1000 + "a"])
async def test_impossible_texts(tmp_path: Path, text: str) -> None:
    """Empty and over-long texts are refused without asking Zalo."""
    async with oa_town(tmp_path) as town:
        assert (await town.channel.send(town.to, say(text))).fate is Fate.REFUSED
        assert town.fake.calls["message/cs"] == 0


async def test_button_comes_back_as_choice(tmp_path: Path) -> None:
    """A tapped button is heard as its choice."""
    async with oa_town(tmp_path) as town:
        await town.channel.send(town.to, say("Đúng không ạ?", choices=YES_NO))
        delivery = await town.person.taps("Không")
        assert delivery is not None
        assert town.channel.parse(delivery.body)[0].choice == "no"


async def test_long_labels(tmp_path: Path) -> None:
    """A label is cut at 100 units, with a sign that it was."""
    async with oa_town(tmp_path) as town:
        await town.channel.send(town.to, say("?", choices=(Choice("a", "nhãn " * 30),)))
        assert town.person.heard[-1].buttons[0][0] == ("nhãn " * 30)[:99] + "…"


async def test_six_choices_are_numbered(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """More than five buttons become numbered lines, and the log says so."""
    async with oa_town(tmp_path) as town:
        six = tuple(Choice(str(number), f"Thôn {number}") for number in range(1, 7))
        await town.channel.send(town.to, say("Ở đâu?", choices=six))
        assert town.person.last.endswith("5. Thôn 5\n6. Thôn 6")
        assert "5 buttons" in caplog.text


async def test_numbered_already(tmp_path: Path) -> None:
    """A text that names its choices is not numbered twice."""
    async with oa_town(tmp_path) as town:
        six = tuple(Choice(str(number), f"Thôn {number}") for number in range(1, 7))
        text = "Ở đâu?\n" + "\n".join(f"{number}. Thôn {number}" for number in range(1, 7))
        await town.channel.send(town.to, say(text, choices=six))
        assert town.person.last == text


async def test_contact_card(tmp_path: Path) -> None:
    """Asking for a number shows the form, and its answer is a contact."""
    async with oa_town(tmp_path, contact_image="https://x.vn/i.png") as town:
        await town.channel.send(town.to, say("Bà con cho xin số điện thoại. Có thể bỏ qua.", ask=Ask.CONTACT))
        assert town.person.heard[-1].asks_contact
        delivery = await town.person.submits_info("0901234567")
        assert delivery is not None
        (heard,) = town.channel.parse(delivery.body)
        assert heard.contact is not None
        assert heard.contact.phone == "84901234567"


async def test_contact_card_with_choices(tmp_path: Path) -> None:
    """The form holds no buttons, so the other answers are numbered in it."""
    async with oa_town(tmp_path) as town:
        text = "Số điện thoại của bà con? " + "Chúng tôi chỉ gọi khi cần hỏi thêm. " * 5
        await town.channel.send(town.to, say(text, ask=Ask.CONTACT, choices=(Choice("skip", "Bỏ qua"),)))
        heard = town.person.heard[-1]
        assert heard.asks_contact
        assert heard.text.endswith("1. Bỏ qua")


async def test_contact_text_too_long_for_the_card(tmp_path: Path) -> None:
    """What does not fit into the form is asked in plain words."""
    async with oa_town(tmp_path) as town:
        await town.channel.send(town.to, say("x" * 1500, ask=Ask.CONTACT))
        assert (town.person.heard[-1].asks_contact, town.person.last) == (False, "x" * 1500)


async def test_refused_contact_card(tmp_path: Path) -> None:
    """When Zalo does not take the form, the question still arrives."""
    async with oa_town(tmp_path) as town:
        town.fake.trouble("message/cs", oa_error(-201))
        result = await town.channel.send(town.to, say("Số điện thoại?", ask=Ask.CONTACT))
        assert (result.fate, town.person.last) == (Fate.SENT, "Số điện thoại?")


FATES = {
    **dict.fromkeys((-32, -204, -205, -209, -211, -212, -218, -219, -221, -223, -224, -234, -242), Fate.LATER),
    **dict.fromkeys((-320, -321), Fate.LATER),
    **dict.fromkeys((-213, -217, -227, -244), Fate.GONE),
    **dict.fromkeys((-230, -232, -305, -311), Fate.WINDOW_CLOSED),
    **dict.fromkeys((-100, -200, -201, -210, -233, -240, -248, -249, -999, 7), Fate.REFUSED),
}


@pytest.mark.parametrize(("code", "fate"), FATES.items())
async def test_codes(tmp_path: Path, code: int, fate: Fate) -> None:
    """Every code of the vendor's table has its fate, and the detail names it."""
    async with oa_town(tmp_path) as town:
        town.fake.trouble("message/cs", oa_error(code))
        result = await town.channel.send(town.to, say("x"))
        assert (result.fate, result.detail) == (fate, f"oa {code}")
        assert (result.after > 0) == (fate is Fate.LATER)


def test_the_table_is_whole() -> None:
    """No code of the table is left without a test."""
    assert set(OA_CODES) <= set(FATES)


async def test_what_an_operator_must_mend_is_told_once(tmp_path: Path) -> None:
    """A disabled account is one alarm, and one more only after messages went out in between."""
    async with oa_town(tmp_path) as town:
        town.fake.trouble("message/cs", oa_error(-204), oa_error(-204))
        for _ in range(3):
            await town.channel.send(town.to, say("x"))
        assert len(town.alarms) == 1
        town.fake.trouble("message/cs", oa_error(-204))
        await town.channel.send(town.to, say("x"))
        assert len(town.alarms) == 2


@pytest.mark.parametrize(
    ("trouble", "fate", "after"),
    [
        (html(502), Fate.LATER, 30),
        (html(200), Fate.LATER, 30),
        (canned({"error": -201}, 503), Fate.LATER, 30),
        (canned({}, 429), Fate.LATER, 60),
        (canned({}, 429, **{"Retry-After": "17"}), Fate.LATER, 17),
        (canned([1], 200), Fate.LATER, 30),
        (canned({"error": "-213"}), Fate.GONE, 0),
        (canned({"error": "0", "data": {}}), Fate.SENT, 0),
        (canned({"error": 0, "data": "x"}), Fate.SENT, 0),
        (canned({}, 302, Location="http://127.0.0.1:9/"), Fate.LATER, 30),
        (Trouble("canned", 200, b""), Fate.LATER, 30),
        (CUT, Fate.UNKNOWN, 0),
        (LOST, Fate.UNKNOWN, 0),
        (RESET, Fate.UNKNOWN, 0),
    ],
)
async def test_broken_answers(tmp_path: Path, trouble: Trouble, fate: Fate, after: float) -> None:
    """Gateways, odd JSON and dropped connections have their fates, never an exception."""
    async with oa_town(tmp_path) as town:
        await town.channel.send(town.to, say("first"))
        town.fake.trouble("message/cs", trouble)
        result = await town.channel.send(town.to, say("x"))
        assert (result.fate, result.after) == (fate, after)


async def test_silence_after_the_request(tmp_path: Path) -> None:
    """A request without an answer may have been taken."""
    async with oa_town(tmp_path, wire=Wire(read=0.1)) as town:
        town.fake.trouble("message/cs", SILENT)
        assert (await town.channel.send(town.to, say("x"))).fate is Fate.UNKNOWN


async def test_nobody_there(tmp_path: Path) -> None:
    """Where no connection opens, nothing was sent and it is tried again."""
    async with oa_town(tmp_path, api="http://127.0.0.1:9") as town:
        result = await town.channel.send(town.to, say("x"))
        assert (result.fate, result.detail) == (Fate.LATER, "oa not reached: ClientConnectorError")


@pytest.mark.parametrize("text", ["Your application reached limit call api", "Your OA reached limit call api"])
async def test_rate_of_the_vendor(tmp_path: Path, text: str) -> None:
    """The vendor's rate limit is a wait of a minute, and then it goes on."""
    async with oa_town(tmp_path) as town:
        town.fake.oa.per_minute, town.fake.oa.rate_text = 1, text
        fates = [(await town.channel.send(town.to, say("x"))).fate for _ in range(2)]
        await town.fake.advance(minutes=1)
        fates.append((await town.channel.send(town.to, say("x"))).fate)
        assert fates == [Fate.SENT, Fate.LATER, Fate.SENT]


@pytest.mark.parametrize(("switch", "value"), [("blocked", True), ("inactive", True), ("following", False)])
async def test_people_who_cannot_be_reached(tmp_path: Path, switch: str, value: bool) -> None:
    """Blocked, inactive and unfollowed accounts are gone."""
    async with oa_town(tmp_path) as town:
        setattr(town.person, switch, value)
        assert (await town.channel.send(town.to, say("x"))).fate is Fate.GONE


async def test_start(tmp_path: Path) -> None:
    """Starting asks who we are; a package that is too small is told at once."""
    async with oa_town(tmp_path) as town:
        await town.channel.start()
        town.fake.trouble("getoa", oa_error(-224))
        await town.channel.start()
        assert len(town.alarms) == 1


async def test_start_without_zalo(tmp_path: Path) -> None:
    """An unreachable Zalo does not keep the house from opening."""
    async with oa_town(tmp_path, api="http://127.0.0.1:9") as town:
        await town.channel.start()
        assert town.alarms == []


async def test_quiet_methods(tmp_path: Path) -> None:
    """There is no typing sign and nothing to poll; the pace is what was set."""
    async with oa_town(tmp_path, per_second=1.5) as town:
        await town.channel.typing(town.to)
        await town.channel.poll(lambda _: town.channel.close())
        assert (town.channel.pace.per_second, town.channel.pace.per_chat_second) == (1.5, 0)
