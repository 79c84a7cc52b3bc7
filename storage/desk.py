"""The desk's papers beside a case over one open transaction: notes, dialogues, requests for information."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, delete, insert, select, update

from cases.dialogues import Meeting
from cases.notes import Note
from cases.requests import InfoRequest
from storage.case_keys import wrapped_key
from storage.schema import metadata
from storage.tables_desk import CaseNoteRow, InfoRequestRow, MeetingRow
from storage.work import StoredWork

case_note = metadata.tables[str(CaseNoteRow.__tablename__)]
meeting = metadata.tables[str(MeetingRow.__tablename__)]
info_request = metadata.tables[str(InfoRequestRow.__tablename__)]
PLACE_NOTE = "case_note.sealed_text"
PLACE_MEETING = "meeting.sealed_words"
PLACE_REQUEST = "info_request.sealed_words"


class Notes:
    """See `cases.notes.NoteShelf`."""

    def __init__(self, unit: StoredWork) -> None:
        self._run, self._keys = unit.connection.execute, unit.case_keys

    def add(self, note: Note) -> None:
        sealed = self._keys.of(note.case_id).seal(PLACE_NOTE, note.id, note.text)
        values = {"id": note.id, "case_id": note.case_id, "officer": note.officer, "at": note.at, "sealed_text": sealed}
        self._run(insert(case_note), values)

    def drop(self, note_id: str) -> None:
        self._run(delete(case_note).where(case_note.c.id == note_id))

    def of_case(self, case_id: str) -> Sequence[Note]:
        """Oldest first."""
        rows = self._run(
            select(case_note).where(case_note.c.case_id == case_id).order_by(case_note.c.at, case_note.c.id)
        )
        opened = self._keys.of(case_id).open
        return [
            Note(row.id, row.case_id, row.officer, row.at, opened(PLACE_NOTE, row.id, row.sealed_text)) for row in rows
        ]


class Meetings:
    """See `cases.dialogues.MeetingShelf`."""

    def __init__(self, unit: StoredWork) -> None:
        self._run, self._keys = unit.connection.execute, unit.case_keys

    def add(self, entry: Meeting) -> None:
        values = {"id": entry.id, "case_id": entry.case_id, "asked_by": entry.asked_by, "asked_on": entry.asked_on}
        self._run(insert(meeting), {**values, **self._told(entry)})

    def save(self, entry: Meeting) -> None:
        self._run(update(meeting).where(meeting.c.id == entry.id).values(self._told(entry)))

    def of_case(self, case_id: str) -> Sequence[Meeting]:
        """In the order they were asked for."""
        rows = self._run(select(meeting).where(meeting.c.case_id == case_id).order_by(meeting.c.asked_on, meeting.c.id))
        found, opened = [], self._keys.of(case_id).open_json
        for row in rows:
            topic, planned, present, minutes = opened(PLACE_MEETING, row.id, row.sealed_words)
            found.append(
                Meeting(row.id, row.case_id, row.asked_by, row.asked_on, topic, planned, row.held_on, present, minutes)
            )
        return found

    def _told(self, entry: Meeting) -> dict[str, object]:
        words = [entry.topic, entry.planned, entry.present, entry.minutes]
        sealed = self._keys.of(entry.case_id).seal_json(PLACE_MEETING, entry.id, words)
        return {"held_on": entry.held_on, "sealed_words": sealed}


class Requests:
    """See `cases.requests.RequestShelf`."""

    def __init__(self, unit: StoredWork) -> None:
        self._run, self._keys = unit.connection.execute, unit.case_keys

    def add(self, entry: InfoRequest) -> None:
        self._run(
            insert(info_request),
            {
                "id": entry.id,
                "case_id": entry.case_id,
                "locality": entry.locality,
                "body": entry.body,
                "asked_on": entry.asked_on,
                "due_on": entry.due_on,
                "asked_by": entry.asked_by,
                **self._told(entry),
            },
        )

    def save(self, entry: InfoRequest) -> None:
        self._run(update(info_request).where(info_request.c.id == entry.id).values(self._told(entry)))

    def of_case(self, case_id: str) -> Sequence[InfoRequest]:
        """In the order they were asked."""
        return self._found(info_request.c.case_id == case_id)

    def late(self, locality: str, today: date) -> Sequence[InfoRequest]:
        """Requests of a locality past their last day with nothing received: the list of what to urge (SV-4)."""
        return self._found(
            (info_request.c.locality == locality)
            & info_request.c.received_on.is_(None)
            & (info_request.c.due_on < today)
        )

    def _found(self, condition: ColumnElement[bool]) -> Sequence[InfoRequest]:
        asked = select(info_request, wrapped_key(info_request.c.case_id)).where(condition)
        rows = self._run(asked.order_by(info_request.c.asked_on, info_request.c.id))
        found = []
        for row in rows:
            sealer = self._keys.know(row.case_id, row.case_key)
            what, note = sealer.open_json(PLACE_REQUEST, row.id, row.sealed_words)
            known = (row.id, row.case_id, row.locality, row.body, what, row.asked_on, row.due_on, row.asked_by)
            found.append(InfoRequest(*known, received_on=row.received_on, note=note))
        return found

    def _told(self, entry: InfoRequest) -> dict[str, object]:
        sealed = self._keys.of(entry.case_id).seal_json(PLACE_REQUEST, entry.id, [entry.what, entry.note])
        return {"received_on": entry.received_on, "sealed_words": sealed}
