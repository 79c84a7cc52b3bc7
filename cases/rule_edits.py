"""Changes of the rules made on this system: what each says, who decided it, and when it is in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from cases.calendar import local_date
from cases.reasons import Reason

COMMAND_LINE = "command line"
"""Who made a change on the machine itself; that person holds the keys to everything."""

DOCUMENT = "document"
"""What a directory edit is about when it brings the whole directory."""


class What(StrEnum):
    """Which part of the rules an edit changes."""

    WORDING = "wording"
    TAXONOMY = "taxonomy"
    DIRECTORY = "directory"
    DEADLINES = "deadlines"
    REMINDERS = "reminders"
    CALENDAR = "calendar"
    OFFICER = "officer"


INSTALLATION_WIDE = frozenset({What.WORDING, What.TAXONOMY, What.DEADLINES, What.REMINDERS, What.CALENDAR})
"""Parts that all communes of an installation share."""


class Standing(StrEnum):
    """Where an edit stands on a day."""

    WAITING = "waiting"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LATER = "later"
    IN_FORCE = "in_force"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class RuleEdit:
    """One change. `about` is its code for people (a text's key, a body, a day); `content` is the change itself.

    Both days of validity are inclusive local days; without them an edit holds from its decision on, for good.
    `approved` is None until somebody decided; only meaningful where `needs_approval`.
    """

    id: int
    locality: str
    what: What
    about: str
    content: Mapping[str, Any]
    reason: str = ""
    document: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    proposed_by: str = COMMAND_LINE
    proposed_at: datetime | None = None
    needs_approval: bool = False
    approved: bool | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    note: str = ""
    withdrawn_by: str = ""
    withdrawn_at: datetime | None = None

    @property
    def agreed(self) -> bool:
        """Whether it may come into force: nobody took it back, and whoever had to agree did."""
        return self.withdrawn_at is None and (not self.needs_approval or self.approved is True)

    def begins(self) -> date:
        """The first day it may be in force: its own, not before it was decided."""
        decided = self.decided_at if self.needs_approval else self.proposed_at
        known = local_date(decided) if decided else date.min
        return max(known, self.valid_from or date.min)

    def standing(self, today: date) -> Standing:
        """Where it stands on this day."""
        if self.withdrawn_at is not None:
            return Standing.WITHDRAWN
        if self.needs_approval and self.approved is None:
            return Standing.WAITING
        if self.needs_approval and not self.approved:
            return Standing.REFUSED
        if self.valid_until is not None and self.valid_until < today:
            return Standing.ENDED
        return Standing.IN_FORCE if self.begins() <= today else Standing.LATER


class RuleFault(Reason):
    """Why an edit is refused; its sentence stands in the texts under `console_settings_fault_{code}`."""

    family = "console_settings_fault"


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason to refuse an edit, and the field of the form it belongs to."""

    field: str
    reason: Reason


class WrongEdit(ValueError):
    """The edit contradicts the rules it would change; `faults` name each field and cure."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{one.field}: {one.reason}" for one in self.faults))


def in_force(edits: Iterable[RuleEdit], day: date) -> list[RuleEdit]:
    """Edits that hold on this day, in the order in which they began to: the later one has the last word."""
    holding = (one for one in edits if one.standing(day) is Standing.IN_FORCE)
    return sorted(holding, key=lambda one: (one.begins(), one.id))


def checked_words(edit: RuleEdit) -> list[Fault]:
    """Faults in what every edit carries: a reason, a document where it is a decision, days in their order."""
    found = []
    if not edit.reason.strip():
        found.append(Fault("reason", RuleFault("reason_missing")))
    for name, words, most in (("reason", edit.reason, 500), ("document", edit.document, 200)):
        if len(words) > most:
            found.append(Fault(name, RuleFault("too_long", most=most)))
    if edit.needs_approval and edit.what is not What.OFFICER and not edit.document.strip():
        found.append(Fault("document", RuleFault("document_missing")))
    if edit.valid_from and edit.valid_until and edit.valid_until < edit.valid_from:
        found.append(Fault("valid_until", RuleFault("ends_before_begin")))
    return found
