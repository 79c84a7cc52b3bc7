"""The list of cases: most urgent first, filtered, searched, saved as views, and kept up to date while it is open."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from starlette.responses import Response

from storage.listing import CaseCounts, CaseList, CasePage
from storage.listing_filter import CaseFilter
from storage.views import LONGEST_NAME, TooMany, View, drop_view, save_view, views_of
from storage.work import StoredWork
from web.console.inbox_show import Shown, shown
from web.console.roles import CONTACT, DESK, WATCH
from web.console.shell import Console
from web.console.visit import Visit

READERS = DESK | CONTACT | WATCH
CASES, LIVE, VIEWS = "/console/cases", "/console/inbox", "/console/views"


def add_inbox(console: Console) -> None:
    """Hang in the list, its refresh and the saved views."""
    console.get(CASES, roles=READERS, menu="inbox")(show_inbox)
    console.get(LIVE, roles=READERS, quiet=True)(refresh_inbox)
    console.post(VIEWS, roles=READERS)(keep_view)
    console.post(f"{VIEWS}/{{id}}/delete", roles=READERS)(delete_view)


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look at the database gave; `quick` changes whenever any case does."""

    page: CasePage
    counts: CaseCounts
    names: dict[str, str]
    views: list[View]
    quick: str


async def show_inbox(visit: Visit) -> Response:
    """The page."""
    return await _inbox(visit, CaseFilter.read(visit.query), visit.query.get("after", ""))


async def refresh_inbox(visit: Visit) -> Response:
    """The list again for the page that is open; 204 when nothing of it has changed since `mark`.

    Typed into a browser it leads to the page itself.
    """
    chosen, known = CaseFilter.read(visit.query), visit.query.get("mark", "")
    if not visit.htmx:
        return visit.go(_address(chosen.query()))
    quick = await visit.read(lambda unit: CaseList(unit, visit.rules, visit.officer, visit.now).mark())
    if known.partition(".")[0] == quick:
        return Response(status_code=204)
    looked = await visit.read(lambda unit: _look(unit, visit, chosen, ""))
    listed = shown(visit, chosen, looked.page, looked.counts, looked.names)
    mark = _mark(looked.quick, listed)
    if known.partition(".")[2] == mark.partition(".")[2]:
        return Response(status_code=204, headers={"hx-trigger": json.dumps({"inbox-mark": mark})})
    return visit.part("inbox_list.html", listed=listed, mark=mark, address=_address, chosen=chosen)


async def keep_view(visit: Visit) -> Response:
    """Save the filter under a name."""
    chosen = CaseFilter.read(dict(parse_qsl(visit.form.get("query", ""))))
    name, shared = visit.form.get("name", "").strip(), visit.form.get("shared", "") == "1"
    if not name:
        return await _inbox(visit, chosen, "", fault=visit.say("inbox_view_no_name"))
    try:
        await visit.write(lambda unit: save_view(unit, visit.officer, name, chosen.query(), shared=shared))
    except TooMany:
        return await _inbox(visit, chosen, "", fault=visit.say("inbox_view_too_many"), typed=name)
    return visit.go(_address(chosen.query()), "inbox_view_saved", name=name[:LONGEST_NAME])


async def delete_view(visit: Visit) -> Response:
    """Forget one of the officer's own views."""
    if not await visit.write(lambda unit: drop_view(unit, visit.officer, visit.params["id"])):
        raise visit.missing()
    return visit.go(CASES, "inbox_view_deleted")


async def _inbox(visit: Visit, chosen: CaseFilter, after: str, *, fault: str = "", typed: str = "") -> Response:
    looked = await visit.read(lambda unit: _look(unit, visit, chosen, after))
    listed = shown(visit, chosen, looked.page, looked.counts, looked.names, after)
    return visit.page(
        "inbox.html",
        status=422 if fault else 200,
        listed=listed,
        mark=_mark(looked.quick, listed),
        views=looked.views,
        chosen=chosen,
        query=chosen.query(),
        address=_address,
        live="" if after else f"{LIVE}?{urlencode(chosen.query())}",
        fault=fault,
        typed=typed,
        longest=LONGEST_NAME,
    )


def _look(unit: StoredWork, visit: Visit, chosen: CaseFilter, after: str) -> Looked:
    listing = CaseList(unit, visit.rules, visit.officer, visit.now)
    quick = listing.mark()  # before the list: what changes in between is then looked at once more
    page, counts = listing.look(chosen, after)
    assigned = {line.assignee for line in page.lines} - {"", visit.officer.id}
    if DESK.isdisjoint(visit.officer.roles):
        assigned = set()  # who works on it at the desk is the desk's own business
    people = [unit.people.officer(one) for one in sorted(assigned)]
    bodies = visit.directory().same_as(visit.officer.body)
    return Looked(
        page,
        counts,
        {one.id: one.name for one in people if one is not None},
        views_of(unit, visit.officer, bodies),
        quick,
    )


def _mark(quick: str, listed: Shown) -> str:
    """Two halves: whether anything changed at all, and whether this very list did."""
    return f"{quick}.{hashlib.sha256(repr(listed).encode()).hexdigest()[:16]}"


def _address(query: dict[str, str], **changes: str) -> str:
    """The list's address with some of its filter changed; an empty value takes the field out."""
    kept = {name: value for name, value in {**query, **changes}.items() if value}
    return f"{CASES}?{urlencode(kept)}" if kept else CASES
