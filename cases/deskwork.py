"""Smaller steps at the desk: take a case, write to its sender, correct its kind, take it out of a matter."""

from __future__ import annotations

from datetime import datetime

from cases.bodies import Directory
from cases.casework import DESK_ROLES, TOGETHER, Hidden, Refused, check, record
from cases.intake import poke
from cases.lifecycle import Actor, move
from cases.matters import members
from cases.model import Case, Kind, Officer, State
from cases.notices import tell_reporter
from cases.ports import UnitOfWork
from cases.rules import Rules
from cases.visibility import Sight, sight

KINDS = (Kind.REPORT, Kind.PETITION, Kind.QUESTION, Kind.PRAISE, Kind.COMPLAINT, Kind.DENUNCIATION)
"""What a desk may find a message to be; the last two have a door of their own (domain 4.3)."""
OTHER_DOOR = frozenset({Kind.COMPLAINT, Kind.DENUNCIATION})
LETTER_LIMIT = 1000  # characters of a message to the sender
_APART = frozenset(State) - (TOGETHER - {State.RETURNED})


def at_desk(officer: Officer, case: Case, directory: Directory) -> bool:
    """Whether the officer reads the case as a desk does, not as the authority it was sent to."""
    return not DESK_ROLES.isdisjoint(officer.roles) and sight(officer, case, directory) >= Sight.CONTENT


def may_take(officer: Officer, case: Case, directory: Directory) -> bool:
    """Whether the case may be given to this officer: one of the receiving body, who does not have it yet."""
    mine = officer.body in directory.same_as(case.receiving_body)
    return mine and case.is_open and case.assignee != officer.id and at_desk(officer, case, directory)


def take(unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, now: datetime) -> str:
    """Take the case on, also from a colleague; returns who had it before. What happens is told to this officer only."""
    directory = _desk(rules, officer, case, now)
    if not may_take(officer, case, directory):
        raise Refused("not_now")
    before, case.assignee = case.assignee, officer.id
    record(unit, case, officer, "taken", now, before=before)
    return before


def write_to_reporter(unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, text: str, now: datetime) -> bool:
    """Write to the sender through the channel she came by; False when there is nobody left to write to.

    The words stay in the history, because the outbox forgets them once they are delivered. Refused: `no_message`.
    """
    _desk(rules, officer, case, now)
    words = text.strip()[:LETTER_LIMIT]
    if not words:
        raise Refused("no_message")
    if not case.reporter or unit.people.reporter(case.reporter) is None:
        return False
    record(unit, case, officer, "wrote", now, text=words, effect=f"wrote:{case.version + 1}")
    effect = f"wrote:{case.version}"
    if not case.is_open:  # nothing can be added to a case that is over
        return tell_reporter(unit, rules, case, "news_desk_wrote_last", now, effect, text=words)
    return tell_reporter(
        unit, rules, case, "news_desk_wrote", now, effect, action="reply_info", values=("reply",), text=words
    )


def correct_kind(
    unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, kind: Kind, now: datetime, *, reason: str = ""
) -> None:
    """Call the message what it is; a complaint or denunciation is shown its own door, while the case is new.

    Refused: `unknown_kind`, `same_kind`, `kind_too_late`.
    """
    check(unit, rules, officer, case, "correct_topic", now)
    if kind not in KINDS:
        raise Refused("unknown_kind")
    if kind is case.kind:
        raise Refused("same_kind")
    if kind in OTHER_DOOR and case.state is not State.SUBMITTED:
        raise Refused("kind_too_late")
    old, case.kind = case.kind, kind
    if kind not in OTHER_DOOR:
        return record(unit, case, officer, "kind_corrected", now, old=old.value, new=kind.value, reason=reason.strip())
    move(case, State.REDIRECTED, Actor.HANDLER)
    case.closed_at = now  # identity's term and the questions how its sender fares run from here
    record(unit, case, officer, "redirected", now, old=old.value, new=kind.value, reason=reason.strip())
    tell_reporter(unit, rules, case, f"news_redirected_{kind.value}", now, f"redirected:{case.version}")
    return None


def may_split(case: Case) -> bool:
    """Whether the case can leave its matter: before it is with the authority, where all move as one, or after."""
    return bool(case.matter) and case.state in _APART and case.is_open


def split_off(unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, reason: str, now: datetime) -> None:
    """Take the case out of its matter; it goes on by itself from where it stands. Refused: `no_reason`."""
    _desk(rules, officer, case, now)
    if not may_split(case):
        raise Refused("not_now")
    if not reason.strip():
        raise Refused("no_reason")
    left = [one for one in members(unit, case) if one.id != case.id]
    matter, case.matter = case.matter, ""
    poke(case, now)
    record(unit, case, officer, "split", now, matter=matter, reason=reason.strip())
    if len(left) == 1:
        left[0].matter = ""
        record(unit, left[0], officer, "split", now, matter=matter, reason=reason.strip())
    tell_reporter(unit, rules, case, "news_split", now, f"split:{case.version}")


def _desk(rules: Rules, officer: Officer, case: Case, now: datetime) -> Directory:
    directory = rules.directory_of(case, now)
    if sight(officer, case, directory) < Sight.CONTENT:
        raise Hidden(case.id)
    if not at_desk(officer, case, directory):
        raise Refused("not_now")
    return directory
