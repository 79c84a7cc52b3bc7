"""Tables of the audit chain."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from storage.schema import sealed


class AuditEntry(SQLModel, table=True):
    """Who did what, when, about which case. `head` is the chain's head after this entry, in hex.

    `detail_hash` stands in the chain for the detail, so that it can be sealed again under a new key.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_actor", "actor", "at"),
        Index("ix_audit_entry_case_id", "case_id", "position"),
        Index("ix_audit_entry_what", "what", "at"),
    )
    position: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    at: datetime
    what: str = Field(max_length=40)
    actor: str = Field(max_length=32)
    case_id: str = Field(default="", max_length=32)
    detail_hash: str = Field(default="", max_length=64)
    sealed_detail: bytes | None = sealed()
    head: str = Field(max_length=64)


class AuditHead(SQLModel, table=True):
    """The last position and head: the one row that writers take in turn."""

    __tablename__ = "audit_head"
    name: str = Field(primary_key=True, max_length=8)
    position: int = Field(sa_type=BigInteger)
    head: str = Field(max_length=64)


class AuditPublished(SQLModel, table=True):
    """Heads that were sent outside: one for each local day."""

    __tablename__ = "audit_published"
    day: date = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    head: str = Field(max_length=64)
    at: datetime
