"""The directory: bodies, posts, hamlets, works, contacts; each change with its effect and its second person."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from starlette.responses import Response

from cases.directory_edits import UnknownPlace, place_of
from cases.directory_shape import CONTACTS
from cases.model import BodyRole
from cases.rule_checks import Examined
from cases.rule_compose import EditedRules, made_of
from cases.rule_edits import Fault, RuleFault, What
from storage import rule_edits
from web.console import settings_directory_forms as forms
from web.console import settings_show as show
from web.console.settings_effect import effect
from web.console.settings_flow import EDITORS, ROOT, Told, current, draft, guard, settle, status, told, why
from web.console.shell import Console
from web.console.visit import Visit

PATH = f"{ROOT}/directory"


def add_directory(console: Console) -> None:
    """Hang in the list, the page of one entry, and closing a body."""
    console.get(PATH, roles=EDITORS, menu="directory")(_list)
    console.get(PATH + "/{section}/{code}", roles=EDITORS)(_one)
    console.post(PATH + "/{section}/{code}", roles=EDITORS)(_change)


async def _list(visit: Visit) -> Response:
    rules = await current(visit)
    _, sources, _ = made_of(rules)
    place = _place(visit, sources.directory)
    directory = rules.directory(visit.officer.locality, visit.now)
    later = [body for body in directory.past_or_future.values() if body.valid_from and body.valid_from > visit.today]
    chains = {
        name: {**(sources.directory.get(name) or {}), **(place.get(name) or {})}
        for name in ("intake_fallback", "escalation_chain")
    }
    return visit.page(
        "settings_directory.html",
        directory=directory,
        later=later,
        contacts=[(name, directory.locality.contacts.get(name, "")) for name in CONTACTS],
        chains=chains,
        shares=len(rules.book.communes) > 1,
    )


def _place(visit: Visit, data: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        return place_of(data, visit.officer.locality)
    except UnknownPlace:
        raise visit.missing() from None


async def _entry(visit: Visit) -> tuple[EditedRules, str, str, Mapping[str, Any]]:
    rules = await current(visit)
    _, sources, _ = made_of(rules)
    section, code = visit.params["section"], visit.params["code"]
    _place(visit, sources.directory)
    if section not in forms.SECTIONS:
        raise visit.missing()
    known = forms.known_entry(sources.directory, visit.officer.locality, section, code)
    if known is None:
        raise visit.missing()
    return rules, section, code, known


async def _one(visit: Visit) -> Response:
    rules, section, code, known = await _entry(visit)
    return await _shown(visit, section, code, forms.typed_of(section, known), rules, {}, None)


async def _change(visit: Visit) -> Response:
    guard(visit, What.DIRECTORY)
    rules, section, code, known = await _entry(visit)
    given = why(visit)
    typed: Mapping[str, Any] = forms.typed_of(section, known)
    if section == "bodies" and visit.form.get("act") == "close":
        about, op = code, forms.closing(code, visit.form, visit.today, given.faults)
    else:
        filled = forms.read_filled(section, code, known, visit.form, given.faults)
        about, typed, op = filled.code, filled.typed, filled.op or {}
    if code == forms.NEW and _exists(rules, visit, section, about):
        given.faults.append(Fault("code", RuleFault("code_twice", what=about, place="")))
    if not op and not given.faults:
        return await _shown(visit, section, code, typed, rules, told(visit, [Fault("", RuleFault("no_change"))]), None)
    edit = draft(visit, given, What.DIRECTORY, f"{section}/{about}", {"ops": [op]}, visit.officer.locality)
    return await settle(visit, edit, given.faults, PATH, partial(_shown, visit, section, code, typed))


def _exists(rules: EditedRules, visit: Visit, section: str, code: str) -> bool:
    _, sources, _ = made_of(rules)
    return code != forms.NEW and forms.known_entry(sources.directory, visit.officer.locality, section, code) is not None


async def _shown(
    visit: Visit,
    section: str,
    code: str,
    typed: Mapping[str, Any],
    rules: EditedRules,
    faults: Told,
    tried: Examined | None,
) -> Response:
    directory = rules.directory(visit.officer.locality, visit.now)
    about = f"{section}/{code}"
    edits = await visit.read(lambda unit: rule_edits.listed(unit, what=What.DIRECTORY, about=about, limit=20))
    known = await visit.read(lambda unit: show.names(unit, edits))
    names = {"bodies": directory.bodies, "posts": {post.code: post for post in directory.posts}}.get(section, {})
    found = names.get(code)
    return visit.page(
        "settings_directory_one.html",
        status=status(faults),
        section=section,
        code=code,
        new=code == forms.NEW,
        title=getattr(found, "name", "") or getattr(found, "title", "") or typed.get("name") or code,
        typed=typed,
        chain=forms.chain_typed(typed["to"]) if "to" in typed else [],
        handled=forms.chain_typed(typed["handled_by"]) if "handled_by" in typed else [],
        bodies=forms.body_options(directory, visit.say("settings_nobody")),
        body_roles=[(one.value, visit.say(f"settings_body_role_{one}")) for one in BodyRole],
        hamlets=[("", "–"), *((one.code, one.name) for one in directory.locality.hamlets)],
        body=directory.bodies.get(code) if section == "bodies" else None,
        closing=visit.form.get("act") == "close",
        tried=tried,
        effect=await effect(visit, rules, tried) if tried else None,
        faults=faults,
        form=visit.form,
        edits=edits,
        who=show.who(visit, known),
        about=show.about(visit, rules, known),
    )
