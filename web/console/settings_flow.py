"""What the pages of the rules share: drafts read from a form, faults in the officer's words, preview before saving."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.responses import Response

from cases.approvals import may_edit
from cases.reasons import said
from cases.rule_checks import Examined, examined
from cases.rule_compose import EditedRules
from cases.rule_edits import Fault, RuleEdit, RuleFault, Standing, What, WrongEdit
from storage import rule_edits, rule_steps
from storage.work import StoredWork
from web.console.roles import ADMIN, DESK, WATCH
from web.console.visit import Visit

EDITORS = ADMIN
DECIDERS = ADMIN | DESK | WATCH
ROOT = "/console/settings"

Told = Mapping[str, Sequence[str]]
Show = Callable[[EditedRules, Told, Examined | None], Awaitable[Response]]


@dataclass(slots=True)
class Why:
    """What every form asks beside the change itself, as typed, and what is wrong with it."""

    reason: str
    document: str
    valid_from: date | None
    valid_until: date | None
    faults: list[Fault]


async def current(visit: Visit) -> EditedRules:
    """The rules with what was saved a moment ago, which other processes take up within seconds."""
    return await visit.read(lambda unit: rule_steps.fresh(unit, visit.rules))


def guard(visit: Visit, what: What) -> None:
    """Only whoever may edit this part gets on."""
    if not may_edit(visit.officer, what, visit.rules.book):
        raise visit.missing()


def why(visit: Visit) -> Why:
    """Reason, document and days of the form."""
    faults: list[Fault] = []
    days = {name: read_day(visit.form.get(name), name, faults) for name in ("valid_from", "valid_until")}
    words = {name: " ".join(visit.form.get(name).split()) for name in ("reason", "document")}
    return Why(words["reason"], words["document"], days["valid_from"], days["valid_until"], faults)


def read_day(text: str, field: str, faults: list[Fault]) -> date | None:
    """A day as the browser sends it; what cannot be read is a fault of the field."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        faults.append(Fault(field, RuleFault("date", what=text[:40], place="")))
        return None


def read_number(text: str, field: str, faults: list[Fault], least: int = 1, most: int = 3650) -> int:
    """A whole number within bounds."""
    digits = text.strip()
    if digits.isascii() and digits.isdecimal() and least <= int(digits[:9]) <= most:
        return int(digits)
    faults.append(Fault(field, RuleFault("number", least=least, most=most)))
    return 0


def draft(visit: Visit, given: Why, what: What, about: str, content: Mapping[str, Any], locality: str = "") -> RuleEdit:
    """The edit as the form says."""
    return RuleEdit(
        0,
        locality,
        what,
        about,
        content,
        given.reason,
        given.document,
        given.valid_from,
        given.valid_until,
        proposed_by=visit.officer.id,
        proposed_at=visit.now,
    )


def told(visit: Visit, faults: Iterable[Fault]) -> dict[str, list[str]]:
    """Sentences by field, in the officer's language; "" for what belongs to no field."""
    found: dict[str, list[str]] = {}
    for fault in faults:
        found.setdefault(fault.field, []).append(said(visit.rules.wording, fault.reason, visit.lang))
    return found


async def settle(visit: Visit, edit: RuleEdit, early: Sequence[Fault], back: str, show: Show) -> Response:
    """Show what the edit would do, or save it: the form's `step` says which. Nothing typed is lost."""
    faults: Sequence[Fault] = early
    if not faults and visit.form.get("step") == "save":
        try:
            stored = await visit.write(lambda unit: _stored(visit, unit, edit))
            return visit.go(back, said_of(stored, visit.today))
        except WrongEdit as wrong:
            faults = wrong.faults
    rules = await current(visit)
    tried = None
    if not early:
        tried = examined(rules, edit, visit.today)
        faults = faults or tried.faults
    return await show(rules, told(visit, faults), None if faults else tried)


def _stored(visit: Visit, unit: StoredWork, edit: RuleEdit) -> RuleEdit:
    """Propose it, unless somebody else changed the same thing since the form was shown."""
    seen = visit.form.get("seen")
    newest = rule_edits.listed(unit, what=edit.what, about=edit.about, limit=1)
    if seen.isascii() and seen.isdecimal() and newest and newest[0].id > int(seen[:9]):
        raise WrongEdit([Fault("", RuleFault("changed_meanwhile", number=newest[0].id))])
    return rule_steps.propose(unit, visit.rules, edit)


def said_of(stored: RuleEdit, today: date) -> str:
    """What the next page says of a stored edit."""
    standing = stored.standing(today)
    if standing is Standing.WAITING:
        return "settings_said_waiting"
    return "settings_said_later" if standing is Standing.LATER else "settings_said_saved"


def status(faults: Told) -> int:
    """Of the answer to a form."""
    return 422 if faults else 200
