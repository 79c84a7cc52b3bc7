"""What a list of cases may be narrowed by, and each of it as a condition of a query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta

from sqlalchemy import true

from cases.calendar import local_midnight
from cases.model import Kind, Officer, Priority, State
from cases.urgency import DONE, NEW, OPEN, Haste
from storage.case_store import case
from storage.listing_scope import Condition

GROUPS: Mapping[str, frozenset[State]] = {"open": OPEN, "new": NEW, "done": DONE, "all": frozenset(State)}
"""Words that stand for several states."""

MINE, NOBODY = "me", "none"
NEWEST = "newest"
TELLING = frozenset({"hamlet", "work", "channel", "kind", "assignee"})
"""Shown, counted and filtered by only where the officer sees the content: a notice is code, topic and dates."""


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Every field that is set must hold; codes are those of the data. `state` is a state or one of `GROUPS`.

    `topic` may be a group of topics (`infra`); `assignee` is `me` or `none`; `haste` names a part of the list;
    both days are included and mean the day of submission.
    """

    state: str = "open"
    topic: str = ""
    body: str = ""
    authority: str = ""
    hamlet: str = ""
    work: str = ""
    channel: str = ""
    kind: str = ""
    priority: str = ""
    haste: str = ""
    assignee: str = ""
    since: date | None = None
    until: date | None = None
    words: str = ""
    order: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> CaseFilter:
        """From the address of a page; what cannot be read is left out."""
        words = {one.name: query.get(one.name, "").strip()[:200] for one in fields(cls)}
        since, until = _day(words.pop("since")), _day(words.pop("until"))
        for name, known in _KNOWN.items():
            words[name] = words[name] if words[name] in known else ""
        words["state"] = words["state"] or ("all" if words["words"] else "open")
        return cls(**words, since=since, until=until)

    def query(self) -> dict[str, str]:
        """The same as the parameters of an address; what is not set is left out."""
        found = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if value and not (one.name == "state" and value == ("all" if self.words else "open")):
                found[one.name] = value.isoformat() if isinstance(value, date) else value
        return found

    @property
    def states(self) -> frozenset[State]:
        """The states asked for."""
        return GROUPS[self.state] if self.state in GROUPS else frozenset({State(self.state)})

    @property
    def base_states(self) -> frozenset[State]:
        """The states among which the choices are counted: the open ones, or the finished ones, or all."""
        if self.states <= OPEN:
            return OPEN
        return DONE if self.states <= DONE else frozenset(State)


_KNOWN: Mapping[str, frozenset[str]] = {
    "state": frozenset({*GROUPS, *State}),
    "kind": frozenset(Kind),
    "priority": frozenset(Priority),
    "haste": frozenset(haste.name.lower() for haste in Haste),
    "assignee": frozenset({MINE, NOBODY}),
    "order": frozenset({NEWEST}),
}


def haste_of(chosen: CaseFilter) -> Haste | None:
    """The part of the list asked for."""
    return Haste[chosen.haste.upper()] if chosen.haste else None


def conditions(
    chosen: CaseFilter, officer: Officer, same_as: Mapping[str, Iterable[str]], full: Condition, but: str = ""
) -> list[Condition]:
    """The filter but for one field, parts of the list and words apart; `same_as` gives every code of a body.

    `full` is the condition of seeing the content.
    """
    wanted = {name: getattr(chosen, name) for name in _COLUMNS if getattr(chosen, name) and name != but}
    found = [_states(chosen.base_states if but == "state" else chosen.states)]
    for name, value in wanted.items():
        column = case.c[_COLUMNS[name]]
        if name == "topic":
            found.append((column == value) | column.startswith(f"{value}.", autoescape=True))
        elif name == "assignee":
            found.append(column == (officer.id if value == MINE else ""))
        elif name in ("body", "authority"):
            found.append(column.in_(sorted({value, *same_as.get(value, ())})))
        else:
            found.append(column == value)
    if chosen.since is not None:
        found.append(case.c.submitted_at >= local_midnight(chosen.since))
    if chosen.until is not None:
        found.append(case.c.submitted_at < local_midnight(chosen.until + timedelta(days=1)))
    return [*found, full] if TELLING & wanted.keys() else found


_COLUMNS = {
    "topic": "topic",
    "body": "receiving_body",
    "authority": "competent_authority",
    "hamlet": "hamlet",
    "work": "work",
    "channel": "channel",
    "kind": "kind",
    "priority": "priority",
    "assignee": "assignee",
}


def _states(states: frozenset[State]) -> Condition:
    return true() if states == frozenset(State) else case.c.state.in_(sorted(states))


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None  # nobody means another century, and dates have an end
