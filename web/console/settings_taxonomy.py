"""Topics: their names, words and ways, with the sample messages that a change would place elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from cases.model import BodyRole, Priority, Subject
from cases.rule_checks import Examined
from cases.rule_compose import EditedRules, made_of
from cases.rule_edits import Fault, RuleFault, What
from storage import rule_edits
from web.console import settings_show as show
from web.console.settings_effect import effect
from web.console.settings_flow import EDITORS, ROOT, Told, Why, current, draft, guard, settle, status, why
from web.console.shell import Console
from web.console.visit import Visit

PATH = f"{ROOT}/taxonomy"
NEW = "+"
MOST_WORDS, LONGEST_WORD = 200, 60
_FORM = ("vi", "subject", "body", "competent", "priority")


def add_taxonomy(console: Console) -> None:
    """Hang in the list and the page of one topic."""
    console.get(PATH, roles=EDITORS, menu="taxonomy")(_list)
    console.get(PATH + "/{code}", roles=EDITORS)(_one)
    console.post(PATH + "/{code}", roles=EDITORS)(_change)


async def _list(visit: Visit) -> Response:
    rules = await current(visit)
    basis, sources, _ = made_of(rules)
    groups: dict[str, list[tuple[str, Any, bool]]] = {}
    for code, raw in sources.taxonomy["topics"].items():
        edited = raw != basis.taxonomy["topics"].get(code)
        groups.setdefault(rules.taxonomy.group(code), []).append((code, rules.taxonomy.topic(code), edited))
    known = {one: f"fig_group_{one}" for one in groups if visit.rules.wording.has(f"console_fig_group_{one}")}
    return visit.page(
        "settings_taxonomy.html", groups=groups, known=known, directory=visit.directory(), taxonomy=rules.taxonomy
    )


async def _one(visit: Visit) -> Response:
    rules, code = await current(visit), visit.params["code"]
    _, sources, _ = made_of(rules)
    raw = sources.taxonomy["topics"].get(code)
    if raw is None and code != NEW:
        raise visit.missing()
    typed = {name: (raw or {}).get(name) or "" for name in _FORM}
    return await _shown(
        visit, rules, code, {**typed, "code": "", "kw": ", ".join((raw or {}).get("kw") or [])}, {}, None
    )


async def _change(visit: Visit) -> Response:
    guard(visit, What.TAXONOMY)
    code, given, form = visit.params["code"], why(visit), visit.form
    rules = await current(visit)
    basis, sources, _ = made_of(rules)
    if code != NEW and code not in sources.taxonomy["topics"]:
        raise visit.missing()
    typed = {name: form.get(name).strip() for name in (*_FORM, "code", "kw")}
    about = typed["code"] if code == NEW else code
    content = _content(typed, given, sources.taxonomy["topics"].get(about) or {})
    if form.get("step") == "shipped" and about in basis.taxonomy["topics"]:
        content, given.faults = {}, []
        typed |= {name: basis.taxonomy["topics"][about].get(name) or "" for name in _FORM}
    if code == NEW and about in sources.taxonomy["topics"]:
        given.faults.append(Fault("code", RuleFault("code_twice", what=about, place="")))
    edit = draft(visit, given, What.TAXONOMY, about, content)

    async def page(rules: EditedRules, faults: Told, tried: Examined | None) -> Response:
        return await _shown(visit, rules, code, typed, faults, tried)

    return await settle(visit, edit, given.faults, PATH, page)


def _content(typed: Mapping[str, str], given: Why, known: Mapping[str, Any]) -> dict[str, Any]:
    """Only the fields that differ from what is in force: the rest keeps following the data."""
    words = [" ".join(word.split()).lower() for word in re.split(r"[,\n]", typed["kw"]) if word.strip()]
    if len(words) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in words):
        given.faults.append(Fault("kw", RuleFault("words", most=MOST_WORDS, longest=LONGEST_WORD)))
    if not typed["vi"]:
        given.faults.append(Fault("vi", RuleFault("missing", place="")))
    wanted: dict[str, Any] = {**{name: typed[name] for name in _FORM}, "kw": list(dict.fromkeys(words))}
    return {name: value for name, value in wanted.items() if value != (known.get(name) or type(value)())}


async def _shown(
    visit: Visit, rules: EditedRules, code: str, typed: Mapping[str, Any], faults: Told, tried: Examined | None
) -> Response:
    basis, _, _ = made_of(rules)
    edits = await visit.read(lambda unit: rule_edits.listed(unit, what=What.TAXONOMY, about=code, limit=20))
    known = await visit.read(lambda unit: show.names(unit, edits))
    return visit.page(
        "settings_taxonomy_one.html",
        status=status(faults),
        code=code,
        new=code == NEW,
        typed=typed,
        options=_options(visit, rules),
        shipped=code in basis.taxonomy["topics"],
        tried=tried,
        effect=await effect(visit, rules, tried) if tried else None,
        faults=faults,
        form=visit.form,
        edits=edits,
        who=show.who(visit, known),
        about=show.about(visit, rules, known),
    )


def _options(visit: Visit, rules: EditedRules) -> dict[str, list[tuple[str, str]]]:
    _, sources, _ = made_of(rules)
    directory = rules.directory(visit.officer.locality, visit.now)
    desks = [(code, directory.name(code)) for code in sources.taxonomy["bodies"]]
    able = directory.bodies_with(BodyRole.COMPETENT_AUTHORITY)
    return {
        "subject": [(one.value, rules.taxonomy.subject_label(one)) for one in Subject],
        "body": desks,
        "competent": [("", visit.say("settings_nobody")), *((body.code, body.name) for body in able)],
        "priority": [("", "–"), *((one.value, rules.wording.say(f"priority_{one}", visit.lang)) for one in Priority)],
    }
