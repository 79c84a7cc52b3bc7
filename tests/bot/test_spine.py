"""The spine: one transaction per update, repeats without effect, nothing dropped whatever goes wrong."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import func, select, text, update

import storage.sqlite
from bot.channels.base import Unavailable
from bot.clock import SteppedClock
from bot.spine import Spine
from cases.messages import Address, Incoming
from cases.ports import Stale
from cases.rules import Rules
from cases.suggest import Suggestion
from storage.chats import chat as chat_table
from storage.database import open_database
from storage.keys import KeyRing
from storage.migrate import upgrade
from storage.outbox import PLACE_BODY, outbox, unpack
from storage.sqlite import SqliteDatabase
from storage.tables import metadata
from storage.work import Office, StoredWork
from tests.handlers.cast import CHANNELS, Person, cases_of, open_spine, report_road

T = TypeVar("T")
ROAD = "Đường bê tông Thôn 2 mới làm ba tháng đã nứt toác, lún cả đoạn dài"


def hello(clock: SteppedClock, words: str = ROAD, number: str = "1", **content: object) -> Incoming:
    """An update of resident 1001."""
    return Incoming(Address("telegram", "1001"), number, clock(), text=words, **content)  # type: ignore[arg-type]


def counted(office: Office, rules: Callable[[], Rules]) -> tuple[Spine, Counter[str]]:
    """A spine that counts."""
    counts: Counter[str] = Counter()
    office.capabilities = dict(CHANNELS)

    def counter(name: str) -> Callable[[], None]:
        return lambda: counts.update([name])

    return Spine(
        office, rules, {name: counter(name) for name in ("taken", "repeated", "failed", "unavailable", "slowed")}
    ), counts


async def said(office: Office) -> list[str]:
    """Every text in the outbox, oldest first."""

    def read(unit: StoredWork) -> list[str]:
        rows = unit.connection.execute(select(outbox).order_by(outbox.c.id)).all()
        return [unpack(unit.keys.open_bytes(PLACE_BODY, row.effect_key, row.sealed_body)).text for row in rows]

    return await office.read(read)


async def row_counts(office: Office) -> dict[str, int]:
    """How many rows each table has; empty ones and the head of the audit, there from the beginning, left out."""

    def read(unit: StoredWork) -> dict[str, int]:
        run = unit.connection.execute
        counts = {
            table.name: run(select(func.count()).select_from(table)).scalar_one() for table in metadata.sorted_tables
        }
        return {name: count for name, count in counts.items() if count and name != "audit_head"}

    return await office.read(read)


class Stumbles:
    """A suggester that fails on everything, with the resident's words in its error."""

    def suggest(self, words: str) -> Suggestion:
        """Fail."""
        raise RuntimeError(words)


def stumbling(rules: Rules) -> Rules:
    """Rules under which no story can be read."""
    return replace(rules, suggester=Stumbles())  # type: ignore[arg-type]


class DiesBeforeCommit(Office):
    """An office whose transactions do everything and then fail, as in a crash at the last moment."""

    async def write(self, step: Callable[[StoredWork], T], *, urgent: bool = False) -> T:
        """Do the step, then raise."""

        def work(unit: StoredWork) -> T:
            step(unit)
            raise SystemError

        return await super().write(work, urgent=urgent)


async def test_twenty_copies_at_once_have_one_effect(any_office: Office, rules: Rules, clock: SteppedClock) -> None:
    """A messenger that delivers an update twenty times in the same instant is answered once."""
    spine, counts = counted(any_office, lambda: rules)
    await asyncio.gather(*(spine.accept(hello(clock)) for _ in range(20)))
    assert counts == {"taken": 1, "repeated": 19}
    assert len(await said(any_office)) == 1


async def test_a_copy_a_month_later_has_no_effect(any_office: Office, rules: Rules, clock: SteppedClock) -> None:
    """Update ids are remembered longer than any messenger repeats."""
    person = Person(open_spine(any_office, rules), any_office, clock)
    await report_road(person)
    update_, before = person.update(text="/tracuu"), len(await said(any_office))
    await person.spine.accept(update_)
    once = await said(any_office)
    clock.move(days=30)
    await person.spine.accept(update_)
    assert len(once) > before
    assert await said(any_office) == once


async def test_equal_ids_of_two_people_are_two_updates(office: Office, rules: Rules, clock: SteppedClock) -> None:
    """Some messengers number messages per chat."""
    spine, counts = counted(office, lambda: rules)
    for person in ("1", "2"):
        await spine.accept(Incoming(Address("zalo-bot", person), "77", clock(), text=ROAD))
    assert counts["taken"] == 2


async def test_different_first_messages_at_once_are_all_taken(
    any_office: Office, rules: Rules, clock: SteppedClock
) -> None:
    """Somebody new sends ten messages in a burst: one chat, ten updates, nobody is turned away."""
    spine, counts = counted(any_office, lambda: rules)
    await asyncio.gather(*(spine.accept(hello(clock, number=str(number))) for number in range(10)))
    rows = await row_counts(any_office)
    assert (counts["taken"], rows["seen_update"], rows["chat"]) == (10, 10, 1)


async def test_thirty_residents_at_once_make_thirty_cases(
    any_office: Office, rules: Rules, clock: SteppedClock
) -> None:
    """Whole reports side by side: every case has its own number and none is missing."""
    spine = open_spine(any_office, rules)
    people = [Person(spine, any_office, clock, "zalo-bot", str(number)) for number in range(30)]
    for words in (ROAD, "1", "1", "1", "2", "không", "1"):
        await asyncio.gather(*(spine.accept(person.update(text=words)) for person in people))
    codes = [case.code for case in await cases_of(any_office)]
    assert (len(codes), len(set(codes))) == (30, 30)


async def test_a_crash_before_the_commit_leaves_no_trace(
    any_office: Office, rules: Rules, clock: SteppedClock, keys: KeyRing
) -> None:
    """Case, identity, history, replies and the update's id stand or fall together."""
    person = Person(open_spine(any_office, rules), any_office, clock)
    await person.says(ROAD)
    for label in ("Tôi đồng ý", "Chất lượng", "Đường bê tông Thôn 2", "Trong tuần", "Bỏ qua"):
        await person.taps(label)
    last, before = person.update(choice=person.button("Gửi").value), await row_counts(any_office)
    dying = DiesBeforeCommit(any_office.database, keys, clock)
    with pytest.raises(Unavailable):
        await open_spine(dying, rules).accept(last)
    assert await row_counts(any_office) == before
    await person.spine.accept(last)
    assert (await row_counts(any_office))["case"] == 1


async def test_what_cannot_be_handled_is_kept_and_said(any_office: Office, rules: Rules, clock: SteppedClock) -> None:
    """The update lies sealed for an operator, the person hears that it did not work, and a repeat changes nothing."""
    spine, counts = counted(any_office, lambda: stumbling(rules))
    await spine.accept(hello(clock, "/start", "0"))
    await spine.accept(hello(clock))
    await spine.accept(hello(clock))
    assert (counts["failed"], (await row_counts(any_office))["failed_update"]) == (1, 1)
    assert "trục trặc" in (await said(any_office))[-1]
    kept = await any_office.read(lambda unit: unit.connection.execute(text("SELECT * FROM failed_update")).one())
    update_ = any_office.keys.open_json("failed_update.sealed_update", kept.id, kept.sealed_update)
    assert (update_["text"], update_["message_id"]) == (ROAD, "1")
    assert kept.error.startswith("RuntimeError test_spine.py:")


async def test_a_failing_update_leaves_the_conversation_where_it_stood(
    any_office: Office, rules: Rules, clock: SteppedClock
) -> None:
    """Nothing half-done: the open question is still open, and the next answer fits it."""
    force = {"rules": rules}
    person = Person(counted(any_office, lambda: force["rules"])[0], any_office, clock)
    await person.says(ROAD)
    force["rules"] = stumbling(rules)
    assert "trục trặc" in await person.says("tôi đồng ý nhé")
    force["rules"] = rules
    assert "thuộc mục nào" in await person.taps("Tôi đồng ý")


async def test_a_spoiled_conversation_does_not_stop_the_line(office: Office, rules: Rules, clock: SteppedClock) -> None:
    """A row that no longer opens: the update is kept for an operator instead of coming back for ever."""
    spine, counts = counted(office, lambda: rules)
    await spine.accept(hello(clock))
    await office.write(lambda unit: unit.connection.execute(update(chat_table).values(sealed_talk=b"\0spoiled")))
    await spine.accept(hello(clock, number="2"))
    assert counts == {"taken": 1, "failed": 1}
    assert (await row_counts(office))["failed_update"] == 1


async def test_a_database_that_cannot_store_says_so(
    tmp_path: Path, rules: Rules, clock: SteppedClock, keys: KeyRing
) -> None:
    """`Unavailable`, nothing half-written; the same update is taken when the lock is gone."""
    database = SqliteDatabase(tmp_path / "t.db", busy_seconds=0.05)
    await database.write(upgrade)
    office = Office(database, keys, clock)
    spine, counts = counted(office, lambda: rules)
    backup = vars(storage.sqlite)["driver"].connect(str(database.path), isolation_level=None)
    backup.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        await spine.accept(hello(clock))
    assert await row_counts(office) == {}
    backup.close()
    await spine.accept(hello(clock))
    assert counts == {"unavailable": 1, "taken": 1}
    await database.close()


async def test_a_closed_database_is_unavailable_not_an_error(
    tmp_path: Path, rules: Rules, clock: SteppedClock, keys: KeyRing
) -> None:
    """An update during shutdown is sent back to the messenger."""
    database = open_database(f"sqlite:///{tmp_path / 't.db'}")
    await database.write(upgrade)
    await database.close()
    spine, counts = counted(Office(database, keys, clock), lambda: rules)
    with pytest.raises(Unavailable):
        await spine.accept(hello(clock))
    assert counts == {"unavailable": 1}


async def test_a_case_changed_meanwhile_is_decided_anew(any_office: Office, rules: Rules, clock: SteppedClock) -> None:
    """Two decisions collide; the later one runs again on what is stored now, and nobody hears of it."""
    spine, counts = counted(any_office, lambda: rules)
    collisions = [Stale("PA-2026-000001"), Stale("PA-2026-000001")]

    def note(unit: StoredWork) -> None:
        if collisions:
            raise collisions.pop()

    await spine.accept_noted(hello(clock), note)
    assert counts == {"taken": 1}


async def test_an_update_that_not_even_its_keeping_survives_comes_again(
    any_office: Office, rules: Rules, clock: SteppedClock
) -> None:
    """Nothing was stored, so the messenger must hear that, and no stray error."""
    spine, _ = counted(any_office, lambda: rules)

    def note(unit: StoredWork) -> None:
        raise KeyError

    with pytest.raises(Unavailable):
        await spine.accept_noted(hello(clock), note)
    assert await row_counts(any_office) == {}
