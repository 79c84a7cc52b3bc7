"""Tables of edited rules: proposals, approvals, versions."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from storage.schema import sealed, serial


class RuleEditRow(SQLModel, table=True):
    """One change of the rules, proposed, decided and kept for ever; words about persons stand sealed."""

    __tablename__ = "rule_edit"
    __table_args__ = (Index("ix_rule_edit_what_about", "what", "about"),)
    id: int | None = serial()
    locality: str = Field(default="", max_length=60)
    what: str = Field(max_length=20)
    about: str = Field(max_length=120)
    content: str = Field(sa_type=Text)
    reason: str = Field(default="", max_length=500)
    document: str = Field(default="", max_length=200)
    valid_from: date | None = None
    valid_until: date | None = None
    proposed_by: str = Field(max_length=60)
    proposed_at: datetime = Field(index=True)
    needs_approval: bool = False
    approved: bool | None = None
    decided_by: str = Field(default="", max_length=60)
    decided_at: datetime | None = None
    withdrawn_by: str = Field(default="", max_length=60)
    withdrawn_at: datetime | None = None
    row_key: str = Field(max_length=32)
    sealed_words: bytes | None = sealed()
    sealed_note: bytes | None = sealed()
