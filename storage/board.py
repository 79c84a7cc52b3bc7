"""The board: drafts sealed, published results in clear to be listed and searched by everybody."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, insert, select, update

from cases.model import Kind, State
from cases.ports import Stale
from cases.publication import Publication, Stage
from cases.receipts import ALPHABET
from cases.reidentification import PublicText
from cases.text import strip_marks, tokens
from storage.board_words import keep_words, narrowed
from storage.case_store import case
from storage.keys import Sealer
from storage.schema import metadata
from storage.tables_board import PublicationRow
from storage.work import StoredWork

publication = metadata.tables[str(PublicationRow.__tablename__)]
PLACE = "publication.sealed_draft"
PUBLIC_ID = 10  # Crockford base32 characters: 50 bits, not to be counted through
MOST_WORDS = 8
CLEAR = ("kind", "topic", "work", "authority", "outcome", "received_on", "answered_on", "due_on", "matter")


@dataclass(frozen=True, slots=True)
class Result:
    """A published result. Dates are rounded; `authority` is a body's code or `~group`; places are codes."""

    public_id: str
    locality: str
    kind: str
    topic: str
    hamlet: str
    work: str
    authority: str
    outcome: str
    by_month: bool
    received_on: date | None
    answered_on: date | None
    due_on: date | None
    published_at: datetime
    summary: str
    answer: str


_SHOWN = tuple(publication.c[name] for name in Result.__slots__)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list asks for; empty fields do not restrict. `page` counts from 0."""

    locality: str = ""
    topics: tuple[str, ...] = ()
    hamlet: str = ""
    authority: str = ""
    outcome: str = ""
    words: str = ""
    received_from: date | None = None
    received_to: date | None = None
    page: int = 0
    size: int = 20


class BoardStore:
    """See `cases.publication.Publications`; and what the public pages read."""

    def __init__(self, unit: StoredWork) -> None:
        self._unit = unit
        self._connection = unit.connection

    # -- on the way to the board ------------------------------------------------------------------------------------

    def get(self, publication_id: str) -> Publication | None:
        """By id."""
        return self._one(select(publication).where(publication.c.id == publication_id))

    def of_case(self, case_id: str) -> Sequence[Publication]:
        """Newest first."""
        statement = select(publication).where(publication.c.case_id == case_id).order_by(publication.c.made_at.desc())
        return [self._read(row) for row in self._connection.execute(statement)]

    def live_of_matter(self, matter: str) -> Publication | None:
        """The one of this matter that is on the board."""
        return self._one(
            select(publication).where(publication.c.matter == matter, publication.c.state == Stage.PUBLISHED.value)
        )

    def at_stage(self, locality: str, stages: Sequence[Stage], limit: int = 200) -> list[Publication]:
        """Publications of a locality at these stages, the latest change first."""
        wanted = [stage.value for stage in stages]
        statement = select(publication).where(publication.c.locality == locality, publication.c.state.in_(wanted))
        rows = self._connection.execute(statement.order_by(publication.c.changed_at.desc()).limit(limit))
        return [self._read(row) for row in rows]

    def save(self, entry: Publication) -> None:
        """Insert or update; raises `Stale` when somebody changed it meanwhile."""
        if not entry.public_id:
            entry.public_id = new_public_id()
        values, before = self._values(entry), self._bare(entry.id)
        if entry.version == 0:
            self._connection.execute(insert(publication), {**values, "version": 1})
        else:
            here = and_(publication.c.id == entry.id, publication.c.version == entry.version)
            done = self._connection.execute(update(publication).where(here).values(version=entry.version + 1, **values))
            if done.rowcount != 1:
                raise Stale(entry.id)
        keep_words(self._connection, entry.id, before, values["bare"])
        entry.version += 1

    def _bare(self, publication_id: str) -> str:
        """The words it stands on the board with."""
        found = select(publication.c.bare).where(publication.c.id == publication_id)
        return str(self._connection.execute(found).scalar() or "")

    def alike(self, locality: str, group: str, hamlet: str, since: datetime) -> int:
        """Cases of this group of topics in this hamlet submitted since then."""
        statement = select(func.count()).where(
            case.c.locality == locality,
            case.c.hamlet == hamlet,
            case.c.submitted_at >= since,
            (case.c.topic == group) | case.c.topic.startswith(f"{group}.", autoescape=True),
        )
        return int(self._connection.execute(statement).scalar_one())

    def waiting(self, locality: str, limit: int) -> list[str]:
        """Ids of closed cases with an answer and nothing written for the board yet, the latest first."""
        begun = select(publication.c.case_id).where(publication.c.state != Stage.WITHDRAWN.value)
        statement = select(case.c.id).where(
            case.c.locality == locality,
            case.c.state == State.CLOSED.value,
            case.c.outcome != "",
            case.c.id.not_in(begun),
        )
        rows = self._connection.execute(statement.order_by(case.c.closed_at.desc()).limit(limit))
        return list(rows.scalars())

    # -- on the board -----------------------------------------------------------------------------------------------

    def mark(self) -> str:
        """Changes whenever something is put on the board or taken off; one look at an index."""
        statement = select(publication.c.changed_at, publication.c.id, publication.c.version)
        rows = self._connection.execute(statement.order_by(publication.c.changed_at.desc()).limit(5)).all()
        return ";".join(sorted(f"{row.changed_at.isoformat()} {row.id} {row.version}" for row in rows))

    def results(self, asked: Asked) -> tuple[list[Result], bool]:
        """One page of published results, newest first, and whether there are more."""
        statement = select(*_SHOWN).where(*self._wanted(asked)).order_by(publication.c.published_at.desc())
        rows = self._connection.execute(statement.limit(asked.size + 1).offset(asked.page * asked.size)).all()
        return [Result(*row) for row in rows[: asked.size]], len(rows) > asked.size

    def result(self, public_id: str) -> Result | None:
        """One published result."""
        here = and_(publication.c.public_id == public_id, publication.c.state == Stage.PUBLISHED.value)
        row = self._connection.execute(select(*_SHOWN).where(here)).first()
        return Result(*row) if row is not None else None

    def public_id_of(self, case_id: str) -> str:
        """The public id of the case's result, empty while there is none on the board."""
        here = and_(publication.c.case_id == case_id, publication.c.state == Stage.PUBLISHED.value)
        return str(self._connection.execute(select(publication.c.public_id).where(here)).scalar() or "")

    def used(self, locality: str) -> dict[str, list[str]]:
        """Which hamlets, authorities and topics have results: what the filters offer."""
        here = and_(publication.c.state == Stage.PUBLISHED.value, *_at(publication.c.locality, locality))
        return {
            name: sorted(self._connection.execute(select(publication.c[name]).where(here).distinct()).scalars())
            for name in ("topic", "hamlet", "authority")
        }

    def _wanted(self, asked: Asked) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = [publication.c.state == Stage.PUBLISHED.value]
        for name in ("locality", "hamlet", "authority", "outcome"):
            found += _at(publication.c[name], getattr(asked, name))
        if asked.topics:
            found.append(publication.c.topic.in_(asked.topics))
        if asked.received_from is not None:
            found.append(publication.c.received_on >= asked.received_from)
        if asked.received_to is not None:
            found.append(publication.c.received_on <= asked.received_to)
        words = tokens(asked.words)[:MOST_WORDS]
        return [*found, *narrowed(self._connection, words), *(self._has(word) for word in words)]

    def _has(self, word: str) -> ColumnElement[bool]:
        """A word that begins so; typed with diacritics it must have them."""
        column = publication.c.bare if strip_marks(word) == word else publication.c.marked
        place = func.instr if self._connection.dialect.name == "sqlite" else func.strpos
        return place(column, f" {word}") > 0

    # -- rows -------------------------------------------------------------------------------------------------------

    def _one(self, statement: Select[Any]) -> Publication | None:
        row = self._connection.execute(statement).first()
        return self._read(row) if row is not None else None

    def _values(self, entry: Publication) -> dict[str, Any]:
        live = entry.stage is Stage.PUBLISHED
        draft = {
            "text": None if live else asdict(entry.text),  # what is on the board stands in clear, once
            "conclusion": entry.conclusion,
            "note": entry.note,
            "authors": entry.authors,
            "approved_by": entry.approved_by,
            "withdrawn_by": entry.withdrawn_by,
            "reason": entry.reason,
        }
        shown = {"summary": entry.text.summary, "answer": entry.text.answer} if live else {"summary": "", "answer": ""}
        return {
            **{name: getattr(entry, name) for name in CLEAR},
            **shown,
            **searched(f"{shown['summary']} {shown['answer']}"),
            "id": entry.id,
            "public_id": entry.public_id,
            "case_id": entry.case_id,
            "locality": entry.locality,
            "state": entry.stage.value,
            "hamlet": entry.text.hamlet,
            "by_month": entry.text.by_month,
            "sealed_draft": self._sealer(entry).seal_json(PLACE, entry.id, draft),
            "made_by": entry.made_by,
            "made_at": entry.made_at,
            "published_at": entry.published_at,
            "changed_at": self._unit.now,
        }

    def _sealer(self, entry: Publication) -> Sealer:
        """What is on the board outlives the case; until then its words go with the case's key."""
        live = entry.stage is Stage.PUBLISHED
        return self._unit.keys if live else self._unit.case_keys.of(entry.case_id)

    def _read(self, row: Any) -> Publication:
        draft = self._unit.case_keys.of(row.case_id).open_json(PLACE, row.id, row.sealed_draft)
        kept = draft.pop("text")
        as_kind = row.authority.startswith("~")
        text = PublicText(**kept) if kept else PublicText(row.summary, row.answer, row.hamlet, row.by_month, as_kind)
        authors = tuple(draft.pop("authors"))
        return Publication(
            **{name: getattr(row, name) for name in CLEAR if name != "kind"},
            **draft,
            kind=Kind(row.kind),
            text=text,
            authors=authors,
            id=row.id,
            public_id=row.public_id,
            case_id=row.case_id,
            locality=row.locality,
            stage=Stage(row.state),
            version=row.version,
            made_by=row.made_by,
            made_at=row.made_at,
            published_at=row.published_at,
        )


def searched(text: str) -> dict[str, str]:
    """The two columns a search looks into: every word after a space, once with and once without diacritics."""
    if not text.strip():
        return {"marked": "", "bare": ""}
    words = " ".join(dict.fromkeys(tokens(text)))
    return {"marked": f" {words}", "bare": f" {strip_marks(words)}"}


def new_public_id() -> str:
    """A random name for one result: nothing of the case number is in it."""
    return "".join(secrets.choice(ALPHABET) for _ in range(PUBLIC_ID)).lower()


def _at(column: Any, value: str) -> list[ColumnElement[bool]]:
    return [column == value] if value else []
