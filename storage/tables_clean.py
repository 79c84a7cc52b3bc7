"""Tables of clean copies of files."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from storage.schema import sealed


class CleanCopyRow(SQLModel, table=True):
    """Where the copy of one stored file stands; its parts lie in the vault beside the original."""

    __tablename__ = "clean_copy"
    __table_args__ = (Index("ix_clean_copy_state", "state", "next_try_at"),)
    file_id: str = Field(primary_key=True, max_length=32)
    state: str = Field(max_length=12)
    shape: str = Field(default="", max_length=12)
    parts: int = 0
    total: int = 0
    mime: str = Field(default="", max_length=40)
    fault: str = Field(default="", max_length=24)
    sealed_finding: bytes | None = sealed()
    attempts: int = 0
    asked_at: datetime
    next_try_at: datetime
    ended_at: datetime | None = None
