"""One case as a row for other systems: names and forms that the outside relies on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from cases.model import Case

FIELDS = (
    "code", "kind", "subject", "topic", "suggested_topic", "receiving_body", "competent_authority", "state",
    "submitted_at", "forwarded_at", "received_on", "due_on", "extended_due_on", "answered_on", "relayed_at",
    "closed_at", "channel", "hamlet", "work", "priority", "outcome", "verdict", "text", "reminders",
)  # fmt: skip


def exported(case: Case, reminders: Sequence[dict[str, str]], *, with_text: bool) -> dict[str, Any]:
    """Dates `YYYY-MM-DD` in Asia/Ho_Chi_Minh, instants RFC 3339 UTC; `text` only for who may read it."""
    from cases.calendar import local_date

    row: dict[str, Any] = {
        "code": case.code,
        "kind": case.kind.value,
        "subject": case.subject.value,
        "topic": case.topic,
        "suggested_topic": case.suggested_topic,
        "receiving_body": case.receiving_body,
        "competent_authority": case.competent_authority,
        "state": case.state.value,
        "submitted_at": _instant(case.submitted_at),
        "forwarded_at": _instant(case.forwarded_at),
        "received_on": _day(case.received_on),
        "due_on": _day(case.due_on),
        "extended_due_on": _day(case.extended_due_on),
        "answered_on": _day(local_date(case.answered_at)) if case.answered_at else None,
        "relayed_at": _instant(case.relayed_at),
        "closed_at": _instant(case.closed_at),
        "channel": case.channel,
        "hamlet": case.hamlet,
        "work": case.work,
        "priority": case.priority.value,
        "outcome": case.reply.outcome.value if case.reply else None,
        "verdict": case.verdict.value if case.verdict else None,
        "reminders": list(reminders),
    }
    if with_text:
        row["text"] = case.text
    return row


def _instant(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else None


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None
