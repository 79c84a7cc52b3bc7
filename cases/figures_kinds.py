"""The periodic reports: which there are, who writes them, to whom they go, and whose cases each one counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cases.bodies import Directory
from cases.model import BodyRole, Officer, OfficerRole, State, Subject
from cases.periods import Every, Period
from cases.scope import Clause, Scope, Sight

R124, RGS, RDV = "R124", "RGS", "RDV"
_PERSONS = frozenset(subject for subject in Subject if subject.is_person)


@dataclass(frozen=True, slots=True)
class ReportKind:
    """One kind of report. `authors` write one each; `helpers` work on it with them; codes are of the directory."""

    code: str
    every: Every
    authors: tuple[str, ...]
    to: tuple[str, ...]
    helpers: tuple[str, ...] = ()
    asks_opinion: bool = False

    @property
    def family(self) -> str:
        """R124, RGS or RDV: what the report is about."""
        return self.code.partition("_")[0]

    def fits(self, period: Period) -> bool:
        """Whether the period is of this report's rhythm."""
        return period.every is self.every


_UNIONS = ("hnd", "hlhpn", "dtn", "hccb", "cd")
_COMMUNE = ("dang_uy", "hdnd", "ubnd")
_KINDS = (
    ReportKind("R124_Q", Every.QUARTER, ("dang_uy",), ("tinh_uy",)),
    ReportKind("R124_H", Every.HALF, ("dang_uy",), ("tinh_uy",)),
    ReportKind("R124_Y", Every.YEAR, ("dang_uy",), ("tinh_uy",)),
    ReportKind("RGS_H", Every.HALF, ("mttq", *_UNIONS), _COMMUNE, asks_opinion=True),
    ReportKind("RGS_Y", Every.YEAR, ("mttq", *_UNIONS), _COMMUNE, asks_opinion=True),
    ReportKind("RDV_H", Every.HALF, ("ban_xdd",), ("dang_uy",), ("vp_dang_uy",)),
    ReportKind("RDV_Y", Every.YEAR, ("ban_xdd",), ("dang_uy",), ("vp_dang_uy",)),
)


@dataclass(frozen=True, slots=True)
class Reporting:
    """All kinds by code: as shipped, or as `periodic_reports` of a directory says."""

    kinds: Mapping[str, ReportKind] = field(default_factory=lambda: {kind.code: kind for kind in _KINDS})

    @classmethod
    def from_mapping(cls, entries: list[Mapping[str, Any]]) -> Reporting:
        """From `periodic_reports` of the directory's data; entries without recipients are plans, not reports."""
        return cls({entry["code"]: _kind(entry) for entry in entries if "to" in entry})


def _kind(entry: Mapping[str, Any]) -> ReportKind:
    author = entry["author"]
    return ReportKind(
        code=entry["code"],
        every=Every(entry["every"]),
        authors=(author,) if isinstance(author, str) else tuple(author),
        to=tuple(entry["to"]),
        helpers=tuple(entry.get("with") or ()),
        asks_opinion="asks_opinion_on" in entry,
    )


def authors_here(kind: ReportKind, directory: Directory) -> tuple[str, ...]:
    """The bodies of this locality that write this report, each once, under their present codes."""
    found = (directory.successor(code) for code in kind.authors if directory.has(code) and code not in directory.absent)
    return tuple(dict.fromkeys(found))


def report_scope(kind: ReportKind, author: str, directory: Directory) -> Scope:
    """What a report may count: all of the locality for the coordinator, the Party committee and its offices, a
    union's own cases; never a case from which the author is shut out, nor one whose subject is not yet known."""
    own = frozenset(alias for code in directory.whole_of(author) for alias in directory.same_as(code))
    whole = kind.family != RGS or directory.has_role(author, BodyRole.COORDINATOR)
    checked = frozenset(State) - {State.NEEDS_COI_CHECK}
    clause = Clause(Sight.FIGURES, checked, receiving=None if whole else directory.same_as(author))
    return Scope(frozenset({directory.locality.code}), (clause,), never_bodies=own)


def counts_subject(kind: ReportKind, subject: str) -> bool:
    """Regulation 124 is about officials, Party members and deputies; the other reports are about everything."""
    return kind.family != R124 or subject in _PERSONS


def may_edit(officer: Officer, kind: ReportKind, author: str, directory: Directory) -> bool:
    """The author's people, those of the offices that help it, and the coordinator for the supervision reports."""
    if OfficerRole.ADMIN in officer.roles or not directory.has(officer.body) or not officer.active:
        return False
    if officer.locality != directory.locality.code:
        return False
    house = directory.whole_of(officer.body)
    helpers = {directory.successor(code) for code in kind.helpers}
    coordinates = kind.family == RGS and directory.has_role(officer.body, BodyRole.COORDINATOR)
    return author in house or directory.successor(officer.body) in helpers or coordinates


def may_read(officer: Officer, kind: ReportKind, author: str, directory: Directory, *, final: bool) -> bool:
    """Editors always; recipients, the coordinator and those who follow up or oversee once it is approved."""
    if may_edit(officer, kind, author, directory):
        return True
    if not final or OfficerRole.ADMIN in officer.roles or not directory.has(officer.body) or not officer.active:
        return False
    if officer.locality not in (directory.locality.code, directory.tree.get(directory.locality.code)):
        return False
    house = set(directory.whole_of(officer.body))
    watching = {OfficerRole.FOLLOW_UP, OfficerRole.OVERSIGHT}.intersection(officer.roles)
    coordinates = directory.has_role(officer.body, BodyRole.COORDINATOR)
    return bool(house.intersection(directory.successor(code) for code in kind.to)) or bool(watching) or coordinates
