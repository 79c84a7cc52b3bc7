"""The console's first page: on to where this officer's work begins."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response

from cases.model import OfficerRole
from web.console.roles import ANY
from web.console.shell import HOME, Console
from web.console.visit import Visit

FIRST = {
    OfficerRole.HANDLER: ("inbox",),
    OfficerRole.TRIAGE: ("inbox",),
    OfficerRole.CONTACT: ("inbox",),
    OfficerRole.FOLLOW_UP: ("dashboard", "inbox"),
    OfficerRole.OVERSIGHT: ("dashboard", "inbox"),
    OfficerRole.ADMIN: ("officers", "directory", "approvals"),
}
"""Entries of the navigation by role, the best first."""


def add_home(console: Console) -> None:
    """Hang in the first page."""
    console.get(HOME, roles=ANY)(partial(_home, console))


async def _home(console: Console, visit: Visit) -> Response:
    roles = visit.officer.roles
    for role in roles:
        if path := console.menu.first(roles, FIRST[role]):
            return visit.go(path)
    return visit.page("home.html")
