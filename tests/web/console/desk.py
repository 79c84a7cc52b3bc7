"""The console served for tests: a fixed morning, a cast of one officer for each kind of work, and ways to be one."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import aiohttp
from argon2 import PasswordHasher
from yarl import URL

from bot.clock import SteppedClock
from bot.data import load_rules
from cases.model import Officer, OfficerRole
from cases.rules import Rules
from storage import console, console_sessions
from storage.work import StoredWork
from tests.web.stage import Desk as Dialogues
from tests.web.stage import Stage, staged
from tests.web.visitor import Answer
from web.console.proofs import code_at
from web.services import WebServices

MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 9:00 in Vietnam
PASSWORD = "mua he gat lua vang 7 thua"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # tests sign in a thousand times
CAST: Mapping[str, tuple[str, tuple[OfficerRole, ...]]] = {
    "handler": ("mttq", (OfficerRole.HANDLER, OfficerRole.TRIAGE)),
    "colleague": ("mttq", (OfficerRole.HANDLER,)),
    "union": ("hlhpn", (OfficerRole.HANDLER,)),
    "contact": ("ubnd", (OfficerRole.CONTACT,)),
    "follow_up": ("ban_xdd", (OfficerRole.FOLLOW_UP,)),
    "oversight": ("ubkt_dang_uy", (OfficerRole.OVERSIGHT,)),
    "admin": ("mttq", (OfficerRole.ADMIN,)),
    "admin2": ("mttq", (OfficerRole.ADMIN,)),
}
"""Who is there: name in tests, body, roles. Each signs in with her name in tests, PASSWORD and SECRET."""

NAMES = {
    "handler": "Nguyễn Thị Hoa",
    "colleague": "Trần Văn Bình",
    "union": "Lê Thị Lan",
    "contact": "Phạm Văn Dũng",
    "follow_up": "Đỗ Thị Mai",
    "oversight": "Vũ Văn Kiên",
    "admin": "Hoàng Minh Quân",
    "admin2": "Bùi Thị Ngọc",
}


@dataclass
class Clerk:
    """One officer's browser as far as HTTP goes: keeps cookies, carries the token of its session."""

    http: aiohttp.ClientSession
    url: str
    officer: Officer
    csrf: str = ""

    async def get(self, path: str, **headers: str) -> Answer:
        """GET, without following redirects."""
        return await self._ask("GET", path, {"accept": "text/html", **headers})

    async def part(self, path: str, **headers: str) -> Answer:
        """GET as htmx asks."""
        return await self.get(path, **{"hx-request": "true", **headers})

    async def post(self, path: str, form: Any = None, *, at: str = "", **headers: str) -> Answer:
        """POST a form (a mapping, or `aiohttp.FormData` for files) with the token, as our own page does.

        An empty header is left out.
        """
        data = form if isinstance(form, aiohttp.FormData) else aiohttp.FormData(_pairs(form or {}))
        if at:
            data.add_field("at", at)
        sent = {"accept": "text/html", "sec-fetch-site": "same-origin", "x-csrf": self.csrf, **headers}
        return await self._ask("POST", path, sent, data=data)

    async def _ask(self, method: str, path: str, headers: Mapping[str, str], **more: Any) -> Answer:
        sent = {name: value for name, value in headers.items() if value}
        async with self.http.request(method, self.url + path, allow_redirects=False, headers=sent, **more) as got:
            return Answer(got.status, got.headers, await got.read())


@dataclass
class Console:
    """The served console and everything a test may look behind."""

    stage: Stage
    clock: SteppedClock
    rules: Rules
    officers: dict[str, Officer] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where it is served."""
        return self.stage.url

    def run(self, step: Callable[[StoredWork], Any]) -> Any:
        """One unit of work."""
        return self.stage.run(step)

    def token(self, name: str, lang: str = "vi") -> str:
        """A session for one of the cast, without the door."""
        officer = self.officers[name]
        return str(
            self.run(lambda unit: console_sessions.begin(unit, officer, lang=lang, agent="Firefox", address="10.0.0.7"))
        )

    def csrf(self, token: str) -> str:
        """The word that forms of this session carry."""
        return self.stage.services.office.keys.lookup("console-csrf", token)

    @asynccontextmanager
    async def clerk(self, name: str, lang: str = "vi") -> AsyncIterator[Clerk]:
        """One of the cast, signed in, over HTTP."""
        token = self.token(name, lang)
        async with browsing() as http:
            http.cookie_jar.update_cookies(SimpleCookie({"hoiam-desk": token}), URL(self.url))
            yield Clerk(http, self.url, self.officers[name], self.csrf(token))

    @asynccontextmanager
    async def stranger(self) -> AsyncIterator[Clerk]:
        """Somebody who is not signed in."""
        async with browsing() as http:
            yield Clerk(http, self.url, Officer("", "", "", "", ()))

    def cookies(self, name: str, lang: str = "vi") -> list[Any]:
        """For `BrowserContext.add_cookies`: one of the cast is signed in."""
        return [{"name": "hoiam-desk", "value": self.token(name, lang), "url": self.url, "httpOnly": True}]


@asynccontextmanager
async def browsing() -> AsyncIterator[aiohttp.ClientSession]:
    """A fresh cookie jar."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield http


@contextmanager
def console_at(folder: Path, now: datetime = MORNING, **changes: Any) -> Iterator[Console]:
    """Serve the console in the sample commune, its clock standing at `now`, the whole cast enrolled."""
    clock, rules = SteppedClock(now), load_rules()

    def change(dialogues: Dialogues, services: WebServices) -> WebServices:
        dialogues.office.clock = clock
        given = {"clock": clock, "rules": lambda: rules, "wording": rules.wording, **changes}
        return replace(services, **given)

    with staged(folder, change) as stage:
        present = Console(stage, clock, rules)
        present.officers |= present.run(enrol)
        yield present


def enrol(unit: StoredWork) -> dict[str, Officer]:
    """The cast with its accounts."""
    made: dict[str, Officer] = {}
    for name, (body, roles) in CAST.items():
        made[name] = officer = Officer(unit.new_id(), "xa-mau", NAMES[name], body, roles)
        unit.people.save_officer(officer)
        console.save(unit, officer, name.replace("_", "."), QUICK.hash(PASSWORD), SECRET, 0)
    return made


def code(at: datetime, secret: str = SECRET) -> str:
    """What an officer's authenticator shows."""
    return code_at(secret, at)


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]


def _pairs(form: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Fields; a list stands for several of one name."""
    pairs: list[tuple[str, str]] = []
    for name, value in form.items():
        pairs += [(name, str(one)) for one in value] if isinstance(value, list | tuple) else [(name, str(value))]
    return pairs
