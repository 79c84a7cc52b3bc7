"""The console's shell: registers pages with their roles, lets officers in, and draws the frame round every page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from storage import console_sessions
from storage.console_sessions import IDLE, NOTED_EVERY, SignedIn
from storage.database import DatabaseFault
from web.beat import Beat
from web.console.forms import CAP, STRANGER_CAP, Form, leave_unread, read_form
from web.console.menu import Entry, Menu
from web.console.render import FOLDER, environment, guard_field, sayer
from web.console.roles import Roles
from web.console.session import CSRF_FIELD, CSRF_HEADER, Cookies, own_page
from web.console.visit import Visit
from web.openapi import PUBLIC, Declared, Document
from web.pages import Pages, Refusal
from web.services import WebServices

HOME, LOGIN = "/console", "/console/login"
SCHEME = "consoleSession"

Page = Callable[[Visit], Awaitable[Response]]
Door = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Registered:
    """One route of the console. `roles` is empty for the pages of the door, which need no session."""

    method: str
    path: str
    roles: Roles
    menu: str = ""
    quiet: bool = False
    cap: int = CAP


class Console:
    """Where pages are hung in; every one declares the roles it is for."""

    def __init__(self, services: WebServices, pages: Pages, document: Document) -> None:
        self.services = services
        self.pages = pages
        self.cookies = Cookies(services.office.keys, secure=services.secure_cookies)
        self.routes: list[Registered] = []
        self.menu = Menu()
        self._document = document
        document.scheme(SCHEME, {"type": "apiKey", "in": "cookie", "name": self.cookies.session})
        self._templates = environment()

    # -- registering ------------------------------------------------------------------------------------------------

    def get(self, path: str, *, roles: Roles, menu: str = "", quiet: bool = False) -> Callable[[Page], Page]:
        """A page. `quiet`: asked for by the page itself again and again, which does not keep the session open."""
        if menu:
            self.menu.add(Entry(menu, path, roles))
        return partial(self._add, Registered("GET", path, roles, menu, quiet))

    def post(self, path: str, *, roles: Roles, cap: int = CAP) -> Callable[[Page], Page]:
        """A change: same-site, with the session's token, its form read before the function runs."""
        return partial(self._add, Registered("POST", path, roles, cap=cap))

    def door(self, method: str, path: str) -> Callable[[Door], Door]:
        """A page for somebody who is not signed in, or not freshly."""
        return partial(self._add_door, Registered(method, path, frozenset()))

    def _add(self, route: Registered, page: Page) -> Page:
        if not route.roles:
            raise ValueError(f"{route.method} {route.path} declares no role")
        self._serve(route, partial(self._enter, route, page), [{SCHEME: []}])
        return page

    def _add_door(self, route: Registered, door: Door) -> Door:
        self._serve(route, partial(self._guard, door), PUBLIC["security"])
        return door

    def _serve(self, route: Registered, endpoint: Door, security: list[dict[str, list[str]]]) -> None:
        async def serve(request: Request) -> Response:
            return await endpoint(request)

        self.routes.append(route)
        who = ", ".join(sorted(route.roles)) or "everybody"
        answers: dict[int | str, dict[str, str]] = {
            200: {"description": "the page"},
            303: {"description": "sign in first"},
        }
        self._document.bare(route.method, route.path, serve, Declared(f"Console: {who}", security, answers=answers))

    # -- letting in -------------------------------------------------------------------------------------------------

    async def _enter(self, route: Registered, page: Page, request: Request) -> Response:
        return await self._guard(partial(self._let_in, route, page), request)

    async def _guard(self, door: Door, request: Request) -> Response:
        """A writing request must come from our own page; refusals become pages in the console's look."""
        beat = Beat()
        try:
            if request.method == "POST" and not own_page(request, self.services.public_url):
                await leave_unread(request)
                raise Refusal(403, "console_error_foreign")
            return await door(request)
        except Refusal as refusal:
            response = await self.refused(request, refusal)
            if refusal.status == 404:
                await beat.over()
            return response
        except DatabaseFault:
            return await self.refused(request, Refusal(503, "console_error_busy", 3))

    async def _let_in(self, route: Registered, page: Page, request: Request) -> Response:
        now = self.services.clock()
        session = await self.present(request)
        if session is None:
            return await self._to_login(request)
        visit = self.visit(request, session)
        if session.is_idle(now):
            return await self._to_unlock(visit)
        if not route.roles.intersection(session.officer.roles):
            raise visit.missing()
        if now - session.active_at >= NOTED_EVERY and not route.quiet and "x-quiet" not in request.headers:
            await visit.write(lambda unit: console_sessions.keep(unit, session))
        if route.method == "GET":
            return await page(visit)
        return await self._post(route, page, visit)

    async def _post(self, route: Registered, page: Page, visit: Visit) -> Response:
        visit.form = await read_form(visit.request, route.cap)
        try:
            given = visit.request.headers.get(CSRF_HEADER) or visit.form.get(CSRF_FIELD)
            if not self.cookies.genuine(self.cookies.token(visit.request), given):
                raise Refusal(403, "console_error_foreign")
            response = await page(visit)
            self.cookies.took_draft(response, visit.form.get("draft"))
            return response
        finally:
            await visit.form.data.close()

    async def present(self, request: Request) -> SignedIn | None:
        """The session of this browser, idle or not."""
        token = self.cookies.token(request)
        if not token:
            return None
        return await self.services.office.read(lambda unit: console_sessions.find(unit, token))

    def visit(self, request: Request, session: SignedIn) -> Visit:
        """What a page is given."""
        lang = self.pages.language(request, session.lang)
        return Visit(self, request, session, lang, self.services.clock(), self.services.rules())

    async def _to_login(self, request: Request) -> Response:
        if request.headers.get("hx-request") == "true":
            return Response(status_code=401, headers={"hx-refresh": "true"})
        if request.method == "GET" and request.headers.get("sec-fetch-site") == "cross-site":
            # The strict cookie was left out because a link elsewhere led here: ask again, now from our own page.
            return self.bare(request, "again.html", self.pages.language(request))
        form = await read_form(request, STRANGER_CAP) if request.method == "POST" else Form()
        back = self.page_of(request, form)
        await form.data.close()
        return RedirectResponse(LOGIN if back == HOME else f"{LOGIN}?{urlencode({'back': back})}", 303)

    async def _to_unlock(self, visit: Visit) -> Response:
        if visit.htmx:
            return Response(status_code=401, headers={"hx-refresh": "true"})
        if visit.request.method == "POST":
            visit.form = await read_form(visit.request)
            await visit.form.data.close()
        return self.unlock(visit)

    # -- answering --------------------------------------------------------------------------------------------------

    def unlock(self, visit: Visit, *, status: int = 401, said: str = "", back: str = "") -> Response:
        """The page that asks an officer to show herself again, at the address she was at."""
        values = self._framed(visit) | {"back": back or visit.at, "said": said}
        return self._html("door_unlock.html", status, values)

    def page(self, visit: Visit, template: str, *, status: int = 200, **values: object) -> Response:
        """A template that extends `console/frame.html`."""
        said = self.cookies.said_before(visit.request, visit.officer.id)
        flash = visit.say(said[0], **said[1]) if said and visit.rules.wording.has(f"console_{said[0]}") else ""
        framed = self._framed(visit) | {"flash": flash, "menu": self.menu.seen_by(visit.officer.roles, visit.at)}
        response = self._html(template, status, framed | values)
        if said:
            self.cookies.shown(response)
        return response

    def part(self, visit: Visit, template: str, *, status: int = 200, **values: object) -> Response:
        """A template without a frame."""
        return self._html(template, status, self._framed(visit) | values)

    def bare(self, request: Request, template: str, lang: str, *, status: int = 200, **values: object) -> Response:
        """A template of the door, for somebody without a session."""
        return self._html(template, status, self._values(request, lang) | values)

    def go(self, visit: Visit, path: str, said: str, **values: object) -> Response:
        """Redirect within the console."""
        if visit.htmx:
            response = Response(status_code=200, headers={"hx-redirect": inside(path)})
        else:
            response = RedirectResponse(inside(path), 303)
        if said:
            self.cookies.say_next(response, visit.officer.id, said, values)
        return response

    async def refused(self, request: Request, refusal: Refusal) -> Response:
        """What went wrong, in the frame for whoever is signed in; for htmx only the sentence."""
        try:
            session = await self.present(request)
        except DatabaseFault:
            session = None
        fresh = session is not None and not session.is_idle(self.services.clock())
        lang = self.pages.language(request, session.lang if session else "")
        values = {"sentence": self.services.rules().wording.say(refusal.key, lang, **refusal.values)}
        if request.headers.get("hx-request") == "true":
            response = self.bare(request, "refused_part.html", lang, status=refusal.status, **values)
        elif session is not None and fresh:
            visit = self.visit(request, session)
            menu = self.menu.seen_by(visit.officer.roles, "")  # marks no entry: nothing tells what was asked for
            response = self.page(visit, "refused.html", status=refusal.status, menu=menu, **values)
        else:
            response = self.bare(request, "refused_bare.html", lang, status=refusal.status, **values)
        if refusal.wait:
            response.headers["retry-after"] = str(max(1, round(refusal.wait)))
        return response

    def page_of(self, request: Request, form: Form) -> str:
        """The page somebody looks at: this address, or for a form the one it stood on."""
        if request.method == "GET":
            return inside(request.url.path + (f"?{request.url.query}" if request.url.query else ""))
        return inside(form.get("at") or HOME)

    def _framed(self, visit: Visit) -> dict[str, object]:
        token = self.cookies.csrf(self.cookies.token(visit.request))
        return self._values(visit.request, visit.lang) | {
            "visit": visit,
            "officer": visit.officer,
            "csrf": token,
            "csrf_field": partial(guard_field, token, visit.at),
            "at": visit.at,
            "drafts_of": self.services.office.keys.lookup("console-draft", visit.officer.id)[:12],
            "idle_seconds": int(IDLE.total_seconds()),
        }

    def _values(self, request: Request, lang: str) -> dict[str, object]:
        wording = self.services.rules().wording
        return {
            "t": sayer(wording, lang),
            "lang": lang,
            "languages": wording.languages,
            "static": f"/static/{self.pages.version}",
            "path": request.url.path,
        }

    def _html(self, template: str, status: int, values: dict[str, object]) -> HTMLResponse:
        text = self._templates.get_template(FOLDER + template).render(values)
        return HTMLResponse(text, status)


def inside(address: str) -> str:
    """The address if it leads into the console, else the console's first page: nobody is sent elsewhere."""
    try:
        parts = urlsplit(address)
    except ValueError:  # "//[" is no address
        return HOME
    own = not parts.scheme and not parts.netloc and (parts.path == HOME or parts.path.startswith(HOME + "/"))
    return address if own and "\\" not in address and address.isprintable() else HOME
