"""What a person must mend: alarms of channels and messages that could not be delivered, told to administrators."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog

from cases.messages import Outgoing, SendResult
from cases.model import CaseEvent, OfficerRole
from cases.rules import Rules
from storage.outbox_queue import Parcel
from storage.work import Office, StoredWork

log = structlog.get_logger(__name__)
AGAIN_AFTER = timedelta(hours=6)  # the same alarm is told once in this time


class Alarms:
    """Writes alarms to the log and to the chats of administrators."""

    def __init__(self, office: Office, rules: Callable[[], Rules]) -> None:
        self._office = office
        self._rules = rules

    async def raise_(self, sentence: str) -> None:
        """Tell every administrator with a linked chat, at most once in six hours for the same sentence."""
        log.error("alarm", detail=sentence)
        await self._office.write(lambda unit: self._tell(unit, sentence))

    def _tell(self, unit: StoredWork, sentence: str) -> None:
        slot = int(unit.now.timestamp() // AGAIN_AFTER.total_seconds())
        key = f"alarm:{unit.keys.lookup('alarm', sentence)}:{slot}"
        if not unit.ledger.once(key, unit.now):
            return
        for place in self._rules().book.communes:
            for officer in unit.people.officers(place.code):
                chat = unit.chats.get(officer.chat) if officer.chat and OfficerRole.ADMIN in officer.roles else None
                if chat is not None:
                    unit.outbox.say(chat, Outgoing(f"⚠ {sentence}"), f"{key}:{officer.id}", purpose="alarm")

    def note_undeliverable(self, unit: StoredWork, parcel: Parcel, result: SendResult) -> None:
        """A message about a case did not arrive: its history says so, with the reason and never the text."""
        log.warning("not delivered", channel=parcel.to.channel, fate=result.fate.value, detail=result.detail)
        if parcel.case_id:
            data: dict[str, object] = {"fate": result.fate.value, "why": result.detail, "purpose": parcel.purpose}
            unit.cases.log(CaseEvent(parcel.case_id, unit.now, "not_delivered", "system", data))
