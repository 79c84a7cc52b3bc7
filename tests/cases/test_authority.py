"""The authority's steps and the written answer: each with what it refuses."""

from datetime import date

import pytest

from cases import answers, authority
from cases.casework import Hidden, Refused
from cases.clocks import ClockError
from cases.lifecycle import ReplyIncomplete
from cases.messages import FileKind, FileRef
from cases.model import State, Subject, Verdict
from cases.ports import CaseFile
from tests.handlers.officer_cast import Bureau, an_answer, open_bureau  # noqa: F401 - a fixture

MONDAY = date(2026, 3, 2)
EXTENSION = ("phải xác minh nhiều nơi", "46/UBND", date(2026, 3, 27), "Chủ tịch UBND")


async def test_acknowledging_starts_the_clock(bureau: Bureau) -> None:
    """The contact's day of receipt starts the 20 working days; desk and resident hear the last one."""
    case = await bureau.forwarded()
    for who in ("lan", "resident"):
        await bureau.news(who)
    await bureau.act(authority.acknowledge, "tuan", case, MONDAY)
    found = await bureau.now(case)
    assert (found.state, found.received_on, found.due_on) == (State.RECEIVED, MONDAY, date(2026, 3, 30))
    assert "30/03/2026" in await bureau.news("lan")
    assert "30/03/2026" in await bureau.news()


async def test_acknowledging_a_day_to_come(bureau: Bureau) -> None:
    """Today or earlier."""
    case = await bureau.forwarded()
    with pytest.raises(ClockError, match="received_in_future"):
        await bureau.act(authority.acknowledge, "tuan", case, date(2026, 3, 3))


@pytest.mark.parametrize("who", ["son", "dung", "hoa", "long"])
async def test_another_authority_finds_no_case(bureau: Bureau, who: str) -> None:
    """Not yours and not there are the same answer."""
    case = await bureau.forwarded()
    with pytest.raises(Hidden):
        await bureau.act(authority.acknowledge, who, case, MONDAY)


async def test_delegating(bureau: Bureau) -> None:
    """A unit works on it; the term stays with the authority; the resident hears it once."""
    case = await bureau.received()
    await bureau.news()
    await bureau.act(authority.delegate, "tuan", case, "p_kinh_te")
    await bureau.act(authority.delegate, "tuan", case, "tổ công tác số 1")
    found = await bureau.now(case)
    assert (found.state, found.assigned_unit, found.due_on) == (
        State.IN_PROGRESS,
        "tổ công tác số 1",
        date(2026, 3, 30),
    )
    assert (await bureau.news()).count(case.code) == 1


async def test_delegating_to_a_foreign_body(bureau: Bureau) -> None:
    """Only the authority's own units; other bodies of the directory would see a case that is not theirs."""
    case = await bureau.received()
    with pytest.raises(Refused, match="conflict_body"):
        await bureau.act(authority.delegate, "tuan", case, "hdnd")


async def test_extension_is_capped_at_the_30th_day(bureau: Bureau) -> None:
    """SV-14: asking for 30 more gives the 30th working day from receipt, not the 50th."""
    case = await bureau.received()
    await bureau.wait("2026-03-27")
    await bureau.act(authority.extend, "tuan", case, 30, *EXTENSION)
    found = await bureau.now(case)
    assert (found.state, found.extended_due_on, found.clock_version) == (State.EXTENDED, date(2026, 4, 13), 2)
    assert "13/04/2026" in await bureau.news()


async def test_extension_only_once(bureau: Bureau) -> None:
    """A second one is refused with the date of the first."""
    case = await bureau.received()
    await bureau.wait("2026-03-27")
    await bureau.act(authority.extend, "tuan", case, 5, *EXTENSION)
    with pytest.raises(Refused, match="extension_twice"):
        await bureau.act(authority.extend, "tuan", case, 5, *EXTENSION)


async def test_extension_too_late(bureau: Bureau) -> None:
    """On day 21 the case stays overdue."""
    case = await bureau.received()
    await bureau.wait("2026-03-31")
    with pytest.raises(Refused, match="extension_late"):
        await bureau.act(authority.extend, "tuan", case, 10, *EXTENSION)


async def test_extension_needs_a_document(bureau: Bureau) -> None:
    """No number, no extension."""
    case = await bureau.received()
    with pytest.raises(ClockError, match="extension_no_document"):
        await bureau.act(authority.extend, "tuan", case, 10, "lý do", "", MONDAY, "Chủ tịch")


async def test_the_desk_cannot_extend(bureau: Bureau) -> None:
    """Only the authority asks for more time."""
    case = await bureau.received()
    with pytest.raises(Refused, match="not_now"):
        await bureau.act(authority.extend, "lan", case, 10, *EXTENSION)


async def test_returning_ends_the_clock(bureau: Bureau) -> None:
    """The clock is gone, the first day of receipt stays, the authority sees it no more, the desk must choose anew."""
    case = await bureau.received()
    await bureau.act(authority.return_case, "tuan", case, "thuộc công an", "cong_an_xa")
    found = await bureau.now(case)
    assert (found.state, found.received_on, found.due_on) == (State.RETURNED, None, None)
    assert found.first_received_on == MONDAY
    assert "không thuộc thẩm quyền" in await bureau.news("lan")
    assert await bureau.office.read(lambda unit: authority.proposed_body(unit, case)) == ("cong_an_xa", "thuộc công an")
    with pytest.raises(Hidden):
        await bureau.act(authority.delegate, "tuan", case, "p_kinh_te")


@pytest.mark.parametrize(
    ("reason", "proposed", "code"),
    [("", "", "no_reason"), ("x", "ubnd", "same_body"), ("x", "hnd", "not_an_authority")],
)
async def test_returning_refused(bureau: Bureau, reason: str, proposed: str, code: str) -> None:
    """A reason is needed, and the body proposed must be able to answer."""
    case = await bureau.received()
    with pytest.raises(Refused, match=code):
        await bureau.act(authority.return_case, "tuan", case, reason, proposed)


async def test_the_written_answer_stops_the_clock(bureau: Bureau) -> None:
    """State, day and document are kept; the desk hears that there is something to relay."""
    case = await bureau.received()
    await bureau.news("lan")
    await bureau.act(answers.record_reply, "tuan", case, an_answer())
    found = await bureau.now(case)
    assert (found.state, found.answered_at) == (State.ANSWERED, bureau.clock())
    assert found.reply == an_answer()
    assert "45/UBND" in await bureau.news("lan")


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"doc_no": " "}, "doc_no"),
        ({"signed_by": ""}, "signed_by"),
        ({"file_id": ""}, "file"),
        ({"addressees": ("dang_uy",)}, "addressee"),
        ({"doc_date": date(2026, 3, 5)}, "doc_date_in_future"),
        ({"doc_date": date(2026, 3, 1)}, "doc_date_before_receipt"),
    ],
)
async def test_an_incomplete_answer(bureau: Bureau, changes: dict[str, object], missing: str) -> None:
    """SV-7, SV-16: the refusal names what is missing, and the clock runs on."""
    case = await bureau.received()
    with pytest.raises(ReplyIncomplete) as refused:
        await bureau.act(answers.record_reply, "tuan", case, an_answer(**changes))
    assert refused.value.missing == (missing,)
    assert (await bureau.now(case)).awaits_reply


async def test_an_answer_without_summary(bureau: Bureau) -> None:
    """The resident would be told nothing."""
    case = await bureau.received()
    with pytest.raises(Refused, match="no_summary"):
        await bureau.act(answers.record_reply, "lan", case, an_answer(summary=" "))


async def test_the_hash_follows_the_file(bureau: Bureau) -> None:
    """The worker fetched the document: its hash is written into the answer (SV-15)."""
    case = await bureau.received()
    await bureau.act(answers.record_reply, "tuan", case, an_answer())
    source = FileRef(FileKind.DOCUMENT, "ref")
    file = CaseFile("file-1", case.id, "", "reply", source, "telegram", bureau.clock(), sha256="ab" * 32)
    assert await bureau.office.write(lambda unit: answers.file_stored(unit, file))
    reply = (await bureau.now(case)).reply
    assert reply is not None
    assert reply.file_sha256 == "ab" * 32


async def answered(bureau: Bureau):  # type: ignore[no-untyped-def]
    """A case with an answer, not relayed yet."""
    case = await bureau.received()
    await bureau.act(answers.record_reply, "tuan", case, an_answer())
    await bureau.news()
    return await bureau.now(case)


async def test_relaying_asks_the_resident(bureau: Bureau) -> None:
    """The summary goes out with the three verdicts, in the order of the labels."""
    case = await answered(bureau)
    assert await bureau.act(answers.relay, "lan", case) == 1
    assert "vá đường" in await bureau.news()
    assert bureau.person("resident").labels == [
        "Hài lòng",
        "Chưa rõ, xin giải thích",
        "Không đồng ý, đề nghị đối thoại",
    ]
    assert (await bureau.now(case)).relayed_at == bureau.clock()


async def test_the_authority_does_not_relay(bureau: Bureau) -> None:
    """Telling the resident is the desk's work."""
    case = await answered(bureau)
    with pytest.raises(Refused, match="not_now"):
        await bureau.act(answers.relay, "tuan", case)


async def test_closing_waits_for_the_resident(bureau: Bureau) -> None:
    """Ten working days of silence first."""
    case = await answered(bureau)
    await bureau.act(answers.relay, "lan", case)
    with pytest.raises(Refused, match="too_early"):
        await bureau.act(answers.close, "lan", case, "")
    await bureau.wait("2026-03-17")
    await bureau.act(answers.close, "lan", case, "")
    assert (await bureau.now(case)).closed_at == bureau.clock()


async def test_closing_over_a_no(bureau: Bureau) -> None:
    """A resident who does not agree is heard before the case ends."""
    case = await answered(bureau)
    await bureau.act(answers.relay, "lan", case)
    found = await bureau.now(case)
    found.verdict = Verdict.NOT_SOLVED
    await bureau.office.write(lambda unit: unit.cases.save(found))
    await bureau.wait("2026-04-20")
    with pytest.raises(Refused, match="not_satisfied"):
        await bureau.act(answers.close, "lan", case, "")


async def test_dialogue_and_its_minutes(bureau: Bureau) -> None:
    """Either side opens it; ending it needs what it came to."""
    case = await answered(bureau)
    await bureau.act(answers.relay, "lan", case)
    await bureau.act(answers.open_dialogue, "tuan", case, "thứ Sáu 9 giờ tại nhà văn hóa Thôn 2")
    assert "nhà văn hóa" in await bureau.news()
    with pytest.raises(Refused, match="no_minutes"):
        await bureau.act(answers.close, "lan", case, "")
    await bureau.act(answers.close, "lan", case, "thống nhất vá đường trước 30/4")
    assert (await bureau.now(case)).state is State.CLOSED


async def test_a_supplement_does_not_make_the_answer_late(bureau: Bureau) -> None:
    """After a dialogue a second document: the first day of answering stays, the resident is asked anew."""
    case = await answered(bureau)
    first = case.answered_at
    await bureau.act(answers.relay, "lan", case)
    await bureau.act(answers.open_dialogue, "lan", case, "sẽ báo sau")
    await bureau.wait("2026-04-20")
    await bureau.act(answers.record_reply, "tuan", case, an_answer(doc_no="60/UBND"))
    found = await bureau.now(case)
    assert (found.state, found.answered_at) == (State.ANSWERED, first)
    await bureau.news()
    await bureau.act(answers.relay, "lan", case)
    assert "60/UBND" in await bureau.news()


async def test_a_person_complained_of_never_hears(bureau: Bureau) -> None:
    """The chairman's body gets nothing of a case about him, at any step."""
    case = await bureau.triaged(subject=Subject.OFFICIAL, topic="official.attitude", posts=("ct_ubnd",))
    assert case.competent_authority == "ubnd_tinh"
    with pytest.raises(Hidden):
        await bureau.act(authority.acknowledge, "tuan", case, MONDAY)
    assert await bureau.news("tuan") == ""
