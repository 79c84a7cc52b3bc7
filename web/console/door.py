"""The door: signing in, showing oneself again after a pause, signing out, choosing the language."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from storage import console_sessions
from storage.work import StoredWork
from web.console.door_check import Checks, Try
from web.console.door_invite import add_invite
from web.console.forms import read_form
from web.console.roles import ANY
from web.console.session import CSRF_FIELD
from web.console.shell import HOME, LOGIN, Console, inside
from web.console.visit import Visit
from web.pages import Refusal

SMALL = 20_000  # bytes of a form of the door


def add_door(console: Console, checks: Checks) -> None:
    """Hang in the door."""
    console.door("GET", LOGIN)(partial(_login_page, console))
    console.door("POST", LOGIN)(partial(_login, console, checks))
    console.door("POST", "/console/unlock")(partial(_unlock, console, checks))
    console.door("POST", "/console/logout")(partial(_logout, console))
    console.post("/console/language", roles=ANY)(_language)
    console.get("/console/awake", roles=ANY)(_awake)
    add_invite(console, checks)


async def _login_page(console: Console, request: Request) -> Response:
    back = inside(request.query_params.get("back", HOME))
    if await console.present(request) is not None:
        return RedirectResponse(back, 303)
    return _show_login(console, request, back)


def _show_login(
    console: Console, request: Request, back: str, *, status: int = 200, said: str = "", login: str = ""
) -> Response:
    lang = console.pages.language(request)
    return console.bare(request, "door_login.html", lang, status=status, back=back, said=said, login=login)


async def _login(console: Console, checks: Checks, request: Request) -> Response:
    form = await read_form(request, SMALL)
    lang, back = console.pages.language(request), inside(form.get("back") or HOME)
    say = partial(console.services.rules().wording.say)
    one = Try(form.get("login"), form.get("password"), form.get("code"))
    found = await checks.sign_in(request, one)
    if found.account is None:
        key = "console_login_wait" if found.wait else "console_login_wrong"
        said = say(key, lang, seconds=round(found.wait)) if found.wait else say(key, lang)
        page = _show_login(console, request, back, status=429 if found.wait else 403, said=said, login=one.login[:80])
        if found.wait:
            page.headers["retry-after"] = str(max(1, round(found.wait)))
        return page
    response = RedirectResponse(back, 303)
    await checks.begin(request, response, found.account.officer_id, lang)
    return response


async def _unlock(console: Console, checks: Checks, request: Request) -> Response:
    session = await console.present(request)
    form = await read_form(request, SMALL)
    back = inside(form.get("back") or HOME)
    if session is None:
        return RedirectResponse(LOGIN, 303)
    visit = console.visit(request, session)
    visit.form = form
    if not console.cookies.genuine(console.cookies.token(request), form.get(CSRF_FIELD)):
        raise Refusal(403, "console_error_foreign")
    found = await checks.again(session, form.get("proof"))
    if found.account is None:
        said = visit.say("login_wait", seconds=round(found.wait)) if found.wait else visit.say("unlock_wrong")
        return console.unlock(visit, status=429 if found.wait else 403, said=said, back=back)
    await visit.write(lambda unit: console_sessions.keep(unit, session))
    return RedirectResponse(back, 303)


async def _logout(console: Console, request: Request) -> Response:
    """Works without a fresh session, and from any page of ours: signing out must never fail."""
    session = await console.present(request)
    if session is not None:

        def step(unit: StoredWork) -> None:
            unit.audit.enter("signed_out", actor=session.officer.id, detail={"door": "console"})
            console_sessions.end(unit, session.id, session.officer)

        await console.services.office.write(step)
    response = RedirectResponse(LOGIN, 303)
    console.cookies.end(response)
    return response


async def _language(visit: Visit) -> Response:
    lang = visit.form.get("lang")
    if lang in visit.rules.wording.languages:
        await visit.write(lambda unit: console_sessions.speak(unit, visit.session, lang))
    return visit.go(visit.at)


async def _awake(visit: Visit) -> Response:
    """Somebody writes for long on one page: the session is kept by having been asked."""
    return Response(status_code=204)
