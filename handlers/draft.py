"""The report being written: the conversation's notes as a `Draft`, and back."""

from __future__ import annotations

import re
from typing import Any

from cases import resident
from cases.directory import Directory
from cases.intake import Draft, find_route
from cases.messages import FileRef
from cases.model import Case, Kind, Secrecy, Subject
from cases.ports import CaseFile
from cases.routing import Route
from handlers.turn import Answer, Turn

PARTS = "parts"
EDITS = 20  # edited messages remembered
_PHONE = re.compile(r"(?<!\d)(?:\+?84|0)(?:[ .\-]?\d){8,10}(?!\d)")


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
    """As chosen; else anonymous for who hid the name at the beginning, confidential for reports about people."""
    if data.get("secrecy"):
        return Secrecy(data["secrecy"])
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


def add_story(turn: Turn, text: str) -> None:
    """Add words to what happened, in the order they were sent (messengers may deliver out of order).

    The person is told when they do not all fit.
    """
    parts: list[list[Any]] = turn.data.setdefault(PARTS, [])
    kept = _room_for(turn, text, parts)
    if kept:
        parts.append([turn.incoming.sent_at.timestamp(), turn.incoming.ref or turn.incoming.message_id, kept])
        correct_early(turn, parts)
        parts.sort(key=lambda part: (part[0], part[1]))


def noted(turn: Turn, text: str, most: int) -> str:
    """A short note of the report, in `most` characters; of a longer one the whole goes with the story."""
    text = turn.covered(text.strip())
    if len(text) > most:
        add_story(turn, text)
    return text[:most]


def _room_for(turn: Turn, text: str, parts: list[list[Any]]) -> str:
    """As much of the text, identity numbers covered, as fits beside these parts."""
    text = turn.covered(text)
    room = max(turn.rules.limits.text - sum(len(part[2]) + 1 for part in parts), 0)
    if len(text) > room:
        turn.say_once("text_cut", limit=turn.count(turn.rules.limits.text))
    return text[:room]


def correct(turn: Turn) -> bool:
    """Put an edited message in the place of what it was; False when that is not in the report being written.

    An older edit never undoes a newer one, and an edit that comes before its message waits for it.
    """
    talk: dict[str, Any] = turn.chat.talk
    data: dict[str, Any] = (talk.get("parked") or talk).get("data") or {}
    parts: list[list[Any]] = data.get(PARTS, [])
    edits: dict[str, list[Any]] = data.setdefault("edits", {})
    incoming = turn.incoming
    found = next((part for part in parts if part[1] == incoming.ref), None)
    stamp = incoming.sent_at.timestamp()
    if stamp < edits.get(incoming.ref, [0.0])[0] or not incoming.text.strip():
        return found is not None
    edits[incoming.ref] = [stamp, _room_for(turn, incoming.text, [part for part in parts if part is not found])]
    data["edits"] = dict(list(edits.items())[-EDITS:])
    if found is not None and edits[incoming.ref][1]:
        found[2] = edits[incoming.ref][1]
    return found is not None


def correct_early(turn: Turn, parts: list[list[Any]]) -> None:
    """The message just added was edited before it came."""
    for ref, (_, text) in turn.data.get("edits", {}).items():
        if parts[-1][1] == ref and text:
            parts[-1][2] = text


def name_and_phone(turn: Turn, answer: Answer) -> tuple[str, str]:
    """The name and numbers somebody leaves: a shared contact, or words with numbers among them; empty where not given.

    An identity number is neither.
    """
    text = turn.covered(answer.text)
    found = [answer.phone] if answer.phone else [number[0] for number in _PHONE.finditer(text)] or [text]
    numbers = dict.fromkeys("".join(sign for sign in number if sign.isdigit()) for number in found)
    phone = ", ".join(number for number in numbers if answer.phone or 9 <= len(number) <= 12)
    words = "".join(sign for sign in text if not sign.isdigit() and sign not in "+-.,:;()•")
    return answer.name or " ".join(words.split())[:80], phone


def story(turn: Turn) -> str:
    """What happened, as sent."""
    return "\n".join(part[2] for part in turn.data.get(PARTS, ()))


def attach(turn: Turn, case: Case) -> None:
    """Add the files that came with this very message to a case that has its number already."""
    files = turn.incoming.files
    if files:
        if add_files(turn, files, case_id=case.id):
            turn.say("files_over", most=turn.rules.limits.files)
        resident.add_information(turn.unit, turn.rules, case, "", len(files), turn.now)


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
