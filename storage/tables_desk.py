"""Tables of the desk's work on a case beside its own row: notes, questions, dialogues, requests."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from storage.schema import sealed


class CaseNoteRow(SQLModel, table=True):
    """Internal notes of the desk."""

    __tablename__ = "case_note"
    id: str = Field(primary_key=True, max_length=32)
    case_id: str = Field(max_length=32, index=True)
    officer: str = Field(max_length=32)
    at: datetime
    sealed_text: bytes = sealed(optional=False)


class MeetingRow(SQLModel, table=True):
    """Dialogues asked for and held."""

    __tablename__ = "meeting"
    id: str = Field(primary_key=True, max_length=32)
    case_id: str = Field(max_length=32, index=True)
    asked_by: str = Field(max_length=20)
    asked_on: date
    held_on: date | None = None
    sealed_words: bytes = sealed(optional=False)


class InfoRequestRow(SQLModel, table=True):
    """Information asked of a supervised body."""

    __tablename__ = "info_request"
    __table_args__ = (Index("ix_info_request_due", "locality", "received_on", "due_on"),)
    id: str = Field(primary_key=True, max_length=32)
    case_id: str = Field(max_length=32, index=True)
    locality: str = Field(max_length=60)
    body: str = Field(max_length=40)
    asked_on: date
    due_on: date
    asked_by: str = Field(max_length=32)
    received_on: date | None = None
    sealed_words: bytes = sealed(optional=False)


class CannedReplyRow(SQLModel, table=True):
    """Sentences a desk uses often."""

    __tablename__ = "canned_reply"
    id: str = Field(primary_key=True, max_length=32)
    locality: str = Field(max_length=60, index=True)
    body: str = Field(default="", max_length=40)
    made_by: str = Field(default="", max_length=32)
    made_at: datetime
    sealed_words: bytes = sealed(optional=False)
