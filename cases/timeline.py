"""A case's history for one reader: which steps may be told, by whom they were taken, and which words belong to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cases.bodies import Directory
from cases.model import CaseEvent, Officer
from cases.names import read_as
from cases.rules import show_date
from cases.wording import SOURCE

ACCESS = frozenset(
    {
        *("read", "file_opened", "identity_read", "identity_asked", "identity_agreed", "identity_declined"),
        "original_opened",
    }
)
"""Looks at the case, told apart from its steps."""
UNTOLD = frozenset({"identity_erased", "identity_corrected"})
"""What a person does to all their cases at once: told, its moment would tie these cases together."""
_DESK_ONLY = ACCESS | {"joined", "merged", "split", "points", "wrote", "taken", "kind_corrected", "topic_corrected"}
_RESIDENT = "resident"
_SYSTEM = ("", "system")


@dataclass(frozen=True, slots=True)
class Line:
    """One step. `who` is a name, or "" where `by` (resident, system, a body's code) says all that may be told."""

    at: datetime
    what: str
    by: str
    who: str
    words: str


@dataclass(frozen=True)
class Reading:
    """Who reads: an officer at a desk or of the authority, among these people, in this language."""

    officer: Officer
    directory: Directory
    people: Mapping[str, Officer]
    desk: bool
    lang: str = SOURCE

    def name(self, body: str) -> str:
        """A body's name as this reader knows it."""
        return read_as(self.directory.name(body), self.lang)


def steps(history: Iterable[CaseEvent], reading: Reading) -> list[Line]:
    """What happened, oldest first, without looks; an authority reads nothing of what the desk did before its letter."""
    told = list(history)
    if not reading.desk:
        told = told[next((number for number, event in enumerate(told) if event.what == "forwarded"), len(told)) :]
    return [_line(event, reading) for event in told if _tellable(event, desk=reading.desk)]


def since(history: Sequence[CaseEvent], seen: int, reading: Reading) -> list[Line]:
    """What others did after the first `seen` entries: to be shown to whoever wrote meanwhile."""
    later = [event for event in history[max(0, seen) :] if event.actor != reading.officer.id]
    return [_line(event, reading) for event in later if _tellable(event, desk=reading.desk)]


def looks(history: Iterable[CaseEvent], reading: Reading) -> list[Line]:
    """Who opened the case, a file or the identity, and when: for the desk, latest first."""
    found = [event for event in history if event.what in ACCESS]
    return [_line(event, reading) for event in reversed(found)]


def additions(history: Iterable[CaseEvent]) -> list[CaseEvent]:
    """What the resident added later, with words or files."""
    return [event for event in history if event.what == "added" and event.actor == _RESIDENT]


def _tellable(event: CaseEvent, *, desk: bool) -> bool:
    return event.what not in UNTOLD and event.what not in (ACCESS if desk else _DESK_ONLY)


def _line(event: CaseEvent, reading: Reading) -> Line:
    by, who = event.actor, ""
    if event.actor in _SYSTEM:
        by = "system"
    elif event.actor != _RESIDENT:
        officer = reading.people.get(event.actor)
        by = officer.body if officer else "system"
        # An authority knows the desk by its name only, and its own people by theirs; the desk knows all.
        if officer is not None and (reading.desk or officer.body in reading.directory.same_as(reading.officer.body)):
            who = officer.name
    # A resident's own words may tell who wrote them; the authority gets the text that the desk confirmed.
    hidden = not reading.desk and event.actor == _RESIDENT
    return Line(event.at, event.what, by, who, "" if hidden else _words(event, reading.name))


def _day(text: object) -> str:
    return show_date(date.fromisoformat(str(text))) if text else ""


NameOf = Callable[[str], str]
_SAYS: dict[str, Callable[[CaseEvent, NameOf], object]] = {
    **dict.fromkeys(("asked_info",), lambda event, _: event.data.get("question")),
    **dict.fromkeys(("added", "verdict_reason", "appeal_words", "wrote"), lambda event, _: event.data.get("text")),
    **dict.fromkeys(
        (
            "extended",
            "split",
            "topic_corrected",
            "kind_corrected",
            "redirected",
            *sorted(ACCESS - {"read", "file_opened"}),
        ),
        lambda event, _: event.data.get("reason"),
    ),
    **dict.fromkeys(
        ("refusal_proposed", "refusal_rejected", "closed", "info_received"), lambda e, _: e.data.get("note")
    ),
    "forwarded": lambda event, name: _join(event.data.get("doc_no"), _body(event.data.get("to"), name)),
    "received": lambda event, _: _day(event.data.get("received_on")),
    "replied": lambda event, _: _join(event.data.get("doc_no"), _day(event.data.get("doc_date"))),
    "returned": lambda event, name: _join(event.data.get("reason"), _body(event.data.get("proposed"), name)),
    "rerouted": lambda event, name: _join(_body(event.data.get("new"), name), event.data.get("reason")),
    "delegated": lambda event, name: _body(event.data.get("to"), name),
    "triaged": lambda event, name: _body(event.data.get("authority"), name),
    "urged": lambda event, _: event.data.get("k"),
    "dialogue_opened": lambda event, _: event.data.get("details"),
    "dialogue_held": lambda event, _: _day(event.data.get("on")),
    "info_asked": lambda event, _: _join(event.data.get("what"), _day(event.data.get("due"))),
    "due_changed": lambda event, _: _join(event.data.get("old"), event.data.get("new"), event.data.get("reason")),
}
"""Which of an event's facts stands in the time line."""


def _words(event: CaseEvent, name: NameOf) -> str:
    found = _SAYS[event.what](event, name) if event.what in _SAYS else ""
    return " ".join(str(found or "").split())


def _body(code: object, name: NameOf) -> str:
    return name(str(code)) if code else ""


def _join(*parts: object) -> str:
    return " · ".join(str(part) for part in parts if part)
