"""Names every mistake in the directory's data, with the place it stands at, before anything is built from it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from cases.bodies import UNION_OF_THE_PERSON
from cases.directory_data import Data, merged, province_of, read_hamlet
from cases.directory_shape import as_days, places, shape_mistakes
from cases.mistakes import Mistake, Path, repeated, words
from cases.model import BodyRole, Subject

_UNIT_KINDS = ("xa", "phuong", "dac_khu", "thi_tran")
_BODY = "a body"


def validate(data: Data) -> list[Mistake]:
    """Every mistake in the directory's data, in the order of the file; empty when it is sound."""
    shape = shape_mistakes(data)
    if shape:
        return shape  # values of a wrong shape cannot be compared
    codes = _codes(data)
    found = [*_bodies(data["bodies"], ("bodies",), codes), *_versions(data["bodies"], ("bodies",))]
    found += [*_posts(data["posts"], ("posts",), codes), *_districts(data), *_tables(data, (), codes)]
    for name, profile in (data.get("deadline_profiles") or {}).items():
        here: Path = ("deadline_profiles", name, "applies_to")
        found += words(profile.get("applies_to"), here, frozenset(Subject), "a subject")
    for i, province in enumerate(data.get("provinces") or ()):
        found += [
            *_bodies(province.get("bodies") or [], ("provinces", i, "bodies"), codes),
            *_posts(province.get("posts") or [], ("provinces", i, "posts"), codes),
        ]
    for path, place in places(data):
        found += _place(place, path, data)
    return found + list(repeated((path, place["code"]) for path, place in places(data)))


def _codes(data: Data, place: Data | None = None) -> frozenset[str]:
    codes = {raw["code"] for raw in data["bodies"]}
    codes |= {raw["code"] for raw in (data.get("before_2025_07_01") or {}).get("add_bodies") or ()}
    return frozenset(codes | {raw["code"] for raw in (place or {}).get("bodies") or ()})


def _bodies(raws: list[Data], path: Path, codes: Collection[str]) -> Iterator[Mistake]:
    for i, raw in enumerate(raws):
        here: Path = (*path, i)
        yield from words(raw.get("roles"), (*here, "roles"), frozenset(BodyRole), "a role")
        for key in ("upper", "forwards_through", "fallback", "replaces"):
            yield from words(raw.get(key), (*here, key), codes, _BODY)
        starts, ends = as_days(raw)
        if ends and ends < starts:
            yield Mistake((*here, "valid_to"), "ends before valid_from")
        if raw.get("no_own_seal") and not raw.get("forwards_through"):
            yield Mistake((*here, "forwards_through"), "a body without a seal must say through whom it forwards")
        if raw.get("optional") and not raw.get("fallback"):
            yield Mistake((*here, "fallback"), "an optional body must name the body that stands in for it")


def _versions(raws: list[Data], path: Path) -> Iterator[Mistake]:
    """Mistakes that show only between entries: overlap, circles, a closed body nobody follows, no coordinator."""
    last_day: dict[str, date | None] = {}
    for i, raw in enumerate(raws):
        code = raw["code"]
        starts, ends = as_days(raw)
        before = last_day.get(code, date.min)
        if code in last_day and (before is None or starts <= before):
            yield Mistake((*path, i, "code"), f'"{code}" is already in force at that time in an earlier entry')
        last_day[code] = ends
    yield from _circles(raws, path, "upper", "above")
    yield from _circles(raws, path, "forwards_through", "that forward for")
    heirs = {old for raw in raws for old in _listed(raw.get("replaces"))}
    for i, raw in enumerate(raws):
        if last_day[raw["code"]] and raw["code"] not in heirs:
            yield Mistake((*path, i, "valid_to"), f'"{raw["code"]}" closes and no body `replaces` it')
    coordinators = {raw["code"] for raw in raws if BodyRole.COORDINATOR in (raw.get("roles") or ())}
    if len(coordinators) != 1:
        yield Mistake(path, f"expected exactly one body with the role coordinator, found {len(coordinators)}")


def _circles(raws: list[Data], path: Path, key: str, how: str) -> Iterator[Mistake]:
    steps: Mapping[str, str | None] = {raw["code"]: raw.get(key) for raw in raws}
    for i, raw in enumerate(raws):
        seen, step = {raw["code"]}, steps[raw["code"]]
        while step and step not in seen:
            seen.add(step)
            step = steps.get(step)
        if step == raw["code"]:
            yield Mistake((*path, i, key), f'the bodies {how} "{raw["code"]}" run in a circle')


def _listed(value: str | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _posts(raws: list[Data], path: Path, codes: frozenset[str]) -> Iterator[Mistake]:
    for i, raw in enumerate(raws):
        here: Path = (*path, i)
        yield from words(raw.get("controls"), (*here, "controls"), codes | {UNION_OF_THE_PERSON}, _BODY)
        for key in ("member_of", "handled_by"):
            yield from words(raw.get(key), (*here, key), codes, _BODY)
        yield from words(raw.get("level"), (*here, "level"), ("commune", "hamlet"), "a level")
    yield from repeated(((*path, i), raw["code"]) for i, raw in enumerate(raws))


def _districts(data: Data) -> Iterator[Mistake]:
    before, here = data.get("before_2025_07_01") or {}, "before_2025_07_01"
    yield from _bodies(before.get("add_bodies") or [], (here, "add_bodies"), _codes(data))
    for code, upper in (before.get("replace_upper") or {}).items():
        for word in (code, upper):
            yield from words(word, (here, "replace_upper", code), _codes(data), _BODY)


def _tables(data: Data, path: Path, codes: frozenset[str]) -> Iterator[Mistake]:
    for table in ("intake_fallback", "escalation_chain"):
        for code, chain in (data.get(table) or {}).items():
            here: Path = (*path, table, code)
            yield from words(code, here, codes | {"_last"}, _BODY)
            yield from words(chain, here, codes, _BODY)
    yield from words(data.get("operator"), (*path, "operator"), codes, _BODY)


def _place(place: Data, path: Path, data: Data) -> Iterator[Mistake]:
    codes = _codes(data, place)
    yield from words(place.get("unit_kind"), (*path, "unit_kind"), _UNIT_KINDS, "a kind of unit")
    yield from words(place.get("model"), (*path, "model"), ("two_tier", "three_tier"), "a model")
    if place.get("unit_kind") == "thi_tran" and place.get("model") != "three_tier":
        yield Mistake((*path, "unit_kind"), "townships (thi_tran) exist only in the three_tier model")
    listed = [name for one in data.get("provinces") or () for name in (one["code"], one["name"])]
    if listed:
        yield from words(place["province"], (*path, "province"), listed, "a province listed under `provinces:`")
    if place["code"] == province_of(place, data)["code"]:
        yield Mistake((*path, "code"), "a commune and its province need different codes")
    yield from _ground(place, path, codes)
    yield from _bodies(place.get("bodies") or [], (*path, "bodies"), codes)
    yield from _posts(place.get("posts") or [], (*path, "posts"), codes)
    yield from _tables(place, path, codes)
    yield from _own(place, path, data)


def _ground(place: Data, path: Path, codes: frozenset[str]) -> Iterator[Mistake]:
    hamlets = [read_hamlet(raw).code for raw in place.get("hamlets") or ()]
    works = place.get("works") or []
    yield from repeated(((*path, "hamlets", i), code) for i, code in enumerate(hamlets))
    yield from repeated(((*path, "works", i), work["code"]) for i, work in enumerate(works))
    for i, work in enumerate(works):
        yield from words(work.get("hamlet"), (*path, "works", i, "hamlet"), hamlets, "a hamlet")
        yield from words(work.get("investor"), (*path, "works", i, "investor"), codes, _BODY)


def _own(place: Data, path: Path, data: Data) -> Iterator[Mistake]:
    """A commune's own entries, judged together with the defaults they change."""
    bodies = merged(data["bodies"], place.get("bodies") or ())
    posts = merged(data["posts"], place.get("posts") or ())
    if place.get("bodies"):
        yield from (Mistake((*path, "bodies"), str(wrong)) for wrong in _versions(bodies, ()))
    for what, raws, key in (("bodies", bodies, "name"), ("posts", posts, "title")):
        for raw in raws:
            if not raw.get(key):
                yield Mistake((*path, what), f'"{raw["code"]}" is new here and needs a {key}')
    optional = {raw["code"] for raw in bodies if raw.get("optional")}
    yield from words(place.get("without"), (*path, "without"), optional, "an optional body")
