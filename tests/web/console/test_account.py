"""One's own account: password, authenticator, recovery codes, and where one is signed in."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from storage import console, console_sessions
from storage.audit import entry_table as entry
from storage.work import StoredWork
from tests.web.console.desk import PASSWORD, Console, code, hidden

NEW = "chin cau thang da ong"
ACCOUNT = "/console/account"


def sessions(own: Console) -> Any:
    """Where the handler is signed in."""
    return own.run(lambda unit: console_sessions.of_officer(unit, own.officers["handler"]))


def changes(unit: StoredWork) -> list[str]:
    """What the audit chain tells of changed secrets."""
    entries = unit.connection.execute(select(entry).where(entry.c.what == "secret_changed").order_by(entry.c.position))
    return [unit.audit.detail(row)["which"] for row in entries]


async def signs_in(own: Console, password: str, given: str) -> bool:
    """Whether the door opens."""
    async with own.stranger() as who:
        answer = await who.post("/console/login", {"login": "handler", "password": password, "code": given})
    return answer.status == 303


async def test_a_new_password_signs_all_other_browsers_out(own: Console) -> None:
    """Here one goes on, in a session with a new name."""
    other = own.token("handler")
    async with own.clerk("handler") as who:
        answer = await who.post(f"{ACCOUNT}/password", {"password_now": PASSWORD, "password": NEW})
        assert (answer.status, (await who.get(ACCOUNT)).status) == (303, 200)
    assert own.run(lambda unit: console_sessions.find(unit, other)) is None
    assert len(sessions(own)) == 1
    assert await signs_in(own, NEW, code(own.clock()))


@pytest.mark.parametrize(
    "form", [{"password_now": "wrong", "password": NEW}, {"password_now": PASSWORD, "password": "short"}]
)
async def test_a_password_is_not_changed_without_the_old_one_or_to_a_weak_one(
    own: Console, form: dict[str, str]
) -> None:
    """The fault stands beside its field."""
    async with own.clerk("handler") as who:
        answer = await who.post(f"{ACCOUNT}/password", form)
    assert (answer.status, 'aria-invalid="true"' in answer.text) == (422, True)
    assert await signs_in(own, PASSWORD, code(own.clock()))


async def test_another_phone_is_tied_with_its_first_code(own: Console) -> None:
    """The codes of the old phone are worth nothing afterwards."""
    async with own.clerk("handler") as who:
        form = {"password_totp": PASSWORD, "code_totp": code(own.clock())}
        page = (await who.post(f"{ACCOUNT}/authenticator", form)).text
        secret = page.split("secret=")[1].split("&")[0]
        tied = {"kept": hidden(page, "kept"), "code": code(own.clock(), secret)}
        assert (await who.post(f"{ACCOUNT}/authenticator/tie", tied)).status == 303
    own.clock.move(minutes=1)
    assert not await signs_in(own, PASSWORD, code(own.clock()))
    assert await signs_in(own, PASSWORD, code(own.clock(), secret))


async def test_an_authenticator_is_not_changed_with_the_password_alone(own: Console) -> None:
    """Whoever sits down at an open desk and knows the password has not got the phone."""
    async with own.clerk("handler") as who:
        for given in ("", "000000"):
            answer = await who.post(f"{ACCOUNT}/authenticator", {"password_totp": PASSWORD, "code_totp": given})
            assert answer.status == 422


async def test_new_recovery_codes_make_the_old_ones_void(own: Console) -> None:
    """Shown once, on the answer."""
    officer = own.officers["handler"].id
    old = own.run(lambda unit: console.new_recovery(unit, officer))
    async with own.clerk("handler") as who:
        page = await who.post(f"{ACCOUNT}/recovery", {"password_codes": PASSWORD, "code_codes": code(own.clock())})
        assert page.text.count("<li>") >= console.RECOVERY_CODES
        assert not own.run(lambda unit: console.use_recovery(unit, officer, old[0]))


async def test_recovery_codes_are_not_made_with_the_password_alone(own: Console) -> None:
    """Ten of them are ten authenticators: they would open the account from anywhere, and change its phone."""
    async with own.clerk("handler") as who:
        refused = await who.post(f"{ACCOUNT}/recovery", {"password_codes": PASSWORD, "code_codes": ""})
        assert refused.status == 422
        form = {"password_codes": PASSWORD, "code_codes": code(own.clock())}
        assert (await who.post(f"{ACCOUNT}/recovery", form)).status == 200
    assert own.run(changes) == ["recovery"]


async def test_a_code_for_the_messenger_needs_both_proofs(own: Console) -> None:
    """It is as good as an invitation, so the password alone does not give it."""
    async with own.clerk("handler") as who:
        refused = await who.post(f"{ACCOUNT}/chat", {"password_chat": PASSWORD, "code_chat": ""})
        given = await who.post(f"{ACCOUNT}/chat", {"password_chat": PASSWORD, "code_chat": code(own.clock())})
    shown = given.text.split("/lienket ")[1].split("<")[0]
    assert refused.status == 422
    assert own.run(lambda unit: console.invited(unit, shown)).id == own.officers["handler"].id


async def test_one_browser_is_signed_out_from_another(own: Console) -> None:
    """Only one's own."""
    mine, hers = own.token("handler"), own.token("contact")

    def seen(token: str) -> Any:
        return own.run(lambda unit: console_sessions.find(unit, token))

    async with own.clerk("handler") as who:
        for token in (mine, hers):
            await who.post(f"{ACCOUNT}/sessions/end", {"session": seen(token).id})
    assert (seen(mine), seen(hers) is None) == (None, False)


async def test_signing_out_everywhere_means_here_too(own: Console) -> None:
    """No session is left."""
    own.token("handler")
    async with own.clerk("handler") as who:
        assert (await who.post(f"{ACCOUNT}/sessions/end-all")).headers["location"] == "/console/login"
    assert sessions(own) == []


async def test_a_sentence_is_said_once(own: Console) -> None:
    """On the page after the change, not on the one after that."""
    async with own.clerk("handler") as who:
        await who.post(f"{ACCOUNT}/sessions/end", {"session": "none"})
        first, second = (await who.get(ACCOUNT)).text, (await who.get(ACCOUNT)).text
    assert ("Đã đăng xuất máy đó." in first, "Đã đăng xuất máy đó." in second) == (True, False)


async def test_what_stands_in_the_database_opens_nothing(own: Console) -> None:
    """No password, secret, code, name or session token in clear."""
    token = own.token("handler")
    codes = own.run(lambda unit: console.new_recovery(unit, own.officers["handler"].id))
    rows = own.run(lambda unit: _dump(unit))
    words = [token, PASSWORD, "JBSWY3DPEHPK3PXP", codes[0], codes[0].replace("-", ""), "follow.up", "10.0.0.7"]
    assert [word for word in words if word.encode() in rows] == []


def _dump(unit: Any) -> bytes:
    tables = ("console_account", "console_recovery", "console_session", "console_limit")
    return b"".join(
        repr(tuple(row)).encode() for name in tables for row in unit.connection.exec_driver_sql(f"SELECT * FROM {name}")
    )
