"""Items of the publicity registers past their day: whoever owes them is told, once a week, all together (SV-2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime

from cases.bodies import Directory
from cases.calendar import ZONE, local_date
from cases.disclosure import Item, may_keep
from cases.model import Officer, OfficerRole
from cases.notices import tell_officer
from cases.rules import Rules, show_date
from scheduler.report_drafts import AWAKE
from storage.board_disclosure import DisclosureStore
from storage.work import Office, StoredWork


class PublicityReminders:
    """Reminds the owners of overdue items; a tick may come as often as one likes."""

    def __init__(self, office: Office, rules: Callable[[], Rules]) -> None:
        self._office = office
        self._rules = rules

    async def tick(self, now: datetime) -> int:
        """One round, in daytime only (domain 5.3); how many messages were queued."""
        if not AWAKE[0] <= now.astimezone(ZONE).time() < AWAKE[1]:
            return 0
        rules, today = self._rules(), local_date(now)
        return await self._office.write(lambda unit: _round(unit, rules, today))


def _round(unit: StoredWork, rules: Rules, today: date) -> int:
    told = 0
    for place in rules.book.localities:
        by_owner: dict[str, list[Item]] = defaultdict(list)
        for item in DisclosureStore(unit).overdue(place, today):
            by_owner[item.owner].append(item)
        for owner, items in by_owner.items():
            told += _remind(unit, rules, place, owner, items, today)
    return told


def _remind(unit: StoredWork, rules: Rules, place: str, owner: str, items: Sequence[Item], today: date) -> int:
    year, week, _ = today.isocalendar()
    mark = f"publicity:{place}:{owner}:{year}-{week}"
    if not unit.ledger.once(mark, unit.now):
        return 0
    directory = rules.directory(place, unit.now)
    said = {"count": len(items), "oldest": show_date(items[0].due_on), "body": directory.name(owner)}
    return sum(
        tell_officer(unit, rules, one, "officer_publicity_overdue", mark, "", **said)
        for one in _keepers(unit.people.officers(place), owner, directory)
    )


def _keepers(officers: Sequence[Officer], owner: str, directory: Directory) -> list[Officer]:
    """The owner's own officers who keep the register, else whoever keeps it for all."""
    able = [
        one for one in officers if one.active and OfficerRole.ADMIN not in one.roles and may_keep(one, owner, directory)
    ]
    return [one for one in able if one.body in directory.same_as(owner)] or able
