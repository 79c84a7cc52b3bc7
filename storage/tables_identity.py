"""Tables of opened identities, of what residents wish beside their report, and of check-ins after closing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from storage.schema import sealed

_UNDECIDED: dict[str, Any] = {f"{dialect}_where": text("decided_at IS NULL") for dialect in ("sqlite", "postgresql")}


class IdentityRequest(SQLModel, table=True):
    """An officer asks who sent a case, a second one agrees or not, and then it may be opened once, for an hour.

    The reason and the second person's words are sealed under the case's key.
    """

    __tablename__ = "identity_request"
    __table_args__ = (Index("ix_identity_request_undecided", "asked_at", **_UNDECIDED),)
    id: str = Field(primary_key=True, max_length=32)
    case_id: str = Field(max_length=32, index=True)
    asked_by: str = Field(max_length=32)
    asked_at: datetime
    decided_by: str = Field(default="", max_length=32)
    decided_at: datetime | None = None
    agreed: bool = False
    opened_at: datetime | None = None
    sealed_words: bytes = sealed(optional=False)


class CaseWish(SQLModel, table=True):
    """What the resident asked for beside the report: nothing on the public board, to be asked how they fare."""

    __tablename__ = "case_wish"
    case_id: str = Field(primary_key=True, max_length=32)
    off_board: bool = False
    worried: bool = Field(default=False, index=True)


class CheckIn(SQLModel, table=True):
    """When a case's sender was asked after closing, and what they answered: no, yes, stop, or nothing yet."""

    __tablename__ = "check_in"
    case_id: str = Field(primary_key=True, max_length=32)
    first_at: datetime | None = None
    second_at: datetime | None = None
    answer: str = Field(default="", max_length=10)
    answered_at: datetime | None = None
    alarm_case: str = Field(default="", max_length=32)
