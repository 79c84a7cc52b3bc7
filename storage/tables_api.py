"""Tables of other systems' access: tokens, outgoing hooks, and the log of exports."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from storage.schema import sealed, serial


class ApiToken(SQLModel, table=True):
    """Tokens by which other systems read as one officer. `token` is a keyed hash; `begins` helps to tell them apart."""

    __tablename__ = "api_token"
    id: str = Field(primary_key=True, max_length=32)
    token: str = Field(unique=True, max_length=32)
    begins: str = Field(max_length=16)
    officer_id: str = Field(index=True, max_length=32)
    scopes: str = Field(max_length=200)
    sealed_name: bytes = sealed(optional=False)
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


class OutHook(SQLModel, table=True):
    """Addresses of other systems that hear of events; `events` are codes with blanks between."""

    __tablename__ = "out_hook"
    id: str = Field(primary_key=True, max_length=32)
    locality: str = Field(index=True, max_length=60)
    stage: str = Field(max_length=12)
    events: str = Field(max_length=300)
    sealed_target: bytes = sealed(optional=False)
    sealed_secret: bytes = sealed(optional=False)
    proposed_by: str = Field(max_length=32)
    proposed_at: datetime
    decided_by: str = Field(default="", max_length=32)
    decided_at: datetime | None = None
    ended_at: datetime | None = None
    delivered_at: datetime | None = None
    failing_since: datetime | None = None
    fault: str = Field(default="", max_length=120)


class OutHookMark(SQLModel, table=True):
    """Up to which event of the cases' history the hooks have been served."""

    __tablename__ = "out_hook_mark"
    name: str = Field(primary_key=True, max_length=20)
    event_id: int = Field(sa_type=BigInteger)


class ExportLog(SQLModel, table=True):
    """Who took which cases out of the house: when, in which form, how many; what was asked is sealed."""

    __tablename__ = "export_log"
    __table_args__ = (Index("ix_export_log_officer", "officer_id", "id"),)
    id: int | None = serial()
    officer_id: str = Field(max_length=32)
    locality: str = Field(max_length=60)
    at: datetime
    form: str = Field(max_length=8)
    with_identity: bool
    rows: int
    ended_at: datetime | None = None
    row_key: str = Field(max_length=32)
    sealed_request: bytes = sealed(optional=False)
