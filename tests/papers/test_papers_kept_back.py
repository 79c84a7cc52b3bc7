"""What may not stand on a paper, and what keeps one back until it is put right."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.data import texts
from cases.model import Extension, Subject
from cases.papers import Paper
from papers.forms import part_of
from papers.making import file_name, mistakes, template_values
from papers.proposal import proposed
from tests.papers.kit import BOARD, STORY, TODAY, case_for, facts, lines, made, typed


def text(word: bytes) -> str:
    """All words of a paper."""
    return "\n".join(lines(word))


@pytest.mark.parametrize(
    "clue", ["gọi 0912345678", "thư an@example.org", "ông Nguyễn Văn An", "nguyen van an", "căn cước 012345678901"]
)
@pytest.mark.parametrize("paper", [Paper.FORWARDING, Paper.PUBLICATION, Paper.LOUDSPEAKER])
def test_nothing_that_leaves_the_desk_tells_who_reported(paper: Paper, clue: str) -> None:
    """Numbers, addresses and the name, with and without marks."""
    given = facts(paper, published=None)
    assert mistakes(given, typed(given, content=f"Đường vỡ, {clue} báo."), ["Nguyễn Văn An"])["content"] == "clue"


def test_a_publication_names_neither_case_nor_person() -> None:
    """The case number and whoever the report is about."""
    given = facts(Paper.PUBLICATION, case=case_for(Paper.PUBLICATION, subject_note="Trần Văn Bê"))
    for clue in ("PA-2026-000001", "ông Trần văn Bê"):
        assert mistakes(given, typed(given, closing=clue))["closing"] == "clue"


def test_a_publication_gets_its_number_after_two_persons_approved() -> None:
    """Before that it can only be kept as a draft (PR-5)."""
    given = facts(Paper.PUBLICATION, published=None)
    assert mistakes(given, typed(given)) == {"approval": "approval"}
    assert mistakes(given, typed(given, None)) == {}


def test_approved_words_cannot_be_typed_over() -> None:
    """What two persons read is what is posted."""
    told = text(made(Paper.PUBLICATION, matter="khác", content="khác"))
    assert "Đường trong xã bị vỡ." in told
    assert "khác" not in told


def test_a_publication_about_a_person_names_no_body() -> None:
    """The board keeps the kind of body only."""
    person = {"subject": Subject.OFFICIAL, "subject_posts": ("ct_ubnd",)}
    for more in ({"published": None}, {"published": replace(BOARD, authority="~state")}):
        given = facts(Paper.PUBLICATION, case=case_for(Paper.PUBLICATION, **person), **more)
        assert "Cơ quan trả lời" not in text(made(Paper.PUBLICATION, None, given))


def test_a_publication_rounds_days_to_months() -> None:
    """Day and place together point to a person."""
    told = lines(made(Paper.PUBLICATION))
    assert ("11/2026" in told, "12/2026" in told) == (True, True)
    assert "02/11/2026" not in "\n".join(told)


def test_a_loudspeaker_script_has_two_hundred_words_at_most() -> None:
    """Two hundred pass, one more does not."""
    given = facts(Paper.LOUDSPEAKER)
    assert mistakes(given, typed(given, content="chữ " * 200)) == {}
    assert mistakes(given, typed(given, content="chữ " * 201)) == {"content": "words"}


def test_a_loudspeaker_script_is_proposed_in_words() -> None:
    """Not one digit, no short form."""
    told = proposed(facts(Paper.LOUDSPEAKER))["content"]
    assert "một trăm hai mươi mét" in told
    assert not re.search(r"\d|UBND", told)


def test_a_loudspeaker_script_tells_how_long_it_takes() -> None:
    """130 words a minute."""
    assert "khoảng 60 giây (130 từ)" in text(made(Paper.LOUDSPEAKER, None, content="chữ " * 130))


def test_a_loudspeaker_script_is_a_draft_until_somebody_approves() -> None:
    """The second person's name, which nobody types, lifts the watermark."""
    both = [facts(Paper.LOUDSPEAKER, approver=name) for name in ("", "Nguyễn Thị Hòa")]
    heads = [template_values(given, typed(given, None))["head"] for given in both]
    assert [head["draft"] for head in heads if isinstance(head, dict)] == [True, False]


def test_a_dotted_blank_may_stay_in_a_draft_only() -> None:
    """An invitation without its hour does not go out."""
    given = facts(Paper.INVITATION)
    blank = "...... giờ ......, ngày ......"
    assert mistakes(given, typed(given, 12, time=blank)) == {"time": "blank"}
    assert mistakes(given, typed(given, None, time=blank)) == {}


@pytest.mark.parametrize("name", ["opening", "request", "to", "content"])
def test_an_empty_part_is_named(name: str) -> None:
    """Beside its field."""
    given = facts(Paper.FORWARDING)
    empty: dict[str, Any] = {name: " "}
    assert mistakes(given, typed(given, **empty)) == {name: "needed"}


def test_a_paper_is_dated_between_the_report_and_today() -> None:
    """Neither before there was a case nor tomorrow."""
    given = facts(Paper.FORWARDING)
    for day in (date(2026, 11, 1), date(2026, 12, 11)):
        assert mistakes(given, replace(typed(given), day=day)) == {"day": "day"}


@pytest.mark.parametrize("day", ["03/12/2026", "19/12/2026", "18-12-2026", "mai"])
def test_an_extension_reaches_no_further_than_thirty_days(day: str) -> None:
    """After the first term, on 18 December 2026 at the latest."""
    given = facts(Paper.EXTENSION)
    assert mistakes(given, typed(given, new_due=day)) == {"new_due": "extension"}


def test_a_recorded_extension_is_not_typed_over() -> None:
    """Date and reason are those of the case."""
    recorded = Extension(TODAY, date(2026, 12, 15), "Chờ giám định", "9/UBND", TODAY, "Trần Văn B")
    given = facts(Paper.EXTENSION, case=case_for(Paper.EXTENSION, extension=recorded))
    told = text(made(Paper.EXTENSION, 12, given, new_due="31/12/2026", reason="khác"))
    assert "15/12/2026" in told
    assert "31/12/2026" not in told


def test_facts_of_the_case_are_taken_from_the_case() -> None:
    """Whatever was posted for them."""
    given = facts(Paper.URGING)
    assert template_values(given, typed(given, case_code="PA-1", due_date="1/1/1999"))["due_date"] == "03/12/2026"


def test_paragraphs_of_a_report_stay_paragraphs() -> None:
    """Cut at empty lines."""
    assert set(STORY.split("\n\n")) <= set(lines(made(Paper.FORWARDING)))


def test_every_proposed_text_is_wording_of_a_part() -> None:
    """No text of the data is for a part that does not exist."""
    keys = [key for key in texts()["vi"] if re.match(rf"paper_({'|'.join(Paper)})_", key)]
    cut = [
        (paper, key[len(f"paper_{paper}_") :]) for key in keys for paper in Paper if key.startswith(f"paper_{paper}_")
    ]
    variants = ("_law", "_person", "_open", "_receipt", "_complaint", "_denunciation")
    stray = [
        (paper, name)
        for paper, name in cut
        if part_of(paper, name) is None and not (name.endswith(variants) and part_of(paper, name.rpartition("_")[0]))
    ]
    assert stray == []


def test_the_name_of_a_file_is_plain() -> None:
    """For every system."""
    assert file_name(facts(Paper.FORWARDING), 7) == "PA-2026-000001_forwarding_07.docx"
