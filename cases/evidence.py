"""Which files of a case its reader may open, and the log of it."""

from __future__ import annotations

from datetime import datetime

from cases.bodies import Directory
from cases.casework import Hidden
from cases.deskwork import at_desk
from cases.messages import FileKind
from cases.model import Case, CaseEvent, Officer, Secrecy
from cases.ports import CaseFile, UnitOfWork
from cases.visibility import Sight, sight

_HEARD = frozenset({FileKind.VOICE, FileKind.AUDIO, FileKind.VIDEO})
_FROM_OFFICES = frozenset({"reply", "extension"})


def files_for(unit: UnitOfWork, officer: Officer, case: Case, directory: Directory) -> list[CaseFile]:
    """The case's files this officer may open, in order of arrival; the answer's may lie with another of its matter.

    A voice gives its owner away: the authority gets what the sender recorded only where the sender may be known.
    """
    if sight(officer, case, directory) < Sight.CONTENT:
        return []
    found = list(unit.files.of_case(case.id))
    if case.reply is not None and all(file.id != case.reply.file_id for file in found):
        answer = unit.files.get(case.reply.file_id)
        found += [answer] if answer is not None else []
    if at_desk(officer, case, directory):
        return found
    return [file for file in found if _for_authority(file, case)]


def open_file(
    unit: UnitOfWork, officer: Officer, case: Case, directory: Directory, file_id: str, now: datetime
) -> CaseFile:
    """The file; its opening is logged once per officer, file and hour. Raises `Hidden`, also for another case's."""
    found = next((file for file in files_for(unit, officer, case, directory) if file.id == file_id), None)
    if found is None:
        raise Hidden(file_id)
    if unit.ledger.once(f"file:{found.id}:{officer.id}:{now:%Y%m%d%H}", now):
        unit.cases.log(CaseEvent(case.id, now, "file_opened", officer.id, {"file": found.id, "purpose": found.purpose}))
    return found


def only_clean(officer: Officer, case: Case, directory: Directory) -> bool:
    """Whether pictures are shown as the copy without place and camera only: to all but the desk."""
    return not at_desk(officer, case, directory)


def _for_authority(file: CaseFile, case: Case) -> bool:
    if file.purpose in _FROM_OFFICES:
        return True
    return file.purpose == "evidence" and (case.secrecy is Secrecy.OPEN or file.source.kind not in _HEARD)
