"""The numbers of reminders as written in the directory."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
import yaml

from cases.deadlines import ClockError
from cases.reminder_policy import ReminderPolicy
from tests.cases.clock_case import CALENDAR, DATA, at


def read(**reminders: Any) -> ReminderPolicy:
    return ReminderPolicy.from_mapping({"reminders": reminders})


def test_shipped_numbers() -> None:
    """The shipped directory says what the regulation of the trade says (domain 5.3)."""
    data = yaml.safe_load((DATA / "org_directory.yaml").read_text(encoding="utf-8"))
    policy = ReminderPolicy.from_mapping(data)
    assert (policy.before_wd, policy.overdue_wd, policy.overdue_every_wd) == ((1, 3, 5, 10), (1, 3, 5), 5)
    assert (policy.escalate_wd, policy.on_due_day) == ((1, 5, 10), time(8))
    assert (policy.quiet_from, policy.quiet_to, policy.targets.triage_wd) == (time(20), time(7), 2)


def test_nothing_written_means_the_defaults() -> None:
    """An empty section keeps the shipped numbers."""
    assert ReminderPolicy.from_mapping({}) == ReminderPolicy()


def test_unquoted_hour() -> None:
    """YAML reads an unquoted 08:30 as a number; it is understood all the same."""
    assert read(on_due_day=510).on_due_day == time(8, 30)


@pytest.mark.parametrize(
    "wrong",
    [
        {"befor_due_wd": [1]},
        {"before_due_wd": 10},
        {"before_due_wd": [10, 10]},
        {"overdue_wd": []},
        {"overdue_wd": [0]},
        {"overdue_then_every_wd": "5"},
        {"escalate_at_overdue_wd": [1, 5]},
        {"on_due_day": "8 giờ"},
        {"on_due_day": "06:00"},
        {"quiet_hours": {"from": "25:00"}},
        {"warn_before_close_wd": 15},
    ],
)
def test_mistakes_are_named(wrong: dict[str, Any]) -> None:
    """A wrong number or key is refused with a sentence that names it."""
    with pytest.raises(ClockError, match="reminders") as caught:
        read(**wrong)
    assert caught.value.code.startswith("data_")


def test_open_hours_are_now() -> None:
    """In open hours nothing waits."""
    now = at("2026-03-02T19:59")
    assert ReminderPolicy().opening(now, CALENDAR) == now


def test_rest_days_can_be_allowed() -> None:
    """A commune may let reminders go on Saturdays too."""
    now = at("2026-03-07T10:00")
    assert read(only_on_working_days=False).opening(now, CALENDAR) == now


def test_quiet_hours_within_a_day() -> None:
    """A noon break from 11 to 13 is quiet; before and after are not."""
    policy = read(quiet_hours={"from": "11:00", "to": "13:00"})
    assert policy.opening(at("2026-03-02T12:00"), CALENDAR) == at("2026-03-02T13:00")
    assert not policy.is_quiet(time(22))
