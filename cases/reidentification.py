"""Could a neighbour tell who is meant? Scores place, time, role and rare details of what is to be published.

Rule of the board `[D]`: points add up; from `WARN` on the second person is shown them, from `BLOCK` on nothing is
published until coarser words are found. A name, a number of a person or a house blocks by itself; so does, in a report
about a person, any word for the post and the hamlet (a report is an allegation, domain 1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cases.bodies import Directory
from cases.phrases import plain
from cases.reidentification_signs import Found, Sign, apart, composed, phrases, rewritten, signs

BLOCK = 10
WARN = 5
FEW = 3
"""Fewer cases than this are told apart by those who live there (the same number as in figures, P2-11)."""

SMALL_HAMLET, TINY_HAMLET = 300, 100  # people

WEIGHTS: Mapping[Sign, int] = {
    Sign.NAME: 10,
    Sign.NUMBER: 10,
    Sign.HOUSE: 10,
    Sign.SHOP: 5,
    Sign.POST: 5,
    Sign.ALLEY: 4,
    Sign.NEAR: 4,
    Sign.RARE: 4,
    Sign.AGE: 3,
    Sign.DAY: 3,
    Sign.FEW_ALIKE: 3,
    Sign.HOUR: 2,
    Sign.HAMLET: 2,
    Sign.HAMLET_WORD: 2,
    Sign.SMALL_HAMLET: 2,
    Sign.WEEK: 1,
    Sign.PERSON_HAMLET: 10,
    Sign.PERSON_WEEK: 5,
    Sign.PERSON_BODY: 5,
}
KIND_OF_BODY: Mapping[str, str] = {
    "party": "cơ quan của Đảng",
    "front": "Mặt trận",
    "union": "đoàn thể",
    "people": "ban của Nhân dân",
    "state": "cơ quan nhà nước",
}
EVERYBODY = frozenset({"can bo", "cong chuc", "vien chuc", "nhan vien", "dang vien", "giao vien", "bac si", "y ta"})
"""Words that many people answer to."""

SUMMARY, ANSWER = "summary", "answer"


@dataclass(frozen=True, slots=True)
class PublicText:
    """What the board would show. `hamlet` empty: only the commune is named. `by_month`: dates to the month, else week.

    `as_kind`: the authority is named by its kind ("a body of the State"), not by name.
    """

    summary: str
    answer: str
    hamlet: str = ""
    by_month: bool = False
    as_kind: bool = False


@dataclass(frozen=True, slots=True)
class Around:
    """What a neighbour knows. `alike`: cases of this group of topics in this hamlet in the last twelve months,
    this one included; `people`: those who live in the hamlet, 0 where it is not known; `posts`: words for posts and
    what might replace them; `own_posts`: words for the post of the person the report is about."""

    about_person: bool
    alike: int
    people: int
    hamlets: Mapping[str, str]
    places: tuple[str, ...]
    posts: Mapping[str, str]
    own_posts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Point:
    """One reason for concern: `found` are the words, empty where a field is meant; `instead` is what is proposed."""

    sign: Sign
    weight: int
    found: str = ""
    instead: str = ""
    where: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """All points, and the sum."""

    points: tuple[Point, ...]

    @property
    def score(self) -> int:
        """The sum of all weights."""
        return sum(point.weight for point in self.points)

    @property
    def blocked(self) -> bool:
        """True when it may not be published so."""
        return self.score >= BLOCK

    @property
    def warned(self) -> bool:
        """True when the second person must look at the points."""
        return self.score >= WARN


def check(text: PublicText, around: Around) -> Verdict:
    """Every point that speaks against publishing this, the heaviest first."""
    points = [*_fields(text, around)]
    for where in (SUMMARY, ANSWER):
        words = composed(getattr(text, where))
        for found in _found(words, around, text.hamlet):
            said = words[found.start : found.end]
            points.append(Point(found.sign, _weight(found, said, around), said, found.instead, where))
    return Verdict(tuple(sorted(points, key=lambda point: -point.weight)))


def coarser(text: PublicText, around: Around) -> PublicText:
    """The same said so that fewer could be meant: hamlet to commune, week to month, post to kind of body."""
    keeps_hamlet = text.hamlet and not around.about_person and around.alike >= FEW and not _is_small(around)
    hamlet = text.hamlet if keeps_hamlet else ""
    fields = _fields(replace(text, hamlet=hamlet), around)
    changed = {}
    for where in (SUMMARY, ANSWER):
        words = composed(getattr(text, where))
        changed[where] = rewritten(words, _found(words, around, hamlet))
    return replace(
        text,
        **changed,
        hamlet=hamlet,
        by_month=text.by_month or around.about_person or any(point.sign is Sign.WEEK for point in fields),
        as_kind=text.as_kind or around.about_person,
    )


def around_of(
    directory: Directory,
    spoken: Mapping[str, Sequence[str]],
    *,
    about_person: bool,
    own_posts: Sequence[str],
    alike: int,
    people: int = 0,
) -> Around:
    """What a neighbour knows, from the directory: hamlets, works, and posts that have one holder in the commune.

    Posts with many holders are only words of concern where the report is about such a person.
    """
    place = directory.locality
    words: dict[str, str] = {}
    own: set[str] = set()
    for post in directory.posts:
        said = {plain(post.title), *spoken.get(post.code, ())} - EVERYBODY
        if post.told_apart_by != "body" or post.code in own_posts or about_person:
            instead = "một cán bộ" if about_person else _kind_of(directory, post.controls)
            words |= dict.fromkeys((one for one in said if len(one.split()) > 1), instead)
        if post.code in own_posts:
            own |= said
    return Around(
        about_person=about_person,
        alike=alike,
        people=people,
        hamlets={hamlet.name: f"ở {place.name}" for hamlet in place.hamlets},
        places=(*(one.name for one in place.hamlets), *(one.name for one in place.works), place.name),
        posts=words,
        own_posts=frozenset(own),
    )


def _kind_of(directory: Directory, controls: Sequence[str]) -> str:
    groups = {directory.body(code).group for code in controls if directory.has(code)}
    return KIND_OF_BODY.get(next(iter(groups)) if len(groups) == 1 else "", "một cán bộ")


def _found(words: str, around: Around, hamlet: str) -> list[Found]:
    found = [*signs(words, around.places), *phrases(words, around.posts, Sign.POST)]
    if not hamlet:
        found += phrases(words, around.hamlets, Sign.HAMLET_WORD)
    return apart(found)


def _weight(found: Found, said: str, around: Around) -> int:
    if found.sign is Sign.POST and around.about_person:
        return BLOCK
    if found.sign is Sign.HAMLET_WORD and around.about_person:
        return BLOCK
    return WEIGHTS[found.sign]


def _is_small(around: Around) -> bool:
    return 0 < around.people < SMALL_HAMLET


def _fields(text: PublicText, around: Around) -> list[Point]:
    """Place and time as the board would show them beside the words."""
    points: list[Point] = []
    if around.about_person:
        points += [Point(Sign.PERSON_HAMLET, WEIGHTS[Sign.PERSON_HAMLET])] if text.hamlet else []
        points += [] if text.by_month else [Point(Sign.PERSON_WEEK, WEIGHTS[Sign.PERSON_WEEK])]
        points += [] if text.as_kind else [Point(Sign.PERSON_BODY, WEIGHTS[Sign.PERSON_BODY])]
        return points
    if not text.hamlet:
        return points
    points.append(Point(Sign.HAMLET, WEIGHTS[Sign.HAMLET]))
    if around.alike < FEW:
        points.append(Point(Sign.FEW_ALIKE, WEIGHTS[Sign.FEW_ALIKE], count=around.alike))
    if _is_small(around):
        double = 2 if around.people < TINY_HAMLET else 1
        points.append(Point(Sign.SMALL_HAMLET, double * WEIGHTS[Sign.SMALL_HAMLET], count=around.people))
    if not text.by_month:
        points.append(Point(Sign.WEEK, WEIGHTS[Sign.WEEK]))
    return points
