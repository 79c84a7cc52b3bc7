"""Who watches over the readers: the officers of the oversight bodies, and when they are told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from cases.model import BodyRole, Officer, OfficerRole
from cases.ports import UnitOfWork
from cases.rules import Rules


def overseers(unit: UnitOfWork, rules: Rules, localities: Iterable[str], now: datetime) -> list[Officer]:
    """Active officers of oversight of these localities."""
    found = []
    for place in sorted(localities):
        directory = rules.directory(place, now)
        found += [
            one
            for one in unit.people.officers(place)
            if OfficerRole.OVERSIGHT in one.roles and directory.has_role(one.body, BodyRole.OVERSIGHT)
        ]
    return found
