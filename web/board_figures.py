"""Public figures: what came in, what became of it and how long bodies take, drawn as bars beside their numbers.

Counted up to the end of last week, so that no number tells what was sent in yesterday; small counts are covered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from cases.calendar import local_date, local_midnight
from cases.suppression import covered
from storage.board_figures import Counted, Pace, counted
from web.board_labels import Labels
from web.openapi import PUBLIC

if TYPE_CHECKING:
    from web.board import Board

SAMPLE = 5
"""Fewer answers than this say nothing about a body's pace, and too much about each case."""

MONTHS = 12
KEPT = timedelta(hours=1)
WIDTH, HEIGHT = 100, 40  # of the chart of months, in its own units


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: `count` None where covered, `width` in hundredths of the longest bar."""

    label: str
    count: int | None
    width: float


@dataclass(frozen=True, slots=True)
class Column:
    """One month of the chart: where it stands and how high, in the chart's units."""

    label: str
    short: str
    count: int | None
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Span:
    """Twelve whole months before the current one, and the present one up to the end of last week."""

    first: date
    until: date

    @property
    def months(self) -> list[str]:
        """`YYYY-MM` of every month touched, in order."""
        found, day = [], self.first
        while day < self.until:
            found.append(f"{day:%Y-%m}")
            day = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        return found


def span_of(today: date) -> Span:
    """What is counted today: changes once a week."""
    until = today - timedelta(days=today.weekday())
    first = until.replace(day=1)
    for _ in range(MONTHS - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    return Span(first, until)


def add_figures(app: FastAPI, board: Board) -> None:
    """Serve the figures."""
    kept: dict[str, tuple[datetime, Span, Counted]] = {}

    async def count(locality: str, now: datetime) -> tuple[Span, Counted]:
        span = span_of(local_date(now))
        known = kept.get(locality)
        if known is not None and known[1] == span and timedelta() <= now - known[0] < KEPT:
            return span, known[2]
        since, until = local_midnight(span.first), local_midnight(span.until)
        calendar = board.services.rules().calendar
        found = await board.services.office.read(lambda unit: counted(unit, calendar, locality, since, until))
        kept[locality] = (now, span, found)
        return span, found

    @app.get("/figures", summary="Public figures", openapi_extra=PUBLIC)
    async def figures(request: Request) -> Response:
        labels = board.labels(request)
        places = board.services.localities()
        wanted = request.query_params.get("commune", "")
        locality = wanted if wanted in {code for code, _ in places} else ""

        async def draw() -> bytes:
            span, found = await count(locality, labels.now)
            shown = shown_figures(labels, found, span, locality)
            law = board.services.terms
            return board.drawn(
                request, "board/figures.html", labels, places=places, locality=locality, law=law, **shown
            )

        key = ("figures", labels.lang, "lang" in request.query_params, locality)
        return await board.cache.answer(request, key, draw)


def shown_figures(labels: Labels, found: Counted, span: Span, locality: str) -> dict[str, object]:
    """Everything the page shows, covered where it must be."""
    communes = [locality] if locality else [place.code for place in labels.rules.book.communes]
    groups: Counter[str] = Counter()
    for topic, count in found.topics.items():
        groups[labels.rules.taxonomy.group(topic)] += count

    def name(label: Callable[[str, str], str], code: str) -> str:
        if not code:
            return labels.say("no_hamlet")
        return next((said for said in (label(place, code) for place in communes) if said and said != code), code)

    days = sorted(day for pace in found.paces.values() for day in pace.days)
    told = all(covered(counts).total is not None for counts in (groups, found.hamlets, found.months) if counts)
    outcomes_told = covered(found.outcomes).total is not None
    return {
        "since": span.first,
        "until": span.until - timedelta(days=1),
        "sample": SAMPLE,
        "received": found.received if found.received >= SAMPLE and told else None,
        "answered": len(days) if len(days) >= SAMPLE and outcomes_told else None,
        "middle": median(days) if len(days) >= SAMPLE else None,
        "in_time": _share(sum(pace.in_time for pace in found.paces.values()), len(days)),
        "columns": columns_of(labels, found.months, span),
        "size": (WIDTH, HEIGHT),
        "tables": [
            ("topics", bars_of(groups, labels.group)),
            ("hamlets", bars_of(found.hamlets, partial(name, labels.hamlet))),
            ("outcomes", bars_of(found.outcomes, labels.outcome)),
        ],
        "paces": _paces(found.paces, partial(name, labels.authority)),
    }


def bars_of(counts: Mapping[str, int], label: Callable[[str], str]) -> list[Bar]:
    """Covered counts as bars, the longest first, covered ones last."""
    shown = covered(counts).cells
    longest = max((count for count in shown.values() if count is not None), default=1)
    bars = [Bar(label(code), count, round(100 * (count or 0) / longest, 1)) for code, count in shown.items()]
    return sorted(bars, key=lambda bar: (bar.count is None, -(bar.count or 0), bar.label))


def columns_of(labels: Labels, months: Mapping[str, int], span: Span) -> list[Column]:
    """A column per month; a month without any is a column of no height."""
    shown = covered(months).cells
    highest = max((count for count in shown.values() if count is not None), default=1)
    step = WIDTH / max(1, len(span.months))
    columns = []
    for place, month in enumerate(span.months):
        year, number = int(month[:4]), int(month[5:])
        count = shown.get(month, 0)
        height = round(HEIGHT * (count or 0) / highest, 2)
        title = labels.say("month", month=number, year=year)
        x, width = round(place * step + step * 0.15, 2), round(step * 0.7, 2)
        columns.append(Column(title, str(number), count, x, round(HEIGHT - height, 2), width, height))
    return columns


def _paces(paces: Mapping[str, Pace], name: Callable[[str], str]) -> list[dict[str, object]]:
    """Only bodies with enough answers, the quickest first."""
    enough = [(code, pace) for code, pace in paces.items() if len(pace.days) >= SAMPLE]
    longest = max((median(pace.days) for _, pace in enough), default=1) or 1
    rows: list[dict[str, object]] = [
        {
            "label": name(code),
            "count": len(pace.days),
            "middle": median(pace.days),
            "in_time": _share(pace.in_time, len(pace.days)),
            "width": round(100 * median(pace.days) / longest, 1),
        }
        for code, pace in enough
    ]
    return sorted(rows, key=lambda row: (float(str(row["middle"])), str(row["label"])))


def _share(part: int, whole: int) -> int | None:
    """Whole per cent, None where too few."""
    return round(100 * part / whole) if whole >= SAMPLE else None
