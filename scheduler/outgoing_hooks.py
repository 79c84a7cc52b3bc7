"""Events handed to the outbox for other systems, and the end of a subscription that has failed for days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from cases.calendar import local_date
from cases.model import OfficerRole
from cases.notices import tell_officer
from cases.rules import Rules, show_date
from storage.api_hooks import Hook, disable_failing, serve
from storage.work import Office, StoredWork

SECONDS = 10.0


class OutgoingHooks:
    """`rules` is asked anew each time."""

    def __init__(self, office: Office, rules: Callable[[], Rules], fail_days: float) -> None:
        self._office, self._rules, self._days = office, rules, fail_days

    async def tick(self, now: datetime) -> int:
        """One look; returns how many calls were queued."""
        return await self._office.write(self._step)

    def _step(self, unit: StoredWork) -> int:
        for hook in disable_failing(unit, self._days):
            self._tell(unit, hook)
        return serve(unit)

    def _tell(self, unit: StoredWork, hook: Hook) -> None:
        since = show_date(local_date(hook.failing_since)) if hook.failing_since else ""
        for officer in unit.people.officers(hook.locality):
            if OfficerRole.ADMIN in officer.roles:
                effect = f"hook_disabled:{hook.id}"
                tell_officer(unit, self._rules(), officer, "hook_disabled", effect, "", name=hook.name, since=since)
