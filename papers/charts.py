"""Bar and line charts as PNG for printed reports: readable in grey, in Vietnamese, the same bytes for the same figures.

Matplotlib is loaded when the first chart is drawn; it costs about a second, and most processes never draw one.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH_MM, HEIGHT_MM, DPI = 150, 75, 200
"""Size of a chart on paper, and its dots per inch: 1181 x 591 pixels."""
MOST_BARS = 15
"""More bars than this cannot be read on a page; the callers group the rest."""
GREYS = ("#1f3b57", "#8fa9bf", "#dfe7ee", "#5b7a94")
"""Far apart in lightness, so that a copy in black and white keeps them apart; hatches and markers tell them besides."""
_HATCHES = ("", "///", "...", "xx")
_MARKERS = ("o", "s", "^", "D")
_MM = 25.4
_FONT: Any = {"font.family": "DejaVu Sans", "font.size": 8, "axes.spines.top": False, "axes.spines.right": False}
_ONE_AT_A_TIME = threading.Lock()  # matplotlib's settings are shared by all threads of a process


@dataclass(frozen=True, slots=True)
class Line:
    """One named row of figures; None where there is no figure (a gap, never a zero)."""

    name: str
    values: Sequence[float | None]


def bars(labels: Sequence[str], lines: Sequence[Line], title: str = "", unit: str = "") -> bytes:
    """Upright bars, one group for each label, each bar with its figure on top. PNG, 150 x 75 mm at 200 dpi."""

    def draw(axes: Axes) -> None:
        width = 0.8 / max(len(lines), 1)
        for number, line in enumerate(lines):
            places = [at + (number - (len(lines) - 1) / 2) * width for at in range(len(labels))]
            heights = [value or 0 for value in line.values]
            made = axes.bar(places, heights, width * 0.94, color=GREYS[number % 4], label=line.name)
            for bar in made:
                bar.set_hatch(_HATCHES[number % 4])
                bar.set_edgecolor("black")
                bar.set_linewidth(0.4)
            axes.bar_label(made, [_told(value) for value in line.values], padding=1, fontsize=7)
        axes.set_xticks(range(len(labels)), [_cut(one) for one in labels])

    return _drawn(draw, labels, lines, title, unit)


def flat_bars(labels: Sequence[str], values: Sequence[float | None], title: str = "", unit: str = "") -> bytes:
    """Lying bars for long labels, the first on top. PNG, 150 mm wide, 7 mm high a bar and 75 mm at least."""

    def draw(axes: Axes) -> None:
        made = axes.barh(range(len(labels)), [value or 0 for value in values], 0.7, color=GREYS[0])
        axes.bar_label(made, [_told(value) for value in values], padding=2, fontsize=7)
        axes.set_yticks(range(len(labels)), [_cut(one, 44) for one in labels])
        axes.invert_yaxis()
        axes.grid(visible=False)
        axes.xaxis.set_major_locator(_whole_numbers())

    high = max(HEIGHT_MM, 7 * len(labels) + 20)
    return _drawn(draw, labels, (Line("", values),), title, unit, high, flat=True)


def lines(labels: Sequence[str], rows: Sequence[Line], title: str = "", unit: str = "") -> bytes:
    """Lines over time, told apart by marker and dash as well as by colour. PNG, 150 x 75 mm at 200 dpi."""

    def draw(axes: Axes) -> None:
        for number, row in enumerate(rows):
            axes.plot(
                range(len(labels)),
                [float("nan") if value is None else value for value in row.values],
                color=GREYS[(0, 3, 1, 2)[number % 4]],
                marker=_MARKERS[number % 4],
                linestyle=("-", "--", "-.", ":")[number % 4],
                linewidth=1.4,
                markersize=4,
                label=row.name,
            )
        axes.set_xticks(range(len(labels)), [_cut(one) for one in labels])

    return _drawn(draw, labels, rows, title, unit)


def _drawn(
    draw: Any,
    labels: Sequence[str],
    rows: Sequence[Line],
    title: str,
    unit: str,
    height_mm: float = HEIGHT_MM,
    *,
    flat: bool = False,
) -> bytes:
    if any(len(row.values) != len(labels) for row in rows):
        raise ValueError("a chart needs one figure for each label")
    if len(labels) > MOST_BARS * 2:
        raise ValueError(f"a chart of {len(labels)} labels cannot be read")
    with _ONE_AT_A_TIME:
        import matplotlib

        with matplotlib.rc_context(_FONT):
            figure, axes = _page(height_mm)
            draw(axes)
            _dress(axes, rows, title, unit, flat=flat)
            return _png(figure)


def _page(height_mm: float) -> tuple[Figure, Axes]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_MM / _MM, height_mm / _MM), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_axisbelow(True)
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    return figure, axes


def _dress(axes: Axes, rows: Sequence[Line], title: str, unit: str, *, flat: bool) -> None:
    if title:
        axes.set_title(title, fontsize=9, fontweight="bold")
    figures = axes.xaxis if flat else axes.yaxis
    figures.set_label_text(unit)
    if flat:
        axes.set_xlim(left=0)
    else:
        axes.set_ylim(bottom=0)
        axes.margins(y=0.12)
        if all(value is None or float(value).is_integer() for row in rows for value in row.values):
            axes.yaxis.set_major_locator(_whole_numbers())
    if sum(bool(row.name) for row in rows) > 1:
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=min(len(rows), 4), frameon=False, fontsize=7)


def _whole_numbers() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(integer=True, nbins="auto")


def _png(figure: Figure) -> bytes:
    made = io.BytesIO()
    figure.savefig(made, format="png", dpi=DPI, metadata={"Software": None})
    return made.getvalue()


def _told(value: float | None) -> str:
    """A figure as Vietnamese papers write it: 1.250 and 4,5."""
    if value is None:
        return ""
    if float(value).is_integer():
        return f"{int(value):,}".replace(",", ".")
    return f"{value:,.1f}".replace(",", " ").replace(".", ",").replace(" ", ".")


def _cut(label: str, most: int = 16) -> str:
    """A label in two lines at most."""
    if len(label) <= most or " " not in label:
        return label if len(label) <= most * 2 else f"{label[: most * 2 - 1]}…"
    middle = min((at for at, sign in enumerate(label) if sign == " "), key=lambda at: abs(at - len(label) / 2))
    first, second = label[:middle], label[middle + 1 :]
    return "\n".join(one if len(one) <= most + 6 else f"{one[: most + 5]}…" for one in (first, second))
