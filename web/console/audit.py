"""`/console/audit`: who read and changed what, for oversight; and of one case, for those who may read the case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from starlette.responses import Response

from cases.model import OfficerRole
from storage.audit_lines import MOST, Line, lines, lines_of_case
from storage.work import StoredWork
from web.console.case_open import is_desk, number_of, opened, sees_content
from web.console.roles import ADMIN, DESK, Roles
from web.console.shell import Console
from web.console.visit import Visit

PATH = "/console/audit"
READERS: Roles = ADMIN | {OfficerRole.OVERSIGHT}
WORDS = (
    "case_viewed", "file_opened", "original_opened", "emergency_opened", "unusual_reading", "identity_asked",
    "identity_agreed", "identity_declined", "identity_opened", "exported", "api_read", "report_approved", "published",
    "publication_withdrawn", "refused", "refusal_reviewed", "role_granted", "role_removed", "account_changed",
    "code_given", "rule_proposed", "rule_changed", "rule_refused", "rule_withdrawn", "tokens_made", "tokens_revoked",
    "hook_proposed", "hook_agreed", "hook_refused", "hook_ended", "sealed_key_set", "sealed_opened", "sealed_shared",
    "key_rotated", "backup_made", "restored", "hold_set", "hold_lifted", "signed_in", "signed_out",
    "sessions_ended", "secret_changed", "pin_shut",
)  # fmt: skip
"""What may be asked for; each has its words `console_audit_what_<word>`.

Not `purged`: the case is gone, and with it what would say who may know that there was one.
"""
_WORDED = {"door": "audit_door_", "which": "audit_which_", "identity": "audit_identity_", "what": "settings_part_"}


def add_audit(console: Console) -> None:
    """Hang in both pages."""
    console.get(PATH, roles=READERS, menu="audit")(show_audit)
    console.get("/console/cases/{code}/audit", roles=DESK)(show_case_audit)


async def show_audit(visit: Visit) -> Response:
    """One day's entries, as far as the reader may know of them."""
    day, what, who = _day(visit), visit.query.get("what", ""), visit.query.get("who", "")
    what = what if what in WORDS else ""

    def step(unit: StoredWork) -> tuple[Sequence[Line], dict[str, str]]:
        names = {one.id: one.name for one in unit.people.officers(visit.officer.locality)}
        found = lines(unit, visit.rules, visit.officer, day, what, who if who in names else "")
        return found, names | _others(unit, found, names)

    found, names = await visit.read(step)
    return visit.page(
        "audit.html",
        lines=[_told(visit, line, names) for line in found],
        cut=MOST if len(found) == MOST else 0,
        day=day,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1) if day < visit.today else None,
        what=what,
        who=who,
        words=[(word, visit.say(f"audit_what_{word}")) for word in WORDS],
        officers=sorted(names.items(), key=lambda pair: pair[1]),
        admin=OfficerRole.ADMIN in visit.officer.roles,
    )


async def show_case_audit(visit: Visit) -> Response:
    """Who opened this case and when; only a desk that may read it sees this."""

    def step(unit: StoredWork) -> tuple[str, Sequence[Line], dict[str, str]]:
        work = opened(unit, visit)
        if not (sees_content(work) and is_desk(work)):
            raise visit.missing()
        found = lines_of_case(unit, work.case.id)
        return number_of(work, work.case), found, _others(unit, found, {})

    code, found, names = await visit.read(step)
    return visit.page("audit_case.html", code=code, lines=[_told(visit, line, names) for line in found])


def _day(visit: Visit) -> date:
    try:
        asked = date.fromisoformat(visit.query.get("day", ""))
    except ValueError:
        return visit.today
    return min(max(asked, date(2020, 1, 1)), visit.today)


def _others(unit: StoredWork, found: Sequence[Line], known: dict[str, str]) -> dict[str, str]:
    """Names of officers who are in the entries and not among the active ones."""
    wanted = {line.actor for line in found} - set(known)
    people = {one: unit.people.officer(one) for one in wanted}
    return {one: person.name for one, person in people.items() if person is not None}


def _told(visit: Visit, line: Line, names: dict[str, str]) -> dict[str, object]:
    told = []
    for name, value in line.told.items():
        told.append(visit.say(f"audit_told_{name}", value=_value(visit, name, value)))
    what = visit.say(f"audit_what_{line.what}") if line.what in WORDS else line.what
    actor = names.get(line.actor) or (visit.say(f"audit_by_{line.actor}") if line.actor in _SELVES else "")
    return {"at": line.at, "what": what, "actor": actor, "code": line.code, "about": line.about_case, "told": told}


def _value(visit: Visit, name: str, value: str) -> str:
    """A code in words, where there are words for it."""
    if name in _WORDED and visit.rules.wording.has(f"console_{_WORDED[name]}{value}"):
        return visit.say(f"{_WORDED[name]}{value}")
    if name == "roles":
        return ", ".join(visit.say(f"role_{one}") for one in value.split() if one in list(OfficerRole))
    return value


_SELVES = frozenset({"system", "operator", "resident"})
