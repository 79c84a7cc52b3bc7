"""Tables of sealed reports: where they are switched on, public keys of receiving bodies, and boxes only they open.

Nothing here can be read by the server: a box is encrypted under a random key, and that key lies in envelopes
encrypted to public keys whose private halves are not on this machine in the clear.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field, SQLModel

from storage.schema import sealed


class SealedClass(SQLModel, table=True):
    """Communes that seal reports about persons."""

    __tablename__ = "sealed_class"
    locality: str = Field(primary_key=True, max_length=60)
    set_by: str = Field(max_length=60)
    since: datetime


class SealedKey(SQLModel, table=True):
    """Public keys of receiving bodies, in force once a second person agreed; older ones stay for what they open."""

    __tablename__ = "sealed_key"
    __table_args__ = (Index("ix_sealed_key_body", "locality", "body"),)
    id: str = Field(primary_key=True, max_length=32)
    locality: str = Field(max_length=60)
    body: str = Field(max_length=40)
    public: bytes = Field(sa_type=LargeBinary)
    proposed_by: str = Field(max_length=60)
    proposed_at: datetime
    decided_by: str = Field(default="", max_length=60)
    decided_at: datetime | None = None
    agreed: bool = False


class SealedHolder(SQLModel, table=True):
    """An officer's own copy of a body's private key, wrapped under her passphrase; useless without it."""

    __tablename__ = "sealed_holder"
    key_id: str = Field(primary_key=True, max_length=32)
    officer_id: str = Field(primary_key=True, max_length=60)
    wrapped: bytes = Field(sa_type=LargeBinary)
    made_at: datetime


class SealedBox(SQLModel, table=True):
    """What was sealed: the report, an addition, who sent it; of a file the content lies in the vault."""

    __tablename__ = "sealed_box"
    id: str = Field(primary_key=True, max_length=32)
    case_id: str = Field(max_length=32, index=True)
    what: str = Field(max_length=20)
    file_id: str = Field(default="", max_length=32, index=True)
    at: datetime
    sealed_content: bytes | None = sealed()


class SealedEnvelope(SQLModel, table=True):
    """The key of one box, encrypted to one public key."""

    __tablename__ = "sealed_envelope"
    box_id: str = Field(primary_key=True, max_length=32)
    key_id: str = Field(primary_key=True, max_length=32)
    case_id: str = Field(max_length=32, index=True)
    body: str = Field(max_length=40)
    envelope: bytes = Field(sa_type=LargeBinary)
