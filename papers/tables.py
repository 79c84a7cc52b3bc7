"""Tables of a report as values for the template `report`: texts with Vietnamese figures, small cells hidden."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from papers.document import Picture

NO_DATA = "chưa có dữ liệu"
"""A share of nothing is not a hundred percent (domain 10)."""
SMALLEST = 3
"""Counts of people's reports below this are shown as `<3` (domain 8.3)."""


def number(value: float | None, places: int = 0) -> str:
    """`1.250` and `4,5`: a point between thousands, a comma before decimals; a dash where there is none."""
    if value is None:
        return "–"
    return f"{value:,.{places}f}".replace(",", " ").replace(".", ",").replace(" ", ".")


def share(part: float, whole: float, places: int = 1) -> str:
    """`75,0%`; without a whole there are no data."""
    return f"{number(100 * part / whole, places)}%" if whole else NO_DATA


def hidden(count: int) -> str:
    """A count that may point to one person: 1 and 2 are `<3`, none stays 0."""
    return f"<{SMALLEST}" if 0 < count < SMALLEST else number(count)


def day(value: date | None) -> str:
    """`05/03/2026`, a dash for none."""
    return value.strftime("%d/%m/%Y") if value else "–"


def table(head: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "") -> dict[str, object]:
    """One table; whole numbers, shares and dates should come as texts made above. Raises ValueError for a torn row."""
    made = [[_cell(cell) for cell in row] for row in rows]
    if any(len(row) != len(head) for row in made):
        raise ValueError("every row needs a cell for each heading")
    return {"head": list(head), "rows": made, "caption": caption}


def section(
    heading: str = "",
    paragraphs: Sequence[str] = (),
    table: Mapping[str, object] | None = None,
    pictures: Sequence[tuple[Picture, str]] = (),
) -> dict[str, object]:
    """One section of the template `report`: heading, paragraphs, one table, pictures with captions, in this order."""
    return {
        "heading": heading,
        "paragraphs": list(paragraphs),
        "table": dict(table) if table else None,
        "pictures": [{"picture": one, "caption": caption} for one, caption in pictures],
    }


def _cell(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return "x" if value else ""
    if isinstance(value, int | float):
        return number(value, 0 if float(value).is_integer() else 1)
    return day(value) if isinstance(value, date) else str(value)
