"""Which files of a case its reader may open, and the log of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cases.bodies import Directory
from cases.casework import Hidden, Refused
from cases.deskwork import at_desk
from cases.messages import FileKind
from cases.model import Case, CaseEvent, Officer, Secrecy
from cases.ports import CaseFile, FileState, UnitOfWork
from cases.visibility import Sight, sight

_HEARD = frozenset({FileKind.VOICE, FileKind.AUDIO, FileKind.VIDEO})
_FROM_OFFICES = frozenset({"reply", "extension"})
REASON_WORDS, REASON_LETTERS = 2, 300
_CALLED = {
    **{FileKind.PHOTO: "anh", FileKind.STICKER: "anh", FileKind.VIDEO: "video"},
    **{FileKind.VOICE: "ghi-am", FileKind.AUDIO: "ghi-am", FileKind.DOCUMENT: "tep"},
}
_ENDING = 4


def files_for(unit: UnitOfWork, officer: Officer, case: Case, directory: Directory) -> list[CaseFile]:
    """The case's files this officer may open, in order of arrival; the answer's may lie with another of its matter.

    A voice gives its owner away: the authority gets what the sender recorded only where the sender may be known.
    """
    if sight(officer, case, directory) < Sight.CONTENT:
        return []
    found = [file for file in unit.files.of_case(case.id) if not (case.sealed_to and file.purpose == "evidence")]
    found = [_unnamed(file, number) for number, file in enumerate(found, 1)]
    if case.reply is not None and all(file.id != case.reply.file_id for file in found):
        answer = unit.files.get(case.reply.file_id)
        found += [answer] if answer is not None else []
    if at_desk(officer, case, directory):
        return found
    return [file for file in found if _for_authority(file, case)]


def _unnamed(file: CaseFile, number: int) -> CaseFile:
    """What a resident sent, under a name of ours: theirs may hold their own name, and ties two of their cases."""
    if file.purpose != "evidence":
        return file
    _, dot, ending = file.source.name.rpartition(".")
    known = f".{ending.lower()}" if dot and ending.isascii() and ending.isalnum() and len(ending) <= _ENDING else ""
    return replace(file, source=replace(file.source, name=f"{_CALLED[file.source.kind]}-{number}{known}"))


def open_file(
    unit: UnitOfWork, officer: Officer, case: Case, directory: Directory, file_id: str, now: datetime
) -> CaseFile:
    """The file; its opening is logged once per officer, file and hour. Raises `Hidden`, also for another case's."""
    found = next((file for file in files_for(unit, officer, case, directory) if file.id == file_id), None)
    if found is None:
        raise Hidden(file_id)
    if unit.ledger.once(f"file:{found.id}:{officer.id}:{now:%Y%m%d%H}", now):
        unit.cases.log(CaseEvent(case.id, now, "file_opened", officer.id, {"file": found.id, "purpose": found.purpose}))
        unit.audit.enter("file_opened", actor=officer.id, case_id=case.id, detail={"file": found.id})
    return found


def may_open_original(officer: Officer, case: Case, directory: Directory, file: CaseFile) -> bool:
    """Whether the file as it came may be asked for: by the desk, and by the authority only what offices sent.

    What a resident sent tells more than it shows: the place, the camera, the hour.
    """
    if sight(officer, case, directory) < Sight.CONTENT:
        return False
    return at_desk(officer, case, directory) or file.purpose in _FROM_OFFICES


def open_original(
    unit: UnitOfWork, officer: Officer, case: Case, directory: Directory, file_id: str, reason: str, now: datetime
) -> CaseFile:
    """The file as it came, for a written reason that is on record before a byte of it is read.

    Raises `Hidden`, also for another case's, and `Refused` `no_reason`.
    """
    found = next((file for file in files_for(unit, officer, case, directory) if file.id == file_id), None)
    if found is None or found.state is not FileState.STORED or not may_open_original(officer, case, directory, found):
        raise Hidden(file_id)
    why = " ".join(reason.split())
    if len(why.split()) < REASON_WORDS:
        raise Refused("no_reason")
    why = why[:REASON_LETTERS]
    unit.cases.log(CaseEvent(case.id, now, "original_opened", officer.id, {"file": found.id, "reason": why}))
    unit.audit.enter("original_opened", actor=officer.id, case_id=case.id, detail={"file": found.id, "reason": why})
    return found


def _for_authority(file: CaseFile, case: Case) -> bool:
    if file.purpose in _FROM_OFFICES:
        return True
    return file.purpose == "evidence" and (case.secrecy is Secrecy.OPEN or file.source.kind not in _HEARD)
