"""Words that point at one person in a commune, and the coarser words that say the same of the matter.

In a commune of a few thousand a name is not needed: a house number, an illness or the only post of its kind is enough.
The replacements are Vietnamese, for so is what is published.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from cases.text import strip_marks


class Sign(StrEnum):
    """What gives a person away."""

    NAME = "name"
    NUMBER = "number"
    HOUSE = "house"
    ALLEY = "alley"
    NEAR = "near"
    AGE = "age"
    DAY = "day"
    HOUR = "hour"
    RARE = "rare"
    SHOP = "shop"
    POST = "post"
    HAMLET = "hamlet"
    HAMLET_WORD = "hamlet_word"
    FEW_ALIKE = "few_alike"
    SMALL_HAMLET = "small_hamlet"
    WEEK = "week"
    PERSON_HAMLET = "person_hamlet"
    PERSON_WEEK = "person_week"
    PERSON_BODY = "person_body"


@dataclass(frozen=True, slots=True)
class Found:
    """A passage of a text: from where to where, what it is a sign of, and what might stand there instead."""

    start: int
    end: int
    sign: Sign
    instead: str


_SURNAMES = (
    "Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Đinh|Trịnh|Mai|Đào|Lương|Lưu|Tạ|Tô|Hà|Cao|"
    "Châu|Chu|Thái|Lâm|Phùng|Vương|Quách|Triệu|Đoàn|Kiều|Tống|Nông|Hứa|Giàng|Vàng|Lò|Sùng|Thào|Tăng|Bế|Lục|Mạc|Khuất|Nghiêm"
)
_CAPITAL = r"[A-ZÀ-ÝĂĐĨŨƠƯẠ-Ỹ][\w]*"
_TITLE = (
    r"(?:[ÔôOo]ng|[Bb]à|[Aa]nh|[Cc]hị|[Cc]ô|[Cc]hú|[Bb]ác|[Dd]ì|[Cc]ậu|[Mm]ợ|[Tt]hím|[Cc]ụ|[Tt]hầy|[Ee]m|[Cc]háu|[Cc]ụ)"
)
# A street, a school or a bridge may bear a person's name and points at nobody.
_PLACE_BEFORE = re.compile(r"(?:đường|phố|trường|cầu|chợ|công viên|chùa|đền|đình|hồ|sông|kênh|tượng đài)\s+$", re.I)
_NO_PERSON = ("Hồ Chí Minh", "Mặt Trận", "Tổ Quốc")
_NAMES = (
    re.compile(rf"\b{_TITLE}\s+(?P<name>{_CAPITAL}(?:\s+{_CAPITAL}){{0,3}})"),
    re.compile(rf"\b(?P<name>(?:{_SURNAMES})(?:\s+{_CAPITAL}){{1,3}})"),
)
_MIDDLE = "van|thi|duc|huu|quang|minh|ngoc|xuan|dinh|cong|thanh|hong|kim|thu|tuan|anh|manh|ba|trong|quoc|gia"
_TYPED_NAME = re.compile(
    rf"\b(?:{strip_marks(_SURNAMES).lower()})\s+(?:{_MIDDLE})\s+[a-z]{{1,7}}\b(?:\s+[a-z]{{2,6}}\b)?"
)
_PERSONAL = r"(?:(?:ong|ba|dong chi)\s+)?"
_OF_THE_COMMUNE = r"(?:\s+(?:xa|phuong|dac khu|thi tran))?"
_NO_SUM = r"(?!\s*(?:đồng|đ\b|vnđ|vnd|triệu|tỷ|nghìn|ngàn|m2|m²|mét|km))"
_PATTERNS: tuple[tuple[Sign, re.Pattern[str], str], ...] = (
    (Sign.NUMBER, re.compile(rf"(?<![\d.,/])\+?\d(?:[ .\-]?\d){{7,14}}(?![\d/]){_NO_SUM}", re.I), "…"),
    (Sign.NUMBER, re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,200}\.[^\s@<>.,;:!?)]{2,24}"), "…"),
    (Sign.NUMBER, re.compile(r"\b\d{2}[ -]?[A-Z]{1,2}\d?[ .-]{0,3}\d{3}[.]?\d{1,2}\b"), "…"),
    (
        Sign.HOUSE,
        re.compile(
            r"\b(?:số nhà|nhà số|căn hộ(?: số)?|lô(?: đất)?(?: số)?|thửa(?: đất)?(?: số)?|tờ bản đồ(?: số)?)"
            r"\s*\d+[\w/]*",
            re.I,
        ),
        "khu vực này",
    ),
    (Sign.ALLEY, re.compile(r"\b(?:ngõ|ngách|hẻm|kiệt)\s+(?:số\s+)?\d+[\w/]*", re.I), "đường trong khu dân cư"),
    (
        Sign.NEAR,
        re.compile(
            r"\b(?:(?:cạnh|gần|sát|đối diện|trước|trước cửa|sau|ngay)\s+nhà\s+(?:tôi|ông|bà|anh|chị|em|mình)|"
            r"(?:nhà|gia đình|vợ|chồng|con|bố|mẹ|cháu|em|anh|chị)\s+(?:tôi|em|mình)\b|hộ\s+(?:ông|bà|anh|chị)\b)",
            re.I,
        ),
        "một hộ dân",
    ),
    (Sign.AGE, re.compile(r"\b\d{1,3}\s+tuổi\b|\bsinh năm\s+\d{4}\b", re.I), "…"),
    (
        Sign.DAY,
        re.compile(
            r"\b(?:ngày\s+)?(?:0?[1-9]|[12]\d|3[01])(?:/|-|\s+tháng\s+)(?P<month>0?[1-9]|1[0-2])"
            r"(?:(?:/|-|\s+năm\s+)(?P<year>\d{4}))?\b(?!/)",
            re.I,
        ),
        "tháng {month}",
    ),
    (
        Sign.HOUR,
        re.compile(r"\b(?:lúc\s+)?\d{1,2}\s*(?:giờ(?:\s*\d{1,2}(?:\s*phút)?)?|h\d{0,2})\b", re.I),
        "trong ngày",
    ),
    (
        Sign.RARE,
        re.compile(
            r"\b(?:người )?(?:khuyết tật|tâm thần|ung thư|nhiễm HIV|HIV|góa(?: chồng| vợ)?|mẹ đơn thân|đơn thân|mồ côi|"
            r"thương binh|bệnh binh|con liệt sĩ|chất độc da cam|ly hôn|mang thai|sinh đôi|nghiện(?: ma túy)?|mới ra tù|"
            r"bại liệt|chạy thận)\b",
            re.I,
        ),
        "người thuộc diện được giúp đỡ",
    ),
    (
        Sign.SHOP,
        re.compile(
            rf"\b(?:[Qq]uán|[Tt]iệm|[Cc]ửa hàng|[Xx]ưởng|[Tt]rang trại|[Tt]rại|[Ll]ò)\s+{_CAPITAL}(?:\s+{_CAPITAL})*"
        ),
        "một cơ sở",
    ),
)


def composed(text: str) -> str:
    """The form in which places are counted and words are replaced."""
    return unicodedata.normalize("NFC", text)


def signs(text: str, known_places: Iterable[str] = ()) -> list[Found]:
    """Every passage of a composed text that may give a person away, in order, without overlaps.

    Names of hamlets and works in `known_places` are no names of people.
    """
    found = [*_named(text, tuple(known_places)), *_typed(text)]
    for sign, pattern, instead in _PATTERNS:
        for match in pattern.finditer(text):
            found.append(Found(match.start(), match.end(), sign, _filled(instead, match)))
    return apart(found)


def phrases(text: str, wanted: Mapping[str, str], sign: Sign) -> list[Found]:
    """Where phrases stand in a composed text, with or without diacritics; `wanted` maps each to what might replace it.

    Longer phrases win over those they contain.
    """
    bare = strip_marks(text).lower()
    if len(bare) != len(text):
        return []  # a letter that folds to two would shift every place after it
    found = []
    for phrase in sorted(wanted, key=len, reverse=True):
        words = [re.escape(word).replace("i", "[iy]") for word in strip_marks(phrase).lower().split()]
        if words:
            body = r"[\s,]+".join(words)
            whole = _PERSONAL + body + _OF_THE_COMMUNE if sign is Sign.POST else body
            pattern = re.compile(rf"(?<!\w){whole}(?!\w)")
            found += [Found(one.start(), one.end(), sign, wanted[phrase]) for one in pattern.finditer(bare)]
    return apart(found)


def apart(found: Iterable[Found]) -> list[Found]:
    """In order of place; of two that overlap the longer one."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda each: (each.start - each.end, each.start)):
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda each: each.start)


def rewritten(text: str, found: Iterable[Found]) -> str:
    """The text with the proposed words in the place of what was found."""
    for one in sorted(found, key=lambda each: each.start, reverse=True):
        begins = one.start == 0 or text[: one.start].rstrip()[-1:] in (".", "!", "?", "\n")
        instead = one.instead[:1].upper() + one.instead[1:] if begins else one.instead
        text = text[: one.start] + instead + text[one.end :]
    return re.sub(r"…(?:\s*…)+", "…", text)


def _named(text: str, known_places: tuple[str, ...]) -> Iterator[Found]:
    for pattern in _NAMES:
        for match in pattern.finditer(text):
            name = match["name"]
            placed = _PLACE_BEFORE.search(text[: match.start()]) or any(name in place for place in known_places)
            if not placed and not name.startswith(_NO_PERSON):
                yield Found(match.start(), match.end(), Sign.NAME, "một người dân")


def _typed(text: str) -> Iterator[Found]:
    """Names typed in small letters without diacritics."""
    if strip_marks(text) == text:
        for match in _TYPED_NAME.finditer(text):
            yield Found(match.start(), match.end(), Sign.NAME, "một người dân")


def _filled(instead: str, match: re.Match[str]) -> str:
    if "{month}" not in instead:
        return instead
    year = match["year"]
    return f"tháng {int(match['month'])}" + (f" năm {year}" if year else "")
