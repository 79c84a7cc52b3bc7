"""The registers beside the cases: which fields an entry has, what makes one wrong, and when a yearly target is met.

Fields and targets follow section II.2 and III of the commune's plan for Directive 18-CT/TW (domain, sections 2 and 10).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

Value = str | int | bool | date | None
LONGEST = 4000  # characters of one text field


class Book(StrEnum):
    """The registers."""

    PLAN = "plan"
    SESSION = "session"
    RECOMMENDATION = "recommendation"
    CRITICISM = "criticism"
    INVITATION = "invitation"
    PROJECT = "project"
    TRAINING = "training"
    CHECKLIST = "checklist"


class Type(StrEnum):
    """What is typed into a field."""

    TEXT = "text"
    LONG = "long"
    DATE = "date"
    NUMBER = "number"
    FLAG = "flag"
    CHOICE = "choice"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class Field:
    """One field; its label is `console_reg_<book>_<name>`, a choice's `console_reg_<book>_<name>_<value>`."""

    name: str
    type: Type = Type.TEXT
    needed: bool = False
    choices: tuple[str, ...] = ()
    shown: bool = True  # in the list


def _f(name: str, kind: Type = Type.TEXT, **more: object) -> Field:
    return Field(name, kind, **more)  # type: ignore[arg-type]


_D, _L, _C, _B, _N, _Y = Type.DATE, Type.LONG, Type.CHOICE, Type.BODY, Type.NUMBER, Type.FLAG

FIELDS: Mapping[Book, tuple[Field, ...]] = {
    Book.PLAN: (
        _f("items", _L, needed=True, shown=False),
        _f("consulted_on", _D),
        _f("agreed_on", _D),
        _f("submitted_on", _D),
        _f("issued_on", _D),
        _f("doc_no"),
    ),
    Book.SESSION: (
        _f("theme", needed=True),
        _f("lead", _B, needed=True),
        _f("partners", shown=False),
        _f("joint", _Y),
        _f("supervised", shown=False),
        _f("started_on", _D),
        _f("finished_on", _D),
        _f("conclusion", _L, shown=False),
    ),
    Book.RECOMMENDATION: (
        _f("text", _L, needed=True),
        _f("source", _C, needed=True, choices=("session", "case", "voter_petition")),
        _f("source_ref", shown=False),
        _f("addressee", _B, needed=True),
        _f("sent_on", _D, needed=True),
        _f("due_on", _D),
        _f("status", _C, needed=True, choices=("no_answer", "in_progress", "done")),
        _f("reply_no", shown=False),
        _f("reply_on", _D),
    ),
    Book.CRITICISM: (
        _f("draft", needed=True),
        _f("drafting_body", _B, needed=True),
        _f("level", _C, needed=True, choices=("commune", "other")),
        _f("local", _Y, shown=False),
        _f("received_on", _D, needed=True),
        _f("information", _L, shown=False),
        _f("conference_on", _D),
        _f("representative", shown=False),
        _f("opinion_on", _D),
        _f("opinions", _L, shown=False),
        _f("reply_no", shown=False),
        _f("reply_on", _D),
        _f("issuer_report_no", shown=False),
        _f("issuer_report_on", _D),
    ),
    Book.INVITATION: (
        _f("meeting", needed=True),
        _f("kind", _C, needed=True, choices=("party_committee", "council", "committee", "dialogue")),
        _f("held_on", _D, needed=True),
        _f("invited", _B, needed=True),
        _f("attended_by"),
    ),
    Book.PROJECT: (
        _f("name", needed=True),
        _f("investor"),
        _f("investor_level", _C, needed=True, choices=("commune", "province", "ministry", "private")),
        _f("hamlet", shown=False),
        _f("capital", _N, shown=False),
        _f("started_on", _D),
        _f("finished_on", _D),
        _f("contractor", shown=False),
        _f("supervised_from", _D),
        _f("members", shown=False),
        _f("visits", _N),
    ),
    Book.TRAINING: (
        _f("person", needed=True),
        _f("group", _C, needed=True, choices=("full_time", "inspection_board")),
        _f("course"),
        _f("trained_on", _D),
        _f("hours", _N),
    ),
    Book.CHECKLIST: (
        _f(
            "item",
            _C,
            needed=True,
            choices=("own_plan", "budget_front", "budget_boards", "inspection_programme", "board_grade"),
        ),
        _f("of", _B),
        _f("done_on", _D),
        _f("grade", _C, choices=("good", "fair", "poor")),
        _f("note", _L, shown=False),
    ),
}


class WrongEntry(ValueError):
    """What is wrong with an entry: by field, the key of the sentence (`console_reg_wrong_<key>`)."""

    def __init__(self, wrong: Mapping[str, str]) -> None:
        super().__init__(", ".join(f"{name}: {why}" for name, why in wrong.items()))
        self.wrong = dict(wrong)


@dataclass(slots=True)
class Entry:
    """One entry of a register, for one year. `values` has every field of its book."""

    id: str
    locality: str
    book: Book
    year: int
    body: str
    values: dict[str, Value] = field(default_factory=dict)
    version: int = 0

    def day(self, name: str) -> date | None:
        """A date field."""
        value = self.values.get(name)
        return value if isinstance(value, date) else None

    def word(self, name: str) -> str:
        """A text, choice or body field."""
        return str(self.values.get(name) or "")

    def flag(self, name: str) -> bool:
        """A yes-or-no field."""
        return self.values.get(name) is True


def read_entry(book: Book, written: Mapping[str, str], bodies: Iterable[str]) -> dict[str, Value]:
    """What was typed, as values. Raises WrongEntry naming every field that is wrong."""
    values: dict[str, Value] = {}
    wrong: dict[str, str] = {}
    known = frozenset(bodies)
    for one in FIELDS[book]:
        try:
            values[one.name] = _value(one, written.get(one.name, "").strip(), known)
        except ValueError as error:
            wrong[one.name] = str(error)
    wrong |= {name: why for name, why in _orders(book, values).items() if name not in wrong}
    if wrong:
        raise WrongEntry(wrong)
    return values


def _value(one: Field, text: str, bodies: frozenset[str]) -> Value:
    if not text and one.type is not Type.FLAG:
        if one.needed:
            raise ValueError("needed")
        return None
    if len(text) > LONGEST:
        raise ValueError("long")
    match one.type:
        case Type.DATE:
            return read_day(text)
        case Type.NUMBER:
            if not text.isascii() or not text.isdecimal() or len(text) > 15:
                raise ValueError("number")
            return int(text)
        case Type.FLAG:
            return text not in ("", "0")
        case Type.CHOICE if text not in one.choices:
            raise ValueError("choice")
        case Type.BODY if text not in bodies:
            raise ValueError("body")
    return text


def read_day(text: str) -> date:
    """`2026-03-05` as browsers send it, or `05/03/2026` as people write it."""
    try:
        if "/" in text:
            day, month, year = (int(part) for part in text.split("/"))
            found = date(year, month, day)
        else:
            found = date.fromisoformat(text)
    except ValueError as error:
        raise ValueError("date") from error
    if not 2000 <= found.year <= 2100:
        raise ValueError("date")
    return found


_IN_ORDER: Mapping[Book, tuple[tuple[str, ...], ...]] = {
    Book.PLAN: (("consulted_on", "agreed_on", "submitted_on", "issued_on"),),
    Book.SESSION: (("started_on", "finished_on"),),
    Book.PROJECT: (("started_on", "finished_on"),),
    Book.CRITICISM: (("received_on", "conference_on"), ("received_on", "opinion_on", "issuer_report_on")),
    Book.RECOMMENDATION: (("sent_on", "reply_on"),),
}


def _orders(book: Book, values: Mapping[str, Value]) -> dict[str, str]:
    """Days that come too early; in a yearly plan also a step taken before the one before it (FR-1)."""
    wrong: dict[str, str] = {}
    for chain in _IN_ORDER.get(book, ()):
        last: date | None = None
        for name in chain:
            day = values.get(name)
            if not isinstance(day, date):
                continue
            if last is not None and day < last:
                wrong[name] = "order"
            last = day
        if book is Book.PLAN:
            given = [values.get(name) is not None for name in chain]
            wrong |= {name: "step" for place, name in enumerate(chain) if given[place] and not all(given[:place])}
    return wrong


def complete_cycle(entry: Entry) -> bool:
    """A criticism with draft, attendance, written reply and report to the issuer all recorded (CR-4)."""
    attended = entry.day("conference_on") is not None and bool(entry.word("representative"))
    return attended and entry.day("reply_on") is not None and entry.day("issuer_report_on") is not None
