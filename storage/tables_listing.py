"""Tables behind lists: keyed search words and saved views."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from storage.schema import sealed, serial


class SearchCase(SQLModel, table=True):
    """Which version of a case the search words were taken from; `words` are its tokens, eight bytes each."""

    __tablename__ = "search_case"
    number: int | None = serial()
    case_id: str = Field(unique=True, max_length=32)
    version: int
    words: bytes = b""


class SearchToken(SQLModel, table=True):
    """Keyed hashes of words (64 bits of an HMAC) and the numbers of the cases that have them; no word stands here."""

    __tablename__ = "search_token"
    __table_args__ = ({"sqlite_with_rowid": False},)  # the key is all there is: half the size, one look-up
    token: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})


class SavedView(SQLModel, table=True):
    """A list's filter under a name. The words of a search may be personal, so name and filter are sealed."""

    __tablename__ = "saved_view"
    __table_args__ = (Index("ix_saved_view_shared", "locality", "body"),)
    id: str = Field(primary_key=True, max_length=32)
    locality: str = Field(max_length=60)
    body: str = Field(max_length=40)
    officer_id: str = Field(max_length=32, index=True)
    shared: bool = False
    sealed_view: bytes = sealed(optional=False)
    created_at: datetime
