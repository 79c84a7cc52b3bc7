"""The resident does not accept a refusal: the case is open again, and those who refused it cannot decide so twice.

Whoever agrees to a new refusal was neither of the first two, and is of another body where somebody there may read the
case. Where nobody is left to agree, the case is taken in. The term of the review is that of triage, with its reminders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cases.bodies import Directory
from cases.casework import desk_officers, refusers
from cases.clocks import triage_due
from cases.intake import announce, poke
from cases.lifecycle import Actor, move
from cases.model import Case, CaseEvent, Officer, State
from cases.notices import tell_officer
from cases.ports import UnitOfWork
from cases.refusals import reviewers
from cases.rules import Rules, show_date
from cases.scope import POST_UNKNOWN
from cases.sealing import APPEAL as SEALED_APPEAL
from cases.sealing import keep_words

APPEALED, WORDS = "appealed", "appeal_words"
LONGEST = 2000
TAKEN_IN = "triaged"
_OVER = {
    **{what: what for what in ("refused", "redirected", "split", "closed", "withdrawn")},
    **dict.fromkeys((TAKEN_IN, "post_recorded", "joined", "forwarded"), TAKEN_IN),
}
"""Events that end a review, and what came of it."""


@dataclass(frozen=True, slots=True)
class Review:
    """One appeal: why the case was refused and by whom, since when it waits and until when, and what came of it."""

    reason: str
    note: str
    refused_by: tuple[str, ...]
    at: datetime
    due: date
    words: str = ""
    result: str = ""

    @property
    def waits(self) -> bool:
        """Whether somebody still has to look."""
        return not self.result


def appeal(unit: UnitOfWork, rules: Rules, case: Case, now: datetime) -> date | None:
    """Open a refused case again; until when it is looked at, or None when it was not refused."""
    if case.state is not State.REJECTED:
        return None
    unknown = POST_UNKNOWN in case.excluded_bodies
    move(case, State.NEEDS_COI_CHECK if unknown else State.SUBMITTED, Actor.RESIDENT)
    case.excluded_bodies = tuple(code for code in case.excluded_bodies if code != POST_UNKNOWN)
    case.closed_at = None
    poke(case, now)
    unit.cases.log(CaseEvent(case.id, now, APPEALED, "resident"))
    unit.cases.save(case)
    directory, due = rules.directory_of(case, now), triage_due(now, rules.calendar, rules.targets)
    if not _tell_reviewers(unit, rules, directory, case, due):
        announce(unit, rules, directory, case, now)
    return due


def give_words(unit: UnitOfWork, case: Case, words: str, now: datetime) -> None:
    """Keep why the resident disagrees."""
    kept = keep_words(unit, case, SEALED_APPEAL, words.strip()[:LONGEST])
    unit.cases.log(CaseEvent(case.id, now, WORDS, "resident", {"text": kept}))
    unit.cases.save(case)


def reviews(history: Sequence[CaseEvent], rules: Rules) -> list[Review]:
    """The appeals of one case, oldest first."""
    found: list[Review] = []
    proposed: CaseEvent | None = None
    refused: tuple[str, str, tuple[str, ...]] = ("", "", ())
    for event in history:
        if event.what == "refusal_proposed":
            proposed = event
        if event.what == "refused":
            note = str(proposed.data.get("note", "")) if proposed else ""
            by = (*((proposed.actor,) if proposed else ()), event.actor)
            refused = str(event.data.get("reason", "")), note, by
        if event.what == APPEALED:
            found.append(Review(*refused, event.at, triage_due(event.at, rules.calendar, rules.targets)))
        elif found and found[-1].waits:
            found[-1] = _after(found[-1], event)
    return found


def _after(review: Review, event: CaseEvent) -> Review:
    if event.what == WORDS:
        told = str(event.data.get("text", ""))
        return Review(review.reason, review.note, review.refused_by, review.at, review.due, told)
    if event.what not in _OVER:
        return review
    result = _OVER[event.what]
    return Review(review.reason, review.note, review.refused_by, review.at, review.due, review.words, result)


def may_decide(unit: UnitOfWork, directory: Directory, officer: Officer, case: Case) -> bool:
    """Whether this officer may agree to a new refusal of an appealed case."""
    return officer.id in {one.id for one in reviewers(unit, directory, case)}


def somebody_decides(unit: UnitOfWork, rules: Rules, case: Case, now: datetime) -> bool:
    """Whether anybody is left who may agree to a new refusal; where not, the case is taken in."""
    return bool(reviewers(unit, rules.directory_of(case, now), case))


def _tell_reviewers(unit: UnitOfWork, rules: Rules, directory: Directory, case: Case, due: date) -> int:
    """Those who may decide, and who work the case anyway: number, topic and the last day."""
    before = refusers(unit, case)
    people = {one.id: one for one in (*reviewers(unit, directory, case), *desk_officers(unit, directory, case))}
    return sum(
        tell_officer(
            unit,
            rules,
            one,
            "officer_case_appealed",
            f"appealed:{case.version}",
            case.id,
            case_code=case.code,
            topic=rules.taxonomy.label(case.topic),
            due_date=show_date(due),
        )
        for one in people.values()
        if one.id not in before
    )
