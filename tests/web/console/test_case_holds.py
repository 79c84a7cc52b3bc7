"""A court needs a case: an officer keeps it past its term, sees that it is kept, and ends that again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cases import resident
from cases.model import Case
from storage.holds import held_cases
from storage.work import StoredWork
from tests.web.console.case_kit import actions, fault, opened, report, shown, stored, take
from tests.web.console.desk import Clerk, Console


def over(console: Console) -> Case:
    """A case that its sender withdrew."""
    case = report(console)

    def step(unit: StoredWork) -> None:
        found = unit.cases.get(case.id)
        assert found is not None
        resident.withdraw(unit, console.rules, found, unit.now)

    console.run(step)
    return stored(console, case)


def kept(console: Console, case: Case, day: date) -> bool:
    """Whether the purge would leave it alone on this day."""
    return bool(console.run(lambda unit: case.id in held_cases(unit, day)))


async def test_a_case_is_kept_and_says_so(served: Console, handler: Clerk) -> None:
    """With who asked for it and until when; afterwards the purge leaves it alone."""
    case = over(served)
    until = date(2031, 12, 31)
    answer = await take(handler, case, "hold", reason="Tòa án khu vực 1, công văn 45/TA", until="31/12/2031")
    assert answer.status == 303
    page = shown(await opened(handler, case))
    assert "đến hết ngày 31/12/2031, không xóa khi hết hạn lưu: Tòa án khu vực 1, công văn 45/TA" in page
    assert kept(served, case, until)
    assert not kept(served, case, until + timedelta(days=1))


async def test_it_ends_a_week_after_it_is_lifted(served: Console, handler: Clerk) -> None:
    """Until then anybody at the desk sees it and can set it again."""
    case = over(served)
    await take(handler, case, "hold", reason="Thanh tra tỉnh cần")
    assert "đến khi thôi giữ" in shown(await opened(handler, case))
    assert (await take(handler, case, "lift_hold")).status == 303
    page = await opened(handler, case)
    assert "Thôi giữ từ ngày" in shown(page)
    assert "hold" in actions(page)
    assert "lift_hold" not in actions(page)
    today = date(2026, 11, 23)
    assert kept(served, case, today + timedelta(days=6))
    assert not kept(served, case, today + timedelta(days=8))


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"reason": ""}, "reason"), ({"until": "01/11/2026"}, "until"), ({"until": "mai mốt"}, "until")],
)
async def test_what_is_wrong_stands_beside_its_field(
    served: Console, handler: Clerk, typed: dict[str, str], field: str
) -> None:
    """And nothing is kept."""
    case = over(served)
    answer = await take(handler, case, "hold", **{"reason": "Tòa án cần", **typed})
    assert answer.status == 422
    assert fault(answer.text, "hold", field)
    assert not kept(served, case, date(2026, 11, 24))


async def test_an_open_case_needs_none(served: Console, handler: Clerk) -> None:
    """Its term has not begun."""
    case = report(served)
    assert "hold" not in actions(await opened(handler, case))
    assert (await take(handler, case, "hold", reason="Tòa án cần")).status == 422
