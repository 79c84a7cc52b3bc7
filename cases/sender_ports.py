"""What the rules about senders need kept: requests to see them, their wishes, and check-ins after closing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(slots=True)
class IdentityRequest:
    """One officer's wish to see who sent a case, and what came of it; see `cases.identity`."""

    id: str
    case_id: str
    asked_by: str
    asked_at: datetime
    reason: str
    decided_by: str = ""
    decided_at: datetime | None = None
    agreed: bool = False
    note: str = ""
    opened_at: datetime | None = None


@dataclass(slots=True)
class Wish:
    """What a resident asks for beside the report: nothing on the public board; to be asked later how they fare."""

    case_id: str
    off_board: bool = False
    worried: bool = False


@dataclass(slots=True)
class CheckIn:
    """When the sender of a closed case was asked whether anybody makes trouble for them, and the answer."""

    case_id: str
    first_at: datetime | None = None
    second_at: datetime | None = None
    answer: str = ""
    answered_at: datetime | None = None
    alarm_case: str = ""


class Identities(Protocol):
    """Requests to see who sent a case."""

    def mark(self, case_id: str) -> int:
        """A number for this case by keyed hash: nobody can tell from it which other cases are the same person's."""

    def add(self, request: IdentityRequest) -> None:
        """Store a new request."""

    def save(self, request: IdentityRequest) -> None:
        """Write back what was decided or opened."""

    def of_case(self, case_id: str) -> Sequence[IdentityRequest]:
        """Oldest first."""

    def undecided(self, since: datetime) -> Sequence[IdentityRequest]:
        """Asked since then and not decided, oldest first."""


class CheckIns(Protocol):
    """Wishes beside a report, and check-ins after closing."""

    def wish(self, case_id: str) -> Wish:
        """What was asked for; nothing, if nothing was stored."""

    def save_wish(self, wish: Wish) -> None:
        """Insert or update."""

    def get(self, case_id: str) -> CheckIn:
        """The check-ins of one case, new if it was never asked."""

    def save(self, check_in: CheckIn) -> None:
        """Insert or update."""

    def due(self, first_before: datetime, second_before: datetime, ended: datetime, most: int) -> Sequence[str]:
        """Cases to ask about, longest closed first; see `cases.checkins`."""
