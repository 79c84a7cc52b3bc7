"""Point by point: what the resident asked for, each checked against the written answer before the answer is relayed.

The points and their checks are one entry of the history, the latest of which stands: what the desk checked, when and
by whom can be read later. Nobody has to write points down; where there are some, none may stay unchecked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from cases.casework import DESK_ROLES, Hidden, Refused
from cases.model import Case, CaseEvent, Officer
from cases.ports import UnitOfWork
from cases.rules import Rules
from cases.visibility import Sight, sight

EVENT = "points"
MOST = 12
LONGEST = 300  # characters of a point
_ASKS = re.compile(
    r"\?|(?<!\w)(đề nghị|kiến nghị|yêu cầu|mong|xin|bao giờ|khi nào|vì sao|tại sao|ai chịu|cần phải)(?!\w)",
    re.IGNORECASE,
)
_SENTENCES = re.compile(r"(?<=[.!?;…])\s+|\n+")


class Met(StrEnum):
    """Whether the written answer speaks to the point."""

    OPEN = "open"  # nobody compared it yet
    ANSWERED = "answered"
    PARTLY = "partly"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Point:
    """One thing asked for. `where` says where in the answer it is met; `letter` is the answer it was compared with."""

    text: str
    met: Met = Met.OPEN
    where: str = ""
    letter: str = ""


def points_of(unit: UnitOfWork, case: Case) -> tuple[Point, ...]:
    """The points as they stand; a check made against an earlier answer counts no more."""
    told = next((event for event in reversed(unit.cases.history(case.id)) if event.what == EVENT), None)
    rows = told.data.get("points", []) if told else []
    letter = case.reply.doc_no if case.reply else ""
    found = [Point(row[0], Met(row[1]), row[2], row[3]) for row in rows]  # type: ignore[attr-defined]
    return tuple(one if one.letter == letter else replace(one, met=Met.OPEN, letter="") for one in found)


def unchecked(points: Iterable[Point]) -> int:
    """How many points nobody compared with the answer."""
    return sum(point.met is Met.OPEN for point in points)


def proposed_points(text: str) -> tuple[str, ...]:
    """Sentences that ask for something, to begin with; else the beginning of what was said."""
    sentences = [one.strip() for one in _SENTENCES.split(text) if one.strip()]
    asking = [one[:LONGEST] for one in sentences if _ASKS.search(one)]
    return tuple(dict.fromkeys(asking))[:MOST] or tuple(one[:LONGEST] for one in sentences[:1])


def keep_points(
    unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, points: Iterable[Point], now: datetime
) -> tuple[Point, ...]:
    """Write down the points and what was checked of them; empty ones are dropped.

    Refused: `not_now` (not the desk's, or a check without an answer), `many_points`, `no_where`.
    """
    if sight(officer, case, rules.directory_of(case, now)) < Sight.CONTENT:
        raise Hidden(case.id)
    wanted = [_clean(point, case) for point in points if point.text.strip()]
    checked = any(point.met is not Met.OPEN for point in wanted)
    if DESK_ROLES.isdisjoint(officer.roles) or not case.is_open or (checked and case.reply is None):
        raise Refused("not_now")
    if len(wanted) > MOST:
        raise Refused("many_points", most=MOST)
    if any(point.met in (Met.ANSWERED, Met.PARTLY) and not point.where for point in wanted):
        raise Refused("no_where")
    rows = [[point.text, point.met.value, point.where, point.letter] for point in wanted]
    unit.cases.log(CaseEvent(case.id, now, EVENT, officer.id, {"points": rows}))
    unit.cases.save(case)
    return tuple(wanted)


def check_points(unit: UnitOfWork, cases: Iterable[Case]) -> None:
    """Refuse to relay an answer while a point of any of these cases is unchecked (`points_open`)."""
    found = [point for case in cases for point in points_of(unit, case)]
    if unchecked(found):
        raise Refused("points_open", open=unchecked(found), total=len(found))


def require_points(unit: UnitOfWork, case: Case) -> None:
    """Refuse to go on where nobody wrote down what was asked for (`no_points`)."""
    if not points_of(unit, case):
        raise Refused("no_points")


def _clean(point: Point, case: Case) -> Point:
    letter = case.reply.doc_no if case.reply and point.met is not Met.OPEN else ""
    return Point(" ".join(point.text.split())[:LONGEST], point.met, " ".join(point.where.split())[:LONGEST], letter)
