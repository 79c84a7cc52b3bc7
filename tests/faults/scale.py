"""How much a test does: the whole figure when soaking, at least a tenth of it in every run."""

from __future__ import annotations

import os
from typing import Any

import storage.sqlite

SOAK = bool(os.environ.get("HOIAM_SOAK"))
driver: Any = vars(storage.sqlite)["driver"]  # pysqlite3 or the one of Python


def times(always: int, soaking: int) -> int:
    """A count, by the kind of run."""
    return soaking if SOAK else always
