"""One case as a row for other systems: names and forms that the outside relies on, as far as the asker may see it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from cases.calendar import local_date
from cases.visibility import Sight

FIELDS = (
    "code", "kind", "subject", "topic", "suggested_topic", "receiving_body", "competent_authority", "state",
    "submitted_at", "forwarded_at", "received_on", "due_on", "extended_due_on", "answered_on", "relayed_at",
    "closed_at", "channel", "hamlet", "work", "priority", "outcome", "verdict", "text", "reminders",
)  # fmt: skip
_GIVEN = tuple(name for name in FIELDS if name not in ("answered_on", "text", "reminders"))
DAYS = frozenset({"received_on", "due_on", "extended_due_on", "answered_on"})
INSTANTS = frozenset({"submitted_at", "forwarded_at", "relayed_at", "closed_at"})
ON_NOTICE = DAYS | INSTANTS | {"code", "kind", "topic", "receiving_body", "competent_authority", "state", "reminders"}
"""What a notice tells (number, topic, state, bodies, dates); the rest of the row stays empty."""


_FORMULA = re.compile(r"[\s\u200b\ufeff]*[=+\-@\t\r\n＝＋－＠]")


class Form(StrEnum):
    """In which form cases leave the house."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    JSONL = "jsonl"


def exported(
    facts: Mapping[str, Any], reminders: Sequence[Mapping[str, str]], seen: Sight, text: str
) -> dict[str, Any]:
    """The row of FIELDS: days and instants as such, codes as texts; `text` stands only where content is seen.

    `facts` are the case's own values by name, with `outcome` and `answered_at`. For Sight.FIGURES everything but the
    text is told: that is what the operator of the machine gets, who is nobody's officer.
    """
    row: dict[str, Any] = {name: facts[name] or None for name in _GIVEN}
    row["answered_on"] = local_date(facts["answered_at"]) if facts["answered_at"] else None
    if seen is Sight.NOTICE:
        row = {name: value if name in ON_NOTICE else None for name, value in row.items()}
    row["text"] = text if seen >= Sight.CONTENT else None
    row["reminders"] = list(reminders)
    return row


def as_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """Dates `YYYY-MM-DD` in Asia/Ho_Chi_Minh, instants RFC 3339 UTC; `text` left out where it may not be read."""
    return {name: _plain(value) for name, value in row.items() if name != "text" or value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def safe_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula when it reads a CSV file, also after blanks and in full width."""
    return f"'{text}" if _FORMULA.match(text) else text
