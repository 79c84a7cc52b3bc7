"""A result on its way to the public board: what it holds, and how coarse its dates are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from cases.model import Case, Kind
from cases.reidentification import PublicText

PERSON_GROUPS = ("official", "deputy")


class Stage(StrEnum):
    """Where a publication stands."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(slots=True)
class Publication:
    """A result on its way to the board. `authority` is a body's code, or `~group` where only its kind is named.

    `received_on`, `answered_on` and `due_on` are rounded. `conclusion` names the paper a report about a person rests
    on; it is never shown. `authors` are all who wrote the draft: none of them may approve it.
    """

    id: str
    public_id: str
    case_id: str
    locality: str
    kind: Kind
    topic: str
    text: PublicText
    made_by: str
    made_at: datetime
    matter: str = ""
    stage: Stage = Stage.DRAFT
    version: int = 0
    work: str = ""
    authority: str = ""
    outcome: str = ""
    received_on: date | None = None
    answered_on: date | None = None
    due_on: date | None = None
    conclusion: str = ""
    note: str = ""
    authors: tuple[str, ...] = ()
    approved_by: str = ""
    published_at: datetime | None = None
    withdrawn_by: str = ""
    reason: str = ""


class Publications(Protocol):
    """See `storage.board.BoardStore`."""

    def of_case(self, case_id: str) -> Sequence[Publication]:
        """Newest first."""

    def live_of_matter(self, matter: str) -> Publication | None:
        """The one of this matter that is on the board."""

    def save(self, publication: Publication) -> None:
        """Insert or update; raises `cases.ports.Stale` when somebody changed it meanwhile."""

    def alike(self, locality: str, group: str, hamlet: str, since: datetime) -> int:
        """Cases of this group of topics in this hamlet submitted since then."""


def rounded(day: date | None, by_month: bool) -> date | None:
    """The Monday of the week, or the first of the month."""
    if day is None:
        return None
    return day.replace(day=1) if by_month else day - timedelta(days=day.weekday())


def about_person(case: Case) -> bool:
    """True where the report speaks of what a person did, however it is filed."""
    return case.subject.is_person or bool(case.subject_posts) or case.topic.partition(".")[0] in PERSON_GROUPS
