"""Tables of keys per case: apart from the cases, so that a backup can carry them in a file that is replaced, not kept.

Without its row here nothing sealed under a case's key can be read again, wherever a copy of it still lies.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from storage.schema import sealed


class CaseKeyRow(SQLModel, table=True):
    """The random key of one case, wrapped under the master key."""

    __tablename__ = "case_key"
    __table_args__ = ({"sqlite_with_rowid": False},)  # looked up by its key only
    case_id: str = Field(primary_key=True, max_length=32)
    sealed_key: bytes = sealed(optional=False)
    made_at: datetime
