"""What an officer may see, as a condition of a query: `cases.scope` said in SQL, with no case opened."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import ColumnElement, String, and_, false, func, literal, not_, or_, select, true
from sqlalchemy import case as when
from sqlalchemy.dialects.postgresql import JSONB

from cases.casework import localities_of
from cases.model import Officer, State
from cases.rules import Rules
from cases.scope import Clause, PostBar, Scope, Sight, visible_scope
from storage.case_store import EXCLUSIONS, case

Condition = ColumnElement[bool]
DUE = func.coalesce(case.c.extended_due_on, case.c.due_on)
"""The last day of the authority's term as it stands."""

# Most cases shut nobody out; their column is not parsed.
_NOBODY = orjson.dumps({name: "" if name == "subject_body" else [] for name in EXCLUSIONS}).decode()


@dataclass(frozen=True, slots=True)
class Reach:
    """One officer's sight today: for each locality in reach its scope, and the database to say it to."""

    scopes: tuple[tuple[str, Scope], ...]
    dialect: str

    @classmethod
    def of(cls, rules: Rules, officer: Officer, now: datetime, dialect: str) -> Reach:
        """Each locality is judged by its own directory, as `cases.casework` does for a single case."""
        found = []
        for locality in localities_of(rules, officer, now):
            scope = visible_scope(officer, rules.directory(locality, now))
            if locality in scope.localities and scope.clauses:
                found.append((locality, scope))
        return cls(tuple(found), dialect)

    def __bool__(self) -> bool:
        return bool(self.scopes)

    @property
    def localities(self) -> tuple[str, ...]:
        """Where this officer may see anything."""
        return tuple(locality for locality, _ in self.scopes)

    def sees(self, level: Sight) -> Condition:
        """True for the cases that `visibility.sight` gives this level or more."""
        return or_(false(), *(self._inside(locality, scope.at_least(level)) for locality, scope in self.scopes))

    def rises(self, level: Sight, above: Sight) -> Condition:
        """Among cases seen to `above`, those seen to `level` too; plainly true where both are the same cases."""
        if all(scope.at_least(level) == scope.at_least(above) for _, scope in self.scopes):
            return true()
        return self.sees(level)

    def _inside(self, locality: str, scope: Scope) -> Condition:
        ways = or_(false(), *(self._clause(clause) for clause in scope.clauses))
        return and_(case.c.locality == locality, ways, not_(self._never(scope)))

    def _clause(self, clause: Clause) -> Condition:
        asked: list[Condition] = [true()]
        if clause.states != frozenset(State):
            asked.append(case.c.state.in_(sorted(clause.states)))
        if clause.receiving is not None:
            asked.append(case.c.receiving_body.in_(sorted(clause.receiving)))
        if clause.authority is not None:
            asked.append(case.c.competent_authority.in_(sorted(clause.authority)))
        if clause.forwarded:
            asked.append(case.c.forwarded_at.is_not(None))
        if clause.overdue_on is not None:
            asked.append(func.coalesce(clause.overdue_on > DUE, false()))
        asked += [self._among(("excluded_bodies",), codes) for codes in clause.with_excluded]
        return and_(*asked)

    def _never(self, scope: Scope) -> Condition:
        barred = or_(
            self._among(("excluded_bodies", "hidden_from"), scope.never_bodies),
            self._among(("excluded_officers",), scope.never_officers),
            *(self._bar(bar) for bar in scope.never_posts),
        )
        return when((case.c.excluded == _NOBODY, false()), else_=barred)

    def _bar(self, bar: PostBar) -> Condition:
        asked = [self._among(("subject_posts",), {bar.post})]
        if bar.bodies is not None:
            asked.append(func.coalesce(self._text("subject_body"), "").in_(sorted(bar.bodies)))
        if bar.hamlets is not None:
            asked.append(case.c.hamlet.in_(sorted(bar.hamlets)))
        return and_(*asked)

    def _among(self, lists: tuple[str, ...], codes: Collection[str]) -> Condition:
        """One of these codes stands in one of these lists."""
        return or_(false(), *(self._holds(name, sorted(codes)) for name in lists))

    def _holds(self, name: str, codes: list[str]) -> Condition:
        if self.dialect == "sqlite":
            items = func.json_each(case.c.excluded, f"$.{name}").table_valued("value")
            return select(literal(1)).select_from(items).where(items.c.value.in_(codes)).exists()
        listed = case.c.excluded.cast(JSONB)[name]
        return func.coalesce(or_(false(), *(listed.has_key(code) for code in codes)), false())

    def _text(self, name: str) -> ColumnElement[str]:
        if self.dialect == "sqlite":
            return func.json_extract(case.c.excluded, f"$.{name}", type_=String)
        text: ColumnElement[str] = case.c.excluded.cast(JSONB)[name].astext
        return text
