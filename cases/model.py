"""The words of the trade as types: kinds, states, roles, and the case itself (glossary: docs/domain)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Kind(StrEnum):
    """What the law calls the message; only report and petition start a clock."""

    REPORT = "report"
    PETITION = "petition"
    COMPLAINT = "complaint"
    DENUNCIATION = "denunciation"
    QUESTION = "question"
    PRAISE = "praise"
    EMERGENCY = "emergency"
    OFF_TOPIC = "off_topic"
    SPAM = "spam"
    ABUSIVE = "abusive"


class Subject(StrEnum):
    """Whom or what a report is about."""

    OFFICIAL = "official"
    PARTY_MEMBER = "party_member"
    ELECTED_DEPUTY = "elected_deputy"
    AGENCY = "agency"
    PROJECT = "project"
    POLICY = "policy"
    PROCEDURE = "procedure"
    LAND = "land"
    ENVIRONMENT = "environment"
    LOCAL_SERVICE = "local_service"
    PUBLIC_ORDER = "public_order"
    BUSINESS = "business"
    OTHER = "other"
    NONE = "none"

    @property
    def is_person(self) -> bool:
        """True where conflict rules need the person's post before anything moves (COI-5)."""
        return self in (Subject.OFFICIAL, Subject.PARTY_MEMBER, Subject.ELECTED_DEPUTY)


class State(StrEnum):
    """Life cycle of a case. `overdue` is not a state: it is `today > due_on` while not answered."""

    SUBMITTED = "submitted"
    NEEDS_COI_CHECK = "needs_coi_check"
    NEEDS_INFO = "needs_info"
    REDIRECTED = "redirected"
    REJECTED = "rejected"
    TRIAGED = "triaged"
    FORWARDED = "forwarded"
    RECEIVED = "received"
    RETURNED = "returned"
    IN_PROGRESS = "in_progress"
    EXTENDED = "extended"
    ANSWERED = "answered"
    RELAYED = "relayed"
    DIALOGUE = "dialogue"
    CLOSED = "closed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    """What the authority's written reply found."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    NOT_UPHELD = "not_upheld"
    INSUFFICIENT = "insufficient"
    ALREADY_RESOLVED = "already_resolved"
    OUT_OF_COMPETENCE = "out_of_competence"


class Verdict(StrEnum):
    """What the resident says of the answer; moves apart from the office's state."""

    SOLVED = "solved"
    PARTLY = "partly"
    NOT_SOLVED = "not_solved"


class Secrecy(StrEnum):
    """How far the reporter's identity travels (`mode` in the plan): authority, Front only, nobody."""

    OPEN = "open"
    CONFIDENTIAL = "confidential"
    ANONYMOUS = "anonymous"


class Priority(StrEnum):
    """Order of work inside the receiving body."""

    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class BodyRole(StrEnum):
    """The only words code may branch on; names, posts and parents are data (directory)."""

    SUPERVISING_SUBJECT = "supervising_subject"
    COORDINATOR = "coordinator"
    COMPETENT_AUTHORITY = "competent_authority"
    FOLLOW_UP = "follow_up"
    OVERSIGHT = "oversight"
    UPPER = "upper"
    EXTERNAL = "external"


class OfficerRole(StrEnum):
    """What an officer account may do. Administrators run the system and read no case content."""

    HANDLER = "handler"  # works the cases of a supervising subject
    TRIAGE = "triage"  # may also open cases waiting for a conflict check (COI-5)
    CONTACT = "contact"  # the named contact of a competent authority
    FOLLOW_UP = "follow_up"  # lists and figures without content or identity
    OVERSIGHT = "oversight"  # the same, for the inspection commission
    ADMIN = "admin"  # settings and accounts, no content


@dataclass(slots=True)
class Extension:
    """The one prolongation of the authority clock: total counted from the same `received_on`."""

    asked_on: date
    due_on: date
    reason: str
    doc_no: str
    doc_date: date
    signed_by: str


@dataclass(slots=True)
class WrittenReply:
    """The numbered, dated, signed document that alone stops the authority clock (S1 III.2.1)."""

    doc_no: str
    doc_date: date
    signed_by: str
    addressees: tuple[str, ...]
    file_id: str
    file_sha256: str
    outcome: Outcome
    summary: str
    recorded_on: date
    violation_found: bool = False


@dataclass(slots=True)
class Case:
    """One report and its way. Texts are as sent; dates are local to Asia/Ho_Chi_Minh, instants aware UTC.

    `id` is random and never shown; `code` is the case number (`PA-2026-000123`), given at submission.
    `excluded_bodies` and `excluded_officers` hold whom the conflict rules shut out; only
    `cases.visibility` reads them.
    """

    id: str
    locality: str
    code: str
    kind: Kind
    subject: Subject
    topic: str
    suggested_topic: str
    state: State
    channel: str
    receiving_body: str
    competent_authority: str
    profile: str
    submitted_at: datetime
    text: str = ""
    subject_posts: tuple[str, ...] = ()
    subject_body: str = ""
    subject_note: str = ""
    hamlet: str = ""
    place: str = ""
    latitude: float | None = None
    longitude: float | None = None
    happened: str = ""
    work: str = ""
    secrecy: Secrecy = Secrecy.CONFIDENTIAL
    priority: Priority = Priority.NORMAL
    reporter: str = ""  # reporter_ref: random per case, key into the identity vault
    matter: str = ""  # several residents on one matter share it
    linked_case: str = ""  # retaliation links to the case it follows (COI-7)
    excluded_bodies: tuple[str, ...] = ()
    excluded_officers: tuple[str, ...] = ()
    hidden_from: tuple[str, ...] = ()  # bodies the resident named (COI-9); also in excluded_bodies
    triaged_at: datetime | None = None
    forwarded_at: datetime | None = None
    forward_doc_no: str = ""
    forward_doc_date: date | None = None
    first_received_on: date | None = None
    received_on: date | None = None
    receipt_proof: str = ""
    clock_version: int = 0
    calendar_version: int = 0
    due_on: date | None = None
    extension: Extension | None = None
    reply: WrittenReply | None = None
    answered_at: datetime | None = None
    relayed_at: datetime | None = None
    closed_at: datetime | None = None
    verdict: Verdict | None = None
    verdict_note: str = ""
    assignee: str = ""  # officer of the receiving body
    assigned_unit: str = ""  # unit inside the authority; responsibility stays with the authority
    next_nudge_at: datetime | None = None
    urgings: int = 0
    sealed_to: str = ""  # body whose key alone opens what was told; "" for an ordinary case
    version: int = 0

    @property
    def extended_due_on(self) -> date | None:
        """The later date once extended, else None."""
        return self.extension.due_on if self.extension else None

    @property
    def effective_due_on(self) -> date | None:
        """The last day of the authority's term as it stands; None before receipt."""
        return self.extension.due_on if self.extension else self.due_on

    @property
    def is_open(self) -> bool:
        """True while somebody still owes a step."""
        return self.state not in (
            State.CLOSED,
            State.PUBLISHED,
            State.REJECTED,
            State.REDIRECTED,
            State.WITHDRAWN,
        )

    @property
    def awaits_reply(self) -> bool:
        """True while the authority clock runs."""
        return self.state in (State.RECEIVED, State.IN_PROGRESS, State.EXTENDED)


@dataclass(slots=True)
class Officer:
    """An account of the officers' register. `post` ties it to the conflict rules (COI-4)."""

    id: str
    locality: str
    name: str
    body: str
    roles: tuple[OfficerRole, ...]
    post: str = ""
    extra_posts: tuple[str, ...] = ()  # a person may hold several (COI-0)
    hamlet: str = ""
    relatives: tuple[str, ...] = ()  # ids of officers declared as relatives
    active: bool = True
    pin_hash: str = ""
    chat: str = ""  # key of the linked chat
    unlocked_until: datetime | None = None
    pin_failures: int = 0


@dataclass(slots=True)
class CaseEvent:
    """One line of a case's history; `data` never holds the reporter's identity."""

    case_id: str
    at: datetime
    what: str
    actor: str
    data: dict[str, object] = field(default_factory=dict)
