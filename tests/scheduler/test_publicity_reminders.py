"""Overdue items of the publicity registers: their owners hear of it once a week, by day, until there is a proof."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from bot.clock import SteppedClock
from cases.calendar import ZONE
from cases.disclosure import Content, Item, Proof, PublicityForm
from cases.messages import Address
from cases.model import OfficerRole
from cases.rules import Rules
from scheduler.publicity_reminders import PublicityReminders
from storage.board_disclosure import DisclosureStore
from storage.outbox import PLACE_BODY, outbox, unpack
from storage.work import Office, StoredWork
from tests.cases.cast import officer

MONDAY = datetime(2026, 12, 7, 9, tzinfo=ZONE)
LATE = Item("i1", "xa-mau", Content.INSPECTION, "ubnd", date(2026, 12, 4), "Kết luận thanh tra số 5", "x", MONDAY)
THERE = Proof(PublicityForm.OFFICE, date(2026, 12, 7), "bảng tin trụ sở")


async def prepared(office: Office, *items: Item) -> None:
    """The committee's contact and the Front's handler with chats, and these items."""

    def store(unit: StoredWork) -> None:
        for body, role in (("ubnd", OfficerRole.CONTACT), ("mttq", OfficerRole.HANDLER)):
            chat = unit.chats.load(Address("telegram", body))
            unit.chats.save(chat)
            unit.people.save_officer(officer(body, role, id=body, chat=chat.key))
        for item in items:
            DisclosureStore(unit).add(item)

    await office.write(store)


async def said(office: Office) -> list[tuple[str, str]]:
    """Who was told what."""

    def look(unit: StoredWork) -> list[tuple[str, str]]:
        rows = unit.connection.execute(outbox.select().order_by(outbox.c.id)).all()
        names = {unit.chats.load(Address("telegram", body)).key: body for body in ("ubnd", "mttq")}
        return [
            (names[row.chat_key], unpack(unit.keys.open_bytes(PLACE_BODY, row.effect_key, row.sealed_body)).text)
            for row in rows
        ]

    return await office.read(look)


async def tick(office: Office, rules: Rules, clock: SteppedClock, day: str) -> int:
    """One round at this local moment."""
    clock.now = datetime.fromisoformat(f"{day}+07:00")
    return await PublicityReminders(office, lambda: rules).tick(clock.now)


async def test_the_owner_is_told_once_a_week(office: Office, rules: Rules, clock: SteppedClock) -> None:
    """Two late items make one message to the owner's officer, none to the Front, and none again before next week."""
    await prepared(office, LATE, replace(LATE, id="i2", due_on=date(2026, 12, 5)))
    days = ("2026-12-07T09:00", "2026-12-07T10:00", "2026-12-13T09:00", "2026-12-14T09:00")
    assert [await tick(office, rules, clock, day) for day in days] == [1, 0, 0, 1]
    told = await said(office)
    assert [who for who, _ in told] == ["ubnd", "ubnd"]
    assert "2 mục quá hạn" in told[0][1]
    assert "04/12/2026" in told[0][1]


async def test_where_the_owner_has_nobody_the_front_hears(office: Office, rules: Rules, clock: SteppedClock) -> None:
    """An item nobody could be told of would stay late for ever."""
    await prepared(office, replace(LATE, id="i3", owner="hdnd"))
    await tick(office, rules, clock, "2026-12-07T09:00")
    assert [who for who, _ in await said(office)] == ["mttq"]


async def test_nothing_at_night_nothing_in_time_nothing_done(office: Office, rules: Rules, clock: SteppedClock) -> None:
    """A posted item and one that is not due yet remind nobody."""
    await prepared(office, LATE)
    assert await tick(office, rules, clock, "2026-12-07T22:00") == 0
    assert await tick(office, rules, clock, "2026-12-04T09:00") == 0
    await office.write(lambda unit: DisclosureStore(unit).prove(LATE, THERE))
    assert await tick(office, rules, clock, "2026-12-08T09:00") == 0
