"""How much each test of trust does: a tenth of the promised figure in every run, all of it with `HOIAM_SOAK` set.

What would be too long for `make test` even at its tenth does less there, and its tenth with `HOIAM_TENTH` set
(`make tenth`, part of the whole check).
"""

from __future__ import annotations

import os
from typing import TypeVar

T = TypeVar("T")
SOAK = bool(os.environ.get("HOIAM_SOAK"))
TENTH = bool(os.environ.get("HOIAM_TENTH"))


def figure(whole: int, share: int = 10) -> int:
    """The promised figure, or its `share`-th part in an ordinary run."""
    return by_run(-(-whole // share), -(-whole // min(share, 10)), whole)


def by_run(always: T, tenth: T, whole: T) -> T:
    """One of three, by the kind of run."""
    return whole if SOAK else tenth if TENTH else always
