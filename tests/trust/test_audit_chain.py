"""The audit chain: whole as written; whatever is done to it later shows against a head published before."""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bot.clock import SteppedClock
from storage.audit import BEGINNING, CHAIN, Head, detail_bytes, entry_table, head_table, next_head
from storage.audit_check import Anchor, check_chain
from storage.keys import KeyRing
from storage.work import Office, StoredWork

SOAK = bool(os.environ.get("HOIAM_SOAK"))
ENTRIES, TAMPERINGS = (10_000, 1_001) if SOAK else (1_000, 105)
WORDS = ("case_viewed", "file_opened", "exported", "role_granted", "signed_in")
Tampering = Callable[[Connection, random.Random, "Chain"], None]


class Undone(Exception):
    """Takes a tampering back."""


class Chain:
    """The chain as it was, for the tests to know what they spoil."""

    def __init__(self, head: Head, anchor: Anchor, keys: KeyRing) -> None:
        self.head, self.anchor, self.keys = head, anchor, keys

    def some(self, chance: random.Random, least: int = 1) -> int:
        """A position that the published head covers."""
        return chance.randint(least, self.anchor.position)


async def filled(office: Office, clock: SteppedClock, entries: int) -> None:
    """So many entries, some with a detail, a few in each transaction."""
    for start in range(0, entries, 100):
        clock.move(seconds=60)
        await office.write(partial(_some, numbers=range(start, min(start + 100, entries))))


def _some(unit: StoredWork, numbers: range) -> None:
    for number in numbers:
        detail = {"file": f"f{number}"} if number % 3 else None
        unit.audit.enter(WORDS[number % 5], actor=f"officer{number % 7}", case_id=f"c{number % 50}", detail=detail)


# -- what somebody with the database could do -------------------------------------------------------------------------


def edit(connection: Connection, chance: random.Random, chain: Chain) -> None:
    """One field of one entry says something else."""
    row = _row(connection, chain.some(chance))
    values = {
        "what": "signed_out",
        "actor": "somebody",
        "case_id": "c9999",
        "at": row.at + timedelta(microseconds=1),
        "detail_hash": "0" * 64,
        "head": "f" * 64,
        "sealed_detail": chain.keys.seal_bytes("audit_entry.sealed_detail", str(row.position), b'["",{}]'),
    }
    name = chance.choice(sorted(values))
    connection.execute(update(entry_table).where(entry_table.c.position == row.position).values({name: values[name]}))


def remove(connection: Connection, chance: random.Random, chain: Chain) -> None:
    """One entry is gone, and those after it moved up so that no number is missing."""
    position = chain.some(chance)
    connection.execute(delete(entry_table).where(entry_table.c.position == position))
    if chance.random() < 0.5:
        _shift(connection, position, -1)


def slip_in(connection: Connection, chance: random.Random, chain: Chain) -> None:
    """An entry that nobody made, between two others or with a number of its own."""
    position = chain.some(chance)
    row = dict(_row(connection, position)._mapping)
    _shift(connection, position - 1, 1)
    connection.execute(insert(entry_table), {**row, "what": "rule_changed"})


def reorder(connection: Connection, chance: random.Random, chain: Chain) -> None:
    """Two entries change places, all they say with them."""
    first, second = sorted(chance.sample(range(1, chain.anchor.position + 1), 2))
    for position, other in ((first, -1), (second, first), (-1, second)):
        connection.execute(update(entry_table).where(entry_table.c.position == position).values(position=other))


def cut_tail(connection: Connection, chance: random.Random, chain: Chain) -> None:
    """The last entries are gone, and the head says so: what is left fits in itself."""
    last = chain.some(chance) - 1
    connection.execute(delete(entry_table).where(entry_table.c.position > last))
    _set_head(connection, Head(last, _row(connection, last).head if last else BEGINNING))


def rewrite_all(connection: Connection, chance: random.Random, chain: Chain) -> None:
    """Everything is calculated anew from one changed entry on: a chain without a flaw, and not the one published."""
    position = chain.some(chance)
    change = update(entry_table).where(entry_table.c.position == position)
    connection.execute(change.values(actor="somebody-else"))
    _recalculate(connection, position)


def rewrite_shorter(connection: Connection, chance: random.Random, chain: Chain) -> None:
    """One entry is taken out and everything calculated anew: numbers, heads, the head's row."""
    position = chain.some(chance)
    connection.execute(delete(entry_table).where(entry_table.c.position == position))
    rows = connection.execute(select(entry_table).where(entry_table.c.position > position)).all()
    _shift(connection, position, -1)
    fresh = []
    for row in rows:  # their details too, sealed where they stand now
        kept = detail_bytes({}) if row.sealed_detail else None
        sealed = chain.keys.seal_bytes("audit_entry.sealed_detail", str(row.position - 1), kept) if kept else None
        fresh.append({"place": row.position - 1, "fresh": sealed, "hash": _hash(kept)})
    change = update(entry_table).where(entry_table.c.position == bindparam("place"))
    if fresh:
        connection.execute(change.values(sealed_detail=bindparam("fresh"), detail_hash=bindparam("hash")), fresh)
    _recalculate(connection, position)


CLASSES: tuple[Tampering, ...] = (edit, remove, slip_in, reorder, cut_tail, rewrite_all, rewrite_shorter)


def _hash(kept: bytes | None) -> str:
    return hashlib.sha256(kept).hexdigest() if kept else ""


def _row(connection: Connection, position: int) -> Any:
    return connection.execute(select(entry_table).where(entry_table.c.position == position)).one()


def _shift(connection: Connection, after: int, by: int) -> None:
    far = 10**9
    later = entry_table.c.position > after
    connection.execute(update(entry_table).where(later).values(position=entry_table.c.position + far + by))
    connection.execute(
        update(entry_table).where(entry_table.c.position > far / 2).values(position=entry_table.c.position - far)
    )


def _recalculate(connection: Connection, start: int) -> None:
    before = _row(connection, start - 1).head if start > 1 else BEGINNING
    rows = connection.execute(
        select(entry_table).where(entry_table.c.position >= start).order_by(entry_table.c.position)
    ).all()
    fresh = []
    for row in rows:
        before = next_head(before, row._asdict())
        fresh.append({"place": row.position, "fresh": before})
    change = update(entry_table).where(entry_table.c.position == bindparam("place")).values(head=bindparam("fresh"))
    if fresh:
        connection.execute(change, fresh)
    _set_head(connection, Head(rows[-1].position if rows else start - 1, before))


def _set_head(connection: Connection, head: Head) -> None:
    change = update(head_table).where(head_table.c.name == CHAIN)
    connection.execute(change.values(position=head.position, head=head.head))


# -- the tests --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tampering", CLASSES)
async def test_every_tampering_shows_against_the_published_head(
    office: Office, clock: SteppedClock, keys: KeyRing, tampering: Tampering
) -> None:
    """Each class of tampering, at random places: found every time, although entries were added after the head left."""
    await filled(office, clock, ENTRIES)
    published = await office.read(lambda unit: unit.audit.head())
    await filled(office, clock, 20)
    anchor = Anchor(published.head)
    chain = Chain(await office.read(lambda unit: unit.audit.head()), Anchor(published.head, published.position), keys)
    assert (await office.read(lambda unit: check_chain(unit, [anchor]))).whole
    for number in range(TAMPERINGS // len(CLASSES)):
        chance = random.Random(f"{tampering.__name__} {number}")

        def spoil(unit: StoredWork, chance: random.Random = chance) -> None:
            tampering(unit.connection, chance, chain)
            assert not check_chain(unit, [anchor]).whole
            raise Undone

        with pytest.raises(Undone):
            await office.write(spoil)
    assert (await office.read(lambda unit: check_chain(unit, [anchor]))).whole


async def test_the_first_bad_entry_is_named_with_its_day(office: Office, clock: SteppedClock) -> None:
    """Position and day of what was changed, not of what follows from it."""
    await filled(office, clock, 300)
    change = update(entry_table).where(entry_table.c.position == 123).values(actor="somebody")
    await office.write(lambda unit: unit.connection.execute(change) and None)
    flaw = (await office.read(check_chain)).flaw
    assert flaw is not None
    assert (flaw.what, flaw.position, str(flaw.day)) == ("changed", 123, "2026-03-02")


async def test_a_cut_tail_is_told_by_where_the_chain_ends(office: Office, clock: SteppedClock) -> None:
    """A head published with its position names the first entry that is not there any more."""
    await filled(office, clock, 200)
    anchor = Anchor.read("{0.position}:{0.head}".format(await office.read(lambda unit: unit.audit.head())))

    def cut(unit: StoredWork) -> None:
        unit.connection.execute(delete(entry_table).where(entry_table.c.position > 150))
        _set_head(unit.connection, Head(150, _row(unit.connection, 150).head))

    await office.write(cut)
    flaw = (await office.read(lambda unit: check_chain(unit, [anchor]))).flaw
    assert flaw is not None
    assert (flaw.what, flaw.position) == ("cut", 151)


async def test_an_empty_chain_is_whole(any_office: Office) -> None:
    """Before the first entry there is nothing to find, on both databases."""
    found = await any_office.read(check_chain)
    assert (found.whole, found.head) == (True, Head(0, BEGINNING))


async def test_a_step_that_fails_leaves_no_entry(any_office: Office) -> None:
    """What was not done is not in the chain, and what follows takes its place."""

    def fail(unit: StoredWork) -> None:
        unit.audit.enter("exported", actor="lan")
        raise KeyError

    with pytest.raises(KeyError):
        await any_office.write(fail)
    await any_office.write(lambda unit: unit.audit.enter("signed_in", actor="lan"))
    found = await any_office.read(check_chain)
    assert (found.whole, found.head.position) == (True, 1)


async def test_nothing_is_entered_while_reading(office: Office) -> None:
    """An entry that would be lost is an error where it is written."""
    with pytest.raises(RuntimeError):
        await office.read(lambda unit: unit.audit.enter("case_viewed", actor="lan"))


async def test_details_are_sealed_and_come_back(office: Office, tmp_path: Any) -> None:
    """The database shows neither the words of a detail nor, by its hash, whether it is a guessed word."""
    detail = {"reason": "người dân gọi cấp cứu"}
    await office.write(lambda unit: unit.audit.enter("emergency_opened", actor="lan", case_id="c1", detail=detail))
    row = await office.read(lambda unit: unit.connection.execute(select(entry_table)).one())
    assert await office.read(lambda unit: unit.audit.detail(row)) == detail
    assert "cấp cứu".encode() not in (tmp_path / "hoiam.db").read_bytes()
    assert detail_bytes(detail) != detail_bytes(detail)


async def test_a_detail_sealed_anew_leaves_the_chain_whole(office: Office, keys: KeyRing) -> None:
    """A key may be changed: the chain holds the hash of what is sealed, not of its sealed form."""
    await office.write(lambda unit: unit.audit.enter("exported", actor="lan", detail={"form": "csv"}))

    def seal_again(unit: StoredWork) -> None:
        row = _row(unit.connection, 1)
        kept = keys.open_bytes("audit_entry.sealed_detail", "1", row.sealed_detail)
        fresh = keys.seal_bytes("audit_entry.sealed_detail", "1", kept)
        assert fresh != row.sealed_detail
        unit.connection.execute(update(entry_table).values(sealed_detail=fresh))

    await office.write(seal_again)
    assert (await office.read(check_chain)).whole
