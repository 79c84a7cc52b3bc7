"""Which reminders a case has had: read from the ledger that keeps each from being sent twice."""

from __future__ import annotations

from sqlalchemy import select

from storage.work import StoredWork, ledger


def reminders_of(unit: StoredWork, case_id: str) -> list[dict[str, str]]:
    """`offset`, `recipient` and `sent_at` (RFC 3339 UTC) of every reminder of a case, oldest first."""
    start = f"remind:{case_id}:"
    rows = unit.connection.execute(
        select(ledger).where(ledger.c.key >= start, ledger.c.key < f"{start}~").order_by(ledger.c.at, ledger.c.key)
    )
    found = []
    for row in rows:
        _run, offset, recipient = row.key.removeprefix(start).split(":", 2)
        sent_at = row.at.isoformat().replace("+00:00", "Z")
        found.append({"offset": offset, "recipient": recipient, "sent_at": sent_at})
    return found
