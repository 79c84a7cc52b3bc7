"""Who may see a case and why, and whom the conflict rules keep from it: what a desk reads before it acts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from cases.bodies import Directory
from cases.casework import DESK_ROLES, contacts
from cases.conflict import Exclusion, exclusion
from cases.model import BodyRole, Case, Officer, OfficerRole, State
from cases.ports import UnitOfWork
from cases.routing import forwarder_of
from cases.scope import POST_UNKNOWN
from cases.taxonomy import RETALIATION
from cases.visibility import Sight, sight


class Why(StrEnum):
    """As what somebody sees the case."""

    RECEIVING = "receiving"
    SEALING = "sealing"
    COORDINATING = "coordinating"
    AUTHORITY = "authority"
    ESCALATED = "escalated"
    WATCHING = "watching"


@dataclass(frozen=True, slots=True)
class Seer:
    """A body whose officers may see the case: who they are, how much, and as what."""

    body: str
    names: tuple[str, ...]
    sight: Sight
    why: Why


@dataclass(frozen=True, slots=True)
class Shut:
    """A body kept out, by these conflict rules (`COI-1` …); no rule where it was kept out by an earlier finding."""

    body: str
    rules: tuple[str, ...]


class Warn(StrEnum):
    """What speaks against going on as if nothing were the matter."""

    POST_UNKNOWN = "post_unknown"  # COI-5
    AUTHORITY_SHUT = "authority_shut"
    ASSIGNEE_SHUT = "assignee_shut"
    RECUSED = "recused"  # COI-1: the person alone steps aside in a collective that goes on
    NO_CONTACT = "no_contact"  # SV-1
    RETALIATION = "retaliation"  # COI-7
    HIDDEN_FROM = "hidden_from"  # COI-9


@dataclass(frozen=True, slots=True)
class Caution:
    """A warning and the bodies it is about."""

    warn: Warn
    bodies: tuple[str, ...] = ()


def who_sees(officers: Iterable[Officer], case: Case, directory: Directory) -> list[Seer]:
    """Every body with an officer who may see at least a notice, the fullest view first."""
    found: dict[tuple[str, Sight, Why], list[str]] = {}
    for one in officers:
        level = sight(one, case, directory)
        if level >= Sight.NOTICE:
            found.setdefault((directory.successor(one.body), level, _why(one, case, directory, level)), []).append(
                one.name
            )
    seers = [Seer(body, tuple(sorted(names)), level, why) for (body, level, why), names in found.items()]
    return sorted(seers, key=lambda seer: (-seer.sight, list(Why).index(seer.why), seer.body))


def who_is_shut_out(case: Case, directory: Directory) -> list[Shut]:
    """The bodies kept out, each with the rules that say so."""
    rules: dict[str, list[str]] = {
        directory.successor(body) or body: [] for body in case.excluded_bodies if body != POST_UNKNOWN
    }
    for rule, body in _exclusion(case, directory).reasons:
        if body in rules:
            rules[body].append(rule)
    return [Shut(body, tuple(dict.fromkeys(found))) for body, found in sorted(rules.items())]


def warnings(unit: UnitOfWork, case: Case, directory: Directory) -> list[Caution]:
    """What to think of before the next step."""
    shut = directory.current((*case.excluded_bodies, *case.hidden_from))
    found = []
    if case.state is State.NEEDS_COI_CHECK:
        found.append(Caution(Warn.POST_UNKNOWN))
    if case.competent_authority and directory.successor(case.competent_authority) in shut:
        found.append(Caution(Warn.AUTHORITY_SHUT, (case.competent_authority,)))
    if case.assignee and case.assignee in case.excluded_officers:
        found.append(Caution(Warn.ASSIGNEE_SHUT))
    if recused := _exclusion(case, directory).recused_in:
        found.append(Caution(Warn.RECUSED, tuple(sorted(recused))))
    if case.state is State.TRIAGED and case.competent_authority and not contacts(unit, directory, case):
        found.append(Caution(Warn.NO_CONTACT, (case.competent_authority,)))
    if case.topic == RETALIATION:
        found.append(Caution(Warn.RETALIATION))
    if case.hidden_from:
        found.append(Caution(Warn.HIDDEN_FROM, case.hidden_from))
    return found


def _exclusion(case: Case, directory: Directory) -> Exclusion:
    return exclusion(
        directory,
        case.subject,
        case.subject_posts,
        case.subject_body,
        hidden_from=case.hidden_from,
        retaliation=case.topic == RETALIATION,
    )


def _why(officer: Officer, case: Case, directory: Directory, level: Sight) -> Why:
    mine = directory.successor(officer.body)
    if level < Sight.CONTENT:
        return Why.ESCALATED if OfficerRole.CONTACT in officer.roles else Why.WATCHING
    if not DESK_ROLES.isdisjoint(officer.roles):
        if mine == directory.successor(case.receiving_body):
            return Why.RECEIVING
        if mine == forwarder_of(directory, case.receiving_body, case.excluded_bodies):
            return Why.SEALING
        if directory.has_role(mine, BodyRole.COORDINATOR):
            return Why.COORDINATING
    return Why.AUTHORITY
