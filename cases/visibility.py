"""The one answer to "may this officer see this case, and how much": used by every list, count, notice and export."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from cases.bodies import Directory
from cases.conflict import is_linked
from cases.model import BodyRole, Case, Officer, OfficerRole, Secrecy, State
from cases.routing import forwarder_of
from cases.scope import AT_THE_AUTHORITY, ONCE_FORWARDED, Clause, PostBar, Scope, Sight, shut_bodies, visible_scope

__all__ = [
    "Clause",
    "PostBar",
    "Scope",
    "Sight",
    "in_reach",
    "is_overdue",
    "may_ask_identity",
    "recipients_allowed",
    "shut_out",
    "sight",
    "visible",
    "visible_scope",
]

_DESK_ROLES = frozenset({OfficerRole.HANDLER, OfficerRole.TRIAGE})


def sight(viewer: Officer, case: Case, directory: Directory, today: date | None = None) -> Sight:
    """How much of `case` the officer may see.

    `directory` is that of the case's locality (or of the viewer's), as it stands `today`; `today` is only needed
    where the directory was taken as of another day. A conflict of interest outweighs every role (COI-1, COI-4).
    """
    if not in_reach(viewer, case, directory) or shut_out(viewer, case, directory):
        return Sight.NOTHING
    day = today or directory.day
    return max(
        _as_desk(viewer, case, directory),
        _as_authority(viewer, case, directory, day),
        _as_watcher(viewer, case, directory, day),
    )


def visible(
    viewer: Officer,
    cases: Iterable[Case],
    directory: Directory,
    today: date | None = None,
    at_least: Sight = Sight.NOTICE,
) -> list[Case]:
    """The cases that may stand in a list for this officer; ask with `Sight.FIGURES` for what may only be counted."""
    return [case for case in cases if sight(viewer, case, directory, today) >= at_least]


def recipients_allowed(
    officers: Iterable[Officer],
    case: Case,
    directory: Directory,
    today: date | None = None,
    at_least: Sight = Sight.NOTICE,
) -> tuple[Officer, ...]:
    """Those of `officers` who may be sent a notice of this case (code, topic, dates; never content)."""
    return tuple(one for one in officers if sight(one, case, directory, today) >= at_least)


def may_ask_identity(viewer: Officer, case: Case, directory: Directory) -> bool:
    """True when the step "see who sent it, and say why" may be offered at all (domain 7.2).

    Nobody for anonymous cases; only the Front for confidential ones; for open ones also the receiving body and the
    contact of the authority. Administrators, follow-up and oversight never.
    """
    if not case.reporter or case.secrecy is Secrecy.ANONYMOUS or sight(viewer, case, directory) < Sight.CONTENT:
        return False
    if case.secrecy is Secrecy.OPEN:
        return bool(_DESK_ROLES.union({OfficerRole.CONTACT}).intersection(viewer.roles))
    body = directory.body(viewer.body)
    # "The Front" by role: the commune's coordinator, or the province's Front where it took the case in.
    is_front = bool(body.roles & {BodyRole.COORDINATOR, BodyRole.UPPER}) and BodyRole.SUPERVISING_SUBJECT in body.roles
    return is_front and bool(_DESK_ROLES.intersection(viewer.roles))


def is_overdue(case: Case, today: date) -> bool:
    """True after the last day of the authority's term while no written reply is there (domain 5.1: not a state)."""
    return case.awaits_reply and case.effective_due_on is not None and today > case.effective_due_on


def in_reach(viewer: Officer, case: Case, directory: Directory) -> bool:
    """Same locality; a province's body also reaches the communes under it. A foreign directory opens nothing."""
    if not viewer.active or OfficerRole.ADMIN in viewer.roles or not directory.has(viewer.body):
        return False
    if directory.locality.code not in (case.locality, viewer.locality):
        return False
    if viewer.locality == case.locality:
        return True
    above = viewer.locality == directory.tree.get(case.locality)
    return above and directory.has_role(viewer.body, BodyRole.UPPER)


def shut_out(viewer: Officer, case: Case, directory: Directory) -> bool:
    """COI-1 and COI-9 by body, COI-4 by person, declared relative and post."""
    if not shut_bodies(viewer, directory).isdisjoint((*case.excluded_bodies, *case.hidden_from)):
        return True
    if not {viewer.id, *viewer.relatives}.isdisjoint(case.excluded_officers):
        return True
    return is_linked(viewer, directory, case.subject_posts, case.subject_body, case.hamlet)


def _as_desk(viewer: Officer, case: Case, directory: Directory) -> Sight:
    """The receiving body, the body that forwards for it, and the Front as coordinator of all."""
    if _DESK_ROLES.isdisjoint(viewer.roles) or not directory.has_role(viewer.body, BodyRole.SUPERVISING_SUBJECT):
        return Sight.NOTHING
    mine = directory.successor(viewer.body)
    owner = mine == directory.successor(case.receiving_body) or directory.has_role(mine, BodyRole.COORDINATOR)
    if case.state is State.NEEDS_COI_CHECK:  # COI-5: only the named triage officers
        return Sight.CONTENT if owner and OfficerRole.TRIAGE in viewer.roles else Sight.NOTHING
    forwards = mine == forwarder_of(directory, case.receiving_body, case.excluded_bodies)
    return Sight.CONTENT if owner or forwards else Sight.NOTHING


def _as_authority(viewer: Officer, case: Case, directory: Directory, today: date) -> Sight:
    """The contact of the authority that has the case now; those an overdue case is reported to get a notice (5.3)."""
    if OfficerRole.CONTACT not in viewer.roles:
        return Sight.NOTHING
    if not directory.has_role(viewer.body, BodyRole.COMPETENT_AUTHORITY):
        return Sight.NOTHING
    mine = directory.successor(viewer.body)
    if mine == directory.successor(case.competent_authority):
        has_it = case.state in AT_THE_AUTHORITY or (case.state in ONCE_FORWARDED and case.forwarded_at is not None)
        return Sight.CONTENT if has_it else Sight.NOTHING
    escalated = is_overdue(case, today) and mine in directory.escalation(directory.successor(case.competent_authority))
    return Sight.NOTICE if escalated else Sight.NOTHING


def _as_watcher(viewer: Officer, case: Case, directory: Directory, today: date) -> Sight:
    """Follow-up and oversight: figures, and a notice of what is overdue (SV-19, IN-1)."""
    follows = OfficerRole.FOLLOW_UP in viewer.roles and directory.has_role(viewer.body, BodyRole.FOLLOW_UP)
    oversees = OfficerRole.OVERSIGHT in viewer.roles and directory.has_role(viewer.body, BodyRole.OVERSIGHT)
    if not (follows or oversees) or case.state is State.NEEDS_COI_CHECK:
        return Sight.NOTHING
    return Sight.NOTICE if is_overdue(case, today) else Sight.FIGURES
