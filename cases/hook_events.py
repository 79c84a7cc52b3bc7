"""What other systems hear of by themselves: which events, told how, and never anything about who or what was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from cases.approvals import decides
from cases.bodies import Directory
from cases.calendar import local_date
from cases.model import Case, Officer


class HookEvent(StrEnum):
    """Events of cases and of the public board."""

    FORWARDED = "case.forwarded"
    RECEIVED = "case.received"
    EXTENDED = "case.extended"
    ANSWERED = "case.answered"
    RELAYED = "case.relayed"
    CLOSED = "case.closed"
    PUBLISHED = "publication.published"
    WITHDRAWN = "publication.withdrawn"


OF_HISTORY: Mapping[str, HookEvent] = {
    "forwarded": HookEvent.FORWARDED,
    "received": HookEvent.RECEIVED,
    "extended": HookEvent.EXTENDED,
    "replied": HookEvent.ANSWERED,
    "relayed": HookEvent.RELAYED,
    "closed": HookEvent.CLOSED,
    "published": HookEvent.PUBLISHED,
    "publication_withdrawn": HookEvent.WITHDRAWN,
}
"""By the words of a case's history."""

_PERSON_TOPICS = ("official", "deputy")


@dataclass(frozen=True, slots=True)
class Published:
    """A result as the board shows it: rounded dates, and the authority or the kind of body it is called."""

    public_id: str
    topic: str
    authority: str
    outcome: str


def about_a_person(case: Case) -> bool:
    """Whether its being known at all could point at somebody: reports about persons, and of reprisals."""
    return case.subject.is_person or case.topic.partition(".")[0] in _PERSON_TOPICS


def kept_from_somebody(case: Case) -> bool:
    """Whether the conflict rules shut anybody out: who reads the other system is not known to them (COI-1, COI-9)."""
    return bool(case.excluded_bodies or case.hidden_from or case.excluded_officers or case.subject_posts)


def told(
    event: HookEvent, event_id: str, at: datetime, case: Case, published: Published | None
) -> dict[str, Any] | None:
    """The body of one call, None where nothing may be told: number, dates, state, topic and bodies, never words.

    About persons, and of what is kept from somebody, nothing is told but what stands on the public board, and that
    under its public number only, which no case number can be matched with.
    """
    head = {"id": event_id, "event": event.value, "locality": case.locality}
    if event in (HookEvent.PUBLISHED, HookEvent.WITHDRAWN):
        if published is None:
            return None
        shown = {"public_id": published.public_id, "topic": published.topic}
        if event is HookEvent.PUBLISHED:
            shown |= {"authority": published.authority, "outcome": published.outcome}
        return {**head, "on": local_date(at).isoformat(), "publication": shown}
    if about_a_person(case) or kept_from_somebody(case):
        return None
    return {**head, "at": at.astimezone(UTC).isoformat().replace("+00:00", "Z"), "case": _case(case)}


def _case(case: Case) -> dict[str, Any]:
    days = {"received_on": case.received_on, "due_on": case.due_on, "extended_due_on": case.extended_due_on}
    instants = {"submitted": case.submitted_at, "forwarded": case.forwarded_at, "answered": case.answered_at}
    days |= {f"{name}_on": local_date(at) if at else None for name, at in instants.items()}
    return {
        "code": case.code,
        "state": case.state.value,
        "topic": case.topic,
        "receiving_body": case.receiving_body,
        "competent_authority": case.competent_authority,
        **{name: day.isoformat() if day else None for name, day in days.items()},
    }


class HookStage(StrEnum):
    """Where a subscription stands."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    REFUSED = "refused"
    DISABLED = "disabled"  # it failed for days
    ENDED = "ended"


def may_decide_hook(officer: Officer, proposed_by: str, locality: str, directory: Directory) -> bool:
    """A second person of the same place whose work includes agreeing to changes."""
    return officer.locality == locality and officer.id != proposed_by and decides(officer, directory)
