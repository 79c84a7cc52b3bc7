"""Counts that may be shown to everybody: small ones are covered, and none can be worked out from the total."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

FEWEST = 3
"""Counts under this are never shown on a public page (P2-11)."""

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Shown(Generic[K]):
    """Cells in the given order, None where covered; `total` None where even the sum would tell."""

    cells: Mapping[K, int | None]
    total: int | None


def covered(counts: Mapping[K, int], fewest: int = FEWEST) -> Shown[K]:
    """Cover counts from 1 to `fewest - 1`; empty cells fall away.

    A single covered cell could be worked out from the total, and so could covered cells that sum up to one each:
    the next smallest is then covered too (complementary suppression). Where nothing is left to cover with, the total
    is covered instead.
    """
    there = {key: count for key, count in counts.items() if count > 0}
    total = sum(there.values())
    hidden = [key for key, count in there.items() if count < fewest]
    rest = sorted((key for key in there if key not in hidden), key=lambda key: there[key])
    while hidden and rest and _told(hidden, there):
        hidden.append(rest.pop(0))
    known = bool(hidden) and _told(hidden, there)
    return Shown(
        {key: None if key in hidden else count for key, count in there.items()},
        None if known or 0 < total < fewest else total,
    )


def _told(hidden: list[K], counts: Mapping[K, int]) -> bool:
    """Whether the sum of the covered cells says what each of them is."""
    return len(hidden) == 1 or sum(counts[key] for key in hidden) == len(hidden)
