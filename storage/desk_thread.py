"""What became of each message about a case to its sender: the outbox's and the web page's rows, by effect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from cases.messages import Fate
from cases.model import Case
from storage.outbox import CANCELLED, HELD, outbox, web_line
from storage.work import StoredWork


class Delivery(StrEnum):
    """Where a message to the sender stands."""

    QUEUED = "queued"
    SENT = "sent"
    WAITING = "waiting"  # on the web page, to be seen when she opens it
    HELD = "held"  # until she writes: the channel's window is shut
    GONE = "gone"  # blocked or unfollowed
    REFUSED = "refused"
    UNKNOWN = "unknown"  # accepted or not, nobody can know
    CANCELLED = "cancelled"
    NOBODY = "nobody"  # there is no way to reach her


@dataclass(frozen=True, slots=True)
class Sent:
    """One message: `effect` names what it was about (`asked:3`)."""

    effect: str
    at: datetime
    delivery: Delivery


_OF_STATE = {
    HELD: Delivery.HELD,
    CANCELLED: Delivery.CANCELLED,
    Fate.SENT.value: Delivery.SENT,
    Fate.GONE.value: Delivery.GONE,
    Fate.REFUSED.value: Delivery.REFUSED,
    Fate.UNKNOWN.value: Delivery.UNKNOWN,
}


def reachable(unit: StoredWork, case: Case) -> bool:
    """Whether the sender's channel takes messages now."""
    reporter = unit.people.reporter(case.reporter) if case.reporter else None
    chat = unit.chats.get(reporter.chat_key) if reporter else None
    return chat is not None and chat.reachable


def sent_to_reporter(unit: StoredWork, case: Case) -> list[Sent]:
    """News of the case to its sender, oldest first; rows long delivered are forgotten with time."""
    reporter = unit.people.reporter(case.reporter) if case.reporter else None
    if reporter is None:
        return []
    begins = f"case:{case.id}:"
    pushed = (
        select(outbox.c.effect_key, outbox.c.created_at, outbox.c.state)
        .where(outbox.c.case_id == case.id, outbox.c.purpose == "notice", outbox.c.chat_key == reporter.chat_key)
        .order_by(outbox.c.id)
    )
    found = [
        Sent(row.effect_key.removeprefix(begins), row.created_at, _OF_STATE.get(row.state, Delivery.QUEUED))
        for row in unit.connection.execute(pushed)
    ]
    pulled = (
        select(web_line.c.effect_key, web_line.c.created_at, web_line.c.fetched_at)
        .where(web_line.c.chat_key == reporter.chat_key, web_line.c.case_id == case.id, web_line.c.mine.is_(False))
        .order_by(web_line.c.id)
    )
    found += [
        Sent(row.effect_key.removeprefix(begins), row.created_at, Delivery.SENT if row.fetched_at else Delivery.WAITING)
        for row in unit.connection.execute(pulled)
        if row.effect_key.startswith(begins)
    ]
    return sorted((one for one in found if "/" not in one.effect), key=lambda one: one.at)
