"""Somebody named late: what waits for him about the case is taken back, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.clock import SteppedClock
from cases.call_back import call_back, call_back_from
from cases.messages import Address, Capabilities, Outgoing
from cases.model import Case
from cases.rules import Rules
from storage.nudge_mail import Mail, MailStore
from storage.outbox import DIGEST, outbox
from storage.outbox_queue import OutboxQueue
from storage.reminder_body import Line
from storage.work import Office, StoredWork
from tests.scheduler.nudge_world import World, settle

DUE_SOON = "2026-03-16T07:00"


@pytest.fixture
async def commune(any_office: Office, clock: SteppedClock) -> World:
    """The commune on each database in turn."""
    return await settle(any_office, clock)


async def shut_out(commune: World, rules: Rules, case_id: str, name: str) -> int:
    """This officer turns out to be meant; how many messages were taken back."""

    def work(unit: StoredWork) -> int:
        case = unit.cases.get(case_id)
        assert case is not None
        case = replace(case, excluded_officers=(name,))
        unit.cases.save(case)
        return call_back(unit, rules, case, commune.clock())

    return await commune.office.write(work)


async def say(commune: World, name: str, words: str, case_id: str = "", purpose: str = "notice") -> None:
    """A message waits for this person."""

    def work(unit: StoredWork) -> None:
        chat = unit.chats.load(Address("telegram", name))
        unit.outbox.say(chat, Outgoing(words), words, case_id=case_id, purpose=purpose)

    await commune.office.write(work)


async def test_a_reminder_of_one_case_is_taken_back(commune: World, rules: Rules) -> None:
    """Nothing is left of it."""
    case = await commune.add(commune.running())
    await commune.tick(DUE_SOON)
    assert len(await commune.texts("contact")) == 1
    assert await shut_out(commune, rules, case.id, "contact") == 1
    assert await commune.texts("contact") == []


async def test_a_reminder_of_several_cases_stays_without_it(commune: World, rules: Rules) -> None:
    """The others' lines are sent, in one message, as if the case had never been among them."""
    cases = [await commune.add(commune.running()) for _ in range(3)]
    await commune.tick(DUE_SOON)
    (before,) = await commune.texts("contact")
    assert all(case.code in before for case in cases)
    assert await shut_out(commune, rules, cases[0].id, "contact") == 1
    (after,) = await commune.texts("contact")
    assert cases[0].code not in after
    lines = [line for line in before.splitlines()[1:] if cases[0].code not in line]
    assert after.splitlines()[1:] == lines
    assert after.splitlines()[0] == rules.wording.say("nudge_head", "vi", date="16/03/2026", n=2)
    assert await shut_out(commune, rules, cases[1].id, "contact") == 1
    (last,) = await commune.texts("contact")
    assert lines[1].removeprefix("- ") == last


async def test_a_cut_message_is_cut_anew(any_office: Office, clock: SteppedClock, rules: Rules) -> None:
    """Where a channel shows little at once, the parts are written anew in their places."""
    tiny = {"telegram": Capabilities(text_limit=160, buttons=0)}
    any_office.capabilities = tiny
    commune = await settle(any_office, clock)
    cases = [await commune.add(commune.running()) for _ in range(4)]
    await commune.tick(DUE_SOON)
    assert len(await commune.texts("contact")) > 2
    await shut_out(commune, rules, cases[2].id, "contact")
    told = "\n".join(await commune.texts("contact"))
    assert [case.code in told for case in cases] == [True, True, False, True]


@pytest.mark.parametrize("on_its_way", ["sent", "claimed"])
async def test_the_parts_behind_one_that_is_out(
    any_office: Office, clock: SteppedClock, rules: Rules, on_its_way: str
) -> None:
    """What follows a part that a messenger was given already loses the case and keeps the others, each once."""
    any_office.capabilities = {"telegram": Capabilities(text_limit=600, buttons=0)}
    commune = await settle(any_office, clock)
    cases = [await commune.add(commune.running()) for _ in range(7)]
    await commune.tick(DUE_SOON)
    first, *later = await commune.texts("contact")
    assert len(later) > 1
    behind = [case for case in cases if any(case.code in part for part in later) and case.code not in first]
    await give_first(commune, on_its_way)
    assert await shut_out(commune, rules, behind[-1].id, "contact") == 1
    told = "\n".join(await commune.texts("contact"))
    assert behind[-1].code not in told
    assert all(told.count(case.code) == 1 for case in behind[:-1])


async def test_what_is_being_sent_does_not_come_back(commune: World, rules: Rules) -> None:
    """A message that is on its way when its receiver is named is not tried again when the messenger fails."""
    case, other = await commune.add(commune.running()), await commune.add(commune.running())
    await commune.tick(DUE_SOON)
    await say(commune, "contact", "about it", case.id)
    load = await commune.office.write(lambda unit: queue_of(unit).claim("telegram", 50))
    assert {parcel.case_id for parcel in load.parcels} >= {"", case.id}
    await shut_out(commune, rules, case.id, "contact")
    await commune.office.write(lambda unit: queue_of(unit).give_back(load.parcels))
    (left,) = await commune.texts("contact")
    assert other.code in left
    assert case.code not in left


async def test_what_no_longer_fits_beside_a_message_on_its_way_is_queued(
    any_office: Office, clock: SteppedClock, rules: Rules
) -> None:
    """A further part of it is nobody's yet."""
    commune = await settle(any_office, clock)
    cases = [await commune.add(commune.running()) for _ in range(4)]
    await commune.tick(DUE_SOON)
    await give_first(commune, "claimed")
    any_office.capabilities = {"telegram": Capabilities(text_limit=600, buttons=0)}
    assert await shut_out(commune, rules, cases[0].id, "contact") == 1
    (changed,), (further,) = await commune.texts("contact", "claimed"), await commune.texts("contact")
    assert [f"{changed} {further}".count(case.code) for case in cases] == [0, 1, 1, 1]


def queue_of(unit: StoredWork) -> OutboxQueue:
    """The sender's side."""
    return OutboxQueue(unit.connection, unit.keys, unit.now)


async def give_first(commune: World, state: str) -> None:
    """The first message to the contact is with the messenger."""

    def work(unit: StoredWork) -> None:
        mine = outbox.c.chat_key == commune.key_of("contact")
        first = select(func.min(outbox.c.id)).where(mine).scalar_subquery()
        until = unit.now + timedelta(minutes=5)
        done = {"done_at": unit.now, "sealed_body": None} if state == "sent" else {"lease_until": until, "attempts": 1}
        unit.connection.execute(update(outbox).where(outbox.c.id == first).values(state=state, **done))

    await commune.office.write(work)


async def test_others_keep_theirs(commune: World, rules: Rules) -> None:
    """Whoever may know of the case is reminded as before, and other notices to the same person stay."""
    case, other = await commune.add(commune.running()), await commune.add(commune.running())
    await say(commune, "contact", "about it", case.id)
    await say(commune, "contact", "about the other", other.id)
    await say(commune, "contact", "about nothing")
    await digest(commune, "contact", "this morning", other)
    resident = f"resident-{case.id}"
    await say(commune, resident, "to the resident", case.id)
    assert await shut_out(commune, rules, case.id, "contact") == 1
    assert await commune.texts("contact") == ["about the other", "about nothing", "this morning"]
    assert await commune.texts(resident) == ["to the resident"]


async def test_a_changed_account_loses_what_it_may_not_know(commune: World, rules: Rules) -> None:
    """Everything that waits for one officer is looked at."""
    case, other = await commune.add(commune.running()), await commune.add(commune.running())
    await commune.tick(DUE_SOON)
    await say(commune, "contact", "about it", case.id)
    await commune.change(case.id, excluded_officers=("contact",))

    assert await account_changed(commune, rules) == 2
    (left,) = await commune.texts("contact")
    assert other.code in left
    assert case.code not in left


async def test_a_digest_that_names_the_case_is_taken_back(commune: World, rules: Rules) -> None:
    """With all its parts; one that does not name it stays."""
    case, other = await commune.add(commune.running()), await commune.add(commune.running())
    long = "\n\n".join(["đường hỏng " * 150] * 3)
    await digest(commune, "contact", long, case, other)
    await digest(commune, "handler", "about the other", other)
    assert len(await commune.texts("contact")) > 1
    await shut_out(commune, rules, case.id, "contact")
    assert await commune.texts("contact") == []
    assert await commune.texts("handler") == ["about the other"]


async def test_a_changed_account_loses_its_waiting_digest(commune: World, rules: Rules) -> None:
    """What names a case that the officer may not know of any more is not sent."""
    case = await commune.add(commune.running())
    await digest(commune, "contact", f"this morning: {case.code}", case)
    await commune.change(case.id, excluded_officers=("contact",))
    assert await account_changed(commune, rules) == 1
    assert await commune.texts("contact") == []


async def account_changed(commune: World, rules: Rules) -> int:
    """The contact's account was changed; how many messages were taken back."""

    def work(unit: StoredWork) -> int:
        officer = unit.people.officer("contact")
        assert officer is not None
        return call_back_from(unit, rules, officer, commune.clock())

    return await commune.office.write(work)


async def digest(commune: World, name: str, words: str, *about: Case) -> None:
    """A digest of these cases waits for this person."""

    def work(unit: StoredWork) -> None:
        store, key = MailStore(unit, {}), commune.key_of(name)
        lines = tuple(Line(case.id, "reply", "", 0, "") for case in about)
        door = store.doors([key])[key]
        store.say([Mail(door, Outgoing(words), f"digest:{name}", purpose=DIGEST, lines=lines)], commune.clock())

    await commune.office.write(work)
