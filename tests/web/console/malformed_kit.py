"""Nonsense at every address of the house: whatever is sent, the answer is a page or a refusal, never a fault."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from starlette.routing import Route

from storage import api_tokens
from storage.work import StoredWork
from tests.web.console.case_kit import received
from tests.web.console.desk import Clerk, Console, console_at
from tests.web.console.test_routes import OWN, PARAMETER, site_of

CAST = ("handler", "contact", "oversight", "admin")


def words(text: str) -> tuple[str, ...]:
    """Names, one after another."""
    return tuple(text.split())


HOSTILE = (
    "",
    "0",
    "-1",
    "1.5",
    "٣",
    "²",
    "9" * 30,
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "2026-W01-1",
    "20261123",
    "01/01/0001",
    "31/12/9999",
    "0001-01-01..9999-12-31",
    "0001",
    "9999",
    "9999-12",
    "0001-Q1",
    "9999-H2",
    "PA-9999-999999",
    "../../etc/passwd",
    "//evil.example/",
    "{{7*7}}{% raise %}",
    "'\"><script>alert(1)</script>",
    "=1+1",
    "a\r\nset-cookie: x=y",
    "a\x00b",
    "\u202e\u200b",
    "[",
    "%",
    "ế" * 3000,
    "9" * 5000,
)
"""Dates with no day before or after them, digits that are none, separators, marks of languages."""


def hostile(number: int, share: int) -> tuple[str, ...]:
    """All of it, or a part: of three, every third value, for the next number the next third."""
    return HOSTILE[number % share :: share]


QUERY = words(
    """
    q words part page limit after before since until from to period figure report day view mark order state topic
    body authority hamlet work channel kind priority assignee year content original what about id edited back start
    lang commune at locality jurisdiction_id service_code service_request_id start_date end_date status api_key
    received_from received_to outcome subject month preset size
    """
)
FORM = words(
    """
    address author body code conclusion content date dates day decision do doc_date doc_no due due_on file form days
    for_day hamlet id identity item kind lang level locality login met name note number op opinion owner party
    password period place point post posted_on proof query reason recipient relatives roles scopes seen shared
    signed_by signer signer_title since status step subject summary text title to token topic until upto url value
    version version_from way where words yaml year event events hook answer looked try session key addressees
    outcome received_on asked_on due_days days term unit hour minute extra_posts remove successor back
    only_on_working_days form state priority secrecy officer posts assignee confirm
    """
)


@pytest.fixture(scope="module", name="desk")
def open_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console with one case that everybody at the desk and at the authority may open."""
    with console_at(tmp_path_factory.mktemp("malformed")) as present:
        assert received(present).code == OWN
        yield present


@pytest.fixture(name="clerks")
async def signed_in(desk: Console) -> AsyncIterator[dict[str, Clerk]]:
    """Some of the cast, signed in."""
    async with AsyncExitStack() as stack:
        yield {name: await stack.enter_async_context(desk.clerk(name)) for name in CAST}


@pytest.fixture(name="bearer")
def a_bearer(desk: Console) -> str:
    """A token of the handler with every scope."""

    def step(unit: StoredWork) -> str:
        officer = desk.officers["colleague"]
        return api_tokens.make(unit, officer, "Cổng", list(api_tokens.ApiScope), 90)

    return f"Bearer {desk.run(step)}"


def public_pages(desk: Console) -> list[str]:
    """Every other address that is read, with its parameters as they are declared."""
    found = [one for one in site_of(desk).routes if isinstance(one, Route) and "GET" in (one.methods or ())]
    return sorted({one.path for one in found if not one.path.startswith("/console") and one.path != "/chat/live"})


def filled(path: str, value: str, case: str = OWN) -> str:
    """The path with hostile parameters; the case's own number where a case is meant."""
    path = re.sub(r"^(/console/cases/)\{(\w+)\}", rf"\g<1>{case}", path)
    steps = {"step": ("note", "triage"), "paper": ("forwarding",)}
    word = urlencode({"": value})[1:].replace("+", "%20") or "x"
    return PARAMETER.sub(lambda found: steps.get(found[1], (word,))[0] if value == "" else word, path)


async def _status(get: Any, path: str, **headers: str) -> int:
    """599 for an answer that breaks off, twice: the first time may be a connection that had waited for too long."""
    for _ in range(2):
        try:
            return int((await get(path, **headers)).status)
        except aiohttp.ClientError:
            continue
    return 599


async def _sent(ask: Any, url: str) -> int:
    """A request on a connection of its own; one that is hung up on before it was read is asked anew."""
    for _ in range(3):
        try:
            async with ask(url) as got:
                return int(got.status)
        except aiohttp.ClientOSError:
            continue
    return 0  # refused before the whole body was there
