"""Charts for print: their size, the same bytes twice, apart in grey; tables with Vietnamese figures."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable
from datetime import date

import pytest
from PIL import Image

from papers import charts
from papers.charts import DPI, GREYS, Line, bars, flat_bars, lines
from papers.tables import NO_DATA, day, hidden, number, section, share, table

MONTHS = [f"Tháng {n}" for n in range(1, 7)]
ROWS = [Line("Đúng hạn", [3, 5, None, 8, 9, 12]), Line("Quá hạn", [1, 0, 2, 2.5, 0, 1])]
DRAWN: dict[str, Callable[[], bytes]] = {
    "bars": lambda: bars(MONTHS, ROWS, "Tiếp nhận", "hồ sơ"),
    "lines": lambda: lines(MONTHS, ROWS, "Tiếp nhận", "hồ sơ"),
    "flat": lambda: flat_bars(MONTHS, [1, 2, 3, 4, 5, 6], "Theo lĩnh vực"),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_has_the_size_it_says(name: str) -> None:
    """150 x 75 mm at 200 dots an inch."""
    picture = Image.open(io.BytesIO(DRAWN[name]()))
    assert picture.size == (1181, 590)
    assert round(picture.info["dpi"][0]) == DPI


@pytest.mark.parametrize("name", DRAWN)
def test_the_same_figures_give_the_same_bytes(name: str) -> None:
    """No moment of making, no version of a program in it."""
    first = DRAWN[name]()
    assert first == DRAWN[name]()
    assert b"atplotlib" not in first


def test_neighbouring_colours_stay_apart_in_grey() -> None:
    """A fifth of the way from black to white at least."""
    greys = [int(Image.new("RGB", (1, 1), colour).convert("L").getpixel((0, 0)) or 0) for colour in GREYS]  # type: ignore[arg-type]
    assert min(abs(one - other) for one, other in itertools.pairwise(greys)) > 50


def test_long_charts_grow_downwards() -> None:
    """Seven millimetres a bar."""
    many = flat_bars([f"Lĩnh vực {n}" for n in range(14)], list(range(14)))
    assert Image.open(io.BytesIO(many)).size[1] > 900


def test_a_row_of_another_length_is_refused() -> None:
    """One figure for each label."""
    with pytest.raises(ValueError, match="label"):
        bars(["a", "b"], [Line("", [1])])


def test_too_many_labels_are_refused() -> None:
    """Nobody could read them."""
    with pytest.raises(ValueError, match="read"):
        lines([str(n) for n in range(31)], [Line("", [0] * 31)])


def test_an_empty_period_is_drawn_too() -> None:
    """Nothing but zeros, or no figure at all."""
    assert bars(["a"], [Line("x", [0]), Line("y", [None])]).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("value", "places", "told"),
    [(0, 0, "0"), (1250, 0, "1.250"), (4.5, 1, "4,5"), (1234.25, 2, "1.234,25"), (None, 0, "–")],
)
def test_figures_are_written_as_here(value: float | None, places: int, told: str) -> None:
    """A point between thousands, a comma before decimals."""
    assert number(value, places) == told


def test_a_share_of_nothing_is_no_data() -> None:
    """Never a hundred percent."""
    assert (share(3, 4), share(0, 0)) == ("75,0%", NO_DATA)


def test_a_count_that_may_point_to_a_person_is_hidden() -> None:
    """One and two; none is none."""
    assert [hidden(count) for count in (0, 1, 2, 3)] == ["0", "<3", "<3", "3"]


def test_cells_become_texts() -> None:
    """Numbers, days, yes and nothing."""
    made = table(["a"] * 6, [[1250, 4.5, date(2026, 3, 5), True, None, "chữ"]])
    assert made["rows"] == [["1.250", "4,5", "05/03/2026", "x", "", "chữ"]]


def test_a_torn_row_is_refused() -> None:
    """A cell for each heading."""
    with pytest.raises(ValueError, match="heading"):
        table(["a", "b"], [["1"]])


def test_a_section_has_everything_the_template_names() -> None:
    """Whatever is left out is empty."""
    assert section("I") == {"heading": "I", "paragraphs": [], "table": None, "pictures": []}


def test_a_day_that_is_not_there_is_a_dash() -> None:
    """In tables."""
    assert day(None) == "–"


def test_labels_are_cut_to_two_lines() -> None:
    """A long one loses its end."""
    assert charts._cut("Đường giao thông, cầu cống, vỉa hè và đèn chiếu sáng").count("\n") == 1
