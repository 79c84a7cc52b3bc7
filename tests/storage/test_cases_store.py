"""Cases in and out of both databases: every field as it was, numbers without gaps, nobody's change overwritten."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from cases.model import (
    Case,
    CaseEvent,
    Extension,
    Kind,
    Outcome,
    Priority,
    Secrecy,
    State,
    Subject,
    Verdict,
    WrittenReply,
)
from cases.ports import CaseQuery, Stale
from storage.case_store import case as case_table
from storage.keys import SealBroken
from storage.work import Office, StoredWork, new_id
from tests.cases import cast

HARD_TEXTS = (
    "",
    "\0 đầu và cuối \0",
    "nửa hình \ud83d \ude00 nửa kia",
    "مرحبا \u202e đảo chữ",
    "Đường hỏng",
    "Đường hỏng",
    "👩‍👩‍👧‍👦" * 20,
    '\'; DROP TABLE "case"; --',
    "<script>{{ 7*7 }}</script> {text} %s",
    "\x01\x07\x1b[31m\r\n\t\u2028\ufeff",
    "a" * 100_000,
)
TEXTS = st.sampled_from(HARD_TEXTS) | st.text(st.characters(), max_size=80)
DAYS = st.dates(date(1900, 1, 1), date(2200, 1, 1))
INSTANTS = st.datetimes(datetime(1950, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
CODES = st.text("abcdefghijklmnopqrstuvwxyz_-0123456789", min_size=1, max_size=32)
EXTENSIONS = st.builds(
    Extension, asked_on=DAYS, due_on=DAYS, reason=TEXTS, doc_no=TEXTS, doc_date=DAYS, signed_by=TEXTS
)
REPLIES = st.builds(
    WrittenReply,
    doc_no=TEXTS,
    doc_date=DAYS,
    signed_by=TEXTS,
    addressees=st.lists(TEXTS, max_size=3).map(tuple),
    file_id=CODES,
    file_sha256=CODES,
    outcome=st.sampled_from(Outcome),
    summary=TEXTS,
    recorded_on=DAYS,
    violation_found=st.booleans(),
)
SEVERAL = st.lists(CODES, max_size=3).map(tuple)
CASES = st.builds(
    Case,
    id=st.just("x"),
    locality=st.just("xa-mau"),
    code=st.just("x"),
    kind=st.sampled_from(Kind),
    subject=st.sampled_from(Subject),
    topic=CODES,
    suggested_topic=CODES,
    state=st.sampled_from(State),
    channel=st.sampled_from(("web", "telegram", "zalo-oa", "zalo-bot")),
    receiving_body=CODES,
    competent_authority=CODES,
    profile=CODES,
    submitted_at=INSTANTS,
    **dict.fromkeys(("text", "subject_note", "place", "happened", "receipt_proof", "verdict_note"), TEXTS),
    **dict.fromkeys(("latitude", "longitude"), st.none() | st.floats(-180, 180)),
    **dict.fromkeys(("subject_posts", "excluded_bodies", "excluded_officers", "hidden_from"), SEVERAL),
    **dict.fromkeys(("triaged_at", "forwarded_at", "answered_at", "relayed_at", "closed_at"), st.none() | INSTANTS),
    **dict.fromkeys(("forward_doc_date", "first_received_on", "received_on", "due_on"), st.none() | DAYS),
    **dict.fromkeys(("subject_body", "hamlet", "work", "reporter", "matter", "linked_case", "assignee"), CODES),
    **dict.fromkeys(("clock_version", "calendar_version", "urgings", "version"), st.integers(0, 10_000)),
    next_nudge_at=st.none() | INSTANTS,
    secrecy=st.sampled_from(Secrecy),
    priority=st.sampled_from(Priority),
    extension=st.none() | EXTENSIONS,
    reply=st.none() | REPLIES,
    verdict=st.none() | st.sampled_from(Verdict),
)
slowly = settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def a_case(number: int = 1, **changes: Any) -> Case:
    """A plain case."""
    story: dict[str, Any] = {
        "id": f"case{number}",
        "code": f"PA-2026-{number:06d}",
        "subject": Subject.PROJECT,
        "topic": "project.quality",
        "state": State.SUBMITTED,
        "channel": "telegram",
        "receiving_body": "bgsdtcd",
        "submitted_at": datetime(2026, 3, 2, 2, tzinfo=UTC),
        "text": f"lời số {number}",
        "reporter": "",
        "forwarded_at": None,
        "received_on": None,
        "due_on": None,
    }
    return cast.a_case(**story | changes)


async def add(office: Office, *cases: Case) -> None:
    """Store cases; the receipt code is the id."""

    def work(unit: StoredWork) -> None:
        for one in cases:
            unit.cases.add(one, one.id)

    await office.write(work)


async def change(office: Office, case_id: str, edit: Callable[[Case], None]) -> None:
    """Read, edit, save."""

    def work(unit: StoredWork) -> None:
        found = unit.cases.get(case_id)
        assert found is not None
        edit(found)
        unit.cases.save(found)

    await office.write(work)


@slowly
@given(entry=CASES)
async def test_a_case_comes_back_as_it_was(any_office: Office, entry: Case) -> None:
    """Whatever people wrote in whatever field, on both databases, when added and when saved."""
    entry.id = new_id()
    entry.code = entry.id[:20]
    await add(any_office, entry)
    assert await any_office.read(lambda unit: unit.cases.get(entry.id)) == entry
    await any_office.write(lambda unit: unit.cases.save(entry))
    assert await any_office.read(lambda unit: unit.cases.by_receipt(entry.id)) == entry


@slowly
@given(entry=CASES)
async def test_nothing_of_the_old_content_stays_after_a_save(any_office: Office, entry: Case) -> None:
    """A plain case overwritten with any other is that other in every field."""
    plain = a_case(1, id=new_id(), code=new_id()[:20])
    await add(any_office, plain)
    wanted = replace(entry, id=plain.id, code=plain.code, version=0)
    await any_office.write(lambda unit: unit.cases.save(wanted))
    assert await any_office.read(lambda unit: unit.cases.get(plain.id)) == wanted


@slowly
@given(data=st.dictionaries(TEXTS, TEXTS | st.integers(-(2**53), 2**53) | st.lists(TEXTS, max_size=2), max_size=3))
async def test_history_keeps_what_was_noted(any_office: Office, data: dict[str, object]) -> None:
    """Events come back in order, with any text in their data."""
    case_id, at = new_id(), datetime(2026, 3, 2, tzinfo=UTC)
    events = [CaseEvent(case_id, at, "added", "resident", data), CaseEvent(case_id, at, "closed", "officer")]

    def work(unit: StoredWork) -> None:
        for event in events:
            unit.cases.log(event)

    await any_office.write(work)
    assert await any_office.read(lambda unit: unit.cases.history(case_id)) == events


async def test_a_change_made_meanwhile_is_not_overwritten(any_office: Office) -> None:
    """Two officers open the same case; the second to save must read again."""
    await add(any_office, a_case())
    first = await any_office.read(lambda unit: unit.cases.get("case1"))
    second = await any_office.read(lambda unit: unit.cases.get("case1"))
    assert first is not None
    assert second is not None
    first.topic, second.topic = "project.delay", "env.waste"
    await any_office.write(lambda unit: unit.cases.save(first))
    with pytest.raises(Stale):
        await any_office.write(lambda unit: unit.cases.save(second))
    kept = await any_office.read(lambda unit: unit.cases.get("case1"))
    assert kept is not None
    assert (kept.topic, kept.version) == ("project.delay", 1)


async def test_thirty_changes_at_once_are_all_made(any_office: Office) -> None:
    """A case read for change is locked: no change is lost and nobody meets `Stale`."""
    await add(any_office, a_case())

    def urge(case: Case) -> None:
        case.urgings += 1

    await asyncio.gather(*(change(any_office, "case1", urge) for _ in range(30)))
    kept = await any_office.read(lambda unit: unit.cases.get("case1"))
    assert kept is not None
    assert (kept.urgings, kept.version) == (30, 30)


async def test_content_moved_between_cases_does_not_open(any_office: Office) -> None:
    """Whoever swaps two sealed contents in the database gets neither case read."""
    await add(any_office, a_case(1), a_case(2))

    def swap(unit: StoredWork) -> None:
        content = select(case_table.c.sealed_content)
        one, two = (unit.connection.execute(content.where(case_table.c.id == f"case{n}")).scalar() for n in (1, 2))
        for case_id, sealed in (("case1", two), ("case2", one)):
            changed = update(case_table).where(case_table.c.id == case_id).values(sealed_content=sealed)
            unit.connection.execute(changed)

    await any_office.write(swap)
    for case_id in ("case1", "case2"):
        with pytest.raises(SealBroken):
            await any_office.read(lambda unit, case_id=case_id: unit.cases.get(case_id))  # type: ignore[misc]


async def test_a_receipt_code_is_not_stored(any_office: Office) -> None:
    """Only its keyed hash is, which finds the case."""
    await any_office.write(lambda unit: unit.cases.add(a_case(), "7KQ2M4XH9PTRZW5C"))
    found = await any_office.read(lambda unit: unit.cases.by_receipt("7KQ2M4XH9PTRZW5C"))
    stored = await any_office.read(lambda unit: unit.connection.execute(select(case_table.c.receipt)).scalar())
    assert found == a_case()
    assert "7KQ2" not in str(stored)
    assert await any_office.read(lambda unit: unit.cases.by_receipt("7KQ2M4XH9PTRZW5D")) is None


async def test_a_case_number_belongs_to_its_place(any_office: Office) -> None:
    """The same number in another commune is another case."""
    await add(any_office, a_case(1), a_case(2, code="PA-2026-000001", locality="xa-ben"))
    found = await any_office.read(lambda unit: unit.cases.by_code("xa-ben", "PA-2026-000001"))
    assert found is not None
    assert found.id == "case2"
    assert await any_office.read(lambda unit: unit.cases.by_code("xa-khac", "PA-2026-000001")) is None


QUERIES = (
    (CaseQuery(), "1234"),
    (CaseQuery(locality="xa-ben"), "4"),
    (CaseQuery(states=frozenset({State.RECEIVED, State.CLOSED})), "23"),
    (CaseQuery(receiving_body="mttq"), "3"),
    (CaseQuery(authority="ubnd_tinh"), "4"),
    (CaseQuery(matter="m1"), "12"),
    (CaseQuery(linked_case="case1"), "4"),
    (CaseQuery(clock_running=True), "2"),
    (CaseQuery(nudge_before=datetime(2026, 3, 5, tzinfo=UTC)), "2"),
    (CaseQuery(submitted_from=date(2026, 3, 3)), "34"),
    (CaseQuery(submitted_to=date(2026, 3, 3)), "12"),
    (CaseQuery(limit=2), "12"),
)


async def test_lists_hold_what_was_asked_for(any_office: Office) -> None:
    """Each condition restricts; days are local: 17:00 UTC on the 2nd is the 3rd in Vietnam."""
    late, nudge = datetime(2026, 3, 2, 17, tzinfo=UTC), datetime(2026, 3, 5, tzinfo=UTC)
    await add(
        any_office,
        a_case(4, locality="xa-ben", competent_authority="ubnd_tinh", linked_case="case1", submitted_at=late),
        a_case(1, matter="m1"),
        a_case(2, matter="m1", state=State.RECEIVED, next_nudge_at=nudge),
        a_case(3, state=State.CLOSED, receiving_body="mttq", submitted_at=late),
    )
    found = [await any_office.read(lambda unit, q=query: unit.cases.find(q)) for query, _ in QUERIES]  # type: ignore[misc]
    assert ["".join(one.id[-1] for one in cases) for cases in found] == [wanted for _, wanted in QUERIES]
