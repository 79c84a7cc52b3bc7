"""Keys of the systems that may send requests through Open311: made once, shown once, shut at any time."""

from __future__ import annotations

from starlette.responses import Response

from storage import board_open311 as keys
from web.console.roles import ADMIN
from web.console.shell import Console
from web.console.visit import Visit
from web.open311 import ROOT as INTERFACE

ROOT = "/console/open311"
LONGEST = 100  # characters of a system's name


def add_open311_keys(console: Console) -> None:
    """Hang in the page."""

    @console.get(ROOT, roles=ADMIN, menu="open311")
    async def listing(visit: Visit) -> Response:
        return await _page(visit)

    @console.post(ROOT, roles=ADMIN)
    async def act(visit: Visit) -> Response:
        locality = visit.officer.locality
        if visit.form.get("step") == "shut":
            hashed = visit.form.get("key")
            if not await visit.write(lambda unit: keys.shut_key(unit, locality, hashed)):
                raise visit.missing()
            return visit.go(ROOT, "open311_done_shut")
        name = " ".join(visit.form.get("name").split())[:LONGEST]
        if not name:
            return await _page(visit, status=422, fault=visit.say("open311_need_name"))
        made: str = await visit.write(lambda unit: keys.make_key(unit, locality, name, visit.officer.id))
        return await _page(visit, made=made)


async def _page(visit: Visit, *, status: int = 200, made: str = "", fault: str = "") -> Response:
    senders = await visit.read(lambda unit: keys.senders(unit, visit.officer.locality))
    base = visit.services.public_url or str(visit.request.base_url).rstrip("/")
    return visit.page(
        "publish_open311.html",
        status=status,
        senders=senders,
        made=made,
        fault=fault,
        root=ROOT,
        address=f"{base}{INTERFACE}/discovery.json",
    )
