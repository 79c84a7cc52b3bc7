"""The public board with a thousand to a hundred thousand results and cases: how long its pages take, and their size.

Times are those of a request over loopback HTTP, the server in a thread of the same process.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import perf_counter
from urllib.parse import quote

import aiohttp
from sqlalchemy import text

from bench.figures import Figure, Sizes, at_most, percentile
from cases.model import State
from storage.board import Asked, BoardStore
from storage.work import StoredWork
from tests.web.board_kit import NOW, answered, board_at, result
from tests.web.stage import Stage

PAGE = 150.0  # ms, the goal set for an officer's list; the public one should not be slower
KEPT = 20.0  # ms for a page drawn within the last minute
BYTES = 60_000
ROUNDS = 40
BATCH = 2_000
TOPICS = ("infra.road", "infra.drainage", "env.waste", "project.quality", "procedure.delay", "social.school")
WORDS = (
    "đường", "cống", "rác", "đèn", "cầu", "chợ", "trường", "mương", "hố", "nước", "bùn", "ổ", "gà", "nứt", "vỡ", "tắc",
    "ngập", "hôi", "tối", "sửa", "dọn", "vá", "thay", "xây",
)  # fmt: skip


async def figures(sizes: Sizes) -> AsyncIterator[Figure]:
    """One installation, filled further and further."""
    wanted = (1_000, 10_000, 30_000) if sizes.rounds > 3 else (1_000, 10_000) if sizes.rounds > 1 else (60, 120)
    rounds = ROUNDS if sizes.rounds > 1 else 3
    with tempfile.TemporaryDirectory(prefix="hoiam-bench-") as folder, board_at(Path(folder)) as stage:
        have = 0
        for number in wanted:
            await asyncio.to_thread(_fill, stage, have, number)
            have = number
            stage.services.clock.move(hours=2)  # type: ignore[attr-defined]  # what was kept is drawn again
            for figure in await _measure(stage, number, rounds):
                yield figure


def _fill(stage: Stage, have: int, wanted: int) -> None:
    for first in range(have, wanted, BATCH):
        stage.run(partial(_batch, first=first, last=min(first + BATCH, wanted)))
    stage.run(lambda unit: unit.connection.execute(text("ANALYZE")))


def _batch(unit: StoredWork, first: int, last: int) -> None:
    for number in range(first, last):
        chance = random.Random(number)  # the same board in every run
        words = " ".join(chance.choices(WORDS, k=40))
        topic = chance.choice(TOPICS)
        ago = timedelta(days=1 + chance.random() * 330)
        result(
            unit,
            summary=f"{words[:120].capitalize()}.",
            answer=f"{words[120:]}. Việc số {number}.",
            topic=topic,
            hamlet=chance.choice(("thon-1", "thon-2", "thon-3", "")),
            published_at=NOW - ago,
        )
        case = answered(
            number + 1, topic=topic, state=State.CLOSED, submitted_at=NOW - ago, hamlet=f"thon-{1 + number % 3}"
        )
        unit.cases.add(case, f"bench-{number}")


async def _measure(stage: Stage, number: int, rounds: int) -> list[Figure]:
    found = await asyncio.to_thread(stage.run, lambda unit: BoardStore(unit).results(Asked(size=50)))
    ids = [one.public_id for one in found[0]]
    last = max(1, number // 20 - 1)
    ways: dict[str, Iterator[str]] = {
        "list": (f"/?page={place % min(last, 400)}" for place in range(1, 10_000)),
        "kept": ("/" for _ in range(10_000)),
        "filter": (f"/?topic=env.waste&hamlet=thon-{1 + n % 3}&page={n // 3}" for n in range(10_000)),
        "search": (f"/?q={quote(WORDS[n % len(WORDS)])}+{quote(WORDS[n * 7 % len(WORDS)])}" for n in range(10_000)),
        "rare": (f"/?q={quote('số')}+{number - 1 - n}" for n in range(10_000)),
        "case": (f"/cases/{ids[n % len(ids)]}?n={n}" for n in range(10_000)),
        "figures": (f"/figures{'?lang=en' if n % 2 else ''}" for n in range(10_000)),
    }
    made = []
    async with aiohttp.ClientSession() as http:
        begun = perf_counter()
        await _get(http, stage.url + "/figures")
        made.append(Figure(f"board_figures_counted_{number}", (perf_counter() - begun) * 1000, "ms"))
        for name, paths in ways.items():
            made.append(await _timed(http, stage.url, name, paths, number, rounds))
    return made


async def _timed(
    http: aiohttp.ClientSession, url: str, name: str, paths: Iterator[str], number: int, rounds: int
) -> Figure:
    took, largest = [], 0
    await _get(http, url + next(paths))
    for _ in range(rounds):
        path = next(paths)
        begun = perf_counter()
        size = await _get(http, url + path)
        took.append((perf_counter() - begun) * 1000)
        largest = max(largest, size)
    middle, high = percentile(took, 0.5), percentile(took, 0.95)
    limit = KEPT if name in ("kept", "figures") else PAGE
    figure = at_most(f"board_{name}_{number}", high, "ms", limit, p50=round(middle, 2), bytes=largest)
    if largest > BYTES:
        raise RuntimeError(f"{name}: a page of {largest} bytes")
    return figure


async def _get(http: aiohttp.ClientSession, url: str) -> int:
    async with http.get(url) as answer:
        if answer.status != 200:
            raise RuntimeError(f"{url}: {answer.status}")
        return len(await answer.read())
