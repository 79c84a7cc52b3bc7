"""`/console/emergency`: one case of another desk read in an emergency, for a reason and an hour; oversight is told.

Every refusal is one answer: no such case, not to be opened, nobody who would watch. Nothing but this page shows it.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from cases.casework import Hidden, Refused, read_content
from cases.emergency_access import break_glass, check_reason, may_open
from cases.model import Case
from cases.reasons import said
from cases.receipts import read_case_code
from storage.emergency import keep, opening_of, openings
from storage.work import StoredWork
from web.console.case_fields import Work
from web.console.roles import DESK
from web.console.shell import Console
from web.console.visit import Visit

PATH = "/console/emergency"
LONGEST = 500  # characters of a reason


def add_emergency(console: Console) -> None:
    """Hang in the form and the page."""
    console.get(PATH, roles=DESK, menu="emergency")(show_form)
    console.post(PATH, roles=DESK)(open_glass)
    console.get(PATH + "/{code}", roles=DESK)(show_opened)


async def show_form(visit: Visit, fault: str = "", wrong: str = "") -> Response:
    """The form, and what is open to this officer now. `wrong`: the field that `fault` is about."""

    def step(unit: StoredWork) -> list[dict[str, object]]:
        found = [(unit.cases.get(one.case_id), one.until) for one in openings(unit, visit.officer.id)]
        return [{"code": case.code, "until": until} for case, until in found if case is not None and _may(visit, case)]

    mine = await visit.read(step)
    typed = {"code": visit.form.get("code")[:40], "reason": visit.form.get("reason")[:LONGEST]} if fault else {}
    status = 422 if fault else 200
    return visit.page("emergency.html", status=status, fault=fault, wrong=wrong, mine=mine, typed=typed)


async def open_glass(visit: Visit) -> Response:
    """Open it, or say in one and the same sentence that it cannot be."""
    code = read_case_code(visit.form.get("code"))
    reason = " ".join(visit.form.get("reason").split())[:LONGEST]

    def step(unit: StoredWork) -> None:
        check_reason(reason)
        case = unit.cases.by_code(visit.officer.locality, code) if code else None
        until = break_glass(unit, visit.rules, visit.officer, case, reason, visit.now)
        assert case is not None  # `break_glass` opens nothing else
        keep(unit, visit.officer, case, reason, until)

    try:
        await visit.write(step)
    except Refused as refused:
        return await show_form(visit, said(visit.rules.wording, refused, visit.lang), "reason")
    except Hidden:
        return await show_form(visit, visit.say("emergency_cannot"), "code")
    return visit.go(f"{PATH}/{code}", "emergency_opened_said")


async def show_opened(visit: Visit) -> Response:
    """What was reported, as long as the hour lasts and no conflict came to light; reading is entered first."""

    def step(unit: StoredWork) -> dict[str, Any]:
        case = unit.cases.by_code(visit.officer.locality, visit.params["code"])
        opening = opening_of(unit, visit.officer.id, case.id) if case is not None else None
        if case is None or opening is None or not _may(visit, case):
            raise visit.missing()
        read_content(unit, visit.officer, case, visit.now)
        return {**_shown(unit, visit, case), "until": opening.until}

    response = visit.page("emergency_case.html", **await visit.write(step))
    response.headers["cache-control"] = "no-store"
    return response


def _may(visit: Visit, case: Case) -> bool:
    return may_open(visit.officer, case, visit.rules.directory_of(case, visit.now))


def _shown(unit: StoredWork, visit: Visit, case: Case) -> dict[str, Any]:
    directory = visit.rules.directory_of(case, visit.now)
    work = Work(unit, visit.rules, visit.officer, case, directory, visit.now, visit.lang)
    hamlet = directory.locality.hamlet(case.hamlet) if case.hamlet else None
    place = [part for part in (hamlet.name if hamlet else "", case.place) if part]
    return {
        "case": case,
        "topic": work.topic(case.topic),
        "state": work.common(f"state_{case.state}"),
        "receiving": work.body(case.receiving_body),
        "authority": work.body(case.competent_authority) if case.competent_authority else "",
        "place": ", ".join(place),
    }
