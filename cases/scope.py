"""What an officer may see, as plain data that a query can carry out: the twin of `visibility.sight`.

A case is in the scope when its locality is listed, some clause holds, and none of the `never_*` touches it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum

from cases.bodies import Body, Directory
from cases.conflict import forward_ways, own_bodies
from cases.model import BodyRole, Case, Officer, OfficerRole, State

POST_UNKNOWN = "~post"
"""Among `excluded_bodies` of a case refused before the post was found: it stays with the triage officers (COI-5)."""


def shut_bodies(viewer: Officer, directory: Directory) -> frozenset[str]:
    """Codes whose presence among a case's excluded bodies shuts this officer out."""
    own = own_bodies(viewer, directory)
    return own if OfficerRole.TRIAGE in viewer.roles else own | {POST_UNKNOWN}


class Sight(IntEnum):
    """How much of a case an officer may see; each includes what is below it."""

    NOTHING = 0  # not even that it exists
    FIGURES = 1  # counted in totals
    NOTICE = 2  # code, topic, dates
    CONTENT = 3  # the text, without who sent it


AT_THE_AUTHORITY = frozenset(
    {
        State.FORWARDED,
        State.RECEIVED,
        State.IN_PROGRESS,
        State.EXTENDED,
        State.ANSWERED,
        State.RELAYED,
        State.DIALOGUE,
    }
)
"""States in which the authority has the case; a body that returned it has it no longer."""

ONCE_FORWARDED = frozenset({State.CLOSED, State.PUBLISHED})
"""States in which the authority still sees it, if it ever had it."""

AWAITING_REPLY = frozenset({State.RECEIVED, State.IN_PROGRESS, State.EXTENDED})

_ALL = frozenset(State)
_CHECKED = _ALL - {State.NEEDS_COI_CHECK}
_Codes = frozenset[str]


@dataclass(frozen=True, slots=True)
class Clause:
    """One way to see cases; every field that is set must hold. None means "whatever it is"."""

    gives: Sight
    states: frozenset[State]
    receiving: _Codes | None = None
    authority: _Codes | None = None
    forwarded: bool = False  # `forwarded_at` is set
    overdue_on: date | None = None  # the last day of the term lies before this day
    with_excluded: tuple[_Codes, ...] = ()  # each set has a code among `excluded_bodies`

    def holds(self, case: Case) -> bool:
        """True when the case fulfils everything this clause asks."""
        excluded = frozenset(case.excluded_bodies)
        due = case.extension.due_on if case.extension else case.due_on
        return (
            case.state in self.states
            and (self.receiving is None or case.receiving_body in self.receiving)
            and (self.authority is None or case.competent_authority in self.authority)
            and (not self.forwarded or case.forwarded_at is not None)
            and (self.overdue_on is None or (due is not None and due < self.overdue_on))
            and all(codes & excluded for codes in self.with_excluded)
        )


@dataclass(frozen=True, slots=True)
class PostBar:
    """COI-4 for one post the officer holds: shut out where it is among the case's `subject_posts` and both sets hold.

    None means "whatever it is"; the sets contain "" so that what is not known counts against the officer.
    """

    post: str
    bodies: _Codes | None = None
    hamlets: _Codes | None = None

    def holds(self, case: Case) -> bool:
        """True when the person complained of may be this officer."""
        return (
            self.post in case.subject_posts
            and (self.bodies is None or case.subject_body in self.bodies)
            and (self.hamlets is None or case.hamlet in self.hamlets)
        )


@dataclass(frozen=True, slots=True)
class Scope:
    """All of one officer's sight on one day. An empty `clauses` sees nothing."""

    localities: _Codes = frozenset()
    clauses: tuple[Clause, ...] = ()
    never_bodies: _Codes = frozenset()  # among `excluded_bodies` or `hidden_from`
    never_officers: _Codes = frozenset()  # among `excluded_officers`
    never_posts: tuple[PostBar, ...] = ()

    def sight(self, case: Case) -> Sight:
        """The same as `visibility.sight` for this officer."""
        if case.locality not in self.localities or self._never(case):
            return Sight.NOTHING
        return max((clause.gives for clause in self.clauses if clause.holds(case)), default=Sight.NOTHING)

    def matches(self, case: Case) -> bool:
        """True when the officer may know of the case at all."""
        return self.sight(case) is not Sight.NOTHING

    def at_least(self, level: Sight) -> Scope:
        """The narrower scope of cases seen to `level` or more."""
        return replace(self, clauses=tuple(clause for clause in self.clauses if clause.gives >= level))

    def also_without(self, other: Scope) -> Scope:
        """The same without the cases that the other's `never_*` touch."""
        return replace(
            self,
            never_bodies=self.never_bodies | other.never_bodies,
            never_officers=self.never_officers | other.never_officers,
            never_posts=self.never_posts + other.never_posts,
        )

    def _never(self, case: Case) -> bool:
        return (
            not self.never_bodies.isdisjoint((*case.excluded_bodies, *case.hidden_from))
            or not self.never_officers.isdisjoint(case.excluded_officers)
            or any(bar.holds(case) for bar in self.never_posts)
        )


def visible_scope(viewer: Officer, directory: Directory, today: date | None = None) -> Scope:
    """The officer's sight as plain data. `directory` is that of the locality asked about, as it stands `today`."""
    if not viewer.active or OfficerRole.ADMIN in viewer.roles or not directory.has(viewer.body):
        return Scope()
    body, day = directory.body(viewer.body), today or directory.day
    return Scope(
        localities=_localities(viewer, body, directory),
        clauses=(
            *_desk(viewer, body, directory),
            *_authority(viewer, body, directory, day),
            *_watching(viewer, body, day),
        ),
        never_bodies=shut_bodies(viewer, directory),
        never_officers=frozenset((viewer.id, *viewer.relatives)),
        never_posts=tuple(_post_bars(viewer, directory)),
    )


def _localities(viewer: Officer, body: Body, directory: Directory) -> _Codes:
    here = directory.locality.code
    under = {code for code, parent in directory.tree.items() if parent == viewer.locality}
    reach = {viewer.locality} | (under if BodyRole.UPPER in body.roles else set())
    # With a commune's directory only that commune can be judged; with the viewer's own, all in reach.
    return frozenset(reach if here == viewer.locality else reach & {here})


def _desk(viewer: Officer, body: Body, directory: Directory) -> list[Clause]:
    if BodyRole.SUPERVISING_SUBJECT not in body.roles:
        return []
    states = _ALL if OfficerRole.TRIAGE in viewer.roles else _CHECKED
    if OfficerRole.TRIAGE not in viewer.roles and OfficerRole.HANDLER not in viewer.roles:
        return []
    if BodyRole.COORDINATOR in body.roles:
        return [Clause(Sight.CONTENT, states)]
    own = [Clause(Sight.CONTENT, states, receiving=directory.same_as(body.code))]
    return own + _forwarding(body, directory)


def _forwarding(body: Body, directory: Directory) -> list[Clause]:
    """For each body that sends through this one, or through it once the ways before it are excluded."""
    clauses = []
    for other in directory.bodies.values():
        ways = forward_ways(directory, other.forwards_through) if other.forwards_through else ()
        if body.code in ways:
            passed_over = tuple(directory.same_as(code) for code in ways[: ways.index(body.code)])
            receiving = directory.same_as(other.code)
            clauses.append(Clause(Sight.CONTENT, _CHECKED, receiving=receiving, with_excluded=passed_over))
    return clauses


def _authority(viewer: Officer, body: Body, directory: Directory, today: date) -> list[Clause]:
    if OfficerRole.CONTACT not in viewer.roles or BodyRole.COMPETENT_AUTHORITY not in body.roles:
        return []
    own = directory.same_as(body.code)
    beneath = [code for code in directory.bodies if code != body.code and body.code in directory.escalation(code)]
    reported = frozenset(alias for code in beneath for alias in directory.same_as(code))
    return [
        Clause(Sight.CONTENT, AT_THE_AUTHORITY, authority=own),
        Clause(Sight.CONTENT, ONCE_FORWARDED, authority=own, forwarded=True),
        Clause(Sight.NOTICE, AWAITING_REPLY, authority=reported, overdue_on=today),
    ]


def _watching(viewer: Officer, body: Body, today: date) -> list[Clause]:
    follows = OfficerRole.FOLLOW_UP in viewer.roles and BodyRole.FOLLOW_UP in body.roles
    oversees = OfficerRole.OVERSIGHT in viewer.roles and BodyRole.OVERSIGHT in body.roles
    if not (follows or oversees):
        return []
    return [Clause(Sight.FIGURES, _CHECKED), Clause(Sight.NOTICE, AWAITING_REPLY, overdue_on=today)]


def _post_bars(viewer: Officer, directory: Directory) -> list[PostBar]:
    bars = []
    known = {post.code: post.told_apart_by for post in directory.posts}
    house = directory.whole_of(viewer.body)
    everywhere = (*directory.bodies, *directory.past_or_future)
    related = {code for code in everywhere if code in house or house[0] in directory.whole_of(code)}
    same_body = frozenset(alias for code in related for alias in directory.same_as(code)) | {"", viewer.body}
    for post in dict.fromkeys((viewer.post, *viewer.extra_posts)):
        told_apart_by = known.get(post, "body")
        if told_apart_by == "hamlet":
            hamlets = frozenset({"", viewer.hamlet}) if viewer.hamlet else None
            bars.append(PostBar(post, hamlets=hamlets))
        elif post:
            bars.append(PostBar(post, bodies=same_body if told_apart_by == "body" else None))
    return bars
