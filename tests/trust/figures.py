"""How much each test of trust does: a tenth of the promised figure in every run, all of it with `HOIAM_SOAK` set."""

from __future__ import annotations

import os

SOAK = bool(os.environ.get("HOIAM_SOAK"))


def figure(whole: int, share: int = 10) -> int:
    """The promised figure, or its `share`-th part in an ordinary run."""
    return whole if SOAK else -(-whole // share)
