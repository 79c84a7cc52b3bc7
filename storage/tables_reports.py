"""Tables of periodic reports and of the registers beside the cases (domain sections 8.3 and 10).

A report's narrative and frozen figures hold no personal data and stand in clear; what is written into registers may
name people (who was trained, who attended) and is sealed.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.schema import sealed
from storage.tables import CaseEventRow, metadata

COUNTED = ("dialogue_asked", "dialogue_opened", "escalated", "extended", "identity_read", "returned", "urged")
"""Events that figures count; few beside all that happens, so that their index stays small."""

_FEW: dict[str, Any] = {
    f"{dialect}_where": text("what IN ({})".format(", ".join(f"'{what}'" for what in COUNTED)))
    for dialect in ("sqlite", "postgresql")
}
_event = metadata.tables[str(CaseEventRow.__tablename__)]
Index("ix_case_event_counted", _event.c.what, _event.c.at, **_FEW)


class ReportRow(SQLModel, table=True):
    """Periodic reports: a draft until its figures are frozen in `snapshot`."""

    __tablename__ = "report"
    __table_args__ = (UniqueConstraint("locality", "kind", "period", "author"),)
    id: str = Field(primary_key=True, max_length=32)
    locality: str = Field(max_length=60)
    kind: str = Field(max_length=20)
    period: str = Field(max_length=20)
    author: str = Field(max_length=40)
    state: str = Field(default="draft", max_length=12)
    owner: str = Field(default="", max_length=32)
    due_on: date
    narrative: str = Field(default="{}", description="JSON: edited paragraphs by section")
    snapshot: str = Field(default="", description="JSON: the whole report as it was approved")
    doc_no: str = Field(default="", max_length=60)
    doc_date: date | None = None
    signed_by: str = Field(default="", max_length=120)
    made_at: datetime
    final_at: datetime | None = None
    final_by: str = Field(default="", max_length=32)
    version: int = 0


class ReportRecipientRow(SQLModel, table=True):
    """To whom a report goes, how it got there, and what the recipient thinks of carrying out the recommendations."""

    __tablename__ = "report_recipient"
    report_id: str = Field(primary_key=True, max_length=32)
    body: str = Field(primary_key=True, max_length=40)
    place: int = 0
    delivered_on: date | None = None
    way: str = Field(default="", max_length=120)
    opinion_asked: bool = False
    opinion_on: date | None = None
    sealed_opinion: bytes | None = sealed()


class ReportSettingRow(SQLModel, table=True):
    """The cut-off day and the due day of a locality's reports."""

    __tablename__ = "report_setting"
    locality: str = Field(primary_key=True, max_length=60)
    cutoff_day: int = 14
    due_day: int = 15


class RegisterEntryRow(SQLModel, table=True):
    """Entries of the registers beside the cases; which fields one has is told by `cases.registers`."""

    __tablename__ = "register_entry"
    __table_args__ = (Index("ix_register_entry_year", "locality", "book", "year"),)
    id: str = Field(primary_key=True, max_length=32)
    locality: str = Field(max_length=60)
    book: str = Field(max_length=24)
    year: int
    body: str = Field(default="", max_length=40)
    sealed_data: bytes = sealed(optional=False)
    made_at: datetime
    changed_at: datetime
    changed_by: str = Field(default="", max_length=32)
    version: int = 0
