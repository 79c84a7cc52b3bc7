"""How often somebody may try at the door: allowances that refill with time, kept where every process sees them.

One instant per key says when its allowance is whole again (the "generic cell rate algorithm" of ATM Forum TM 4.0):
a try moves it on by one interval, and is refused while it lies more than `burst` intervals ahead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.hot import Hot
from storage.schema import metadata
from storage.tables_console import ConsoleLimit
from storage.work import StoredWork

limit = metadata.tables[str(ConsoleLimit.__tablename__)]
KEPT = timedelta(hours=1)  # a row is swept well after it means nothing, never while somebody counts on it
_NEW = Hot(
    {
        "sqlite": sqlite.insert(limit).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(limit).on_conflict_do_nothing(),
    },
    limit.columns.keys(),
)


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many tries at once, and one more every `every` seconds, for what `key` names."""

    key: str
    burst: int
    every: int

    @property
    def interval(self) -> timedelta:
        """What one try costs."""
        return timedelta(seconds=self.every)


def wait(unit: StoredWork, one: Allowance) -> float:
    """Seconds until a try is allowed; 0 when one is now."""
    full_at = _full_at(unit, one, lock=False)
    over = full_at - unit.now - one.interval * (one.burst - 1)
    return max(0.0, over.total_seconds())


def charge(unit: StoredWork, allowances: Sequence[Allowance]) -> None:
    """Count one try."""
    for one in sorted(allowances, key=lambda one: one.key):
        _NEW.change(unit.connection, {"key": _key(unit, one), "full_at": unit.now})
        _set(unit, one, _full_at(unit, one) + one.interval)
    unit.connection.execute(delete(limit).where(limit.c.full_at < unit.now - KEPT))


def give_back(unit: StoredWork, allowances: Sequence[Allowance]) -> None:
    """The try was right: it does not count."""
    for one in allowances:
        _set(unit, one, _full_at(unit, one) - one.interval)


def _full_at(unit: StoredWork, one: Allowance, *, lock: bool = True) -> datetime:
    query = select(limit.c.full_at).where(limit.c.key == _key(unit, one))
    known = unit.connection.execute(query.with_for_update() if lock else query).scalar()
    return max(known, unit.now) if known is not None else unit.now


def _set(unit: StoredWork, one: Allowance, full_at: datetime) -> None:
    unit.connection.execute(update(limit).where(limit.c.key == _key(unit, one)).values(full_at=full_at))


def _key(unit: StoredWork, one: Allowance) -> str:
    return unit.keys.lookup("console-limit", one.key)
