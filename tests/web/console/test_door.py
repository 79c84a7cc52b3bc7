"""Signing in and out: password and code together, a code used once, equal words for every failure."""

from __future__ import annotations

import pytest

from storage import console, console_sessions
from tests.web.console.desk import PASSWORD, Clerk, Console, code


async def sign_in(own: Console, who: Clerk, login: str = "handler", **changes: str) -> tuple[int, str]:
    """Status and where to, or what was said."""
    form = {"login": login, "password": PASSWORD, "code": code(own.clock()), **changes}
    answer = await who.post("/console/login", form)
    return answer.status, answer.headers.get("location", "") or answer.text


async def test_an_officer_signs_in_with_password_and_code(own: Console) -> None:
    """The session opens her pages."""
    async with own.stranger() as who:
        assert await sign_in(own, who, back="/console/account") == (303, "/console/account")
        assert "Nguyễn Thị Hoa" in (await who.get("/console/account")).text


async def test_whoever_is_not_signed_in_is_sent_to_the_door(served: Console) -> None:
    """And comes back to the page wanted."""
    async with served.stranger() as who:
        answer = await who.get("/console/account?x=1")
    assert (answer.status, answer.headers["location"]) == (303, "/console/login?back=%2Fconsole%2Faccount%3Fx%3D1")


@pytest.mark.parametrize(
    "wrong", [{"login": "nobody"}, {"password": "x" * 14}, {"code": "000000"}, {"code": "0000-1111-2222"}]
)
async def test_every_failure_has_the_same_answer(own: Console, wrong: dict[str, str]) -> None:
    """Neither status nor words tell a wrong name from a wrong password or code."""
    async with own.stranger() as who:
        status, said = await sign_in(own, who, **{"login": "handler", **wrong})
        _, reference = await sign_in(own, who, "handler", password="y" * 14)
    assert status == 403
    assert said.replace(wrong.get("login", "handler"), "handler") == reference


async def test_a_code_opens_once(own: Console) -> None:
    """The same six digits a second later are refused, the next ones are good."""
    async with own.stranger() as who, own.stranger() as other:
        assert (await sign_in(own, who))[0] == 303
        assert (await sign_in(own, other))[0] == 403
        own.clock.move(seconds=30)
        assert (await sign_in(own, other))[0] == 303


@pytest.mark.parametrize(("seconds", "status"), [(-30, 303), (30, 303), (-90, 403), (90, 403)])
async def test_a_phone_may_be_half_a_minute_off(own: Console, seconds: int, status: int) -> None:
    """One step before or after, no more."""
    given = code(own.clock())
    own.clock.move(seconds=seconds)
    async with own.stranger() as who:
        assert (await sign_in(own, who, code=given))[0] == status


async def test_a_recovery_code_stands_in_once(own: Console) -> None:
    """Typed in any way, used up at once."""
    codes = own.run(lambda unit: console.new_recovery(unit, own.officers["handler"].id))
    async with own.stranger() as who, own.stranger() as other:
        assert (await sign_in(own, who, code=codes[0].lower().replace("-", " ")))[0] == 303
        assert (await sign_in(own, other, code=codes[0]))[0] == 403


def held(who: Clerk) -> str:
    """The session cookie of this browser."""
    return next((cookie.value for cookie in who.http.cookie_jar if cookie.key == "hoiam-desk"), "")


async def test_a_new_session_is_begun_at_sign_in(own: Console) -> None:
    """A session planted, or left by the one before, ends."""
    async with own.clerk("contact") as who:
        before = held(who)
        await sign_in(own, who)
        after = held(who)
    assert before != after
    assert own.run(lambda unit: console_sessions.find(unit, before)) is None


async def test_signing_out_ends_the_session_on_the_server(own: Console) -> None:
    """Not only the cookie: a copy of it is dead too."""
    async with own.clerk("handler") as who:
        token = held(who)
        assert (await who.post("/console/logout")).headers["location"] == "/console/login"
        assert held(who) == ""
    assert own.run(lambda unit: console_sessions.find(unit, token)) is None


@pytest.mark.parametrize(
    "back",
    [
        *("https://evil.example/", "//evil.example", "/\\evil.example", "/chat", "/consolex", "/console\r\nx: y"),
        *("//[", "http://\u2102\u2100/"),  # what is no address at all
    ],
)
async def test_nobody_is_sent_elsewhere(own: Console, back: str) -> None:
    """`back` leads into the console or nowhere."""
    async with own.stranger() as who:
        assert await sign_in(own, who, back=back) == (303, "/console")


async def test_a_revoked_officer_cannot_sign_in(own: Console) -> None:
    """Also where only the register was changed, not the account."""

    def shut(unit: object) -> None:
        officer = own.officers["handler"]
        officer.active = False
        unit.people.save_officer(officer)  # type: ignore[attr-defined]

    own.run(shut)
    async with own.stranger() as who:
        assert (await sign_in(own, who))[0] == 403


async def test_a_link_from_elsewhere_asks_again_from_our_own_page(served: Console) -> None:
    """The strict cookie is left out of the first request: the page asks once more instead of asking to sign in."""
    async with served.stranger() as who:
        answer = await who.get("/console/account", **{"sec-fetch-site": "cross-site"})
    assert (answer.status, 'http-equiv="refresh"' in answer.text) == (200, True)


async def test_cookies_on_https_are_bound_to_the_host(served: Console) -> None:
    """`__Host-`, Secure, HttpOnly, Strict."""
    from starlette.responses import Response

    from web.console.session import Cookies

    answer = Response()
    Cookies(served.stage.services.office.keys, secure=True).begin(answer, "t")
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("__host-hoiam-desk=t;")
    assert {"httponly", "path=/", "samesite=strict", "secure"} <= {part.strip() for part in cookie.split(";")}
