"""One figure as one line of JSON: what was measured, beside whom, the ratio, and whether the goal was met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

import orjson


@dataclass(frozen=True, slots=True)
class Figure:
    """`ratio` is ours divided by the peer's in the same run; `met` is None where there is no goal."""

    figure: str
    value: float
    unit: str
    goal: str = ""
    met: bool | None = None
    peer: str = ""
    ratio: float | None = None
    detail: Mapping[str, object] = field(default_factory=dict)

    def line(self) -> str:
        """The JSON line."""
        found = asdict(self) | {"value": rounded(self.value)}
        found["ratio"] = None if self.ratio is None else rounded(self.ratio)
        return orjson.dumps(found).decode()


def rounded(value: float) -> float:
    """Three significant figures are more than a shared machine gives."""
    return float(f"{value:.3g}")


def beside(
    figure: str,
    value: float,
    unit: str,
    peer: str,
    theirs: float,
    *,
    most: float = 0.0,
    least: float = 0.0,
    **detail: object,
) -> Figure:
    """A figure whose goal is a ratio: at most, or at least, so many times the peer's."""
    ratio = value / theirs
    goal = f"<= {most:g} x" if most else f">= {least:g} x"
    met = ratio <= most if most else ratio >= least
    return Figure(figure, value, unit, f"{goal} {peer}", met, peer, ratio, {peer: rounded(theirs), **detail})


def at_most(figure: str, value: float, unit: str, limit: float, **detail: object) -> Figure:
    """A figure whose goal is a limit."""
    return Figure(figure, value, unit, f"<= {limit:g} {unit}", value <= limit, detail=detail)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is done. Full takes about ten minutes, quick about two, tiny only shows that everything runs."""

    rounds: int = 5
    reports: int = 80
    steady_seconds: float = 60.0
    beside_seconds: float = 6.0
    drain: tuple[int, ...] = (1_000, 20_000, 100_000)
    drain_beside: int = 20_000
    trips: int = 12  # reports per resident with 50 ms round trips
    pace_seconds: float = 20.0
    group: bool = True
    open_cases: tuple[int, ...] = (10_000, 100_000, 1_000_000)


QUICK = Sizes(
    rounds=3, reports=40, steady_seconds=10, beside_seconds=5, drain=(1_000, 5_000), drain_beside=5_000, trips=4,
    pace_seconds=8, group=False, open_cases=(10_000, 100_000),
)  # fmt: skip
TINY = Sizes(
    rounds=1, reports=4, steady_seconds=1, beside_seconds=1, drain=(100, 200), drain_beside=200, trips=1,
    pace_seconds=2, group=False, open_cases=(200, 400),
)  # fmt: skip


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
