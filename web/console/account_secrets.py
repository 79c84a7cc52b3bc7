"""Changing what an officer signs in with: password, authenticator, recovery codes. Each asks for the password again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.responses import Response

from cases import officers
from cases.passwords import password_fault
from storage import console, console_sessions
from storage.keys import SealBroken
from storage.work import StoredWork
from web.console.door_check import Checks
from web.console.door_invite import ISSUER, known_names
from web.console.proofs import new_totp, picture, step_of_code, totp_address
from web.console.roles import ANY
from web.console.shell import Console
from web.console.visit import Visit
from web.pages import Refusal

PLACE_KEPT = "console.authenticator"
Show = Callable[[Visit, dict[str, str] | None], Awaitable[Response]]


def add_account_secrets(shell: Console, checks: Checks, path: str, show: Show) -> None:
    """Hang in the forms."""
    shell.post(f"{path}/password", roles=ANY)(partial(_password, checks, path, show))
    shell.post(f"{path}/authenticator", roles=ANY)(partial(_authenticator, checks, show))
    shell.post(f"{path}/authenticator/tie", roles=ANY)(partial(_tie, checks, path))
    shell.post(f"{path}/recovery", roles=ANY)(partial(_recovery, checks, show))
    shell.post(f"{path}/chat", roles=ANY)(partial(_chat, checks, show))


async def _password(checks: Checks, path: str, show: Show, visit: Visit) -> Response:
    """Everywhere else the officer is signed out; here she goes on in a new session."""
    if fault := await _fault(checks, visit, "password_now"):
        return await show(visit, {"password_now": fault})
    known = await visit.read(lambda unit: console.of_officer(unit, visit.officer.id))
    chosen = visit.form.get("password")
    names = known_names(visit.officer, known.login if known else "", visit.directory())
    if fault := password_fault(chosen, names):
        return await show(visit, {"password": visit.say(f"fault_{fault}")})
    hashed = await checks.hashing.hash(chosen)

    def step(unit: StoredWork) -> None:
        console.set_password(unit, visit.officer.id, hashed)
        unit.audit.enter("secret_changed", actor=visit.officer.id, detail={"which": "password"})
        console_sessions.end_all(unit, visit.officer.id)

    await visit.write(step)
    return await _renewed(checks, visit, path, "account_password_done")


async def _authenticator(checks: Checks, show: Show, visit: Visit) -> Response:
    """Password and a code of the old authenticator (or a recovery code) first, then the picture for the new one."""
    if fault := await _fault(checks, visit, "password_totp", code=visit.form.get("code_totp")):
        return await show(visit, {"password_totp": fault})
    return await _show_tie(visit, new_totp(), "")


async def _show_tie(visit: Visit, totp: str, fault: str) -> Response:
    known = await visit.read(lambda unit: console.of_officer(unit, visit.officer.id))
    address = totp_address(totp, known.login if known else "", ISSUER)
    sealed = visit.services.office.keys.seal_json(PLACE_KEPT, visit.session.id, totp)
    values = {"kept": sealed.hex(), "secret": totp, "address": address, "picture": picture(address), "fault": fault}
    return visit.page("account_tie.html", status=422 if fault else 200, **values)


async def _tie(checks: Checks, path: str, visit: Visit) -> Response:
    try:
        sealed = bytes.fromhex(visit.form.get("kept"))
        totp: str = visit.services.office.keys.open_json(PLACE_KEPT, visit.session.id, sealed)
    except (SealBroken, ValueError):
        raise Refusal(400, "console_error_form") from None
    step_used = step_of_code(totp, visit.form.get("code"), visit.now)
    if step_used is None:
        return await _show_tie(visit, totp, "code")

    def step(unit: StoredWork) -> None:
        console.set_totp(unit, visit.officer.id, totp, step_used)
        unit.audit.enter("secret_changed", actor=visit.officer.id, detail={"which": "authenticator"})
        console_sessions.end_all(unit, visit.officer.id)

    await visit.write(step)
    return await _renewed(checks, visit, path, "account_totp_done")


async def _recovery(checks: Checks, show: Show, visit: Visit) -> Response:
    """Ten new codes, shown on this answer only. Each stands in for the authenticator: both proofs are asked."""
    if fault := await _fault(checks, visit, "password_codes", code=visit.form.get("code_codes")):
        return await show(visit, {"password_codes": fault})

    def step(unit: StoredWork) -> list[str]:
        unit.audit.enter("secret_changed", actor=visit.officer.id, detail={"which": "recovery"})
        return console.new_recovery(unit, visit.officer.id)

    codes = await visit.write(step)
    return visit.page("account_codes.html", codes=codes)


async def _chat(checks: Checks, show: Show, visit: Visit) -> Response:
    """A one-time code for the officer's own messenger. It could also open the account anew: both proofs are asked."""
    if fault := await _fault(checks, visit, "password_chat", code=visit.form.get("code_chat")):
        return await show(visit, {"password_chat": fault})
    code = await visit.write(lambda unit: officers.invite(unit, visit.officer, unit.now))
    return visit.page("account_chat.html", code=officers.show_code(code))


async def _fault(checks: Checks, visit: Visit, field: str, code: str | None = None) -> str:
    """Why the officer is not believed to be herself; empty when she is."""
    found = await checks.prove(visit.session, visit.form.get(field), code)
    if found.wait:
        return visit.say("login_wait", seconds=round(found.wait))
    return "" if found.account else visit.say("fault_not_you")


async def _renewed(checks: Checks, visit: Visit, path: str, said: str) -> Response:
    """On in a new session, for the old one ended with all others."""
    response = visit.go(path, said)
    await checks.begin(visit.request, response, visit.officer.id, visit.lang)
    return response
