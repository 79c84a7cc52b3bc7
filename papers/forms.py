"""The parts of each paper that a clerk sees and changes before it is made: names as in the templates, and shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cases.papers import Paper
from papers.document import clean, paragraphs


class Shape(StrEnum):
    """How a part is typed and set."""

    LINE = "line"
    TEXT = "text"  # paragraphs, parted by empty lines
    LINES = "lines"  # one entry a line
    TALK = "talk"  # one `who: what` a line


@dataclass(frozen=True, slots=True)
class Part:
    """One part. `fixed`: a fact of the case that the clerk reads but does not change."""

    name: str
    shape: Shape = Shape.LINE
    fixed: bool = False
    needed: bool = True
    most: int = 300


def _facts(*names: str) -> tuple[Part, ...]:
    return tuple(Part(name, fixed=True, needed=False) for name in names)


def _line(name: str, *, needed: bool = True) -> Part:
    return Part(name, needed=needed)


def _long(name: str, *, needed: bool = True) -> Part:
    """A sentence or two, set as one paragraph."""
    return Part(name, needed=needed, most=2_000)


def _text(name: str, *, needed: bool = True) -> Part:
    return Part(name, Shape.TEXT, needed=needed, most=20_000)


def _rows(name: str, *, needed: bool = True) -> Part:
    return Part(name, Shape.LINES, needed=needed, most=5_000)


HEAD = (Part("title", fixed=True), Part("summary"))
TO = Part("to", Shape.LINES)
FOOT = (Part("recipients", Shape.LINES, needed=False, most=2_000),)

PARTS: Mapping[Paper, tuple[Part, ...]] = {
    Paper.RECEIPT: (
        *HEAD,
        *_facts("case_code", "received_at", "channel", "reporter", "contact", "kind", "subject_kind", "topic"),
        _line("place", needed=False),
        *_facts("files", "receiving_body"),
        _text("content"),
        _rows("steps"),
        _long("lookup"),
        _long("privacy", needed=False),
        Part("note", fixed=True),
        *FOOT,
    ),
    Paper.GUIDANCE: (
        *HEAD,
        TO,
        _long("opening"),
        _text("content", needed=False),
        _long("why"),
        _long("door"),
        _line("place"),
        _line("papers", needed=False),
        _line("phone", needed=False),
        _line("hours", needed=False),
        _long("closing"),
        *FOOT,
    ),
    Paper.FORWARDING: (
        TO,
        Part("about", Shape.TEXT),
        _rows("bases"),
        _long("opening"),
        _text("content"),
        *_facts("topic"),
        _line("place", needed=False),
        _line("happened", needed=False),
        *_facts("files"),
        _long("why"),
        _long("request"),
        _long("complex"),
        _long("secrecy"),
        _long("closing"),
        *FOOT,
    ),
    Paper.INFO_REQUEST: (
        TO,
        Part("about", Shape.TEXT),
        _rows("bases"),
        _long("opening"),
        _long("request"),
        _rows("items"),
        _long("until"),
        _long("clock", needed=False),
        _long("closing"),
        *FOOT,
    ),
    Paper.URGING: (
        TO,
        Part("about", Shape.TEXT),
        _long("opening"),
        *_facts("case_code", "topic", "forwarded", "received_on", "due_date", "late", "earlier"),
        Part("basis", fixed=True, most=2_000, needed=False),
        _long("request"),
        _long("escalation", needed=False),
        _long("closing"),
        *FOOT,
    ),
    Paper.EXTENSION: (
        *HEAD,
        TO,
        _long("opening"),
        *_facts("case_code", "forwarded", "received_on", "due_date"),
        _long("reason"),
        _line("new_due"),
        _long("explanation", needed=False),
        Part("limit", fixed=True, most=2_000),
        _long("closing"),
        *FOOT,
    ),
    Paper.REPLY_COVER: (
        TO,
        Part("about", Shape.TEXT),
        _long("opening"),
        _long("outcome"),
        _text("findings"),
        _text("measures"),
        _long("appeal"),
        _long("closing"),
        *FOOT,
    ),
    Paper.RESULT: (
        *HEAD,
        TO,
        _long("opening"),
        _long("answered"),
        _long("outcome"),
        _text("content"),
        _text("measures", needed=False),
        _long("disagree"),
        _long("door"),
        _long("closing"),
        *FOOT,
    ),
    Paper.INVITATION: (
        *HEAD,
        TO,
        _long("opening"),
        _line("subject"),
        _line("time"),
        _line("place"),
        _line("chair"),
        _long("members"),
        _line("contact", needed=False),
        _long("clock", needed=False),
        _long("closing"),
        *FOOT,
    ),
    Paper.MINUTES: (
        *HEAD,
        _line("time"),
        _line("place"),
        _line("chair"),
        _line("clerk"),
        _rows("members"),
        _text("content"),
        Part("opinions", Shape.TALK, most=20_000),
        _rows("agreed"),
        _rows("next"),
        Part("clock", fixed=True, most=2_000),
        _long("closing"),
    ),
    Paper.PUBLICATION: (
        *HEAD,
        _long("opening"),
        *_facts("topic"),
        _long("matter"),
        *_facts("authority", "received_month", "answered_month", "outcome"),
        _text("content"),
        _line("forms"),
        _line("period"),
        _long("closing"),
        *FOOT,
    ),
    Paper.LOUDSPEAKER: (
        *HEAD,
        _line("period"),
        _line("source"),
        *_facts("approver"),
        _text("content"),
    ),
}
"""Every part of every paper, in the order of the form."""

TITLED = frozenset(paper for paper, parts in PARTS.items() if parts[0].name == "title")


def part_of(paper: Paper, name: str) -> Part | None:
    """The part of that name; None for a name that this paper does not have."""
    return next((part for part in PARTS[paper] if part.name == name), None)


def shaped(part: Part, text: str) -> object:
    """What was typed, as the template takes it."""
    if part.shape is Shape.TEXT and part.name != "about":
        return paragraphs(text)
    if part.shape is Shape.LINES:
        return [line.strip() for line in clean(text).split("\n") if line.strip()]
    if part.shape is Shape.TALK:
        return [_said(line) for line in clean(text).split("\n") if line.strip()]
    return clean(text).strip("\n")


def _said(line: str) -> dict[str, str]:
    who, colon, said = line.strip().partition(":")
    return {"who": who.strip(), "said": said.strip()} if colon else {"who": "", "said": who}
