"""The tick: takes the cases whose moment has come, slice by slice, and lets nothing stop the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from cases.reminders import Moment
from scheduler.letters import ReminderRules, rules_in_force
from scheduler.round import Outcome, Round, Said
from storage.database import DatabaseFault
from storage.nudges import NudgeStore
from storage.work import Office, StoredWork

log = structlog.get_logger(__name__)
SLICE = 200  # cases in one transaction: on SQLite residents' updates wait for it
PUSH = timedelta(hours=1)
PREVIEW = 100_000

Automatic = Callable[[StoredWork, str, str, datetime], None]
"""Takes an automatic step: `(unit, case id, "close_needs_info" | "close_silent", now)`; raises to leave it undone."""


@dataclass(slots=True)
class TickReport:
    """What one tick did. `notices` went to people, `unreachable` ones had nobody to go to; `failed` are case ids."""

    at: datetime
    looked: int = 0
    messages: int = 0
    unreachable: int = 0
    letters: int = 0
    said: list[Said] = field(default_factory=list)
    actions: list[tuple[str, str]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def notices(self) -> int:
        """Notices that are on their way."""
        return len(self.said)

    def add(self, outcome: Outcome) -> None:
        """Count in what came of one slice."""
        self.looked += outcome.looked
        self.messages += outcome.messages
        self.unreachable += outcome.unreachable
        self.letters += outcome.letters
        self.said += outcome.said


class Reminders:
    """Reminders, escalations, urging letters and automatic steps.

    `rules` is a set of rules, or gives the one in force: each tick takes one and never mixes two.
    """

    def __init__(
        self,
        office: Office,
        rules: ReminderRules | Callable[[], ReminderRules],
        *,
        act: Automatic | None = None,
        most: int = SLICE,
    ) -> None:
        self._rules = rules_in_force(rules)
        self._office, self._act, self._most = office, act, most

    async def tick(self, now: datetime) -> TickReport:
        """Do all that is due at `now`.

        Raises DatabaseFault when nothing could be stored (the next tick tries again), and CalendarIncomplete when the
        calendar does not know today.
        """
        report, rules = TickReport(now), self._rules()
        moment = Moment(now, rules.calendar, rules.policy)
        waiting: list[tuple[str, str]] = []
        while True:
            outcomes = await self._slice(rules, moment, report)
            for outcome in outcomes:
                report.add(outcome)
                waiting += outcome.actions
            if sum(outcome.looked for outcome in outcomes) < self._most:
                break
        for case_id, what in waiting:
            await self._take(case_id, what, moment, report)
        return report

    async def preview(self, now: datetime) -> list[Said]:
        """What a tick at `now` would send; changes nothing."""
        rules = self._rules()

        def look(unit: StoredWork) -> list[Said]:
            round_ = Round(unit, rules, Moment(now, rules.calendar, rules.policy), self._office.capabilities)
            round_.decide(NudgeStore(unit).due(now, PREVIEW, lock=False))
            return round_.outcome.said

        return await self._office.read(look)

    async def _slice(
        self, rules: ReminderRules, moment: Moment, report: TickReport, only: Sequence[str] | None = None
    ) -> list[Outcome]:
        """One transaction; where it fails for a reason of its own, halves are tried until the bad case stands alone."""

        def work(unit: StoredWork) -> Outcome:
            round_ = Round(unit, rules, moment, self._office.capabilities)
            round_.decide(NudgeStore(unit).due(moment.now, self._most, only))
            return round_.write()

        try:
            return [await self._office.write(work)]
        except DatabaseFault:
            raise
        except Exception as error:  # noqa: BLE001 - one unreadable or undecidable case must not stop the others
            ids = only if only is not None else await self._due_ids(moment.now)
            if len(ids) > 1:
                half = len(ids) // 2
                return [
                    one for part in (ids[:half], ids[half:]) for one in await self._slice(rules, moment, report, part)
                ]
            await self._push(ids, moment.now, report, error)
            return [Outcome(looked=len(ids))]

    async def _due_ids(self, now: datetime) -> Sequence[str]:
        return await self._office.read(lambda unit: NudgeStore(unit).due_ids(now, self._most))

    async def _take(self, case_id: str, what: str, moment: Moment, report: TickReport) -> None:
        """One automatic step in its own transaction, if the case still asks for it."""
        act = self._act
        if act is None:
            return

        def work(unit: StoredWork) -> bool:
            store = NudgeStore(unit)
            found = store.cases_by_id([case_id])
            if not found or what not in moment.plan(found[0], store.since(found).get(case_id)).actions:
                return False
            act(unit, case_id, what, moment.now)
            return True

        try:
            if await self._office.write(work):
                report.actions.append((case_id, what))
        except DatabaseFault:
            raise
        except Exception as error:  # noqa: BLE001 - the next case's step is taken all the same
            await self._push([case_id], moment.now, report, error)

    async def _push(self, ids: Sequence[str], now: datetime, report: TickReport, error: Exception) -> None:
        """Look again in an hour. The log names the case by its random id and the kind of error, nothing else."""
        for case_id in ids:
            log.error("case put off for an hour", case=case_id, error=type(error).__name__)
        report.failed += ids
        await self._office.write(lambda unit: NudgeStore(unit).push(ids, now + PUSH))
