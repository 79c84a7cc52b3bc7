"""Nonsense at every page and form of the console: the answer is a page or a refusal, never a fault."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.web.console.desk import Clerk, Console
from tests.web.console.malformed_kit import (  # noqa: F401 - fixtures
    FORM,
    HOSTILE,
    QUERY,
    _status,
    a_bearer,
    filled,
    hostile,
    open_desk,
    signed_in,
)
from tests.web.console.test_routes import ENDS_A_SESSION, OWN, PARAMETER, allowed, routes

in_part = pytest.mark.parametrize("share", [3, pytest.param(1, marks=pytest.mark.slow)])
"""A third of the values at each page and form, another third at the next; in soak all of them everywhere."""


@in_part
async def test_no_query_breaks_a_page_of_the_console(desk: Console, clerks: dict[str, Clerk], share: int) -> None:
    """Every parameter anywhere is known by, with the same nonsense, at every page."""
    broken: list[Any] = []
    for number, route in enumerate(routes(desk)):
        who = next((one for one in clerks.values() if allowed(route, one.officer)), None)
        if route.method != "GET" or who is None:
            continue
        path = PARAMETER.sub("none", re.sub(r"^(/console/cases/)\{(\w+)\}", rf"\g<1>{OWN}", route.path))
        for value in hostile(number, share):
            asked = f"{path}?{urlencode(dict.fromkeys(QUERY, value))}"[:7500]
            if (status := await _status(who.get, asked)) >= 500:
                broken.append((route.path, value[:20], status))
    assert broken == []


ALONE = {
    "/console/cases": "q words part since until from to order state topic after received_from received_to",
    "/console/inbox": "mark after since until",
    "/console/figures": "period from to",
    "/console/map": "period from to",
    "/console/calendar": "day",
    "/console/figures/list": "figure period report from",
    "/console/figures/list.csv": "figure period report from",
    "/console/registers/plan": "year",
    "/console/papers": "year kind",
    "/console/disclosure": "content",
    "/console/settings/calendar": "year",
    "/console/settings/history": "before what about",
    "/console/settings/wording": "q from edited",
    "/console/settings/replies": "id",
}
"""Where a parameter read first would hide the next one."""


@in_part
async def test_no_single_parameter_breaks_a_page(desk: Console, clerks: dict[str, Clerk], share: int) -> None:
    """One at a time, the others absent."""
    broken: list[Any] = []
    for path, names in ALONE.items():
        for number, name in enumerate(names.split()):
            for value in hostile(number, share):
                for who in (clerks["handler"], clerks["admin"]):
                    asked = f"{path}?{urlencode({name: value})}"
                    if (status := await _status(who.get, asked)) >= 500:
                        broken.append((path, name, value[:20], status))
    assert broken == []


@in_part
async def test_no_path_breaks_a_page_of_the_console(desk: Console, clerks: dict[str, Clerk], share: int) -> None:
    """Parameters of the path are nonsense."""
    broken: list[Any] = []
    for number, route in enumerate(routes(desk)):
        who = next((one for one in clerks.values() if allowed(route, one.officer)), None)
        if route.method != "GET" or who is None or "{" not in route.path:
            continue
        for value in hostile(number, share):
            for asked in (filled(route.path, value[:500]), filled(route.path, value[:500], value[:500] or "x")):
                if (status := await _status(who.get, asked)) >= 500:
                    broken.append((route.path, value[:20], status))
    assert broken == []


@in_part
async def test_no_form_breaks_the_console(desk: Console, clerks: dict[str, Clerk], share: int) -> None:
    """Every field any form has, with the same nonsense, to everything that writes."""
    broken: list[Any] = []
    for number, route in enumerate(routes(desk)):
        if route.method != "POST" or route.path == ENDS_A_SESSION:
            continue
        for who in [one for one in clerks.values() if allowed(route, one.officer)][:2]:
            for value in hostile(number, share):
                path = filled(route.path, "")
                form = {name: value if value.isascii() else value[:600] for name in FORM}
                if (status := await _status(lambda at, form=form, who=who: who.post(at, form), path)) >= 500:
                    broken.append((route.path, who.officer.name, value[:20], status))
    assert broken == []


@pytest.mark.parametrize("path", ["/console/login", "/console/unlock", "/console/invite/none"])
async def test_no_form_breaks_the_door(desk: Console, path: str) -> None:
    """What somebody without a session sends."""
    async with desk.stranger() as who:
        for value in HOSTILE:
            form = dict.fromkeys(("login", "password", "code", "back", "lang", "proof", "kept", "csrf"), value[:500])
            assert (await who.post(path, form)).status < 500, (path, value[:20])


async def test_nobody_is_sent_elsewhere_after_signing_in(desk: Console, clerks: dict[str, Clerk]) -> None:
    """Wherever an address to go back to is taken, it leads into the console."""
    who = clerks["handler"]
    for back in ("//evil.example", "https://evil.example/console", "/\\evil.example", "/console\\@evil.example",
                 "javascript:alert(1)", "/consolex", "/console/\r\nx: y", " //evil.example", "/%2f/evil"):  # fmt: skip
        asked = await who.get(f"/console/login?{urlencode({'back': back})}")
        assert asked.headers["location"].startswith("/console"), back
        assert "\\" not in asked.headers["location"], back
        spoken = await who.post("/console/language", {"lang": "vi"}, at=back)
        assert spoken.headers["location"].startswith("/console"), back
        assert (
            (await who.post("/console/language", {"lang": "vi", "at": back}, **{"hx-request": "true"}))
            .headers["hx-redirect"]
            .startswith("/console")
        )


ONE_AT_A_TIME = {
    "/console/export": ("since until state topic reason", {"form": "csv"}),
    "/console/reports": ("kind author period", {"kind": "RGS_H", "author": "mttq", "period": "2026-H2"}),
    "/console/reports/settings": ("day due", {"day": "14", "due": "15"}),
    "/console/disclosure": (
        "content owner due_on title item form posted_on",
        {"step": "add", "content": "D1", "owner": "mttq", "due_on": "2026-12-01", "title": "x"},
    ),
    "/console/registers/plan": ("year id version", {"year": "2026"}),
    "/console/tokens": ("days scopes name", {"days": "30", "scopes": "cases:read", "name": "x"}),
    "/console/views": ("name query shared", {"name": "x", "query": "words=a"}),
    f"/console/cases/{OWN}/do/note": ("version seen text", {"version": "0", "seen": "0", "text": "x"}),
    f"/console/cases/{OWN}/do/ask": (
        "version seen what due_on until",
        {"version": "0", "seen": "0", "what": "x", "due_on": "2026-12-01"},
    ),
    f"/console/cases/{OWN}/do/write": ("version seen text", {"version": "0", "seen": "0", "text": "x"}),
    f"/console/cases/{OWN}/papers/new/info_request": (
        "number day do signer",
        {"do": "make", "number": "1", "signer": "x"},
    ),
}
"""Forms whose other fields are in order: the fault of one must not hide the next."""


@in_part
async def test_no_single_field_breaks_a_form(desk: Console, clerks: dict[str, Clerk], share: int) -> None:
    """One field at a time."""
    broken: list[Any] = []
    for path, (names, proper) in ONE_AT_A_TIME.items():
        for number, name in enumerate(names.split()):
            for value in hostile(number, share):
                form = proper | {name: value}
                if (status := await _status(lambda at, form=form: clerks["handler"].post(at, form), path)) >= 500:
                    broken.append((path, name, value[:20], status))
    assert broken == []
