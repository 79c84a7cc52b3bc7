"""Officers, one-time codes, the identity vault and conversation partners, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from bot.clock import SteppedClock
from cases.messages import Address
from cases.model import Officer, OfficerRole, Secrecy
from cases.ports import Invitation, Reporter
from storage.chats import chat as chat_table
from storage.keys import KeyRing, SealBroken
from storage.migrate import upgrade
from storage.people import officer as officer_table
from storage.people import reporter as reporter_table
from storage.work import Office, StoredWork, new_id
from tests.databases import fresh_postgres, opened

TEXTS = st.sampled_from(("", "\0", "\ud83d", "Nguyễn Thị Tư", "\u202eن", "'; --")) | st.text(
    st.characters(), max_size=60
)
CODES = st.text("abcdefghij_-0123456789", min_size=1, max_size=20)
INSTANTS = st.none() | st.datetimes(datetime(1950, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
OFFICERS = st.builds(
    Officer,
    id=st.just("x"),
    locality=st.sampled_from(("xa-mau", "xa-ben")),
    name=TEXTS,
    body=CODES,
    roles=st.lists(st.sampled_from(OfficerRole), unique=True).map(tuple),
    post=TEXTS,
    extra_posts=st.lists(TEXTS, max_size=3).map(tuple),
    hamlet=TEXTS,
    relatives=st.lists(TEXTS, max_size=3).map(tuple),
    active=st.booleans(),
    pin_hash=CODES,
    chat=CODES,
    unlocked_until=INSTANTS,
    pin_failures=st.integers(0, 100),
)
REPORTERS = st.builds(
    Reporter,
    ref=st.just("x"),
    case_id=CODES,
    chat_key=CODES,
    secrecy=st.sampled_from(Secrecy),
    name=TEXTS,
    phone=TEXTS,
    lang=st.sampled_from(("vi", "en")),
    consent_version=st.integers(0, 99),
    consent_at=INSTANTS,
    created_at=INSTANTS,
    drop_after=st.none() | st.dates(),
)
NOTES = st.dictionaries(
    TEXTS, st.recursive(TEXTS | st.integers(-(2**53), 2**53), lambda inner: st.lists(inner, max_size=3))
)
slowly = settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def an_officer(name: str = "tu", **changes: object) -> Officer:
    """A handler at the Front."""
    return replace(Officer(name, "xa-mau", "Bà Tư", "mttq", (OfficerRole.HANDLER,)), **changes)  # type: ignore[arg-type]


@slowly
@given(entry=OFFICERS)
async def test_an_officer_comes_back_as_entered(any_office: Office, entry: Officer) -> None:
    """New and changed, with any name."""
    entry.id = new_id()
    await any_office.write(lambda unit: unit.people.save_officer(entry))
    assert await any_office.read(lambda unit: unit.people.officer(entry.id)) == entry
    entry.active, entry.name = not entry.active, entry.name + "+"
    await any_office.write(lambda unit: unit.people.save_officer(entry))
    assert await any_office.read(lambda unit: unit.people.officer(entry.id)) == entry


@slowly
@given(entry=REPORTERS)
async def test_an_identity_comes_back_as_left(any_office: Office, entry: Reporter) -> None:
    """New and changed, with any name and phone."""
    entry.ref, entry.chat_key = new_id(), new_id()
    for _ in range(2):
        await any_office.write(lambda unit: unit.people.save_reporter(entry))
        assert await any_office.read(lambda unit: unit.people.reporter(entry.ref)) == entry
        entry.name, entry.secrecy = entry.name + "+", Secrecy.OPEN
    assert len(await any_office.read(lambda unit: unit.people.reporters_of_chat(entry.chat_key))) == 1


async def test_lists_of_officers_hold_active_ones_of_the_place(any_office: Office) -> None:
    """The revoked and those of other communes and bodies are left out."""
    officers = (
        an_officer("a"),
        an_officer("b", active=False),
        an_officer("c", locality="xa-ben"),
        an_officer("d", body="ubnd"),
    )

    def work(unit: StoredWork) -> None:
        for one in officers:
            unit.people.save_officer(one)

    await any_office.write(work)
    assert [one.id for one in await any_office.read(lambda unit: unit.people.officers("xa-mau"))] == ["a", "d"]
    assert [one.id for one in await any_office.read(lambda unit: unit.people.officers("xa-mau", "mttq"))] == ["a"]


async def test_a_code_ties_once_even_when_tried_at_once(any_office: Office, clock: SteppedClock) -> None:
    """Ten phones with one code: one gets in."""
    invitation = Invitation("tu", clock() + timedelta(hours=24))
    await any_office.write(lambda unit: unit.people.invite("K7Q2-M4XH", invitation))
    claim = partial(any_office.write, lambda unit: unit.people.claim_invitation("K7Q2-M4XH", unit.now))
    found = await asyncio.gather(*(claim() for _ in range(10)))
    assert [one for one in found if one is not None] == [invitation]


async def test_a_code_dies_with_its_day(any_office: Office, clock: SteppedClock) -> None:
    """A late or unknown code ties nothing, and the code itself is stored nowhere."""
    await any_office.write(
        lambda unit: unit.people.invite("K7Q2-M4XH", Invitation("tu", clock() + timedelta(hours=24)))
    )
    codes = await any_office.read(
        lambda unit: unit.connection.execute(text("SELECT code FROM invitation")).scalars().all()
    )
    assert "K7Q2" not in codes[0]
    assert await any_office.write(lambda unit: unit.people.claim_invitation("K7Q2-M4XJ", unit.now)) is None
    clock.move(hours=24)
    assert await any_office.write(lambda unit: unit.people.claim_invitation("K7Q2-M4XH", unit.now)) is None


async def test_an_erased_identity_is_gone(any_office: Office) -> None:
    """The row goes; other entries of the same chat stay."""
    first, second = (Reporter(ref, ref, "chat", Secrecy.OPEN, name="Bà Tư") for ref in ("r1", "r2"))

    def work(unit: StoredWork) -> None:
        unit.people.save_reporter(first)
        unit.people.save_reporter(second)
        unit.people.drop_reporter("r1")

    await any_office.write(work)
    assert await any_office.read(lambda unit: unit.people.reporter("r1")) is None
    assert [one.ref for one in await any_office.read(lambda unit: unit.people.reporters_of_chat("chat"))] == ["r2"]


async def test_sealed_people_cannot_be_exchanged(any_office: Office) -> None:
    """A name moved to another officer's row, or an identity to another case, does not open."""

    def work(unit: StoredWork) -> None:
        for one in ("r1", "r2"):
            unit.people.save_officer(an_officer(one))
            unit.people.save_reporter(Reporter(one, one, "chat", Secrecy.OPEN, name=one))
        for table, key, column in (
            (officer_table, officer_table.c.id, "sealed_person"),
            (reporter_table, reporter_table.c.ref, "sealed_identity"),
        ):
            first = unit.connection.execute(select(table.c[column]).where(key == "r1")).scalar()
            unit.connection.execute(update(table).where(key == "r2").values({column: first}))

    await any_office.write(work)
    with pytest.raises(SealBroken):
        await any_office.read(lambda unit: unit.people.officer("r2"))
    with pytest.raises(SealBroken):
        await any_office.read(lambda unit: unit.people.reporter("r2"))


@slowly
@given(name=TEXTS, phone=TEXTS, notes=NOTES, seen=INSTANTS)
async def test_a_conversation_goes_on_where_it_stood(
    any_office: Office, name: str, phone: str, notes: dict[str, object], seen: datetime | None
) -> None:
    """Whatever a dialogue noted down, and whatever the messenger calls the person."""
    address = Address("telegram", new_id() + name, phone)

    def work(unit: StoredWork) -> None:
        chat = unit.chats.load(address)
        chat.talk, chat.last_contact_at, chat.consent_at = notes, seen, seen
        unit.chats.save(chat)

    await any_office.write(work)
    chat = await any_office.read(lambda unit: unit.chats.load(address))
    assert (chat.address, chat.talk, chat.last_contact_at, chat.consent_at, chat.fresh) == (
        address,
        notes,
        seen,
        seen,
        False,
    )


async def test_the_first_messages_of_one_person_at_once_make_one_chat(any_office: Office) -> None:
    """Ten at once, the chat not stored yet: one row, and no message's change is lost."""

    def work(unit: StoredWork, number: int) -> None:
        chat = unit.chats.load(Address("zalo-oa", "1"))
        chat.talk[str(number)] = number
        unit.chats.save(chat)

    await asyncio.gather(*(any_office.write(partial(work, number=number)) for number in range(10)))
    chat = await any_office.read(lambda unit: unit.chats.load(Address("zalo-oa", "1")))
    assert chat.talk == {str(number): number for number in range(10)}


async def test_one_transaction_sees_one_chat_object(any_office: Office) -> None:
    """Two parts of a use case that load the same chat change the same one."""

    def work(unit: StoredWork) -> bool:
        chat = unit.chats.load(Address("web", "s1"))
        unit.chats.save(chat)
        return unit.chats.get(chat.key) is chat and unit.chats.load(Address("web", "s1")) is chat

    assert await any_office.write(work)


async def test_people_with_equal_ids_on_two_channels_are_two(any_office: Office) -> None:
    """The key depends on channel and id, and on nothing that can be shifted between them."""
    keys = await any_office.read(
        lambda unit: [unit.chats.key_of(Address(*one)) for one in (("zalo", "1"), ("zalo1", ""), ("zal", "o1"))]
    )
    assert len(set(keys)) == 3


async def test_drafts_that_ran_out_are_found(any_office: Office, clock: SteppedClock) -> None:
    """Only those whose day has come."""

    def work(unit: StoredWork) -> None:
        for name, days in (("1", -1), ("2", 1), ("3", None)):
            chat = unit.chats.load(Address("web", name))
            chat.talk_expires_at = None if days is None else unit.now + timedelta(days=days)
            unit.chats.save(chat)

    await any_office.write(work)
    found = await any_office.write(lambda unit: unit.chats.expired(unit.now, 10))
    assert [chat.address.id for chat in found] == ["1"]


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """An empty PostgreSQL database."""
    with fresh_postgres(postgres) as url:
        yield url


@pytest.mark.postgres
async def test_a_draft_in_somebodys_hands_does_not_run_out(
    postgres_url: str, keys: KeyRing, clock: SteppedClock
) -> None:
    """While a resident's message is being handled, housekeeping passes that chat over instead of overwriting it."""

    def begin(unit: StoredWork) -> None:
        chat = unit.chats.load(Address("web", "1"))
        chat.talk, chat.talk_expires_at = {"draft": 1}, unit.now
        unit.chats.save(chat)

    async with opened(postgres_url) as database:
        await database.write(upgrade)
        office = Office(database, keys, clock)
        await office.write(begin)
        async with database._engine.begin() as busy:  # type: ignore[attr-defined]
            await busy.execute(select(chat_table).with_for_update())
            found = await asyncio.wait_for(office.write(lambda unit: unit.chats.expired(unit.now, 10)), 30)
        assert list(found) == []
        assert len(await office.write(lambda unit: unit.chats.expired(unit.now, 10))) == 1


async def test_days_and_instants_keep_their_kind(any_office: Office) -> None:
    """Instants come back aware and in UTC, days as days."""
    at = datetime(2026, 3, 2, 9, 30, 15, 123456, tzinfo=UTC)
    entry = Reporter("r", "c", "k", Secrecy.OPEN, consent_at=at, created_at=at, drop_after=date(2031, 3, 2))
    await any_office.write(lambda unit: unit.people.save_reporter(entry))
    found = await any_office.read(lambda unit: unit.people.reporter("r"))
    assert found is not None
    assert (found.created_at, found.created_at.utcoffset(), found.drop_after) == (at, timedelta(0), date(2031, 3, 2))  # type: ignore[union-attr]
