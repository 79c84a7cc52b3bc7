"""Nonsense at every step and paper of a case, in methods and bodies, and at what is public."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlencode

import pytest

from cases.model import Case, State
from cases.papers import Paper
from papers.forms import PARTS
from storage.work import StoredWork
from tests.web.console.case_kit import received, report, stored, triaged
from tests.web.console.desk import Clerk, Console
from tests.web.console.malformed_kit import (  # noqa: F401 - fixtures
    QUERY,
    _sent,
    _status,
    a_bearer,
    filled,
    hostile,
    open_desk,
    public_pages,
    signed_in,
    words,
)
from tests.web.console.papers_kit import with_reply
from tests.web.console.test_routes import ENDS_A_SESSION, OWN, allowed, routes, site_of
from web.console.case_open import STEPS

in_part = pytest.mark.parametrize("share", [3, pytest.param(1, marks=pytest.mark.slow)])
"""A third of the values at each address, another third at the next; in soak all of them everywhere."""


@pytest.fixture(scope="module")
def everywhere(desk: Console) -> dict[str, Case]:
    """A case in each state that a form may be filled in for."""
    answered = with_reply(desk)
    found = {"submitted": report(desk, "r2"), "triaged": triaged(desk, who="r3"), "answered": answered}
    for number, state in enumerate(
        (State.RELAYED, State.DIALOGUE, State.CLOSED, State.NEEDS_COI_CHECK, State.FORWARDED)
    ):
        case = received(desk, who=f"r{number + 4}")

        def step(unit: StoredWork, case: Case = case, state: State = state) -> None:
            now = unit.cases.get(case.id)
            assert now is not None
            now.state, now.reply = state, unit.cases.get(answered.id).reply  # type: ignore[union-attr]
            unit.cases.save(now)

        desk.run(step)
        found[state.value] = case
    return found


@in_part
@pytest.mark.parametrize("name", ["handler", "contact"])
async def test_no_step_of_a_case_breaks(
    desk: Console, clerks: dict[str, Clerk], everywhere: dict[str, Case], name: str, share: int
) -> None:
    """Every step on a case in every state, its version right and all else nonsense."""
    broken: list[Any] = []
    who = clerks[name]
    for turn, (state, case) in enumerate(everywhere.items()):
        for number, step in enumerate(STEPS, start=turn):
            for value in ("", "9" * 5000, "0001-01-01", "ế\x00")[number % share :: share]:
                now = stored(desk, case)
                form = dict.fromkeys(STEP_FIELDS, value) | {"version": str(now.version)}
                send = partial(who.post, form=form)
                if (status := await _status(send, f"/console/cases/{case.code}/do/{step}")) >= 500:
                    broken.append((state, step, value[:20], status))
    assert broken == []


STEP_FIELDS = words(
    """
    text note reason topic kind body authority question other post posts doc_no doc_date received_on proof until
    what due_on days unit summary outcome signed_by addressees violation point points met where present minutes
    held_on planned asked id request hamlet place subject_body status secrecy identity confirm redacted when level
    method kept_file_id kept_kind kept_name kept_size kept_mime file seen reply verdict legal_basis cc copies way
    """
)


@pytest.mark.parametrize("value", ["", "9" * 5000, "0001-01-01", "{{7*7}}\x00"])
async def test_no_paper_breaks(
    desk: Console, clerks: dict[str, Clerk], everywhere: dict[str, Case], value: str
) -> None:
    """Every paper of a case in every state: looked at, kept as a draft, made."""
    broken: list[Any] = []
    fields = [part for paper in PARTS.values() for part in (one.name for one in paper)]
    for state, case in everywhere.items():
        for paper in Paper:
            for do in ("look", "draft", "make"):
                names = (*fields, "number", "day", "reason", "signer", "signer_title")
                form = dict.fromkeys(names, value) | {"do": do}
                path = f"/console/cases/{case.code}/papers/new/{paper.value}"
                if (status := (await clerks["handler"].post(path, form)).status) >= 500:
                    broken.append((state, paper.value, do, status))
    assert broken == []


async def test_no_body_breaks_the_console(desk: Console, clerks: dict[str, Clerk]) -> None:
    """What is not a form, or only looks like one."""
    broken: list[Any] = []
    bodies = (
        ("multipart/form-data; boundary=x", b"--x\r\nnot a part"),
        ("multipart/form-data", b"--x--"),
        ("application/x-www-form-urlencoded", b"a=%ff%fe&%zz=1&=&&&"),
        ("application/json", b'{"a":'),
        ("text/plain; charset=utf-7", b"+ADw-"),
    )
    for route in routes(desk):
        who = next((one for one in clerks.values() if allowed(route, one.officer)), None)
        if route.method != "POST" or route.path == ENDS_A_SESSION or who is None:
            continue
        for kind, body in bodies:
            headers = {"x-csrf": who.csrf, "sec-fetch-site": "same-origin", "content-type": kind, "connection": "close"}
            asked = partial(who.http.post, data=body, headers=headers, allow_redirects=False)
            if (status := await _sent(asked, who.url + filled(route.path, ""))) >= 500:
                broken.append((route.path, kind, status))
    assert broken == []


async def test_other_methods_are_refused(desk: Console, clerks: dict[str, Clerk]) -> None:
    """What is read cannot be written to, what writes cannot be read, and nothing answers other methods."""
    wrong: list[Any] = []
    declared = {(one.method, one.path) for one in site_of(desk).console.routes}
    who = clerks["handler"]
    for path in sorted({path for _, path in declared}):
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"):
            if (method, path) in declared:
                continue
            headers = {"x-csrf": who.csrf, "sec-fetch-site": "same-origin"}
            sent = who.http.request(method, who.url + filled(path, ""), headers=headers, allow_redirects=False)
            async with sent as got:
                if got.status not in (404, 405):
                    wrong.append((method, path, got.status))
    assert wrong == []


@in_part
async def test_nothing_public_breaks(desk: Console, bearer: str, share: int) -> None:
    """The board, its feeds, Open311, the chat's reading side and the interface of other systems."""
    broken: list[Any] = []
    async with desk.stranger() as who:
        for number, path in enumerate(public_pages(desk)):
            for value in hostile(number, share):
                every = urlencode(dict.fromkeys(QUERY, value[:60]))
                asked = {filled(path, value[:200]), f"{filled(path, 'x').replace('{', '')}?{every}"}
                if path.startswith("/open311"):
                    asked = {one.replace(".x", form) for one in asked for form in (".json", ".xml", ".x")}
                for one in sorted(asked):
                    if (status := await _status(who.get, one, accept="*/*")) >= 500 and path != "/readyz":
                        broken.append((path, value[:20], one[:80], status))
    assert broken == []


@in_part
@pytest.mark.parametrize("name", ["since", "until", "state", "topic", "body", "locality", "after", "limit", "page"])
async def test_no_parameter_breaks_the_interface(desk: Console, bearer: str, name: str, share: int) -> None:
    """One parameter at a time, the others absent."""
    broken: list[Any] = []
    async with desk.stranger() as who:
        pages = ("/api/v1/cases", "/api/v1/figures", "/api/v1/publications", f"/api/v1/cases/{OWN}")
        for number, path in enumerate(pages, start=len(name)):
            for value in hostile(number, share):
                asked = f"{path}?{urlencode({name: value[:1000]})}"
                status = await _status(who.get, asked, accept="application/json", authorization=bearer)
                if status >= 500:
                    broken.append((path, value[:20], status))
    assert broken == []
