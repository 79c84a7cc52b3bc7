"""Receipt codes are read as people write them and refuse a slip of the pen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cases.receipts import ALPHABET, new_receipt_code, read_case_code, read_receipt_code, show_receipt_code


def test_a_code_is_sixteen_signs_and_a_check() -> None:
    """80 bits in Crockford's alphabet, shown in groups of four."""
    code = new_receipt_code()
    assert len(code) == 17
    assert set(code) <= set(ALPHABET)
    assert [len(group) for group in show_receipt_code(code).split("-")] == [4, 4, 4, 4, 1]


def test_a_code_is_found_in_a_sentence_in_any_case() -> None:
    """Lower case, spaces for hyphens, words around it."""
    code = new_receipt_code()
    typed = show_receipt_code(code).lower().replace("-", " ")
    assert read_receipt_code(f"mã của tôi là {typed} nhé") == code


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    """O is 0; I and L are 1."""
    code = next(c for c in iter(new_receipt_code, "") if "0" in c[:16] and "1" in c[:16])
    assert read_receipt_code(code.replace("0", "o").replace("1", "l")) == code


@given(st.integers(0, 15), st.integers(1, 30))
def test_one_wrong_sign_is_noticed(place: int, shift: int) -> None:
    """Any single slip within 31 neighbours changes the check."""
    code = new_receipt_code()
    at = ALPHABET.index(code[place])
    other = (at + shift) % 31 if at < 31 else shift % 31
    if other in (at, at % 31):
        return
    assert read_receipt_code(code[:place] + ALPHABET[other] + code[place + 1 :]) is None


def test_case_numbers_are_read_with_or_without_their_zeros() -> None:
    """`pa 2026 123` means PA-2026-000123."""
    assert read_case_code("hồ sơ pa 2026 123 tới đâu rồi") == "PA-2026-000123"
    assert read_case_code("PA-2026-000123") == "PA-2026-000123"
    assert read_case_code("2026") is None
