"""Internal notes of the desk on a case: never part of the history, never for the authority, never sent anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cases.casework import Hidden, Refused
from cases.deskwork import at_desk
from cases.model import Case, Officer
from cases.ports import UnitOfWork
from cases.rules import Rules
from cases.visibility import Sight, sight

LONGEST = 2000  # characters


@dataclass(frozen=True, slots=True)
class Note:
    """What one officer wrote for colleagues."""

    id: str
    case_id: str
    officer: str
    at: datetime
    text: str


class NoteShelf(Protocol):
    """Where notes are kept."""

    def add(self, note: Note) -> None: ...

    def drop(self, note_id: str) -> None: ...

    def of_case(self, case_id: str) -> Sequence[Note]: ...


def add_note(
    unit: UnitOfWork, shelf: NoteShelf, rules: Rules, officer: Officer, case: Case, text: str, now: datetime
) -> Note:
    """Write a note. Refused: `no_note`, `not_now` for whoever is not of the desk."""
    _check(rules, officer, case, now)
    if not text.strip():
        raise Refused("no_note")
    note = Note(unit.new_id(), case.id, officer.id, now, text.strip()[:LONGEST])
    shelf.add(note)
    return note


def drop_note(shelf: NoteShelf, rules: Rules, officer: Officer, case: Case, note_id: str, now: datetime) -> None:
    """Take one's own note away. Refused: `not_now` where there is no such note of hers."""
    _check(rules, officer, case, now)
    mine = [note for note in shelf.of_case(case.id) if note.id == note_id and note.officer == officer.id]
    if not mine:
        raise Refused("not_now")
    shelf.drop(note_id)


def _check(rules: Rules, officer: Officer, case: Case, now: datetime) -> None:
    directory = rules.directory_of(case, now)
    if sight(officer, case, directory) < Sight.CONTENT:
        raise Hidden(case.id)
    if not at_desk(officer, case, directory):
        raise Refused("not_now")
