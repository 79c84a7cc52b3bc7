"""Who sent a case: asked for with a reason, agreed to by a second person, opened for an hour; the list of requests."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from starlette.responses import Response

from cases import identity
from cases.casework import Hidden, Refused, may_reveal
from cases.model import OfficerRole
from cases.ports import Reporter
from cases.reasons import said
from cases.sender_ports import IdentityRequest
from storage.work import StoredWork
from web.console.case_fields import Given, Work, Wrong
from web.console.case_open import IDENTITY, is_desk, number_of, opened, sees_content
from web.console.roles import DESK
from web.console.shell import Console
from web.console.visit import Visit

T = TypeVar("T")
Values = dict[str, object]


def add_identity(console: Console) -> None:
    """The list of requests, and the steps on the page of a case."""
    console.get("/console/identity", roles=DESK, menu="identity")(show_requests)
    console.post("/console/cases/{code}/identity", roles=DESK)(ask)
    console.post("/console/cases/{code}/identity/decide", roles=DESK)(decide)
    console.post("/console/cases/{code}/identity/open", roles=DESK)(show)


def identity_of(work: Work) -> Values:
    """What the case's page says about its sender; nothing of the vault is among it."""
    unit, case, officer, now = work.unit, work.case, work.officer, work.now
    if not (sees_content(work) and is_desk(work)):
        return {"alias": "", "identity_panel": None}
    alias = identity.alias(unit, work.rules, case)
    request = identity.waiting(unit, case, now)
    asker = unit.people.officer(request.asked_by) if request else None
    decides = asker is not None and identity.may_second(officer, case, work.directory, asker)
    reveals = OfficerRole.HANDLER in officer.roles and may_reveal(officer, case, work.directory)
    if not reveals and not decides:
        return {"alias": alias, "identity_panel": None}
    agreed = identity.usable(unit, work.directory, officer, case, now) if reveals else None
    return {
        "alias": alias,
        "identity_panel": {
            "left": identity.has_contact(unit, case),
            "request": _told(request, asker.name if asker else "", "") if request else None,
            "decides": decides,
            "agreed": _told(agreed, officer.name, _name(unit, agreed.decided_by)) if agreed else None,
            "until": _until(agreed) if agreed else None,
            "reveals": reveals,
        },
    }


def _told(request: IdentityRequest, asker: str, second: str) -> Values:
    return {"id": request.id, "at": request.asked_at, "reason": request.reason, "by": asker, "second": second}


def _name(unit: StoredWork, officer_id: str) -> str:
    found = unit.people.officer(officer_id)
    return found.name if found else ""


def _until(request: IdentityRequest) -> object:
    if request.opened_at is not None:
        return request.opened_at + identity.SHOWN_FOR
    return request.decided_at + identity.AGREED_FOR if request.decided_at else None


# -- the steps ------------------------------------------------------------------------------------------------------


async def ask(visit: Visit) -> Response:
    """Ask for it: a reason of two words at least."""

    def step(work: Work) -> None:
        given = Given(visit.form, work)
        reason = given.need("reason", "reason", words=2)
        given.settle()
        identity.ask(work.unit, work.rules, work.officer, work.case, reason, visit.now)

    return await _taken(visit, step, "identity_asked")


async def decide(visit: Visit) -> Response:
    """The second person agrees, or says why not."""
    agrees, request = visit.form.get("say") == "agree", visit.form.get("request")[:40]

    def step(work: Work) -> None:
        if agrees:
            identity.agree(work.unit, work.rules, work.officer, work.case, request, visit.now)
            return
        given = Given(visit.form, work)
        note = given.need("note", "reason", words=2)
        given.settle()
        identity.decline(work.unit, work.rules, work.officer, work.case, request, note, visit.now)

    return await _taken(visit, step, "identity_agreed" if agrees else "identity_declined")


async def _taken(visit: Visit, step: Callable[[Work], None], told: str) -> Response:
    from web.console.case import case_page

    try:
        await visit.write(lambda unit: step(opened(unit, visit)))
    except Wrong as wrong:
        return await case_page(visit, status=422, tried=IDENTITY, errors=wrong.errors)
    except Refused as refused:
        sentence = said(visit.rules.wording, refused, visit.lang)
        return await case_page(visit, status=422, tried=IDENTITY, errors={"": sentence})
    except Hidden:
        raise visit.missing() from None
    return visit.go(f"/console/cases/{visit.params['code']}#sender", f"case_done_{told}")


async def show(visit: Visit) -> Response:
    """Show it on this one answer; the page loaded again shows it no more, until the hour is over it may be asked."""
    from web.console.case import case_page

    def step(unit: StoredWork) -> tuple[Reporter | None, bool]:
        work = opened(unit, visit)
        found = identity.open_identity(unit, work.rules, work.officer, work.case, visit.now)
        return found, bool(work.case.sealed_to) and identity.has_contact(unit, work.case)

    try:
        found, boxed = await visit.write(step)
    except Refused as refused:
        sentence = said(visit.rules.wording, refused, visit.lang)
        return await case_page(visit, status=422, tried=IDENTITY, errors={"": sentence})
    except Hidden:
        raise visit.missing() from None
    named = found is not None and bool(found.name or found.phone)
    who = {"name": found.name if found else "", "phone": found.phone if found else "", "named": named, "boxed": boxed}
    return await case_page(visit, identity=who)


# -- the list -------------------------------------------------------------------------------------------------------


async def show_requests(visit: Visit) -> Response:
    """Requests that wait for this officer as the second person; number, who, when: the reason is on the case's page."""
    return visit.page("identity.html", waiting=await visit.read(partial(_waiting, visit=visit)))


def _waiting(unit: StoredWork, *, visit: Visit) -> list[Values]:
    found = []
    for case, request in identity.to_decide(unit, visit.rules, visit.officer, visit.now):
        directory = visit.rules.directory_of(case, visit.now)
        work = Work(unit, visit.rules, visit.officer, case, directory, visit.now, visit.lang)
        found.append({**_told(request, _name(unit, request.asked_by), ""), "number": number_of(work, case)})
    return found
