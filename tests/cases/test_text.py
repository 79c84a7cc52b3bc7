"""Reading Vietnamese as people type it: one folded form, answers that match, and no input that hurts."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.text import has_marks, normalise, same_answer, squash, strip_marks, tokens
from cases.text_keys import decode_keys

HUNDRED_THOUSAND = [
    "a" * 100_000,
    "á! " * 33_000,
    "uỷ " * 33_000,
    "\n " * 50_000,
    "\u200b" * 100_000,
    "\u0301\u0323" * 50_000,
    "\u05d0\u0591\u05ad" * 33_000,
    "👍" * 100_000,
    unicodedata.normalize("NFD", "Đường làng hỏng nặng ") * 5_000,
]


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("HOÀ", "hòa"),
        ("Uỷ ban", "ủy ban"),
        ("thuỷ lợi", "thủy lợi"),
        ("toàn quyền", "toàn quyền"),
        ("quý, quỹ, kỹ, lý", "quí, quĩ, kĩ, lí"),
        ("công ty hay thủy", "công ti hay thủy"),
        ("\u00d0\u01b0\u1eddng", "đường"),
        ("quáaaaa!!!!", "quáaa!!"),
        ("100000 đồng", "100000 đồng"),
        ("a\t\u00a0 b \r\n\r\n c", "a b\nc"),
    ],
)
def test_folds_one_spelling_into_another(typed: str, folded: str) -> None:
    """Tone place, lone y, Icelandic eth, repeats and blanks fold; digits stay."""
    assert normalise(typed) == folded


def test_decomposed_text_reads_as_composed() -> None:
    """A phone that sends NFD says the same."""
    text = "Uỷ ban nhân dân xã, đường hỏng"
    assert normalise(unicodedata.normalize("NFD", text)) == normalise(text)


def test_invisible_characters_fall_away() -> None:
    """Control characters, zero-width spaces and direction marks split no word."""
    assert normalise("\u202eđ\u200bườ\u00adng\u0000 x\u0007ấu\ufeff") == "đường xấu"


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    """The folded form is a fixed point, whatever comes in."""
    assert normalise(normalise(text)) == normalise(text)


def test_strips_marks_and_keeps_case() -> None:
    """Only diacritics go, `đ` becomes `d`."""
    assert strip_marks("Đường Ấp Ngoài, 5%") == "Duong Ap Ngoai, 5%"


def test_strips_marks_of_decomposed_text() -> None:
    """Loose combining marks go too."""
    assert strip_marks(unicodedata.normalize("NFD", "Đặng Thuỳ")) == "Dang Thuy"


@pytest.mark.parametrize("text", ["Đường làng hỏng nặng", "đg làng hỏng ko ai sửa", "Ổ gà"])
def test_trusts_marks_that_are_there(text: str) -> None:
    """Teencode in between does not take the trust away."""
    assert has_marks(text)


@pytest.mark.parametrize("text", ["", "👍", "duong lang hong", "xa cho hoi sao nha e ngap mà k co ten", "123"])
def test_trusts_no_marks_where_they_are_missing(text: str) -> None:
    """One stray mark proves nothing."""
    assert not has_marks(text)


def test_words_without_signs() -> None:
    """Emoji and punctuation are no words, numbers are."""
    assert tokens("Đường 😡 hỏng!!! (2 năm), 500k") == ["đường", "hỏng", "2", "năm", "500k"]


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("bo qua", "Bỏ qua"),
        ("KHÔNG ĐÚNG.", "Không đúng"),
        ("  đồng ý ✅", "Đồng ý"),
        ("Uỷ  ban", "Ủy ban"),
        ("qui", "Quý"),
    ],
)
def test_typed_answer_equals_the_label(typed: str, label: str) -> None:
    """Case, marks, signs and blanks do not matter."""
    assert same_answer(typed, label)


@pytest.mark.parametrize(("typed", "label"), [("", "Có"), ("không", "có"), ("👍", "👎"), ("1", "10")])
def test_other_answer_stays_other(typed: str, label: str) -> None:
    """Nothing typed is no answer, and signs alone must be the same signs."""
    assert not same_answer(typed, label)


def test_same_emoji_is_the_same_answer() -> None:
    """A label may be one sign."""
    assert same_answer(" 👍 ", "👍")


@pytest.mark.parametrize(
    ("drawn", "word"), [("quáa", "quá"), ("laaắm", "lắm"), ("cuu", "cuu"), ("cứuu", "cứu"), ("xoong", "xoong")]
)
def test_drawn_out_words_shrink(drawn: str, word: str) -> None:
    """Vowels drawn out for feeling go; letters that belong stay."""
    assert squash(drawn) == word


@pytest.mark.parametrize(
    ("strokes", "word"),
    [("dduwowngf", "đường"), ("d9uong72", "đường"), ("nuwowcs", "nước"), ("hoa2", "hòa"), ("duong", ""), ("500k", "")],
)
def test_key_strokes_of_old_phones(strokes: str, word: str) -> None:
    """Telex and VNI residue is decoded, plain words are not."""
    assert decode_keys(strokes) == word


@pytest.mark.parametrize("function", [normalise, strip_marks, has_marks, tokens])
@pytest.mark.parametrize("number", range(len(HUNDRED_THOUSAND)))
def test_time_is_linear(function: Callable[[str], object], number: int) -> None:
    """A hundred thousand characters take tenths of a second at the very most, in whatever shape."""
    start = time.process_time()
    function(HUNDRED_THOUSAND[number])
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize("number", range(len(HUNDRED_THOUSAND)))
def test_comparing_is_linear(number: int) -> None:
    """Two huge answers are compared without hurt."""
    start = time.process_time()
    same_answer(HUNDRED_THOUSAND[number], HUNDRED_THOUSAND[number] + "b")
    assert time.process_time() - start < 1.0
