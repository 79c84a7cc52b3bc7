"""Registers and targets: what an entry needs, and when a yearly target is met, at risk or without data."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cases.registers import FIELDS, Book, Entry, Type, Value, WrongEntry, complete_cycle, read_entry
from cases.registers_targets import Progress, Status, Target, next_plan_missing, progress
from cases.rules import Rules

BODIES = ("mttq", "ubnd", "hdnd")
OCTOBER, MARCH = date(2026, 10, 1), date(2026, 3, 2)


def entry(book: Book, year: int = 2026, **values: Any) -> Entry:
    """An entry with these fields."""
    blank: dict[str, Value] = {one.name: None for one in FIELDS[book]}
    return Entry(f"e{len(values)}{values}", "xa-mau", book, year, "mttq", blank | values)


def session(day: date | None = date(2026, 5, 4), **more: Any) -> Entry:
    """A joint supervision session."""
    return entry(Book.SESSION, joint=True, finished_on=day, **more)


def draft(**more: Any) -> Entry:
    """A draft of the commune whose conference was held."""
    return entry(Book.CRITICISM, **{"level": "commune", "conference_on": date(2026, 4, 1), **more})


def work(level: str = "commune", since: date | None = date(2026, 1, 5), **more: Any) -> Entry:
    """A work in the area."""
    return entry(Book.PROJECT, investor_level=level, supervised_from=since, **more)


def people(trained: int, of: int) -> list[Entry]:
    """So many of so many officers trained."""
    day = date(2026, 4, 4)
    return [entry(Book.TRAINING, person=f"Người {n}", trained_on=day if n < trained else None) for n in range(of)]


def one(target: Target, entries: list[Entry], today: date = OCTOBER, year: int = 2026) -> Progress:
    """How one target stands."""
    return next(each for each in progress(entries, year, today) if each.target is target)


@pytest.mark.parametrize(
    ("finished", "today", "status"),
    [
        (1, OCTOBER, Status.AT_RISK),
        (2, OCTOBER, Status.MET),
        (1, MARCH, Status.OPEN),
        (1, date(2027, 1, 4), Status.MISSED),
    ],
)
def test_two_joint_sessions_a_year(finished: int, today: date, status: Status) -> None:
    """TG-1: with one finished on 1 October it is 1/2 and at risk, with two it is met."""
    found = one(Target.SUP, [session(theme=str(n)) for n in range(finished)], today)
    assert (found.done, found.of, found.status) == (finished, 2, status)


def test_only_finished_joint_sessions_of_the_year_count() -> None:
    """Neither an open one, nor one alone, nor last year's."""
    others = [session(None), session(date(2025, 5, 4)), entry(Book.SESSION, finished_on=date(2026, 5, 4))]
    assert one(Target.SUP, others).done == 0


def test_three_local_drafts_a_year() -> None:
    """TG-2: two finished and one open are 2/3; another level's draft counts only when flagged local."""
    drafts = [draft(draft="a"), draft(draft="b"), draft(conference_on=None), draft(level="other")]
    assert one(Target.CRIT, drafts).done == 2
    assert one(Target.CRIT, [*drafts, draft(level="other", local=True)]).done == 3


def test_works_of_peoples_committees_are_all_supervised() -> None:
    """TG-4: 3 of 4 are 75 percent and not met; a private investor's work is no part of it."""
    works = [work(name="a"), work(name="b"), work("province", name="c"), work(since=None), work("private", None)]
    found = one(Target.PROJ, works)
    assert (found.done, found.of, found.percent) == (3, 4, 75.0)
    assert found.status in (Status.BELOW, Status.AT_RISK)


@pytest.mark.parametrize(("trained", "of", "met"), [(19, 20, False), (20, 21, True), (20, 20, True)])
def test_training_is_strictly_above_95_percent(trained: int, of: int, met: bool) -> None:
    """TG-5: 19 of 20 are 95.0 percent and not enough, 20 of 21 are 95.2 and enough."""
    assert (one(Target.TRAIN, people(trained, of)).status is Status.MET) is met


@pytest.mark.parametrize("target", [Target.PROJ, Target.TRAIN, Target.TTND])
def test_nothing_entered_is_no_data(target: Target) -> None:
    """Never 100 percent of nothing (TG-3 too: no percentage is made up)."""
    found = one(target, [])
    assert (found.status, found.percent) == (Status.NO_DATA, None)


def test_the_board_needs_a_persons_grade() -> None:
    """TG-3: good is met, fair is not, an entry without a grade says nothing."""
    grades = {name: [entry(Book.CHECKLIST, item="board_grade", grade=name)] for name in ("good", "fair", None)}
    assert [one(Target.TTND, found).status for found in grades.values()] == [Status.MET, Status.BELOW, Status.NO_DATA]


def test_a_person_trained_twice_counts_once() -> None:
    """However the name is spaced or capitalised."""
    twice = [entry(Book.TRAINING, person=name, trained_on=MARCH) for name in ("Lê  Thị Lan", "lê thị lan")]
    assert one(Target.TRAIN, twice).of == 1


def test_next_years_plan_is_missed_from_the_end_of_november() -> None:
    """TG-0: with no plan for the next year on 30 November somebody must be told."""
    assert next_plan_missing([], date(2026, 11, 30))
    assert not next_plan_missing([], date(2026, 11, 29))
    assert not next_plan_missing([entry(Book.PLAN, 2027)], date(2026, 12, 1))


def test_a_plan_is_not_issued_before_the_steps_before_it() -> None:
    """FR-1: consult, agree, submit, issue; the fourth is refused while the first three are empty."""
    with pytest.raises(WrongEntry) as refused:
        read_entry(Book.PLAN, {"items": "Giám sát quỹ", "issued_on": "2026-12-20"}, BODIES)
    assert refused.value.wrong == {"issued_on": "step"}


def test_a_cycle_is_complete_with_all_four_parts() -> None:
    """CR-4: draft, attendance, reply and report to the issuer."""
    parts: dict[str, Value] = {"representative": "Bà A", "reply_on": MARCH, "issuer_report_on": MARCH}
    assert complete_cycle(draft(**parts))
    assert not any(complete_cycle(draft(**{**parts, name: None})) for name in parts)


@pytest.mark.parametrize(
    ("field", "text", "why"),
    [("theme", "", "needed"), ("lead", "ubnd_huyen", "body"), ("finished_on", "31/02/2026", "date"),
     ("finished_on", "2026-01-01", "order"), ("theme", "x" * 4001, "long")],
)  # fmt: skip
def test_what_is_wrong_is_said_by_field(field: str, text: str, why: str) -> None:
    """Each with its own reason."""
    fine = {"theme": "Quỹ", "lead": "mttq", "started_on": "02/03/2026", "finished_on": "2026-03-09"}
    with pytest.raises(WrongEntry) as refused:
        read_entry(Book.SESSION, fine | {field: text}, BODIES)
    assert refused.value.wrong == {field: why}


def test_days_are_read_as_people_and_browsers_write_them() -> None:
    """Both give the same value; a tick is yes, none is no."""
    read = read_entry(Book.SESSION, {"theme": "Quỹ", "lead": "mttq", "started_on": "02/03/2026", "joint": "1"}, BODIES)
    assert (read["started_on"], read["joint"], read["finished_on"]) == (MARCH, True, None)


@pytest.mark.parametrize("book", Book)
def test_every_field_has_its_words(book: Book, rules: Rules) -> None:
    """Labels and choices exist in the source language."""
    keys = [f"console_reg_{book}_{one.name}" for one in FIELDS[book]]
    keys += [f"{key}_{choice}" for key, one in zip(keys, FIELDS[book], strict=True) for choice in one.choices]
    assert [key for key in keys if not rules.wording.has(key)] == []
    assert all(bool(one.choices) is (one.type is Type.CHOICE) for one in FIELDS[book])
