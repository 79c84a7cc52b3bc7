"""What is past its term is erased everywhere: in every table, in the journal, in the files; and nothing else is."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from bot.housekeeping import Housekeeping
from cases.calendar import local_date
from cases.model import State
from cases.ports import CaseFile
from cases.retention import case_kept_until
from cases.rules import Limits, Rules
from storage import purge
from storage.case_keys import case_key
from storage.erasing import KEPT, erase_case, unclassified, waiting_files
from storage.erasures import CASE, hash_of
from storage.keys import SealBroken
from storage.layout import metadata
from storage.tables import FailedUpdate
from storage.work import StoredWork
from tests.trust.backup_kit import LONG_AGO, NOW, House, canary, case_ids, fill_every_table, rows_of
from tests.trust.backup_victims import POINTS, ended_badly, live_a_while, purge_for_ever, start

SOAK = bool(os.environ.get("HOIAM_SOAK"))
CASES, DUE, KILLS = (1_000, 300, 200) if SOAK else (100, 30, 20)
LIMITS = Limits()
Held = dict[str, tuple[dict[str, list[tuple[object, ...]]], bytes]]


def test_every_table_is_of_a_case_or_is_not() -> None:
    """A new table must say whether it belongs to a case: by a `case_id`, or in storage/erasing.py."""
    assert unclassified() == []


async def test_nothing_of_an_erased_case_is_left_in_any_table(tmp_path: Path) -> None:
    """Rows made up for every table: those of the erased case are gone, those of the other are as they were."""
    gone, other = case_ids(2)
    chance = random.Random(7)

    def fill(unit: StoredWork) -> None:
        for table in metadata.sorted_tables:
            unit.connection.execute(delete(table))
        fill_every_table(unit, gone, chance)
        fill_every_table(unit, other, chance)

    async with House(tmp_path) as house:
        await house.office.write(fill)
        before = await house.office.read(lambda unit: rows_of(unit.connection, other))
        await house.office.write(lambda unit: erase_case(unit, gone))
        left = await house.office.read(lambda unit: rows_of(unit.connection, gone))
        after = await house.office.read(lambda unit: rows_of(unit.connection, other))
    assert {name for name, rows in left.items() if rows} <= KEPT.keys()
    assert {name for name, rows in before.items() if not rows} <= KEPT.keys(), "the test filled every table"
    assert after == before


async def test_search_words_and_published_words_go_with_their_case(tmp_path: Path) -> None:
    """Tables without a case id that belong to a case through another one."""
    word, published = metadata.tables["search_token"], metadata.tables["publication_word"]
    async with House(tmp_path) as house:
        first, second = case_ids(2)
        await house.add([first], files=False)
        alone = await house.office.read(lambda unit: len(unit.connection.execute(select(word)).all()))
        await house.add([second], files=False)
        await house.office.write(lambda unit: _publish(unit, second))
        await house.office.write(lambda unit: erase_case(unit, second))
        tokens = await house.office.read(lambda unit: len(unit.connection.execute(select(word)).all()))
        words = await house.office.read(lambda unit: len(unit.connection.execute(select(published)).all()))
    assert (tokens, words) == (alone, 0)
    assert alone


def _publish(unit: StoredWork, case_id: str) -> None:
    chance = random.Random(3)
    fill_every_table_of(unit, "publication", case_id, chance)
    publication = metadata.tables["publication"]
    row = unit.connection.execute(select(publication.c.id).where(publication.c.case_id == case_id)).scalar()
    word = metadata.tables["publication_word"]
    unit.connection.execute(word.insert(), {"word": b"duong", "publication_id": row})


def fill_every_table_of(unit: StoredWork, name: str, case_id: str, chance: random.Random) -> None:
    """One made-up row of this case in one table."""
    from tests.trust.backup_kit import any_row

    unit.connection.execute(metadata.tables[name].insert(), any_row(metadata.tables[name], case_id, chance))


@pytest.mark.parametrize(
    ("ended", "until"),
    [
        (date(2021, 11, 21), date(2026, 11, 21)),
        (date(2021, 11, 30), date(2026, 11, 28)),
        (date(2020, 2, 29), date(2025, 2, 28)),
    ],
)
def test_a_case_is_kept_to_the_last_day_of_its_years(ended: date, until: date) -> None:
    """Five years from the day it ended; days after the 28th count as the 28th."""
    assert case_kept_until(ended, LIMITS) == until


async def test_a_case_goes_the_day_after_its_last(tmp_path: Path) -> None:
    """On its last day it is still there, the day after it is due."""
    closed = NOW - timedelta(days=3)
    async with House(tmp_path) as house:
        await house.add(case_ids(1), closed=closed, files=False)
        last = case_kept_until(local_date(closed), LIMITS)
        house.clock.set(NOW.replace(year=last.year, month=last.month, day=last.day))
        assert await house.office.read(lambda unit: purge.due_cases(unit, LIMITS)) == []
        house.clock.move(days=1)
        assert len(await house.office.read(lambda unit: purge.due_cases(unit, LIMITS))) == 1


async def test_a_refused_case_that_was_never_closed_counts_from_its_last_event(tmp_path: Path) -> None:
    """Its term runs from what happened last; a case at work has no term at all."""
    refused, at_work = case_ids(2)

    def refuse(unit: StoredWork) -> None:
        found = unit.cases.get(refused)
        assert found is not None
        found.state, found.closed_at = State.REJECTED, None
        unit.cases.save(found)

    async with House(tmp_path) as house:
        await house.add([refused, at_work], files=False)
        await house.office.write(refuse)
        house.clock.move(days=366 * 6)
        due = await house.office.read(lambda unit: purge.due_cases(unit, LIMITS))
    assert [one.id for one in due] == [refused]


async def test_an_erased_case_leaves_its_hash_and_an_audit_entry(tmp_path: Path, rules: Rules) -> None:
    """So that a restore can erase it again, and an outsider can see that it was erased, when and why."""
    async with House(tmp_path) as house:
        (one,) = case_ids(1)
        await house.add([one], closed=LONG_AGO, files=False)
        await Housekeeping(house.office, house.vault, lambda: rules).purge()
        assert hash_of(CASE, one) in await house.office.read(lambda unit: unit.erasures.all())
        entry = metadata.tables["audit_entry"]
        told = await house.office.read(
            lambda unit: unit.connection.execute(select(entry.c.what, entry.c.case_id, entry.c.actor)).all()
        )
    assert ("purged", one, "system") in [tuple(row) for row in told]


async def test_updates_that_could_not_be_handled_go_after_their_term(tmp_path: Path, rules: Rules) -> None:
    """They hold words of residents."""
    table = metadata.tables[str(FailedUpdate.__tablename__)]
    async with House(tmp_path) as house:
        await house.office.write(lambda unit: unit.keep_failed("telegram", {"text": "lỗi"}, "ValueError"))
        keeper = Housekeeping(house.office, house.vault, lambda: rules)
        house.clock.move(days=rules.limits.failed_update_days - 1)
        await keeper.tidy()
        assert await house.office.read(lambda unit: unit.connection.execute(select(table.c.id)).all())
        house.clock.move(days=2)
        await keeper.tidy()
        assert not await house.office.read(lambda unit: unit.connection.execute(select(table.c.id)).all())


async def test_an_audit_entry_of_an_erased_case_tells_no_word_of_it(tmp_path: Path, rules: Rules) -> None:
    """What stays of a case is who did what when."""
    async with House(tmp_path) as house:
        (one,) = case_ids(1)
        await house.add([one], closed=LONG_AGO)
        await Housekeeping(house.office, house.vault, lambda: rules).purge()
        entry = metadata.tables["audit_entry"]
        rows = await house.office.read(lambda unit: unit.connection.execute(select(entry)).all())
        told = await house.office.read(lambda unit: [unit.audit.detail(row) for row in rows])
    assert told
    assert canary(one) not in str(told)


async def test_kills_in_the_middle_of_a_purge(tmp_path: Path) -> None:
    """However often it is killed: nothing sealed of what was due is on the disk, the rest is as it was to the byte."""
    ids = case_ids(CASES)
    due, kept = ids[:DUE], ids[DUE:]
    async with House(tmp_path) as house:
        await house.add(due, closed=LONG_AGO)
        await house.add(kept)
        await house.database.settle()  # type: ignore[attr-defined]
        traces = await _traces(house, due)
        before = await _held(house, kept)
    chance = random.Random(11)
    killed = 0
    for trial in range(KILLS):
        point = POINTS[trial % len(POINTS)]
        victim = start(purge_for_ever, str(tmp_path), point, chance.randrange(2))
        killed += live_a_while(victim, chance, 0.25) if point == "any moment" else ended_badly(victim)
    assert killed > KILLS * 0.7, "kills that hit a purge at work"
    finisher = start(purge_for_ever, str(tmp_path))
    finisher.join()
    assert finisher.exitcode == 0
    async with House(tmp_path) as house:
        assert await _held(house, kept) == before
        assert await house.office.read(waiting_files) == []
        left = await house.office.read(lambda unit: [one for one in due if unit.cases.get(one)])
        assert left == []
    disk = house.everything()
    assert [what for what, trace in traces if trace in disk] == []
    assert [one for one in due if canary(one).encode() in disk] == []


async def _traces(house: House, ids: Sequence[str]) -> list[tuple[str, bytes]]:
    """Pieces of everything sealed of these cases, as it lies on the disk now; each must be found there."""
    found: list[tuple[str, bytes]] = []
    for one in ids:
        rows = await house.database.read(partial(rows_of, case_id=one))
        values = [(name, value) for name, several in rows.items() for row in several for value in row]
        found += [(name, value[2:42]) for name, value in values if isinstance(value, bytes) and len(value) > 60]
        for file in await house.office.read(partial(_files, case_id=one)):
            found.append(("file", next(house.vault.folder.glob(f"??/{file.id}.*")).read_bytes()[:60]))
    disk = house.everything()
    assert [what for what, trace in found if trace not in disk] == []
    return found


def _files(unit: StoredWork, case_id: str) -> Sequence[CaseFile]:
    return unit.files.of_case(case_id)


async def _held(house: House, ids: Sequence[str]) -> Held:
    """All rows and bytes of these cases."""
    held: Held = {}
    for one in ids:
        rows = await house.database.read(partial(rows_of, case_id=one))
        files = await house.office.read(partial(_files, case_id=one))
        held[one] = (rows, b"".join(house.vault.get(file.id, key=file.key) for file in files))
    return held


async def test_without_its_key_a_case_cannot_be_read(tmp_path: Path) -> None:
    """Whoever kept a copy of the rows has nothing once the key is dropped."""
    async with House(tmp_path) as house:
        (one,) = case_ids(1)
        await house.add([one])
        assert canary(one) in str(await house.office.read(lambda unit: unit.cases.get(one)))
        await house.office.write(lambda unit: unit.connection.execute(delete(case_key)))
        with pytest.raises(SealBroken):
            await house.office.read(lambda unit: unit.cases.get(one))
