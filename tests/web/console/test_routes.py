"""Every route of the console against every role: as declared and nothing else; foreign and missing are one answer.

Routes come from the registry, so a new page is tested by being there. Cases in paths: one's own, a foreign one, none.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from starlette.routing import Route

from cases.model import Officer
from storage.work import StoredWork
from tests.cases.cast import a_case
from tests.web.console.desk import CAST, Clerk, Console, console_at
from tests.web.visitor import Answer
from web.app import Site
from web.console.shell import Registered

PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
OWN, FOREIGN, MISSING = "PA-2026-000001", "PA-2026-000002", "PA-2026-009999"
EVERYBODY = ("mttq", "hlhpn", "ubnd", "ban_xdd", "ubkt_dang_uy")
"""Bodies of the cast: a case that shuts them all out is foreign to each."""

DOOR = {
    ("GET", "/console/login"),
    ("POST", "/console/login"),
    ("POST", "/console/unlock"),
    ("POST", "/console/logout"),
    ("GET", "/console/invite/{code}"),
    ("POST", "/console/invite/{code}"),
}
"""What is open to somebody without a session; another page here needs a decision."""

NEEDS_A_QUERY = {"/console/figures/list", "/console/figures/list.csv"}
"""Pages that are nothing without the question in their address."""

ENDS_A_SESSION = "/console/account/sessions/end-all"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console with one case that is open to its handlers and one that is shut to everybody there."""
    with console_at(tmp_path_factory.mktemp("routes")) as present:

        def store(unit: StoredWork) -> None:
            unit.cases.add(a_case(id="c1", code=OWN), "receipt-1")
            unit.cases.add(a_case(id="c2", code=FOREIGN, excluded_bodies=EVERYBODY), "receipt-2")

        present.run(store)
        yield present


@pytest.fixture
async def clerks(desk: Console) -> AsyncIterator[dict[str, Clerk]]:
    """The whole cast, signed in."""
    async with AsyncExitStack() as stack:
        yield {name: await stack.enter_async_context(desk.clerk(name)) for name in CAST}


def site_of(desk: Console) -> Site:
    """An application over the same services, to read its registry."""
    from dataclasses import replace

    from prometheus_client import CollectorRegistry

    from web.app import create_app

    return create_app(replace(desk.stage.services, registry=CollectorRegistry()))


def routes(desk: Console) -> list[Registered]:
    """What needs a session."""
    return [route for route in site_of(desk).console.routes if route.roles]


def address(route: Registered, case: str = OWN) -> str:
    """The route's path with its parameters filled in; a case's number where a case is meant."""
    path = re.sub(r"^(/console/cases/)\{(\w+)\}", rf"\g<1>{case}", route.path)
    return PARAMETER.sub("none", path)


def bare(answer: Answer, path: str) -> tuple[int, bytes]:
    """Status and body, without the address that was asked for and the session that asked."""
    text = re.sub(rb'(data-at|value)="' + re.escape(path.encode()) + b'"', b"", answer.body)
    return answer.status, re.sub(rb"PA-\d{4}-\d+", b"", text)


async def ask(who: Clerk, route: Registered, path: str) -> Answer:
    """An empty request of a signed-in officer, as our own page sends it."""
    return await (who.get(path) if route.method == "GET" else who.post(path))


def allowed(route: Registered, officer: Officer) -> bool:
    """Whether the declaration opens the route."""
    return bool(route.roles.intersection(officer.roles))


def test_every_route_under_console_is_in_the_registry(desk: Console) -> None:
    """A page hung in past the shell would know neither session nor roles."""
    site = site_of(desk)
    served = {
        (method, route.path) for route in site.routes if isinstance(route, Route) for method in route.methods or ()
    }
    ours = {one for one in served if one[1].startswith("/console") and one[0] != "HEAD"}
    assert ours == {(route.method, route.path) for route in site.console.routes}


def test_only_the_door_is_open_to_strangers(desk: Console) -> None:
    """Every other route declares who may."""
    assert {(route.method, route.path) for route in site_of(desk).console.routes if not route.roles} == DOOR


async def test_roles_open_what_is_declared_and_nothing_else(desk: Console, clerks: dict[str, Clerk]) -> None:
    """A route that is not for a role answers like an address that does not exist."""
    wrong: list[Any] = []
    for route in routes(desk):
        path = address(route)
        for name, who in clerks.items():
            if allowed(route, who.officer):
                continue
            there, nowhere = await ask(who, route, path), await ask(who, route, "/console/nowhere/at/all")
            if there.status != 404 or bare(there, path) != bare(nowhere, "/console/nowhere/at/all"):
                wrong.append((route.method, path, name, there.status))
    assert wrong == []


async def test_allowed_roles_are_answered(desk: Console, clerks: dict[str, Clerk]) -> None:
    """No 403 and no fault for anybody whom the declaration names, and a page where nothing else is asked for."""
    wrong: list[Any] = []
    for route in routes(desk):
        for name, who in clerks.items():
            if not allowed(route, who.officer) or route.path == ENDS_A_SESSION:
                continue
            status = (await ask(who, route, address(route))).status
            plain = route.method == "GET" and "{" not in route.path and route.path not in NEEDS_A_QUERY
            if status in (401, 403) or status >= 500 or (plain and status not in (200, 204, 303)):
                wrong.append((route.method, route.path, name, status))
    assert wrong == []


async def test_a_foreign_case_looks_like_none(desk: Console, clerks: dict[str, Clerk]) -> None:
    """Status and body, reading and writing, for every role."""
    different: list[Any] = []
    for route in routes(desk):
        foreign, missing = address(route, FOREIGN), address(route, MISSING)
        if foreign == missing:
            continue
        for name, who in clerks.items():
            answers = bare(await ask(who, route, foreign), foreign), bare(await ask(who, route, missing), missing)
            if answers[0] != answers[1] or answers[0][0] != 404:
                different.append((route.method, route.path, name, answers[0][0], answers[1][0]))
    assert different == []


async def test_strangers_are_sent_to_the_door(desk: Console) -> None:
    """Whatever they ask for; nothing is answered, nothing done."""
    async with desk.stranger() as who:
        for route in routes(desk):
            answer = await ask(who, route, address(route))
            assert (answer.status, answer.headers["location"][:14]) == (303, "/console/login"), route


FORGED: dict[str, tuple[str | None, dict[str, str]]] = {
    "no token": ("", {}),
    "a wrong token": ("0" * 32, {}),
    "a token with strange letters": ("ơ" * 32, {}),
    "another session's token": (None, {}),
    "another site": ("own", {"sec-fetch-site": "cross-site"}),
    "a neighbouring site": ("own", {"sec-fetch-site": "same-site"}),
    "another origin": ("own", {"sec-fetch-site": "", "origin": "https://evil.example"}),
}


@pytest.mark.parametrize("forgery", FORGED)
async def test_forged_forms_are_refused_everywhere(desk: Console, forgery: str) -> None:
    """Seven ways of sending a form that is not ours, on every route that changes something."""
    given, headers = FORGED[forgery]
    token = desk.csrf(desk.token("contact")) if given is None else given
    for name in ("handler", "contact", "follow_up", "oversight", "admin"):
        async with desk.clerk(name) as who:
            for route in routes(desk):
                if route.method != "POST" or not allowed(route, who.officer):
                    continue
                form = {"csrf": who.csrf if token == "own" else token}
                assert (await who.post(address(route), form, **{"x-csrf": "", **headers})).status == 403, route


async def test_the_door_takes_no_form_from_elsewhere(desk: Console) -> None:
    """Signing somebody in, out, or by another's link needs our own page."""
    async with desk.stranger() as who:
        for method, path in sorted(DOOR):
            if method == "POST":
                answer = await who.post(PARAMETER.sub("none", path), {}, **{"sec-fetch-site": "cross-site"})
                assert answer.status == 403, path
