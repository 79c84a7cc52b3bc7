"""Sealed reports: which are sealed, what leaves the case for the box, and what is never pushed about them.

Topic, conflict rules and routing are worked out at arrival, in memory, from the report itself. What stays readable by
the server is their outcome: receiving body, topic, profile, whom the conflict rules shut out, and the post and body
complained of, because an officer who takes up that post tomorrow must be shut out too (COI-4).
"""

from __future__ import annotations

from collections.abc import Mapping

from cases.directory import Directory
from cases.model import Case, Subject
from cases.ports import UnitOfWork
from cases.rules import Rules

REPORT, IDENTITY, ADDED, VERDICT, APPEAL = "report", "identity", "added", "verdict", "appeal"
EMPTIED: Mapping[str, object] = {
    "text": "",
    "subject_note": "",
    "hamlet": "",
    "place": "",
    "latitude": None,
    "longitude": None,
    "happened": "",
    "work": "",
}
"""What a sealed case does not hold."""

TOLD_ELSEWHERE = frozenset(
    {
        "answered",
        "news_asked_info",
        "news_desk_wrote",
        "news_desk_wrote_last",
        "news_dialogue",
    }
)
"""News whose text holds words written about the case: of a sealed one only "there is news" is pushed."""


def key_for(unit: UnitOfWork, rules: Rules, locality: str, subject: Subject, body: str) -> str:
    """The key a report about this subject, received by this body, is sealed with; "" when it is not sealed."""
    if not subject.is_person:
        return ""
    above = rules.book.localities[locality].parent
    return unit.sealed.opener((locality, above) if above else (locality,), body)


def take_out(case: Case) -> dict[str, object]:
    """Empty the case of what was told, and return that: to be put into the box before anything is stored."""
    told = {name: getattr(case, name) for name in EMPTIED}
    for name, nothing in EMPTIED.items():
        setattr(case, name, nothing)
    case.suggested_topic = case.topic
    case.sealed_to = case.receiving_body
    return told


def keep_report(
    unit: UnitOfWork, directory: Directory, case: Case, told: Mapping[str, object], sender: tuple[str, str], key: str
) -> None:
    """Put the report into its box, and who sent it into another, which is handed out for a reason only."""
    hamlet = directory.locality.hamlet(str(told["hamlet"]))
    work = directory.locality.work(str(told["work"]))
    posts = [directory.post(code).title for code in case.subject_posts if directory.known_posts((code,))]
    named = {
        "about": posts,
        "hamlet": hamlet.name if hamlet else "",
        "work": work.name if work else "",
        "files": unit.sealed.hold_files(case),
    }
    unit.sealed.keep(case, REPORT, {**told, **named}, key)
    if any(sender):
        unit.sealed.keep(case, IDENTITY, {"name": sender[0], "phone": sender[1]}, key)


def keep_addition(unit: UnitOfWork, case: Case, text: str) -> str:
    """An addition, with the names of the files sent with it: sealed, and nothing is left to store; else the text."""
    if not case.sealed_to:
        return text
    unit.sealed.keep(case, ADDED, {"text": text, "files": unit.sealed.hold_files(case)})
    return ""


def keep_words(unit: UnitOfWork, case: Case, what: str, text: str) -> str:
    """What a resident says of a case later: sealed, and then nothing is left to store; else the text itself."""
    if not case.sealed_to or not text:
        return text
    unit.sealed.keep(case, what, {"text": text})
    return ""


def keep_identity(unit: UnitOfWork, case: Case, name: str, phone: str) -> bool:
    """Put a corrected name and phone into their box; False where the case is not sealed."""
    if not case.sealed_to:
        return False
    unit.sealed.drop(case.id, IDENTITY)
    if name or phone:
        unit.sealed.keep(case, IDENTITY, {"name": name, "phone": phone})
    return True
