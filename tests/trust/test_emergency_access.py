"""Breaking the glass: one case, one hour, a reason, oversight told at once; never past a conflict of interest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from cases.emergency_access import may_open
from cases.messages import Address
from cases.model import Case, OfficerRole, State
from storage.outbox import outbox
from storage.work import StoredWork
from tests.cases.cast import HERE, a_case, about, officer
from tests.trust.audit_kit import entries
from tests.web.console.desk import Clerk, Console, console_at
from tests.web.visitor import Answer

CODE, TOLD = "PA-2026-000001", "ống nước vỡ tung tóe"
REASON = "người dân gọi báo đang ngập nhà"
HANDLER, TRIAGE = OfficerRole.HANDLER, OfficerRole.TRIAGE


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Console]:
    """A console with one case of the Front's, and oversight reachable by chat."""
    with console_at(tmp_path) as present:
        watcher = present.officers["oversight"]

        def store(unit: StoredWork) -> None:
            chat = unit.chats.load(Address("telegram", "oversight"))
            unit.chats.save(chat)
            watcher.chat = chat.key
            unit.people.save_officer(watcher)
            unit.cases.add(a_case(code=CODE, text=f"Trước chợ {TOLD}."), "receipt-1")

        present.run(store)
        yield present


async def break_it(who: Clerk, code: str = CODE, reason: str = REASON) -> Answer:
    """Ask for it."""
    return await who.post("/console/emergency", {"code": code, "reason": reason})


async def test_a_desk_reads_what_is_not_its_own_for_an_hour(desk: Console) -> None:
    """The union's handler sees the words on the one page, and after an hour nothing."""
    async with desk.clerk("union") as who:
        assert (await who.get(f"/console/cases/{CODE}")).status == 404
        assert (await break_it(who)).headers["location"] == f"/console/emergency/{CODE}"
        assert TOLD in (await who.get(f"/console/emergency/{CODE}")).text
        assert (await who.get(f"/console/cases/{CODE}")).status == 404
        assert CODE not in (await who.get("/console/cases")).text
        desk.clock.move(seconds=3601)
    async with desk.clerk("union") as who:
        assert (await who.get(f"/console/emergency/{CODE}")).status == 404


async def test_oversight_is_told_at_once_and_reads_the_reason(desk: Console) -> None:
    """A message the same moment, at night too, without number or topic; the page has the reason."""
    desk.clock.move(seconds=14 * 3600)
    async with desk.clerk("union") as who:
        await break_it(who)
    told = desk.run(lambda unit: unit.connection.execute(select(outbox.c.effect_key)).scalars().all())
    assert [one for one in told if ":emergency:" in one and desk.officers["oversight"].id in one]
    entry = desk.run(entries)[-1]
    assert (entry.what, entry.detail) == ("emergency_opened", {"reason": REASON})
    async with desk.clerk("oversight") as watcher:
        page = (await watcher.get("/console/audit")).text
        assert REASON in page
        assert CODE not in page


async def test_naming_the_reader_late_shuts_it_at_once(desk: Console) -> None:
    """The officer turns out to be the person complained of: the open page is gone with the same breath."""
    async with desk.clerk("union") as who:
        await break_it(who)
        assert (await who.get(f"/console/emergency/{CODE}")).status == 200

        def name(unit: StoredWork) -> None:
            case = unit.cases.by_code("xa-mau", CODE)
            assert case is not None
            case.excluded_officers = (who.officer.id,)
            unit.cases.save(case)

        desk.run(name)
        assert (await who.get(f"/console/emergency/{CODE}")).status == 404


@pytest.mark.parametrize("reason", ["", "gấp", "rất gấp"])
async def test_a_reason_is_needed(desk: Console, reason: str) -> None:
    """Without one nothing is opened, and the answer does not tell whether there is such a case."""
    async with desk.clerk("union") as who:
        answers = [await break_it(who, code, reason) for code in (CODE, "PA-2026-000999")]
        assert [one.status for one in answers] == [422, 422]
        assert ['id="reason"' in one for one in answers[0].text.split("<") if "aria-invalid" in one] == [True]
        assert answers[0].text.replace(CODE, "") == answers[1].text.replace("PA-2026-000999", "")
        assert (await who.get(f"/console/emergency/{CODE}")).status == 404
    assert desk.run(entries) == []


async def test_nobody_opens_it_where_nobody_watches(desk: Console) -> None:
    """Without an oversight officer who may know of the case the glass does not break."""

    def leave(unit: StoredWork) -> None:
        watcher = desk.officers["oversight"]
        watcher.active = False
        unit.people.save_officer(watcher)

    desk.run(leave)
    async with desk.clerk("union") as who:
        assert (await break_it(who)).status == 422
        assert (await who.get(f"/console/emergency/{CODE}")).status == 404


@pytest.mark.parametrize(
    ("body", "roles", "case", "opens"),
    [
        ("hlhpn", (HANDLER,), a_case(), True),
        ("hlhpn", (TRIAGE,), a_case(), True),
        ("hlhpn", (HANDLER,), a_case(excluded_bodies=("hlhpn",)), False),
        ("hlhpn", (HANDLER,), a_case(hidden_from=("hlhpn",)), False),
        ("hlhpn", (HANDLER,), a_case(excluded_officers=("someone",)), False),
        ("hlhpn", (HANDLER,), a_case(state=State.NEEDS_COI_CHECK), False),
        ("hlhpn", (HANDLER,), a_case(sealed_to="mttq"), False),
        ("hlhpn", (HANDLER,), a_case(locality="xa-hai"), False),
        ("mttq", (HANDLER,), a_case(state=State.NEEDS_COI_CHECK), False),
        ("mttq", (HANDLER,), a_case(), False),  # reads it anyway
        ("ubnd", (OfficerRole.CONTACT,), a_case(state=State.TRIAGED), False),
        ("mttq", (OfficerRole.ADMIN,), a_case(), False),
        ("ubkt_dang_uy", (OfficerRole.OVERSIGHT,), a_case(), False),
        ("ban_xdd", (OfficerRole.FOLLOW_UP,), a_case(), False),
    ],
)
def test_who_may(body: str, roles: tuple[OfficerRole, ...], case: Case, opens: bool) -> None:
    """Desks of the case's own commune, past no conflict, and only what the server itself can read."""
    assert may_open(officer(body, *roles), case, HERE) is opens


@pytest.mark.parametrize("more", [{"active": False}, {"relatives": ("boss",)}, {"post": "truong_thon", "hamlet": ""}])
def test_bound_or_closed_accounts_never(more: dict[str, Any]) -> None:
    """A relative of somebody shut out, a holder of the post complained of, a closed account."""
    case = about("truong_thon", excluded_officers=("boss",))
    assert not may_open(officer("hlhpn", HANDLER, **more), case, HERE)


async def test_the_page_of_the_hour_lists_what_is_open(desk: Console) -> None:
    """Whoever opened something finds it again until the hour is over."""
    async with desk.clerk("union") as who:
        await break_it(who)
        assert CODE in (await who.get("/console/emergency")).text
        desk.clock.now += timedelta(minutes=10)
        assert TOLD in (await who.get(f"/console/emergency/{CODE}")).text
