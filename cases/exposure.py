"""What in a story gives its teller away: own name, numbers, house, kin, post, plate, land, an earlier letter, a talk.

Only for somebody who chose to be hidden, and only a proposal: rules over word lists (`data/exposure.yaml`), with and
without diacritics. A neighbour knows more than any rule; what is found is the most common, not all there is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cases.reidentification_signs import Found, Sign, apart, composed, rewritten
from cases.text import strip_marks

__all__ = ["Clue", "Exposure", "Gives", "rewritten"]


class Gives(StrEnum):
    """How a passage gives its writer away."""

    NAME = "name"
    NUMBER = "number"
    HOUSE = "house"
    KIN = "kin"
    ROLE = "role"
    PLATE = "plate"
    LAND = "land"
    BEFORE = "before"
    MEETING = "meeting"


@dataclass(frozen=True, slots=True)
class Clue(Found):
    """A passage, what it gives away, and softer words for it."""

    kind: Gives

    def words(self, text: str) -> str:
        """The passage itself."""
        return composed(text)[self.start : self.end]


Rule = tuple[Gives, re.Pattern[str], str]
_SIGN = {
    Gives.NAME: Sign.NAME, Gives.NUMBER: Sign.NUMBER, Gives.PLATE: Sign.NUMBER, Gives.HOUSE: Sign.HOUSE,
    Gives.LAND: Sign.HOUSE, Gives.KIN: Sign.NEAR, Gives.ROLE: Sign.POST, Gives.BEFORE: Sign.RARE,
    Gives.MEETING: Sign.RARE,
}  # fmt: skip
_GAP = r"[ \t]+"
_W = r"[^\W\d_]+"  # one word
_TITLE = "(?:ong|ba|anh|chi|co|chu|bac|thay)"
# Words at which what gives somebody away ends: "my son, who is in class 3A, | was beaten".
_STOP = (
    "bi|dang|da|co|thi|la|ma|nen|vi|va|luc|khi|duoc|khong|ko|roi|nhung|de|cung|phai|se|noi|bao|biet|thay|chua|"
    "vua|moi|hay|toan|deu|van|o"
)


@dataclass(frozen=True)
class Exposure:
    """The rules, built once from the word lists."""

    plain: Sequence[Rule] = ()
    introduce: re.Pattern[str] | None = None
    relative: re.Pattern[str] | None = None
    typed_name: re.Pattern[str] | None = None
    softer: Mapping[str, str] = field(default_factory=dict)
    surnames: frozenset[str] = frozenset()

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Exposure:
        """From `data/exposure.yaml`; KeyError names a list that is missing."""
        lists = {name: _either(words) for name, words in data.items() if name != "softer"}
        kin = _Words(lists["me"], lists).relative
        softer: Mapping[str, str] = data["softer"]
        name = rf"(?:{lists['surnames']})(?:{_GAP}(?:{lists['middle_names']}))+(?:{_GAP}{_W}){{1,2}}"
        return cls(
            plain=tuple(_rules(lists, softer)),
            introduce=re.compile(rf"(?<!\w)(?:(?:{lists['introduce']})(?:{_GAP}la)?\s*:?|(?:toi|em|chau),)\s*"),
            relative=re.compile(rf"(?<!\w){kin}{_GAP}(?:ten{_GAP})?la{_GAP}(?:{_TITLE}{_GAP})?"),
            typed_name=re.compile(name),
            softer=softer,
            surnames=frozenset(composed(one) for one in data["surnames"]),
        )

    def clues(self, text: str) -> list[Clue]:
        """Every passage found in the composed text, in order, without overlaps."""
        text = composed(text)
        bare = strip_marks(text).lower()
        if len(bare) != len(text):
            return []  # a letter that folds to two would shift every place after it
        found = [*self._names(text, bare), *self._listed(bare)]
        kept = {(one.start, one.end) for one in apart(found)}
        return sorted({one for one in found if (one.start, one.end) in kept}, key=lambda one: one.start)[:_MOST]

    def softened(self, text: str, clues: Iterable[Clue]) -> str:
        """The text with the softer words in place."""
        return rewritten(composed(text), clues)

    def _names(self, text: str, bare: str) -> Iterator[Clue]:
        """ "Tôi là Nguyễn Văn An": capitals after an introduction, or a typed full name without them."""
        if self.introduce is None or self.relative is None:
            return
        for intro in self.introduce.finditer(bare):
            if end := self._name_end(text, bare, intro):
                yield _clue(Gives.NAME, intro.start(), end, self.softer["name"])
        for kin in self.relative.finditer(bare):
            if end := self._name_end(text, bare, kin):
                yield _clue(Gives.KIN, kin.start(), end, self.softer["kin"])

    def _name_end(self, text: str, bare: str, before: re.Match[str]) -> int:
        """Where the name ends that follows these words; 0 where none does."""
        assert self.typed_name is not None
        end, words = _capitals(text, before.end())
        told = "ten" in before[0].split() or _ALONE.match(bare, end) is not None
        if words > 1 or (words == 1 and told):
            return end
        typed = self.typed_name.match(bare, before.end())
        return typed.end() if typed is not None and self._is_surname(text, bare, typed) else 0

    def _is_surname(self, text: str, bare: str, typed: re.Match[str]) -> bool:
        """Where diacritics were typed they must be right: "hồ" is a surname, "hộ" is a household."""
        words = text[typed.start() : typed.end()].lower()
        return words == bare[typed.start() : typed.end()] or words.split()[0] in self.surnames

    def _listed(self, bare: str) -> Iterator[Clue]:
        for kind, pattern, softer in self.plain:
            for match in pattern.finditer(bare):
                start, end = match.span("it") if "it" in pattern.groupindex and match["it"] else match.span()
                yield _clue(kind, start, end, softer)


_MOST = 20
# What follows a name of one word, "tôi là Tám ở thôn 2", and not the first word of more, "tôi là Người dân".
_ALONE = re.compile(r"[ \t]*(?:[,.;:!?\n]|$|(?:o|nha|day|xin|muon|thon|xom|ap|to|khu)(?!\w))")
_WORD = re.compile(r"[ \t]*([^\W\d_]+)")


def _capitals(text: str, start: int) -> tuple[int, int]:
    """Where a run of words with capitals ends, and how many there are; of a shouting text none."""
    if text.isupper():
        return start, 0
    end, words = start, 0
    while words < 5 and (word := _WORD.match(text, end)) is not None and word[1][0].isupper():
        end, words = word.end(), words + 1
    return end, words


def _clue(kind: Gives, start: int, end: int, softer: str) -> Clue:
    return Clue(start, end, _SIGN[kind], softer, kind)


def _either(words: Iterable[str]) -> str:
    """An alternative of phrases as they stand in a bare text, the longest first."""
    bare = sorted({strip_marks(composed(word)).lower() for word in words}, key=len, reverse=True)
    return "|".join(_GAP.join(re.escape(part) for part in word.split()) for word in bare)


def _rules(lists: Mapping[str, str], softer: Mapping[str, str]) -> Iterator[Rule]:
    """The patterns over the bare text, kind by kind."""
    words = _Words(lists["me"], lists)
    for kind, patterns in (
        (Gives.NUMBER, _numbers()),
        (Gives.HOUSE, _house(words)),
        (Gives.KIN, _kin(words)),
        (Gives.ROLE, _role(words)),
        (Gives.PLATE, _plate(words)),
        (Gives.LAND, _land(words)),
        (Gives.BEFORE, _before(words)),
        (Gives.MEETING, _meeting(words)),
    ):
        for instead, pattern in patterns:
            yield kind, re.compile(rf"(?<!\w)(?:{pattern})"), softer[instead]


@dataclass(frozen=True, slots=True)
class _Words:
    """The lists as alternatives, and what stands between them."""

    me: str
    lists: Mapping[str, str]

    def one(self, name: str) -> str:
        return rf"(?:{self.lists[name]})(?!\w)"

    @property
    def mine(self) -> str:
        return rf"(?:nha|gia{_GAP}dinh|ho){_GAP}(?:{self.me})(?!\w)"

    @property
    def relative(self) -> str:
        return rf"(?!ba{_GAP}con(?!\w))(?:{self.lists['kin']}){_GAP}(?:nha{_GAP})?(?:{self.me})(?!\w)"


_FEW = rf"(?:{_GAP}(?!(?:{_STOP})(?!\w))\w+)"  # a word that still belongs to it
_ANY = rf"(?:{_GAP}\w+)"
Patterns = Iterator[tuple[str, str]]  # the name of the softer words, and the pattern


def _numbers() -> Patterns:
    yield "number", r"(?<![\d.])(?:(?:\+?84|0)(?:[ .\-]?\d){8,11})(?!\d)"
    yield "number", r"\d{12}(?!\d)|[^\s@<>]{1,64}@[^\s@<>]{1,200}\.[^\s@<>.,;:!?)]{2,24}"


def _house(words: _Words) -> Patterns:
    beside, public = words.one("beside"), rf"(?!{_GAP}{words.one('public_houses')})"
    lane = rf"(?:[ \t,]+(?:ngo|ngach|hem|kiet|duong|to|xom|thon|khu)(?:{_GAP}so)?{_GAP}\w+{_FEW}{{0,2}})"
    number = rf"(?:so{_GAP}nha|nha{_GAP}so|so)(?:{_GAP}la)?{_GAP}\d+[\w/]*"
    somebodys = rf"(?:{words.me}|ong|ba|anh|chi|chu|bac|co)(?!\w)"
    yard = rf"(?:(?:cong|vuon|hang{_GAP}rao|san|chuong|ao|bo{_GAP}rao){_GAP})?"
    yield "house", rf"(?:{words.mine}(?:{_GAP}o)?{_GAP})?(?:so{_GAP}nha|nha{_GAP}so){_GAP}\d+[\w/]*{lane}{{0,3}}"
    yield "house", rf"{words.mine}(?:{_GAP}(?:o|nam|thi))*(?:{_GAP}ngay)?{_GAP}{number}{lane}{{0,3}}"
    yield "house", rf"{words.mine}(?:{_GAP}o)?{_GAP}(?:ngay{_GAP})?{beside}{_FEW}{{1,4}}"
    yield "house", rf"(?:{words.me}){_GAP}(?:song{_GAP}|tro{_GAP})?o{_GAP}(?:ngay{_GAP})?{beside}{_FEW}{{1,4}}"
    yield "house", rf"{words.mine}{_GAP}o{_GAP}(?:can|nha|ngoi{_GAP}nha){_FEW}{{1,6}}"
    yield "near", rf"(?:ngay{_GAP})?{beside}{_GAP}{yard}(?:nha|vuon|ruong){_GAP}{somebodys}{_FEW}?"
    yield "near", rf"(?:doi{_GAP}dien|sat{_GAP}vach){_GAP}nha(?!\w){public}{_FEW}"


def _kin(words: _Words) -> Patterns:
    school = rf"lop{_GAP}(?:\d+\w*|la|mam|choi)(?:{_GAP}(?:co|thay){_GAP}\w+)?"
    place = rf"(?:{_GAP}(?:o|tai|cho|benh))?{_FEW}"
    yield "kin", rf"{words.relative}{_ANY}{{0,4}}?{_GAP}{school}"
    yield "kin", rf"{words.relative}{_GAP}(?:dang{_GAP})?{words.one('doing')}{place}{{1,4}}"
    yield "kin", rf"{words.relative}{_ANY}{{0,3}}?{_GAP}{words.one('state')}(?:{_GAP}(?:o|tai){_FEW}{{1,3}})?"
    yield "kin", rf"{words.relative}{_GAP}(?:dang{_GAP})?(?:la|lam){_GAP}{words.one('roles')}{_FEW}{{0,5}}"


def _role(words: _Words) -> Patterns:
    me, house = words.me, rf"(?:ho|nha|gia{_GAP}dinh)"
    at = rf"(?:{_GAP}(?:o|tai){_FEW}{{1,4}})?"
    being = rf"(?:dang{_GAP})?(?:la|lam)"
    yield "role", rf"(?:{me}){_GAP}{being}{_GAP}(?:nguoi{_GAP})?{words.one('roles')}{_FEW}{{0,6}}{at}"
    yield "role", rf"la{_GAP}{words.one('roles')}{_FEW}{{0,6}}?,?{_GAP}(?:{me})(?!\w)"
    yield "role", rf"(?:\w+{_GAP}){{0,3}}{words.one('alone')}{_GAP}(?:{me})(?!\w){_FEW}{{0,6}}"
    yield "role", rf"(?:{me}){_GAP}la{_GAP}nguoi{_FEW}{{0,4}}?{_GAP}duy{_GAP}nhat{_FEW}{{0,6}}"
    sole = rf"la{_GAP}{house}{_FEW}{{0,4}}?{_GAP}duy{_GAP}nhat{_FEW}{{0,6}}"
    yield "household", rf"(?:{house}{_GAP})?(?:{me}){_GAP}{sole}"


def _plate(words: _Words) -> Patterns:
    plate = r"\d{2}[ \-]?[a-z]{1,2}\d?[ .\-]{0,3}\d{3}\.?\d{1,2}"
    yield "plate", rf"(?:xe|o{_GAP}to)(?:{_GAP}\w+){{0,3}}{_GAP}(?:{words.me})(?!\w)(?:{_GAP}\w+){{0,4}}[ ,:]*{plate}"


def _land(words: _Words) -> Patterns:
    plot = rf"{words.one('land')}{_GAP}(?:[a-z]{{1,3}}{_GAP})?\w*\d[\w/]*"
    yield "land", rf"{plot}(?:,?{_GAP}{plot})*"


def _before(words: _Words) -> Patterns:
    me, sent = words.me, words.one("sent")
    when = rf"(?:{_GAP}\w+){{0,5}}?{_GAP}(?:ngay|hom|thang|tuan|nam|lan){_GAP}[\w/\-]+"
    earlier = rf"(?:(?:hoi{_GAP})?(?:lan|dot|hom|thang|nam|tuan){_GAP}(?:truoc|ngoai|roi){_GAP})"
    yield (
        "before",
        rf"(?:chinh{_GAP})?(?:{me}){_GAP}(?:chinh{_GAP})?la{_GAP}(?:nguoi|ho){_ANY}{{0,4}}?{_GAP}{sent}(?:{when})?",
    )
    yield "before", rf"{earlier}?(?:chinh{_GAP})?(?:{me}){_GAP}(?:(?:co|da|tung){_GAP}){{1,2}}{sent}(?:{when})?"
    yield "before", rf"{earlier}(?:{me}){_GAP}{sent}"
    yield (
        "before",
        rf"(?:don|thu)(?:{_GAP}co)?{_GAP}chu{_GAP}ky{_GAP}(?:cua{_GAP})?(?:{me})(?!\w)(?:{_GAP}gui)?(?:{when})?",
    )


def _meeting(words: _Words) -> Patterns:
    me = words.me
    yield "meeting", rf"{words.one('privately')}{_GAP}(?:{me})(?!\w)"
    yield "meeting", rf"(?:goi|keu|moi|hen){_GAP}(?:{me}){_GAP}{words.one('summoned')}(?:{_GAP}(?:rieng|bao|noi|doa))*"
    yield (
        "meeting",
        rf"(?:luc{_GAP}do{_GAP}|trong{_GAP}phong{_GAP})*chi{_GAP}co{_GAP}(?:{me}){_GAP}(?:voi|va){_FEW}{{1,4}}",
    )
    yield "meeting", rf"den{_GAP}tan{_GAP}nha{_GAP}(?:doa|gap|bao|noi{_GAP}voi|de{_GAP}doa){_GAP}(?:{me})(?!\w)"
