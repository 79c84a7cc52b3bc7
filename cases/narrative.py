"""What a periodic report says in words: sentences made from its figures, and the tables of its registers.

A sentence whose figure is missing is left out (`cases.wording`), so that the report never speaks of what nobody
entered. All of it can be edited by the report's owner.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from cases.bodies import Directory
from cases.figures_light import ANSWERED, Standing
from cases.figures_tables import Line, Number, Table
from cases.periods import Every, Period
from cases.registers import Book, Entry, complete_cycle
from cases.registers_targets import Progress, Status, Target, counts_as_work
from cases.rules import Rules, show_date
from cases.suppression import FEWEST

if TYPE_CHECKING:
    from cases.figures_report import Facts

WORDS = "report_"
Values = dict[str, object]


@dataclass(slots=True)
class Teller:
    """Says `report_*` texts in Vietnamese, the language of official papers."""

    rules: Rules
    directory: Directory

    def tell(self, key: str, **values: object) -> str:
        """The text `report_<key>`."""
        return self.rules.wording.say(WORDS + key, "vi", **values)

    def has(self, key: str) -> bool:
        """Whether there is such a text."""
        return self.rules.wording.has(WORDS + key)

    def paragraphs(self, name: str, values: Values) -> list[str]:
        """The generated paragraphs of one section."""
        key = f"words_{name}"
        if not self.has(key):
            return []
        return [line for line in self.tell(key, **values).split("\n") if line.strip()]

    def values(self, facts: Facts) -> Values:
        """Every value the sentences may use; an empty one takes its sentence along."""
        found: Values = {
            "commune": self.directory.locality.name,
            "period": period_name(facts.window.period, self.tell),
            "start": show_date(facts.window.period.start),
            "end": show_date(facts.window.day),
        }
        return found | _cases(facts, self.tell) | _books(facts) | _targets(facts.progress)

    def register_tables(self, name: str, facts: Facts) -> list[Table]:
        """The tables of one section that come from the registers."""
        period = facts.window.period
        match name:
            case "targets":
                return [self._targets(facts.progress)]
            case "supervision":
                sessions = [
                    one for one in facts.entries if one.book is Book.SESSION and _in(one, "finished_on", period)
                ]
                return [self._annex("session", sessions), self._recommendations(facts)]
            case "criticism":
                drafts = [one for one in facts.entries if one.book is Book.CRITICISM and _touches(one, period)]
                return [self._annex("criticism", drafts)]
            case "community":
                works = [one for one in facts.entries if one.book is Book.PROJECT and one.id in _counted(facts)]
                return [self._annex("project", works)]
            case "opinions":
                return [self._opinions(facts.opinions)]
        return []

    def _annex(self, name: str, entries: Sequence[Entry]) -> Table:
        heads = ANNEX[name]
        lines = tuple(
            Line(one.word(heads[0]), tuple(self._cell(one, name, head) for head in heads[1:])) for one in entries
        )
        return Table(name, self.tell(f"annex_{name}"), tuple(self.tell(f"head_{name}_{head}") for head in heads), lines)

    def _cell(self, entry: Entry, name: str, head: str) -> Number:
        if head == "complete":
            return self.tell("yes" if complete_cycle(entry) else "no")
        value = entry.values.get(head)
        if isinstance(value, date):
            return value
        if isinstance(value, bool) or value is None:
            return self.tell("yes" if value else "no") if isinstance(value, bool) else ""
        key = f"value_{name}_{head}_{value}"
        if isinstance(value, str) and self.has(key):
            return self.tell(key)
        return self.directory.short(value) if isinstance(value, str) else value

    def _recommendations(self, facts: Facts) -> Table:
        """How many stand how, and how long those without an end have waited, in calendar days."""
        open_, day = _recommendations(facts), facts.window.day
        lines = []
        for status in ("done", "in_progress", "no_answer"):
            these = [one for one in open_ if one.word("status") == status]
            ages = [0, 0, 0]
            for one in these:
                waited = (day - (one.day("sent_on") or day)).days
                ages[0 if waited <= 30 else 1 if waited <= 90 else 2] += 1
            lines.append(Line(self.tell(f"value_recommendation_status_{status}"), (len(these), *ages)))
        head = ("status", "count", "age_30", "age_90", "age_more")
        titles = tuple(self.tell(f"head_recommendation_{one}") for one in head)
        return Table("recommendation", self.tell("annex_recommendation"), titles, tuple(lines) if open_ else ())

    def _targets(self, progress: Sequence[Progress]) -> Table:
        lines = tuple(
            Line(
                self.tell(f"target_{one.target}"),
                (self.tell(f"mark_{one.target}"), _done(one, self.tell), self.tell(f"status_{one.status}")),
            )
            for one in progress
        )
        head = tuple(self.tell(f"head_target_{name}") for name in ("name", "mark", "done", "status"))
        return Table("targets", self.tell("annex_targets"), head, lines)

    def _opinions(self, opinions: Sequence[tuple[str, date | None]]) -> Table:
        lines = tuple(Line(self.directory.name(body), (day or self.tell("no_opinion"),)) for body, day in opinions)
        head = (self.tell("head_opinion_body"), self.tell("head_opinion_day"))
        return Table("opinions", self.tell("annex_opinions"), head, lines)


ANNEX: Mapping[str, tuple[str, ...]] = {
    "session": ("theme", "lead", "finished_on", "conclusion"),
    "criticism": ("draft", "drafting_body", "conference_on", "opinion_on", "reply_on", "issuer_report_on", "complete"),
    "project": ("name", "investor_level", "started_on", "supervised_from", "visits"),
}


def period_name(period: Period, tell: Callable[..., str]) -> str:
    """`quý IV năm 2026`, `6 tháng đầu năm 2026`, `năm 2026`."""
    if period.every is Every.QUARTER:
        return tell("period_quarter", quarter=("I", "II", "III", "IV")[period.number - 1], year=period.year)
    if period.every is Every.HALF:
        return tell(f"period_half_{period.number}", year=period.year)
    if period.every is Every.YEAR:
        return tell("period_year", year=period.year)
    return tell("period_span", start=show_date(period.start), end=show_date(period.end))


def number(value: float | None, digits: int = 0) -> str:
    """A number as it is written in Vietnamese: `1.234,5`; empty for none."""
    if value is None:
        return ""
    text = f"{value:,.{digits}f}"
    return text.replace(",", " ").replace(".", ",").replace(" ", ".")


def percent(part: int, of: int) -> str:
    """A share with one decimal; empty where there is nothing to share."""
    return f"{number(100 * part / of, 1)}%" if of else ""


def _few(count: int, tell: Callable[..., str]) -> str:
    return tell("few", count=FEWEST) if 0 < count < FEWEST else number(count)


def _cases(facts: Facts, tell: Callable[..., str]) -> Values:
    now, last = facts.now, facts.last
    answered = sum(now[f"standing.{one}"] for one in ANSWERED)
    in_term = now[f"standing.{Standing.ON_TIME}"] + now[f"standing.{Standing.EXTENDED}"]
    reply = now.spreads.get("stage.reply")
    names = ("base", "intake", "carried", "received", "relayed", "urging", "escalation", "extension")
    values: Values = {name: number(now[name]) for name in names}
    values |= {one.value: number(now[f"standing.{one}"]) for one in Standing}
    values |= {key.replace(".", "_"): number(now[key]) for key in ("urging.1", "urging.2", "urging.3", "dialogue")}
    values |= {f"outcome_{name}": number(now[f"outcome.{name}"]) for name in _OUTCOMES}
    hidden = now["secrecy.confidential"] + now["secrecy.anonymous"]
    return values | {
        "change": change(now["intake"], last["intake"], tell),
        "answered": number(answered),
        "forwarded_only": number(now[f"standing.{Standing.FORWARDED}"]),
        "in_term": number(in_term),
        "in_term_share": percent(in_term, answered),
        "hidden_share": percent(hidden, now["intake"]) if hidden >= FEWEST else "",
        "median": number(reply.median, 1) if reply else "",
        "p90": number(reply.p90) if reply else "",
        "retaliation": _few(now["retaliation"], tell),
        "identity_reads": _few(now["identity_read"], tell),
        "dialogue_held": number(now["dialogue_held"]),
        "violations": number(facts.violations) if facts.violations is not None else "",
        "disclosed": number(facts.disclosed) if facts.disclosure_due else "",
        "disclosure_due": number(facts.disclosure_due) if facts.disclosure_due else "",
        "disclosure_late": number(facts.disclosure_late) if facts.disclosure_late else "",
        "published": number(facts.published),
        "asked": number(len(facts.opinions)) if facts.opinions else "",
    }


_OUTCOMES = ("upheld", "partly_upheld", "not_upheld", "insufficient", "already_resolved", "out_of_competence")


def change(now: int, last: int, tell: Callable[..., str]) -> str:
    """How a number moved against the same span of last year; nothing is said of a year without data."""
    if not last:
        return ""
    if now == last:
        return tell("change_same")
    key = "change_up" if now > last else "change_down"
    return tell(key, difference=number(abs(now - last)), share=percent(abs(now - last), last))


def _books(facts: Facts) -> Values:
    entries, period = facts.entries, facts.window.period
    sessions = [one for one in entries if one.book is Book.SESSION and _in(one, "finished_on", period)]
    drafts = [one for one in entries if one.book is Book.CRITICISM and _touches(one, period)]
    invited = [one for one in entries if one.book is Book.INVITATION and _in(one, "held_on", period)]
    all_of = _recommendations(facts)
    by_status = {
        name: sum(one.word("status") == name for one in all_of) for name in ("done", "in_progress", "no_answer")
    }
    return {
        "sessions": number(len(sessions)),
        "drafts": number(len(drafts)),
        "complete": number(sum(complete_cycle(one) for one in drafts)) if drafts else "",
        "invited": number(len(invited)) if invited else "",
        "attended": number(sum(bool(one.word("attended_by")) for one in invited)) if invited else "",
        "recommendations": number(len(all_of)) if all_of else "",
        "recommendations_done": number(by_status["done"]) if all_of else "",
        "recommendations_going": number(by_status["in_progress"]) if all_of else "",
        "recommendations_silent": number(by_status["no_answer"]) if all_of else "",
    }


def _recommendations(facts: Facts) -> list[Entry]:
    """Those sent by the report's day which were not done with before its period began."""
    period = facts.window.period
    return [
        one
        for one in facts.entries
        if one.book is Book.RECOMMENDATION
        and (sent := one.day("sent_on")) is not None
        and sent <= facts.window.day
        and (one.word("status") != "done" or (one.day("reply_on") or sent) >= period.start)
    ]


def _targets(progress: Sequence[Progress]) -> Values:
    known = {one.target: one for one in progress}
    values: Values = {}
    for target, name in ((Target.PROJ, "works"), (Target.TRAIN, "trained")):
        one = known.get(target)
        told = one is not None and one.of > 0
        values[f"{name}_done"] = number(one.done) if one and told else ""
        values[f"{name}_of"] = number(one.of) if one and told else ""
        values[f"{name}_share"] = percent(one.done, one.of) if one and told else ""
    met = sum(one.status is Status.MET for one in progress)
    return values | {
        "targets_met": number(met) if progress else "",
        "targets": number(len(progress)) if progress else "",
    }


def _done(one: Progress, tell: Callable[..., str]) -> str:
    if one.status is Status.NO_DATA:
        return tell("no_data")
    if one.percent is not None:
        return f"{one.done}/{one.of} ({number(one.percent, 1)}%)"
    return tell("yes" if one.done else "no") if one.target in (Target.PLAN, Target.TTND) else f"{one.done}/{one.of}"


def _counted(facts: Facts) -> frozenset[str]:
    """Works of the report's year, supervised or not."""
    year = facts.window.period.year
    return frozenset(one.id for one in facts.entries if counts_as_work(one, year))


def _in(entry: Entry, name: str, period: Period) -> bool:
    return period.holds(entry.day(name))


def _touches(entry: Entry, period: Period) -> bool:
    """A criticism received or worked on during the period."""
    names = ("received_on", "conference_on", "opinion_on", "reply_on", "issuer_report_on")
    return any(_in(entry, name, period) for name in names)


def plain(values: Mapping[str, Any]) -> dict[str, str]:
    """Edited paragraphs as they are stored: one line break inside a paragraph stays, surrounding space goes."""
    return {name: text.replace("\r\n", "\n").strip() for name, text in values.items() if text.strip()}
