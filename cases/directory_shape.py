"""The shape of the directory's data: which fields an entry may have and how each is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from cases.directory_data import Data, as_date
from cases.mistakes import (
    Check,
    Mistake,
    Path,
    anything,
    entries,
    fields,
    mapping,
    text,
    text_or_texts,
    texts,
)

CONTACTS = (
    "address",
    "phone",
    "hours",
    "reception_place",
    "legal_aid",
    "police_phone",
    "mediation_contact",
    "party_inspection",
)
"""What a locality may tell residents about itself; the wording uses these words. Empty drops the sentence."""


def day(value: Any) -> str:
    """A day, not a moment."""
    try:
        as_date(value)
    except ValueError:
        return f'"{value}" is not a date (expected YYYY-MM-DD)'
    return f'"{value}" is a moment, expected a day (YYYY-MM-DD)' if isinstance(value, datetime) else ""


def flag(value: Any) -> str:
    """Yes or no."""
    return "" if isinstance(value, bool) else "expected true or false"


def phone(value: Any) -> str:
    """A telephone number; may be empty while it is not known."""
    return "" if isinstance(value, str) else 'expected a text in quotes, such as "0204 3123 456"'


_BODY: Mapping[str, Check] = {
    **dict.fromkeys(("code", "name", "name_en", "short", "short_en", "group", "upper", "forwards_through"), text),
    **dict.fromkeys(("fallback", "members"), text),
    **dict.fromkeys(("optional", "no_own_seal", "many"), flag),
    **dict.fromkeys(("valid_from", "valid_to", "under_front_from"), day),
    "roles": texts,
    "replaces": text_or_texts,
    "doc": mapping,
    "phone": phone,
}
_POST: Mapping[str, Check] = {
    **dict.fromkeys(("code", "title", "title_en", "level", "note"), text),
    **dict.fromkeys(("controls", "member_of", "handled_by"), texts),
}
_PLACE: Mapping[str, Check] = {
    **dict.fromkeys(("code", "name", "province", "unit_kind", "model", "operator"), text),
    **dict.fromkeys(("hamlets", "works", "bodies", "posts"), entries),
    **dict.fromkeys(("contacts", "intake_fallback", "escalation_chain"), mapping),
    "without": texts,
}
_HAMLET: Mapping[str, Check] = {"code": text, "name": text}
_WORK: Mapping[str, Check] = {"code": text, "name": text, "hamlet": text, "investor": text}
_PROVINCE: Mapping[str, Check] = {"code": text, "name": text, "contacts": mapping, "bodies": entries, "posts": entries}


def shape_mistakes(data: Any) -> list[Mistake]:
    """Every field that is unknown, missing or wrongly written. Once this is empty, values may be compared."""
    if not isinstance(data, Mapping):
        return [Mistake((), "expected `key: value` lines")]
    found = list(_top(data))
    for path, place, known, needed in _all_places(data):
        found += fields(place, path, known, needed)
        if isinstance(place, Mapping):
            found += _inside(place, path)
    return found


def places(data: Data) -> list[tuple[Path, Data]]:
    """The communes with the path each stands at."""
    if data.get("commune") is not None:
        return [(("commune",), data["commune"])]
    return [(("communes", i), place) for i, place in enumerate(data.get("communes") or [])]


def _top(data: Data) -> Iterator[Mistake]:
    if ("commune" in data) == ("communes" in data):
        yield Mistake((), "expected either one `commune:` or a list `communes:`")
    for key in ("bodies", "posts"):
        yield from _list(data.get(key), (key,), _BODY if key == "bodies" else _POST, _needed(key))
    for key in ("communes", "provinces"):
        if key in data and entries(data[key]):
            yield Mistake((key,), entries(data[key]))
    for key in ("intake_fallback", "escalation_chain"):
        yield from _chains(data.get(key), (key,))
    if data.get("operator") is not None and text(data["operator"]):
        yield Mistake(("operator",), text(data["operator"]))
    yield from _before(data.get("before_2025_07_01") or {})
    yield from _profiles(data.get("deadline_profiles") or {})


def _needed(key: str) -> tuple[str, ...]:
    return ("code", "name") if key == "bodies" else ("code", "title")


def _all_places(data: Data) -> Iterator[tuple[Path, Any, Mapping[str, Check], tuple[str, ...]]]:
    if "commune" in data:
        yield ("commune",), data["commune"], _PLACE, ("code", "name", "province")
    for key, known, needed in (
        ("communes", _PLACE, ("code", "name", "province")),
        ("provinces", _PROVINCE, ("code", "name")),
    ):
        listed = data.get(key)
        for i, place in enumerate(listed if isinstance(listed, list) else []):
            yield (key, i), place, known, needed


def _inside(place: Data, path: Path) -> Iterator[Mistake]:
    """A commune's own entries; those that change a default need only its code."""
    for key, known in (("bodies", _BODY), ("posts", _POST)):
        yield from _list(place.get(key) or [], (*path, key), known, ("code",))
    yield from _list(place.get("works") or [], (*path, "works"), _WORK, ("code", "name"))
    hamlets = place.get("hamlets") or []
    for i, hamlet in enumerate(hamlets if isinstance(hamlets, list) else []):
        if text(hamlet):
            yield from fields(hamlet, (*path, "hamlets", i), _HAMLET, ("code", "name"))
    contacts = place.get("contacts") or {}
    if not mapping(contacts):
        yield from fields(contacts, (*path, "contacts"), dict.fromkeys(CONTACTS, phone))
    for key in ("intake_fallback", "escalation_chain"):
        yield from _chains(place.get(key), (*path, key))


def _list(raws: Any, path: Path, known: Mapping[str, Check], needed: tuple[str, ...]) -> Iterator[Mistake]:
    if not isinstance(raws, list):
        yield Mistake(path, entries(raws))
        return
    for i, raw in enumerate(raws):
        yield from fields(raw, (*path, i), known, needed)


def _chains(raw: Any, path: Path) -> Iterator[Mistake]:
    if raw is None:
        return
    if mapping(raw):
        yield Mistake(path, mapping(raw))
        return
    yield from (Mistake((*path, key), text_or_texts(chain)) for key, chain in raw.items() if text_or_texts(chain))


def _before(raw: Any) -> Iterator[Mistake]:
    here = "before_2025_07_01"
    yield from fields(raw, (here,), {"add_bodies": entries, "replace_upper": mapping, "unions_upper": anything})
    if not mapping(raw):
        yield from _list(raw.get("add_bodies") or [], (here, "add_bodies"), _BODY, ("code", "name"))
        uppers = raw.get("replace_upper") or {}
        for code, upper in uppers.items() if not mapping(uppers) else ():
            if text(upper):
                yield Mistake((here, "replace_upper", code), text(upper))


def _profiles(raw: Any) -> Iterator[Mistake]:
    """Only `applies_to` is read here; the numbers of a profile belong to the clocks."""
    if mapping(raw):
        yield Mistake(("deadline_profiles",), mapping(raw))
        return
    for name, profile in raw.items():
        if mapping(profile):
            yield Mistake(("deadline_profiles", name), mapping(profile))
        elif profile.get("applies_to") is not None and texts(profile["applies_to"]):
            yield Mistake(("deadline_profiles", name, "applies_to"), texts(profile["applies_to"]))


def as_days(raw: Data) -> tuple[date, date | None]:
    """First and last day of a version; `date.min` where it has always been, None where it is open."""
    starts, ends = raw.get("valid_from"), raw.get("valid_to")
    return as_date(starts) if starts else date.min, as_date(ends) if ends else None
