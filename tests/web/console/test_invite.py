"""The one-time link: name and password, an authenticator, recovery codes once, and then the link is spent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases import officers
from storage import console, console_sessions
from storage.people import PeopleStore
from tests.web.console.desk import Clerk, Console, code, hidden
from tests.web.console.test_account import changes
from tests.web.visitor import Answer

GOOD = {"login": "Lan.Tran", "password": "bon mua gio thoi dong"}


def invited(own: Console, name: str = "union") -> str:
    """A fresh code for one of the cast."""
    code: str = own.run(lambda unit: officers.invite(unit, own.officers[name], unit.now))
    return code


async def tie(own: Console, who: Clerk, path: str, page: str) -> Answer:
    """Answer the second page with the code that its secret gives."""
    secret = page.split("secret=")[1].split("&")[0]
    return await who.post(path, {"kept": hidden(page, "kept"), "code": code(own.clock(), secret)})


async def test_an_invited_officer_becomes_a_signed_in_one(own: Console) -> None:
    """Three pages; the last shows ten codes, and the desk is open."""
    path = f"/console/invite/{invited(own)}"
    async with own.stranger() as who:
        assert "Lê Thị Lan" in (await who.get(path)).text
        page = (await who.post(path, GOOD)).text
        codes = (await tie(own, who, path, page)).text
        assert codes.count("<li>") == console.RECOVERY_CODES
        assert "lan.tran" in (await who.get("/console/account")).text
    assert own.run(changes) == ["link"]


async def test_a_link_works_once(own: Console) -> None:
    """Neither console nor chat take it afterwards."""
    link = invited(own)
    async with own.stranger() as who, own.stranger() as other:
        await tie(own, who, f"/console/invite/{link}", (await who.post(f"/console/invite/{link}", GOOD)).text)
        assert (await other.get(f"/console/invite/{link}")).status == 404
    assert own.run(lambda unit: unit.people.claim_invitation(link, unit.now)) is None


async def test_opening_a_link_does_not_spend_it(own: Console) -> None:
    """Messengers open links to draw a preview."""
    link = invited(own)
    async with own.stranger() as who:
        await who.get(f"/console/invite/{officers.show_code(link).lower()}")
        await who.post(f"/console/invite/{link}", GOOD)
    assert own.run(lambda unit: isinstance(unit.people, PeopleStore) and console.invited(unit, link)) is not None


async def test_a_link_dies_after_a_day(own: Console) -> None:
    """Twenty-four hours."""
    link = invited(own)
    own.clock.move(hours=officers.CODE_HOURS)
    async with own.stranger() as who:
        late, unknown = await who.get(f"/console/invite/{link}"), await who.get("/console/invite/AAAABBBBCCCC")
    assert (late.status, unknown.status) == (404, 404)
    assert late.body == unknown.body


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"password": "ngan qua"}, "ít nhất 12"),
        ({"password": "matkhau123456"}, "dễ đoán"),
        ({"password": "LeThiLan 2026!"}, "chứa tên"),
        ({"login": "Lan Trần"}, "chữ thường không dấu"),
        ({"login": "handler"}, "đã có người dùng"),
    ],
)
async def test_what_is_wrong_stands_beside_the_field(own: Console, wrong: dict[str, str], fault: str) -> None:
    """The name typed stays, nothing is stored."""
    path = f"/console/invite/{invited(own)}"
    async with own.stranger() as who:
        answer = await who.post(path, GOOD | wrong)
    assert (answer.status, fault in answer.text) == (422, True)
    assert f'value="{(GOOD | wrong)["login"].lower()}"' in answer.text


async def test_a_wrong_code_shows_the_same_picture_again(own: Console) -> None:
    """The phone need not scan twice, the password need not be typed twice."""
    path = f"/console/invite/{invited(own)}"
    async with own.stranger() as who:
        page = (await who.post(path, GOOD)).text
        again = await who.post(path, {"kept": hidden(page, "kept"), "code": "000000"})
        assert again.status == 422
        assert (await tie(own, who, path, again.text)).status == 200


async def test_what_was_kept_fits_one_link_only(own: Console) -> None:
    """Chosen under one's own link, it cannot be brought in under somebody else's."""
    mine, hers = invited(own, "union"), invited(own, "contact")
    async with own.stranger() as who:
        page = (await who.post(f"/console/invite/{mine}", GOOD)).text
        assert (await tie(own, who, f"/console/invite/{hers}", page)).status == 400


async def test_a_second_invitation_ends_the_first_account(own: Console) -> None:
    """Old sessions, old password, old codes: all gone when the new account is made, not before."""
    token, link = own.token("handler"), invited(own, "handler")
    async with own.stranger() as who:
        page = (await who.post(f"/console/invite/{link}", GOOD)).text
        assert own.run(lambda unit: console_sessions.find(unit, token)) is not None
        await tie(own, who, f"/console/invite/{link}", page)
    assert own.run(lambda unit: console_sessions.find(unit, token)) is None
    assert own.run(lambda unit: console.by_login(unit, "handler")) is None


async def test_two_links_for_one_name_cannot_both_win(own: Console) -> None:
    """Whoever confirms second is told that the name is taken."""
    first, second = invited(own, "union"), invited(own, "contact")
    async with own.stranger() as who, own.stranger() as other:
        page, rival = [
            (await one.post(f"/console/invite/{link}", GOOD)).text for one, link in ((who, first), (other, second))
        ]
        assert (await tie(own, who, f"/console/invite/{first}", page)).status == 200
        assert (await tie(own, other, f"/console/invite/{second}", rival)).status == 422


def test_a_code_lives_a_day() -> None:
    """The page says so."""
    assert timedelta(hours=officers.CODE_HOURS) == timedelta(days=1)
