"""`/console/hooks`: other systems that hear of events; an administrator proposes one, a second person agrees."""

from __future__ import annotations

from starlette.responses import Response

from cases.casework import Refused
from cases.hook_events import HookEvent, HookStage, may_decide_hook
from cases.model import OfficerRole
from cases.reasons import said
from storage.api_hooks import Hook, decide, end, hooks_of, propose
from storage.work import StoredWork
from web.console.roles import ADMIN, DESK, WATCH
from web.console.shell import Console
from web.console.visit import Visit

PATH = "/console/hooks"
DECIDERS = ADMIN | DESK | WATCH
"""Whose work may include agreeing; `cases.approvals` decides for each officer."""
_FIELD = {"hook_name": "name", "hook_many": "name", "hook_url": "url", "hook_events": "events"}


def add_hooks(console: Console) -> None:
    """Hang in the page and its forms."""
    console.get(PATH, roles=DECIDERS, menu="hooks")(show_hooks)
    console.post(f"{PATH}/propose", roles=ADMIN)(_propose)
    console.post(f"{PATH}/decide", roles=DECIDERS)(_decide)
    console.post(f"{PATH}/end", roles=ADMIN)(_end)


async def show_hooks(
    visit: Visit, secret: str = "", faults: dict[str, str] | None = None, status: int = 200
) -> Response:
    """The page; `secret` is the signing key of the one just proposed. Others than administrators see what waits."""
    hooks = await visit.read(lambda unit: hooks_of(unit, visit.officer.locality))
    admin = OfficerRole.ADMIN in visit.officer.roles
    mine = {hook.id for hook in hooks if hook.stage is HookStage.PROPOSED and _may_decide(visit, hook)}
    response = visit.page(
        "hooks.html",
        status=status,
        hooks=[hook for hook in hooks if admin or hook.id in mine],
        mine=mine,
        admin=admin,
        secret=secret,
        faults=faults or {},
        form={"name": visit.form.get("name"), "url": visit.form.get("url")} if faults else {"name": "", "url": ""},
        chosen=visit.form.all("events") if faults else [],
        events=[(one.value, one.value.replace(".", "_")) for one in HookEvent],
    )
    response.headers["cache-control"] = "no-store"
    return response


async def _propose(visit: Visit) -> Response:
    events = [HookEvent(one) for one in visit.form.all("events") if one in list(HookEvent)]
    name, url = visit.form.get("name").strip(), visit.form.get("url").strip()
    try:
        secret = await visit.write(lambda unit: propose(unit, visit.officer, name, url, events))
    except Refused as why:
        faults = {_FIELD[why.code]: said(visit.rules.wording, why, visit.lang)}
        return await show_hooks(visit, faults=faults, status=422)
    return await show_hooks(visit, secret)


async def _decide(visit: Visit) -> Response:
    agree = visit.form.get("answer") == "agree"

    def step(unit: StoredWork) -> None:
        decide(unit, visit.rules, visit.officer, _found(visit, unit), agree=agree)

    try:
        await visit.write(step)
    except Refused as why:
        return visit.page("hooks_refused.html", status=409, sentence=said(visit.rules.wording, why, visit.lang))
    back = PATH if OfficerRole.ADMIN in visit.officer.roles else "/console"
    return visit.go(back, "hooks_agreed_said" if agree else "hooks_refused_said")


async def _end(visit: Visit) -> Response:
    def step(unit: StoredWork) -> None:
        hook = _found(visit, unit)
        unit.audit.enter("hook_ended", actor=visit.officer.id, detail={"hook": hook.id})
        end(unit, hook.id)

    await visit.write(step)
    return visit.go(PATH, "hooks_ended_said")


def _found(visit: Visit, unit: StoredWork) -> Hook:
    wanted = visit.form.get("hook")
    found = next((one for one in hooks_of(unit, visit.officer.locality) if one.id == wanted), None)
    if found is None:
        raise visit.missing()
    return found


def _may_decide(visit: Visit, hook: Hook) -> bool:
    return may_decide_hook(visit.officer, hook.proposed_by, hook.locality, visit.directory())
