"""Tables of emergency access."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from storage.schema import sealed


class EmergencyAccess(SQLModel, table=True):
    """A case an officer opened without the right to it, for a reason and for an hour."""

    __tablename__ = "emergency_access"
    __table_args__ = (Index("ix_emergency_access_officer_id", "officer_id", "until"),)
    id: str = Field(primary_key=True, max_length=32)
    officer_id: str = Field(max_length=32)
    case_id: str = Field(index=True, max_length=32)
    opened_at: datetime
    until: datetime
    sealed_reason: bytes = sealed(optional=False)
