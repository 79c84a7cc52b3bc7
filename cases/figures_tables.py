"""Figures put into tables for people: labels, last year beside, small cells covered where a reader only counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from cases.bodies import Directory
from cases.figures import Spread, Tally
from cases.figures_light import ANSWERED, STAGES, Standing
from cases.model import Kind, Subject
from cases.rules import Rules
from cases.suppression import FEWEST, covered

WORDS = "console_fig_"
Words = Callable[..., str]
"""`words(key, **values)`: the text `console_fig_<key>` in the reader's language."""

SMALL, COVERED = f"<{FEWEST}", f"≥{FEWEST}"
"""A small cell, and a larger one covered so that the small one cannot be worked out from the total."""

Number = int | float | str | date | None

INTAKE = ("kind", "subject", "group", "channel", "hamlet", "secrecy")
"""The tables of what came in, in the order of the report (domain 8.3)."""

NEVER_COVERED = frozenset({"state"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `cells` as they are shown, `keys` the figure behind each cell ("" for none)."""

    label: str
    cells: tuple[Number, ...]
    keys: tuple[str, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `head` names the column of labels first."""

    name: str
    title: str
    head: tuple[str, ...]
    lines: tuple[Line, ...]
    total: Line | None = None


@dataclass(slots=True)
class Namer:
    """What figures' codes are called."""

    rules: Rules
    directory: Directory
    words: Words
    _known: dict[tuple[str, str], str] = field(default_factory=dict)

    def __call__(self, name: str, code: str) -> str:
        """The label of one value of a dimension."""
        found = self._known.get((name, code))
        if found is None:
            found = self._known[name, code] = self._label(name, code)
        return found

    def _label(self, name: str, code: str) -> str:
        if code in ("", "-"):
            return self.words(f"none_{name}" if name in ("hamlet", "authority", "outcome", "verdict") else "none")
        match name:
            case "kind":
                return self.rules.taxonomy.kind_label(Kind(code)) if code in set(Kind) else code
            case "subject":
                return self.rules.taxonomy.subject_label(Subject(code)) if code in set(Subject) else code
            case "topic":
                return self.rules.taxonomy.label(code)
            case "hamlet":
                hamlet = self.directory.locality.hamlet(code)
                return hamlet.name if hamlet else code
            case "work":
                work = self.directory.locality.work(code)
                return work.name if work else code
            case "body" | "authority":
                return self.directory.short(code)
        key = f"{name}_{code.replace('-', '_')}"
        return self.words(key) if self.rules.wording.has(f"{WORDS}{key}") else code


def breakdown(now: Tally, last: Tally | None, name: str, namer: Namer, *, cover: bool, key: str = "") -> Table:
    """One dimension, most first, with the same span of last year where `last` is given.

    `cover` hides cells from 1 to 2 in both columns, and one more wherever a total would give them away.
    """
    start = key or name
    these, those = now.under(start), last.under(start) if last else {}
    hide = cover and name not in NEVER_COVERED
    shown = [_shown(these, hide), _shown(those, hide)] if last else [_shown(these, hide)]
    codes = list(dict.fromkeys((*these, *those)))
    lines = [
        Line(
            namer(name, code),
            tuple(column[0].get(code, 0) for column in shown),
            (f"{start}.{code}", *[""] * (len(shown) - 1)),
            code,
        )
        for code in codes
    ]
    total = Line(namer.words("total"), tuple(column[1] for column in shown))
    return Table(name, namer.words(f"by_{name}"), _head(namer, name, bool(last)), tuple(lines), total)


def _head(namer: Namer, name: str, last: bool) -> tuple[str, ...]:
    columns = (namer.words("column_count"), *([namer.words("column_last_year")] if last else []))
    return (namer.words(f"head_{name}"), *columns)


def _shown(counts: Mapping[str, int], hide: bool) -> tuple[dict[str, Number], Number]:
    if not hide:
        return dict(counts), sum(counts.values())
    found = covered(counts)
    cells: dict[str, Number] = {
        code: number if number is not None else SMALL if counts[code] < FEWEST else COVERED
        for code, number in found.cells.items()
    }
    total = sum(counts.values())
    return cells, found.total if found.total is not None else SMALL if total < FEWEST else COVERED


def small(number: int, *, hide: bool) -> Number:
    """One number that stands alone."""
    return SMALL if hide and 0 < number < FEWEST else number


def handling(now: Tally, namer: Namer, *, cover: bool) -> Table:
    """Where the cases of the period stand: carried over, taken in, both; the sums are what came in."""
    columns = ("carried.standing", "new.standing", "standing")
    shown = [_shown({one: now[f"{column}.{one}"] for one in Standing}, cover) for column in columns]
    lines = [
        Line(
            namer("standing", one),
            tuple(column[0].get(one, 0) for column in shown),
            tuple(f"{column}.{one}" for column in columns),
            one,
        )
        for one in Standing
    ]
    total = Line(namer.words("total"), tuple(column[1] for column in shown), ("carried", "intake", "base"))
    head = ("head_standing", "column_carried", "column_new", "column_both")
    return Table("handling", namer.words("by_standing"), tuple(map(namer.words, head)), tuple(lines), total)


def stages(now: Tally, last: Tally | None, namer: Namer, *, cover: bool = False) -> Table:
    """Working days of each stage: how many cases, the median, the 90th percentile, last year's median."""

    def days(spread: Spread | None) -> tuple[Number, Number]:
        told = spread is not None and not (cover and spread.count < FEWEST)
        return (spread.median, spread.p90) if spread and told else (None, None)

    lines = []
    for stage in STAGES:
        here, there = now.spreads.get(f"stage.{stage}"), last.spreads.get(f"stage.{stage}") if last else None
        count = small(here.count, hide=cover) if here else 0
        key = f"stage.{stage}"
        lines.append(Line(namer("stage", stage), (count, *days(here), days(there)[0]), (key, "", "", ""), stage))
    head = ("head_stage", "column_cases", "column_median", "column_p90", "column_median_last")
    return Table("stages", namer.words("by_stage"), tuple(map(namer.words, head)), tuple(lines))


AUTHORITY_COLUMNS = (*ANSWERED, Standing.RUNNING, Standing.OVERDUE)


def authorities(now: Tally, namer: Namer, *, cover: bool) -> Table:
    """How each authority answers: received, on time, extended, late, running, overdue, median and 90th percentile."""
    codes = list(now.under("authority"))
    shown = [_shown({code: now[f"authority.{code}"] for code in codes}, cover)[0]]
    for one in AUTHORITY_COLUMNS:
        shown.append(_shown({code: now[f"authority.{code}.standing.{one}"] for code in codes}, cover)[0])
    lines = []
    for code in codes:
        spread = now.spreads.get(f"authority.{code}.stage.reply")
        hidden = spread is None or (cover and spread.count < FEWEST)
        days: tuple[Number, ...] = (None, None) if hidden or spread is None else (spread.median, spread.p90)
        keys = (f"authority.{code}", *(f"authority.{code}.standing.{one}" for one in AUTHORITY_COLUMNS))
        cells = (*(column.get(code, 0) for column in shown), *days)
        lines.append(Line(namer("authority", code), cells, (*keys, "", ""), code))
    heads = ["head_authority", "column_received", *(f"short_{one}" for one in AUTHORITY_COLUMNS)]
    head = (*map(namer.words, heads), namer.words("column_median"), namer.words("column_p90"))
    return Table("authority", namer.words("by_authority"), head, tuple(lines))


def listed(
    now: Tally, name: str, keys: Sequence[str], namer: Namer, last: Tally | None, *, cover: bool = False
) -> Table:
    """Named figures one under the other, with last year's beside."""
    lines = [
        Line(
            namer.words(f"figure_{key.replace('.', '_')}"),
            (small(now[key], hide=cover), *([small(last[key], hide=cover)] if last else [])),
            (key, *([""] if last else [])),
            key,
        )
        for key in keys
    ]
    return Table(name, namer.words(f"by_{name}"), _head(namer, name, bool(last)), tuple(lines))


def months(now: Tally, codes: Iterable[str]) -> list[tuple[str, int]]:
    """Intake month by month, empty months included."""
    return [(f"{code[5:]}/{code[:4]}", now[f"month.{code}"]) for code in codes]
