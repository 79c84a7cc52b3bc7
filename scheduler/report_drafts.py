"""Periodic reports by themselves: a draft on the 1st of its due month, its owner reminded, opinions asked for again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta

from cases.bodies import Directory
from cases.calendar import ZONE, local_date
from cases.figures_kinds import Reporting, may_edit
from cases.model import Officer
from cases.narrative import WORDS, period_name
from cases.notices import tell_officer
from cases.periods import UnknownPeriod, period
from cases.rules import Rules, show_date
from storage.figures_drafts import make_due
from storage.reports import Report, Reports
from storage.work import Office, StoredWork

SOON_DAYS = 5  # calendar days before a report is due
OPINION_DAYS = 30  # calendar days a recipient has before its silence is told, and again after
AWAKE = (time(7), time(20))  # no notice at night (domain 5.3)


class ReportDrafts:
    """Makes due drafts and reminds of them; a tick may come as often as one likes."""

    def __init__(self, office: Office, rules: Callable[[], Rules], reporting: Reporting | None = None) -> None:
        self._office = office
        self._rules = rules
        self._reporting = reporting or Reporting()

    async def tick(self, now: datetime) -> list[str]:
        """One round; the ids of the drafts made. Nobody is written to at night."""
        rules = self._rules()
        return await self._office.write(lambda unit: self._round(unit, rules, now))

    def _round(self, unit: StoredWork, rules: Rules, now: datetime) -> list[str]:
        made = [one.id for one in make_due(unit, rules, self._reporting)]
        if AWAKE[0] <= now.astimezone(ZONE).time() < AWAKE[1]:
            today = local_date(now)
            for report in Reports(unit).open():
                self._remind(unit, rules, report, today)
            for report in Reports(unit).unanswered(today - timedelta(days=OPINION_DAYS)):
                self._ask_again(unit, rules, report, today)
        return made

    def _remind(self, unit: StoredWork, rules: Rules, report: Report, today: date) -> None:
        """Once when it is made, once shortly before it is due, then on every day after."""
        step = _step(report, today)
        mark = f"report:{report.id}:{step}:{today if step == 'late' else ''}"
        if unit.ledger.once(mark, unit.now):
            self._tell(unit, rules, report, f"officer_report_{step}", mark, due_date=show_date(report.due_on))

    def _ask_again(self, unit: StoredWork, rules: Rules, report: Report, today: date) -> None:
        silent = [one for one in report.recipients if one.opinion_asked and one.opinion_on is None]
        first = min(one.delivered_on for one in silent if one.delivered_on is not None)
        mark = f"report:{report.id}:opinion:{(today - first).days // OPINION_DAYS}"
        if unit.ledger.once(mark, unit.now):
            self._tell(unit, rules, report, "officer_report_opinion", mark, count=len(silent))

    def _tell(self, unit: StoredWork, rules: Rules, report: Report, key: str, mark: str, **values: object) -> None:
        directory = rules.directory(report.locality, unit.now)
        for officer in self._owners(unit, report, directory):
            said = {"report": _title(rules, report), "period": _period(rules, report), **values}
            tell_officer(unit, rules, officer, key, mark, "", **said)

    def _owners(self, unit: StoredWork, report: Report, directory: Directory) -> Iterable[Officer]:
        """Whoever took the report on, else all who may work on it."""
        kind = self._reporting.kinds.get(report.kind)
        if kind is None:
            return []
        people = unit.people.officers(report.locality)
        allowed = [one for one in people if may_edit(one, kind, report.author, directory)]
        return [one for one in allowed if one.id == report.owner] or allowed


def _step(report: Report, today: date) -> str:
    if today > report.due_on:
        return "late"
    return "soon" if today >= report.due_on - timedelta(days=SOON_DAYS) else "made"


def _title(rules: Rules, report: Report) -> str:
    return rules.wording.say(f"console_reports_kind_{report.kind}", "vi")


def _period(rules: Rules, report: Report) -> str:
    try:
        span = period(report.period)
    except UnknownPeriod:
        return report.period
    return period_name(span, lambda key, **values: rules.wording.say(WORDS + key, "vi", **values))
