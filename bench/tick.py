"""A reminder tick with 100 due among ten thousand to a million open cases, on both databases."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from statistics import median
from time import perf_counter

from sqlalchemy import Connection, select, text, update
from sqlalchemy.engine import make_url

from bench.figures import Figure, Sizes
from bot.clock import SteppedClock
from cases.messages import Address
from cases.model import Secrecy
from cases.ports import Reporter
from storage.case_store import case
from storage.database import Database, open_database
from storage.keys import KeyRing
from storage.migrate import upgrade
from storage.work import Office, StoredWork
from tests.databases import EmbeddedServer
from tests.scheduler.nudge_world import World, at, settle

DUE = 100
LIMIT = 10.0  # ms
GROWTH = 1.5
MORNING = at("2026-03-23T07:00")  # five working days before the end: officers are reminded
_CHANGED = {"id": "{hex}", "code": "'PA-2026-' || {number}", "receipt": "{hex}", "reporter": "'r' || {hex}"}
_SERIES = {
    "sqlite": ("WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last) ", "n"),
    "postgresql": ("", "generate_series(CAST(:first AS int), CAST(:last AS int)) AS n(i)"),
}
_HEX = {"sqlite": "printf('%031x', n.i)", "postgresql": "lpad(to_hex(n.i), 31, '0')"}
_NUMBER = {"sqlite": "printf('%07d', n.i)", "postgresql": "lpad(n.i::text, 7, '0')"}


async def figures(sizes: Sizes) -> AsyncIterator[Figure]:
    """SQLite, then PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="hoiam-bench-") as folder:
        async for figure in grown("sqlite", f"sqlite:///{folder}/tick.db", sizes):
            yield figure
    with ExitStack() as stack:
        async for figure in grown("postgresql", await asyncio.to_thread(_postgres, stack), sizes):
            yield figure


def _postgres(stack: ExitStack) -> str:
    """An empty database on a server of our own that waits for the disk; starting it must not meet a running loop."""
    server = stack.enter_context(EmbeddedServer())
    server.run("ALTER SYSTEM SET fsync = on")
    server.run("SELECT pg_reload_conf()")
    name = "bench"
    server.run(f"CREATE DATABASE {name}")
    return make_url(server.address).set(database=name).render_as_string(hide_password=False)


async def grown(dialect: str, url: str, sizes: Sizes) -> AsyncIterator[Figure]:
    """One database, filled further and further."""
    database = open_database(url)
    try:
        await database.write(upgrade)
        clock = SteppedClock(at("2026-03-02T09:00"))
        world = await settle(Office(database, KeyRing([bytes(range(32))]), clock), clock)
        await _first(world)
        took: dict[int, float] = {}
        have = 1
        for number, wanted in enumerate(sizes.open_cases):
            await database.write(partial(_fill, first=have, last=wanted - 1))
            have = wanted
            await _analyse(database)
            took[wanted] = await _ticks(world, sizes.rounds, number * 100)
    finally:
        await database.close()
    for wanted, milliseconds in took.items():
        yield _figure(dialect, wanted, milliseconds, took[sizes.open_cases[0]], sizes)


def _figure(dialect: str, wanted: int, milliseconds: float, least: float, sizes: Sizes) -> Figure:
    ratio = milliseconds / least
    last = wanted == sizes.open_cases[-1]
    goal = f"<= {LIMIT:g} ms" + (f", <= {GROWTH:g} x {sizes.open_cases[0]}" if last else "")
    met = milliseconds <= LIMIT and (not last or ratio <= GROWTH)
    detail = {"open cases": wanted, "due": DUE}
    name = f"reminder_tick_{dialect}_{wanted}"
    return Figure(name, milliseconds, "ms", goal, met, f"{sizes.open_cases[0]} open", ratio, detail)


async def _first(world: World) -> None:
    """The case that the others are copies of, and the reporters of those that will be due."""
    model = world.running(id=f"{0:032x}", code="PA-2026-0000000", reporter=f"r{0:031x}")
    model.next_nudge_at = at("2027-01-04T07:00")

    def work(unit: StoredWork) -> None:
        unit.cases.add(model, "bench")
        for number in range(DUE + 1):
            chat = unit.chats.load(Address("telegram", f"resident-{number}"))
            unit.chats.save(chat)
            unit.people.save_reporter(Reporter(f"r{number:031x}", f"{number:032x}", chat.key, Secrecy.CONFIDENTIAL))

    await world.office.write(work)


def _fill(connection: Connection, first: int, last: int) -> None:
    """Copies of the first case, sealed content included: ticks never open it."""
    dialect = connection.dialect.name
    head, series = _SERIES[dialect]
    hexed = {"hex": _HEX[dialect], "number": _NUMBER[dialect]}
    made = {"id": "'0' || {hex}", "receipt": "'0' || {hex}"} | {
        "code": _CHANGED["code"],
        "reporter": _CHANGED["reporter"],
    }
    names = [column.name for column in case.columns]
    values = [made[name].format(**hexed) if name in made else f'model."{name}"' for name in names]
    columns = ", ".join(f'"{name}"' for name in names)
    statement = f'{head}INSERT INTO "case" ({columns}) SELECT {", ".join(values)} FROM {series}, "case" AS model '
    connection.execute(
        text(f"{statement} WHERE model.id = :model"), {"first": first, "last": last, "model": f"{0:032x}"}
    )


async def _analyse(database: Database) -> None:
    await database.write(lambda connection: connection.execute(text("ANALYZE")))


async def _ticks(world: World, rounds: int, offset: int) -> float:
    """Median milliseconds of a tick that reminds the officers of 100 cases; the first is not counted."""
    took = []
    for number in range(rounds + 1):
        when = MORNING + timedelta(minutes=number)
        await world.office.write(partial(_make_due, version=offset + number))
        world.clock.set(when)
        began = perf_counter()
        report = await world.reminders.tick(when)
        took.append((perf_counter() - began) * 1000)
        if report.looked != DUE or not report.messages:
            raise RuntimeError(f"the tick did something else: {report.looked} looked at, {report.messages} messages")
    return median(took[1:])


def _make_due(unit: StoredWork, version: int) -> None:
    """A hundred cases due now, on a new run of their clocks, so that nothing counts as said before."""
    ids = [f"{number:032x}" for number in range(1, DUE + 1)]
    found = unit.connection.execute(select(case.c.id).where(case.c.id.in_(ids))).all()
    if len(found) != DUE:
        raise RuntimeError("too few cases")
    due = {"next_nudge_at": MORNING, "clock_version": 10 * (version + 1)}
    unit.connection.execute(update(case).where(case.c.id.in_(ids)).values(due))
    unit.connection.execute(text("DELETE FROM outbox"))
