"""What the plans want made public: nine contents and seven forms, whose duty each is, and how it can be shown.

Source: plan S1 III.2.1 after Decision 99-QĐ/TW (domain 9.1, 9.2). An item is done once there is a proof of posting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from cases.bodies import Directory
from cases.casework import Refused
from cases.model import BodyRole, Officer

SOON_DAYS = 7
LONGEST = 300  # characters of a title, an address, a recipient


class Content(StrEnum):
    """The nine contents, by the codes of the domain."""

    INSPECTION = "D1"
    SETTLED = "D2"
    MISCONDUCT = "D3"
    JUSTICE = "D4"
    TAKEN_UP = "D5"
    PROCEDURES = "D6"
    LEADERS = "D7"
    COMMITMENTS = "D8"
    ASSETS = "D9"


class PublicityForm(StrEnum):
    """The seven forms."""

    MEDIA = "media"
    PORTAL = "portal"
    OFFICE = "office"
    MEETING = "meeting"
    ACTIVITIES = "activities"
    DOCUMENT = "document"
    OTHER = "other"


class Source(StrEnum):
    """Where a content comes from: typed in, generated from results or opinions, or taken from the directory."""

    REGISTER = "register"
    RESULTS = "results"
    OPINIONS = "opinions"
    DIRECTORY = "directory"


OWNERS: Mapping[Content, tuple[str, ...]] = {
    Content.INSPECTION: ("ubnd", "ubkt_dang_uy"),
    Content.SETTLED: ("ubnd", "dang_uy"),
    Content.MISCONDUCT: ("dang_uy",),
    Content.JUSTICE: ("cong_an_xa",),
    Content.TAKEN_UP: ("dang_uy", "ubnd"),
    Content.PROCEDURES: ("ubnd",),
    Content.LEADERS: ("ubnd",),
    Content.COMMITMENTS: ("dang_uy", "chi_bo"),
    Content.ASSETS: ("dang_uy", "ubnd"),
}
"""Whose duty each content is by default; courts and procuracies are not bodies of the commune."""

SOURCES: Mapping[Content, Source] = {
    Content.SETTLED: Source.RESULTS,
    Content.TAKEN_UP: Source.OPINIONS,
    Content.LEADERS: Source.DIRECTORY,
}


@dataclass(frozen=True, slots=True)
class Proof:
    """One posting: where (an address, a place, or a file that shows it) and when; a document also to whom."""

    form: PublicityForm
    posted_on: date
    address: str = ""
    recipient: str = ""
    number: str = ""
    file_id: str = ""
    made_by: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be made public, by whom and by when."""

    id: str
    locality: str
    content: Content
    owner: str
    due_on: date
    title: str
    made_by: str
    made_at: datetime
    proofs: tuple[Proof, ...] = ()
    dropped: bool = False

    @property
    def done(self) -> bool:
        """Whether there is a proof of posting."""
        return bool(self.proofs)

    def standing(self, today: date) -> str:
        """`done`, `late`, `soon` (within a week) or `open`."""
        if self.done:
            return "done"
        if self.due_on < today:
            return "late"
        return "soon" if (self.due_on - today).days <= SOON_DAYS else "open"


def may_keep(officer: Officer, owner: str, directory: Directory) -> bool:
    """The Front and the bodies that follow up keep every entry, each body its own."""
    follows = directory.has_role(officer.body, BodyRole.COORDINATOR) or directory.has_role(
        officer.body, BodyRole.FOLLOW_UP
    )
    return follows or officer.body in directory.same_as(owner)


def check_item(item: Item, officer: Officer, directory: Directory) -> None:
    """Refused: `disclosure_title`, `disclosure_long`, `disclosure_owner` (no such body), `disclosure_not_yours`."""
    if not item.title.strip():
        raise Refused("disclosure_title")
    if len(item.title) > LONGEST:
        raise Refused("disclosure_long", most=LONGEST)
    if not directory.has(item.owner):
        raise Refused("disclosure_owner")
    if not may_keep(officer, item.owner, directory):
        raise Refused("disclosure_not_yours")


def check_proof(item: Item, proof: Proof, officer: Officer, directory: Directory, today: date) -> None:
    """A posting needs a file or an address and a day that has come; a sent document recipient and number (SV-3).

    Refused: `disclosure_not_yours`, `disclosure_future`, `disclosure_document`, `disclosure_proof`, `disclosure_long`.
    """
    if not may_keep(officer, item.owner, directory):
        raise Refused("disclosure_not_yours")
    if proof.posted_on > today:
        raise Refused("disclosure_future")
    if any(len(text) > LONGEST for text in (proof.address, proof.recipient, proof.number)):
        raise Refused("disclosure_long", most=LONGEST)
    if proof.form is PublicityForm.DOCUMENT and not (proof.recipient.strip() and proof.number.strip()):
        raise Refused("disclosure_document")
    if proof.form is not PublicityForm.DOCUMENT and not (proof.address.strip() or proof.file_id):
        raise Refused("disclosure_proof")


def overdue(items: Iterable[Item], today: date) -> list[Item]:
    """Items past their day without a proof, the oldest first: whose owners are to be reminded."""
    late = [item for item in items if not item.dropped and item.standing(today) == "late"]
    return sorted(late, key=lambda item: item.due_on)
