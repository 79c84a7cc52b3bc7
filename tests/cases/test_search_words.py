"""Words as a search finds them: with and without diacritics, both Unicode forms, and case numbers typed anyhow."""

from __future__ import annotations

import unicodedata
from typing import Literal

import pytest

from cases.search_words import Asked, asked_codes, asked_words, index_words

STORY = "Đường thôn Đoài hư hỏng, nhiều ổ gà"
TYPED_BARE = "duong thon doai hu hong nhieu o ga"


def finds(asked: str, text: str) -> bool:
    """Whether every word asked for is among those of the text."""
    words = index_words([text])
    return all(words.intersection(forms) for forms in asked_words(asked))


@pytest.mark.parametrize("asked", ["đường thôn", "ĐƯỜNG", "duong", "o ga", "ổ gà", "Ðường", "hư hỏng"])
def test_words_are_found_with_and_without_diacritics(asked: str) -> None:
    """However somebody types them."""
    assert finds(asked, STORY)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_both_unicode_forms_are_one(form: Literal["NFC", "NFD"]) -> None:
    """What a phone sends decomposed is found by what a keyboard composes, and the other way round."""
    assert finds(unicodedata.normalize(form, "đường hỏng"), unicodedata.normalize("NFD", STORY))
    assert finds(unicodedata.normalize("NFD", "đường hỏng"), unicodedata.normalize(form, STORY))


def test_diacritics_tell_words_apart() -> None:
    """Who types them means them."""
    assert not finds("đương", STORY)


def test_a_text_without_diacritics_is_found_by_words_with_them() -> None:
    """Its writer could not have meant another word."""
    assert finds("đường hỏng", TYPED_BARE)


def test_every_word_must_be_there() -> None:
    """One missing word is enough to leave the case out."""
    assert not finds("đường cống", STORY)


@pytest.mark.parametrize(
    "typed", ["PA-2026-000123", "pa-2026-123", "PA 2026 000123", "pa2026000123", "2026/123", "Mã hồ sơ: PA-2026-000123"]
)
def test_a_case_number_is_read_in_any_form(typed: str) -> None:
    """With or without letters, zeros and dashes."""
    assert asked_codes(typed, 2026) == ("PA-2026-000123",)


def test_a_bare_number_means_any_year() -> None:
    """The newest first."""
    assert asked_codes("#123", 2026)[:2] == ("PA-2026-000123", "PA-2025-000123")


@pytest.mark.parametrize("typed", ["", "   ", "!!!", "👍", "\u200b"])
def test_nothing_asks_for_nothing(typed: str) -> None:
    """Signs and blanks are no words."""
    assert not Asked.of(typed, 2026)
