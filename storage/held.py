"""Messages that waited when a backup was made: held since the restore, because they may have been sent before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from storage.outbox import CANCELLED, QUEUED, outbox
from storage.restore import RESTORED
from storage.work import StoredWork

_HELD = (outbox.c.state == RESTORED, outbox.c.done_at.is_(None))


@dataclass(frozen=True, slots=True)
class HeldMessage:
    """One held message; its text stays sealed."""

    purpose: str
    channel: str
    case_id: str
    created_at: datetime


def held_messages(unit: StoredWork) -> Sequence[HeldMessage]:
    """All of them, the oldest first."""
    columns = (outbox.c.purpose, outbox.c.channel, outbox.c.case_id, outbox.c.created_at)
    return [HeldMessage(*row) for row in unit.connection.execute(select(*columns).where(*_HELD).order_by(outbox.c.id))]


def release_held(unit: StoredWork) -> int:
    """Let them be sent after all, in their order."""
    queue = {"state": QUEUED, "not_before": unit.now, "detail": ""}
    return unit.connection.execute(update(outbox).where(*_HELD).values(queue)).rowcount


def drop_held(unit: StoredWork) -> int:
    """Never send them; their text is erased."""
    end = {"state": CANCELLED, "sealed_body": None, "done_at": unit.now}
    return unit.connection.execute(update(outbox).where(*_HELD).values(end)).rowcount
