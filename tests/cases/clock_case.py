"""The one case the clock tests tell their stories with, and the shipped calendar and profiles."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from cases import clocks
from cases.calendar import ZONE, WorkCalendar
from cases.model import Case, Extension, Subject
from tests.cases import cast

DATA = Path(__file__).parents[2] / "data"
CALENDAR = WorkCalendar.from_mapping(yaml.safe_load((DATA / "holidays_vn.yaml").read_text(encoding="utf-8")))
_DIRECTORY = yaml.safe_load((DATA / "org_directory.yaml").read_text(encoding="utf-8"))
PROFILES = clocks.profiles_from_mapping(_DIRECTORY["deadline_profiles"])
QD124 = PROFILES["qd124"]
RECEIVED = date(2026, 3, 2)


def at(text: str) -> datetime:
    """An instant, in local time unless the text says otherwise."""
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=ZONE)


def a_case(**changes: object) -> Case:
    """A report on an official, forwarded on Friday 27 February 2026 and waiting for receipt."""
    story: dict[str, Any] = {
        "subject": Subject.OFFICIAL,
        "topic": "official.attitude",
        "suggested_topic": "official.attitude",
        "profile": "qd124",
        "submitted_at": at("2026-02-25T09:00"),
        "forwarded_at": at("2026-02-27T15:00"),
        "received_on": None,
        "due_on": None,
        "reporter": "",
    }
    return cast.a_case(**story | changes)


def running(received_on: date = RECEIVED) -> Case:
    """The same case with its clock started."""
    case = a_case()
    clocks.start_authority_clock(case, received_on, QD124, CALENDAR, today=received_on)
    return case


def extend(case: Case, asked: str = "2026-03-30T23:59", **changes: object) -> Extension:
    """Ask for ten more working days with a good reason and document."""
    asked_at = at(asked)
    request: dict[str, object] = {
        "extra_or_until": 10,
        "reason": "phải xác minh nhiều nơi",
        "doc_no": "45/UBND",
        "doc_date": date(2026, 3, 27),
        "signed_by": "Chủ tịch UBND",
    }
    request |= changes
    return clocks.grant_extension(case, asked_at, profile=QD124, calendar=CALENDAR, **request)  # type: ignore[arg-type]
