"""From what a clerk typed to a Word file: mistakes named by part, values for the template, the number in its place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from cases.calendar import CalendarIncomplete, local_date
from cases.clocks import latest_due_on
from cases.model import Secrecy
from cases.papers import SYMBOLS, Paper
from cases.redaction import redact
from cases.spelling_out import syllables
from papers.document import render
from papers.facts import Facts
from papers.forms import PARTS, Part, shaped
from papers.letterhead import LETTER, addressees, doc_no, letterhead, recipients, signature
from papers.proposal import proposed

MOST_WORDS = 200
"""A loudspeaker script (domain 8.2)."""
WORDS_A_MINUTE = 130
"""How fast a speaker reads so that people hear it."""
SIGNER = Part("signer", most=120)
SIGNER_TITLE = Part("signer_title", most=120)
_FOR_EVERYBODY = frozenset({Paper.PUBLICATION, Paper.LOUDSPEAKER})
_COVERED = frozenset({Paper.FORWARDING, Paper.INFO_REQUEST, Paper.INVITATION, Paper.RECEIPT, Paper.URGING})
_OF_THE_OFFICE = frozenset({"to", "recipients", "contact", "lookup", "phone", "hours", "bases"})
"""Parts that hold the office's own numbers and addresses."""
_APPROVED = frozenset({"matter", "content"})
_RECORDED = frozenset({"reason", "new_due"})
_DOTS = re.compile(r"\.{6,}")


@dataclass(frozen=True, slots=True)
class Typed:
    """A filled-in form: parts by name, who signs, the day, and the number a clerk confirmed (None: a draft)."""

    parts: Mapping[str, str]
    signer: str = ""
    signer_title: str = ""
    day: date | None = None
    number: int | None = None


def mistakes(facts: Facts, typed: Typed, names: Iterable[str] = ()) -> dict[str, str]:
    """What must be put right, by part (needed, long, words, clue, blank, day, extension, approval); empty: nothing.

    `names` are the reporter's, as far as known: neither they nor a number or address may stand on a paper that
    leaves the desk. A paper with a number may hold no dotted blank any more, save what is filled in by hand.
    """
    found: dict[str, str] = {}
    for part in PARTS[facts.paper]:
        if not settled(facts, part) and (code := _mistake(facts, part, typed, names)):
            found[part.name] = code
    final = typed.number is not None
    if final and facts.paper is Paper.PUBLICATION and facts.published is None:
        found["approval"] = "approval"
    if final and not typed.signer.strip() and facts.paper is not Paper.MINUTES:
        found["signer"] = "needed"
    if typed.day is None:
        if final:
            found["day"] = "needed"
    elif not local_date(facts.case.submitted_at) <= typed.day <= facts.today:
        found["day"] = "day"
    return found


def settled(facts: Facts, part: Part) -> bool:
    """Whether the clerk reads this part but does not change it: facts of the case, and words two persons approved."""
    approved = facts.paper is Paper.PUBLICATION and facts.published is not None
    recorded = facts.paper is Paper.EXTENSION and facts.case.extension is not None
    return part.fixed or (approved and part.name in _APPROVED) or (recorded and part.name in _RECORDED)


def word_file(facts: Facts, typed: Typed, own: Path | None = None) -> bytes:
    """The paper as Word. Raises `PaperFault` when a commune's own template cannot be filled in."""
    return render(facts.paper, template_values(facts, typed), own)


def template_values(facts: Facts, typed: Typed) -> dict[str, object]:
    """Everything the template names. Facts of the case are taken from the case, whatever was posted."""
    known = proposed(facts)
    values: dict[str, object] = {"title": "", "summary": "", "sign": _sign(facts, typed)}
    for part in PARTS[facts.paper]:
        text = known[part.name] if settled(facts, part) else typed.parts.get(part.name, "")
        values[part.name] = shaped(part, text)
    issuer, kind = facts.issuer, SYMBOLS[facts.paper]
    lines = str(typed.parts.get("recipients", "")).split("\n")
    values["recipients"] = recipients(issuer, lines)
    values["to"] = addressees(str(typed.parts.get("to", "")).split("\n"))
    about = str(values.get("about", ""))
    head = letterhead(issuer, kind or LETTER, typed.number, typed.day, about=about, numbered=bool(kind))
    if facts.paper is Paper.LOUDSPEAKER:
        head["draft"] = not facts.approver
        values["duration"] = _duration(facts, typed)
    return {**values, "head": head}


def number_of(facts: Facts, number: int | None) -> str:
    """The number with its symbols, "" for a paper that has none."""
    kind = SYMBOLS[facts.paper]
    return doc_no(facts.issuer, kind, number) if kind else ""


def file_name(facts: Facts, number: int | None) -> str:
    """A name every system takes: `PA-2026-000123_forwarding_12.docx`."""
    ending = f"_{number:02d}" if number is not None else ("_draft" if SYMBOLS[facts.paper] else "")
    return f"{facts.case.code}_{facts.paper}{ending}.docx"


def _mistake(facts: Facts, part: Part, typed: Typed, names: Iterable[str]) -> str:
    text = typed.parts.get(part.name, "")
    if part.needed and not text.strip():
        return "needed"
    if len(text) > part.most:
        return "long"
    if typed.number is not None and facts.paper is not Paper.MINUTES and _DOTS.search(text):
        return "blank"
    if facts.paper is Paper.LOUDSPEAKER and part.name == "content" and syllables(text) > MOST_WORDS:
        return "words"
    if part.name == "new_due" and not _may_reach(facts, text):
        return "extension"
    return "clue" if _gives_away(facts, part, text, names) else ""


def _may_reach(facts: Facts, text: str) -> bool:
    """A day after the first term and within the longest one (SV-14: 30 working days in all from receipt)."""
    case = facts.case
    try:
        day = datetime.strptime(text.strip(), "%d/%m/%Y").date()  # noqa: DTZ007 - a calendar day
        return case.due_on is not None and case.due_on < day <= latest_due_on(case, facts.profile, facts.rules.calendar)
    except (ValueError, CalendarIncomplete):
        return False


def _gives_away(facts: Facts, part: Part, text: str, names: Iterable[str]) -> bool:
    """Numbers, addresses and the reporter's name, by their form; in public also the case's own marks (domain 1)."""
    if facts.paper in _FOR_EVERYBODY:
        case = facts.case
        marks = (case.code, case.subject_note)
        return _covers(text, names) or any(mark and mark.lower() in text.lower() for mark in marks)
    if facts.paper in _COVERED and part.name not in _OF_THE_OFFICE and facts.case.secrecy is not Secrecy.OPEN:
        return _covers(text, names)
    return False


def _covers(text: str, names: Iterable[str] = ()) -> bool:
    return redact(text, names) != unicodedata.normalize("NFC", text)


def _sign(facts: Facts, typed: Typed) -> dict[str, str]:
    return signature(facts.issuer, typed.signer.strip(), typed.signer_title.strip())


def _duration(facts: Facts, typed: Typed) -> str:
    words = syllables(typed.parts.get("content", ""))
    return facts.say("duration", n=words, seconds=-(-words * 60 // WORDS_A_MINUTE))
