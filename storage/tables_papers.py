"""Tables of official papers: numbers given and passed over, and papers made.

A paper's bytes lie sealed in the file vault under the paper's id, its entry beside the case's other files; what it
was made from (which may hold text of the case) is sealed here.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from storage.schema import sealed


class PaperSeries(SQLModel, table=True):
    """The last number of one body's papers of one kind in one year; its row is the lock two clerks meet at."""

    __tablename__ = "paper_series"
    locality: str = Field(primary_key=True, max_length=60)
    body: str = Field(primary_key=True, max_length=40)
    year: int = Field(primary_key=True)
    kind: str = Field(primary_key=True, max_length=12)
    last: int


class PaperNumber(SQLModel, table=True):
    """Every number of a series: given to a paper, or passed over for a reason."""

    __tablename__ = "paper_number"
    locality: str = Field(primary_key=True, max_length=60)
    body: str = Field(primary_key=True, max_length=40)
    year: int = Field(primary_key=True)
    kind: str = Field(primary_key=True, max_length=12)
    number: int = Field(primary_key=True)
    paper_id: str = Field(default="", max_length=32)
    sealed_reason: bytes | None = sealed()
    by: str = Field(max_length=32)
    at: datetime


class PaperRow(SQLModel, table=True):
    """Papers made, drafts without a number among them; the newest of a case first."""

    __tablename__ = "paper"
    __table_args__ = (Index("ix_paper_case", "case_id", "made_at"), Index("ix_paper_body", "locality", "body", "year"))
    id: str = Field(primary_key=True, max_length=32)
    case_id: str = Field(max_length=32)
    locality: str = Field(max_length=60)
    body: str = Field(max_length=40)
    paper: str = Field(max_length=20)
    kind: str = Field(max_length=12)
    year: int
    number: int | None = None
    doc_no: str = Field(default="", max_length=60)
    doc_date: date | None = None
    sha256: str = Field(max_length=64)
    size: int
    sealed_values: bytes = sealed(optional=False)
    made_by: str = Field(max_length=32)
    made_at: datetime
