"""How long a session lasts: fifteen minutes without a request, twelve hours in all, not past a change of standing."""

from __future__ import annotations

from typing import Any

import pytest

from cases.model import OfficerRole
from storage import console
from tests.web.console.desk import PASSWORD, Clerk, Console, code, hidden

PAGE = "/console/account?x=1"


async def seen(who: Clerk) -> int:
    """Status of her own page."""
    return (await who.get(PAGE)).status


async def test_content_is_covered_after_fifteen_minutes(own: Console) -> None:
    """At the same address, and without a word of it."""
    async with own.clerk("handler") as who:
        own.clock.move(minutes=15)
        answer = await who.get(PAGE)
    assert (answer.status, hidden(answer.text, "back")) == (401, PAGE)
    assert "10.0.0.7" not in answer.text


@pytest.mark.parametrize("proof", ["password", "code"])
async def test_password_or_code_opens_it_again(own: Console, proof: str) -> None:
    """And leads back to the page."""
    async with own.clerk("handler") as who:
        own.clock.move(minutes=20)
        page = (await who.get(PAGE)).text
        given = PASSWORD if proof == "password" else code(own.clock())
        form = {"csrf": hidden(page, "csrf"), "back": hidden(page, "back"), "proof": given}
        answer = await who.post("/console/unlock", form)
        assert (answer.status, answer.headers["location"]) == (303, PAGE)
        assert await seen(who) == 200


async def test_a_wrong_proof_keeps_it_covered(own: Console) -> None:
    """And keeps the way back."""
    async with own.clerk("handler") as who:
        own.clock.move(minutes=20)
        answer = await who.post("/console/unlock", {"csrf": who.csrf, "back": PAGE, "proof": "wrong"})
        assert (answer.status, hidden(answer.text, "back")) == (403, PAGE)
        assert await seen(who) == 401


async def test_a_form_sent_too_late_leads_back_to_its_page(own: Console) -> None:
    """Nothing is done; the page it stood on comes back, where the script puts in again what was typed."""
    async with own.clerk("handler") as who:
        own.clock.move(minutes=20)
        answer = await who.post("/console/account/sessions/end-all", {}, at=PAGE)
        assert (answer.status, hidden(answer.text, "back")) == (401, PAGE)
        assert len(own.run(lambda unit: console_sessions_of(unit, own))) == 1


def console_sessions_of(unit: Any, own: Console) -> Any:
    """The handler's sessions."""
    from storage import console_sessions

    return console_sessions.of_officer(unit, own.officers["handler"])


async def test_activity_keeps_it_open(own: Console) -> None:
    """An hour of work with a request every ten minutes."""
    async with own.clerk("handler") as who:
        for _ in range(6):
            own.clock.move(minutes=10)
            assert await seen(who) == 200


async def test_what_a_timer_asks_for_is_no_activity(own: Console) -> None:
    """A page that renews itself does not keep the desk open while nobody is there."""
    async with own.clerk("handler") as who:
        own.clock.move(minutes=10)
        assert (await who.get(PAGE, **{"x-quiet": "1"})).status == 200
        own.clock.move(minutes=5)
        assert await seen(who) == 401


async def test_it_ends_after_twelve_hours(own: Console) -> None:
    """However busy."""
    async with own.clerk("handler") as who:
        for _ in range(71):
            own.clock.move(minutes=10)
            await seen(who)
        assert await seen(who) == 200
        own.clock.move(minutes=10)
        assert await seen(who) == 303


async def test_a_part_asked_for_too_late_reloads_the_page(own: Console) -> None:
    """htmx is told to reload, which shows the cover."""
    async with own.clerk("handler") as who:
        own.clock.move(minutes=20)
        answer = await who.part(PAGE)
    assert (answer.status, answer.headers["hx-refresh"], answer.body) == (401, "true", b"")


@pytest.mark.parametrize("change", ["roles", "body", "active", "revoked"])
async def test_it_ends_when_the_officer_becomes_another(own: Console, change: str) -> None:
    """New roles, another body, shut account: the next request is that of a stranger."""
    officer = own.officers["handler"]

    def become(unit: Any) -> None:
        if change == "revoked":
            return console.revoke(unit, officer)
        changes = {"roles": (OfficerRole.HANDLER,), "body": "hnd", "active": False}
        setattr(officer, change, changes[change])
        unit.people.save_officer(officer)

    async with own.clerk("handler") as who:
        assert await seen(who) == 200
        own.run(become)
        assert await seen(who) == 303


async def test_the_language_is_kept(own: Console) -> None:
    """For this session, on every page."""
    async with own.clerk("handler") as who:
        answer = await who.post("/console/language", {"lang": "en"}, at=PAGE)
        assert answer.headers["location"] == PAGE
        assert '<html lang="en">' in (await who.get(PAGE)).text


async def test_nothing_of_the_console_is_cached(own: Console) -> None:
    """Pages, redirects and refusals."""
    async with own.clerk("handler") as who, own.stranger() as nobody:
        answers = [
            await who.get(PAGE),
            await who.get("/console/none"),
            await nobody.get(PAGE),
            await nobody.get("/console/login"),
        ]
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}
