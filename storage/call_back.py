"""Messages about one case to one person, taken back while they wait unsent. See `cases.ports.Outbox.call_back`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update

from cases.messages import Outgoing
from storage.keys import KeyRing
from storage.outbox import CANCELLED, DIGEST, PLACE_BODY, REMINDER, WAITING, outbox
from storage.reminder_body import Line, pack_lines, unpack_lines

Rewrite = Callable[[Sequence[str]], Sequence[Outgoing]]
"""The lines that stay as a message, in the parts that its channel can show."""

Add = Callable[[Outgoing, str], object]
"""Queue one more part under this effect key."""

_OF_SEVERAL = (
    select(outbox.c.effect_key, outbox.c.state, outbox.c.purpose, outbox.c.sealed_body)
    .where(WAITING, outbox.c.purpose.in_((REMINDER, DIGEST)))
    .order_by(outbox.c.id)
    .with_for_update()
)


class Waiting:
    """What waits for one chat. A row that a sender has claimed is on its way and stays."""

    def __init__(self, connection: Connection, keys: KeyRing, now: datetime, chat_key: str) -> None:
        self._connection, self._keys, self._now, self._chat_key = connection, keys, now, chat_key

    def cases(self) -> frozenset[str]:
        """What the messages speak of, by case id."""
        mine = (WAITING, outbox.c.chat_key == self._chat_key)
        told = self._connection.execute(select(outbox.c.case_id).where(*mine, outbox.c.case_id != "")).scalars()
        found = set(told)
        for row in self._of_several():
            found |= {one.case_id for one in self._lines(row)}
        return frozenset(found)

    def call_back(self, case_id: str, rewrite: Rewrite, add: Add) -> int:
        """How many messages were taken back or written anew."""
        return self._cancel(outbox.c.case_id == case_id) + self._strike(case_id, rewrite, add)

    def _strike(self, case_id: str, rewrite: Rewrite, add: Add) -> int:
        struck = 0
        for row in self._of_several():
            lines = self._lines(row)
            kept = tuple(one for one in lines if one.case_id != case_id)
            if len(kept) == len(lines):
                continue
            struck += 1
            if row.purpose == DIGEST:
                self._cancel(outbox.c.effect_key == row.effect_key)
            else:
                self._cancel(outbox.c.effect_key.between(f"{row.effect_key}/", f"{row.effect_key}/~"))
                self._rewrite(row.effect_key, row.state, kept, rewrite([one.text for one in kept]), add)
        return struck

    def _of_several(self) -> Sequence[Any]:
        return self._connection.execute(_OF_SEVERAL.where(outbox.c.chat_key == self._chat_key)).all()

    def _lines(self, row: Any) -> tuple[Line, ...]:
        return unpack_lines(self._keys.open_bytes(PLACE_BODY, row.effect_key, row.sealed_body))

    def _rewrite(self, first: str, state: str, lines: Sequence[Line], parts: Sequence[Outgoing], add: Add) -> None:
        """In the places of the parts there were, so that it keeps its turn."""
        cases = {one.case_id for one in lines}
        for number, part in enumerate(parts):
            key = f"{first}/{number}" if number else first
            body = pack_lines(part, () if number else lines)
            only = lines[0].case_id if len(cases) == 1 else ""
            values: dict[str, object] = {"state": state, "case_id": only, "done_at": None}
            values["sealed_body"] = self._keys.seal_bytes(PLACE_BODY, key, body)
            mine = (outbox.c.chat_key == self._chat_key, outbox.c.effect_key == key)
            if not self._connection.execute(update(outbox).where(*mine).values(values)).rowcount:
                add(part, key)

    def _cancel(self, which: ColumnElement[bool]) -> int:
        statement = update(outbox).where(WAITING, outbox.c.chat_key == self._chat_key, which)
        return self._connection.execute(statement.values(state=CANCELLED, sealed_body=None, done_at=self._now)).rowcount
