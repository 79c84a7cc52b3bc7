"""Smaller steps at the desk: taking a case, writing to its sender, its kind, leaving a matter."""

from __future__ import annotations

import pytest

from cases import deskwork, matters
from cases.casework import Hidden, Refused
from cases.model import Case, Kind, State
from tests.handlers.officer_cast import Bureau, open_bureau  # noqa: F401 - a fixture


async def test_a_colleague_takes_a_case_over(bureau: Bureau) -> None:
    """Who had it before stays on record."""
    case = await bureau.triaged()
    assert await bureau.act(deskwork.take, "minh", case) == "lan"
    assert (await bureau.now(case)).assignee == "minh"
    assert await bureau.data(case, "taken") == {"before": "lan"}


async def test_only_the_receiving_body_takes_a_case(bureau: Bureau) -> None:
    """The authority has it, and does not take it."""
    case = await bureau.received()
    with pytest.raises(Refused, match="not_now"):
        await bureau.act(deskwork.take, "tuan", case)


async def test_words_reach_the_sender_and_stay_in_the_history(bureau: Bureau) -> None:
    """Without the name of whoever wrote them; she can answer at once."""
    case = await bureau.triaged()
    await bureau.news()
    assert await bureau.act(deskwork.write_to_reporter, "lan", case, "Hố sâu ở đoạn nào ạ?")
    told = await bureau.news()
    assert "Hố sâu ở đoạn nào ạ?" in told
    assert "lan" not in told
    assert (await bureau.data(case, "wrote"))["text"] == "Hố sâu ở đoạn nào ạ?"


async def test_the_sender_answers_what_the_desk_wrote(bureau: Bureau) -> None:
    """Her answer is an addition to the case, whatever its state."""
    case = await bureau.received()
    await bureau.news()
    await bureau.act(deskwork.write_to_reporter, "lan", case, "Hố sâu ở đoạn nào ạ?")
    await bureau.news()
    await bureau.person("resident").taps("Trả lời")
    await bureau.person("resident").says("Đoạn trước nhà văn hóa")
    assert (await bureau.data(case, "added"))["text"] == "Đoạn trước nhà văn hóa"


async def test_nobody_writes_to_an_erased_sender(bureau: Bureau) -> None:
    """And nothing is put on record as written."""
    case = await bureau.triaged()
    await bureau.office.write(lambda unit: unit.people.drop_reporter(case.reporter))
    assert not await bureau.act(deskwork.write_to_reporter, "lan", case, "Hố sâu ở đoạn nào ạ?")
    assert "wrote" not in await bureau.events(case)


async def test_an_authority_does_not_write_to_the_sender(bureau: Bureau) -> None:
    """It answers the supervising subject."""
    case = await bureau.received()
    with pytest.raises(Refused, match="not_now"):
        await bureau.act(deskwork.write_to_reporter, "tuan", case, "Ai gửi đấy?")


async def test_another_desk_cannot_write(bureau: Bureau) -> None:
    """For it there is no such case."""
    case = await bureau.triaged()
    with pytest.raises(Hidden):
        await bureau.act(deskwork.write_to_reporter, "hoa", case, "Xin chào")


async def test_a_petition_taken_for_a_report_is_put_right(bureau: Bureau) -> None:
    """Both have a term; the case goes on."""
    case = await bureau.report()
    await bureau.act(deskwork.correct_kind, "lan", case, Kind.PETITION)
    found = await bureau.now(case)
    assert (found.kind, found.state) == (Kind.PETITION, State.SUBMITTED)


async def test_a_complaint_is_shown_its_own_door(bureau: Bureau) -> None:
    """The sender is told that it needs a petition."""
    case = await bureau.report()
    await bureau.news()
    await bureau.act(deskwork.correct_kind, "lan", case, Kind.COMPLAINT)
    assert (await bureau.now(case)).state is State.REDIRECTED
    assert "khiếu nại" in await bureau.news()


@pytest.mark.parametrize(("kind", "code"), [(Kind.REPORT, "same_kind"), (Kind.SPAM, "unknown_kind")])
async def test_kinds_that_are_no_correction(bureau: Bureau, kind: Kind, code: str) -> None:
    """Spam is refused by two persons, never relabelled by one."""
    case = await bureau.report()
    with pytest.raises(Refused, match=code):
        await bureau.act(deskwork.correct_kind, "lan", case, kind)


async def test_a_triaged_case_becomes_no_complaint(bureau: Bureau) -> None:
    """It was taken in already."""
    case = await bureau.triaged()
    with pytest.raises(Refused, match="kind_too_late"):
        await bureau.act(deskwork.correct_kind, "lan", case, Kind.COMPLAINT)


async def merged(bureau: Bureau) -> tuple[Case, Case]:
    """Two residents' cases of one matter."""
    one, other = await bureau.triaged(), await bureau.triaged(who="neighbour")
    found = await bureau.now(other)
    await bureau.act(matters.merge, "lan", one, found)
    return await bureau.now(one), await bureau.now(other)


async def test_a_case_leaves_its_matter(bureau: Bureau) -> None:
    """The one left behind is no matter any more; both histories say so."""
    one, other = await merged(bureau)
    await bureau.act(deskwork.split_off, "lan", one, "Hai đoạn đường khác nhau")
    now = [(await bureau.now(case)).matter for case in (one, other)]
    assert now == ["", ""]
    assert [(await bureau.events(case))[-1] for case in (one, other)] == ["split", "split"]


async def test_leaving_a_matter_needs_a_reason(bureau: Bureau) -> None:
    """As every step that changes a case's way."""
    one, _ = await merged(bureau)
    with pytest.raises(Refused, match="no_reason"):
        await bureau.act(deskwork.split_off, "lan", one, " ")


async def test_a_matter_with_the_authority_stays_together(bureau: Bureau) -> None:
    """One letter went out for all of it."""
    case = await bureau.received()
    case.matter = "m1"
    assert not deskwork.may_split(case)
