"""Everything a decision may depend on besides the case itself: directory, calendar, taxonomy, terms, wording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from cases.calendar import ZONE, WorkCalendar, local_date
from cases.clocks import DeadlineProfile, InternalTargets
from cases.directory import Directory, DirectoryBook
from cases.exposure import Exposure
from cases.model import Case
from cases.names import Name
from cases.reminder_policy import ReminderPolicy
from cases.suggest import Suggester
from cases.taxonomy import Taxonomy
from cases.wording import Wording


@dataclass(frozen=True, slots=True)
class Article:
    """One entry of the information library: a question people ask and its answer."""

    group: str
    question: str
    answer: str
    question_en: str = ""
    answer_en: str = ""

    def __post_init__(self) -> None:
        for name, english in (("question", self.question_en), ("answer", self.answer_en)):
            object.__setattr__(self, name, Name(getattr(self, name), english))


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes and counts, all editable in the directory's `limits:`. Texts in characters, files in bytes."""

    text: int = 10_000
    files: int = 10
    file_bytes: int = 20_000_000
    draft_days: int = 7
    identity_months: int = 24
    case_years: int = 5
    failed_update_days: int = 90
    pin_tries: int = 5
    pin_minutes: int = 15
    messages_per_minute: int = 30


@dataclass(frozen=True)
class Rules:
    """One consistent set; a change of data makes a new set, so that a decision never mixes two."""

    book: DirectoryBook
    taxonomy: Taxonomy
    calendar: WorkCalendar
    profiles: Mapping[str, DeadlineProfile]
    targets: InternalTargets
    policy: ReminderPolicy
    wording: Wording
    suggester: Suggester
    library: Sequence[Article]
    emergency_numbers: Mapping[str, str]
    spoken_posts: Mapping[str, tuple[str, ...]]
    limits: Limits = Limits()
    consent_version: int = 1
    zone: ZoneInfo = ZONE
    exposure: Exposure = field(default_factory=Exposure)

    def directory(self, locality: str, now: datetime) -> Directory:
        """The locality's directory as of today."""
        return self.book.as_of(locality, local_date(now))

    def directory_of(self, case: Case, now: datetime) -> Directory:
        """The directory a case is handled under: today's, which follows successors of closed bodies."""
        return self.book.as_of(case.locality, local_date(now))

    def profile(self, case: Case) -> DeadlineProfile:
        """The case's own deadline profile."""
        return self.profiles[case.profile]

    def commune_values(self, locality: str) -> dict[str, object]:
        """Placeholders every text may use: the commune's name and contacts, empty where not filled in."""
        place = self.book.localities.get(locality)
        known = (
            "address",
            "phone",
            "hours",
            "reception_place",
            "party_inspection",
            "legal_aid",
            "police_phone",
            "mediation_contact",
        )
        if place is None:
            return dict.fromkeys(("commune", *known), "")
        return {"commune": place.name, **{name: place.contacts.get(name, "") for name in known}}


def show_date(day: date | None) -> str:
    """Vietnamese figure date, `05/03/2026`; empty for none."""
    return day.strftime("%d/%m/%Y") if day else ""
