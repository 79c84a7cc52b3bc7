"""Reads the directory's data as written in YAML into bodies, posts and places."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from cases.bodies import Body, Hamlet, Locality, Post, Work
from cases.model import BodyRole, Subject
from cases.names import Name

Data = Mapping[str, Any]


def slug(name: str) -> str:
    """A code made from a name: lower case, no marks, hyphens ("Thôn Đông 1" -> "thon-dong-1")."""
    plain = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return re.sub(r"[^a-z0-9]+", "-", "".join(c for c in plain if not unicodedata.combining(c))).strip("-")


def as_date(value: object) -> date:
    """A date as YAML gives it (a date, or text YYYY-MM-DD). Raises ValueError."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def province_of(commune: Data, data: Data) -> Data:
    """The entry of `provinces:` the commune names (by code or name), else one made from its name."""
    named = str(commune["province"])
    for province in data.get("provinces") or ():
        if named in (province["code"], province["name"]):
            return dict(province)
    return {"code": slug(named), "name": named}


def merged(defaults: Iterable[Data], overrides: Iterable[Data]) -> list[Data]:
    """Defaults with a commune's own entries over them; an entry with `valid_from` starts a new version."""
    merged: list[Data] = [dict(raw) for raw in defaults]
    for own in overrides:
        same = [raw for raw in merged if raw["code"] == own["code"]]
        if not same:
            merged.append(dict(own))
        elif own.get("valid_from"):
            ends = as_date(own["valid_from"]) - timedelta(days=1)
            last = same[-1]
            merged[merged.index(last)] = {**last, "valid_to": ends}
            merged.append({**last, **own, "valid_to": own.get("valid_to")})
        else:
            for raw in same:
                merged[merged.index(raw)] = {**raw, **own}
    return merged


def chains(defaults: Data | None, own: Data | None) -> dict[str, tuple[str, ...]]:
    """Per key the commune's own list over the default one; a single word is a list of one."""
    both = {**(defaults or {}), **(own or {})}
    return {key: (value,) if isinstance(value, str) else tuple(value) for key, value in both.items()}


def read_hamlet(raw: str | Data) -> Hamlet:
    return Hamlet(slug(raw), raw) if isinstance(raw, str) else Hamlet(raw["code"], raw["name"])


def read_work(raw: Data) -> Work:
    return Work(raw["code"], raw["name"], raw.get("hamlet") or "", raw.get("investor") or "")


def read_post(raw: Data) -> Post:
    return Post(
        code=raw["code"],
        title=Name(raw["title"], raw.get("title_en") or ""),
        controls=tuple(raw.get("controls") or ()),
        member_of=tuple(raw.get("member_of") or ()),
        handled_by=tuple(raw.get("handled_by") or ()),
        level=raw.get("level", "commune"),
    )


def read_body(raw: Data, place: Locality, frame: date) -> Body:
    starts, ends = raw.get("valid_from"), raw.get("valid_to")
    under_front = raw.get("under_front_from")
    replaces = raw.get("replaces") or ()
    return Body(
        code=raw["code"],
        name=Name(filled(raw["name"], place), filled(raw.get("name_en") or "", place)),
        short=Name(filled(raw.get("short") or "", place), filled(raw.get("short_en") or "", place)),
        group=raw.get("group", "upper"),
        roles=frozenset(BodyRole(role) for role in raw.get("roles") or ()),
        # Until 1 July 2025 a union stood under its own district union, not under the Front (Luật 97/2025/QH15).
        upper="" if under_front and frame < as_date(under_front) else raw.get("upper") or "",
        forwards_through=raw.get("forwards_through") or "",
        optional=bool(raw.get("optional")),
        fallback=raw.get("fallback") or "",
        valid_from=as_date(starts) if starts else None,
        valid_to=as_date(ends) if ends else None,
        replaces=(replaces,) if isinstance(replaces, str) else tuple(replaces),
        doc=filled(raw.get("doc") or {}, place),
        phone=str(raw.get("phone") or ""),
    )


def filled(value: Any, place: Locality) -> Any:
    """`value` with {commune}, {province} and their capitals filled in, at any depth."""
    if isinstance(value, str):
        commune = place.name if place.parent else ""
        for mark, name in (("{commune}", commune), ("{province}", place.province)):
            value = value.replace(mark, name).replace(mark.upper(), name.upper())
        return value.strip()
    if isinstance(value, Mapping):
        return {key: filled(inner, place) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [filled(inner, place) for inner in value]
    return value


def read_profiles(data: Data) -> dict[Subject, str]:
    found: dict[Subject, str] = {}
    for name, profile in (data.get("deadline_profiles") or {}).items():
        for subject in profile.get("applies_to") or ():
            found[Subject(subject)] = name
    return found
