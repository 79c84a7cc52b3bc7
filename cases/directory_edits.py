"""Changes of one commune's directory: new versions of bodies and posts, closings with their successor, places."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from cases.directory_data import as_date, merged, province_of, read_hamlet

Data = Mapping[str, Any]
Op = Mapping[str, Any]

GOVERNED = (
    *("intake_fallback", "escalation_chain", "operator", "without", "model"),
    *("deadline_profiles", "internal_targets", "limits", "before_2025_07_01"),
)
"""Sections beside bodies and posts that say who may see, take or answer what, and by when."""

_HARMLESS = frozenset({"name", "short", "phone", "doc", "note", "title", "members"})
"""Fields of bodies and posts that only people read."""


class UnknownPlace(KeyError):
    """The edit belongs to a commune that the directory in force does not have."""


def patched(data: Data, locality: str, content: Data) -> Data:
    """The directory with one edit: a whole document, or steps on one commune's own entries. Raises UnknownPlace."""
    if content.get("document") is not None:
        return dict(content["document"])
    found: dict[str, Any] = copy.deepcopy(dict(data))
    place = _place(found, locality)
    for op in content["ops"]:
        _STEPS[op["op"]](found, place, op)
    return found


def place_of(data: Data, locality: str) -> Data:
    """One commune's (or province's) own entries. Raises UnknownPlace."""
    return _place(copy.deepcopy(dict(data)), locality)


def _place(data: dict[str, Any], locality: str) -> dict[str, Any]:
    communes: list[dict[str, Any]] = [data["commune"]] if "commune" in data else data["communes"]
    for commune in communes:
        if commune["code"] == locality:
            return commune
    for commune in communes:
        province = province_of(commune, data)
        if province["code"] == locality:
            listed = [one for one in data.setdefault("provinces", []) if one["code"] == locality]
            if not listed:
                data["provinces"].append(dict(province))
            return next(one for one in data["provinces"] if one["code"] == locality)
    raise UnknownPlace(locality)


def _entry(data: dict[str, Any], place: dict[str, Any], op: Op) -> None:
    """A body or post: a correction, a new version (`valid_from`), or a new entry."""
    place.setdefault(op["section"], []).append(dict(op["entry"]))


def _close(data: dict[str, Any], place: dict[str, Any], op: Op) -> None:
    """The last day of a body, and the body that stands for it afterwards."""
    code, until = op["code"], op["until"]
    own = place.setdefault("bodies", [])
    versions = [raw for raw in merged(data["bodies"], own) if raw["code"] == code]
    entry: dict[str, Any] = {"code": code, "valid_to": until}
    if len(versions) > 1:  # an entry without a first day would end the older versions too
        entry["valid_from"] = op["today"]
    own.append(entry)
    heir = op.get("successor")
    if heir:
        known = next(raw for raw in merged(data["bodies"], own) if raw["code"] == heir)
        replaces = known.get("replaces") or []
        listed = [replaces] if isinstance(replaces, str) else list(replaces)
        own.append({"code": heir, "replaces": sorted({*listed, code})})


def _ground(data: dict[str, Any], place: dict[str, Any], op: Op) -> None:
    """A hamlet or a work: added, renamed, or (with `entry` empty) taken away."""
    section, code = op["section"], op["code"]
    kept: list[Any] = []
    found = False
    for raw in place.get(section) or []:
        if _code(section, raw) != code:
            kept.append(raw)
        elif op.get("entry"):
            kept.append({**(raw if isinstance(raw, Mapping) else {}), **op["entry"]})
            found = True
    if op.get("entry") and not found:
        kept.append(dict(op["entry"]))
    place[section] = kept


def _code(section: str, raw: Any) -> str:
    return read_hamlet(raw).code if section == "hamlets" else str(raw["code"])


def _contacts(data: dict[str, Any], place: dict[str, Any], op: Op) -> None:
    place["contacts"] = {**(place.get("contacts") or {}), **op["values"]}


def _chain(data: dict[str, Any], place: dict[str, Any], op: Op) -> None:
    place.setdefault(op["section"], {})[op["code"]] = list(op["to"])


def _without(data: dict[str, Any], place: dict[str, Any], op: Op) -> None:
    place["without"] = list(op["codes"])


_STEPS = {
    "entry": _entry,
    "close": _close,
    "ground": _ground,
    "contacts": _contacts,
    "chain": _chain,
    "without": _without,
}


def touches_conflict_rules(before: Data, after: Data) -> bool:
    """Whether who may see, take in or answer a case changes: such an edit needs a second person."""
    return list(_governed(before)) != list(_governed(after))


def _governed(data: Data) -> Iterator[object]:
    communes = [data["commune"]] if "commune" in data else list(data["communes"])
    yield [jsonable(data.get(key)) for key in GOVERNED]
    for place in (*communes, *(data.get("provinces") or ())):
        yield place["code"], [jsonable(place.get(key)) for key in GOVERNED]
        for section in ("bodies", "posts"):
            yield [_telling(raw) for raw in merged(data[section], place.get(section) or ())]


def _telling(raw: Data) -> dict[str, object]:
    return {key: jsonable(value) for key, value in raw.items() if key not in _HARMLESS and value}


def jsonable(value: object) -> Any:
    """A parsed document as JSON can hold it: days as text, which the directory reads the same way."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: jsonable(one) for key, one in value.items()}
    return [jsonable(one) for one in value] if isinstance(value, list | tuple) else value


def last_version(data: Data, locality: str, section: str, code: str) -> Data | None:
    """The newest entry for a body or post as the commune has it; None when there is none."""
    own = place_of(data, locality).get(section) or ()
    found = [raw for raw in merged(data[section], own) if raw["code"] == code]
    return max(found, key=lambda raw: as_date(raw["valid_from"]) if raw.get("valid_from") else date.min, default=None)
