"""The book of bodies: every locality of the installation and every version of its bodies, resolved as of a date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from cases.bodies import (
    UNION_OF_THE_PERSON,
    Body,
    Directory,
    Hamlet,
    Locality,
    Post,
    UnknownBody,
    UnknownPost,
    Work,
)
from cases.directory_check import validate
from cases.directory_data import (
    Data,
    chains,
    filled,
    merged,
    province_of,
    read_body,
    read_hamlet,
    read_post,
    read_profiles,
    read_work,
)
from cases.mistakes import Mistake
from cases.model import BodyRole, Subject

__all__ = [
    "UNION_OF_THE_PERSON",
    "Body",
    "Directory",
    "DirectoryBook",
    "DirectoryError",
    "Hamlet",
    "Locality",
    "Mistake",
    "Post",
    "UnknownBody",
    "UnknownLocality",
    "UnknownPost",
    "Work",
    "closing_needs_successor",
    "validate",
]

TWO_TIERS_FROM = date(2025, 7, 1)
"""Districts and townships end on this day (Resolution 203/2025/QH15)."""

_KEPT_DAYS = 512  # resolved directories kept in memory; one is needed per locality and day


class DirectoryError(ValueError):
    """The data of the directory is wrong; `mistakes` names every place."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("; ".join(str(mistake) for mistake in mistakes))
        self.mistakes = tuple(mistakes)


class UnknownLocality(KeyError):
    """No locality of the installation has that code."""


@dataclass(frozen=True, slots=True)
class _Source:
    """One locality's data before a date is chosen."""

    locality: Locality
    bodies: tuple[Data, ...]
    posts: tuple[Post, ...]
    intake_fallback: Mapping[str, tuple[str, ...]]
    escalation_chain: Mapping[str, tuple[str, ...]]
    without: frozenset[str]
    operator: str


@dataclass(slots=True)
class DirectoryBook:
    """All localities with all versions of their bodies; nothing in it is ever deleted, only closed."""

    localities: Mapping[str, Locality]
    _sources: Mapping[str, _Source]
    _before: Data
    _profiles: Mapping[Subject, str]
    _resolved: dict[tuple[str, date], Directory] = field(default_factory=dict)

    @classmethod
    def from_mapping(cls, data: Data) -> DirectoryBook:
        """Read the directory's data (one `commune:` or a list `communes:`). Raises DirectoryError."""
        mistakes = validate(data)
        if mistakes:
            raise DirectoryError(mistakes)
        sources: dict[str, _Source] = {}
        for commune in [data["commune"]] if "commune" in data else data["communes"]:
            province = province_of(commune, data)
            sources.setdefault(province["code"], _source(province, data, None))
            sources[commune["code"]] = _source(commune, data, province)
        return cls(
            localities={code: source.locality for code, source in sources.items()},
            _sources=sources,
            _before=data.get("before_2025_07_01") or {},
            _profiles=read_profiles(data),
        )

    @property
    def communes(self) -> tuple[Locality, ...]:
        """The localities residents can choose, in the order of the data."""
        return tuple(place for place in self.localities.values() if place.parent)

    def as_of(self, locality: str, day: date) -> Directory:
        """The directory of `locality` as it stands on `day`. Raises UnknownLocality."""
        known = self._resolved.get((locality, day))
        if known is not None:
            return known
        if locality not in self._sources:
            raise UnknownLocality(locality)
        if len(self._resolved) >= _KEPT_DAYS:
            self._resolved.clear()
        found = self._resolve(self._sources[locality], day)
        self._resolved[locality, day] = found
        return found

    def _resolve(self, source: _Source, day: date) -> Directory:
        three_tier = source.locality.model == "three_tier"
        # A commune kept on the old model lives on its last day, whatever the date.
        frame = min(day, TWO_TIERS_FROM - timedelta(days=1)) if three_tier else day
        versions = [read_body(raw, source.locality, frame) for raw in source.bodies]
        if frame < TWO_TIERS_FROM:
            versions = _with_districts(versions, self._before, source.locality, frame)
        present = [body for body in versions if body.code not in source.without]
        in_force = {body.code: body for body in present if body.in_force(frame)}
        now = _standing(present, in_force)
        absent = {body.code: body.fallback for body in versions if body.code in source.without}
        return Directory(
            locality=source.locality,
            day=day,
            bodies=in_force,
            past_or_future={body.code: body for body in versions if body.code not in in_force},
            now=now,
            posts=tuple(_post_now(post, now) for post in source.posts),
            intake_fallback=source.intake_fallback,
            last_intake=next(iter(source.intake_fallback.get("_last", ())), ""),
            escalation_chain=source.escalation_chain,
            profiles=self._profiles,
            operator=source.operator
            or next((b.code for b in in_force.values() if BodyRole.COORDINATOR in b.roles), ""),
            absent=absent,
            tree={place.code: place.parent for place in self.localities.values()},
            aliases=_aliases(now),
        )


def closing_needs_successor(book: DirectoryBook, body: str, day: date) -> bool:
    """True when closing `body` at the end of `day` would leave its open cases to nobody, in any locality.

    Before a body is closed a successor must be named (`replaces` on another body, domain 3.2).
    """
    after = day + timedelta(days=1)
    for code in book.localities:
        directory = book.as_of(code, after)
        heirs = (b for b in directory.bodies.values() if body in b.replaces and b.code != body)
        known = body in directory.now
        if known and not any(heirs) and directory.successor(body) in ("", body):
            return True
    return False


def _source(place: Data, data: Data, province: Data | None) -> _Source:
    province_name = province["name"] if province else place["name"]
    locality = Locality(
        code=place["code"],
        name=place["name"],
        unit_kind=place.get("unit_kind", "tinh"),
        province=province_name,
        parent=province["code"] if province else "",
        model=place.get("model", "two_tier"),
        hamlets=tuple(read_hamlet(raw) for raw in place.get("hamlets") or ()),
        works=tuple(read_work(raw) for raw in place.get("works") or ()),
        contacts=dict(place.get("contacts") or {}),
    )
    return _Source(
        locality=replace(locality, contacts=filled(dict(locality.contacts), locality)),
        bodies=tuple(merged(data["bodies"], place.get("bodies") or ())),
        posts=tuple(read_post(raw) for raw in merged(data["posts"], place.get("posts") or ())),
        intake_fallback=chains(data.get("intake_fallback"), place.get("intake_fallback")),
        escalation_chain=chains(data.get("escalation_chain"), place.get("escalation_chain")),
        without=frozenset(place.get("without") or ()),
        operator=place.get("operator") or data.get("operator") or "",
    )


def _with_districts(versions: list[Body], before: Data, place: Locality, frame: date) -> list[Body]:
    """The three tiers of before July 2025: district bodies added, the commune's bodies placed under them."""
    uppers = before.get("replace_upper") or {}
    moved = [replace(body, upper=uppers.get(body.code, body.upper)) for body in versions]
    return moved + [read_body(raw, place, frame) for raw in before.get("add_bodies") or ()]


def _standing(versions: list[Body], in_force: Mapping[str, Body]) -> dict[str, str]:
    """Every known code -> the code in force for it: itself, its successor, or (too early) its predecessor."""
    heirs: dict[str, list[str]] = {}
    elders: dict[str, list[str]] = {}
    for body in versions:
        for old in body.replaces:
            heirs.setdefault(old, []).append(body.code)
            elders.setdefault(body.code, []).append(old)
    return {body.code: _walk(body.code, heirs, in_force) or _walk(body.code, elders, in_force) for body in versions}


def _walk(code: str, steps: Mapping[str, list[str]], in_force: Mapping[str, Body]) -> str:
    seen, layer = {code}, [code]
    while layer:
        for one in layer:
            if one in in_force:
                return one
        layer = [after for one in layer for after in steps.get(one, ()) if after not in seen]
        seen.update(layer)
    return ""


def _aliases(now: Mapping[str, str]) -> dict[str, frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for code, stands in now.items():
        if stands:
            groups.setdefault(stands, set()).add(code)
    return {stands: frozenset(codes) for stands, codes in groups.items()}


def _post_now(post: Post, now: Mapping[str, str]) -> Post:
    def current(codes: tuple[str, ...]) -> tuple[str, ...]:
        kept = (c if c == UNION_OF_THE_PERSON else now.get(c, "") for c in codes)
        return tuple(dict.fromkeys(c for c in kept if c))

    return replace(
        post,
        controls=current(post.controls),
        member_of=current(post.member_of),
        handled_by=current(post.handled_by),
    )
