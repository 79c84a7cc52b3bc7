"""Tables of legal holds, erasures, and the last results of backups, restore drills and purges."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from storage.schema import sealed


class ErasedRow(SQLModel, table=True):
    """What was erased for good, as SHA-256 of its random id (which nobody can guess): a restore erases it again."""

    __tablename__ = "erased"
    hash: str = Field(primary_key=True, max_length=64)
    what: str = Field(max_length=12)  # case | identity | file
    at: datetime


class ErasedFileRow(SQLModel, table=True):
    """Files of the vault whose rows are gone and whose bytes must still go: a kill in between leaves nothing behind."""

    __tablename__ = "erased_file"
    file_id: str = Field(primary_key=True, max_length=32)
    at: datetime


class LegalHoldRow(SQLModel, table=True):
    """Cases that must be kept whatever their term says. A lifted hold still holds until `lifted_from`."""

    __tablename__ = "legal_hold"
    id: str = Field(primary_key=True, max_length=32)
    case_id: str = Field(max_length=32, index=True)
    set_by: str = Field(max_length=60)
    set_at: datetime
    until: date | None = None
    lifted_by: str = Field(default="", max_length=60)
    lifted_from: date | None = None
    sealed_reason: bytes = sealed(optional=False)


class ChoreRow(SQLModel, table=True):
    """The last try and the last success of a backup, a drill, a purge; `fault` is empty while all is well."""

    __tablename__ = "chore"
    name: str = Field(primary_key=True, max_length=12)
    tried_at: datetime
    good_at: datetime | None = None
    fault: str = Field(default="", max_length=300)
    detail: str = Field(default="", max_length=300)
