"""From the audience of a notice to bodies and officers, never to whom the case is about: one goes up instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cases.bodies import Directory
from cases.model import BodyRole, Case, Officer, OfficerRole
from cases.reminders import Audience
from cases.routing import forwarder_of

Officers = Mapping[str, Sequence[Officer]]  # by body code, as it stands today
May = Callable[[Officer], bool]

_DESK = frozenset({OfficerRole.HANDLER, OfficerRole.TRIAGE})
_ROLES: Mapping[Audience, frozenset[OfficerRole]] = {
    Audience.HANDLERS: _DESK,
    Audience.COORDINATOR: _DESK,
    Audience.FOLLOW_UP: frozenset({OfficerRole.FOLLOW_UP, OfficerRole.CONTACT}),
}
_CONTACT = frozenset({OfficerRole.CONTACT})


@dataclass(frozen=True, slots=True)
class Recipients:
    """Whom a notice goes to. `bodies` are told on paper in any case; `silent` ones have nobody to write to."""

    officers: tuple[Officer, ...] = ()
    bodies: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


def find(audience: Audience, case: Case, directory: Directory, officers: Officers, may: May) -> Recipients:
    """The officers of an audience who may be told of this case, and the bodies they stand for.

    An excluded body, or one whose officers are all shut out, is passed over for the one above it.
    """
    named = (*case.excluded_bodies, *case.hidden_from)
    shut = directory.current(named) if named else frozenset()
    roles = _ROLES.get(audience, _CONTACT)
    people: dict[str, Officer] = {}
    bodies: list[str] = []
    silent: list[str] = []
    for way in _ways(audience, case, directory):
        for body in way:
            there = [] if body in shut else [one for one in officers.get(body, ()) if not roles.isdisjoint(one.roles)]
            chosen = _narrowed(audience, [one for one in there if may(one)], case, directory, body)
            if not body or body in shut or (there and not chosen):
                continue
            bodies.append(body)
            people |= {one.id: one for one in chosen}
            silent += [] if chosen else [body]
            break
    return Recipients(tuple(people.values()), tuple(dict.fromkeys(bodies)), tuple(dict.fromkeys(silent)))


def ladder(directory: Directory, authority: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Whom an overdue case of `authority` is reported to: inside the commune, then in the province, nearest first."""
    chain = directory.escalation(directory.successor(authority))
    above = tuple(code for code in chain if directory.has_role(code, BodyRole.UPPER))
    return tuple(code for code in chain if code not in above), above


def _ways(audience: Audience, case: Case, directory: Directory) -> Iterator[tuple[str, ...]]:
    """Each body to tell, with those to tell in its place."""
    if audience in (Audience.AUTHORITY, Audience.HEAD):
        yield (directory.successor(case.competent_authority),)
    elif audience is Audience.HANDLERS:
        desk = directory.successor(case.receiving_body)
        yield (desk,)
        sealing = forwarder_of(directory, case.receiving_body, case.excluded_bodies)
        if sealing not in ("", desk):
            yield (sealing,)
    elif audience is Audience.COORDINATOR:
        yield from ((body.code,) for body in directory.bodies_with(BodyRole.COORDINATOR))
    else:
        yield from _upwards(audience, directory, *ladder(directory, case.competent_authority))


def _upwards(
    audience: Audience, directory: Directory, commune: tuple[str, ...], province: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    if audience is Audience.FOLLOW_UP:
        yield from ((body.code, *commune, *province) for body in directory.bodies_with(BodyRole.FOLLOW_UP))
    elif audience is Audience.COMMUNE and commune:
        yield (*commune, *province)
    elif audience is Audience.PROVINCE and province:
        yield province


def _narrowed(
    audience: Audience, there: Sequence[Officer], case: Case, directory: Directory, body: str
) -> Sequence[Officer]:
    """The one handler a case was given to; the head of a body apart from its contact, where it has both."""
    if audience is Audience.HANDLERS and case.assignee:
        return [one for one in there if one.id == case.assignee] or there
    if audience in (Audience.AUTHORITY, Audience.HEAD):
        heads = [one for one in there if _heads(one, body, directory)]
        others = [one for one in there if one not in heads]
        return heads if audience is Audience.HEAD else others or heads
    return there


def _heads(officer: Officer, body: str, directory: Directory) -> bool:
    held = {officer.post, *officer.extra_posts} - {""}
    return bool(held) and any(body in post.controls for post in directory.known_posts(held))
