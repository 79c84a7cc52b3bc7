"""The officers' list, a case and the dashboard over a thousand to a hundred thousand cases, on both databases."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from sqlalchemy import text

from bench.crowd import Crowd, fill
from bench.figures import Figure, Sizes, at_most, percentile
from bench.pages import measure_pages
from bench.tick import _postgres
from bot.clock import SteppedClock
from bot.data import load_rules
from cases.calendar import ZONE
from cases.model import Officer, OfficerRole
from storage import console_sessions
from storage.database import Database, open_database
from storage.keys import KeyRing
from storage.migrate import upgrade
from storage.search import catch_up
from storage.work import Office, StoredWork
from tests.web.stage import Desk, services_for
from web.app import Site, create_app

NOW = datetime(2026, 12, 14, 9, tzinfo=ZONE)
FIRST, LAST = date(2025, 12, 15), date(2026, 12, 13)
FRONT = Officer("front", "xa-mau", "Cán bộ", "mttq", (OfficerRole.HANDLER, OfficerRole.TRIAGE))
PAGES = {"open": "", "all": "state=all", "search": "words=duong+nut", "topic": "topic=infra.road&state=all"}
LIVE = "/console/inbox"  # what the open page asks for by itself, with the header of its library
LIMIT_MS, LIMIT_BYTES, LIMIT_CASES = 150.0, 60_000, 10_000
BATCH, INDEXED = 2_000, 10_000  # words of more cases are taken only for figures nobody waits for


async def figures(sizes: Sizes) -> AsyncIterator[Figure]:
    """SQLite, then PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="hoiam-bench-") as folder:
        async for figure in grown("sqlite", f"sqlite:///{folder}/inbox.db", sizes):
            yield figure
    with ExitStack() as stack:
        async for figure in grown("postgresql", await asyncio.to_thread(_postgres, stack), sizes):
            yield figure


async def grown(dialect: str, url: str, sizes: Sizes) -> AsyncIterator[Figure]:
    """One database, filled further and further."""
    database = open_database(url)
    try:
        await database.write(upgrade)
        there = 0
        for count in counts(sizes):
            await _fill(database, there, count)
            there = count
            for figure in await measure_inbox(database, count, sizes):
                yield figure
    finally:
        await database.close()


def counts(sizes: Sizes) -> tuple[int, ...]:
    """How many cases there are, one measurement after another."""
    if sizes.steady_seconds <= 1:
        return (100, 200)
    return (1_000, 10_000, 100_000) if sizes.rounds >= 5 else (1_000, 10_000)


async def measure_inbox(database: Database, cases: int, sizes: Sizes) -> list[Figure]:
    """Milliseconds and bytes of the whole page for the Front's officer, and of a refresh with nothing new."""
    rounds = max(20, sizes.rounds * 8)
    with tempfile.TemporaryDirectory(prefix="hoiam-bench-") as folder:
        visit = await Visitor.signed_in(database, Path(folder))
        found = []
        for name, query in PAGES.items():
            found += await _page(visit, f"inbox_{name}", query, database.dialect, cases, rounds)
        live = visit.live(await visit.get("/console/cases"))
        took = [await visit.timed(live) for _ in range(rounds)]
        found += await measure_pages(visit, database.dialect, cases, sizes)
    detail = {"database": database.dialect, "cases": cases, "p50": round(percentile([ms for ms, _ in took], 0.5), 2)}
    return [*found, Figure("inbox_nothing_new_p95", percentile([ms for ms, _ in took], 0.95), "ms", detail=detail)]


async def _page(visit: Visitor, name: str, query: str, dialect: str, cases: int, rounds: int) -> list[Figure]:
    busy = process_time()
    took = [await visit.timed(f"/console/cases?{query}") for _ in range(rounds + 3)][3:]
    busy = round((process_time() - busy) * 1e3 / (rounds + 3), 1)  # of our process, which others hardly stretch
    p50, p95 = (percentile([ms for ms, _ in took], share) for share in (0.5, 0.95))
    heaviest = max(size for _, size in took)
    detail: dict[str, object] = {
        "database": dialect,
        "cases": cases,
        "p50": round(p50, 1),
        "cpu": busy,
        "bytes": heaviest,
    }
    if cases > LIMIT_CASES:
        return [Figure(f"{name}_p95", p95, "ms", detail=detail)]
    weight = at_most(f"{name}_bytes", heaviest, "bytes", LIMIT_BYTES, database=dialect, cases=cases)
    return [at_most(f"{name}_p95", p95, "ms", LIMIT_MS, **detail), weight]


class Visitor:
    """An officer's browser without a network: requests go straight into the application."""

    def __init__(self, site: Site, cookie: str) -> None:
        self._site, self._cookie = site, cookie

    @classmethod
    async def signed_in(cls, database: Database, folder: Path) -> Visitor:
        """The Front's officer with a session, before the web room over this database."""
        rules, clock = load_rules(), SteppedClock(NOW)
        office = Office(database, KeyRing([bytes(range(32))]), clock)
        services = services_for(office, Desk(office), folder)
        services = replace(services, rules=lambda: rules, wording=rules.wording, clock=clock)
        token = await office.write(_sign_in)
        return cls(create_app(services), f"hoiam-desk={token}")

    async def timed(self, address: str) -> tuple[float, int]:
        """Milliseconds and bytes of one answer."""
        began = perf_counter()
        body = await self.get(address)
        return (perf_counter() - began) * 1e3, len(body)

    async def get(self, address: str) -> bytes:
        """The body of the answer; anything but a page is a fault of the measurement."""
        path, _, query = address.partition("?")
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        headers = [(b"host", b"x"), (b"cookie", self._cookie.encode()), (b"accept", b"text/html")]
        headers += [(b"hx-request", b"true")] if path == LIVE else []
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": ("x", 80),
        }
        await self._site(scope, receive, send)
        if sent[0]["status"] not in (200, 204):
            raise RuntimeError(f"{address}: {sent[0]['status']}")
        return b"".join(message.get("body", b"") for message in sent[1:])

    def live(self, page: bytes) -> str:
        """Where the page asks for news."""
        address, mark = (re.search(sign, page) for sign in (rb'hx-get="([^"]+)"', rb'data-mark="([^"]+)"'))
        assert address
        assert mark
        return f"{address[1].decode().replace('&amp;', '&')}&mark={mark[1].decode()}"


def _sign_in(unit: StoredWork) -> str:
    if unit.people.officer(FRONT.id) is None:
        unit.people.save_officer(FRONT)
    return str(console_sessions.begin(unit, FRONT, lang="vi", agent="bench", address=""))


async def _fill(database: Database, there: int, count: int) -> None:
    rules = load_rules()
    office = Office(database, KeyRing([bytes(range(32))]), SteppedClock(NOW))
    crowd = Crowd(rules, rules.directory("xa-mau", NOW), FIRST, LAST)
    while there < count:
        step = min(BATCH, count - there)
        await office.write(partial(fill, crowd=crowd, count=step, first=there + 1))
        there += step
    while count <= INDEXED and await catch_up(office, most=2_000, at_once=500):
        pass
    if database.dialect == "postgresql":
        await database.write(lambda connection: connection.execute(text("ANALYZE")) and None)
