"""One request of a signed-in officer: who, when, what was sent, and the ways to answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from cases.bodies import Directory
from cases.calendar import local_date
from cases.model import Officer
from cases.rules import Rules
from storage.console_sessions import SignedIn
from storage.work import StoredWork
from web.console.forms import Form
from web.pages import Refusal
from web.services import WebServices

if TYPE_CHECKING:
    from web.console.shell import Console

__all__ = ["Form", "Visit"]
T = TypeVar("T")


@dataclass(slots=True)
class Visit:
    """A request whose session is fresh enough for content. `lang` is the officer's choice."""

    console: Console
    request: Request
    session: SignedIn
    lang: str
    now: datetime
    rules: Rules
    form: Form = field(default_factory=Form)

    @property
    def officer(self) -> Officer:
        """Who asks."""
        return self.session.officer

    @property
    def services(self) -> WebServices:
        """What the web room was given."""
        return self.console.services

    @property
    def today(self) -> date:
        """The calendar day in Vietnam."""
        return local_date(self.now)

    @property
    def query(self) -> Mapping[str, str]:
        """Parameters behind the `?`."""
        return self.request.query_params

    @property
    def params(self) -> Mapping[str, str]:
        """Parameters of the path."""
        return self.request.path_params

    @property
    def htmx(self) -> bool:
        """Whether a part is wanted, not a page."""
        return self.request.headers.get("hx-request") == "true"

    @property
    def at(self) -> str:
        """Path and query of the page the officer looks at: for a form, the page it stood on."""
        return self.console.page_of(self.request, self.form)

    def directory(self) -> Directory:
        """The bodies of the officer's locality today."""
        return self.rules.directory(self.officer.locality, self.now)

    async def read(self, step: Callable[[StoredWork], T]) -> T:
        """Run `step` without changing anything."""
        return await self.services.office.read(step)

    async def write(self, step: Callable[[StoredWork], T]) -> T:
        """Run `step` in one transaction."""
        return await self.services.office.write(step)

    def say(self, key: str, **values: object) -> str:
        """The text `console_<key>` in the officer's language."""
        return self.rules.wording.say(f"console_{key}", self.lang, **values)

    def page(self, template: str, *, status: int = 200, **values: object) -> Response:
        """A whole page of `templates/console/`."""
        return self.console.page(self, template, status=status, **values)

    def part(self, template: str, *, status: int = 200, **values: object) -> Response:
        """A fragment of a page, without the frame."""
        return self.console.part(self, template, status=status, **values)

    def go(self, path: str, said: str = "", **values: object) -> Response:
        """On to another page, which says `console_<said>` once."""
        return self.console.go(self, path, said, **values)

    def missing(self) -> Refusal:
        """To be raised: not there, or not for this officer; nobody can tell which."""
        return Refusal(404, "console_error_missing")
