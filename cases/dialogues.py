"""Dialogues to clarify a matter: who asked, about what, when it was held, what it came to (SV-6). The clock runs on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from cases.answers import open_dialogue
from cases.calendar import local_date
from cases.casework import Hidden, Refused, actor_of
from cases.deskwork import at_desk
from cases.model import Case, CaseEvent, Officer, State
from cases.ports import UnitOfWork
from cases.rules import Rules, show_date
from cases.visibility import Sight, sight


@dataclass(slots=True)
class Meeting:
    """One dialogue. `asked_by` is resident, handler or authority; `planned` is as people say it: day, hour, place."""

    id: str
    case_id: str
    asked_by: str
    asked_on: date
    topic: str
    planned: str
    held_on: date | None = None
    present: str = ""
    minutes: str = ""


class MeetingShelf(Protocol):
    """Where dialogues are kept."""

    def add(self, meeting: Meeting) -> None: ...

    def save(self, meeting: Meeting) -> None: ...

    def of_case(self, case_id: str) -> Sequence[Meeting]: ...


def request(
    unit: UnitOfWork,
    shelf: MeetingShelf,
    rules: Rules,
    officer: Officer,
    case: Case,
    topic: str,
    planned: str,
    now: datetime,
) -> Meeting:
    """Ask for a dialogue; the sender and the other side are told. Refused: `no_dialogue_topic`, as `open_dialogue`."""
    if not topic.strip():
        raise Refused("no_dialogue_topic")
    actor = actor_of(officer, case, rules.directory_of(case, now))
    open_dialogue(unit, rules, officer, case, _told(topic, planned), now)
    meeting = Meeting(
        unit.new_id(), case.id, actor.value, local_date(now), topic.strip()[:500], " ".join(planned.split())[:300]
    )
    shelf.add(meeting)
    return meeting


def open_meeting(unit: UnitOfWork, shelf: MeetingShelf, case: Case, now: datetime) -> Meeting:
    """The dialogue that waits to be held; one the resident or somebody in chat asked for is entered now, unsaved."""
    waiting = [one for one in shelf.of_case(case.id) if one.held_on is None]
    if waiting:
        return waiting[-1]
    asked = ("dialogue_asked", "dialogue_opened")
    told = next((event for event in reversed(unit.cases.history(case.id)) if event.what in asked), None)
    by = "resident" if told is None or told.actor == "resident" else "handler"
    details = str(told.data.get("details", "")) if told else ""
    return Meeting("", case.id, by, local_date(told.at if told else now), details, "")


def record_held(
    unit: UnitOfWork,
    shelf: MeetingShelf,
    rules: Rules,
    officer: Officer,
    case: Case,
    held_on: date,
    present: str,
    minutes: str,
    now: datetime,
) -> Meeting:
    """The desk writes down that the dialogue was held and what it came to; the case stays where it is.

    Refused: `not_now`, `held_in_future`, `no_minutes`, `no_present`.
    """
    directory = rules.directory_of(case, now)
    if sight(officer, case, directory) < Sight.CONTENT:
        raise Hidden(case.id)
    if case.state is not State.DIALOGUE or not at_desk(officer, case, directory):
        raise Refused("not_now")
    if held_on > local_date(now):
        raise Refused("held_in_future", date=show_date(held_on))
    if not present.strip():
        raise Refused("no_present")
    if not minutes.strip():
        raise Refused("no_minutes")
    meeting = open_meeting(unit, shelf, case, now)
    meeting.held_on, meeting.present, meeting.minutes = held_on, present.strip()[:1000], minutes.strip()[:5000]
    if meeting.id:
        shelf.save(meeting)
    else:
        meeting.id = unit.new_id()
        shelf.add(meeting)
    unit.cases.log(CaseEvent(case.id, now, "dialogue_held", officer.id, {"on": held_on.isoformat()}))
    unit.cases.save(case)
    return meeting


def _told(topic: str, planned: str) -> str:
    return "\n".join(part for part in (topic.strip()[:500], " ".join(planned.split())[:300]) if part)
