"""Check-ins after closing: what is due is a query, asked in daytime, each case in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from cases import checkins
from cases.rules import Rules
from storage.database import DatabaseFault
from storage.work import Office

log = structlog.get_logger(__name__)
SECONDS = 300.0
MOST = 200


class CheckIns:
    """Asks the senders of closed cases how they fare."""

    def __init__(self, office: Office, rules: Callable[[], Rules]) -> None:
        self._office, self._rules = office, rules

    async def tick(self, now: datetime) -> int:
        """Ask all that are due; returns how many were asked. One bad case never stops the others."""
        rules = self._rules()
        if not checkins.is_daytime(rules, now):
            return 0
        asked = 0
        for case_id in await self._office.read(lambda unit: checkins.due(unit, now, MOST)):
            asked += await self._ask(rules, case_id, now)
        return asked

    async def _ask(self, rules: Rules, case_id: str, now: datetime) -> bool:
        try:
            return await self._office.write(lambda unit: checkins.ask(unit, rules, case_id, now))
        except DatabaseFault:
            raise
        except Exception as error:  # noqa: BLE001 - one case that cannot be read must not keep the others from being asked
            log.error("check-in put off", case=case_id, error=type(error).__name__)
            return False
