"""The registers of publicity as they are stored: items with their proofs, titles and addresses sealed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, insert, select, update

from cases.disclosure import Content, Item, Proof, PublicityForm
from cases.model import Kind, Outcome
from cases.publication import Stage
from storage.board import publication
from storage.schema import metadata
from storage.tables_board import DisclosureItemRow, DisclosureProofRow
from storage.work import StoredWork

item_table = metadata.tables[str(DisclosureItemRow.__tablename__)]
proof_table = metadata.tables[str(DisclosureProofRow.__tablename__)]
PLACE_ITEM = "disclosure_item.sealed_text"
PLACE_PROOF = "disclosure_proof.sealed_proof"
MOST = 500


class DisclosureStore:
    """Items of the nine contents."""

    def __init__(self, unit: StoredWork) -> None:
        self._unit = unit
        self._connection = unit.connection

    def add(self, item: Item) -> None:
        """Store a new item."""
        self._connection.execute(
            insert(item_table),
            {
                "id": item.id,
                "locality": item.locality,
                "content": item.content.value,
                "owner": item.owner,
                "due_on": item.due_on,
                "done": False,
                "dropped": False,
                "sealed_text": self._unit.keys.seal(PLACE_ITEM, item.id, item.title),
                "made_by": item.made_by,
                "made_at": item.made_at,
            },
        )

    def prove(self, item: Item, proof: Proof) -> None:
        """Store a posting; the item is done with its first one."""
        proof_id = self._unit.new_id()
        told = {"address": proof.address, "recipient": proof.recipient, "number": proof.number}
        self._connection.execute(
            insert(proof_table),
            {
                "id": proof_id,
                "item_id": item.id,
                "form": proof.form.value,
                "posted_on": proof.posted_on,
                "sealed_proof": self._unit.keys.seal_json(PLACE_PROOF, proof_id, told),
                "file_id": proof.file_id,
                "made_by": proof.made_by,
                "made_at": self._unit.now,
            },
        )
        self._connection.execute(update(item_table).where(item_table.c.id == item.id).values(done=True))

    def drop(self, item: Item) -> None:
        """Take an item out of the register; it stays in the database for the record."""
        self._connection.execute(update(item_table).where(item_table.c.id == item.id).values(dropped=True))

    def get(self, item_id: str) -> Item | None:
        """By id."""
        row = self._connection.execute(select(item_table).where(item_table.c.id == item_id)).first()
        return self._items([row])[0] if row is not None else None

    def items(self, locality: str, content: Content | None = None) -> Sequence[Item]:
        """The register: what is not done first, by its day; then what is done, the latest first."""
        statement = select(item_table).where(item_table.c.locality == locality, item_table.c.dropped.is_(False))
        if content is not None:
            statement = statement.where(item_table.c.content == content.value)
        found = self._items(self._connection.execute(statement.order_by(item_table.c.due_on.desc()).limit(MOST)).all())
        return [
            *sorted((one for one in found if not one.done), key=lambda one: one.due_on),
            *(o for o in found if o.done),
        ]

    def overdue(self, locality: str, today: date) -> Sequence[Item]:
        """Items past their day without a proof, the oldest first; `owner` is who must be reminded."""
        statement = (
            select(item_table)
            .where(
                item_table.c.locality == locality,
                item_table.c.done.is_(False),
                item_table.c.due_on < today,
                item_table.c.dropped.is_(False),
            )
            .order_by(item_table.c.due_on)
        )
        return self._items(self._connection.execute(statement.limit(MOST)).all())

    def generated(self, locality: str) -> dict[Content, int]:
        """How many published results stand behind D2, and behind D5 opinions of residents that were taken up."""
        live = (publication.c.state == Stage.PUBLISHED.value, publication.c.locality == locality)
        taken = (
            publication.c.kind == Kind.PETITION.value,
            publication.c.outcome.in_((Outcome.UPHELD.value, Outcome.PARTLY_UPHELD.value)),
        )

        def count(*where: Any) -> int:
            return int(self._connection.execute(select(func.count()).where(*where)).scalar_one())

        return {Content.SETTLED: count(*live), Content.TAKEN_UP: count(*live, *taken)}

    def _items(self, rows: Iterable[Any]) -> list[Item]:
        rows = list(rows)
        proofs = self._proofs([row.id for row in rows])
        return [
            Item(
                id=row.id,
                locality=row.locality,
                content=Content(row.content),
                owner=row.owner,
                due_on=row.due_on,
                title=self._unit.keys.open(PLACE_ITEM, row.id, row.sealed_text),
                made_by=row.made_by,
                made_at=row.made_at,
                proofs=tuple(proofs[row.id]),
                dropped=row.dropped,
            )
            for row in rows
        ]

    def _proofs(self, ids: Sequence[str]) -> dict[str, list[Proof]]:
        found: dict[str, list[Proof]] = defaultdict(list)
        if not ids:
            return found
        rows = self._connection.execute(
            select(proof_table)
            .where(proof_table.c.item_id.in_(ids))
            .order_by(proof_table.c.posted_on, proof_table.c.id)
        )
        for row in rows:
            told = self._unit.keys.open_json(PLACE_PROOF, row.id, row.sealed_proof)
            form = PublicityForm(row.form)
            found[row.item_id].append(Proof(form, row.posted_on, **told, file_id=row.file_id, made_by=row.made_by))
        return found
