"""The tables. Columns named `sealed_*` hold AES-GCM values bound to their row; nothing personal stands in clear.

Enums are stored as strings and every instant is aware UTC: native enums break migrations silently, and a plain
`DateTime` column compares wrongly on SQLite.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.schema import metadata, sealed, serial

__all__ = ["metadata"]


class SeenUpdate(SQLModel, table=True):
    """Updates already taken in: the guard against repeats, kept 35 days."""

    __tablename__ = "seen_update"
    channel: str = Field(primary_key=True, max_length=20)
    message_id: str = Field(primary_key=True, max_length=200)
    at: datetime = Field(index=True)


class ChatRow(SQLModel, table=True):
    """Conversation partners and where their dialogue stands."""

    __tablename__ = "chat"
    key: str = Field(primary_key=True, max_length=32)
    channel: str = Field(max_length=20)
    sealed_address: bytes = sealed(optional=False)
    locality: str = Field(default="", max_length=60)
    lang: str = Field(default="vi", max_length=12)
    consent_version: int = 0
    consent_at: datetime | None = None
    officer_id: str = Field(default="", max_length=32)
    reachable: bool = True
    last_contact_at: datetime | None = None
    delayed_until: datetime | None = None
    sealed_talk: bytes | None = sealed()
    talk_expires_at: datetime | None = Field(default=None, index=True)


# Sent messages stay as proof for years and must not slow the queue down; and writing a message off as sent touches
# no index but the small one of claimed rows, because chat keys are random and each would dirty a page of its own.
_WAITING: dict[str, Any] = {
    f"{dialect}_where": text("lease_until IS NULL AND done_at IS NULL") for dialect in ("sqlite", "postgresql")
}
_LEASED: dict[str, Any] = {f"{dialect}_where": text("lease_until IS NOT NULL") for dialect in ("sqlite", "postgresql")}


class OutboxRow(SQLModel, table=True):
    """Everything to be said on a channel that we push to. The text is erased once settled (`done_at`)."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_queue", "channel", "state", "not_before", "id", **_WAITING),
        Index("ix_outbox_chat", "chat_key", "id", **_WAITING),
        Index("ix_outbox_claimed", "chat_key", **_LEASED),
        Index("ix_outbox_case", "case_id", "purpose"),
    )
    id: int | None = serial()
    effect_key: str = Field(unique=True, max_length=300)
    chat_key: str = Field(max_length=32)
    channel: str = Field(max_length=20)
    case_id: str = Field(default="", max_length=32)
    purpose: str = Field(max_length=20)
    sealed_body: bytes | None = sealed()
    state: str = Field(max_length=16)
    not_before: datetime
    attempts: int = 0  # sends begun; also the fence between two senders that both think the row is theirs
    unknowns: int = 0  # answers lost
    faults: int = 0  # times our own code failed on it
    lease_until: datetime | None = None
    created_at: datetime
    done_at: datetime | None = None
    detail: str = Field(default="", max_length=300)
    vendor_id: str = Field(default="", max_length=100)


class WebLine(SQLModel, table=True):
    """The web chat's lines, both ways: the page fetches them, so nothing is pushed."""

    __tablename__ = "web_line"
    __table_args__ = (Index("ix_web_line_chat", "chat_key", "id"),)
    id: int | None = serial()
    effect_key: str = Field(unique=True, max_length=300)
    chat_key: str = Field(max_length=32)
    case_id: str = Field(default="", max_length=32)
    purpose: str = Field(max_length=20)
    mine: bool = False
    sealed_body: bytes = sealed(optional=False)
    created_at: datetime = Field(index=True)
    fetched_at: datetime | None = None


class CaseCounter(SQLModel, table=True):
    """Last case number given, per locality and year."""

    __tablename__ = "case_counter"
    locality: str = Field(primary_key=True, max_length=60)
    year: int = Field(primary_key=True)
    last: int


_CLOSED_PERSONS: dict[str, Any] = {  # whose senders are asked later how they fare
    f"{dialect}_where": text("closed_at IS NOT NULL AND subject IN ('official', 'party_member', 'elected_deputy')")
    for dialect in ("sqlite", "postgresql")
}


class CaseRow(SQLModel, table=True):
    """Cases. What was said about whom and where is sealed; what lists and clocks need stands in clear."""

    __tablename__ = "case"
    __table_args__ = (
        UniqueConstraint("locality", "code"),
        Index("ix_case_receiving", "locality", "receiving_body", "state"),
        Index("ix_case_authority", "locality", "competent_authority", "state"),
        Index("ix_case_submitted", "locality", "submitted_at"),
        Index("ix_case_state", "locality", "state", "submitted_at"),
        Index("ix_case_closed_persons", "closed_at", **_CLOSED_PERSONS),
    )
    id: str = Field(primary_key=True, max_length=32)
    locality: str = Field(max_length=60)
    code: str = Field(max_length=20)
    receipt: str = Field(unique=True, max_length=32)
    kind: str = Field(sa_type=String(20))
    subject: str = Field(sa_type=String(20))
    topic: str = Field(max_length=60)
    suggested_topic: str = Field(default="", max_length=60)
    state: str = Field(sa_type=String(20))
    channel: str = Field(max_length=20)
    receiving_body: str = Field(max_length=40)
    competent_authority: str = Field(default="", max_length=40)
    profile: str = Field(default="", max_length=40)
    hamlet: str = Field(default="", max_length=60)
    work: str = Field(default="", max_length=60)
    secrecy: str = Field(sa_type=String(20))
    priority: str = Field(sa_type=String(20))
    reporter: str = Field(default="", max_length=32)
    matter: str = Field(default="", max_length=32, index=True)
    linked_case: str = Field(default="", max_length=32)
    excluded: str = Field(default="{}", description="JSON: bodies, officers, hidden_from, posts, subject body")
    submitted_at: datetime
    triaged_at: datetime | None = None
    forwarded_at: datetime | None = None
    forward_doc_no: str = Field(default="", max_length=60)
    forward_doc_date: date | None = None
    first_received_on: date | None = None
    received_on: date | None = None
    clock_version: int = 0
    calendar_version: int = 0
    due_on: date | None = None
    extended_due_on: date | None = None
    answered_at: datetime | None = None
    relayed_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str = Field(default="", max_length=20)
    verdict: str | None = Field(default=None, max_length=20)
    assignee: str = Field(default="", max_length=32)
    assigned_unit: str = Field(default="", max_length=100)
    next_nudge_at: datetime | None = Field(default=None, index=True)
    urgings: int = 0
    sealed_content: bytes = sealed(optional=False)
    sealed_to: str = Field(default="", max_length=40, sa_column_kwargs={"server_default": ""})
    version: int = 0


class CaseEventRow(SQLModel, table=True):
    """What happened to a case, in order."""

    __tablename__ = "case_event"
    id: int | None = serial()
    case_id: str = Field(max_length=32, index=True)
    at: datetime
    what: str = Field(max_length=40)
    actor: str = Field(default="", max_length=60)
    sealed_data: bytes | None = sealed()
    row_key: str = Field(max_length=32)


class OfficerRow(SQLModel, table=True):
    """The officers' register."""

    __tablename__ = "officer"
    id: str = Field(primary_key=True, max_length=32)
    locality: str = Field(max_length=60, index=True)
    body: str = Field(max_length=40)
    roles: str = Field(max_length=200)
    active: bool = True
    chat: str = Field(default="", max_length=32)
    pin_hash: str = Field(default="", max_length=200)
    unlocked_until: datetime | None = None
    pin_failures: int = 0
    sealed_person: bytes = sealed(optional=False)


class InvitationRow(SQLModel, table=True):
    """One-time codes, as keyed hashes."""

    __tablename__ = "invitation"
    code: str = Field(primary_key=True, max_length=32)
    officer_id: str = Field(max_length=32)
    expires_at: datetime
    used_at: datetime | None = None


class ReporterRow(SQLModel, table=True):
    """The identity vault: one entry per case, apart from the case."""

    __tablename__ = "reporter"
    ref: str = Field(primary_key=True, max_length=32)
    case_id: str = Field(max_length=32, index=True)
    chat_key: str = Field(max_length=32, index=True)
    secrecy: str = Field(sa_type=String(20))
    lang: str = Field(default="vi", max_length=12)
    consent_version: int = 0
    consent_at: datetime | None = None
    created_at: datetime | None = None
    drop_after: date | None = Field(default=None, index=True)
    sealed_identity: bytes | None = sealed()


class CaseFileRow(SQLModel, table=True):
    """Evidence and documents; the content lies sealed in the file vault."""

    __tablename__ = "case_file"
    __table_args__ = (Index("ix_case_file_state", "state", "added_at"),)
    id: str = Field(primary_key=True, max_length=32)
    case_id: str = Field(default="", max_length=32, index=True)
    chat_key: str = Field(default="", max_length=32, index=True)
    purpose: str = Field(max_length=20)
    channel: str = Field(max_length=20)
    state: str = Field(max_length=12)
    sealed_source: bytes = sealed(optional=False)
    sealed_key: bytes | None = sealed()
    sha256: str = Field(default="", max_length=64)
    size: int = Field(default=0, sa_type=BigInteger)
    mime: str = Field(default="", max_length=100)
    attempts: int = 0
    added_at: datetime
    next_try_at: datetime | None = Field(default=None, index=True)
    fault: str = Field(default="", max_length=40)


class LedgerRow(SQLModel, table=True):
    """Things that may happen once (reminders, alerts), by key."""

    __tablename__ = "ledger"
    key: str = Field(primary_key=True, max_length=200)
    at: datetime = Field(index=True)


class FailedUpdate(SQLModel, table=True):
    """Updates whose handling raised: kept sealed with the error for an operator, never dropped."""

    __tablename__ = "failed_update"
    id: str = Field(primary_key=True, max_length=32)
    channel: str = Field(max_length=20)
    at: datetime
    error: str = Field(max_length=300)
    sealed_update: bytes = sealed(optional=False)
    settled_at: datetime | None = None


class OAuthToken(SQLModel, table=True):
    """Token pairs that are spent by use (Zalo Official Account)."""

    __tablename__ = "oauth_token"
    account: str = Field(primary_key=True, max_length=80)
    sealed_pair: bytes | None = sealed()
    saved_at: datetime | None = None
    leased_by: str = Field(default="", max_length=32)
    leased_until: datetime | None = None
