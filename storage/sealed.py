"""Sealed reports over one open transaction: what is put into boxes, who may open them, and what is erased for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from cases.messages import FileRef, Outgoing
from cases.model import Case
from cases.ports import CaseFile, Chat, FileState
from storage.files import case_file
from storage.keys import SealBroken
from storage.outbox import CANCELLED, PLACE_LINE, WAITING, outbox, pack, web_line
from storage.schema import metadata
from storage.sealed_box import Box, packed, seal
from storage.sealed_keys import envelopes_for, key_in_force, known
from storage.tables import FailedUpdate
from storage.tables_sealed import SealedBox, SealedEnvelope

if TYPE_CHECKING:
    from storage.work import StoredWork

box = metadata.tables[str(SealedBox.__tablename__)]
envelope = metadata.tables[str(SealedEnvelope.__tablename__)]
failed_update = metadata.tables[str(FailedUpdate.__tablename__)]
PLACE_BOX = "sealed_box.sealed_content"
PLACE_FAILED = "failed_update.sealed_update"
PART = "sealed"  # of a file in the vault
FILE, IDENTITY = "file", "identity"
MARK = "🔒"


@dataclass(frozen=True, slots=True)
class StoredBox:
    """A box as it lies here. `content` is empty for a file, whose box is in the vault."""

    id: str
    case_id: str
    what: str
    file_id: str
    at: datetime
    content: bytes
    envelopes: Mapping[str, bytes]


class SealedStore:
    """See `cases.ports.Sealed`."""

    def __init__(self, unit: StoredWork) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    def opener(self, localities: Sequence[str], body: str) -> str:
        return key_in_force(self._unit, localities, body)

    def keep(self, case: Case, what: str, told: Mapping[str, object], key: str = "") -> None:
        box_id = self._unit.new_id()
        inside = packed(head_of(case, box_id, what, self._unit.now) | {"told": told})
        self._store(case, box_id, what, "", seal(inside, self.publics(case, key)))

    def publics(self, case: Case, key: str = "") -> dict[str, bytes]:
        """The public keys what belongs to this case is sealed to now."""
        return envelopes_for(self._unit, case, key)

    def keep_file(self, case: Case, file_id: str, box_id: str, made: Box) -> None:
        """Note the box of a file that lies in the vault already."""
        self._run(delete(box).where(box.c.file_id == file_id))
        self._store(case, box_id, FILE, file_id, Box(b"", made.envelopes))

    def has_file(self, file_id: str) -> bool:
        """Whether the box of this file is noted."""
        return self._run(select(box.c.id).where(box.c.file_id == file_id)).first() is not None

    def _store(self, case: Case, box_id: str, what: str, file_id: str, made: Box) -> None:
        sealer = self._unit.case_keys.of(case.id)
        content = sealer.seal_bytes(PLACE_BOX, box_id, made.content) if made.content else None
        values = {"id": box_id, "case_id": case.id, "what": what, "file_id": file_id, "at": self._unit.now}
        self._run(insert(box), {**values, "sealed_content": content})
        for name, sealed_key in made.envelopes.items():
            key = known(self._unit, name)
            owner = {"box_id": box_id, "case_id": case.id, "body": key.body if key is not None else case.sealed_to}
            self._run(insert(envelope), {**owner, "key_id": name, "envelope": sealed_key})

    def drop(self, case_id: str, what: str) -> None:
        gone = select(box.c.id).where(box.c.case_id == case_id, box.c.what == what)
        self._run(delete(envelope).where(envelope.c.box_id.in_(gone)))
        self._run(delete(box).where(box.c.case_id == case_id, box.c.what == what))

    def has(self, case_id: str, what: str) -> bool:
        mine = select(box.c.id).where(box.c.case_id == case_id, box.c.what == what)
        return self._run(mine).first() is not None

    def forget(self, of: Chat) -> None:
        self.apart(of)
        self.forget_talk(of)

    def forget_talk(self, of: Chat) -> None:
        self._forget_lines(of.key)
        unsent = (outbox.c.chat_key == of.key, outbox.c.purpose == "reply", WAITING)
        self._run(update(outbox).where(*unsent).values(state=CANCELLED, sealed_body=None, done_at=self._unit.now))
        kept = select(failed_update).where(failed_update.c.channel == of.address.channel)
        for row in self._run(kept).all():
            try:
                address = self._unit.keys.open_json(PLACE_FAILED, row.id, row.sealed_update).get("address") or {}
            except SealBroken:
                continue
            if address.get("id") == of.address.id:
                self._run(delete(failed_update).where(failed_update.c.id == row.id))

    def apart(self, of: Chat) -> None:
        self._unit.chats.keep_apart(of)

    def _forget_lines(self, chat_key: str) -> None:
        """The newest line stays as a mark without words: numbers of lines must never be given a second time."""
        mine = web_line.c.chat_key == chat_key
        last = self._run(select(web_line).where(mine).order_by(web_line.c.id.desc()).limit(1)).first()
        if last is None:
            return
        self._run(delete(web_line).where(mine, web_line.c.id != last.id))
        body = self._unit.keys.seal_bytes(PLACE_LINE, last.effect_key, pack(Outgoing(MARK)))
        self._run(update(web_line).where(web_line.c.id == last.id).values(sealed_body=body, purpose="said"))

    def hold_files(self, case: Case) -> list[dict[str, object]]:
        held: list[dict[str, object]] = []
        for file in self._unit.files.of_case(case.id, "evidence"):
            if self.has_file(file.id) or not (file.source.name or file.state is FileState.STORED):
                continue
            held.append({"id": file.id, "name": file.source.name, "kind": file.source.kind.value})
            self._unit.files.save(bare(file))
            again = {"state": FileState.PENDING.value, "fault": "", "next_try_at": None, "sha256": "", "mime": ""}
            if file.state is not FileState.FAILED:
                self._run(update(case_file).where(case_file.c.id == file.id).values(again))
        return held

    # -- for whoever opens them -----------------------------------------------------------------------------------

    def boxes(self, case: Case, bodies: Collection[str] = (), *, but: Sequence[str] = ()) -> list[StoredBox]:
        """What these bodies (all, if none is named) can open of a case, oldest first, leaving out these kinds."""
        mine = select(envelope).where(envelope.c.case_id == case.id)
        mine = mine.where(envelope.c.body.in_(sorted(bodies))) if bodies else mine
        keys: dict[str, dict[str, bytes]] = {}
        for row in self._run(mine):
            keys.setdefault(row.box_id, {})[row.key_id] = row.envelope
        rows = self._run(select(box).where(box.c.case_id == case.id).order_by(box.c.at, box.c.file_id, box.c.id)).all()
        sealer = self._unit.case_keys.of(case.id)
        return [
            StoredBox(
                row.id,
                row.case_id,
                row.what,
                row.file_id,
                row.at,
                sealer.open_bytes(PLACE_BOX, row.id, row.sealed_content) if row.sealed_content is not None else b"",
                keys[row.id],
            )
            for row in rows
            if row.id in keys and row.what not in but
        ]

    def add_envelopes(self, case: Case, body: str, key: str, envelopes: Mapping[str, bytes]) -> int:
        """Let one more body open these boxes of the case; returns how many it can open now that it could not."""
        known = set(self._run(select(box.c.id).where(box.c.case_id == case.id)).scalars())
        there = select(envelope.c.box_id).where(envelope.c.case_id == case.id, envelope.c.key_id == key)
        fresh = (known & envelopes.keys()) - set(self._run(there).scalars())
        for one in sorted(fresh):
            values = {"box_id": one, "key_id": key, "case_id": case.id, "body": body, "envelope": envelopes[one]}
            self._run(insert(envelope), values)
        return len(fresh)


def head_of(case: Case, box_id: str, what: str, at: datetime) -> dict[str, object]:
    """What every box says of itself."""
    return {"v": 1, "case": case.code, "box": box_id, "what": what, "at": at.isoformat(timespec="seconds")}


def bare(file: CaseFile) -> CaseFile:
    """A file's entry without name and type: the handle to fetch it by stays until it is fetched."""
    source = file.source
    return replace(file, source=FileRef(source.kind, source.ref, "", source.size, ""), mime="", sha256="")


def emptied(file: CaseFile) -> CaseFile:
    """The entry of a file that lies sealed: nothing to fetch it by any more."""
    return replace(bare(file), source=FileRef(file.source.kind, "", "", 0, ""))
