"""The map of a commune drawn from its list of hamlets and from places that residents gave, coarsened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, hypot, sin, sqrt

from sqlalchemy import select

from cases.bodies import Hamlet
from cases.figures import Tally, tally
from cases.figures_tables import COVERED, SMALL, Number
from cases.model import Officer
from cases.periods import Period
from cases.rules import Rules
from cases.scope import Sight
from cases.suppression import FEWEST, covered
from storage.case_keys import wrapped_key
from storage.case_store import PLACE_CONTENT, case
from storage.figures import counted
from storage.work import StoredWork
from web.console.figures_page import count, scopes_of

CELL = 0.005
"""Degrees: places are drawn as squares of about 550 metres, so that no point names a house."""

MOST = 2_000  # cases whose sealed place is opened, the newest first
WIDE, HIGH, EDGE = 640, 420, 70
_LARGEST = 46.0
_NAME = 34.0  # between two circles, for the name under one of them


@dataclass(frozen=True, slots=True)
class Spot:
    """One hamlet on the drawing, with its figures as they may be shown."""

    code: str
    name: str
    x: float
    y: float
    radius: float
    new: Number
    open: Number
    overdue: Number


@dataclass(frozen=True, slots=True)
class Point:
    """One square of places given."""

    x: float
    y: float
    size: float
    count: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the page draws. `placed` is how many cases gave a place that is drawn."""

    spots: Sequence[Spot]
    points: Sequence[Point]
    placed: int
    now: Tally
    covered: bool


def draw(unit: StoredWork, rules: Rules, officer: Officer, span: Period) -> Drawing:
    """Count the period by hamlet and lay it out."""
    window, found = count(unit, rules, officer, span)
    now = tally(found.rows, (), window)
    squares = _squares(unit, rules, officer, span)
    hamlets = rules.directory(officer.locality, unit.now).locality.hamlets
    drawn = {at: len(codes) for at, codes in squares.items() if len(codes) >= FEWEST}
    frame = _Frame.of(drawn)
    spots = _spots(hamlets, now, _middles(squares, frame), hide=bool(now.hidden))
    points = [Point(*frame.place(at), frame.size, number) for at, number in sorted(drawn.items())] if frame else []
    return Drawing(spots, points, sum(drawn.values()), now, bool(now.hidden))


Square = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Frame:
    """How squares become places of the drawing, north up."""

    west: int
    north: int
    scale: float

    @classmethod
    def of(cls, squares: Iterable[Square]) -> _Frame | None:
        """None where nothing is drawn."""
        there = list(squares)
        if not there:
            return None
        easts, norths = [east for east, _ in there], [north for _, north in there]
        wide, high = max(easts) - min(easts) + 1, max(norths) - min(norths) + 1
        scale = min((WIDE - 2 * EDGE) / wide, (HIGH - 2 * EDGE) / high, 60.0)
        return cls(min(easts), max(norths), scale)

    @property
    def size(self) -> float:
        """Side of a square."""
        return round(self.scale * 0.9, 1)

    def place(self, at: tuple[float, float]) -> tuple[float, float]:
        """Upper left corner of a square."""
        return round(EDGE + (at[0] - self.west) * self.scale, 1), round(EDGE + (self.north - at[1]) * self.scale, 1)


def _squares(unit: StoredWork, rules: Rules, officer: Officer, span: Period) -> dict[Square, list[str]]:
    """Squares with the hamlets of the cases in them; only of cases whose content this officer reads."""
    scopes = {place: scope.at_least(Sight.CONTENT) for place, scope in scopes_of(rules, officer, unit.now).items()}
    rows = counted(unit, scopes, span, span.end).rows[-MOST:]
    hamlet_of = {row.id: row.hamlet for row in rows if row.locality == officer.locality}
    found: dict[Square, list[str]] = {}
    ids = sorted(hamlet_of)
    for first in range(0, len(ids), 500):
        statement = select(case.c.id, case.c.sealed_content, wrapped_key(case.c.id))
        for row in unit.connection.execute(statement.where(case.c.id.in_(ids[first : first + 500]))):
            content = unit.case_keys.know(row.id, row.case_key).open_json(PLACE_CONTENT, row.id, row.sealed_content)
            east, north = content.get("longitude"), content.get("latitude")
            if east is not None and north is not None:
                found.setdefault((int(east // CELL), int(north // CELL)), []).append(hamlet_of[row.id])
    return found


def _middles(squares: Mapping[Square, list[str]], frame: _Frame | None) -> dict[str, tuple[float, float]]:
    """Where a hamlet lies: the middle of its cases' squares, if there are enough of them."""
    if frame is None:
        return {}
    places: dict[str, list[Square]] = {}
    for at, codes in squares.items():
        for code, number in Counter(codes).items():
            places.setdefault(code, []).extend([at] * number)
    return {
        code: frame.place((sum(east for east, _ in ats) / len(ats), sum(north for _, north in ats) / len(ats)))
        for code, ats in places.items()
        if code and len(ats) >= FEWEST
    }


def _spots(
    hamlets: Sequence[Hamlet], now: Tally, middles: Mapping[str, tuple[float, float]], *, hide: bool
) -> list[Spot]:
    known = [(one.code, one.name) for one in hamlets]
    most = max((now[f"hamlet.{code}"] for code, _ in known), default=0)
    grid = _grid([code for code, _ in known if code not in middles], beside=bool(middles))
    columns = [_cells(now, [code for code, _ in known], tail, hide) for tail in ("", ".open", ".overdue")]
    sizes = {
        code: round(12 + (_LARGEST - 12) * sqrt(now[f"hamlet.{code}"] / most), 1) if most and not hide else 20.0
        for code, _ in known
    }
    places = _apart({code: middles.get(code) or grid[code] for code, _ in known}, sizes)
    return [
        Spot(code, name, *places[code], sizes[code], *(column.get(code, 0) for column in columns))
        for code, name in known
    ]


def _apart(places: Mapping[str, tuple[float, float]], sizes: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    """Circles pushed from each other until their names can be read, or as far as the drawing lets them."""
    found = {code: [x, y] for code, (x, y) in places.items()}
    codes = list(found)
    for turn in range(60):
        for number, one in enumerate(codes):
            for other in codes[number + 1 :]:
                _push(found[one], found[other], sizes[one] + sizes[other] + _NAME, turn + number)
        for spot in found.values():
            spot[0], spot[1] = min(max(spot[0], EDGE), WIDE - EDGE), min(max(spot[1], EDGE), HIGH - EDGE)
    return {code: (round(x, 1), round(y, 1)) for code, (x, y) in found.items()}


def _push(one: list[float], other: list[float], least: float, turn: int) -> None:
    wide, high = other[0] - one[0], other[1] - one[1]
    far = hypot(wide, high)
    if far >= least:
        return
    if far < 1:  # on the same spot: any direction will do, the same every time
        wide, high, far = cos(turn), sin(turn), 1.0
    step = (least - far) / 2 / far
    one[0], one[1] = one[0] - wide * step, one[1] - high * step
    other[0], other[1] = other[0] + wide * step, other[1] + high * step


def _grid(codes: Sequence[str], *, beside: bool) -> dict[str, tuple[float, float]]:
    """Places in rows for hamlets of which no place is known; along the foot where others are drawn by place."""
    wide = len(codes) if beside else max(1, round(sqrt(len(codes) * WIDE / HIGH)))
    rows = -(-len(codes) // max(wide, 1)) or 1
    found = {}
    for number, code in enumerate(codes):
        column, row = number % wide, number // wide
        x = EDGE + (WIDE - 2 * EDGE) * (column + 0.5) / wide
        y = HIGH - 45 if beside else EDGE + (HIGH - 2 * EDGE) * (row + 0.5) / rows
        found[code] = (round(x, 1), round(y, 1))
    return found


def _cells(now: Tally, codes: Sequence[str], tail: str, hide: bool) -> dict[str, Number]:
    counts = {code: now[f"hamlet.{code}{tail}"] for code in codes}
    if not hide:
        return dict(counts)
    return {
        code: number if number is not None else SMALL if counts[code] < FEWEST else COVERED
        for code, number in covered(counts).cells.items()
    }
