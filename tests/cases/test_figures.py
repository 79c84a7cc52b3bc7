"""Figures: standings sum up to what came in, every number is the length of its list, small cells stay covered."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.figures import Tally, behind, happenings_behind, keys, spread, tally
from cases.figures_light import Happening, Light, Standing, Window, is_carried, is_new, standing
from cases.figures_tables import COVERED, SMALL, Namer, authorities, breakdown, handling
from cases.model import State
from cases.periods import period
from cases.rules import Rules
from tests.cases.cast import HERE
from tests.cases.figures_cast import light, lights

QUARTER = period("2026-Q4")
WINDOW = Window.of(QUARTER, date(2026, 12, 14))
rows_of_all_kinds = st.lists(lights(), max_size=25)


@given(rows_of_all_kinds)
def test_standings_sum_up_to_what_came_in(rows: list[Light]) -> None:
    """New ones to the intake, carried ones to what was carried over, both to the whole; states to the intake."""
    found = tally(rows, (), WINDOW)
    sums = {which: sum(found[f"{which}standing.{one}"] for one in Standing) for which in ("new.", "carried.", "")}
    assert sums == {"new.": found["intake"], "carried.": found["carried"], "": found["base"]}
    assert sum(found.under("state").values()) == found["intake"]


@given(rows_of_all_kinds)
def test_every_number_is_the_length_of_its_list(rows: list[Light]) -> None:
    """Whatever key is counted, its list has exactly so many cases, each once."""
    for key, number in tally(rows, (), WINDOW).counts.items():
        listed = [row.id for row in behind(key, rows, WINDOW)]
        assert len(listed) == len(set(listed)) == number


@given(rows_of_all_kinds)
def test_each_dimension_covers_the_intake_once(rows: list[Light]) -> None:
    """No case is counted twice under one heading, none is left out."""
    found = tally(rows, (), WINDOW)
    for name in ("kind", "subject", "group", "topic", "channel", "hamlet", "secrecy", "body", "month"):
        assert sum(found.under(name).values()) == found["intake"], name


@given(lights())
def test_a_case_counts_under_a_key_once(row: Light) -> None:
    """And either as new or as carried over, never as both."""
    counted = keys(row, WINDOW)
    assert [key for key, times in Counter(counted).items() if times > 1] == []
    assert not (is_new(row, WINDOW) and is_carried(row, WINDOW))


@given(rows_of_all_kinds)
def test_a_key_with_a_case_that_may_not_be_listed_is_hidden(rows: list[Light]) -> None:
    """Exactly those: the list would be shorter than the number."""
    found = tally(rows, (), WINDOW)
    for key in found.counts:
        whole = all(row.listed_under(key) for row in behind(key, rows, WINDOW))
        assert (key in found.hidden) is not whole


@pytest.mark.parametrize(
    ("answered", "expected"),
    [("2026-12-03", "on_time"), ("2026-12-04", "extended"), ("2026-12-17", "extended"), ("2026-12-18", "late")],
)
def test_an_answer_is_judged_by_the_term_it_kept(answered: str, expected: str) -> None:
    """Within 20 days, within the one extension, or after it."""
    row = light(state="answered", extended_due_on=date(2026, 12, 17), answered_on=date.fromisoformat(answered))
    assert standing(row, date(2026, 12, 31)) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-11-03", "at_desk"), ("2026-11-04", "forwarded"), ("2026-12-03", "running"), ("2026-12-04", "overdue"),
     ("2026-12-09", "overdue"), ("2026-12-10", "late")],
)  # fmt: skip
def test_a_standing_is_read_off_the_days(day: str, expected: str) -> None:
    """A report about November made in January shows where the case stood in November."""
    row = light(state="relayed", answered_on=date(2026, 12, 10), relayed_on=date(2026, 12, 11))
    assert standing(row, date.fromisoformat(day)) == expected


@pytest.mark.parametrize("state", [State.REDIRECTED, State.REJECTED, State.WITHDRAWN, State.CLOSED])
def test_a_case_without_an_authoritys_answer_ends_apart(state: State) -> None:
    """It is neither late nor answered."""
    row = light(state=state.value, forwarded_on=None, received_on=None, due_on=None)
    assert standing(row, date(2026, 12, 14)) is Standing.ENDED


def test_what_was_owed_when_the_period_began_is_carried_over() -> None:
    """And what was answered before it is not."""
    old = light(submitted_on=date(2026, 8, 3))
    done = light(submitted_on=date(2026, 8, 3), answered_on=date(2026, 9, 14), state="relayed")
    assert (is_carried(old, WINDOW), is_carried(done, WINDOW)) == (True, False)


def test_events_count_by_their_number_in_the_case() -> None:
    """The fourth urging letter is one "from the third on"; one of before the period is none."""
    events = [
        Happening(light(), "urging", date(2026, 10, 1), 1),
        Happening(light(), "urging", date(2026, 11, 1), 4),
        Happening(light(), "urging", date(2026, 9, 1), 1),
    ]
    found = tally((), events, WINDOW)
    assert (found["urging"], found["urging.1"], found["urging.3"]) == (2, 1, 1)
    assert len(list(happenings_behind("urging", events, WINDOW))) == 2


@pytest.mark.parametrize(
    ("values", "median", "p90"),
    [([7], 7, 7), ([1, 2], 1.5, 2), ([3, 1, 2], 2, 3), (list(range(1, 11)), 5.5, 9), (list(range(1, 12)), 6, 10)],
)
def test_the_middle_and_what_nine_of_ten_keep(values: list[int], median: float, p90: int) -> None:
    """Median, and 90th percentile by nearest rank."""
    found = spread(values)
    assert (found.count, found.median, found.p90) == (len(values), median, p90)


def test_stages_are_counted_in_working_days(rules: Rules) -> None:
    """From Thursday 5 to Monday 16 November: seven working days, weekends apart."""
    row = light(state="relayed", answered_on=date(2026, 11, 16), relayed_on=date(2026, 11, 17))
    found = tally([row], (), WINDOW, rules.calendar)
    assert found.spreads["stage.reply"].median == 7
    assert found.spreads["authority.ubnd.stage.reply"].count == 1


def namer(rules: Rules) -> Namer:
    """Labels in English."""
    return Namer(rules, HERE, lambda key, **values: rules.wording.say(f"console_fig_{key}", "en", **values))


def counts(**found: int) -> Tally:
    """A tally of these hamlets."""
    return Tally(Counter({f"hamlet.{name.replace('_', '-')}": number for name, number in found.items()}))


def test_small_cells_are_covered_and_cannot_be_worked_out(rules: Rules) -> None:
    """One covered cell would follow from the total, so the next smallest is covered with it."""
    table = breakdown(counts(thon_1=9, thon_2=5, thon_3=1), None, "hamlet", namer(rules), cover=True)
    assert [(line.label, line.cells) for line in table.lines] == [
        ("Thôn 1", (9,)), ("Thôn 2", (COVERED,)), ("Thôn 3", (SMALL,)),
    ]  # fmt: skip
    assert table.total is not None
    assert table.total.cells == (15,)


def test_inside_the_house_cells_are_whole(rules: Rules) -> None:
    """Who may open the cases sees the number."""
    table = breakdown(counts(thon_1=9, thon_3=1), counts(thon_3=2), "hamlet", namer(rules), cover=False)
    assert [line.cells for line in table.lines] == [(9, 0), (1, 2)]


def test_the_handling_table_shows_carried_new_and_both(rules: Rules) -> None:
    """The last column is the sum of the two before it."""
    rows = [light(), light(id="c2", submitted_on=date(2026, 8, 3)), light(id="c3", state="submitted")]
    table = handling(tally(rows, (), WINDOW), namer(rules), cover=False)
    assert all(line.cells[0] + line.cells[1] == line.cells[2] for line in table.lines)  # type: ignore[operator]
    assert table.total is not None
    assert table.total.cells == (1, 2, 3)


def test_an_authoritys_line_adds_up(rules: Rules) -> None:
    """Received is on time, extended, late, running and overdue together."""
    rows = [light(), light(id="c2", state="answered", answered_on=date(2026, 11, 16))]
    line = authorities(tally(rows, (), WINDOW, rules.calendar), namer(rules), cover=False).lines[0]
    assert line.cells == (2, 1, 0, 0, 0, 1, 7.0, 7)
