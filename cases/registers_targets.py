"""The yearly targets TG-0 to TG-5: what counts, out of how much, and whether it is met, at risk, or without data.

A denominator of zero is "no data", never 100 percent; training must be strictly above 95 percent; a target is at risk
from the third quarter on when less is done than the year has passed (domain, sections 2 and 10).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from cases.registers import Book, Entry

TRAINED_ABOVE = Fraction(95, 100)
PUBLIC_LEVELS = frozenset({"commune", "province", "ministry"})
"""Investors whose works count: People's Committees of any level, and ministries acting here; private ones do not."""


class Status(StrEnum):
    """How a target stands."""

    MET = "met"
    OPEN = "open"  # the year still gives time
    BELOW = "below"  # a share under its mark
    AT_RISK = "at_risk"
    MISSED = "missed"  # the year is over
    NO_DATA = "no_data"


class Target(StrEnum):
    """The targets of the plan, section II.2."""

    PLAN = "PLAN"
    SUP = "T_SUP"
    CRIT = "T_CRIT"
    TTND = "T_TTND"
    PROJ = "T_PROJ"
    TRAIN = "T_TRAIN"


AT_LEAST: Mapping[Target, int] = {Target.SUP: 2, Target.CRIT: 3}
BOOK_OF: Mapping[Target, Book] = {
    Target.PLAN: Book.PLAN,
    Target.SUP: Book.SESSION,
    Target.CRIT: Book.CRITICISM,
    Target.TTND: Book.CHECKLIST,
    Target.PROJ: Book.PROJECT,
    Target.TRAIN: Book.TRAINING,
}


@dataclass(frozen=True, slots=True)
class Progress:
    """One target in one year. `entries` are the ids that count; `of` is 0 where there is no denominator."""

    target: Target
    status: Status
    done: int
    of: int
    entries: tuple[str, ...] = ()

    @property
    def percent(self) -> float | None:
        """The share, for targets that are shares; None without data."""
        if self.target not in (Target.PROJ, Target.TRAIN) or not self.of:
            return None
        return round(100 * self.done / self.of, 1)


def progress(entries: Iterable[Entry], year: int, today: date) -> list[Progress]:
    """Every target of the year, as it stands today. `entries` are those of all years that still matter."""
    found = list(entries)
    return [
        _plan(found, year, today),
        _count(Target.SUP, [one for one in found if counts_as_session(one, year)], year, today),
        _count(Target.CRIT, [one for one in found if counts_as_criticism(one, year)], year, today),
        _board(found, year, today),
        _works(found, year, today),
        _training(found, year, today),
    ]


def counts_as_session(entry: Entry, year: int) -> bool:
    """A joint supervision session finished that year (TG-1)."""
    day = entry.day("finished_on")
    return entry.book is Book.SESSION and entry.flag("joint") and day is not None and day.year == year


def counts_as_criticism(entry: Entry, year: int) -> bool:
    """A local draft whose conference was held or whose written opinion was sent that year (TG-2)."""
    if entry.book is not Book.CRITICISM or not (entry.word("level") == "commune" or entry.flag("local")):
        return False
    days = [day for day in (entry.day("conference_on"), entry.day("opinion_on")) if day is not None]
    return bool(days) and min(days).year == year


def _plan(entries: list[Entry], year: int, today: date) -> Progress:
    """A plan for the year, issued (TG-0)."""
    plans = [one for one in entries if one.book is Book.PLAN and one.year == year]
    issued = [one for one in plans if one.day("issued_on") is not None]
    late = Status.MISSED if today.year > year else Status.OPEN if plans else Status.BELOW
    status = Status.MET if issued else late
    return Progress(Target.PLAN, status, len(issued), 1, tuple(one.id for one in issued or plans))


def next_plan_missing(entries: Iterable[Entry], today: date) -> bool:
    """True from 30 November on while next year has no plan at all (TG-0)."""
    return (today.month, today.day) >= (11, 30) and not any(
        one.book is Book.PLAN and one.year == today.year + 1 for one in entries
    )


def _count(target: Target, counted: list[Entry], year: int, today: date) -> Progress:
    done, of = len(counted), AT_LEAST[target]
    status = Status.MET if done >= of else _behind(Fraction(done, of), year, today, Status.OPEN)
    return Progress(target, status, done, of, tuple(one.id for one in counted))


def _board(entries: list[Entry], year: int, today: date) -> Progress:
    """The People's Inspection Board works well: a person's grade, never a percentage (TG-3)."""
    grades = [
        one
        for one in entries
        if one.book is Book.CHECKLIST and one.year == year and one.word("item") == "board_grade" and one.word("grade")
    ]
    if not grades:
        return Progress(Target.TTND, Status.NO_DATA, 0, 0)
    good = [one for one in grades if one.word("grade") == "good"]
    return Progress(Target.TTND, Status.MET if good else Status.BELOW, len(good), 1, tuple(one.id for one in grades))


def _works(entries: list[Entry], year: int, today: date) -> Progress:
    """All works in the area invested by People's Committees are under community supervision (TG-4)."""
    works = [one for one in entries if counts_as_work(one, year)]
    covered = [one for one in works if one.day("supervised_from") is not None]
    return _share(Target.PROJ, covered, works, Fraction(1), year, today, strict=False)


def counts_as_work(entry: Entry, year: int) -> bool:
    """A public work present that year: entered by then and not finished before it."""
    finished = entry.day("finished_on")
    present = entry.year <= year and (finished is None or finished.year >= year)
    return entry.book is Book.PROJECT and present and entry.word("investor_level") in PUBLIC_LEVELS


def _training(entries: list[Entry], year: int, today: date) -> Progress:
    """More than 95 percent of full-time officers and board members trained that year (TG-5); a person counts once."""
    people: dict[str, list[Entry]] = {}
    for one in entries:
        if one.book is Book.TRAINING and one.year == year:
            people.setdefault(" ".join(one.word("person").casefold().split()), []).append(one)
    everyone = [ones[0] for ones in people.values()]
    trained = [ones[0] for ones in people.values() if any(one.day("trained_on") for one in ones)]
    return _share(Target.TRAIN, trained, everyone, TRAINED_ABOVE, year, today, strict=True)


def _share(
    target: Target, done: list[Entry], of: list[Entry], mark: Fraction, year: int, today: date, *, strict: bool
) -> Progress:
    ids = tuple(one.id for one in done)
    if not of:
        return Progress(target, Status.NO_DATA, 0, 0)
    share = Fraction(len(done), len(of))
    if share > mark or (share == mark and not strict):
        return Progress(target, Status.MET, len(done), len(of), ids)
    return Progress(target, _behind(share, year, today, Status.BELOW), len(done), len(of), ids)


def _behind(share: Fraction, year: int, today: date, else_: Status) -> Status:
    """At risk when the year has passed further than the work, from the third quarter on; missed once it is over."""
    if today.year > year:
        return Status.MISSED
    passed = Fraction(today.timetuple().tm_yday, 366 if _leap(year) else 365)
    return Status.AT_RISK if today.year == year and today.month >= 7 and passed > share else else_


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
