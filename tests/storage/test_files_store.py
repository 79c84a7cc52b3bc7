"""What is known of evidence: fields as they were, drafts that become a case's, and what is still to be fetched."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from bot.clock import SteppedClock
from cases.messages import FileKind, FileRef
from cases.ports import CaseFile, FileState
from storage.files import case_file
from storage.keys import SealBroken
from storage.work import Office, StoredWork, new_id

TEXTS = st.sampled_from(("", "\0", "\ud83d", "ảnh đường.jpg", "../../etc/passwd", "\u202egpj")) | st.text(
    st.characters(), max_size=60
)
CODES = st.text("abcdefghij_-0123456789", min_size=1, max_size=20)
INSTANTS = st.datetimes(datetime(1950, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
SIZES = st.integers(0, 2**31 - 1)


@st.composite
def files(draw: st.DrawFn) -> CaseFile:
    """Any file; the size known is the size of its source."""
    size = draw(SIZES)
    return CaseFile(
        id=new_id(),
        case_id=draw(CODES),
        chat_key=draw(CODES),
        purpose=draw(st.sampled_from(("evidence", "reply", "extension", "proof"))),
        source=FileRef(draw(st.sampled_from(FileKind)), draw(TEXTS), draw(TEXTS), size, draw(TEXTS)),
        channel=draw(st.sampled_from(("web", "telegram", "zalo-oa"))),
        added_at=draw(INSTANTS),
        state=draw(st.sampled_from(FileState)),
        sha256=draw(CODES),
        size=size,
        mime=draw(CODES),
        attempts=draw(st.integers(0, 100)),
        next_try_at=draw(st.none() | INSTANTS),
        fault=draw(CODES),
    )


def a_file(name: str, at: datetime, **changes: Any) -> CaseFile:
    """A photo of a draft."""
    return replace(CaseFile(name, "", "chat", "evidence", FileRef(FileKind.PHOTO, name), "telegram", at), **changes)


async def add(office: Office, *entries: CaseFile) -> None:
    """Store files."""

    def work(unit: StoredWork) -> None:
        for one in entries:
            unit.files.add(one)

    await office.write(work)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entry=files())
async def test_a_file_comes_back_as_it_was(any_office: Office, entry: CaseFile) -> None:
    """Names and handles may hold anything."""
    await add(any_office, entry)
    assert await any_office.read(lambda unit: unit.files.get(entry.id)) == entry
    changed = replace(entry, state=FileState.FAILED, attempts=entry.attempts + 1, fault="gone")
    await any_office.write(lambda unit: unit.files.save(changed))
    assert await any_office.read(lambda unit: unit.files.get(entry.id)) == changed


async def test_a_file_of_four_gigabytes_does_not_stop_the_report(any_office: Office, clock: SteppedClock) -> None:
    """Telegram tells sizes beyond 32 bits; the file is refused later, the message is taken."""
    await add(any_office, a_file("big", clock(), source=FileRef(FileKind.VIDEO, "big", size=4_000_000_000)))
    found = await any_office.read(lambda unit: unit.files.get("big"))
    assert found is not None
    assert found.size >= 2_000_000_000


async def test_a_draft_s_files_go_to_its_case(any_office: Office, clock: SteppedClock) -> None:
    """All of this chat's, in the order they came, and no other's."""
    first, second = a_file("b", clock()), a_file("a", clock() + timedelta(seconds=1))
    await add(any_office, second, first, a_file("c", clock(), chat_key="other"))
    assert [one.id for one in await any_office.read(lambda unit: unit.files.of_draft("chat"))] == ["b", "a"]
    assert await any_office.write(lambda unit: unit.files.claim_draft("chat", "case1")) == 2
    assert [one.id for one in await any_office.read(lambda unit: unit.files.of_case("case1"))] == ["b", "a"]
    assert await any_office.read(lambda unit: unit.files.of_draft("chat")) == []


async def test_a_forgotten_draft_leaves_a_case_s_files_alone(any_office: Office, clock: SteppedClock) -> None:
    """Dropping concerns files that belong to no case yet."""
    await add(any_office, a_file("a", clock()), a_file("b", clock(), case_id="case1"))
    assert await any_office.write(lambda unit: unit.files.drop_draft("chat")) == 1
    assert await any_office.read(lambda unit: unit.files.get("a")) is None
    assert await any_office.read(lambda unit: unit.files.get("b")) is not None


async def test_only_what_is_due_is_fetched(any_office: Office, clock: SteppedClock) -> None:
    """New ones and those whose next try has come, oldest first; stored and failed ones never."""
    at = clock()
    await add(
        any_office,
        a_file("later", at, next_try_at=at + timedelta(minutes=1)),
        a_file("again", at + timedelta(seconds=1), next_try_at=at),
        a_file("new", at),
        a_file("stored", at, state=FileState.STORED),
        a_file("failed", at, state=FileState.FAILED),
    )
    found = await any_office.read(lambda unit: unit.files.pending(at, 10))
    assert [one.id for one in found] == ["new", "again"]


async def test_a_handle_moved_to_another_file_does_not_open(any_office: Office, clock: SteppedClock) -> None:
    """The messenger's handle is sealed for its own row."""
    await add(any_office, a_file("a", clock()), a_file("b", clock()))

    def swap(unit: StoredWork) -> None:
        sealed = unit.connection.execute(select(case_file.c.sealed_source).where(case_file.c.id == "a")).scalar()
        unit.connection.execute(update(case_file).where(case_file.c.id == "b").values(sealed_source=sealed))

    await any_office.write(swap)
    with pytest.raises(SealBroken):
        await any_office.read(lambda unit: unit.files.get("b"))
