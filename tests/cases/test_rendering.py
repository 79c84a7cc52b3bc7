"""Messages are fitted to what their channel can show."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cases.messages import Capabilities, Choice, Outgoing
from cases.rendering import fit, split, units

PLAIN = Capabilities(text_limit=2000, buttons=0)
FIVE = Capabilities(text_limit=2000, buttons=5)


def offers(number: int) -> tuple[Choice, ...]:
    """So many choices."""
    return tuple(Choice(f"h.{n}", f"Lựa chọn {n}") for n in range(number))


def test_without_buttons_choices_become_numbered_lines() -> None:
    """The numbers are those that a typed answer selects."""
    (message,) = fit(Outgoing("Chọn đi", offers(2)), PLAIN)
    assert message.text == "Chọn đi\n1. Lựa chọn 0\n2. Lựa chọn 1"
    assert message.choices == ()


def test_more_choices_than_buttons_are_numbered_too() -> None:
    """Six do not fit five buttons: all are numbered, none is lost."""
    (message,) = fit(Outgoing("Chọn", offers(6)), FIVE)
    assert "6. Lựa chọn 5" in message.text
    assert message.choices == ()


def test_a_label_too_long_for_a_button_is_a_line_and_its_button_a_number() -> None:
    """The line tells, the button selects, and the other labels stay."""
    narrow = Capabilities(text_limit=2000, buttons=5, label_limit=10)
    (message,) = fit(Outgoing("Chọn", (Choice("h.0", "Một nhãn quá dài"), Choice("h.1", "Hủy"))), narrow)
    assert message.text == "Chọn\n1. Một nhãn quá dài"
    assert [(choice.value, choice.label) for choice in message.choices] == [("h.0", "1"), ("h.1", "Hủy")]


def test_choices_that_fit_stay_buttons() -> None:
    """Five fit five."""
    (message,) = fit(Outgoing("Chọn", offers(5)), FIVE)
    assert len(message.choices) == 5


def test_buttons_stay_with_the_last_part_of_a_long_text() -> None:
    """The question comes last, and so do its answers."""
    parts = fit(Outgoing("Một câu. " * 400, offers(2)), FIVE)
    assert [bool(part.choices) for part in parts] == [False, True]


def test_text_is_composed_before_it_is_counted() -> None:
    """NFD text is sent as NFC."""
    (message,) = fit(Outgoing("Đươ\u0300ng"), PLAIN)
    assert message.text == "Đường"


@given(st.text(min_size=1, max_size=6000), st.integers(20, 2000))
def test_parts_are_within_the_limit_and_lose_no_word(text: str, limit: int) -> None:
    """Every part fits; joined again nothing but white space at the cuts is missing."""
    parts = split(text, limit)
    assert all(units(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
