"""The rules of the installation at a glance, the register of their edits, and what waits for a second person."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from cases.approvals import decides, may_decide, may_edit, may_withdraw, within_reach
from cases.casework import Refused
from cases.model import OfficerRole
from cases.reasons import Reason, said
from cases.rule_edits import RuleEdit, Standing, What, WrongEdit
from storage import rule_edits, rule_steps
from web.console import settings_show as show
from web.console.settings_effect import Effect, effect_of
from web.console.settings_flow import DECIDERS, EDITORS, ROOT, current, status, told
from web.console.settings_officers import code_page
from web.console.shell import Console
from web.console.visit import Visit

PAGE = 50
PATHS = {
    What.WORDING: f"{ROOT}/wording",
    What.TAXONOMY: f"{ROOT}/taxonomy",
    What.DIRECTORY: f"{ROOT}/directory",
    What.DEADLINES: f"{ROOT}/deadlines",
    What.REMINDERS: f"{ROOT}/deadlines",
    What.CALENDAR: f"{ROOT}/calendar",
    What.OFFICER: f"{ROOT}/officers",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the rules on the overview."""

    what: What
    path: str
    in_force: int
    waiting: int
    last: RuleEdit | None


def add_settings(console: Console) -> None:
    """Hang in the overview, the register, and the approvals."""
    console.get(ROOT, roles=EDITORS, menu="settings")(_overview)
    console.get(f"{ROOT}/history", roles=EDITORS)(_history)
    console.get(f"{ROOT}/approvals", roles=DECIDERS, menu="approvals")(_approvals)
    console.get(f"{ROOT}/edits/{{number}}", roles=DECIDERS)(_edit)
    console.post(f"{ROOT}/edits/{{number}}/decide", roles=DECIDERS)(_decide)
    console.post(f"{ROOT}/edits/{{number}}/withdraw", roles=DECIDERS)(_withdraw)


async def _overview(visit: Visit) -> Response:
    rules = await current(visit)
    edits = await visit.read(lambda unit: [one for one in rule_edits.listed(unit, limit=500) if reaches(visit, one)])
    known = await visit.read(lambda unit: show.names(unit, edits))
    parts = [_part(what, [one for one in edits if one.what is what], visit) for what in What]
    broken = [(one, _why(visit, rules.faults[one.id])) for one in rules.edits if one.id in rules.faults]
    years = rules.calendar.years_provisional
    return visit.page(
        "settings.html",
        parts=[part for part in parts if may_edit(visit.officer, part.what, rules.book)],
        broken=broken,
        years=years,
        who=show.who(visit, known),
        about=show.about(visit, rules, known),
    )


def _part(what: What, edits: list[RuleEdit], visit: Visit) -> Part:
    standings = [one.standing(visit.today) for one in edits]
    return Part(
        what,
        PATHS[what],
        standings.count(Standing.IN_FORCE),
        standings.count(Standing.WAITING),
        edits[0] if edits else None,
    )


def _why(visit: Visit, fault: Exception) -> str:
    return said(visit.rules.wording, fault, visit.lang) if isinstance(fault, Reason) else str(fault)


def reaches(visit: Visit, edit: RuleEdit) -> bool:
    """Whether the edit is of the officer's place, or of all."""
    return within_reach(visit.officer, edit, visit.directory())


async def _history(visit: Visit) -> Response:
    asked = visit.query.get("what", "")
    what = What(asked) if asked in set(What) else None
    about = visit.query.get("about", "")[:120]
    before = _number(visit.query.get("before", ""))
    found = await visit.read(lambda unit: rule_edits.listed(unit, what=what, about=about, before=before, limit=PAGE))
    edits = [one for one in found if reaches(visit, one)]
    rules = await current(visit)
    known = await visit.read(lambda unit: show.names(unit, edits))
    return visit.page(
        "settings_history.html",
        edits=edits,
        what=what,
        about_only=about,
        all_parts=list(What),
        older=found[-1].id if len(found) == PAGE else 0,
        who=show.who(visit, known),
        about=show.about(visit, rules, known),
    )


async def _approvals(visit: Visit) -> Response:
    rules = await current(visit)
    waiting = await visit.read(
        lambda unit: [one for one in rule_edits.listed(unit, waiting=True) if reaches(visit, one)]
    )
    open_to = [one for one in waiting if _may_look(visit, one)]
    known = await visit.read(lambda unit: show.names(unit, open_to))
    return visit.page(
        "settings_approvals.html",
        mine=[one for one in open_to if one.proposed_by == visit.officer.id],
        others=[one for one in open_to if may_decide(visit.officer, one, visit.directory())],
        decides=decides(visit.officer, visit.directory()),
        who=show.who(visit, known),
        about=show.about(visit, rules, known),
    )


def _may_look(visit: Visit, edit: RuleEdit) -> bool:
    """Administrators read the register; who decides reads what she may decide or has decided."""
    if OfficerRole.ADMIN in visit.officer.roles:
        return True
    return visit.officer.id == edit.decided_by or (
        edit.needs_approval and may_decide(visit.officer, edit, visit.directory())
    )


async def _found(visit: Visit) -> RuleEdit:
    number = _number(visit.params["number"])
    edit = await visit.read(lambda unit: rule_edits.one(unit, number)) if number else None
    if edit is None or not reaches(visit, edit) or not _may_look(visit, edit):
        raise visit.missing()
    return edit


async def _edit(visit: Visit) -> Response:
    return await _shown(visit, await _found(visit), {})


async def _shown(visit: Visit, edit: RuleEdit, faults: dict[str, list[str]]) -> Response:
    rules = await current(visit)
    known = await visit.read(lambda unit: show.names(unit, [edit]))
    standing = edit.standing(visit.today)
    deciding = standing is Standing.WAITING and may_decide(visit.officer, edit, visit.directory())
    effect: Effect | None = await effect_of(visit, rules, edit) if standing is Standing.WAITING else None
    return visit.page(
        "settings_edit.html",
        status=status(faults),
        edit=edit,
        standing=standing,
        changes=show.changes(visit, rules, edit),
        effect=effect,
        deciding=deciding,
        own=edit.proposed_by == visit.officer.id,
        withdrawing=may_withdraw(visit.officer, edit, standing),
        restoring=may_edit(visit.officer, edit.what, rules.book) and standing not in (Standing.WAITING, Standing.LATER),
        path=PATHS[edit.what],
        faults=faults,
        form=visit.form,
        broken=_why(visit, rules.faults[edit.id]) if edit.id in rules.faults else "",
        who=show.who(visit, known),
        about=show.about(visit, rules, known),
    )


async def _decide(visit: Visit) -> Response:
    edit = await _found(visit)
    approve = visit.form.get("decision") == "approve"
    note = visit.form.get("note").strip()[:1000]
    if not approve and not note:
        return await _shown(visit, edit, {"note": [visit.say("settings_fault_note_missing")]})
    try:
        code = await visit.write(
            lambda unit: rule_steps.decide(unit, visit.rules, visit.officer, edit.id, approve, note)
        )
    except WrongEdit as wrong:
        return await _shown(visit, edit, {"": [one for told_ in told(visit, wrong.faults).values() for one in told_]})
    except Refused as refused:
        return await _shown(visit, edit, {"": [said(visit.rules.wording, refused, visit.lang)]})
    if code:
        return code_page(visit, str(edit.content["after"]["name"]), code)
    new = approve and edit.what is What.OFFICER and edit.content["before"] is None
    if new and OfficerRole.ADMIN in visit.officer.roles:
        return visit.go(f"{PATHS[What.OFFICER]}/{edit.about}", "settings_said_account")  # its code is made there
    return visit.go(f"{ROOT}/approvals", "settings_said_approved" if approve else "settings_said_refused")


async def _withdraw(visit: Visit) -> Response:
    edit = await _found(visit)
    if not await visit.write(lambda unit: rule_steps.withdraw(unit, visit.officer, edit.id)):
        return await _shown(visit, edit, {"": [visit.say("settings_fault_too_late")]})
    return visit.go(f"{ROOT}/edits/{edit.id}", "settings_said_withdrawn")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
