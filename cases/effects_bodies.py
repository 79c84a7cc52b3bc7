"""What an edit of the directory would do: ways of reports, open cases, and officers whose body or roles change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from cases import officers
from cases.bodies import Directory, UnknownBody, UnknownPost
from cases.casework import Refused
from cases.conflict import Conflicted
from cases.model import Case, Kind, Officer, OfficerRole, Subject
from cases.routing import NotAnIntake, route
from cases.taxonomy import Taxonomy
from cases.visibility import Sight, sight

_PERSON_TOPIC = "official.attitude"
"""The topic the ways of posts are compared with: about an official, without a fixed rule of its own."""


@dataclass(frozen=True, slots=True)
class Rerouted:
    """A report that would go another way: about a topic, or about the holder of a post."""

    topic: str
    post: str
    old: tuple[str, str]  # receiving body, authority
    new: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Handed:
    """Open cases that another body would stand for; `codes` only those the viewer may see."""

    old: str
    new: str
    role: str  # "receiving" or "authority"
    count: int
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unseated:
    """An officer whose account no longer fits: the body is closed, or cannot give the role."""

    officer: Officer
    reason: Refused


@dataclass(frozen=True, slots=True)
class DirectoryEffect:
    """All of it, on the first day the edit makes a difference."""

    day: date
    routes: tuple[Rerouted, ...]
    cases: tuple[Handed, ...]
    officers: tuple[Unseated, ...]
    opened: tuple[str, ...]
    closed: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Whether only words change."""
        return not (self.routes or self.cases or self.officers or self.opened or self.closed)


def directory_effect(
    viewer: Officer,
    before: Directory,
    after: Directory,
    taxonomy: Taxonomy,
    cases: Iterable[Case],
    people: Iterable[Officer],
) -> DirectoryEffect:
    """Compare the same day under both directories."""
    return DirectoryEffect(
        after.day,
        tuple(_routes(before, after, taxonomy)),
        tuple(_handed(viewer, before, after, list(cases))),
        tuple(_unseated(before, after, list(people))),
        tuple(sorted(set(after.bodies) - set(before.bodies))),
        tuple(sorted(set(before.bodies) - set(after.bodies))),
    )


def _routes(before: Directory, after: Directory, taxonomy: Taxonomy) -> list[Rerouted]:
    ways = [(code, "") for code, topic in taxonomy.topics.items() if not topic.subject.is_person]
    ways += [(_PERSON_TOPIC, post.code) for post in after.posts] if _PERSON_TOPIC in taxonomy.topics else []
    found = []
    for topic, post in ways:
        old, new = (_way(directory, taxonomy, topic, post) for directory in (before, after))
        if old != new:
            found.append(Rerouted(topic, post, old, new))
    return found


def _way(directory: Directory, taxonomy: Taxonomy, topic: str, post: str) -> tuple[str, str]:
    subject = Subject.OFFICIAL if post else taxonomy.topic(topic).subject
    try:
        found = route(directory, taxonomy, Kind.REPORT, subject, topic, [post] if post else [])
    except (Conflicted, NotAnIntake, UnknownBody, UnknownPost):
        return "", ""
    return found.receiving_body, found.competent_authority


def _handed(viewer: Officer, before: Directory, after: Directory, cases: list[Case]) -> list[Handed]:
    groups: dict[tuple[str, str, str], list[Case]] = {}
    for case in cases:
        for role, code in (("receiving", case.receiving_body), ("authority", case.competent_authority)):
            old, new = before.successor(code), after.successor(code)
            if code and old != new:
                groups.setdefault((old, new, role), []).append(case)
    admin = OfficerRole.ADMIN in viewer.roles
    found = []
    for (old, new, role), among in sorted(groups.items()):
        counted = among if admin else [case for case in among if sight(viewer, case, before) >= Sight.FIGURES]
        codes = [] if admin else [case.code for case in among if sight(viewer, case, before) >= Sight.NOTICE]
        if counted:
            found.append(Handed(old, new, role, len(counted), tuple(sorted(codes))))
    return found


def _unseated(before: Directory, after: Directory, people: list[Officer]) -> list[Unseated]:
    found = []
    for officer in people:
        now, then = (_misfit(officer, directory) for directory in (before, after))
        if then is not None and now is None:
            found.append(Unseated(officer, then))
    return found


def _misfit(officer: Officer, directory: Directory) -> Refused | None:
    """Why the account does not fit this directory; an officer of a closed body follows to its successor."""
    try:
        officers.check_roles(replace(officer, body=directory.successor(officer.body) or officer.body), directory)
    except Refused as refused:
        return refused
    return None
