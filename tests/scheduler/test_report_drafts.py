"""Periodic reports by themselves: drafts on the 1st of the due month, once; owners reminded; silence followed up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import pytest

from bot.clock import SteppedClock
from cases.calendar import ZONE
from cases.figures_kinds import Reporting, authors_here, may_edit, may_read, report_scope
from cases.messages import Address
from cases.model import Officer, OfficerRole, State
from cases.rules import Rules
from scheduler.report_drafts import ReportDrafts
from storage.outbox import outbox
from storage.reports import FINAL, Report, Reports
from storage.work import Office, StoredWork
from tests.cases.cast import HERE, RAW, a_case, officer

FIRST = datetime(2026, 12, 1, 8, tzinfo=ZONE)


async def drafts(office: Office) -> dict[tuple[str, str], Report]:
    """All reports by kind and author."""
    found = await office.read(lambda unit: Reports(unit).all(["xa-mau"]))
    return {(one.kind, one.author): one for one in found}


def told(unit: StoredWork) -> list[str]:
    """The effects queued for officers."""
    return [row.effect_key for row in unit.connection.execute(outbox.select().order_by(outbox.c.id))]


async def enrolled(office: Office, **changes: str) -> Officer:
    """The Front's officer with a chat."""
    someone = officer("mttq", **changes)

    def store(unit: StoredWork) -> None:
        chat = unit.chats.load(Address("telegram", someone.id))
        unit.chats.save(chat)
        someone.chat = chat.key
        unit.people.save_officer(someone)

    await office.write(store)
    return someone


def ticker(office: Office, rules: Rules) -> ReportDrafts:
    """The job."""
    return ReportDrafts(office, lambda: rules)


async def test_drafts_exist_on_the_first_of_the_due_month(office: Office, rules: Rules, clock: SteppedClock) -> None:
    """In December quarter, half-year and year are due together; the Front and every union write their own."""
    clock.now = FIRST
    await ticker(office, rules).tick(FIRST)
    found = await drafts(office)
    assert {kind for kind, _ in found} == set(Reporting().kinds)
    assert found["R124_Q", "dang_uy"].period == "2026-Q4"
    assert {author for kind, author in found if kind == "RGS_H"} == {"mttq", "hnd", "hlhpn", "dtn", "hccb", "cd"}
    kept = await office.read(lambda unit: Reports(unit).get(found["RGS_Y", "hnd"].id))
    assert kept is not None
    assert [one.body for one in kept.recipients] == ["dang_uy", "hdnd", "ubnd"]


@pytest.mark.parametrize(("day", "kinds"), [("2026-11-30", 0), ("2026-09-01", 1), ("2026-06-15", 4), ("2026-09-16", 0)])
async def test_only_what_is_due_is_made(
    office: Office, rules: Rules, clock: SteppedClock, day: str, kinds: int
) -> None:
    """A quarter in September, a quarter and three halves in June, nothing on the day before and the day after."""
    clock.now = datetime.fromisoformat(f"{day}T08:00+07:00")
    await ticker(office, rules).tick(clock.now)
    assert len({kind for kind, _ in await drafts(office)}) == kinds


async def test_a_second_round_makes_and_says_nothing_new(office: Office, rules: Rules, clock: SteppedClock) -> None:
    """However often it ticks, and after a restart."""
    await enrolled(office)
    clock.now = FIRST
    assert await ticker(office, rules).tick(FIRST)
    first = await office.read(told)
    assert first
    assert await ticker(office, rules).tick(FIRST) == []
    assert await office.read(told) == first


async def test_nobody_is_written_to_at_night(office: Office, rules: Rules, clock: SteppedClock) -> None:
    """The draft is there at midnight, the notice comes in the morning."""
    await enrolled(office)
    clock.now = FIRST.replace(hour=0)
    assert await ticker(office, rules).tick(clock.now)
    assert await office.read(told) == []


async def test_an_owner_is_reminded_before_and_after_the_due_day(
    office: Office, rules: Rules, clock: SteppedClock
) -> None:
    """Made, soon, then on every day it is late; an approved report is left in peace."""
    me = await enrolled(office)
    for day in ("2026-12-01", "2026-12-10", "2026-12-11", "2026-12-16", "2026-12-17"):
        clock.now = datetime.fromisoformat(f"{day}T08:00+07:00")
        await ticker(office, rules).tick(clock.now)
    yearly = (await drafts(office))["RGS_Y", "mttq"]
    steps = [key.split(":")[4] for key in await office.read(told) if yearly.id in key and key.endswith(me.id)]
    assert steps == ["made", "soon", "late", "late"]


async def test_a_silent_recipient_is_asked_after_again_each_month(
    office: Office, rules: Rules, clock: SteppedClock
) -> None:
    """From thirty days after it was delivered, once in thirty days."""
    await enrolled(office)
    clock.now = FIRST
    await ticker(office, rules).tick(FIRST)
    report = (await drafts(office))["RGS_Y", "mttq"]

    def deliver(unit: StoredWork) -> None:
        found = Reports(unit).get(report.id)
        assert found is not None
        found.state = FINAL
        Reports(unit).save(found)
        found.recipients[0].delivered_on = date(2026, 12, 16)
        Reports(unit).save_recipient(found, found.recipients[0])

    await office.write(deliver)
    for day in ("2027-01-14", "2027-01-15", "2027-01-16", "2027-02-14"):
        clock.now = datetime.fromisoformat(f"{day}T08:00+07:00")
        await ticker(office, rules).tick(clock.now)
    asked = [key for key in await office.read(told) if f"{report.id}:opinion" in key]
    assert len(asked) == 2


def test_the_kinds_are_those_of_the_shipped_directory() -> None:
    """One list of reports, in data and in code."""
    listed: list[Mapping[str, object]] = RAW["periodic_reports"]
    assert Reporting.from_mapping(listed) == Reporting()


def test_a_report_counts_no_case_against_its_author() -> None:
    """Nor one whose subject is not known yet; a union's report counts the union's own."""
    kinds = Reporting().kinds
    party = report_scope(kinds["R124_Q"], "dang_uy", HERE)
    assert party.matches(a_case())
    assert not party.matches(a_case(excluded_bodies=("dang_uy",)))
    assert not party.matches(a_case(state=State.NEEDS_COI_CHECK))
    union = report_scope(kinds["RGS_H"], "hnd", HERE)
    assert (union.matches(a_case()), union.matches(a_case(receiving_body="hnd"))) == (False, True)


@pytest.mark.parametrize(
    ("body", "role", "kind", "author", "edits", "reads_final"),
    [
        ("ban_xdd", OfficerRole.FOLLOW_UP, "R124_Q", "dang_uy", True, True),
        ("vp_dang_uy", OfficerRole.FOLLOW_UP, "RDV_H", "ban_xdd", True, True),
        ("mttq", OfficerRole.HANDLER, "RGS_H", "hnd", True, True),
        ("hnd", OfficerRole.HANDLER, "RGS_H", "mttq", False, False),
        ("ubnd", OfficerRole.CONTACT, "RGS_H", "mttq", False, True),
        ("ubnd", OfficerRole.CONTACT, "R124_Q", "dang_uy", False, False),
        ("ubkt_dang_uy", OfficerRole.OVERSIGHT, "R124_Q", "dang_uy", False, True),
        ("mttq", OfficerRole.ADMIN, "RGS_H", "mttq", False, False),
    ],
)
def test_who_works_on_a_report_and_who_reads_it(
    body: str, role: OfficerRole, kind: str, author: str, edits: bool, reads_final: bool
) -> None:
    """Authors and their helpers edit; recipients, watchers and the coordinator read what is approved."""
    someone, which = officer(body, role), Reporting().kinds[kind]
    assert may_edit(someone, which, author, HERE) is edits
    assert may_read(someone, which, author, HERE, final=True) is reads_final
    assert may_read(someone, which, author, HERE, final=False) is edits


def test_every_author_of_a_kind_is_here() -> None:
    """The sample commune has all of them."""
    assert authors_here(Reporting().kinds["RGS_H"], HERE) == ("mttq", "hnd", "hlhpn", "dtn", "hccb", "cd")
