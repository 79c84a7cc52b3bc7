"""The benchmarks run: every group once with tiny counts, each line a figure in JSON."""

from __future__ import annotations

import asyncio
import sys

import orjson
import pytest

from bench.__main__ import GROUPS
from bench.figures import beside, percentile
from bench.pace import most_within

ON_POSTGRES = ("tick", "inbox", "reporting")
SHOWN = {
    "inbox": {"inbox_open_p95", "inbox_open_bytes", "case_p95", "dashboard_page_first", "dashboard_page_p95"},
    "reporting": {"dashboard_sqlite_200", "report_postgresql_200", "xlsx_sqlite_200", "xlsx_postgresql_200_peak"},
    "board": {"board_figures_counted_120", "board_rare_120"},
}
KEYS = {"figure", "value", "unit", "goal", "met", "peer", "ratio", "detail"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "group", [pytest.param(name, marks=[pytest.mark.postgres] * (name in ON_POSTGRES)) for name in GROUPS]
)
async def test_every_group_prints_figures(group: str) -> None:
    """Tiny counts: nothing is said about speed, only that the measuring works."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench", group, "--tiny", stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()
    lines = [orjson.loads(line) for line in printed.splitlines()]
    assert process.returncode == 0
    assert lines
    assert all(set(line) == KEYS and line["value"] > 0 for line in lines)
    assert SHOWN.get(group, set()) <= {line["figure"] for line in lines}


def test_a_ratio_is_judged_by_its_goal() -> None:
    """Half the peer's time meets "at most 0.6 times"; 0.7 of its rate does not meet "at least 0.8 times"."""
    assert beside("a", 5.0, "ms", "peer", 10.0, most=0.6).met
    assert not beside("b", 7.0, "msg/s", "peer", 10.0, least=0.8).met


def test_a_window_is_half_open() -> None:
    """Two arrivals exactly one second apart never stand in one window of a second."""
    assert most_within([0.0, 1.0, 1.5, 1.9], 1.0) == 3


def test_the_99th_percentile_leaves_one_in_a_hundred_above() -> None:
    """Of 1 to 100 only 100 lies above the value given."""
    assert percentile([float(n) for n in range(1, 101)], 0.98) == 99.0
