"""The list's order in SQL: which part of it a case stands in, and the last day of the step that is owed."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, column, func, literal, or_, select
from sqlalchemy import case as when

from cases.calendar import WorkCalendar
from cases.model import State
from cases.reminder_policy import ReminderPolicy
from cases.running_clocks import ANSWERED, ASKED, AT_THE_DESK, BACK_AT_DESK
from cases.urgency import (
    AWAITING_REPLY,
    DONE,
    TO_FORWARD,
    UNTRIAGED,
    WITH_CLOCK,
    Bounds,
    Haste,
    Ladder,
    ladders,
)
from storage.case_store import case, event
from storage.listing_scope import DUE

_TURNS = (ASKED, ANSWERED, *sorted(BACK_AT_DESK))
_INSTANT = case.c.submitted_at.type


def came_to_desk() -> ColumnElement[datetime]:
    """When the clocks of triage and forwarding began to run: at submission, or when the case last came back.

    It comes back by the events of `BACK_AT_DESK`, and by what the resident adds after being asked.
    """
    before = event.alias()
    asked = (
        select(before.c.what)
        .where(before.c.case_id == event.c.case_id, before.c.id < event.c.id, before.c.what.in_(_TURNS))
        .order_by(before.c.id.desc())
        .limit(1)
        .correlate(event)
        .scalar_subquery()
    )
    back = or_(event.c.what.in_(sorted(BACK_AT_DESK)), and_(event.c.what == ANSWERED, asked == ASKED))
    last = select(func.max(event.c.at)).where(event.c.case_id == case.c.id, back).correlate(case).scalar_subquery()
    came = func.coalesce(last, case.c.submitted_at)
    return when((case.c.state.in_(sorted(AT_THE_DESK)), came), else_=case.c.submitted_at)


@lru_cache(maxsize=4)
def place(today: date, calendar: WorkCalendar, policy: ReminderPolicy) -> ColumnElement[str]:
    """`<Haste><last day>` of each row of a selection of `raw_columns`; the day only where it decides the order."""
    bounds, steps = Bounds.of(today, calendar), ladders(today, calendar, policy)
    state, came = _raw("state"), _raw("came")
    return when(
        (state.in_(sorted(DONE)), _word(Haste.DONE)),
        (_raw("kind").not_in(sorted(WITH_CLOCK)), _word(Haste.WAITING)),
        (state.in_(sorted(AWAITING_REPLY)), _by_day(_raw("due"), bounds)),
        (state.in_(sorted(UNTRIAGED)), _climb(came, steps["triage"], bounds)),
        (state.in_(sorted(TO_FORWARD)), _climb(came, steps["forward"], bounds)),
        (state == State.FORWARDED, _climb(_raw("forwarded_at"), steps["receipt_alert"], bounds)),
        (state == State.ANSWERED, _climb(_raw("answered_at"), steps["relay"], bounds)),
        else_=_word(Haste.WAITING),
    )


def _raw(name: str) -> ColumnElement[Any]:
    """A column of the selection, by name alone, so that the expression can be kept from one list to the next."""
    kinds = {"due": case.c.due_on, "came": case.c.submitted_at}
    return column(name, kinds.get(name, case.c.get(name, case.c.state)).type)


def raw_columns() -> list[ColumnElement[Any]]:
    """What `place` needs of a case."""
    names = ("state", "kind", "priority", "submitted_at", "forwarded_at", "answered_at")
    return [*(case.c[name] for name in names), DUE.label("due"), came_to_desk().label("came")]


def _word(haste: Haste, day: str = "") -> ColumnElement[str]:
    return literal(f"{haste:d}{day}", String)


def _by_day(due: ColumnElement[Any], bounds: Bounds) -> ColumnElement[str]:
    written = cast(due, String)
    return when(
        (due.is_(None), _word(Haste.WAITING)),
        (due < bounds.today, _word(Haste.OVERDUE) + written),
        (due == bounds.today, _word(Haste.TODAY) + written),
        *((due < day, _word(haste) + written) for haste, day in bounds.beyond),
        else_=_word(Haste.LATER),
    )


def _climb(start: ColumnElement[datetime], ladder: Ladder, bounds: Bounds) -> ColumnElement[str]:
    """From the newest step down: what waits longest is reached last."""

    def word(due: Any) -> ColumnElement[str]:
        haste = bounds.haste(due)
        return _word(haste, due.isoformat() if haste <= Haste.IN_10 else "")

    steps = [(start >= literal(instant, _INSTANT), word(due)) for instant, due in reversed(ladder.steps)]
    long_ago = _word(bounds.haste(ladder.first))
    return when((start.is_(None), _word(Haste.WAITING)), *steps, else_=long_ago)
