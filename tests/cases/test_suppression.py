"""Small counts are covered, and cannot be worked out from what is shown."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.suppression import FEWEST, covered


@pytest.mark.parametrize(
    ("counts", "cells", "total"),
    [
        ({"a": 5, "b": 7}, {"a": 5, "b": 7}, 12),
        ({"a": 5, "b": 0}, {"a": 5}, 5),
        ({"a": 2, "b": 7, "c": 9}, {"a": None, "b": None, "c": 9}, 18),
        ({"a": 1, "b": 2, "c": 9}, {"a": None, "b": None, "c": 9}, 12),
        ({"a": 1, "b": 1, "c": 9}, {"a": None, "b": None, "c": None}, 11),
        ({"a": 2}, {"a": None}, None),
        ({"a": 1, "b": 1}, {"a": None, "b": None}, None),
        ({}, {}, 0),
    ],
)
def test_tables(counts: dict[str, int], cells: dict[str, int | None], total: int | None) -> None:
    """Worked examples: one small cell takes the next smallest along; ones are never told by their sum."""
    shown = covered(counts)
    assert (dict(shown.cells), shown.total) == (cells, total)


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 12)))
def test_no_small_count_is_shown(counts: dict[str, int]) -> None:
    """Whatever the table."""
    assert all(count is None or count >= FEWEST for count in covered(counts).cells.values())


@given(st.dictionaries(st.sampled_from("abcde"), st.integers(0, 6)))
def test_no_small_count_can_be_worked_out(counts: dict[str, int]) -> None:
    """Of every covered small cell at least two values agree with all that is shown, the total included."""
    shown = covered(counts)
    hidden = [key for key, count in shown.cells.items() if count is None]
    if shown.total is None or not hidden:
        return
    rest = shown.total - sum(count for count in shown.cells.values() if count is not None)
    fits = [values for values in product(range(1, rest + 1), repeat=len(hidden)) if sum(values) == rest]
    for place, key in enumerate(hidden):
        assert counts[key] >= FEWEST or len({values[place] for values in fits}) > 1
