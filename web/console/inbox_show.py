"""The list of cases as the page shows it: lines in words, groups, counts and choices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from cases.bodies import Directory
from cases.model import OfficerRole, Priority, State
from cases.names import read_as
from cases.urgency import AWAITING_REPLY, TO_FORWARD, UNTRIAGED, Haste
from storage.listing import CaseCounts, CasePage
from storage.listing_filter import GROUPS, MINE, NEWEST, NOBODY, CaseFilter
from storage.listing_lines import CaseLine
from web.console.visit import Visit

LOOK = {Haste.OVERDUE: "late", Haste.TODAY: "soon", Haste.IN_3: "soon", Haste.IN_5: "info", Haste.IN_10: "info"}
_DESK = frozenset({OfficerRole.HANDLER, OfficerRole.TRIAGE})
_STEPS = (
    (UNTRIAGED, "triage"),
    (TO_FORWARD, "forward"),
    (frozenset({State.FORWARDED}), "receipt"),
    (AWAITING_REPLY, "reply"),
    (frozenset({State.ANSWERED}), "relay"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line in words; `look` is the class of its badge."""

    line: CaseLine
    topic: str
    state: str
    look: str
    term: str
    left: str
    bodies: str
    place: str
    channel: str
    assignee: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the list with its words and its number of cases; `rows` are those on this page."""

    haste: Haste
    name: str
    look: str
    count: int
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One field of the filter and what may be chosen: (value, words, number of cases or nothing)."""

    name: str
    chosen: str
    options: tuple[tuple[str, str, int | None], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything the list's template needs."""

    total: int
    groups: tuple[Part, ...]
    parts: tuple[Part, ...]
    choices: tuple[Choice, ...]
    standard: tuple[tuple[str, Mapping[str, str]], ...]
    tags: tuple[tuple[str, str], ...]  # (field, words) of what is set, to be taken out one by one
    after: str
    first: bool
    counted: bool  # whether the groups follow the parts


def shown(
    visit: Visit, chosen: CaseFilter, page: CasePage, counts: CaseCounts, names: Mapping[str, str], after: str = ""
) -> Shown:
    """The list in the officer's language; `names` are those of other officers."""
    words = Words(visit)
    rows = [words.row(line, names) for line in page.lines]
    parts = tuple(
        Part(haste, visit.say(f"inbox_part_{haste.name.lower()}"), LOOK.get(haste, ""), number)
        for haste, number in counts.parts.items()
        if number or chosen.haste == haste.name.lower()
    )
    counted = chosen.order != NEWEST
    choices = tuple(_choices(visit, words, chosen, counts))
    return Shown(
        total=counts.parts[Haste[chosen.haste.upper()]] if chosen.haste else counts.total,
        groups=_groups(rows, parts) if counted else (Part(Haste.DONE, "", "", 0, tuple(rows)),) if rows else (),
        parts=parts,
        choices=choices,
        standard=_standard(visit),
        tags=tuple(_tags(visit, chosen, choices)),
        after=page.after,
        first=not after,
        counted=counted,
    )


class Words:
    """Codes in words, each looked up once."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._home = visit.directory()
        self._directories: dict[str, Directory] = {visit.officer.locality: self._home}
        self._said: dict[str, str] = {}

    def say(self, key: str) -> str:
        """A text that is not the console's own."""
        if key not in self._said:
            wording = self._visit.rules.wording
            self._said[key] = wording.say(key, self._visit.lang) if wording.has(key) else key.partition("_")[2]
        return self._said[key]

    def directory(self, locality: str) -> Directory:
        """The locality's bodies today."""
        if locality not in self._directories:
            self._directories[locality] = self._visit.rules.directory(locality, self._visit.now)
        return self._directories[locality]

    def row(self, line: CaseLine, names: Mapping[str, str]) -> Row:
        """One line."""
        directory = self.directory(line.locality)
        bodies = [read_as(directory.short(code), self._visit.lang) for code in (line.body, line.authority) if code]
        mine = line.assignee == self._visit.officer.id
        step = next((step for states, step in _STEPS if line.state in states), "")
        return Row(
            line=line,
            topic=self.topic(line.topic),
            state=self.say(f"state_{line.state.value}"),
            look=LOOK.get(line.haste, ""),
            term=self._visit.say(f"inbox_term_{step}") if line.due and step else "",
            left=self._left(line),
            bodies=" → ".join(bodies),
            place=" · ".join(filter(None, self._places(line, directory))),
            channel=self.say(f"channel_{line.channel}") if line.channel else "",
            assignee=self._visit.say("inbox_mine") if mine and line.assignee else names.get(line.assignee, ""),
        )

    def topic(self, code: str) -> str:
        """A topic's label."""
        return read_as(self._visit.rules.taxonomy.label(code), self._visit.lang)

    def _short(self, code: str) -> str:
        return read_as(self._home.short(code), self._visit.lang)

    def _left(self, line: CaseLine) -> str:
        if line.due is None:
            return ""
        if line.haste is Haste.TODAY:
            return self._visit.say("inbox_left_today")
        days = line.days or 0
        if line.haste is Haste.OVERDUE:
            return self._visit.say("inbox_left_late", days=-days) if days else self._visit.say("inbox_left_over")
        return self._visit.say("inbox_left_days", days=days)

    def _places(self, line: CaseLine, directory: Directory) -> Iterable[str]:
        hamlet, work = directory.locality.hamlet(line.hamlet), directory.locality.work(line.work)
        yield hamlet.name if hamlet else line.hamlet
        yield work.name if work else line.work
        yield directory.locality.name if line.locality != self._visit.officer.locality else ""

    def named(self, field: str) -> Callable[[str], str]:
        """How the codes of a field of the filter are said."""
        place = self._home.locality
        speakers: dict[str, Callable[[str], str]] = {
            "state": lambda code: self.say(f"state_{code}"),
            "topic": self.topic,
            "body": self._short,
            "authority": self._short,
            "hamlet": lambda code: found.name if (found := place.hamlet(code)) else code,
            "work": lambda code: found.name if (found := place.work(code)) else code,
            "channel": lambda code: self.say(f"channel_{code}"),
            "kind": lambda code: self._visit.say(f"inbox_kind_{code}"),
            "priority": lambda code: self.say(f"priority_{code}"),
            "assignee": lambda code: self._visit.say(f"inbox_assignee_{code}"),
        }
        return speakers[field]


def _groups(rows: list[Row], parts: tuple[Part, ...]) -> tuple[Part, ...]:
    named = {part.haste: part for part in parts}
    found = []
    for haste, lines in groupby(rows, key=lambda row: row.line.haste):
        part = named.get(haste, Part(haste, "", "", 0))
        found.append(Part(haste, part.name, part.look, part.count, tuple(lines)))
    return tuple(found)


def _choices(visit: Visit, words: Words, chosen: CaseFilter, counts: CaseCounts) -> Iterable[Choice]:
    for name, found in counts.choices.items():
        say, value = words.named(name), getattr(chosen, name)
        known = {code: number for code, number in found.items() if code}
        if name == "state":
            usual = "all" if chosen.words else "open"
            groups = [("", visit.say("inbox_state_usual"), None)]
            groups += [(group, visit.say(f"inbox_state_{group}"), None) for group in GROUPS if group != usual]
            listed = [(state.value, say(state.value), known.get(state.value)) for state in State]
            seen = [one for one in listed if one[2] or one[0] == value]
            yield Choice(name, "" if value == usual else value, (*groups, *seen))
            continue
        if value and value not in known:
            known[value] = 0
        if name == "assignee" and _DESK.isdisjoint(visit.officer.roles):
            continue
        if name == "assignee":
            known = {code: known.get(code, 0) for code in (MINE, NOBODY)} if known else {}
        options = sorted(((code, say(code), number) for code, number in known.items()), key=_order(name))
        if options:
            yield Choice(name, value, tuple(options))


def _order(name: str) -> Callable[[tuple[str, str, int]], Any]:
    if name == "priority":
        ranks = list(reversed(Priority))
        return lambda option: ranks.index(Priority(option[0]))
    return lambda option: option[1].casefold()


def _standard(visit: Visit) -> tuple[tuple[str, Mapping[str, str]], ...]:
    """The views everybody has, by what is her work."""
    views: list[tuple[str, Mapping[str, str]]] = [("open", {}), ("overdue", {"haste": "overdue"})]
    if not _DESK.isdisjoint(visit.officer.roles):
        views += [("mine", {"assignee": MINE}), ("new", {"state": "new"}), ("relay", {"state": State.ANSWERED.value})]
    elif OfficerRole.CONTACT in visit.officer.roles:
        views += [("confirm", {"state": State.FORWARDED.value})]
    return tuple((visit.say(f"inbox_view_{name}"), query) for name, query in views)


def _tags(visit: Visit, chosen: CaseFilter, choices: tuple[Choice, ...]) -> Iterable[tuple[str, str]]:
    options = {choice.name: {code: words for code, words, _ in choice.options} for choice in choices}
    for name, value in chosen.query().items():
        if name in options:
            yield name, options[name].get(value, value)
        elif name == "haste":
            yield name, visit.say(f"inbox_part_{value}")
        elif name in ("since", "until"):
            day = getattr(chosen, name)
            yield name, visit.say(f"inbox_tag_{name}", day=day.strftime("%d/%m/%Y"))
        elif name == "words":
            yield name, visit.say("inbox_tag_words", words=value)
