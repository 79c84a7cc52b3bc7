"""The life of a case: which step may follow which, who may take it, and what a written reply must carry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from cases.bodies import Directory
from cases.model import BodyRole, Case, Officer, OfficerRole, State, WrittenReply
from cases.reasons import Part, Reason
from cases.routing import forwarder_of
from cases.scope import POST_UNKNOWN
from cases.visibility import Sight, is_overdue, sight


class Actor(StrEnum):
    """Who takes a step. SECOND_PERSON is another officer than the one who proposed it."""

    RESIDENT = "resident"
    SYSTEM = "system"
    HANDLER = "handler"
    AUTHORITY = "authority"
    SECOND_PERSON = "second_person"


_R, _S, _H, _A, _2 = Actor.RESIDENT, Actor.SYSTEM, Actor.HANDLER, Actor.AUTHORITY, Actor.SECOND_PERSON

WHO: Mapping[State, Mapping[State, frozenset[Actor]]] = {
    State.SUBMITTED: {
        State.TRIAGED: frozenset({_H}),
        State.NEEDS_INFO: frozenset({_H}),
        State.REDIRECTED: frozenset({_S, _H}),
        State.REJECTED: frozenset({_2}),
        State.NEEDS_COI_CHECK: frozenset({_S, _H}),  # the person turns out to be meant, the post is not known
        State.WITHDRAWN: frozenset({_R}),
    },
    State.NEEDS_COI_CHECK: {
        State.TRIAGED: frozenset({_H}),
        State.REJECTED: frozenset({_2}),  # spam only: a post is not to be looked for in it
        State.WITHDRAWN: frozenset({_R}),
    },
    State.NEEDS_INFO: {
        State.SUBMITTED: frozenset({_R}),
        State.CLOSED: frozenset({_S}),  # after 15 working days, with notice
        State.WITHDRAWN: frozenset({_R}),
    },
    State.REDIRECTED: {State.CLOSED: frozenset({_S, _H}), State.WITHDRAWN: frozenset({_R})},
    State.REJECTED: {
        State.CLOSED: frozenset({_S, _H}),
        State.SUBMITTED: frozenset({_R}),  # appeal
        State.NEEDS_COI_CHECK: frozenset({_R}),  # appeal of what was refused before the post was found
        State.WITHDRAWN: frozenset({_R}),
    },
    State.TRIAGED: {
        State.FORWARDED: frozenset({_H}),
        State.NEEDS_COI_CHECK: frozenset({_S, _H}),  # named late: forwarding stops again (COI-5)
        State.WITHDRAWN: frozenset({_R}),
    },
    State.FORWARDED: {State.RECEIVED: frozenset({_A, _H}), State.RETURNED: frozenset({_A})},
    State.RECEIVED: {
        State.IN_PROGRESS: frozenset({_A}),
        State.EXTENDED: frozenset({_A}),
        State.ANSWERED: frozenset({_A, _H}),
        State.RETURNED: frozenset({_A}),
    },
    State.RETURNED: {State.TRIAGED: frozenset({_H})},
    State.IN_PROGRESS: {State.EXTENDED: frozenset({_A}), State.ANSWERED: frozenset({_A, _H})},
    State.EXTENDED: {State.ANSWERED: frozenset({_A, _H})},
    State.ANSWERED: {State.RELAYED: frozenset({_H, _S})},
    State.RELAYED: {State.DIALOGUE: frozenset({_R, _H, _A}), State.CLOSED: frozenset({_R, _S, _H})},
    State.DIALOGUE: {State.ANSWERED: frozenset({_A, _H}), State.CLOSED: frozenset({_R, _S, _H})},
    State.CLOSED: {
        State.PUBLISHED: frozenset({_2}),  # two persons approve what is made public (PR-5)
        State.SUBMITTED: frozenset({_R, _H}),  # reopened before any answer
        State.DIALOGUE: frozenset({_R, _H}),  # reopened after an answer
    },
    State.PUBLISHED: {State.CLOSED: frozenset({_H})},  # taken off the board again
    State.WITHDRAWN: {},
}
"""Domain 5.1: from each state to each next one, and who may take the step."""

ALLOWED: Mapping[State, frozenset[State]] = {state: frozenset(steps) for state, steps in WHO.items()}

AT_AUTHORITY_OR_LATER = frozenset(
    {
        State.FORWARDED,
        State.RECEIVED,
        State.RETURNED,
        State.IN_PROGRESS,
        State.EXTENDED,
        State.ANSWERED,
        State.RELAYED,
        State.DIALOGUE,
    }
)


class NotAllowed(Reason):
    """A step that may not be taken; its sentence is wording data under `why_{code}`."""


class ReplyIncomplete(NotAllowed):
    """A reply that does not stop the clock; `missing` names each thing it lacks (texts `missing_{name}`)."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__("reply_incomplete", missing=tuple(Part(f"missing_{one}") for one in missing))
        self.missing = missing


REPLY_ITEMS = (
    "doc_no",
    "doc_date",
    "doc_date_in_future",
    "doc_date_before_receipt",
    "signed_by",
    "file",
    "addressee",
    "received_on",
)
"""What `ReplyIncomplete.missing` may name."""


def move(case: Case, to: State, actor: Actor) -> None:
    """Take the step, or raise NotAllowed and leave the case as it was."""
    who = WHO[case.state].get(to)
    if to is State.WITHDRAWN:
        _check_withdrawal(case)
    if who is None:
        raise NotAllowed("not_from_here", now=case.state, wanted=to)
    if actor not in who:
        raise NotAllowed("not_yours", step=to)
    _check_step(case, to)
    case.state = to


def _check_step(case: Case, to: State) -> None:
    if to is State.FORWARDED and not case.competent_authority:
        raise NotAllowed("no_authority")
    if to is State.FORWARDED and case.competent_authority in case.excluded_bodies:
        raise NotAllowed("conflict")
    appealed = State.NEEDS_COI_CHECK if POST_UNKNOWN in case.excluded_bodies else State.SUBMITTED
    if case.state is State.REJECTED and to in (State.SUBMITTED, State.NEEDS_COI_CHECK) and to is not appealed:
        raise NotAllowed("not_from_here", now=case.state, wanted=to)
    answered = case.reply is not None
    if case.state is State.CLOSED and to is not State.PUBLISHED and answered != (to is State.DIALOGUE):
        raise NotAllowed("reopen_other_way", way=Part("reopen_dialogue" if answered else "reopen_intake"))


def _check_withdrawal(case: Case) -> None:
    if withdraw_effect(case) == "continues_without_identity":
        raise NotAllowed("already_forwarded")


def withdraw_effect(case: Case) -> str:
    """What withdrawing does now: "withdrawn", or "continues_without_identity" once forwarded (domain 7.4).

    Raises NotAllowed when the case is already over.
    """
    if case.state in (State.CLOSED, State.PUBLISHED, State.WITHDRAWN):
        raise NotAllowed("closed")
    forwarded = case.forwarded_at is not None or case.state in AT_AUTHORITY_OR_LATER
    return "continues_without_identity" if forwarded else "withdrawn"


def check_reply(reply: WrittenReply, case: Case, directory: Directory) -> None:
    """Accept only a numbered, dated, signed document with a file, addressed to the supervising subject (SV-7, SV-16).

    Dates are compared with `reply.recorded_on` and the day the authority received the case. Raises ReplyIncomplete.
    """
    wanted = {
        "doc_no": bool(reply.doc_no.strip()),
        "doc_date": bool(reply.doc_date),
        "doc_date_in_future": not reply.doc_date or reply.doc_date <= reply.recorded_on,
        "doc_date_before_receipt": not (reply.doc_date and case.received_on) or reply.doc_date >= case.received_on,
        "signed_by": bool(reply.signed_by.strip()),
        "file": bool(reply.file_id.strip()) and bool(reply.file_sha256.strip()),
        "addressee": not supervisors(case, directory).isdisjoint(directory.current(reply.addressees)),
        "received_on": case.received_on is not None,
    }
    missing = tuple(name for name, there in wanted.items() if not there)
    if missing:
        raise ReplyIncomplete(missing)


def supervisors(case: Case, directory: Directory) -> frozenset[str]:
    """To whom the written reply must be addressed: the receiving body or the body that forwarded for it."""
    forwarder = forwarder_of(directory, case.receiving_body, case.excluded_bodies)
    return directory.current((case.receiving_body, forwarder))


_DESK: Mapping[State, tuple[str, ...]] = {
    State.SUBMITTED: ("triage", "ask_info", "correct_topic", "reroute", "merge"),
    State.NEEDS_COI_CHECK: ("triage", "ask_info"),  # sight gives them to the named triage officers only (COI-5)
    State.TRIAGED: ("correct_topic", "reroute", "merge"),
    State.RETURNED: ("triage", "correct_topic", "reroute"),
    State.ANSWERED: ("relay",),
    State.RELAYED: ("open_dialogue", "close"),
    State.DIALOGUE: ("record_reply", "close"),
    State.REJECTED: ("close",),
    State.REDIRECTED: ("close",),
}
_SEAL: Mapping[State, tuple[str, ...]] = {
    State.TRIAGED: ("forward",),
    State.FORWARDED: ("record_receipt", "urge"),
    State.RECEIVED: ("record_reply", "urge"),
    State.IN_PROGRESS: ("record_reply", "urge"),
    State.EXTENDED: ("record_reply", "urge"),
}
_CONTACT: Mapping[State, tuple[str, ...]] = {
    State.FORWARDED: ("record_receipt", "return"),
    State.RECEIVED: ("delegate", "extend", "record_reply", "return"),
    State.IN_PROGRESS: ("delegate", "extend", "record_reply"),
    State.EXTENDED: ("delegate", "record_reply"),
    State.RELAYED: ("open_dialogue",),
    State.DIALOGUE: ("record_reply",),
}


def actions(
    case: Case, viewer: Officer, directory: Directory, today: date | None = None, refusal_by: str = ""
) -> tuple[str, ...]:
    """What this officer may do with the case now; empty for whoever may not see its content.

    `refusal_by` is the id of the officer who proposed to refuse it: another one is asked to confirm (SV-8).
    A body without a seal does not forward, urge or take receipts; its forwarder does.
    """
    level, day = sight(viewer, case, directory, today), today or directory.day
    if level < Sight.CONTENT:
        urges = level is Sight.NOTICE and OfficerRole.FOLLOW_UP in viewer.roles and is_overdue(case, day)
        return ("urge",) if urges and directory.has_role(viewer.body, BodyRole.FOLLOW_UP) else ()
    found: list[str] = []
    if not {OfficerRole.HANDLER, OfficerRole.TRIAGE}.isdisjoint(viewer.roles):
        found += _desk_actions(case, viewer, directory, refusal_by)
    if OfficerRole.CONTACT in viewer.roles and directory.same_as(viewer.body) & {case.competent_authority}:
        found += [one for one in _CONTACT.get(case.state, ()) if one != "extend" or _may_extend(case, day)]
    return tuple(dict.fromkeys(found))


def _desk_actions(case: Case, viewer: Officer, directory: Directory, refusal_by: str) -> list[str]:
    if not directory.has_role(viewer.body, BodyRole.SUPERVISING_SUBJECT):
        return []
    found = list(_DESK.get(case.state, ()))
    if case.state in (State.SUBMITTED, State.NEEDS_COI_CHECK) and refusal_by != viewer.id:
        found.append("confirm_refusal" if refusal_by else "refuse")
    seals = directory.successor(viewer.body) == forwarder_of(directory, case.receiving_body, case.excluded_bodies)
    if seals or directory.has_role(viewer.body, BodyRole.COORDINATOR):
        found += _SEAL.get(case.state, ())
    return found


def _may_extend(case: Case, today: date) -> bool:
    """Once, and before the 20th working day ends (SV-14)."""
    return case.extension is None and case.due_on is not None and today <= case.due_on
