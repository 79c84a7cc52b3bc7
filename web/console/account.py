"""An officer's own account: who she is here, and the browsers in which she is signed in."""

from __future__ import annotations

from starlette.responses import Response

from cases.names import read_as
from storage import console, console_sessions
from storage.work import StoredWork
from web.console.account_secrets import add_account_secrets
from web.console.door_check import Checks
from web.console.roles import ANY
from web.console.shell import LOGIN, Console
from web.console.visit import Visit

PATH = "/console/account"


def add_account(shell: Console, checks: Checks) -> None:
    """Hang in the page and its forms."""
    shell.get(PATH, roles=ANY)(show_account)
    shell.post(f"{PATH}/sessions/end", roles=ANY)(_end_one)
    shell.post(f"{PATH}/sessions/end-all", roles=ANY)(_end_all)
    add_account_secrets(shell, checks, PATH, show_account)


async def show_account(visit: Visit, faults: dict[str, str] | None = None) -> Response:
    """The page; `faults` say by field what was wrong with a form on it."""

    def look(unit: StoredWork) -> dict[str, object]:
        return {
            "account": console.of_officer(unit, visit.officer.id),
            "left": console.recovery_left(unit, visit.officer.id),
            "sessions": console_sessions.of_officer(unit, visit.officer),
            "chat": bool(visit.officer.chat),
        }

    body = visit.directory().bodies.get(visit.officer.body)
    seen = await visit.read(look)
    name = read_as(body.name, visit.lang) if body else visit.officer.body
    return visit.page("account.html", status=422 if faults else 200, faults=faults or {}, body=name, **seen)


async def _end_one(visit: Visit) -> Response:
    def step(unit: StoredWork) -> None:
        unit.audit.enter("sessions_ended", actor=visit.officer.id, detail={"which": "one"})
        console_sessions.end(unit, visit.form.get("session"), visit.officer)

    await visit.write(step)
    return visit.go(PATH, "account_ended")


async def _end_all(visit: Visit) -> Response:
    """This browser too."""

    def step(unit: StoredWork) -> None:
        unit.audit.enter("sessions_ended", actor=visit.officer.id, detail={"which": "all"})
        console_sessions.end_all(unit, visit.officer.id)

    await visit.write(step)
    response = visit.go(LOGIN)
    visit.console.cookies.end(response)
    return response
