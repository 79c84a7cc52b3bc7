"""Periodic reports over one transaction: drafts, recipients and their opinions, settings, and the frozen content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Table, insert, select, update

from cases.periods import Cutoff
from cases.ports import Stale
from storage.schema import metadata
from storage.tables_reports import ReportRecipientRow, ReportRow, ReportSettingRow
from storage.work import StoredWork

report = metadata.tables[str(ReportRow.__tablename__)]
recipient = metadata.tables[str(ReportRecipientRow.__tablename__)]
setting = metadata.tables[str(ReportSettingRow.__tablename__)]
PLACE = "report_recipient.sealed_opinion"
DRAFT, FINAL = "draft", "final"


@dataclass(slots=True)
class Recipient:
    """One body a report goes to. `opinion` is its word on carrying out the recommendations (FR-6)."""

    body: str
    delivered_on: date | None = None
    way: str = ""
    opinion_asked: bool = False
    opinion_on: date | None = None
    opinion: str = ""


@dataclass(slots=True)
class Report:
    """One periodic report. While a draft its figures are counted anew; once final they are in `snapshot`."""

    id: str
    locality: str
    kind: str
    period: str
    author: str
    due_on: date
    made_at: datetime
    state: str = DRAFT
    owner: str = ""
    narrative: dict[str, str] = field(default_factory=dict)
    snapshot: Mapping[str, Any] | None = None
    doc_no: str = ""
    doc_date: date | None = None
    signed_by: str = ""
    final_at: datetime | None = None
    final_by: str = ""
    version: int = 0
    recipients: list[Recipient] = field(default_factory=list)

    @property
    def is_final(self) -> bool:
        """Approved: nothing of it changes any more but delivery and opinions."""
        return self.state == FINAL


_CLEAR = (
    "id", "locality", "kind", "period", "author", "due_on", "made_at", "state", "owner",
    "doc_no", "doc_date", "signed_by", "final_at", "final_by", "version",
)  # fmt: skip


class Reports:
    """Stores reports of one installation."""

    def __init__(self, unit: StoredWork) -> None:
        self._unit = unit
        self._connection = unit.connection

    def get(self, report_id: str) -> Report | None:
        """With its recipients, None when there is no such report."""
        return next(iter(self._found(report.c.id == report_id)), None)

    def of(self, locality: str, kind: str, period: str, author: str) -> Report | None:
        """The one report of this kind, period and author."""
        return next(
            iter(
                self._found(
                    report.c.locality == locality,
                    report.c.kind == kind,
                    report.c.period == period,
                    report.c.author == author,
                )
            ),
            None,
        )

    def all(self, localities: list[str], most: int = 200) -> list[Report]:
        """The newest first, without recipients."""
        rows = self._connection.execute(
            select(report)
            .where(report.c.locality.in_(localities))
            .order_by(report.c.due_on.desc(), report.c.kind, report.c.author)
            .limit(most)
        )
        return [_report(row) for row in rows]

    def open(self) -> list[Report]:
        """Every draft, for reminders."""
        rows = self._connection.execute(select(report).where(report.c.state == DRAFT).order_by(report.c.due_on))
        return [_report(row) for row in rows]

    def unanswered(self, before: date) -> list[Report]:
        """Approved reports that some recipient was asked to judge, had by that day, and has not judged."""
        waiting = select(recipient.c.report_id).where(
            recipient.c.opinion_asked, recipient.c.opinion_on.is_(None), recipient.c.delivered_on <= before
        )
        return self._found(report.c.state == FINAL, report.c.id.in_(waiting))

    def last_final(self, of: Report) -> Report | None:
        """The approved report of the same kind and author before this one."""
        found = self._found(
            report.c.locality == of.locality,
            report.c.kind == of.kind,
            report.c.author == of.author,
            report.c.state == FINAL,
            report.c.due_on < of.due_on,
        )
        return max(found, key=lambda one: one.due_on, default=None)

    def add(self, new: Report) -> None:
        """Store a new draft with its recipients."""
        self._connection.execute(insert(report), self._row(new))
        for place, one in enumerate(new.recipients):
            self._connection.execute(insert(recipient), self._recipient_row(new.id, place, one))

    def save(self, changed: Report) -> None:
        """Store the report itself; raises Stale when somebody changed it meanwhile."""
        version = changed.version
        values = self._row(changed) | {"version": version + 1}
        done = self._connection.execute(
            update(report).where(report.c.id == changed.id, report.c.version == version).values(values)
        )
        if done.rowcount != 1:
            raise Stale(changed.id)
        changed.version += 1

    def save_recipient(self, of: Report, one: Recipient) -> None:
        """Store delivery and opinion of one recipient."""
        values = self._recipient_row(of.id, 0, one)
        del values["place"]
        self._connection.execute(
            update(recipient).where(recipient.c.report_id == of.id, recipient.c.body == one.body).values(values)
        )

    def cutoff(self, locality: str) -> Cutoff:
        """The cut-off and due days of this locality."""
        row = self._connection.execute(select(setting).where(setting.c.locality == locality)).first()
        return Cutoff(row.cutoff_day, row.due_day) if row is not None else Cutoff()

    def set_cutoff(self, locality: str, cutoff: Cutoff) -> None:
        """Change them; drafts made before keep the days they were made with."""
        values = {"cutoff_day": cutoff.day, "due_day": cutoff.due}
        done = self._connection.execute(update(setting).where(setting.c.locality == locality).values(values))
        if not done.rowcount:
            self._connection.execute(insert(setting), {"locality": locality, **values})

    def _found(self, *conditions: Any) -> list[Report]:
        rows = self._connection.execute(select(report).where(*conditions).order_by(report.c.due_on, report.c.id))
        found = [_report(row) for row in rows]
        for one in found:
            one.recipients = self._recipients(one.id)
        return found

    def _recipients(self, report_id: str) -> list[Recipient]:
        rows = self._connection.execute(
            select(recipient).where(recipient.c.report_id == report_id).order_by(recipient.c.place, recipient.c.body)
        )
        return [
            Recipient(row.body, row.delivered_on, row.way, row.opinion_asked, row.opinion_on, self._opinion(row))
            for row in rows
        ]

    def _opinion(self, row: Any) -> str:
        if row.sealed_opinion is None:
            return ""
        found: str = self._unit.keys.open_json(PLACE, f"{row.report_id}/{row.body}", row.sealed_opinion)
        return found

    def _recipient_row(self, report_id: str, place: int, one: Recipient) -> dict[str, Any]:
        sealed = self._unit.keys.seal_json(PLACE, f"{report_id}/{one.body}", one.opinion) if one.opinion else None
        return {
            "report_id": report_id,
            "body": one.body,
            "place": place,
            "delivered_on": one.delivered_on,
            "way": one.way,
            "opinion_asked": one.opinion_asked,
            "opinion_on": one.opinion_on,
            "sealed_opinion": sealed,
        }

    def _row(self, one: Report) -> dict[str, Any]:
        values = {name: getattr(one, name) for name in _CLEAR}
        values["narrative"] = orjson.dumps(one.narrative, option=orjson.OPT_SORT_KEYS).decode()
        values["snapshot"] = orjson.dumps(one.snapshot).decode() if one.snapshot else ""
        return values


def _report(row: Any) -> Report:
    return Report(
        **{name: getattr(row, name) for name in _CLEAR},
        narrative=orjson.loads(row.narrative),
        snapshot=orjson.loads(row.snapshot) if row.snapshot else None,
    )


def table_named(name: str) -> Table | None:
    """A table of another part of the house, where this installation has it."""
    return metadata.tables.get(name)
