"""What the dashboard shows, counted in one reading: cards, tables, charts and the year's targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cases.calendar import local_date
from cases.casework import localities_of
from cases.figures import Tally
from cases.figures_light import ANSWERED, Standing, Window
from cases.figures_tables import (
    WORDS,
    Namer,
    Number,
    Table,
    authorities,
    breakdown,
    handling,
    listed,
    months,
    small,
    stages,
)
from cases.model import Officer
from cases.periods import Cutoff, Every, Period, same_last_year, year_before
from cases.registers import Entry
from cases.registers_targets import Progress, next_plan_missing, progress
from cases.rules import Rules
from cases.scope import Scope
from cases.suppression import FEWEST
from cases.visibility import visible_scope
from storage.figures import Counted, counted
from storage.figures_tally import Asking, tallies
from storage.registers import Registers
from storage.reports import Reports
from storage.work import StoredWork

BREAKDOWNS = ("group", "hamlet", "body", "kind", "subject", "channel", "secrecy", "topic", "state")
URGING = ("urging", "urging.1", "urging.2", "urging.3", "escalation", "extension", "return")
PROTECTION = ("retaliation", "identity_read", "dialogue", "dialogue_held")
MOST_MONTHS = 13


@dataclass(frozen=True, slots=True)
class Card:
    """One large number, last year's beside; `key` opens its list."""

    name: str
    value: Number
    key: str
    last: Number = None
    look: str = ""


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Everything of one page."""

    window: Window
    now: Tally
    last: Tally
    cards: Sequence[Card]
    tables: Mapping[str, Table]
    months: Sequence[tuple[str, int]]
    targets: Sequence[Progress]
    plan_missing: int  # the year that has no plan yet, else 0
    covered: bool  # the reader counts what she may not open

    def link(self, key: str) -> bool:
        """Whether the number's list may be opened and equals it."""
        return bool(key) and opens(self.now, key)


def opens(now: Tally, key: str) -> bool:
    """Whether the figure's list may be opened and equals it.

    For whoever counts what she may not open, only what is overdue (SV-19, IN-1): another small list would undo the
    covering of its cell.
    """
    if now[key] <= 0 or key in now.hidden or key == "identity_read":
        return False
    return not now.hidden or key.endswith(f"standing.{Standing.OVERDUE}")


def scopes_of(rules: Rules, officer: Officer, now: datetime) -> dict[str, Scope]:
    """What the officer may see in each locality she reaches."""
    today = local_date(now)
    places = localities_of(rules, officer, now)
    return {place: visible_scope(officer, rules.directory(place, now), today) for place in places}


def count(unit: StoredWork, rules: Rules, officer: Officer, span: Period) -> tuple[Window, Counted]:
    """The rows of a period as this officer may count them."""
    today = local_date(unit.now)
    return Window.of(span, today), counted(unit, scopes_of(rules, officer, unit.now), span, today)


def cutoff_of(unit: StoredWork, officer: Officer) -> Cutoff:
    """The cut-off days of the officer's locality."""
    return Reports(unit).cutoff(officer.locality)


def dashboard(unit: StoredWork, rules: Rules, officer: Officer, span: Period, lang: str) -> Dashboard:
    """Count the period and the same one of last year, and lay the figures out."""
    scopes = scopes_of(rules, officer, unit.now)
    window = Window.of(span, local_date(unit.now))
    before = Window(same_last_year(span, cutoff_of(unit, officer)), year_before(window.day))
    now, last = tallies(unit, [Asking.of(unit, scopes, one) for one in (window, before)], rules.calendar)
    entries = Registers(unit).all([officer.locality])
    today = local_date(unit.now)
    covered = bool(now.hidden)
    return Dashboard(
        window=window,
        now=now,
        last=last,
        cards=_cards(now, last, covered),
        tables=_tables(now, last, namer(rules, officer, unit.now, lang), covered),
        months=[] if covered else months(now, _months(span.start, window.day)),
        targets=progress(entries, today.year, today),
        plan_missing=_plan_missing(entries, today),
        covered=covered,
    )


def namer(rules: Rules, officer: Officer, now: datetime, lang: str) -> Namer:
    """What figures are called in the officer's language."""

    def words(key: str, **values: object) -> str:
        return rules.wording.say(WORDS + key, lang, **values)

    return Namer(rules, rules.directory(officer.locality, now), words)


def _cards(now: Tally, last: Tally, covered: bool) -> list[Card]:
    def card(name: str, key: str, look: str = "") -> Card:
        return Card(name, small(now[key], hide=covered), key, small(last[key], hide=covered), look)

    answered = sum(now[f"standing.{one}"] for one in ANSWERED)
    in_term = answered - now[f"standing.{Standing.LATE}"]
    reply = now.spreads.get("stage.reply")
    share = f"{100 * in_term / answered:.0f}%" if answered >= (FEWEST if covered else 1) else None
    return [
        card("figure_intake", "intake"),
        card("figure_carried", "carried"),
        card("figure_open", "open"),
        card("standing_overdue", f"standing.{Standing.OVERDUE}", "late"),
        card("figure_answered", "answered", "ok"),
        Card("in_term", share, ""),
        Card("median", reply.median if reply and not (covered and reply.count < FEWEST) else None, "stage.reply"),
    ]


def _tables(now: Tally, last: Tally, names: Namer, covered: bool) -> dict[str, Table]:
    found = {name: breakdown(now, last, name, names, cover=covered) for name in BREAKDOWNS}
    outcome = breakdown(now, last, "outcome", names, cover=covered)
    return {
        **found,
        "outcome": outcome,
        "verdict": breakdown(now, last, "verdict", names, cover=covered),
        "handling": handling(now, names, cover=covered),
        "stages": stages(now, last, names, cover=covered),
        "authority": authorities(now, names, cover=covered),
        "urging": listed(now, "urging", URGING, names, last, cover=covered),
        "protection": listed(now, "protection", PROTECTION, names, last, cover=covered),
    }


def _months(start: date, end: date) -> list[str]:
    first, last = start.year * 12 + start.month - 1, end.year * 12 + end.month - 1
    return [f"{month // 12}-{month % 12 + 1:02d}" for month in range(max(first, last - MOST_MONTHS + 1), last + 1)]


def _plan_missing(entries: Sequence[Entry], today: date) -> int:
    if next_plan_missing(entries, today):
        return today.year + 1
    return 0 if any(one.book == "plan" and one.year == today.year for one in entries) else today.year


PRESETS = (Every.MONTH, Every.QUARTER, Every.HALF, Every.YEAR)
