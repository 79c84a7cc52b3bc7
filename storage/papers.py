"""Numbers of official papers without doubles or unexplained gaps, and the papers made, over one open transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cases.messages import FileKind, FileRef
from cases.ports import CaseFile, FileState
from storage.schema import metadata
from storage.tables_papers import PaperNumber, PaperRow, PaperSeries
from storage.work import StoredWork

series = metadata.tables[str(PaperSeries.__tablename__)]
numbers = metadata.tables[str(PaperNumber.__tablename__)]
papers = metadata.tables[str(PaperRow.__tablename__)]
PURPOSE = "paper"
"""Purpose of a made paper among the files of its case."""
WORD_MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MOST_SKIPPED = 200
"""A jump further than this is a slip of the finger, not a register kept on paper."""
LOOKED_AT = 20
"""Newest papers among which one is looked for whose signer may be proposed again."""
_CLEAR = tuple(column.name for column in papers.columns if column.name != "sealed_values")
_REASON, _VALUES = "paper_number.sealed_reason", "paper.sealed_values"


class NumberFault(ValueError):
    """A number cannot be given; `code` is taken, too_low, gap, too_far; `next` is the number to propose instead."""

    def __init__(self, code: str, following: int) -> None:
        super().__init__(code)
        self.code = code
        self.next = following


@dataclass(frozen=True, slots=True)
class Series:
    """Whose numbers: one body of one locality, one kind of paper, one calendar year (domain 8.1)."""

    locality: str
    body: str
    year: int
    kind: str


@dataclass(frozen=True, slots=True)
class NumberLine:
    """One line of the register: the paper that has the number, or the reason it was passed over."""

    number: int
    paper_id: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MadePaper:
    """One paper made; `number` is None for a draft and for papers that carry none."""

    id: str
    case_id: str
    locality: str
    body: str
    paper: str
    kind: str
    year: int
    sha256: str
    size: int
    made_by: str
    made_at: datetime
    number: int | None = None
    doc_no: str = ""
    doc_date: date | None = None
    values: Mapping[str, str] = field(default_factory=dict)


class PaperStore:
    """The register of papers."""

    def __init__(self, unit: StoredWork) -> None:
        self._unit = unit
        self._connection = unit.connection

    def next_number(self, of: Series) -> int:
        """The number to propose; nothing is held back by asking."""
        return self._last(of) + 1

    def take(self, of: Series, number: int, paper_id: str, by: str, reason: str = "") -> None:
        """Give the number to a paper, for good. Raises `NumberFault`.

        Numbers passed over on the way are written down with the reason, which is then required; the first number
        of a series needs none, since a register may have begun on paper.
        """
        begun = self._open(of)
        last = self._last(of, lock=True)
        if number <= last:
            raise NumberFault("taken" if number in self._known(of) else "too_low", last + 1)
        skipped = range(last + 1, number) if begun else range(0)
        if skipped and not reason.strip():
            raise NumberFault("gap", last + 1)
        if len(skipped) > MOST_SKIPPED:
            raise NumberFault("too_far", last + 1)
        for one in skipped:
            self._write(of, one, "", by, reason.strip())
        self._write(of, number, paper_id, by, "")
        self._connection.execute(update(series).where(*_same(series, of)).values(last=number))

    def register(self, of: Series) -> Sequence[NumberLine]:
        """Every number of the series in order, those passed over with their reason."""
        found = self._connection.execute(select(numbers).where(*_same(numbers, of)).order_by(numbers.c.number))
        return [NumberLine(row.number, row.paper_id, self._reason(of, row), row.by, row.at) for row in found]

    def add(self, paper: MadePaper, name: str, key: bytes = b"") -> None:
        """Remember a made paper whose bytes lie in the vault already (under `key`), also among its case's files."""
        row = {one: getattr(paper, one) for one in _CLEAR}
        sealed = self._unit.case_keys.of(paper.case_id).seal_json(_VALUES, paper.id, dict(paper.values))
        self._connection.execute(insert(papers), {**row, "sealed_values": sealed})
        self._unit.files.add(
            CaseFile(
                id=paper.id,
                case_id=paper.case_id,
                chat_key="",
                purpose=PURPOSE,
                source=FileRef(FileKind.DOCUMENT, paper.id, name, paper.size, WORD_MIME),
                channel="console",
                added_at=paper.made_at,
                state=FileState.STORED,
                sha256=paper.sha256,
                size=paper.size,
                mime=WORD_MIME,
                key=key,
            )
        )

    def get(self, paper_id: str) -> MadePaper | None:
        """By id."""
        row = self._connection.execute(select(papers).where(papers.c.id == paper_id)).first()
        return self._paper(row) if row is not None else None

    def of_case(self, case_id: str) -> Sequence[MadePaper]:
        """The papers of one case, newest first."""
        found = select(papers).where(papers.c.case_id == case_id).order_by(papers.c.made_at.desc(), papers.c.id)
        return [self._paper(row) for row in self._connection.execute(found)]

    def last_signer(self, locality: str, body: str, readable: Callable[[MadePaper], bool]) -> tuple[str, str]:
        """Who signed this body's newest paper that the asker may open, and as what; empty before the first."""
        newest = select(papers).where(papers.c.locality == locality, papers.c.body == body)
        rows = self._connection.execute(newest.order_by(papers.c.made_at.desc(), papers.c.id).limit(LOOKED_AT))
        found = next((one for one in map(self._paper, rows) if readable(one)), None)
        values = found.values if found is not None else {}
        return values.get("signer", ""), values.get("signer_title", "")

    def kept(self, locality: str, body: str) -> Sequence[Series]:
        """The series this body has numbers in, newest year first."""
        asked = select(series).where(series.c.locality == locality, series.c.body == body, series.c.last > 0)
        found = self._connection.execute(asked.order_by(series.c.year.desc(), series.c.kind))
        return [Series(row.locality, row.body, row.year, row.kind) for row in found]

    def numbered(self, of: Series) -> Mapping[str, MadePaper]:
        """The papers of a series that have a number, by id."""
        asked = select(papers).where(*_same(papers, of), papers.c.number.is_not(None))
        return {row.id: self._paper(row) for row in self._connection.execute(asked)}

    def _open(self, of: Series) -> bool:
        """Have the series' row; True when it was there before."""
        values = {"locality": of.locality, "body": of.body, "year": of.year, "kind": of.kind, "last": 0}
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        made = dialect.insert(series).values(values).on_conflict_do_nothing()
        return int(self._connection.execute(made).rowcount) == 0

    def _last(self, of: Series, *, lock: bool = False) -> int:
        asked = select(series.c.last).where(*_same(series, of))
        return int(self._connection.execute(asked.with_for_update() if lock else asked).scalar() or 0)

    def _known(self, of: Series) -> set[int]:
        return set(self._connection.execute(select(numbers.c.number).where(*_same(numbers, of))).scalars())

    def _write(self, of: Series, number: int, paper_id: str, by: str, reason: str) -> None:
        row: dict[str, Any] = {"locality": of.locality, "body": of.body, "year": of.year, "kind": of.kind}
        sealed = self._unit.keys.seal_json(_REASON, _row_key(of, number), reason) if reason else None
        row |= {"number": number, "paper_id": paper_id, "sealed_reason": sealed, "by": by, "at": self._unit.now}
        self._connection.execute(insert(numbers), row)

    def _reason(self, of: Series, row: Any) -> str:
        if row.sealed_reason is None:
            return ""
        return str(self._unit.keys.open_json(_REASON, _row_key(of, row.number), row.sealed_reason))

    def _paper(self, row: Any) -> MadePaper:
        known = {one: getattr(row, one) for one in _CLEAR}
        sealer = self._unit.case_keys.of(row.case_id)
        return MadePaper(**known, values=sealer.open_json(_VALUES, row.id, row.sealed_values))


def _same(table: Any, of: Series) -> tuple[Any, ...]:
    where = (table.c.locality == of.locality, table.c.body == of.body)
    return (*where, table.c.year == of.year, table.c.kind == of.kind)


def _row_key(of: Series, number: int) -> str:
    return f"{of.locality}/{of.body}/{of.year}/{of.kind}/{number}"
