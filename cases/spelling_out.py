"""Numbers, dates, times and abbreviations in Vietnamese words, for what is read aloud over the loudspeakers.

Southern and northern habits differ ("ngàn", "lẻ"); the northern standard is used: nghìn, linh, mươi, mốt, tư, lăm.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_SCALES = ("", "nghìn", "triệu", "tỷ")
MOST_DIGITS = 15
"""A longer run of digits is no quantity: it is read digit by digit."""

ABBREVIATIONS: Mapping[str, str] = {
    "UBND": "Ủy ban nhân dân",
    "HĐND": "Hội đồng nhân dân",
    "UBMTTQ": "Ủy ban Mặt trận Tổ quốc",
    "MTTQ": "Mặt trận Tổ quốc",
    "MTTQVN": "Mặt trận Tổ quốc Việt Nam",
    "TNCS": "Thanh niên Cộng sản",
    "HCM": "Hồ Chí Minh",
    "TP": "thành phố",
    "TP.": "thành phố",
    "ĐVTN": "đoàn viên thanh niên",
    "TTND": "Thanh tra nhân dân",
    "GSĐTCĐ": "Giám sát đầu tư của cộng đồng",
    "GSĐTCCĐ": "Giám sát đầu tư của cộng đồng",
    "QĐ": "Quyết định",
    "CT": "Chỉ thị",
    "TW": "Trung ương",
    "NĐ": "Nghị định",
    "NQ": "Nghị quyết",
    "CP": "Chính phủ",
    "BHYT": "bảo hiểm y tế",
    "BHXH": "bảo hiểm xã hội",
    "CCCD": "căn cước công dân",
    "GCN": "giấy chứng nhận",
    "GCNQSDĐ": "giấy chứng nhận quyền sử dụng đất",
    "TTHC": "thủ tục hành chính",
    "THCS": "trung học cơ sở",
    "THPT": "trung học phổ thông",
    "ANTT": "an ninh trật tự",
    "PCCC": "phòng cháy chữa cháy",
    "VSMT": "vệ sinh môi trường",
    "NTM": "nông thôn mới",
    "HTX": "hợp tác xã",
    "KT-XH": "kinh tế - xã hội",
    "CT-XH": "chính trị - xã hội",
    "LHPN": "Liên hiệp Phụ nữ",
    "CCB": "Cựu chiến binh",
    "QL": "Quốc lộ",
    "ĐT": "đường tỉnh",
    "CBCC": "cán bộ, công chức",
    "CSGT": "cảnh sát giao thông",
    "v.v.": "vân vân",
    "V/v": "về việc",
    "SĐT": "số điện thoại",
}
"""What a listener cannot hear. A commune adds its own through `more`."""

UNITS: Mapping[str, str] = {
    "%": "phần trăm",
    "km/h": "ki lô mét trên giờ",
    "km2": "ki lô mét vuông",
    "km²": "ki lô mét vuông",
    "km": "ki lô mét",
    "m2": "mét vuông",
    "m²": "mét vuông",
    "m3": "mét khối",
    "m³": "mét khối",
    "cm": "xăng ti mét",
    "mm": "mi li mét",
    "ha": "héc ta",
    "kg": "ki lô gam",
    "m": "mét",
    "đ": "đồng",
    "VNĐ": "đồng",
    "VND": "đồng",
    "kV": "ki lô vôn",
    "kWh": "ki lô oát giờ",
    "°C": "độ xê",
}
_ROMAN = re.compile(r"(?<=[Qq]uý )(IV|III|II|I)\b")
_ROMAN_WORDS = {"I": "một", "II": "hai", "III": "ba", "IV": "tư"}
_MONTHS = ("", "một", "hai", "ba", "tư", *DIGITS[5:10], "mười", "mười một", "mười hai")

# d/m/yyyy and d-m-yyyy; a day and a month alone only after the word "ngày" ("3/4" may be a fraction or a house).
_DATE = re.compile(
    r"(?<![\d/])(ngày )?(0?[1-9]|[12]\d|3[01])[/\-.](0?[1-9]|1[0-2])[/\-.](\d{4})(?![\d/])", re.IGNORECASE
)
_DAY_MONTH = re.compile(r"(?<=ngày )(0?[1-9]|[12]\d|3[01])[/\-](0?[1-9]|1[0-2])(?![\d/])", re.IGNORECASE)
_MONTH_YEAR = re.compile(r"(?<=tháng )(0?[1-9]|1[0-2])[/\-](\d{4})(?![\d/])", re.IGNORECASE)
_MONTH = re.compile(r"(?<=tháng )(0?[1-9]|1[0-2])(?![\d/.,]*\d)", re.IGNORECASE)
_TIME = re.compile(r"(?<![\d:])([01]?\d|2[0-3])(?:[hg:]| giờ )([0-5]\d)(?: ?phút)?(?![\d:\w])", re.IGNORECASE)
_HOUR = re.compile(r"(?<![\d:])([01]?\d|2[0-4])[hg](?![\w])", re.IGNORECASE)
_RANGE = re.compile(r"(?<=\d)\s*[-–]\s*(?=\d)")
_PHONE = re.compile(r"(?<![\d.,])0\d(?:[ .]?\d){7,9}(?!\d)")
_NUMBER = re.compile(r"(?<![\w.,])(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d+))?(?![\d])")
_UNIT = re.compile(
    r"(?<=\d)\s?(" + "|".join(re.escape(one) for one in sorted(UNITS, key=len, reverse=True)) + r")(?![\w²³])"
)
_PER_DAY = re.compile(r"/(?=(ngày|tháng|năm|giờ|hộ|người|kg|ha|lần)\b)")
_JOINT = re.compile(r"(?<=\w)[-–/](?=\w)")
_SPACES = re.compile(r"[ \t]{2,}")


def number_words(value: int) -> str:
    """A whole number in words: 21 `hai mươi mốt`, 105 `một trăm linh năm`, -3 `âm ba`. ValueError above 15 digits."""
    if value < 0:
        return f"âm {number_words(-value)}"
    if value == 0:
        return DIGITS[0]
    if len(str(value)) > MOST_DIGITS:
        raise ValueError(f"more than {MOST_DIGITS} digits")
    return " ".join(_billions(value))


def decimal_words(whole: str, fraction: str) -> str:
    """`4` and `5` as `bốn phẩy năm`; two digits after the comma are read as a number, longer ones one by one."""
    after = fraction.rstrip("0")
    if not after:
        return number_words(int(whole))
    told = number_words(int(after)) if len(after) <= 2 and after[0] != "0" else digit_words(after)
    return f"{number_words(int(whole))} phẩy {told}"


def digit_words(digits: str) -> str:
    """Digit by digit, as telephone numbers are read."""
    return " ".join(DIGITS[int(one)] for one in digits if one.isdigit())


def date_words(day: int, month: int, year: int | None = None) -> str:
    """`mùng năm tháng ba năm hai nghìn không trăm hai mươi sáu`; the word ngày is the caller's."""
    first = f"mùng {number_words(day)}" if day <= 10 else number_words(day)
    told = f"{first} tháng {_MONTHS[month]}"
    return f"{told} năm {number_words(year)}" if year is not None else told


def time_words(hour: int, minute: int = 0) -> str:
    """`bảy giờ ba mươi phút`."""
    told = f"{number_words(hour)} giờ"
    return f"{told} {number_words(minute)} phút" if minute else told


def spelt_out(text: str, more: Mapping[str, str] | None = None) -> str:
    """The text as a speaker reads it: no digit, no unit sign and no known abbreviation is left.

    `more` adds abbreviations, and may change known ones. Numbers inside codes (`PA-2026-000123`) are read digit by
    digit; a person checks the result before it goes on air.
    """
    told = _abbreviations({**ABBREVIATIONS, **(more or {})})(text)
    for pattern, words in _STEPS:
        told = pattern.sub(words, told)
    told = _JOINT.sub(" ", re.sub(r"\d+", lambda found: f" {digit_words(found[0])} ", told))
    return _SPACES.sub(" ", re.sub(r" +([,.;:!?)])", r"\1", told)).strip()


def syllables(text: str) -> int:
    """How many words a speaker reads: Vietnamese writes each syllable apart."""
    return sum(any(sign.isalnum() for sign in word) for word in text.split())


def _abbreviations(known: Mapping[str, str]) -> Callable[[str], str]:
    longest = sorted(known, key=len, reverse=True)
    pattern = re.compile(r"(?<![\w])(" + "|".join(re.escape(one) for one in longest) + r")(?!\w)")
    return lambda text: pattern.sub(lambda found: known[found[1]], text)


def _billions(value: int) -> list[str]:
    """Groups of nine digits: `tỷ` repeats where a number is so large."""
    high, low = divmod(value, 10**9)
    told = [*_billions(high), "tỷ"] if high else []
    return told + (_groups(low, leading=not high) if low else [])


def _groups(value: int, *, leading: bool) -> list[str]:
    told: list[str] = []
    for scale in (2, 1, 0):
        group = value // 1000**scale % 1000
        if group:
            told += [*_hundreds(group, full=bool(told) or not leading), _SCALES[scale]]
    return [word for word in told if word]


def _hundreds(value: int, *, full: bool) -> list[str]:
    """Three digits; `full` reads the hundreds that are not there: 1.005 `một nghìn không trăm linh năm`."""
    hundreds, rest = divmod(value, 100)
    told = [DIGITS[hundreds], "trăm"] if hundreds or full else []
    tens, ones = divmod(rest, 10)
    if not rest:
        return told
    if tens == 0:
        return [*told, "linh", DIGITS[ones]] if told else [DIGITS[ones]]
    told += ["mười"] if tens == 1 else [DIGITS[tens], "mươi"]
    if ones:
        told.append(_ones(tens, ones))
    return told


def _ones(tens: int, ones: int) -> str:
    if ones == 5:
        return "lăm"
    if tens > 1:
        return {1: "mốt", 4: "tư"}.get(ones, DIGITS[ones])
    return DIGITS[ones]


def _number(found: re.Match[str]) -> str:
    whole, fraction = found[1].replace(".", ""), found[2]
    if len(whole) > MOST_DIGITS or (len(whole) > 1 and whole[0] == "0"):
        return f" {digit_words(whole)} " + (f"phẩy {digit_words(fraction)} " if fraction else "")
    return decimal_words(whole, fraction) if fraction else number_words(int(whole))


_STEPS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_ROMAN, lambda found: _ROMAN_WORDS[found[1]]),
    (_PHONE, lambda found: digit_words(found[0])),
    (_DATE, lambda found: f"{found[1] or 'ngày '}{date_words(int(found[2]), int(found[3]), int(found[4]))}"),
    (_DAY_MONTH, lambda found: date_words(int(found[1]), int(found[2]))),
    (_MONTH_YEAR, lambda found: f"{_MONTHS[int(found[1])]} năm {number_words(int(found[2]))}"),
    (_MONTH, lambda found: _MONTHS[int(found[1])]),
    (_TIME, lambda found: time_words(int(found[1]), int(found[2]))),
    (_HOUR, lambda found: time_words(int(found[1]))),
    (_RANGE, lambda _: " đến "),
    (_UNIT, lambda found: f" {UNITS[found[1]]}"),
    (_PER_DAY, lambda _: " một "),
    (_NUMBER, _number),
)
