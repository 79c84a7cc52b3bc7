"""The desk's papers beside a case, on each database: sealed, ordered, and what became of messages."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text, update

from cases import deskwork
from cases.dialogues import Meeting
from cases.messages import Fate
from cases.notes import Note
from cases.requests import InfoRequest
from storage.desk import Meetings, Notes, Requests
from storage.desk_canned import CannedReply, delete_canned, list_canned, save_canned
from storage.desk_thread import Delivery, reachable, sent_to_reporter
from storage.outbox import HELD, outbox
from storage.work import Office, StoredWork
from tests.handlers.officer_cast import Bureau, open_any_bureau  # noqa: F401 - a fixture

MARK = "ChịHạnhQzk31"
DAY = date(2026, 3, 2)


async def test_papers_come_back_as_they_were(any_office: Office) -> None:
    """Notes, dialogues and requests."""
    meeting = Meeting("m1", "c1", "resident", DAY, "Làm rõ", "Thứ Hai", DAY, "Hai bên", "Đã rõ")
    request = InfoRequest("i1", "c1", "xa-mau", "ubnd", "Hồ sơ", DAY, date(2026, 3, 9), "lan", DAY, "Biên bản")

    def step(unit: StoredWork) -> tuple[object, ...]:
        note = Note("n1", "c1", "lan", unit.now, "Gọi lại")
        Notes(unit).add(note)
        Meetings(unit).add(meeting)
        Requests(unit).add(request)
        found = (Notes(unit).of_case("c1"), Meetings(unit).of_case("c1"), Requests(unit).of_case("c1"))
        return (*found, [note])

    notes, meetings, requests, wanted = await any_office.write(step)
    assert (notes, meetings, requests) == (wanted, [meeting], [request])


@pytest.mark.parametrize("table", ["case_note", "meeting", "info_request", "canned_reply"])
async def test_no_word_of_it_stands_in_clear(office: Office, table: str) -> None:
    """Everything an officer wrote is sealed in its row."""

    def step(unit: StoredWork) -> str:
        Notes(unit).add(Note("n1", "c1", "lan", unit.now, MARK))
        Meetings(unit).add(Meeting("m1", "c1", "resident", DAY, MARK, MARK, DAY, MARK, MARK))
        Requests(unit).add(InfoRequest("i1", "c1", "xa-mau", "ubnd", MARK, DAY, DAY, "lan", DAY, MARK))
        save_canned(unit, CannedReply("", "xa-mau", "", MARK, MARK))
        return repr(unit.connection.execute(text(f"SELECT * FROM {table}")).all())

    assert MARK not in await office.write(step)


# -- canned replies -------------------------------------------------------------------------------------------------


async def test_a_body_reads_its_own_sentences_and_everybodys(any_office: Office) -> None:
    """By title."""

    def step(unit: StoredWork) -> list[str]:
        for body, title in (("mttq", "Cảm ơn"), ("", "Bổ sung ảnh"), ("hnd", "Của Hội")):
            save_canned(unit, CannedReply("", "xa-mau", body, title, "…"))
        return [one.title for one in list_canned(unit, "xa-mau", "mttq")]

    assert await any_office.write(step) == ["Bổ sung ảnh", "Cảm ơn"]


async def test_a_sentence_is_changed_and_deleted(any_office: Office) -> None:
    """Under the same id."""

    def step(unit: StoredWork) -> tuple[list[str], bool, int]:
        key = save_canned(unit, CannedReply("", "xa-mau", "", "Cảm ơn", "Cảm ơn bà con"))
        save_canned(unit, CannedReply(key, "xa-mau", "", "Cảm ơn", "Xin cảm ơn bà con"))
        texts = [one.text for one in list_canned(unit, "xa-mau")]
        return texts, delete_canned(unit, "xa-mau", key), len(list_canned(unit, "xa-mau"))

    assert await any_office.write(step) == (["Xin cảm ơn bà con"], True, 0)


async def test_another_commune_changes_nothing(office: Office) -> None:
    """Neither by saving nor by deleting."""
    key = await office.write(lambda unit: save_canned(unit, CannedReply("", "xa-mau", "", "Cảm ơn", "…")))
    with pytest.raises(LookupError):
        await office.write(lambda unit: save_canned(unit, CannedReply(key, "xa-khac", "", "x", "y")))
    assert not await office.write(lambda unit: delete_canned(unit, "xa-khac", key))


# -- what became of messages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "delivery"),
    [
        ("queued", Delivery.QUEUED),
        (HELD, Delivery.HELD),
        (Fate.SENT.value, Delivery.SENT),
        (Fate.GONE.value, Delivery.GONE),
        (Fate.REFUSED.value, Delivery.REFUSED),
        (Fate.UNKNOWN.value, Delivery.UNKNOWN),
    ],
)
async def test_each_state_of_the_outbox_is_told(any_bureau: Bureau, state: str, delivery: Delivery) -> None:
    """By what the message was about."""
    case = await any_bureau.triaged()
    await any_bureau.act(deskwork.write_to_reporter, "lan", case, "Hố ở đoạn nào ạ?")

    def step(unit: StoredWork) -> dict[str, Delivery]:
        mine = outbox.c.effect_key.like("%wrote%")
        unit.connection.execute(update(outbox).where(mine).values(state=state))
        found = unit.cases.get(case.id)
        assert found is not None
        return {one.effect.partition(":")[0]: one.delivery for one in sent_to_reporter(unit, found)}

    assert (await any_bureau.office.write(step))["wrote"] is delivery


async def test_officers_own_notices_are_no_part_of_it(any_bureau: Bureau) -> None:
    """Only what went to the sender."""
    case = await any_bureau.forwarded()
    found = await any_bureau.office.read(lambda unit: sent_to_reporter(unit, case))
    assert {one.effect.partition(":")[0] for one in found} == {"triaged", "forwarded"}


async def test_an_erased_sender_is_not_reachable(any_bureau: Bureau) -> None:
    """And nothing is listed."""
    case = await any_bureau.triaged()
    await any_bureau.office.write(lambda unit: unit.people.drop_reporter(case.reporter))
    assert not await any_bureau.office.read(lambda unit: reachable(unit, case))
    assert await any_bureau.office.read(lambda unit: sent_to_reporter(unit, case)) == []
