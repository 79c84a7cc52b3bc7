"""`/console/appeals`: refusals that senders do not accept: who may decide now, until when, and what came of others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from cases.appeals import Review, may_decide, reviews
from cases.casework import localities_of
from cases.model import Case
from cases.visibility import Sight, sight
from storage.appeals import refused_cases
from storage.work import StoredWork
from web.console.roles import DESK, WATCH
from web.console.shell import Console
from web.console.visit import Visit

PATH = "/console/appeals"
FEWEST = 3
"""Whoever only counts does not see one or two: in a commune they would be known."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One appeal in the list of those who may read the case."""

    case: Case
    review: Review
    by: tuple[str, ...]
    mine: bool


def add_appeals(console: Console) -> None:
    """Hang in the page."""
    console.get(PATH, roles=DESK | WATCH, menu="appeals")(show_appeals)


async def show_appeals(visit: Visit) -> Response:
    """What waits, and figures of the last twelve months."""
    waiting, counts = await visit.read(lambda unit: _looked(unit, visit))
    few = DESK.isdisjoint(visit.officer.roles)
    shown = {name: visit.say("appeals_few") if few and 0 < n < FEWEST else str(n) for name, n in counts.items()}
    waiting.sort(key=lambda one: (one.review.due, one.review.at))
    reason = lambda code: visit.rules.wording.say(f"refusal_{code}", visit.lang)  # noqa: E731 - a name for the template
    return visit.page("appeals.html", waiting=waiting, counts=shown, today=visit.today, reason=reason)


def _looked(unit: StoredWork, visit: Visit) -> tuple[list[Waiting], dict[str, int]]:
    counts = Counter(dict.fromkeys(("refused", "appealed", "taken_in", "refused_again", "waiting", "overdue"), 0))
    waiting: list[Waiting] = []
    for case, level in _seen(unit, visit):
        found = reviews(unit.cases.history(case.id), visit.rules)
        counts["refused"] += 1
        for review in found:
            counts.update(_counted(review, visit.today))
        if found and found[-1].waits and level >= Sight.CONTENT:
            waiting.append(_waiting(unit, visit, case, found[-1]))
    return waiting, dict(counts)


def _seen(unit: StoredWork, visit: Visit) -> Iterator[tuple[Case, Sight]]:
    """Cases refused at least once that this officer may count, and how much of each she may see."""
    for case in refused_cases(unit, localities_of(visit.rules, visit.officer, visit.now)):
        level = sight(visit.officer, case, visit.rules.directory_of(case, visit.now))
        if level >= Sight.FIGURES:
            yield case, level


def _counted(review: Review, today: date) -> list[str]:
    if review.waits:
        return ["appealed", "waiting", *(["overdue"] if today > review.due else [])]
    ended = {"triaged": "taken_in", "split": "taken_in", "redirected": "taken_in", "refused": "refused_again"}
    return ["appealed", *([ended[review.result]] if review.result in ended else [])]


def _waiting(unit: StoredWork, visit: Visit, case: Case, review: Review) -> Waiting:
    people = [unit.people.officer(one) for one in review.refused_by]
    names = tuple(one.name for one in people if one is not None)
    directory = visit.rules.directory_of(case, visit.now)
    return Waiting(case, review, names, may_decide(unit, directory, visit.officer, case))
