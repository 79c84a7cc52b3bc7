"""Messages about one case to one person, taken back while they wait unsent. See `cases.ports.Outbox.call_back`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from cases.messages import Outgoing
from storage.keys import KeyRing
from storage.outbox import CANCELLED, CLAIMED, DIGEST, PLACE_BODY, REMINDER, WAITING, outbox
from storage.reminder_body import Line, pack_parts, unpack_lines, unpack_part

Rewrite = Callable[[Sequence[str]], Sequence[Outgoing]]
"""The lines that stay as a message, in the parts that its channel can show."""

Add = Callable[[Outgoing, str], object]
"""Queue one more part under this effect key."""

_OF_SEVERAL = (
    select(outbox.c.effect_key, outbox.c.state, outbox.c.purpose, outbox.c.sealed_body)
    .where(outbox.c.purpose.in_((REMINDER, DIGEST)))
    .order_by(outbox.c.id)
    .with_for_update()
)


class Waiting:
    """What is not settled for one chat.

    What a sender has claimed is on its way and may arrive as it is; it is changed all the same, so that it does not
    come back as it was. The sender's own outcome is then written to no row, or to the changed one.
    """

    def __init__(self, connection: Connection, keys: KeyRing, now: datetime, chat_key: str) -> None:
        self._connection, self._keys, self._now, self._chat_key = connection, keys, now, chat_key
        mine = outbox.c.chat_key == chat_key
        # What a sender holds is among it: it comes back when the messenger fails. A partial index for each half.
        self._live = or_(and_(mine, WAITING), and_(mine, outbox.c.lease_until.is_not(None)))

    def cases(self) -> frozenset[str]:
        """What the messages speak of, by case id."""
        told = self._connection.execute(select(outbox.c.case_id).where(self._live, outbox.c.case_id != "")).scalars()
        found = set(told)
        for row in self._of_several():
            body = self._body(row)
            found |= {one.case_id for one in (*unpack_lines(body), *unpack_part(body))}
        return frozenset(found)

    def call_back(self, case_id: str, rewrite: Rewrite, add: Add) -> int:
        """How many messages were taken back or written anew."""
        return self._cancel(outbox.c.case_id == case_id) + self._strike(case_id, rewrite, add)

    def _strike(self, case_id: str, rewrite: Rewrite, add: Add) -> int:
        """A message that waits whole is written anew whole; of one that is partly out, each part by itself."""
        struck, anew = 0, list[str]()
        for row in self._of_several():
            if any(row.effect_key.startswith(first) for first in anew):
                continue  # written anew with its first part
            body = self._body(row)
            whole = unpack_lines(body) if row.state != CLAIMED else ()
            lines = whole or unpack_part(body)
            kept = tuple(one for one in lines if one.case_id != case_id)
            if len(kept) == len(lines):
                continue
            struck += 1
            further = f"{row.effect_key}/"
            if whole:
                self._cancel(outbox.c.effect_key.between(further, f"{further}~"))
                anew.append(further)
            if row.purpose == DIGEST or not kept:
                self._cancel(outbox.c.effect_key == row.effect_key)
            else:
                self._rewrite(row, further if whole else f"{further}+", kept, rewrite([one.text for one in kept]), add)
        return struck

    def _of_several(self) -> Sequence[Any]:
        return self._connection.execute(_OF_SEVERAL.where(self._live)).all()

    def _body(self, row: Any) -> bytes:
        return self._keys.open_bytes(PLACE_BODY, row.effect_key, row.sealed_body)

    def _rewrite(self, row: Any, further: str, lines: Sequence[Line], parts: Sequence[Outgoing], add: Add) -> None:
        """In the places of the parts there were, so that it keeps its turn."""
        only = lines[0].case_id if len({one.case_id for one in lines}) == 1 else ""
        for number, (part, body) in enumerate(zip(parts, pack_parts(parts, lines), strict=True)):
            key = f"{further}{number}" if number else row.effect_key
            told = {"case_id": only, "sealed_body": self._keys.seal_bytes(PLACE_BODY, key, body)}
            written = update(outbox).where(outbox.c.chat_key == self._chat_key, outbox.c.effect_key == key).values(told)
            if not self._connection.execute(written.values(state=row.state, done_at=None)).rowcount:
                add(part, key)
                self._connection.execute(written)

    def _cancel(self, which: ColumnElement[bool]) -> int:
        statement = update(outbox).where(self._live, which)
        gone = {"state": CANCELLED, "sealed_body": None, "lease_until": None, "done_at": self._now}
        return self._connection.execute(statement.values(gone)).rowcount
