"""The map of cases by hamlet."""

from __future__ import annotations

from starlette.responses import Response

from cases.periods import Every, current
from web.console.figures import COUNTERS, asked_period, list_address
from web.console.figures_page import PRESETS, cutoff_of, opens
from web.console.map_page import HIGH, WIDE, draw
from web.console.shell import Console
from web.console.visit import Visit


def add_map(console: Console) -> None:
    """Hang in the map."""
    console.get("/console/map", roles=COUNTERS, menu="map")(show_map)


async def show_map(visit: Visit) -> Response:
    """One period, this year unless asked otherwise."""
    cutoff = await visit.read(lambda unit: cutoff_of(unit, visit.officer))
    asked, wrong = asked_period(visit, cutoff)
    chosen = "period" in visit.query or "from" in visit.query
    span = asked if chosen and not wrong else current(Every.YEAR, visit.today, cutoff)
    drawing = await visit.read(lambda unit: draw(unit, visit.rules, visit.officer, span))

    def link(key: str) -> str:
        return list_address(key, span) if opens(drawing.now, key) else ""

    return visit.page(
        "map.html",
        drawing=drawing,
        span=span,
        link=link,
        wide=WIDE,
        high=HIGH,
        place=visit.directory().locality.name,
        presets=[(every.value, current(every, visit.today, cutoff).code) for every in PRESETS],
    )
