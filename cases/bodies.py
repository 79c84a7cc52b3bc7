"""What the directory is made of: bodies, posts and places, and one commune's directory as it stands on one day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cases.model import BodyRole, Subject

UNION_OF_THE_PERSON = "{union}"
"""Stands in `Post.controls` for the body the person works in (subject body)."""


class UnknownBody(KeyError):
    """A code that no version of this locality's directory has, or a closed body without successor."""


class UnknownPost(KeyError):
    """A code that is not among the posts of this directory."""


@dataclass(frozen=True, slots=True)
class Body:
    """One body in one version of its life; names are filled in for the locality, both dates are inclusive."""

    code: str
    name: str
    short: str = ""
    group: str = ""
    roles: frozenset[BodyRole] = frozenset()
    upper: str = ""
    forwards_through: str = ""
    optional: bool = False
    fallback: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    replaces: tuple[str, ...] = ()
    doc: Mapping[str, Any] = field(default_factory=dict)
    phone: str = ""

    def in_force(self, day: date) -> bool:
        """True from `valid_from` to `valid_to`, both days included."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    @property
    def answers_for_itself(self) -> bool:
        """False for offices and units that belong whole to the body above them."""
        return bool(self.roles & {BodyRole.SUPERVISING_SUBJECT, BodyRole.COMPETENT_AUTHORITY})


@dataclass(frozen=True, slots=True)
class Post:
    """A position residents name; see COI-0 and COI-1 for `controls`, `member_of` and `handled_by`."""

    code: str
    title: str
    controls: tuple[str, ...] = ()
    member_of: tuple[str, ...] = ()
    handled_by: tuple[str, ...] = ()
    level: str = "commune"  # "hamlet": every hamlet has its own holder

    @property
    def is_unknown(self) -> bool:
        """True for the catch-all post: nobody is named to handle its holder, so a person must look (COI-5)."""
        return not self.handled_by

    @property
    def told_apart_by(self) -> str:
        """What tells two holders apart: "hamlet", "body", or "" where the whole commune has one."""
        if self.level == "hamlet":
            return "hamlet"
        return "" if self.controls and UNION_OF_THE_PERSON not in self.controls else "body"


@dataclass(frozen=True, slots=True)
class Hamlet:
    """Thôn, xóm, ấp, bản or tổ dân phố."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Work:
    """A building work residents can point at; `investor` is a body code where it is not the commune."""

    code: str
    name: str
    hamlet: str = ""
    investor: str = ""


@dataclass(frozen=True, slots=True)
class Locality:
    """A commune, or the province above it (`parent` empty, no hamlets)."""

    code: str
    name: str
    unit_kind: str
    province: str
    parent: str = ""
    model: str = "two_tier"
    hamlets: tuple[Hamlet, ...] = ()
    works: tuple[Work, ...] = ()
    contacts: Mapping[str, str] = field(default_factory=dict)

    def hamlet(self, code: str) -> Hamlet | None:
        """The hamlet with that code, None when there is none."""
        return next((h for h in self.hamlets if h.code == code), None)

    def work(self, code: str) -> Work | None:
        """The work with that code, None when there is none."""
        return next((w for w in self.works if w.code == code), None)


@dataclass(frozen=True, slots=True, eq=False)
class Directory:
    """The bodies and posts of one locality on one day. Immutable: a change of data makes a new book."""

    locality: Locality
    day: date
    bodies: Mapping[str, Body]  # in force on `day`
    past_or_future: Mapping[str, Body]  # known, not in force on `day`
    now: Mapping[str, str]  # every known code -> the code that stands for it on `day` ("" for none)
    posts: tuple[Post, ...]
    intake_fallback: Mapping[str, tuple[str, ...]]
    last_intake: str
    escalation_chain: Mapping[str, tuple[str, ...]]
    profiles: Mapping[Subject, str]
    operator: str
    absent: Mapping[str, str]  # optional bodies this commune lacks -> their fallback
    tree: Mapping[str, str]  # every locality of the installation -> its parent
    aliases: Mapping[str, frozenset[str]]  # code in force -> all codes it stands for

    def body(self, code: str) -> Body:
        """The body in force for `code`, following successors. Raises UnknownBody."""
        found = self.bodies.get(self.now.get(code, ""))
        if found is None:
            raise UnknownBody(code)
        return found

    def has(self, code: str) -> bool:
        """True when `code` or its successor is in force."""
        return bool(self.now.get(code))

    def has_role(self, code: str, role: BodyRole) -> bool:
        """True when `code` is in force and holds `role`."""
        return self.has(code) and role in self.body(code).roles

    def bodies_with(self, role: BodyRole) -> tuple[Body, ...]:
        """All bodies in force with that role, in the order of the data."""
        return tuple(body for body in self.bodies.values() if role in body.roles)

    def post(self, code: str) -> Post:
        """The post with that code. Raises UnknownPost."""
        for post in self.posts:
            if post.code == code:
                return post
        raise UnknownPost(code)

    def known_posts(self, codes: Iterable[str]) -> tuple[Post, ...]:
        """The posts among `codes` that this directory has, in the directory's order (seniority)."""
        wanted = frozenset(codes)
        return tuple(post for post in self.posts if post.code in wanted)

    def name(self, code: str) -> str:
        """Full name for people; a closed body keeps its last name, an unknown code is returned as it is."""
        found = self._known(code)
        return found.name if found else code

    def short(self, code: str) -> str:
        """Short name for people, else the full one."""
        found = self._known(code)
        return (found.short or found.name) if found else code

    def upper(self, code: str) -> str:
        """Code of the body above, "" at the top or when unknown."""
        return self.now.get(self.body(code).upper, "") if self.has(code) else ""

    def successor(self, code: str) -> str:
        """The code that stands for `code` on this day: itself while in force, "" when nothing follows it."""
        return self.now.get(code, "")

    def current(self, codes: Iterable[str]) -> frozenset[str]:
        """Each code as it stands today; a code without successor stays as it is, so that it still excludes."""
        return frozenset(self.now.get(code) or code for code in codes if code)

    def same_as(self, code: str) -> frozenset[str]:
        """All codes, past and present, that mean the same body as `code`."""
        return self.aliases.get(self.now.get(code, ""), frozenset({code}))

    def units_of(self, code: str) -> frozenset[str]:
        """Offices and units, at any depth, that belong whole to `code` (they answer for nothing themselves)."""
        found: set[str] = set()
        layer = {self.successor(code)} - {""}
        while layer:
            layer = {
                b.code
                for b in self.bodies.values()
                if not b.answers_for_itself and self.successor(b.upper) in layer and b.code not in found
            }
            found |= layer
        return frozenset(found)

    def whole_of(self, code: str) -> tuple[str, ...]:
        """`code` and, where it is a unit, the bodies it belongs to, nearest first."""
        chain = [self.successor(code) or code]
        while self.has(chain[-1]) and not self.body(chain[-1]).answers_for_itself:
            above = self.upper(chain[-1])
            if not above or above in chain:
                break
            chain.append(above)
        return tuple(chain)

    def escalation(self, code: str) -> tuple[str, ...]:
        """Whom an overdue case of `code` is reported to, nearest first (domain 5.3)."""
        return tuple(self.now[c] for c in self.escalation_chain.get(code, ()) if self.has(c))

    def profile(self, subject: Subject) -> str:
        """Name of the deadline profile that applies to `subject`."""
        return self.profiles.get(subject, "default")

    def _known(self, code: str) -> Body | None:
        if self.has(code):
            return self.body(code)
        return self.past_or_future.get(code)
