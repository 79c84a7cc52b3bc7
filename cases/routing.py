"""Where a report goes: who takes it in, who must answer, who may not see it; settled before the resident confirms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cases.bodies import Directory
from cases.conflict import (
    Conflicted,
    Exclusion,
    above,
    exclusion,
    free_forwarder,
    free_intake,
    handlers,
    may_receive,
)
from cases.model import BodyRole, Kind, Priority, Subject
from cases.taxonomy import RETALIATION, Taxonomy, Topic

__all__ = ["DESKS", "Conflicted", "NotAnIntake", "Route", "forwarder_of", "route"]

DESKS: dict[Kind, str] = {
    Kind.COMPLAINT: "right_door",
    Kind.DENUNCIATION: "right_door",
    Kind.QUESTION: "faq",
    Kind.EMERGENCY: "emergency",
    Kind.OFF_TOPIC: "none",
    Kind.SPAM: "none",
    Kind.ABUSIVE: "none",
}
"""Messages that are not taken in as a case; the words are desks, not bodies (domain 4.1, 4.3)."""

WITH_CLOCK = frozenset({Kind.REPORT, Kind.PETITION})
"""Kinds that an authority must answer."""


class NotAnIntake(ValueError):
    """The chosen body does not take reports in; `body` says which."""

    def __init__(self, body: str) -> None:
        super().__init__(f"{body} is not a supervising subject")
        self.body = body


@dataclass(frozen=True, slots=True)
class Route:
    """The way of one report. Bodies are codes; "" stands for nobody.

    `blocked`: a person must first find out the post (COI-5). `offered`: what the resident may choose instead.
    `direct_upper`: the province's Front, to be shown for COI-8. `notices`: (rule, body left out, body instead), to be
    told before the resident confirms (COI-2).
    """

    receiving_body: str
    competent_authority: str = ""
    excluded_bodies: tuple[str, ...] = ()
    excluded_posts: tuple[str, ...] = ()
    recused_in: tuple[str, ...] = ()
    blocked: bool = False
    offered: tuple[str, ...] = ()
    direct_upper: str = ""
    notices: tuple[tuple[str, str, str], ...] = ()
    forwards_through: str = ""
    profile: str = ""
    urgent: bool = False


@dataclass(slots=True)
class _Draft:
    """What is known while a route is made; notices gather on the way."""

    directory: Directory
    topic: Topic
    subject: Subject
    posts: tuple[str, ...]
    subject_body: str
    shut: Exclusion
    notices: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def leads_nothing(self) -> bool:
        """True for an ordinary holder: no post heads a body or sits in a collective."""
        return not any(post.controls or post.member_of for post in self.directory.known_posts(self.posts))

    def barred(self, code: str) -> bool:
        return self.directory.successor(code) in self.shut.bodies


def route(
    directory: Directory,
    taxonomy: Taxonomy,
    kind: Kind,
    subject: Subject,
    topic: str,
    posts: Iterable[str] = (),
    subject_body: str = "",
    hidden_from: Iterable[str] = (),
    chosen_body: str = "",
    retaliation: bool = False,
    original_case_bodies: Iterable[str] = (),
    union: str = "",
    also_front_deputy: bool = False,
    investor: str = "",
) -> Route:
    """Work out the way of a report (domain 3.3 and 3.4).

    `original_case_bodies` are the bodies the first report was about, for a retaliation case; `investor` is the body
    that owns the work where it is not the commune. Raises UnknownTopic, NotAnIntake, and Conflicted when the chosen
    body is one the case is about, or when the resident shut out every body there is.
    """
    about = taxonomy.topic(topic)
    retaliation = retaliation or topic == RETALIATION
    if kind in DESKS and not chosen_body:
        return Route(DESKS[kind], urgent=kind is Kind.EMERGENCY)
    persons = tuple(posts)
    if kind is Kind.PRAISE:  # nobody is complained of
        persons, subject_body = (), ""
    shut = exclusion(
        directory,
        subject,
        persons,
        subject_body,
        union,
        hidden_from,
        retaliation,
        also_front_deputy,
        original_case_bodies,
    )
    draft = _Draft(directory, about, subject, persons, subject_body, shut)
    authority = ""
    if kind in WITH_CLOCK:
        authority = _retaliation(draft, taxonomy) if retaliation else _authority(draft, investor)
    return _finished(draft, kind, authority, _intake(draft, chosen_body), retaliation)


def forwarder_of(directory: Directory, receiving_body: str, excluded_bodies: Iterable[str]) -> str:
    """The body that seals and sends for `receiving_body`: itself, or its forwarder without conflict; "" for none."""
    if not directory.has(receiving_body):
        return ""
    way = free_forwarder(directory, receiving_body, directory.current(excluded_bodies))
    return directory.successor(receiving_body) if way == "" else way or ""


def _finished(draft: _Draft, kind: Kind, authority: str, intake: str, retaliation: bool) -> Route:
    directory, shut = draft.directory, draft.shut
    sealed_by = directory.body(intake).forwards_through
    through = free_forwarder(directory, intake, shut.bodies) or ""
    if sealed_by and through != directory.successor(sealed_by):
        draft.notices.append(("COI-1", directory.successor(sealed_by), through))
    direct = _direct_upper(draft)
    # The province's Front is offered where the commune's own leadership is concerned (3.4, row "Bí thư").
    high = bool(direct) or directory.has_role(authority, BodyRole.UPPER)
    offered = (
        body.code
        for body in directory.bodies_with(BodyRole.SUPERVISING_SUBJECT)
        if body.code != intake and (high or BodyRole.UPPER not in body.roles)
    )
    return Route(
        receiving_body=intake,
        competent_authority=authority,
        excluded_bodies=tuple(sorted(shut.bodies)),
        excluded_posts=tuple(sorted(shut.posts)),
        recused_in=tuple(sorted(shut.recused_in)),
        blocked=shut.unknown_post and kind in WITH_CLOCK,
        offered=tuple(code for code in offered if may_receive(directory, code, shut.bodies)),
        direct_upper=direct,
        notices=tuple(dict.fromkeys(draft.notices)),
        forwards_through=through,
        profile=directory.profile(draft.subject),
        urgent=retaliation or draft.topic.priority is Priority.URGENT,
    )


def _intake(draft: _Draft, chosen_body: str) -> str:
    """The topic's desk, the Front for reports about persons (3.3), the resident's choice before both."""
    directory, shut = draft.directory, draft.shut
    if chosen_body:
        if not directory.has_role(chosen_body, BodyRole.SUPERVISING_SUBJECT):
            raise NotAnIntake(chosen_body)
        if not may_receive(directory, chosen_body, shut.bodies):
            raise Conflicted(chosen_body, f"{chosen_body} may not receive a report that concerns it")
        return directory.successor(chosen_body)
    front = next(body.code for body in directory.bodies_with(BodyRole.COORDINATOR))
    wanted = draft.topic.body if not draft.subject.is_person or draft.topic.subject.is_person else front
    if not directory.has_role(wanted, BodyRole.SUPERVISING_SUBJECT) and wanted not in directory.absent:
        wanted = front  # a desk such as right_door, taken in after all at the resident's wish (4.3)
    intake = free_intake(directory, wanted, shut.bodies)
    if draft.barred(wanted):
        draft.notices.append(("COI-2", directory.successor(wanted), intake))
    return intake


def _retaliation(draft: _Draft, taxonomy: Taxonomy) -> str:
    """COI-7: the Party committee, above it if that is concerned; never the body of the person complained of."""
    directory = draft.directory
    wanted = directory.successor(taxonomy.topic(RETALIATION).competent)
    if not draft.barred(wanted):
        return wanted
    instead = above(directory, wanted, draft.shut.bodies)
    draft.notices.append(("COI-7", wanted, instead))
    return instead


def _authority(draft: _Draft, investor: str) -> str:
    """By post for persons, by what is above for a body, by topic for all else; COI-3 and COI-6 where conflicted."""
    directory = draft.directory
    default = investor if directory.has_role(investor, BodyRole.COMPETENT_AUTHORITY) else draft.topic.competent
    default = directory.successor(default)
    by_post = [code for code in handlers(directory, draft.posts) if not draft.barred(code)]
    if draft.subject.is_person and handlers(directory, draft.posts):
        found = _for_person(draft, by_post, default)
    elif draft.subject is Subject.AGENCY and directory.has(draft.subject_body):
        # COI-6: the body complained of may be asked to explain, but the one above it answers.
        found = _instead(draft, "COI-6", directory.successor(draft.subject_body), [])
        found = found or ("" if draft.barred(default) else default)
    else:
        found = "" if draft.barred(default) else default
    return found if found or not default else _instead(draft, "COI-3", default, by_post)


def _for_person(draft: _Draft, by_post: list[str], default: str) -> str:
    """3.3, first row: by post; a Party member's ethics to the commission; the matter to the topic's authority."""
    directory, free = draft.directory, not draft.barred(default)
    oversees = directory.has_role(default, BodyRole.OVERSIGHT)
    within_commune = not any(directory.has_role(code, BodyRole.UPPER) for code in by_post)
    if default in by_post and free and default not in draft.shut.recused_in:
        return default
    if draft.subject is Subject.PARTY_MEMBER and oversees and free and within_commune:
        return default
    answers = any(directory.has_role(code, BodyRole.COMPETENT_AUTHORITY) for code in by_post)
    if not answers and not draft.topic.subject.is_person and free:
        return default  # "ubnd for the matter, mttq for the member" (3.4, member of the people's board)
    if not by_post:
        return default if free and draft.leads_nothing else ""
    if draft.barred(default):
        draft.notices.append(("COI-3", default, by_post[0]))
    return by_post[0]


def _instead(draft: _Draft, rule: str, conflicted: str, candidates: list[str]) -> str:
    """COI-3: the first handler of the post without conflict, then what stands above the conflicted body."""
    found = candidates[0] if candidates else above(draft.directory, conflicted, draft.shut.bodies)
    if draft.barred(conflicted):
        draft.notices.append((rule, conflicted, found))
    return found


def _direct_upper(draft: _Draft) -> str:
    """COI-8: about the Front or the operator of the bot, the province's Front is shown as the direct way."""
    for rule, front in draft.shut.reasons:
        if rule == "COI-8":
            upper = draft.directory.upper(front)
            while upper and not draft.directory.has_role(upper, BodyRole.SUPERVISING_SUBJECT):
                upper = draft.directory.upper(upper)
            upper = upper or draft.directory.successor(draft.directory.last_intake)
            if upper and upper not in draft.shut.bodies:
                return upper
    return ""
