"""Residents who write English: answered in English from their first words, and understood in danger in any chat."""

from __future__ import annotations

import pytest

from storage.work import Office
from tests.handlers.cast import Person, cases_of, report_road
from tests.handlers.conftest import Meet


async def to_the_end(person: Person, office: Office) -> None:
    """Skip what may be skipped, and send."""
    while not await cases_of(office):
        await person.taps("Skip" if "Skip" in person.labels else "Send")


async def test_first_words_in_english_are_answered_in_english(meet: Meet, office: Office) -> None:
    """To the end of the report, and the person is told how to change it."""
    person = meet()
    said = await person.says("the drain in front of my house is blocked, water comes inside when it rains")
    assert "/ngonngu" in said
    assert "Before you send" in said
    await person.taps("I agree")
    assert "Flooding, drains" in person.labels
    await person.taps("Flooding, drains")
    await to_the_end(person, office)
    (case,) = await cases_of(office)
    assert case.topic == "infra.drainage"


async def test_the_number_comes_before_the_language(meet: Meet) -> None:
    """Danger first, whoever cries."""
    said = await meet().says("my neighbour's house is on fire please help")
    assert "114" in said.split("\n")[0]
    assert "/ngonngu" in said


async def test_danger_in_english_is_answered_in_both_languages(meet: Meet) -> None:
    """The chat was Vietnamese so far: perhaps somebody else holds the phone."""
    person = meet()
    await report_road(person)
    said = await person.says("please help there is a fire in my kitchen")
    assert "CALL NOW: 114 (fire, rescue)" in said
    assert "114 (cháy" in said


@pytest.mark.parametrize("words", ["thank you", "Đường Thôn 2 hỏng, please help", "wifi nha van hoa thon hong roi"])
async def test_a_few_english_words_change_nothing(meet: Meet, words: str) -> None:
    """Everybody uses some."""
    person = meet()
    assert "I answer in English" not in await person.says(words)


async def test_who_agreed_in_vietnamese_stays_there(meet: Meet) -> None:
    """The language is theirs to choose."""
    person = meet()
    await report_road(person)
    assert "mục nào" in await person.says("street lights near the school are broken for two weeks")


@pytest.mark.parametrize(
    ("words", "post"),
    [
        ("the hamlet head of Thon 2", "truong_thon"),
        ("vice chairman of the commune", "pct_ubnd"),
        ("Chairman of the People's Committee", "ct_ubnd"),
        ("chairwoman of the Fatherland Front", "ct_mttq"),
        ("the land officer", "cong_chuc"),
        ("some man in the office", "khac"),
    ],
)
async def test_a_post_may_be_named_in_english(meet: Meet, office: Office, words: str, post: str) -> None:
    """So that the report goes past the body which that person may run."""
    person = meet()
    await person.says("he asked me for money to sign my papers, 2 million dong, no receipt")
    await person.taps("I agree")
    await person.taps("Harassment")
    await person.says(words)
    await to_the_end(person, office)
    (case,) = await cases_of(office)
    assert case.subject_posts == (post,)
