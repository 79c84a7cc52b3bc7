"""The unit of work as the rules see it: everything one transaction may read and write.

Implemented in `storage/work.py`. Nothing here waits or commits: whoever opens the unit commits it, after the
use case returned and before anybody is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from cases.messages import Address, FileRef, Outgoing
from cases.model import Case, CaseEvent, Officer, Secrecy, State
from cases.sender_ports import CheckIns, Identities
from cases.trust_ports import Audit, Erasures, Sealed


@dataclass(slots=True)
class Chat:
    """One conversation partner on one channel and where the dialogue with them stands.

    `key` is a keyed hash of the address: stable, and useless without the key file. `talk` is the dialogue's own
    state (JSON-able). `delayed_until` keeps later messages behind one that must wait.
    """

    key: str
    address: Address
    locality: str = ""
    lang: str = "vi"
    consent_version: int = 0
    consent_at: datetime | None = None
    officer_id: str = ""
    reachable: bool = True
    last_contact_at: datetime | None = None
    delayed_until: datetime | None = None
    talk: dict[str, object] = field(default_factory=dict)
    talk_expires_at: datetime | None = None
    fresh: bool = False  # not stored yet


@dataclass(slots=True)
class Reporter:
    """The identity vault's entry: one per case, so that two cases of one person cannot be linked by staff."""

    ref: str
    case_id: str
    chat_key: str
    secrecy: Secrecy
    name: str = ""
    phone: str = ""
    lang: str = "vi"
    consent_version: int = 0
    consent_at: datetime | None = None
    created_at: datetime | None = None
    drop_after: date | None = None


class FileState(StrEnum):
    """Where a file stands between the messenger and the vault."""

    PENDING = "pending"
    STORED = "stored"
    FAILED = "failed"


@dataclass(slots=True)
class CaseFile:
    """One piece of evidence or one document. `case_id` is empty while the report is still a draft."""

    id: str
    case_id: str
    chat_key: str
    purpose: str  # evidence | reply | extension | proof
    source: FileRef
    channel: str
    added_at: datetime
    state: FileState = FileState.PENDING
    sha256: str = ""
    size: int = 0
    mime: str = ""
    attempts: int = 0
    next_try_at: datetime | None = None
    fault: str = ""
    key: bytes = field(default=b"", repr=False, compare=False)  # what its content is sealed under; given by the store


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time code that ties a chat to an officer account; only its keyed hash is stored."""

    officer_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CaseQuery:
    """What a list asks for; empty fields do not restrict. Visibility is applied by the caller, always."""

    locality: str = ""
    states: frozenset[State] = frozenset()
    receiving_body: str = ""
    authority: str = ""
    matter: str = ""
    linked_case: str = ""
    submitted_from: date | None = None
    submitted_to: date | None = None
    clock_running: bool = False
    nudge_before: datetime | None = None
    limit: int = 0
    about: frozenset[str] = frozenset()  # codes of posts or ids of officers that the exclusions name


class Chats(Protocol):
    """Conversation partners."""

    def load(self, address: Address) -> Chat:
        """The chat at this address, `fresh` if never stored."""

    def get(self, key: str) -> Chat | None:
        """By key."""

    def save(self, chat: Chat) -> None:
        """Insert or update."""

    def expired(self, now: datetime, limit: int) -> Sequence[Chat]:
        """Chats whose unfinished dialogue has run out."""


class Cases(Protocol):
    """Cases and their history."""

    def next_code(self, locality: str, year: int) -> str:
        """The next case number of this locality and year; numbers leap at random (`PA-2026-000123`)."""

    def add(self, case: Case, receipt_code: str) -> None:
        """Store a new case; only a keyed hash of the receipt code is kept."""

    def get(self, case_id: str) -> Case | None:
        """By id, locked for change where the database can."""

    def by_code(self, locality: str, code: str) -> Case | None:
        """By case number."""

    def by_receipt(self, receipt_code: str) -> Case | None:
        """By receipt code (normalised)."""

    def save(self, case: Case) -> None:
        """Write back; raises `Stale` when somebody else changed the case since it was read."""

    def find(self, query: CaseQuery) -> Sequence[Case]:
        """Cases in order of submission."""

    def log(self, event: CaseEvent) -> None:
        """Append to the history."""

    def history(self, case_id: str) -> Sequence[CaseEvent]:
        """Oldest first."""


class People(Protocol):
    """Officers, their invitations, and the identity vault."""

    def officer(self, officer_id: str) -> Officer | None:
        """By id."""

    def officers(self, locality: str, body: str = "") -> Sequence[Officer]:
        """Active officers of a locality, or of one body."""

    def save_officer(self, officer: Officer) -> None:
        """Insert or update."""

    def invite(self, code: str, invitation: Invitation) -> None:
        """Store the keyed hash of a one-time code."""

    def claim_invitation(self, code: str, now: datetime) -> Invitation | None:
        """Use a code up; None when unknown, used or late."""

    def reporter(self, ref: str) -> Reporter | None:
        """The vault's entry of one case."""

    def reporters_of_chat(self, chat_key: str) -> Sequence[Reporter]:
        """The entries behind one chat: only for that person's own commands."""

    def save_reporter(self, reporter: Reporter) -> None:
        """Insert or update."""

    def drop_reporter(self, ref: str) -> None:
        """Erase the identity; the case stays."""


class Outbox(Protocol):
    """Everything that will be said."""

    def say(self, chat: Chat, message: Outgoing, effect_key: str, *, case_id: str = "", purpose: str = "reply") -> bool:
        """Queue one message; False when this effect was queued before (same key)."""

    def cancel(self, case_id: str, purpose: str) -> int:
        """Take back unsent messages of this purpose about a case."""

    def call_back(self, chat: Chat, case_id: str, rewrite: Callable[[Sequence[str]], str]) -> int:
        """Take back what waits unsent in this chat about a case; how many messages.

        A digest that names it goes whole; a reminder of several stays with `rewrite` of the lines about the others.
        """

    def waiting_cases(self, chat: Chat) -> frozenset[str]:
        """Cases that unsent messages in this chat speak of."""

    def forget_words(self, of: Chat) -> int:
        """Erase the copy of a person's own words, where the channel's page keeps one."""

    def release_held(self, chat: Chat, now: datetime) -> int:
        """The person wrote again: what waited for an open window may go."""


class Files(Protocol):
    """Evidence and documents."""

    def add(self, file: CaseFile) -> None:
        """Remember a file to fetch."""

    def get(self, file_id: str) -> CaseFile | None:
        """By id."""

    def of_case(self, case_id: str, purpose: str = "") -> Sequence[CaseFile]:
        """In order of arrival."""

    def of_draft(self, chat_key: str) -> Sequence[CaseFile]:
        """Files of an unfinished report."""

    def save(self, file: CaseFile) -> None:
        """Update."""

    def claim_draft(self, chat_key: str, case_id: str) -> int:
        """Move a draft's files to its case."""

    def drop_draft(self, chat_key: str) -> int:
        """Forget a draft's files."""

    def pending(self, now: datetime, limit: int) -> Sequence[CaseFile]:
        """What the fetching worker should try now."""


class Ledger(Protocol):
    """Keys of things that may happen once."""

    def once(self, key: str, at: datetime) -> bool:
        """True the first time this key is seen; False ever after."""

    def seen(self, keys: Iterable[str]) -> frozenset[str]:
        """Which of these keys were used."""


class UnitOfWork(Protocol):
    """One transaction."""

    @property
    def chats(self) -> Chats: ...
    @property
    def cases(self) -> Cases: ...
    @property
    def people(self) -> People: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def files(self) -> Files: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def erasures(self) -> Erasures: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def sealed(self) -> Sealed: ...
    @property
    def identities(self) -> Identities: ...
    @property
    def check_ins(self) -> CheckIns: ...

    def receive(self, channel: str, message_id: str, at: datetime) -> bool:
        """True the first time this update is seen; False for a repeat."""

    def new_id(self) -> str:
        """A random id."""


class Stale(Exception):
    """Somebody else changed the case meanwhile: read again and decide again."""
