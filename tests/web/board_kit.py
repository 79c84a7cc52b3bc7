"""Results on the board for tests, and the board served over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from bot.clock import SteppedClock
from bot.data import load_rules
from cases.model import Case, Kind, Outcome, State, WrittenReply
from cases.publication import Publication, Stage
from cases.reidentification import PublicText
from cases.rules import Rules
from storage.board import BoardStore
from storage.work import StoredWork
from tests.cases.cast import a_case
from tests.web.stage import Desk, staged
from tests.web.stage import Stage as Served
from web.services import WebServices

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 9:00 in Vietnam
LINKS = (("Telegram", "https://t.me/hoiam_bot"), ("Zalo", "https://zalo.me/1"))


@cache
def rules() -> Rules:
    """The shipped rules, loaded once."""
    return load_rules()


def result(unit: StoredWork, **changes: Any) -> Publication:
    """A result on the board: a road that was mended."""
    text = PublicText(
        changes.pop("summary", "Đường bê tông trong xã bị vỡ."),
        changes.pop("answer", "Xã đã vá lại mặt đường."),
        changes.pop("hamlet", "thon-2"),
        changes.pop("by_month", False),
    )
    made = Publication(
        id=unit.new_id(),
        public_id="",
        case_id=unit.new_id(),
        locality="xa-mau",
        kind=Kind.REPORT,
        topic="infra.road",
        text=text,
        made_by="officer",
        made_at=NOW,
        stage=Stage.PUBLISHED,
        authority="ubnd",
        outcome="upheld",
        received_on=date(2026, 10, 5),
        answered_on=date(2026, 10, 26),
        published_at=NOW - timedelta(days=1),
    )
    entry = replace(made, **changes)
    BoardStore(unit).save(entry)
    return entry


def answered(number: int, days: int = 15, **changes: Any) -> Case:
    """A case that was answered so many days after the authority received it, some weeks ago."""
    received = date(2026, 9, 1)
    at = datetime(2026, 9, 1, 3, tzinfo=UTC) + timedelta(days=days)
    reply = WrittenReply("1/UBND", at.date(), "x", ("mttq",), "f", "0", Outcome.UPHELD, "Đã sửa.", at.date())
    known: dict[str, Any] = {
        "id": f"{number:032x}",
        "code": f"PA-2026-{number:06d}",
        "state": State.CLOSED,
        "hamlet": "thon-2",
        "submitted_at": datetime(2026, 8, 28, 3, tzinfo=UTC),
        "received_on": received,
        "due_on": date(2026, 9, 30),
        "answered_at": at,
        "reply": reply,
    }
    return a_case(**(known | changes))


@contextmanager
def board_at(folder: Path, fill: Callable[[StoredWork], object] | None = None, **changes: Any) -> Iterator[Served]:
    """The public pages over real HTTP, their clock standing at NOW."""
    clock = SteppedClock(NOW)

    def change(desk: Desk, services: WebServices) -> WebServices:
        desk.office.clock = clock
        given = {"clock": clock, "rules": rules, "wording": rules().wording, "channel_links": LINKS, **changes}
        return replace(services, **given)

    with staged(folder, change) as stage:
        if fill is not None:
            stage.run(fill)
        yield stage


def several(unit: StoredWork, number: int) -> None:
    """So many results, the first published last."""
    for place in range(number):
        result(unit, published_at=NOW - timedelta(hours=place), summary=f"Việc thứ {place} trong xã.")
