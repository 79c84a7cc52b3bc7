"""The page of one case and the dashboard, as served to the Front's officer: milliseconds and bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import cycle
from typing import TYPE_CHECKING

from bench.figures import Figure, Sizes, percentile

if TYPE_CHECKING:
    from bench.inbox import Visitor

LISTS = ("state=open", "state=done", "state=received", "state=relayed", "state=submitted")


async def measure_pages(visit: Visitor, database: str, cases: int, sizes: Sizes) -> list[Figure]:
    """Different cases of all states one after another; the dashboard counted for the first time, and again."""
    rounds = max(20, sizes.rounds * 8)
    codes = cycle([code for query in LISTS for code in await _codes(visit, query)])
    found = await _figures(visit, "case", (f"/console/cases/{code}" for code in codes), database, cases, rounds)
    first, _ = await visit.timed("/console/figures?period=2026")
    detail = {"database": database, "cases": cases}
    found.append(Figure("dashboard_page_first", first, "ms", detail=detail))
    again = cycle(["/console/figures?period=2026"])
    return found + await _figures(visit, "dashboard_page", again, database, cases, rounds)


async def _codes(visit: Visitor, query: str) -> list[str]:
    page = (await visit.get(f"/console/cases?{query}")).decode()
    return list(dict.fromkeys(re.findall(r"/console/cases/(PA-\d+-\d+)", page)))[:10]


async def _figures(
    visit: Visitor, name: str, addresses: Iterator[str], database: str, cases: int, rounds: int
) -> list[Figure]:
    took = [await visit.timed(next(addresses)) for _ in range(rounds)]
    p50, p95 = (percentile([ms for ms, _ in took], share) for share in (0.5, 0.95))
    detail = {"database": database, "cases": cases, "p50": round(p50, 1), "bytes": max(size for _, size in took)}
    return [Figure(f"{name}_p95", p95, "ms", detail=detail)]
