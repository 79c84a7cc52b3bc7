"""The tick on real databases: each notice once, letters and escalations with it, one message a person."""

from __future__ import annotations

from datetime import date

import pytest

from bot.clock import SteppedClock
from cases.messages import Capabilities
from cases.model import State
from storage.work import Office
from tests.scheduler.nudge_world import World, at, settle


@pytest.fixture
async def commune(any_office: Office, clock: SteppedClock) -> World:
    """The commune on each database in turn."""
    return await settle(any_office, clock)


async def test_a_reminder_is_sent_once(commune: World) -> None:
    """Two ticks in a row send one reminder."""
    await commune.add(commune.running())
    assert await commune.tick("2026-03-16T07:00") == [("T-10", "contact")]
    assert await commune.tick("2026-03-16T07:01") == []


async def test_a_reminder_is_sent_once_even_when_looked_at_again(commune: World) -> None:
    """A case that somebody touches at noon does not repeat the morning's reminder."""
    case = await commune.add(commune.running())
    await commune.tick("2026-03-16T07:00")
    await commune.change(case.id, hamlet="thon-1")
    assert await commune.tick("2026-03-16T12:00") == []


async def test_the_ledger_key(commune: World) -> None:
    """Uniqueness is (case, clock version, offset, recipient)."""
    case = await commune.add(commune.running())
    await commune.tick("2026-03-16T07:00")
    key = f"remind:{case.id}:1:T-10:contact"
    assert await commune.office.read(lambda unit: unit.ledger.seen([key])) == {key}


async def test_the_case_is_looked_at_again_at_the_next_point(commune: World) -> None:
    """The next look moves in the same transaction."""
    case = await commune.add(commune.running())
    await commune.tick("2026-03-16T07:00")
    assert (await commune.case(case.id)).next_nudge_at == at("2026-03-23T07:00")


async def test_a_reader_must_read_again_after_a_tick(commune: World) -> None:
    """The tick counts the version up, so that nobody writes over what it moved."""
    case = await commune.add(commune.running())
    await commune.tick("2026-03-16T07:00")
    assert (await commune.case(case.id)).version == case.version + 1


async def test_overdue_reaches_everybody_it_concerns(commune: World) -> None:
    """+1: contact, head, desk, both follow-up bodies, and the resident."""
    await commune.add(commune.running())
    told = await commune.tick("2026-03-31T07:00")
    wanted = {"contact", "chairman", "handler", "triager", "office", "builder", "resident"}
    assert told == sorted(("+1", name) for name in wanted)


async def test_escalation_is_logged_on_the_case(commune: World) -> None:
    """Each step upwards is an entry in the case's log (IN-2)."""
    case = await commune.add(commune.running())
    for day in ("2026-03-31", "2026-04-06", "2026-04-13"):
        await commune.tick(f"{day}T07:00")
    logged = [(event.data["offset"], event.data["bodies"]) for event in await commune.history(case.id, "escalated")]
    assert logged == [("+1", ["ban_xdd", "ubnd", "vp_dang_uy"]), ("+5", ["dang_uy"]), ("+10", ["ubnd_tinh"])]


async def test_urging_letters_are_numbered(commune: World) -> None:
    """Lần 1, 2, 3 at +1, +3, +5."""
    case = await commune.add(commune.running())
    for day in ("2026-03-31", "2026-04-02", "2026-04-06"):
        await commune.tick(f"{day}T07:00")
    assert [event.data["number"] for event in await commune.history(case.id, "urged")] == [1, 2, 3]
    assert (await commune.case(case.id)).urgings == 3


async def test_a_letter_is_not_written_twice(commune: World) -> None:
    """A calendar edit that gives an overdue case a new clock version repeats no letter."""
    case = await commune.add(commune.running())
    await commune.tick("2026-03-31T07:00")
    await commune.change(case.id, clock_version=2)
    await commune.tick("2026-03-31T09:00")
    assert (await commune.case(case.id)).urgings == 1


async def test_the_resident_hears_once_of_each_letter(commune: World) -> None:
    """One message per urging letter, in the resident's chat."""
    case = await commune.add(commune.running())
    for moment in ("2026-03-31T07:00", "2026-03-31T15:00", "2026-04-02T07:00"):
        await commune.tick(moment)
    texts = await commune.texts(f"resident-{case.id}")
    assert ["lần 1" in texts[0], "lần 2" in texts[1], len(texts)] == [True, True, 2]


async def test_every_sender_of_a_matter_hears_of_the_letter(commune: World) -> None:
    """The authority is reminded once for the matter; each of its senders is told with the own number."""
    await commune.add(commune.running(matter="m1"))
    other = commune.running(matter="m1")
    await commune.add(other)
    await commune.change(other.id, next_nudge_at=None)
    await commune.tick("2026-03-31T07:00")
    assert other.code in (await commune.texts(f"resident-{other.id}"))[0]


async def test_one_person_gets_one_message(commune: World) -> None:
    """Forty cases due at once are one message with thirty lines, the most urgent first, and a count of the rest."""
    commune.office.capabilities = {"telegram": Capabilities(text_limit=20_000, buttons=0)}
    for _ in range(39):
        await commune.add(commune.running())
    late = await commune.add(commune.running(date(2026, 2, 9)))
    await commune.tick("2026-03-16T07:00")
    (message,) = await commune.texts("contact")
    lines = message.splitlines()
    assert (len(lines), late.code in lines[1], lines[-1]) == (32, True, "… và 10 hồ sơ khác")


async def test_a_long_message_keeps_within_the_channel(commune: World) -> None:
    """What a channel cannot show at once goes in parts, and is taken back with all of them."""
    for _ in range(20):
        await commune.add(commune.running())
    await commune.tick("2026-03-16T07:00")
    assert len(await commune.texts("contact")) > 1
    await commune.tick("2026-03-23T07:00")
    texts = await commune.texts("contact")
    assert ["còn 10 ngày" in "".join(texts), "".join(texts).count("còn 5 ngày")] == [False, 20]


async def test_after_an_outage_one_message(commune: World) -> None:
    """Down over four points and a weekend: one merged message on Monday morning."""
    for _ in range(2):
        await commune.add(commune.running())
    assert await commune.tick("2026-03-29T10:00") == []
    assert await commune.tick("2026-03-30T07:00") == [("T-1", "contact"), ("T-1", "contact")]
    assert len(await commune.texts("contact")) == 1


async def test_what_was_passed_over_stays_settled(commune: World) -> None:
    """A clock set back after an outage does not bring up what the outage swallowed."""
    case = await commune.add(commune.running())
    await commune.tick("2026-03-02T09:00")
    await commune.tick("2026-03-26T07:00")
    await commune.change(case.id, next_nudge_at=at("2026-03-24T09:00"))
    assert await commune.tick("2026-03-24T09:00") == []


async def test_unsent_reminders_join_the_next_message(commune: World) -> None:
    """While the messenger is down the newer line takes the place of the older one of the same case."""
    await commune.add(commune.running())
    await commune.add(commune.running(date(2026, 3, 3)))
    await commune.tick("2026-03-16T07:00")
    await commune.tick("2026-03-17T07:00")
    await commune.tick("2026-03-23T07:00")
    (message,) = await commune.texts("contact")
    assert ["5 ngày" in message, "10 ngày" in message, message.count("PA-2026")] == [True, True, 2]


async def test_an_answer_takes_unsent_reminders_back(commune: World) -> None:
    """A reminder that still waits when the answer is recorded is never sent."""
    case = await commune.add(commune.running())
    await commune.tick("2026-03-16T07:00")
    await commune.change(case.id, state=State.ANSWERED, answered_at=at("2026-03-16T08:00"))
    await commune.tick("2026-03-16T08:01")
    assert await commune.texts("contact") == []


async def test_an_extension_takes_its_line_out_of_a_waiting_message(commune: World) -> None:
    """Of a message about two cases only the line of the extended one disappears."""
    first, second = await commune.add(commune.running()), await commune.add(commune.running())
    await commune.tick("2026-03-16T07:00")
    await commune.change(first.id, state=State.EXTENDED, due_on=date(2026, 4, 13), clock_version=2)
    await commune.tick("2026-03-16T09:00")
    (message,) = await commune.texts("contact")
    assert (first.code in message, second.code in message) == (False, True)


async def test_an_extension_restarts_the_points(commune: World) -> None:
    """T-10 of the new date is sent though T-10 of the old one was."""
    case = await commune.add(commune.running())
    await commune.tick("2026-03-16T07:00")
    await commune.change(case.id, state=State.EXTENDED, due_on=date(2026, 4, 13), clock_version=2)
    assert await commune.tick("2026-03-30T08:00") == [("T-10", "contact")]
