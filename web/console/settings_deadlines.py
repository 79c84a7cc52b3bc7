"""Terms and reminders: how long each step may take, and when people are reminded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from cases.rule_checks import Examined
from cases.rule_compose import EditedRules, made_of
from cases.rule_edits import Fault, RuleFault, What
from cases.rules import Limits
from storage import rule_edits
from web.console import settings_show as show
from web.console.settings_effect import effect
from web.console.settings_flow import (
    EDITORS,
    ROOT,
    Told,
    current,
    draft,
    guard,
    read_number,
    settle,
    status,
    why,
)
from web.console.shell import Console
from web.console.visit import Visit

PATH = f"{ROOT}/deadlines"
TARGETS = (
    "triage_wd",
    "forward_wd",
    "tell_resident_accepted_or_transferred_wd",
    "no_receipt_confirmation_alert_wd",
    "relay_reply_to_resident_wd",
)
LIMITS = ("identity_months", "case_years", "draft_days", "pin_tries", "pin_minutes")
LISTS = ("before_due_wd", "overdue_wd", "escalate_at_overdue_wd")
NUMBERS = ("overdue_then_every_wd", "close_without_info_wd", "warn_before_close_wd", "close_after_silence_wd")
HOURS = ("on_due_day", "quiet_from", "quiet_to")
_FALLBACK = {"close_without_info_wd": 15, "warn_before_close_wd": 3, "close_after_silence_wd": 10}


def add_deadlines(console: Console) -> None:
    """Hang in the page with its two forms."""
    console.get(PATH, roles=EDITORS, menu="deadlines")(_page)
    console.post(PATH, roles=EDITORS)(_terms)
    console.post(PATH + "/reminders", roles=EDITORS)(_reminders)


async def _page(visit: Visit) -> Response:
    return await _shown(visit, await current(visit), {}, {}, "", None)


async def _terms(visit: Visit) -> Response:
    guard(visit, What.DEADLINES)
    given, form = why(visit), visit.form
    _, sources, _ = made_of(await current(visit))
    faults = given.faults
    profiles: dict[str, dict[str, int]] = {}
    for code in sources.directory["deadline_profiles"]:
        fields = {name: f"profiles.{code}.{name}" for name in ("reply_wd", "max_extended_wd")}
        profiles[code] = {name: read_number(form.get(field), field, faults, 1, 250) for name, field in fields.items()}
    limits = {name: read_number(form.get(name), name, faults, 1, 600) for name in LIMITS}
    content = {
        "profiles": profiles,
        "targets": {name: read_number(form.get(name), name, faults, 1, 250) for name in TARGETS},
        "limits": _beside(limits, sources.directory.get("limits") or {}, _defaults()),
    }
    edit = draft(visit, given, What.DEADLINES, "terms", content)

    async def page(rules: EditedRules, found: Told, tried: Examined | None) -> Response:
        return await _shown(visit, rules, _typed(visit), found, "terms", tried)

    return await settle(visit, edit, faults, PATH, page)


async def _reminders(visit: Visit) -> Response:
    guard(visit, What.REMINDERS)
    given, form = why(visit), visit.form
    faults = given.faults
    content: dict[str, Any] = {name: _days(form.get(name), name, faults) for name in LISTS}
    _, sources, _ = made_of(await current(visit))
    numbers = {name: read_number(form.get(name), name, faults, 1, 250) for name in NUMBERS}
    content |= _beside(numbers, sources.directory.get("reminders") or {}, _FALLBACK)
    hours = {name: _hour(form.get(name), name, faults) for name in HOURS}
    content |= {"on_due_day": hours["on_due_day"], "only_on_working_days": form.get("only_on_working_days") == "1"}
    content["quiet_hours"] = {"from": hours["quiet_from"], "to": hours["quiet_to"]}
    edit = draft(visit, given, What.REMINDERS, "reminders", content)

    async def page(rules: EditedRules, found: Told, tried: Examined | None) -> Response:
        return await _shown(visit, rules, _typed(visit), found, "reminders", tried)

    return await settle(visit, edit, faults, PATH, page)


def _beside(typed: Mapping[str, int], written: Mapping[str, object], defaults: Mapping[str, int]) -> dict[str, int]:
    """Numbers that are written down already or differ from what holds without being written."""
    return {name: value for name, value in typed.items() if name in written or value != defaults.get(name)}


def _typed(visit: Visit) -> dict[str, str]:
    return {key: value for key, value in visit.form.data.items() if isinstance(value, str)}


def _days(text: str, field: str, faults: list[Fault]) -> list[int]:
    words = text.replace(",", " ").split()
    if (
        not words
        or len(words) > 12
        or any(not (word.isascii() and word.isdecimal() and len(word) < 4) for word in words)
    ):
        faults.append(Fault(field, RuleFault("day_list")))
        return []
    return [int(word) for word in words]


def _hour(text: str, field: str, faults: list[Fault]) -> str:
    hours, _, minutes = text.strip().partition(":")
    if not (hours + minutes).isascii() or len(hours) > 2:
        hours = ""
    if hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2 and int(hours) < 24 and int(minutes) < 60:
        return f"{int(hours):02d}:{minutes}"
    faults.append(Fault(field, RuleFault("hour")))
    return ""


def values_in_force(rules: EditedRules) -> dict[str, str]:
    """Every field of both forms as it stands."""
    _, sources, _ = made_of(rules)
    directory, policy = sources.directory, rules.policy
    found = {
        f"profiles.{code}.{name}": str(raw[name])
        for code, raw in directory["deadline_profiles"].items()
        for name in ("reply_wd", "max_extended_wd")
    }
    found |= {name: str(directory["internal_targets"].get(name, "")) for name in TARGETS}
    limits = {**_defaults(), **(directory.get("limits") or {})}
    found |= {name: str(limits[name]) for name in LIMITS}
    raw = directory.get("reminders") or {}
    found |= {name: ", ".join(str(one) for one in raw.get(name) or ()) for name in LISTS}
    found |= {name: str(raw.get(name, _FALLBACK.get(name, 5))) for name in NUMBERS}
    found |= {"on_due_day": f"{policy.on_due_day:%H:%M}", "quiet_from": f"{policy.quiet_from:%H:%M}"}
    return found | {
        "quiet_to": f"{policy.quiet_to:%H:%M}",
        "only_on_working_days": "1" if policy.working_days_only else "",
    }


def _defaults() -> Mapping[str, int]:
    shipped = Limits()
    return {name: getattr(shipped, name) for name in LIMITS}


async def _shown(
    visit: Visit,
    rules: EditedRules,
    typed: dict[str, str],
    faults: Told,
    which: str,
    tried: Examined | None,
) -> Response:
    parts = (What.DEADLINES, What.REMINDERS)
    edits = await visit.read(
        lambda unit: [one for what in parts for one in rule_edits.listed(unit, what=what, limit=10)]
    )
    known = await visit.read(lambda unit: show.names(unit, edits))
    found = await effect(visit, rules, tried) if tried else None
    in_force = values_in_force(rules)
    return visit.page(
        "settings_deadlines.html",
        status=status(faults),
        terms=in_force | typed if which == "terms" else in_force,
        reminders=in_force | {"only_on_working_days": ""} | typed if which == "reminders" else in_force,
        profiles=rules.profiles,
        targets=TARGETS,
        limits=LIMITS,
        lists=LISTS,
        numbers=NUMBERS,
        hours=HOURS,
        which=which,
        tried=tried,
        effect=found,
        faults=faults,
        form=visit.form,
        edits=sorted(edits, key=lambda one: -one.id),
        who=show.who(visit, known),
        about=show.about(visit, rules, known),
    )
