"""What was asked for, point by point, against the written answer."""

from __future__ import annotations

import pytest

from cases import answers, points
from cases.casework import Hidden, Refused
from cases.model import Case, State
from cases.points import Met, Point
from tests.handlers.officer_cast import Bureau, an_answer, open_bureau  # noqa: F401 - a fixture

WHERE = "Mục 2"


@pytest.fixture(name="case")
async def an_answered_case(bureau: Bureau) -> Case:
    """With the answer recorded and nothing compared."""
    case = await bureau.received()
    await bureau.act(answers.record_reply, "tuan", case, an_answer())
    return await bureau.now(case)


async def read(bureau: Bureau, case: Case) -> tuple[Point, ...]:
    """The points as stored."""
    found = await bureau.now(case)
    return await bureau.office.read(lambda unit: points.points_of(unit, found))


async def test_points_are_kept_in_their_order_and_empty_ones_dropped(bureau: Bureau, case: Case) -> None:
    """An officer empties a point to take it away."""
    await bureau.act(points.keep_points, "lan", case, [Point("Vá đường"), Point("  "), Point("Bao giờ xong?")])
    assert [point.text for point in await read(bureau, case)] == ["Vá đường", "Bao giờ xong?"]


async def test_an_unchecked_point_stops_the_relay_in_chat_too(bureau: Bureau, case: Case) -> None:
    """The use case itself refuses, and says how many are left."""
    await bureau.act(points.keep_points, "lan", case, [Point("Vá đường", Met.ANSWERED, WHERE), Point("Bao giờ?")])
    with pytest.raises(Refused) as refused:
        await bureau.act(answers.relay, "lan", case)
    assert (refused.value.code, dict(refused.value.values)) == ("points_open", {"open": 1, "total": 2})
    assert (await bureau.now(case)).state is State.ANSWERED


async def test_checked_points_let_the_answer_go(bureau: Bureau, case: Case) -> None:
    """A point that the letter does not answer is checked as well: the sender is told all the same."""
    await bureau.act(points.keep_points, "lan", case, [Point("Vá", Met.PARTLY, WHERE), Point("Ai chịu?", Met.NOT)])
    await bureau.act(answers.relay, "lan", case)
    assert (await bureau.now(case)).state is State.RELAYED


async def test_without_points_chat_relays_as_before(bureau: Bureau, case: Case) -> None:
    """Points are for those who write them down; the console asks for them."""
    assert await bureau.act(answers.relay, "lan", case) == 1


async def test_the_console_asks_for_points(bureau: Bureau, case: Case) -> None:
    """`require_points` is what its relay step asks first."""
    with pytest.raises(Refused, match="no_points"):
        await bureau.office.read(lambda unit: points.require_points(unit, case))


async def test_a_supplement_has_to_be_compared_anew(bureau: Bureau, case: Case) -> None:
    """What was checked against the first letter says nothing of the second."""
    await bureau.act(points.keep_points, "lan", case, [Point("Vá đường", Met.ANSWERED, WHERE)])
    await bureau.act(answers.relay, "lan", case)
    await bureau.act(answers.open_dialogue, "lan", case, "Thứ Hai, 8 giờ")
    await bureau.act(answers.record_reply, "tuan", case, an_answer(doc_no="60/UBND"))
    assert [point.met for point in await read(bureau, case)] == [Met.OPEN]


async def test_an_answered_point_says_where(bureau: Bureau, case: Case) -> None:
    """Else the check could not be followed."""
    with pytest.raises(Refused, match="no_where"):
        await bureau.act(points.keep_points, "lan", case, [Point("Vá đường", Met.ANSWERED)])


async def test_the_authority_writes_no_points(bureau: Bureau, case: Case) -> None:
    """Checking its own letter is not its work."""
    with pytest.raises(Refused, match="not_now"):
        await bureau.act(points.keep_points, "tuan", case, [Point("Vá đường")])


async def test_points_of_a_foreign_case_are_hidden(bureau: Bureau, case: Case) -> None:
    """As if there were no such case."""
    with pytest.raises(Hidden):
        await bureau.act(points.keep_points, "hoa", case, [Point("Vá đường")])


async def test_before_an_answer_nothing_can_be_checked(bureau: Bureau) -> None:
    """Points may be written down from the first day, compared only with a letter."""
    case = await bureau.triaged()
    await bureau.act(points.keep_points, "lan", case, [Point("Vá đường")])
    with pytest.raises(Refused, match="not_now"):
        await bureau.act(points.keep_points, "lan", case, [Point("Vá đường", Met.NOT)])


def test_sentences_that_ask_are_proposed() -> None:
    """The rest of the story is no point."""
    text = "Đường hỏng đã lâu. Đề nghị xã vá ngay! Bao giờ làm?\nCảm ơn xã."
    assert points.proposed_points(text) == ("Đề nghị xã vá ngay!", "Bao giờ làm?")


def test_a_story_that_asks_nothing_is_one_point() -> None:
    """Its beginning, to be put in the officer's words."""
    assert points.proposed_points("Đường hỏng đã lâu. Nhiều người ngã.") == ("Đường hỏng đã lâu.",)
