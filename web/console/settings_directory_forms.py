"""The forms of the directory: what is typed for one body, post or place becomes one step of an edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cases.bodies import Directory
from cases.directory_data import read_hamlet, slug
from cases.directory_edits import last_version, place_of
from cases.directory_shape import CONTACTS
from cases.model import BodyRole
from cases.rule_edits import Fault, RuleFault
from web.console.settings_flow import read_day
from web.console.visit import Form

NEW = "+"
SECTIONS = ("bodies", "posts", "hamlets", "works", "contacts", "intake_fallback", "escalation_chain")
BODY_TEXTS = ("name", "short", "phone", "upper", "forwards_through", "fallback")
CHAIN = 3


@dataclass(frozen=True, slots=True)
class Filled:
    """What a form holds: the code it is about, the values as typed, and the step they make (None: nothing to do)."""

    code: str
    typed: Mapping[str, Any]
    op: Mapping[str, Any] | None


def known_entry(data: Mapping[str, Any], locality: str, section: str, code: str) -> Mapping[str, Any] | None:
    """The entry as it stands; None for one that does not exist. Empty for a new one."""
    if code == NEW:
        return {} if section in ("bodies", "posts", "hamlets", "works") else None
    place = place_of(data, locality)
    if section in ("bodies", "posts"):
        return last_version(data, locality, section, code)
    if section == "contacts":
        return dict(place.get("contacts") or {}) if code == "all" else None
    if section == "hamlets":
        named = [read_hamlet(raw) for raw in place.get("hamlets") or ()]
        return next(({"code": one.code, "name": one.name} for one in named if one.code == code), None)
    if section == "works":
        return next((raw for raw in place.get("works") or () if raw["code"] == code), None)
    chains = {**(data.get(section) or {}), **(place.get(section) or {})}
    known = chains.get(code, [])
    return {"to": [known] if isinstance(known, str) else list(known)}


def typed_of(section: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """The values a form begins with."""
    if section == "bodies":
        texts = {name: known.get(name) or "" for name in BODY_TEXTS}
        return {**texts, "roles": list(known.get("roles") or []), "version_from": "", "code": ""}
    if section == "posts":
        lists = {name: list(known.get(name) or []) for name in ("controls", "member_of", "handled_by")}
        return {"code": "", "title": known.get("title", ""), "level": known.get("level", "commune"), **lists}
    if section == "contacts":
        return {name: known.get(name) or "" for name in CONTACTS}
    if section in ("intake_fallback", "escalation_chain"):
        return {"to": list(known["to"])}
    return {name: known.get(name) or "" for name in ("code", "name", "hamlet", "investor")}


def read_filled(section: str, code: str, known: Mapping[str, Any], form: Form, faults: list[Fault]) -> Filled:
    """The form as a step. Faults are added for what the directory's own check would not name at its field."""
    if section in ("bodies", "posts"):
        return _entry(section, code, known, form, faults)
    if section == "contacts":
        typed = {name: form.get(name).strip() for name in CONTACTS}
        changed = {name: value for name, value in typed.items() if value != (known.get(name) or "")}
        return Filled(code, typed, {"op": "contacts", "values": changed} if changed else None)
    if section in ("intake_fallback", "escalation_chain"):
        to = [one for one in form.all("to") if one]
        same = to == list(known["to"])
        return Filled(code, {"to": to}, None if same else {"op": "chain", "section": section, "code": code, "to": to})
    return _ground(section, code, known, form, faults)


def _entry(section: str, code: str, known: Mapping[str, Any], form: Form, faults: list[Fault]) -> Filled:
    typed: dict[str, Any] = {"code": form.get("code").strip()}
    if section == "bodies":
        typed |= {name: form.get(name).strip() for name in BODY_TEXTS}
        typed["roles"] = [one for one in form.all("roles") if one in set(BodyRole)]
        starts = read_day(form.get("version_from"), "version_from", faults)
        typed["version_from"] = form.get("version_from")
    else:
        typed |= {"title": form.get("title").strip(), "level": form.get("level")}
        lists = {name: [one for one in form.all(name) if one] for name in ("controls", "member_of", "handled_by")}
        typed, starts = {**typed, **lists}, None
    about = _code(code, typed["code"] or slug(typed.get("name") or typed.get("title") or "").replace("-", "_"), faults)
    before = typed_of(section, known)
    names = [name for name in typed if name not in ("code", "version_from")]
    changed = {name: typed[name] or None for name in names if typed[name] != before[name]}
    changed = {
        name: [] if value is None and isinstance(before[name], list) else value for name, value in changed.items()
    }
    entry: dict[str, Any] = {"code": about, **changed}
    if starts is not None:
        entry["valid_from"] = starts.isoformat()
    return Filled(about, typed, {"op": "entry", "section": section, "entry": entry} if changed else None)


def _ground(section: str, code: str, known: Mapping[str, Any], form: Form, faults: list[Fault]) -> Filled:
    names = ("name",) if section == "hamlets" else ("name", "hamlet", "investor")
    typed = {"hamlet": "", "investor": "", "code": form.get("code").strip()}
    typed |= {name: form.get(name).strip() for name in names}
    about = _code(code, typed["code"] or slug(typed["name"]), faults)
    if form.get("remove") == "1":
        return Filled(about, typed, {"op": "ground", "section": section, "code": about})
    if not typed["name"]:
        faults.append(Fault("name", RuleFault("missing", place="")))
    entry = {"code": about, **{name: typed[name] or None for name in names}}
    same = all((known.get(name) or "") == typed[name] for name in names)
    return Filled(about, typed, None if same else {"op": "ground", "section": section, "code": about, "entry": entry})


def _code(code: str, wanted: str, faults: list[Fault]) -> str:
    if code != NEW:
        return code
    if (
        not wanted
        or len(wanted) > 40
        or not all(sign.isascii() and (sign.isalnum() or sign in "_-") for sign in wanted)
    ):
        faults.append(Fault("code", RuleFault("code")))
    return wanted


def closing(code: str, form: Form, today: date, faults: list[Fault]) -> Mapping[str, Any]:
    """The step that closes a body at the end of a day and names who stands for it afterwards."""
    until = read_day(form.get("until"), "until", faults)
    if until is None and not any(one.field == "until" for one in faults):
        faults.append(Fault("until", RuleFault("missing", place="")))
    if until is not None and until < today:
        faults.append(Fault("until", RuleFault("begins_in_past")))
    heir = form.get("successor")
    if not heir:
        faults.append(Fault("successor", RuleFault("no_successor", what=code, place="")))
    day = (until or today).isoformat()
    return {"op": "close", "code": code, "until": day, "today": today.isoformat(), "successor": heir}


def body_options(directory: Directory, nobody: str) -> list[tuple[str, str]]:
    """Bodies in force as options, with nobody first."""
    return [("", nobody), *((body.code, body.name) for body in directory.bodies.values())]


def chain_typed(to: Sequence[str]) -> list[str]:
    """A chain filled up with empty places to choose from."""
    return [*to, *[""] * max(1, CHAIN - len(to))]
