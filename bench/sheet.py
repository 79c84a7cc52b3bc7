"""A spreadsheet of every case an officer may see, made in a process of its own: seconds, and the most memory it had."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from functools import partial
from pathlib import Path
from time import perf_counter, process_time

import orjson

from bench.figures import Figure, at_most, rounded
from bot.clock import SteppedClock
from bot.data import load_rules
from papers.case_files import sheet
from storage.api_cases import Place, Wanted, cases_told
from storage.database import open_database
from storage.keys import KeyRing
from storage.work import Office

PAGE = 1000  # as `storage.api_exports`
SECONDS, MEGABYTES = 20.0, 200.0


async def measure_sheet(url: str, database: str, cases: int) -> list[Figure]:
    """The child's figures: time from the first question to the finished file, and its peak of memory."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.sheet", url, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"bench.sheet: {process.returncode}")
    told = orjson.loads(printed)
    detail = {"database": database, "rows": told["rows"], "bytes": told["bytes"], "cpu": rounded(told["cpu"])}
    return [
        at_most(f"xlsx_{database}_{cases}", told["seconds"], "s", SECONDS, **detail),
        at_most(f"xlsx_{database}_{cases}_peak", told["peak"], "MB", MEGABYTES, database=database, rows=told["rows"]),
    ]


async def export(url: str, folder: Path) -> dict[str, float]:
    """Page by page as the console does it, texts opened, into one spreadsheet."""
    from bench.reporting import FRONT, NOW  # which imports this module

    database, rules = open_database(url), load_rules()
    office = Office(database, KeyRing([bytes(range(32))]), SteppedClock(NOW))
    began, busy, rows = perf_counter(), process_time(), 0
    after: Place | None = None
    try:
        with sheet(folder / "cases.xlsx", folder) as table:
            while True:
                step = partial(cases_told, rules=rules, viewer=FRONT, wanted=Wanted(), after=after, size=PAGE)
                found = await office.read(step)
                table.add([told.row for told in found.told])
                rows, after = rows + len(found.told), found.after
                if after is None:
                    break
    finally:
        await database.close()
    seconds, cpu = perf_counter() - began, process_time() - busy
    size = (folder / "cases.xlsx").stat().st_size
    return {"seconds": seconds, "cpu": cpu, "rows": rows, "bytes": size, "peak": peak()}


def peak() -> float:
    """The most memory this program had, in megabytes; unlike `ru_maxrss` nothing of who started it is in it."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="hoiam-bench-") as scratch:
        sys.stdout.buffer.write(orjson.dumps(asyncio.run(export(sys.argv[1], Path(scratch)))))
