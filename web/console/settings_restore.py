"""An older version of the rules put in force again: as a new edit, with its own reason and its own second person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from cases.calendar_edits import CalendarChange, DayStep
from cases.directory_edits import jsonable
from cases.effects_data import tried_then
from cases.officer_edits import proposal, read_account
from cases.rule_checks import Examined
from cases.rule_compose import EditedRules, made_of
from cases.rule_edits import DOCUMENT, RuleEdit, What, WrongEdit
from storage import rule_edits, rule_steps, yaml_text
from storage.work import StoredWork
from web.console import settings_show as show
from web.console.settings import PATHS, reaches
from web.console.settings_calendar import settle_calendar
from web.console.settings_effect import effect
from web.console.settings_flow import EDITORS, ROOT, Told, current, draft, guard, settle, status, told, why
from web.console.shell import Console
from web.console.visit import Visit


def add_restore(console: Console) -> None:
    """Hang in the page that puts an older version back."""
    console.get(f"{ROOT}/edits/{{number}}/restore", roles=EDITORS)(_page)
    console.post(f"{ROOT}/edits/{{number}}/restore", roles=EDITORS)(_restore)


async def _found(visit: Visit) -> RuleEdit:
    text = visit.params["number"]
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    edit = await visit.read(lambda unit: rule_edits.one(unit, number)) if number else None
    if edit is None or not reaches(visit, edit):
        raise visit.missing()
    # A whole directory and everything shared is for all communes of the installation.
    guard(visit, What.WORDING if edit.what is What.DIRECTORY else edit.what)
    return edit


async def _page(visit: Visit) -> Response:
    edit = await _found(visit)
    return await _shown(visit, edit, await current(visit), {}, None)


async def _restore(visit: Visit) -> Response:
    edit, given = await _found(visit), why(visit)
    if edit.what is What.CALENDAR:
        return await settle_calendar(visit, given, CalendarChange(DayStep.RESTORE, upto=edit.id))
    if edit.what is What.OFFICER:
        return await _restore_account(visit, edit, given.reason)
    rules = await current(visit)
    about, content = _content(rules, edit)
    again = draft(visit, given, edit.what, about, content, edit.locality if about != DOCUMENT else "")

    async def page(rules: EditedRules, faults: Told, tried: Examined | None) -> Response:
        return await _shown(visit, edit, rules, faults, tried)

    return await settle(visit, again, given.faults, PATHS[edit.what], page)


def _content(rules: EditedRules, edit: RuleEdit) -> tuple[str, Mapping[str, Any]]:
    """What the older edit said; the directory whole, as it stood then, for its edits build on each other."""
    if edit.what is not What.DIRECTORY:
        return edit.about, edit.content
    if edit.content.get("text"):
        return DOCUMENT, edit.content
    basis, _, edits = made_of(rules)
    document = jsonable(tried_then(basis, list(edits), edit)[1].directory)
    return DOCUMENT, {"text": yaml_text.write(document), "document": document}


async def _restore_account(visit: Visit, edit: RuleEdit, reason: str) -> Response:
    def step(unit: StoredWork) -> bool:
        known = unit.people.officer(edit.about)
        if known is None or not known.active:
            raise visit.missing()
        after = read_account(edit.content["after"])
        again = proposal(edit.locality, edit.about, known, after, reason, visit.officer.id)
        return rule_steps.propose_account(unit, visit.rules, again)[0].needs_approval

    try:
        waits = await visit.write(step)
    except WrongEdit as wrong:
        return await _shown(visit, edit, await current(visit), told(visit, wrong.faults), None)
    return visit.go(PATHS[What.OFFICER], "settings_said_waiting" if waits else "settings_said_saved")


async def _shown(visit: Visit, edit: RuleEdit, rules: EditedRules, faults: Told, tried: Examined | None) -> Response:
    known = await visit.read(lambda unit: show.names(unit, [edit]))
    return visit.page(
        "settings_restore.html",
        status=status(faults),
        edit=edit,
        changes=show.changes(visit, rules, edit),
        tried=tried,
        effect=await effect(visit, rules, tried) if tried else None,
        faults=faults,
        form=visit.form,
        direct=edit.what is What.OFFICER,
        who=show.who(visit, known),
        about=show.about(visit, rules, known),
    )
