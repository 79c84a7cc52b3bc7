"""Tables of what is made public: publications, registers of disclosure, keys and tokens of Open311.

What has been published stands in clear, for it is read and searched by everybody; a draft is sealed until then.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from storage.schema import sealed


class PublicationRow(SQLModel, table=True):
    """A result on its way to the board, on it, or taken off it again (then its words are erased)."""

    __tablename__ = "publication"
    __table_args__ = (
        Index("ix_publication_board", "state", "locality", "published_at"),
        Index("ix_publication_newest", "state", "published_at"),
        Index("ix_publication_topic", "state", "topic", "published_at"),
        Index("ix_publication_hamlet", "state", "hamlet", "published_at"),
        Index("ix_publication_authority", "state", "authority", "published_at"),
    )
    id: str = Field(primary_key=True, max_length=32)
    public_id: str = Field(unique=True, max_length=16)
    case_id: str = Field(max_length=32, index=True)
    matter: str = Field(default="", max_length=32)
    locality: str = Field(max_length=60)
    state: str = Field(max_length=12)
    version: int = 0
    kind: str = Field(max_length=20)
    topic: str = Field(max_length=60)
    hamlet: str = Field(default="", max_length=60)
    work: str = Field(default="", max_length=60)
    authority: str = Field(default="", max_length=40)
    outcome: str = Field(default="", max_length=20)
    by_month: bool = False
    received_on: date | None = None  # Monday of the week, or the first of the month
    answered_on: date | None = None
    due_on: date | None = None
    sealed_draft: bytes = sealed(optional=False)
    made_by: str = Field(max_length=32)
    made_at: datetime
    published_at: datetime | None = None
    changed_at: datetime = Field(index=True)
    summary: str = ""
    answer: str = ""
    marked: str = Field(default="", description="searched by words with diacritics")
    bare: str = Field(default="", description="searched by words without diacritics")


class PublicationWordRow(SQLModel, table=True):
    """Words of what is on the board, without diacritics, in UTF-8: bytes sort the same in every database."""

    __tablename__ = "publication_word"
    __table_args__ = ({"sqlite_with_rowid": False},)  # the key is all there is
    word: bytes = Field(primary_key=True)
    publication_id: str = Field(primary_key=True, max_length=32)


class DisclosureItemRow(SQLModel, table=True):
    """One thing to be made public: which of the nine contents, whose duty, by when."""

    __tablename__ = "disclosure_item"
    __table_args__ = (Index("ix_disclosure_item_due", "locality", "done", "due_on"),)
    id: str = Field(primary_key=True, max_length=32)
    locality: str = Field(max_length=60)
    content: str = Field(max_length=4)
    owner: str = Field(max_length=40)
    due_on: date
    done: bool = False
    dropped: bool = False
    sealed_text: bytes = sealed(optional=False)
    made_by: str = Field(max_length=32)
    made_at: datetime


class DisclosureProofRow(SQLModel, table=True):
    """That an item was made public in one of the seven forms, and how that can be shown."""

    __tablename__ = "disclosure_proof"
    id: str = Field(primary_key=True, max_length=32)
    item_id: str = Field(max_length=32, index=True)
    form: str = Field(max_length=20)
    posted_on: date
    sealed_proof: bytes = sealed(optional=False)
    file_id: str = Field(default="", max_length=32)
    made_by: str = Field(max_length=32)
    made_at: datetime


class Open311KeyRow(SQLModel, table=True):
    """Who may send requests through Open311; the key itself is kept only as a keyed hash."""

    __tablename__ = "open311_key"
    hash: str = Field(primary_key=True, max_length=32)
    locality: str = Field(max_length=60, index=True)
    sealed_name: bytes = sealed(optional=False)
    active: bool = True
    made_by: str = Field(max_length=32)
    made_at: datetime


class Open311TokenRow(SQLModel, table=True):
    """The token that a sender was given for a request, as a keyed hash, and the case it became."""

    __tablename__ = "open311_token"
    hash: str = Field(primary_key=True, max_length=32)
    case_id: str = Field(max_length=32, index=True)
    key_hash: str = Field(max_length=32)
    made_at: datetime
