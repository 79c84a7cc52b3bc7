"""What is read over the loudspeakers: numbers, dates, times, units and abbreviations in words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.spelling_out import (
    ABBREVIATIONS,
    UNITS,
    date_words,
    decimal_words,
    digit_words,
    number_words,
    spelt_out,
    syllables,
    time_words,
)

NUMBERS = {
    0: "không",
    1: "một",
    4: "bốn",
    5: "năm",
    10: "mười",
    11: "mười một",
    14: "mười bốn",
    15: "mười lăm",
    19: "mười chín",
    20: "hai mươi",
    21: "hai mươi mốt",
    24: "hai mươi tư",
    25: "hai mươi lăm",
    31: "ba mươi mốt",
    44: "bốn mươi tư",
    55: "năm mươi lăm",
    99: "chín mươi chín",
    100: "một trăm",
    101: "một trăm linh một",
    104: "một trăm linh bốn",
    105: "một trăm linh năm",
    110: "một trăm mười",
    111: "một trăm mười một",
    115: "một trăm mười lăm",
    121: "một trăm hai mươi mốt",
    500: "năm trăm",
    999: "chín trăm chín mươi chín",
    1000: "một nghìn",
    1001: "một nghìn không trăm linh một",
    1010: "một nghìn không trăm mười",
    1100: "một nghìn một trăm",
    1250: "một nghìn hai trăm năm mươi",
    2026: "hai nghìn không trăm hai mươi sáu",
    10_000: "mười nghìn",
    10_005: "mười nghìn không trăm linh năm",
    21_021: "hai mươi mốt nghìn không trăm hai mươi mốt",
    100_000: "một trăm nghìn",
    100_001: "một trăm nghìn không trăm linh một",
    105_015: "một trăm linh năm nghìn không trăm mười lăm",
    1_000_000: "một triệu",
    1_000_005: "một triệu không trăm linh năm",
    1_005_000: "một triệu không trăm linh năm nghìn",
    35_000_000: "ba mươi lăm triệu",
    1_250_000_000: "một tỷ hai trăm năm mươi triệu",
    1_000_000_001: "một tỷ không trăm linh một",
    2_000_000_000_000: "hai nghìn tỷ",
    -3: "âm ba",
}
SENTENCES = {
    "Ngày 05/3/2026 họp dân": "Ngày mùng năm tháng ba năm hai nghìn không trăm hai mươi sáu họp dân",
    "trước 20/12/2026": "trước ngày hai mươi tháng mười hai năm hai nghìn không trăm hai mươi sáu",
    "ngày 10-04-2026": "ngày mùng mười tháng tư năm hai nghìn không trăm hai mươi sáu",
    "ngày 12/4": "ngày mười hai tháng tư",
    "tháng 4": "tháng tư",
    "tháng 4/2026": "tháng tư năm hai nghìn không trăm hai mươi sáu",
    "Quý IV năm 2026": "Quý tư năm hai nghìn không trăm hai mươi sáu",
    "từ 7h30 đến 11 giờ 30": "từ bảy giờ ba mươi phút đến mười một giờ ba mươi phút",
    "lúc 16:05": "lúc mười sáu giờ năm phút",
    "8h sáng": "tám giờ sáng",
    "14 giờ 30 phút": "mười bốn giờ ba mươi phút",
    "95,5% kế hoạch": "chín mươi lăm phẩy năm phần trăm kế hoạch",
    "100%": "một trăm phần trăm",
    "dài 1.250 m": "dài một nghìn hai trăm năm mươi mét",
    "rộng 3,5m": "rộng ba phẩy năm mét",
    "4,05 ha": "bốn phẩy không năm héc ta",
    "500 m2 và 20m³": "năm trăm mét vuông và hai mươi mét khối",
    "2,125 km": "hai phẩy một hai năm ki lô mét",
    "60km/h": "sáu mươi ki lô mét trên giờ",
    "50.000đ/tháng": "năm mươi nghìn đồng một tháng",
    "1.250.000.000 đồng": "một tỷ hai trăm năm mươi triệu đồng",
    "gọi 0912 345 678": "gọi không chín một hai ba bốn năm sáu bảy tám",
    "7-10 ngày": "bảy đến mười ngày",
    "7 – 10 ngày": "bảy đến mười ngày",
    "UBND xã, HĐND xã": "Ủy ban nhân dân xã, Hội đồng nhân dân xã",
    "MTTQ và Đoàn TNCS HCM": "Mặt trận Tổ quốc và Đoàn Thanh niên Cộng sản Hồ Chí Minh",
    "Quy định số 124-QĐ/TW": "Quy định số một trăm hai mươi tư Quyết định Trung ương",
    "thôn 2, hộ nghèo": "thôn hai, hộ nghèo",
    "số 007": "số không không bảy",
    "QL1A": "QL một A",
    "v.v.": "vân vân",
    "không có số nào": "không có số nào",
    "phát triển kinh tế - xã hội": "phát triển kinh tế - xã hội",
    "": "",
}


@pytest.mark.parametrize(("number", "words"), NUMBERS.items())
def test_a_number_is_read_as_people_say_it(number: int, words: str) -> None:
    """Mốt, tư, lăm, linh, and the hundreds that are not there."""
    assert number_words(number) == words


@pytest.mark.parametrize(("text", "told"), SENTENCES.items())
def test_a_sentence_is_read_as_people_say_it(text: str, told: str) -> None:
    """Dates, times, quantities and short forms as they stand in answers of authorities."""
    assert spelt_out(text) == told


@pytest.mark.parametrize(
    ("whole", "fraction", "words"),
    [
        ("4", "5", "bốn phẩy năm"),
        ("4", "50", "bốn phẩy năm"),
        ("0", "25", "không phẩy hai mươi lăm"),
        ("1", "05", "một phẩy không năm"),
        ("3", "0", "ba"),
        ("3", "141", "ba phẩy một bốn một"),
    ],
)
def test_decimals_are_read_after_the_comma(whole: str, fraction: str, words: str) -> None:
    """Two digits as a number, more or leading zeros one by one."""
    assert decimal_words(whole, fraction) == words


@pytest.mark.parametrize(
    ("day", "month", "year", "words"),
    [
        (1, 1, None, "mùng một tháng một"),
        (10, 4, None, "mùng mười tháng tư"),
        (11, 12, None, "mười một tháng mười hai"),
        (30, 4, 2027, "ba mươi tháng tư năm hai nghìn không trăm hai mươi bảy"),
    ],
)
def test_a_date_has_mung_up_to_the_tenth(day: int, month: int, year: int | None, words: str) -> None:
    """And April is tháng tư."""
    assert date_words(day, month, year) == words


def test_a_full_hour_has_no_minutes() -> None:
    """Bảy giờ, not bảy giờ không phút."""
    assert (time_words(7), time_words(7, 5)) == ("bảy giờ", "bảy giờ năm phút")


def test_digits_are_read_one_by_one() -> None:
    """Signs between them are not read."""
    assert digit_words("09-12") == "không chín một hai"


def test_a_commune_adds_short_forms_of_its_own() -> None:
    """And may change a known one."""
    assert spelt_out("NVH xã, UBND", {"NVH": "nhà văn hóa", "UBND": "Ủy ban"}) == "nhà văn hóa xã, Ủy ban"


def test_a_short_form_inside_a_word_stays() -> None:
    """Only whole words are spelt out."""
    assert spelt_out("HCMC CTY") == "HCMC CTY"


def test_a_number_of_sixteen_digits_is_read_digit_by_digit() -> None:
    """It is no quantity."""
    assert spelt_out("1234567890123456").split()[:3] == ["một", "hai", "ba"]


def test_a_longer_number_is_refused_as_a_quantity() -> None:
    """Nobody reads a quintillion aloud."""
    with pytest.raises(ValueError, match="digits"):
        number_words(10**15)


@given(st.integers(0, 10**15 - 1))
def test_every_number_is_read_without_digits_or_double_spaces(number: int) -> None:
    """Whatever its size."""
    words = number_words(number)
    assert not re.search(r"\d|  |^ | $", words)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_two_numbers_are_never_read_alike(one: int, other: int) -> None:
    """The words name the number."""
    assert (number_words(one) == number_words(other)) is (one == other)


@given(st.text("0123456789 ,./-–:hmđ%aUBND\n", max_size=60))
def test_no_digit_is_left_whatever_comes(text: str) -> None:
    """Dates that do not exist, numbers glued to letters, stray points."""
    assert not re.search(r"\d", spelt_out(text))


def test_paragraphs_stay() -> None:
    """A script is read in parts."""
    assert spelt_out("ngày 1/2\n\nlúc 8h") == "ngày mùng một tháng hai\n\nlúc tám giờ"


def test_syllables_are_counted_as_a_speaker_reads_them() -> None:
    """Signs alone are not read."""
    assert syllables("Kính thưa bà con – xin nghe: một, hai!") == 8


def test_no_spelling_out_needs_spelling_out() -> None:
    """What stands for a short form holds no digit."""
    assert not [words for words in (*ABBREVIATIONS.values(), *UNITS.values()) if re.search(r"\d", words)]
