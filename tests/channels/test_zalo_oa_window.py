"""The 48-hour and 7-day windows: free, billed, then template by user id, by phone, or held."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.channels.zalo_oa_fates import BUSINESS_CODES
from cases.messages import Address, Fate, SendResult, Template
from tests.channels.zalo_kit import OATown, oa_town, say
from tests.fakes.zalo_server import LOST, canned, html, oa_error

STATUS = Template("status", (("ticket_code", "PA-2026-000123"), ("status", "Đã trả lời")))


async def send(town: OATown, template: Template | None = STATUS, phone: str = "") -> SendResult:
    """Say that there is news."""
    to = Address("zalo-oa", town.person.id, phone)
    return await town.channel.send(to, say("Có trả lời rồi ạ", template=template))


@pytest.mark.parametrize(("hours", "billed"), [(0, 0), (48, 0), (49, 1), (168, 1)])
async def test_inside_the_window(tmp_path: Path, hours: int, billed: int) -> None:
    """Free for 48 hours, billed until seven days are over, sent in any case."""
    async with oa_town(tmp_path) as town:
        await town.fake.advance(hours=hours)
        assert (await send(town)).fate is Fate.SENT
        assert (town.person.last, town.fake.oa.billed) == ("Có trả lời rồi ạ", billed)


async def test_template_by_user_id(tmp_path: Path) -> None:
    """After seven days the template goes to the user id."""
    async with oa_town(tmp_path) as town:
        await town.fake.advance(days=8)
        result = await send(town)
        assert (result.fate, result.detail) == (Fate.SENT, "template")
        assert "PA-2026-000123" in town.person.last


async def test_template_by_phone(tmp_path: Path) -> None:
    """Where the user id is not served, a phone number given for this is used, in 84 form, with a tracking id."""
    async with oa_town(tmp_path) as town:
        town.fake.oa.template_by_uid = False
        await town.fake.advance(days=8)
        result = await send(town, phone="0901234567")
        (letter,) = town.fake.oa.letters
        assert (result.detail, letter["phone"], letter["template_data"]["status"]) == (
            "template",
            "84901234567",
            "Đã trả lời",
        )
        assert 0 < len(letter["tracking_id"]) <= 48


async def test_delivery_event_is_no_message(tmp_path: Path) -> None:
    """The receipt that Zalo later sends for a template brings nothing."""
    async with oa_town(tmp_path) as town:
        town.fake.oa.template_by_uid = False
        await town.fake.advance(days=8)
        await send(town, phone="84901234567")
        delivery = await town.fake.oa.delivered(town.fake.oa.letters[0])
        assert town.channel.parse(delivery.body) == ()


@pytest.mark.parametrize("template", [None, Template("unknown")])
async def test_held_without_a_template(tmp_path: Path, template: Template | None) -> None:
    """Without a template, or with one that is not configured, the message is held."""
    async with oa_town(tmp_path) as town:
        await town.fake.advance(days=8)
        assert (await send(town, template, "84901234567")).fate is Fate.WINDOW_CLOSED
        assert town.fake.calls["message/template"] == 0


async def test_held_without_a_phone(tmp_path: Path) -> None:
    """A refused template and no phone leave the message held."""
    async with oa_town(tmp_path) as town:
        town.fake.oa.template_by_uid = False
        await town.fake.advance(days=8)
        assert (await send(town)).fate is Fate.WINDOW_CLOSED
        assert town.fake.calls["template/phone"] == 0


async def test_open_again_after_a_word(tmp_path: Path) -> None:
    """One word of the resident opens the window."""
    async with oa_town(tmp_path) as town:
        await town.fake.advance(days=8)
        assert (await send(town, None)).fate is Fate.WINDOW_CLOSED
        await town.person.says("chào")
        assert (await send(town, None)).fate is Fate.SENT


async def test_blocked_while_closed(tmp_path: Path) -> None:
    """Who blocked the account gets no letter by phone either."""
    async with oa_town(tmp_path) as town:
        town.fake.trouble("message/cs", oa_error(-230))
        town.person.blocked = True
        assert (await send(town, phone="84901234567")).fate is Fate.GONE
        assert town.fake.oa.letters == []


@pytest.mark.parametrize("shown", ["template/phone", "message/template"])
@pytest.mark.parametrize(
    ("trouble", "fate"),
    [(html(502), Fate.LATER), (canned({}, 429), Fate.LATER), (oa_error(-32), Fate.LATER), (LOST, Fate.UNKNOWN)],
)
async def test_troubled_templates(tmp_path: Path, shown: str, trouble: Any, fate: Fate) -> None:
    """A template that may still go is not given up, and one that may have gone is not sent another way."""
    async with oa_town(tmp_path) as town:
        await town.fake.advance(days=8)
        if shown == "template/phone":
            town.fake.oa.template_by_uid = False
        town.fake.trouble(shown, trouble)
        assert (await send(town, phone="84901234567")).fate is fate


FATES = dict.fromkeys((-32, -133, -144, -147), Fate.LATER)


@pytest.mark.parametrize("code", [*BUSINESS_CODES, -133, -999])
async def test_business_codes(tmp_path: Path, code: int) -> None:
    """A letter refused for good leaves the text held; limits and nights are waits."""
    async with oa_town(tmp_path) as town:
        town.fake.oa.template_by_uid = False
        await town.fake.advance(days=8)
        town.fake.trouble("template/phone", oa_error(code))
        result = await send(town, phone="84901234567")
        assert (result.fate, result.detail) == (FATES.get(code, Fate.WINDOW_CLOSED), f"business {code}")


async def test_minus_118_is_no_token_trouble_here(tmp_path: Path) -> None:
    """On the business host -118 means a person without an account: no refresh, no alarm."""
    async with oa_town(tmp_path) as town:
        town.fake.oa.template_by_uid = False
        await town.fake.advance(days=8)
        town.fake.trouble("template/phone", oa_error(-118))
        await send(town, phone="84901234567")
        assert (town.alarms, town.fake.calls["access_token"]) == ([], 1)  # the one that eight days made due


async def test_night(tmp_path: Path) -> None:
    """A night refusal waits until six in the morning in Vietnam."""
    async with oa_town(tmp_path) as town:
        town.fake.oa.template_by_uid, town.fake.oa.night_rule = False, True
        await town.fake.advance(days=8, hours=15, minutes=30)  # 23:30 in Vietnam
        result = await send(town, phone="84901234567")
        assert (result.fate, result.after) == (Fate.LATER, 6.5 * 3600)


@pytest.mark.parametrize(
    ("switch", "value", "fate"),
    [
        ("templates", {"123456": "REJECT"}, Fate.WINDOW_CLOSED),
        ("template_quota", 0, Fate.LATER),
        ("refused_phones", {"84901234567"}, Fate.WINDOW_CLOSED),
    ],
)
async def test_refusing_letters(tmp_path: Path, switch: str, value: object, fate: Fate) -> None:
    """Unapproved template, spent quota, a person who refused: as the vendor's own answers say."""
    async with oa_town(tmp_path) as town:
        town.fake.trouble("message/template", oa_error(-249))
        setattr(town.fake.oa, switch, value)
        await town.fake.advance(days=8)
        assert (await send(town, phone="84901234567")).fate is fate


async def test_business_token_is_renewed(tmp_path: Path) -> None:
    """-124 on the business host renews the token and repeats the letter once."""
    async with oa_town(tmp_path) as town:
        town.fake.trouble("message/cs", oa_error(-230))
        town.fake.trouble("message/template", oa_error(-249))
        town.fake.trouble("template/phone", oa_error(-124))
        assert (await send(town, phone="84901234567")).detail == "template"
        assert town.fake.oa.auth.refreshes == 1


async def test_the_same_letter_has_the_same_tracking_id(tmp_path: Path) -> None:
    """A repeated letter can be recognised, another one told apart."""
    async with oa_town(tmp_path) as town:
        town.fake.oa.template_by_uid = False
        await town.fake.advance(days=8)
        for code in ("1", "1", "2"):
            await send(town, Template("status", (("ticket_code", code),)), "84901234567")
        first, again, other = (letter["tracking_id"] for letter in town.fake.oa.letters)
        assert first == again != other
