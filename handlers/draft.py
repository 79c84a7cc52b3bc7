"""The report being written: the conversation's notes as a `Draft`, and back."""

from __future__ import annotations

import re
from typing import Any

from cases.directory import Directory
from cases.intake import Draft, find_route
from cases.messages import FileRef
from cases.model import Kind, Secrecy, Subject
from cases.ports import CaseFile
from cases.routing import Route
from handlers.turn import Turn

PARTS = "parts"
IDENTITY_NUMBER = re.compile(r"(?<!\d)(?:\d{12}|\d{3}[ .]\d{3}[ .]\d{3}[ .]\d{3})(?!\d)")
"""Citizen identity numbers have twelve digits; nobody needs them here (domain 7.4, 7.5)."""


def draft_of(turn: Turn) -> Draft:
    """The draft as collected so far."""
    data = turn.data
    return Draft(
        text=story(turn),
        kind=Kind(data.get("kind", Kind.REPORT)),
        subject=Subject(data.get("subject", Subject.OTHER)),
        topic=data.get("topic", "other"),
        suggested_topic=data.get("suggested", "other"),
        posts=tuple(data.get("posts", ())),
        subject_body=data.get("subject_body", ""),
        subject_note=data.get("subject_note", ""),
        also_front_deputy=bool(data.get("front_deputy", False)),
        hamlet=data.get("hamlet", ""),
        place=data.get("place", ""),
        latitude=data.get("latitude"),
        longitude=data.get("longitude"),
        happened=data.get("happened", ""),
        work=data.get("work", ""),
        hidden_from=tuple(data.get("hidden_from", ())),
        chosen_body=data.get("chosen_body", ""),
        secrecy=secrecy(data),
        name=data.get("name", ""),
        phone=data.get("phone", ""),
        retaliation=bool(data.get("retaliation", False)),
        linked_case=data.get("linked_case", ""),
    )


def secrecy(data: dict[str, Any]) -> Secrecy:
    """Anonymous when the person chose to hide the name; reports about people are confidential by default."""
    if data.get("hide_name"):
        return Secrecy.ANONYMOUS
    return Secrecy.CONFIDENTIAL if Subject(data.get("subject", Subject.OTHER)).is_person else Secrecy.OPEN


def directory_of(turn: Turn) -> Directory:
    """The commune's directory as of today."""
    return turn.rules.directory(turn.chat.locality, turn.now)


def route_of(turn: Turn) -> Route:
    """Where the draft would go if it were confirmed now."""
    draft = draft_of(turn)
    original = turn.unit.cases.get(draft.linked_case) if draft.linked_case else None
    return find_route(turn.rules, directory_of(turn), draft, original)


def add_story(turn: Turn, text: str) -> bool:
    """Add words to what happened, in the order they were sent (messengers may deliver out of order).

    Returns whether it had to be cut at the limit.
    """
    parts: list[list[Any]] = turn.data.setdefault(PARTS, [])
    room = turn.rules.limits.text - sum(len(part[2]) + 1 for part in parts)
    text = covered(turn, text)
    kept = text[: max(room, 0)]
    if kept:
        parts.append([turn.incoming.sent_at.timestamp(), turn.incoming.message_id, kept])
        parts.sort(key=lambda part: (part[0], part[1]))
    return len(kept) < len(text)


def covered(turn: Turn, text: str) -> str:
    """The text with identity numbers covered; the person is told."""
    kept = IDENTITY_NUMBER.sub(lambda found: "•" * len(found[0]), text)
    if kept != text:
        turn.say("pii_warning")
    return kept


def story(turn: Turn) -> str:
    """What happened, as sent."""
    return "\n".join(part[2] for part in turn.data.get(PARTS, ()))


def add_files(turn: Turn, files: tuple[FileRef, ...], purpose: str = "evidence", case_id: str = "") -> int:
    """Remember files to fetch, up to the limit; returns how many were over it."""
    have = len(turn.unit.files.of_case(case_id, purpose) if case_id else turn.unit.files.of_draft(turn.chat.key))
    room = max(turn.rules.limits.files - have, 0)
    for file in files[:room]:
        turn.unit.files.add(
            CaseFile(
                id=turn.unit.new_id(),
                case_id=case_id,
                chat_key="" if case_id else turn.chat.key,
                purpose=purpose,
                source=file,
                channel=turn.chat.address.channel,
                added_at=turn.now,
            )
        )
    return max(len(files) - room, 0)
