"""A document's file sent in chat: noted while the dialogue runs, kept with the case once the step is taken."""

from __future__ import annotations

from cases.messages import FileKind, FileRef
from cases.ports import CaseFile
from handlers.officer_gate import Desk
from handlers.turn import Answer

_NOT_DOCUMENTS = frozenset({FileKind.STICKER, FileKind.VOICE, FileKind.AUDIO, FileKind.VIDEO})


def keep_file(desk: Desk, answer: Answer) -> bool:
    """Note the last file sent that can be a document (a photo of it too); False when there was none."""
    fitting = [file for file in answer.files if file.kind not in _NOT_DOCUMENTS]
    if not fitting:
        return False
    file = fitting[-1]
    desk.turn.data["file"] = [file.kind.value, file.ref, file.name, file.size, file.mime]
    return True


def kept_file(desk: Desk) -> FileRef | None:
    """The noted file."""
    noted = desk.turn.data.get("file")
    return FileRef(FileKind(noted[0]), noted[1], noted[2], noted[3], noted[4]) if noted else None


def attach(desk: Desk, purpose: str, file_id: str = "") -> str:
    """Put the noted file to the case, to be fetched; returns its id.

    A document is always taken, however many photos a resident sent: the limit of files is for evidence.
    """
    source = kept_file(desk)
    if source is None:
        raise LookupError("no file was noted")
    unit = desk.turn.unit
    file = CaseFile(
        id=file_id or unit.new_id(),
        case_id=desk.case.id,
        chat_key="",
        purpose=purpose,
        source=source,
        channel=desk.turn.chat.address.channel,
        added_at=desk.turn.now,
    )
    unit.files.add(file)
    return file.id
