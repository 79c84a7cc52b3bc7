"""Unusual reading: who opens very many cases within an hour hears of it, and so does oversight; nobody is shut out.

Nothing is stored but one entry of the audit chain: no profile, no counter for each officer, no names of cases.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time

from cases.calendar import ZONE
from cases.notices import tell_officer
from cases.officers import number_of
from cases.oversight import overseers
from cases.rules import Rules
from storage.audit_reading import UNUSUAL, Alarm, alarms, lately, opened_more_than
from storage.work import Office, StoredWork

MANY = 20  # different cases within an hour (threat model: curious colleague)
AWAKE = (time(7), time(20))  # no notice at night (domain 5.3): what happens at night is told in the morning


class ReadingWatch:
    """Looks each minute; reading itself is not slowed by it."""

    def __init__(self, office: Office, rules: Callable[[], Rules]) -> None:
        self._office = office
        self._rules = rules

    async def tick(self, now: datetime) -> int:
        """One round; how many alarms were new."""
        found = await self._office.read(lambda unit: opened_more_than(unit, MANY, lately(now)))
        if found:
            await self._office.write(lambda unit: _note(unit, now))
        awake = AWAKE[0] <= now.astimezone(ZONE).time() < AWAKE[1]
        if awake and await self._office.read(lambda unit: bool(_untold(unit, now))):
            await self._office.write(lambda unit: _tell(unit, self._rules(), now))
        return len(found)


def _note(unit: StoredWork, now: datetime) -> None:
    for officer_id in opened_more_than(unit, MANY, lately(now)):
        unit.audit.enter(UNUSUAL, actor=officer_id)


def _untold(unit: StoredWork, now: datetime) -> list[Alarm]:
    found = alarms(unit, lately(now, hours=24))
    told = unit.ledger.seen(_key(one) for one in found)
    return [one for one in found if _key(one) not in told]


def _tell(unit: StoredWork, rules: Rules, now: datetime) -> None:
    for one in _untold(unit, now):
        officer = unit.people.officer(one.officer_id)
        if not unit.ledger.once(_key(one), now) or officer is None:
            continue
        tell_officer(unit, rules, officer, "officer_reading_own", _key(one), "", many=MANY)
        body = rules.directory(officer.locality, now).name(officer.body)
        for other in overseers(unit, rules, [officer.locality], now):
            if other.id != officer.id:
                told = {"number": number_of(officer), "body": body, "many": MANY}
                tell_officer(unit, rules, other, "officer_reading_other", _key(one), "", **told)


def _key(one: Alarm) -> str:
    return f"reading-told:{one.position}"
