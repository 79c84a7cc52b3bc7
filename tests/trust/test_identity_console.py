"""Asking, agreeing and opening on the pages of the console: who is offered what, and what each page shows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.web.console.case_kit import history, opened, report, take
from tests.web.console.desk import Clerk, Console, console_at, hidden

NAME, PHONE, WHY = "Nguyễn Văn An", "0912345678", "Cần hẹn đo lại đường"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Console]:
    """A console of its own."""
    with console_at(tmp_path) as present:
        yield present


@pytest.fixture
async def asker(served: Console) -> AsyncIterator[Clerk]:
    """Who asks."""
    async with served.clerk("handler") as clerk:
        yield clerk


@pytest.fixture
async def second(served: Console) -> AsyncIterator[Clerk]:
    """Who is to agree."""
    async with served.clerk("colleague") as clerk:
        yield clerk


async def test_the_whole_way(served: Console, asker: Clerk, second: Clerk) -> None:
    """Asked, agreed, opened; shown on one answer and never on a page loaded again."""
    case = report(served, text="Đường hỏng")
    assert (await take(asker, case, "identity", reason=WHY)).status == 303
    assert case.code in (await second.get("/console/identity")).text
    page = await opened(second, case)
    assert WHY in page
    decided = {"say": "agree", "request": hidden(page, "request")}
    assert (await second.post(f"/console/cases/{case.code}/identity/decide", decided)).status == 303
    shown = await asker.post(f"/console/cases/{case.code}/identity/open")
    assert NAME in shown.text
    assert PHONE in shown.text
    assert NAME not in await opened(asker, case)
    steps = [one.what for one in history(served, case) if one.what.startswith("identity")]
    assert steps == ["identity_asked", "identity_agreed", "identity_read"]


async def test_the_asker_is_not_offered_to_agree(served: Console, asker: Clerk) -> None:
    """Nor does it help to send the form."""
    case = report(served, text="Đường hỏng")
    await take(asker, case, "identity", reason=WHY)
    page = await opened(asker, case)
    assert "/identity/decide" not in page
    answer = await asker.post(f"/console/cases/{case.code}/identity/open")
    assert answer.status == 422
    assert NAME not in answer.text


@pytest.mark.parametrize("reason", ["", "xem"])
async def test_a_reason_is_needed(served: Console, asker: Clerk, reason: str) -> None:
    """One word is none."""
    case = report(served, text="Đường hỏng")
    assert (await take(asker, case, "identity", reason=reason)).status == 422
    assert "identity_asked" not in [one.what for one in history(served, case)]


async def test_it_is_said_that_nothing_was_left(served: Console, asker: Clerk) -> None:
    """Instead of the form."""
    case = report(served, name="", phone="")
    page = await opened(asker, case)
    assert "không để lại tên" in page
    assert f"/console/cases/{case.code}/identity" not in page


async def test_declining_needs_a_word(served: Console, asker: Clerk, second: Clerk) -> None:
    """Beside the field; then the asker reads it."""
    case = report(served, text="Đường hỏng")
    await take(asker, case, "identity", reason=WHY)
    path = f"/console/cases/{case.code}/identity/decide"
    form = {"say": "decline", "request": hidden(await opened(second, case), "request"), "note": ""}
    assert (await second.post(path, form)).status == 422
    assert (await second.post(path, {**form, "note": "nhắn qua trang được"})).status == 303
    assert "nhắn qua trang được" in await opened(asker, case)


@pytest.mark.parametrize("name", ["union", "contact", "admin", "follow_up", "oversight"])
async def test_others_get_no_step(served: Console, asker: Clerk, name: str) -> None:
    """The same answer as for a case that is not there, or none for their role."""
    case = report(served, text="Đường hỏng")
    await take(asker, case, "identity", reason=WHY)
    async with served.clerk(name) as other:
        for step in ("identity", "identity/decide", "identity/open"):
            answers = [
                await other.post(f"/console/cases/{code}/{step}", {"reason": WHY, "say": "agree"})
                for code in (case.code, "PA-2026-999999")
            ]
            assert answers[0].status in (403, 404)
            assert answers[0].text.replace(case.code, "PA-2026-999999") == answers[1].text
        listed = await other.get("/console/identity")
        assert case.code not in listed.text
