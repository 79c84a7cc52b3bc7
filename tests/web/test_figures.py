"""Public figures: counted to the end of last week, small numbers covered, people left out, pace with enough answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from cases.model import State, Subject
from storage.work import StoredWork
from tests.web.board_kit import answered, board_at
from tests.web.visitor import visiting
from web.board_figures import span_of


async def page(folder: Path, fill: Callable[[StoredWork], Any]) -> str:
    """The page over a board filled so."""
    with board_at(folder, fill) as stage:
        async with visiting(stage.url) as reader:
            return " ".join((await reader.get("/figures")).text.split())


def add(unit: StoredWork, cases: list[Any]) -> None:
    """Cases straight into the tables."""
    for case in cases:
        unit.cases.add(case, f"receipt-{case.id}")


async def test_enough_answers_make_a_pace(tmp_path: Path) -> None:
    """Five answers after 15 days: eleven working days by the calendar with its holiday, all in time."""
    text = await page(tmp_path, lambda unit: add(unit, [answered(n) for n in range(1, 6)]))
    row = text.split("Các nơi trả lời mất bao lâu")[1]
    assert "Ủy ban nhân dân xã Mẫu" in row
    assert '<td class="number">5</td><td class="number">10</td><td class="number">100%</td>' in row


async def test_too_few_answers_make_none(tmp_path: Path) -> None:
    """Four say nothing about a body."""
    text = await page(tmp_path, lambda unit: add(unit, [answered(n) for n in range(1, 5)]))
    assert "Ủy ban nhân dân" not in text
    assert "từ 5 việc" in text


async def test_small_counts_are_covered(tmp_path: Path) -> None:
    """Two of one field beside seven: neither can be read, nor worked out."""
    cases = [*(answered(n) for n in range(1, 8)), *(answered(n, topic="env.waste") for n in range(8, 10))]
    text = await page(tmp_path, lambda unit: add(unit, cases))
    topics = text.split('<h2 id="topics">')[1].split("</section>")[0]
    assert topics.count('<td class="number">–</td>') == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": Subject.OFFICIAL, "topic": "official.attitude"},
        {"state": State.NEEDS_COI_CHECK},
        {"state": State.WITHDRAWN},
        {"submitted_at": datetime(2026, 11, 23, 1, tzinfo=UTC)},
        {"submitted_at": datetime(2025, 10, 1, 1, tzinfo=UTC)},
    ],
)
async def test_what_is_not_counted(tmp_path: Path, changes: dict[str, Any]) -> None:
    """People, what was not taken in, this week, long ago: not even as a number."""
    others = [answered(n) for n in range(1, 8)]
    text = await page(tmp_path, lambda unit: add(unit, [*others, *(answered(n, **changes) for n in range(20, 30))]))
    assert "<dt>Đã nhận</dt><dd>7</dd>" in text


async def test_an_empty_system_says_so(tmp_path: Path) -> None:
    """No number is made up."""
    text = await page(tmp_path, lambda unit: None)
    assert text.count("chưa đủ số liệu") >= 4


@pytest.mark.parametrize(
    ("today", "first", "until"),
    [
        (date(2026, 11, 23), date(2025, 12, 1), date(2026, 11, 23)),
        (date(2026, 11, 29), date(2025, 12, 1), date(2026, 11, 23)),
        (date(2026, 3, 2), date(2025, 4, 1), date(2026, 3, 2)),
        (date(2026, 1, 1), date(2025, 1, 1), date(2025, 12, 29)),
    ],
)
def test_the_span_moves_once_a_week(today: date, first: date, until: date) -> None:
    """Twelve months, to the Monday of this week."""
    span = span_of(today)
    assert (span.first, span.until, len(span.months)) == (first, until, 12)
