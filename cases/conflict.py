"""Conflict of interest: who may not touch a case (rules COI-0 to COI-9), and who takes their place."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from cases.bodies import UNION_OF_THE_PERSON, Directory, Post
from cases.model import BodyRole, Officer, Subject


class Conflicted(ValueError):
    """The resident chose a body that the case is about, or left no body at all; `body` says which."""

    def __init__(self, body: str, message: str) -> None:
        super().__init__(message)
        self.body = body


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Whom the rules shut out of one case.

    `bodies` see and handle nothing. In `recused_in` only the holders of `posts` are shut out; the body goes on.
    `reasons` pairs each rule with the body it speaks of.
    """

    bodies: frozenset[str] = frozenset()
    posts: frozenset[str] = frozenset()
    recused_in: frozenset[str] = frozenset()
    unknown_post: bool = False
    reasons: tuple[tuple[str, str], ...] = ()


def exclusion(
    directory: Directory,
    subject: Subject,
    posts: Iterable[str] = (),
    subject_body: str = "",
    union: str = "",
    hidden_from: Iterable[str] = (),
    retaliation: bool = False,
    also_front_deputy: bool = False,
    complained_of: Iterable[str] = (),
) -> Exclusion:
    """Apply the rules to what the resident said about whom the report is.

    `posts` are all posts of the person; `subject_body` is where the person works, or the body complained of;
    `union` says which union where that is not `subject_body`; `complained_of` are the bodies the report that was
    retaliated for is about (COI-7).
    """
    codes = tuple(posts)
    known = directory.known_posts(codes)
    reasons = [
        *_controlled(directory, known, union or subject_body),
        *_workplace(directory, subject, known, subject_body),
        *_complained_of(directory, subject, subject_body, retaliation, tuple(complained_of)),
        *_front(directory, subject, known, subject_body, also_front_deputy),
        # COI-9: a resident may name bodies that must not see it; no reason is asked.
        *(("COI-9", code) for code in sorted(directory.current(hidden_from))),
    ]
    reasons += [(rule, unit) for rule, body in reasons for unit in sorted(directory.units_of(body))]
    bodies = frozenset(body for _, body in reasons)
    # COI-0: all posts count together; COI-1: in a collective the holder alone is shut out.
    sits_in = frozenset(body for post in known for body in post.member_of)
    return Exclusion(
        bodies=bodies,
        posts=frozenset(codes),
        recused_in=sits_in - bodies,
        unknown_post=_unknown(subject, codes, known, union or subject_body, directory),
        reasons=tuple(dict.fromkeys(reasons)),
    )


def _controlled(directory: Directory, posts: Iterable[Post], union: str) -> Iterator[tuple[str, str]]:
    """COI-0 and COI-1: every body that any of the person's posts heads or runs is excluded whole."""
    for post in posts:
        for code in post.controls:
            body = directory.successor(union) if code == UNION_OF_THE_PERSON else code
            if body:
                yield "COI-1", body


def _workplace(
    directory: Directory, subject: Subject, posts: tuple[Post, ...], subject_body: str
) -> Iterator[tuple[str, str]]:
    """COI-1 for an officer of a supervising subject, whatever the post is called: such a body is small.

    The holder of a hamlet post does not work in the commune body that directs the hamlet.
    """
    only_hamlet = bool(posts) and all(post.level == "hamlet" for post in posts)
    if subject.is_person and not only_hamlet and directory.has_role(subject_body, BodyRole.SUPERVISING_SUBJECT):
        yield "COI-1", directory.successor(subject_body)


def _complained_of(
    directory: Directory, subject: Subject, subject_body: str, retaliation: bool, complained_of: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """COI-6: a body complained of as a whole; COI-7: the body of the one who retaliates, and the first case's."""
    body = directory.successor(subject_body)
    if subject is Subject.AGENCY and body:
        yield "COI-6", body
    if retaliation:
        yield from (("COI-7", code) for code in sorted(directory.current((body, *complained_of))))


def _front(
    directory: Directory, subject: Subject, posts: tuple[Post, ...], subject_body: str, also_front_deputy: bool
) -> Iterator[tuple[str, str]]:
    """COI-8 and COI-0: the report is about the Front, the operator, or a union leader who is the Front's deputy."""
    fronts = {directory.operator, *(body.code for body in directory.bodies_with(BodyRole.COORDINATOR))} - {""}
    controlled = {code for post in posts for code in post.controls}
    about_body = subject.is_person or subject is Subject.AGENCY
    only_hamlet = bool(posts) and all(post.level == "hamlet" for post in posts)
    for front in sorted(fronts):
        named = about_body and not only_hamlet and directory.successor(subject_body) == front
        if front in controlled or named:
            yield "COI-8", front
        elif also_front_deputy and directory.has_role(front, BodyRole.COORDINATOR):
            yield "COI-0", front


def _unknown(
    subject: Subject, codes: tuple[str, ...], known: tuple[Post, ...], union: str, directory: Directory
) -> bool:
    """COI-5: a person is meant but some post, or the union it belongs to, is not known."""
    if not subject.is_person:
        return False
    if not known or len(known) < len(set(codes)) or any(post.is_unknown for post in known):
        return True
    return any(UNION_OF_THE_PERSON in post.controls for post in known) and not directory.has(union)


def free_forwarder(directory: Directory, receiving: str, barred: Collection[str]) -> str | None:
    """Through whom `receiving` sends its papers: "" when by itself, None when every way is barred (COI-1)."""
    wanted = directory.body(receiving).forwards_through
    if not wanted:
        return ""
    for code in forward_ways(directory, wanted):
        if code not in barred:
            return code
    return None


@lru_cache(maxsize=1024)
def forward_ways(directory: Directory, forwarder: str) -> tuple[str, ...]:
    """The forwarder named in the data and those that stand in for it, nearest first (the province's Front last)."""
    ways = (forwarder, *_stand_ins(directory, forwarder))
    return tuple(
        dict.fromkeys(
            directory.successor(code)
            for code in ways
            if directory.has_role(code, BodyRole.SUPERVISING_SUBJECT) and not directory.body(code).forwards_through
        )
    )


def free_intake(directory: Directory, wanted: str, barred: Collection[str]) -> str:
    """COI-2: `wanted`, else the next in the fallback list without conflict. Raises Conflicted when none is left."""
    last_resort = [body.code for body in directory.bodies_with(BodyRole.SUPERVISING_SUBJECT)]
    for code in (wanted, *_stand_ins(directory, wanted), *last_resort):
        if may_receive(directory, code, barred):
            return directory.successor(code)
    raise Conflicted(wanted, "no body is left that may receive this report")


def may_receive(directory: Directory, code: str, barred: Collection[str]) -> bool:
    """True when `code` is a supervising subject without conflict that also has a free way to forward."""
    if not directory.has_role(code, BodyRole.SUPERVISING_SUBJECT) or directory.successor(code) in barred:
        return False
    return free_forwarder(directory, code, barred) is not None


def _stand_ins(directory: Directory, code: str) -> tuple[str, ...]:
    """The fallbacks of `code`, theirs after them, then the last one of the data."""
    found: list[str] = []
    layer = [code]
    while layer:
        layer = [after for one in layer for after in _next(directory, one) if after not in found and after != code]
        found += dict.fromkeys(layer)
    return (*found, *([directory.last_intake] if directory.last_intake else ()))


def _next(directory: Directory, code: str) -> tuple[str, ...]:
    absent = directory.absent.get(code)
    return ((absent,) if absent else ()) + directory.intake_fallback.get(code, ())


def handlers(directory: Directory, posts: Iterable[str]) -> tuple[str, ...]:
    """COI-0: who handles a person with these posts, the highest post's handlers first."""
    known = directory.known_posts(posts)

    def rank(post: Post) -> int:
        first = next(iter(post.handled_by), "")
        beneath = sum(first in directory.escalation(next(iter(p.handled_by), "")) for p in known)
        return -len(known) - 1 if directory.has_role(first, BodyRole.UPPER) else -beneath

    return tuple(dict.fromkeys(code for post in sorted(known, key=rank) for code in post.handled_by))


def above(directory: Directory, code: str, barred: Collection[str]) -> str:
    """COI-3: the nearest body over `code` without conflict, by `upper` and then by escalation; "" when none."""
    step, seen = directory.upper(code), {code}
    while step and step not in seen:
        if step not in barred:
            return step
        seen.add(step)
        step = directory.upper(step)
    return next((one for one in directory.escalation(code) if one not in barred), "")


def is_linked(
    officer: Officer, directory: Directory, posts: Iterable[str], subject_body: str = "", hamlet: str = ""
) -> bool:
    """COI-4: True when the officer holds a post the report is about, so may be the person complained of.

    Two holders are told apart by hamlet or by body; where either side is not known, they are taken for the same.
    """
    held = frozenset((officer.post, *officer.extra_posts)) - {""}
    shared = held & frozenset(posts)
    known = {post.code: post for post in directory.known_posts(shared)}
    for code in shared:
        told_apart_by = known[code].told_apart_by if code in known else "body"
        if told_apart_by == "hamlet" and officer.hamlet and hamlet and officer.hamlet != hamlet:
            continue
        if told_apart_by == "body" and not same_house(directory, officer.body, subject_body):
            continue
        return True
    return False


def same_house(directory: Directory, one: str, other: str) -> bool:
    """True when both are one body, or one is a unit of the other, or either is not known."""
    if not one or not other:
        return True
    here, there = directory.whole_of(one), directory.whole_of(other)
    return here[0] in there or there[0] in here


def own_bodies(officer: Officer, directory: Directory) -> frozenset[str]:
    """All codes whose exclusion shuts this officer out: the own body, those above a unit, those a post heads."""
    mine = set(directory.whole_of(officer.body))
    for post in directory.known_posts((officer.post, *officer.extra_posts)):
        if post.level != "hamlet":  # the cells and hamlets are many; `is_linked` tells them apart
            mine |= {officer.body if code == UNION_OF_THE_PERSON else code for code in post.controls}
    return frozenset(alias for code in mine for alias in directory.same_as(code)) | {officer.body}


def linked_officers(
    officers: Iterable[Officer], directory: Directory, posts: Iterable[str], subject_body: str = "", hamlet: str = ""
) -> tuple[str, ...]:
    """COI-4: ids for `Case.excluded_officers`: possible holders of the post, and their relatives declared either way.

    To be worked out again whenever the subject is corrected or an officer's post or relatives change.
    """
    everybody, wanted = tuple(officers), tuple(posts)
    linked = {one.id for one in everybody if is_linked(one, directory, wanted, subject_body, hamlet)}
    declared = {relative for one in everybody if one.id in linked for relative in one.relatives}
    declaring = {one.id for one in everybody if linked.intersection(one.relatives)}
    return tuple(sorted(linked | declared | declaring))
