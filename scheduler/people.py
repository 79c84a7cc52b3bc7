"""The officers a round of reminders may write to, as the rules of visibility stand on that day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date
from operator import attrgetter

from cases.directory import Directory, DirectoryBook
from cases.escalation import Recipients, find
from cases.model import Case, Officer
from cases.reminders import Audience
from cases.scope import Scope, Sight, visible_scope

_ALIKE = attrgetter(
    *(
        one.name
        for one in fields(Case)
        if one.name not in ("id", "code", "reporter", "submitted_at", "next_nudge_at", "urgings", "version", "matter")
    )
)
"""Everything of a case but what names it: two cases alike in all of it have the same readers."""


class People:
    """Officers of the localities concerned and of the provinces above them, by body."""

    def __init__(self, book: DirectoryBook, today: date, localities: Iterable[str]) -> None:
        self._book, self._today = book, today
        self._around = {code: {code, book.localities[code].parent} - {""} for code in set(localities)}
        self._teams: dict[str, dict[str, list[Officer]]] = {code: {} for code in self._around}
        self._scopes: dict[tuple[str, str], Scope] = {}
        self._kinds: dict[object, int] = {}
        self._kind_of: dict[str, int] = {}
        self._found: dict[tuple[Audience, int], Recipients] = {}
        self.chats: set[str] = set()

    @property
    def localities(self) -> set[str]:
        """Whose officers to load."""
        return {code for both in self._around.values() for code in both}

    def load(self, officers: Sequence[Officer]) -> None:
        """Take in the officers of `localities`."""
        self.chats = {one.chat for one in officers if one.chat}
        for code, around in self._around.items():
            directory = self._book.as_of(code, self._today)
            for officer in officers:
                if officer.locality in around:
                    self._teams[code].setdefault(directory.successor(officer.body), []).append(officer)

    def directory(self, case: Case) -> Directory:
        """The directory a case is handled under today."""
        return self._book.as_of(case.locality, self._today)

    def scope(self, officer: Officer, locality: str) -> Scope:
        """What this officer may see of this locality today."""
        scope = self._scopes.get((officer.id, locality))
        if scope is None:
            scope = visible_scope(officer, self._book.as_of(locality, self._today), self._today)
            self._scopes[officer.id, locality] = scope
        return scope

    def find(self, audience: Audience, case: Case) -> Recipients:
        """Who of an audience may hear of this case, judged now: the moment of sending."""
        key = (audience, self._kind(case))
        found = self._found.get(key)
        if found is None:

            def may(officer: Officer) -> bool:
                return self.scope(officer, case.locality).sight(case) >= Sight.NOTICE

            found = find(audience, case, self.directory(case), self._teams[case.locality], may)
            self._found[key] = found
        return found

    def _kind(self, case: Case) -> int:
        """The same number for cases that have the same readers."""
        kind = self._kind_of.get(case.id)
        if kind is None:
            alike = _ALIKE(case) if case.extension is None else case.id
            kind = self._kind_of[case.id] = self._kinds.setdefault(alike, len(self._kinds))
        return kind
