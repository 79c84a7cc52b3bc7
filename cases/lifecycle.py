"""The life of a case: which step may follow which, who may take it, and what a written reply must carry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from cases.bodies import Directory
from cases.model import BodyRole, Case, Officer, OfficerRole, State, WrittenReply
from cases.routing import forwarder_of
from cases.visibility import Sight, is_overdue, sight

STATE_VI: Mapping[State, str] = {
    State.SUBMITTED: "đã tiếp nhận",
    State.NEEDS_COI_CHECK: "chờ xác minh đối tượng",
    State.NEEDS_INFO: "đề nghị bổ sung",
    State.REDIRECTED: "đã hướng dẫn",
    State.REJECTED: "không thụ lý",
    State.TRIAGED: "đã phân loại",
    State.FORWARDED: "đã chuyển",
    State.RECEIVED: "cơ quan đã nhận",
    State.RETURNED: "trả lại, không đúng thẩm quyền",
    State.IN_PROGRESS: "đang giải quyết",
    State.EXTENDED: "gia hạn",
    State.ANSWERED: "đã trả lời",
    State.RELAYED: "đã báo người gửi",
    State.DIALOGUE: "đối thoại",
    State.CLOSED: "kết thúc",
    State.PUBLISHED: "đã công khai",
    State.WITHDRAWN: "người gửi đã rút",
}
"""What people call each state (domain 5.1)."""


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
    State.NEEDS_COI_CHECK: {State.TRIAGED: frozenset({_H}), State.WITHDRAWN: frozenset({_R})},
    State.NEEDS_INFO: {
        State.SUBMITTED: frozenset({_R}),
        State.CLOSED: frozenset({_S}),  # after 15 working days, with notice
        State.WITHDRAWN: frozenset({_R}),
    },
    State.REDIRECTED: {State.CLOSED: frozenset({_S, _H}), State.WITHDRAWN: frozenset({_R})},
    State.REJECTED: {
        State.CLOSED: frozenset({_S, _H}),
        State.SUBMITTED: frozenset({_R}),  # appeal
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
    State.PUBLISHED: {},
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


class NotAllowed(ValueError):
    """A step that may not be taken: `code` for programs, `sentence` (Vietnamese) for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class ReplyIncomplete(NotAllowed):
    """A reply that does not stop the clock; `missing` names each thing it lacks."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        lacking = "; ".join(MISSING_VI[one] for one in missing)
        super().__init__("reply_incomplete", f"Văn bản trả lời chưa đủ để kết thúc thời hạn: {lacking}.")
        self.missing = missing


MISSING_VI: Mapping[str, str] = {
    "doc_no": "chưa có số văn bản",
    "doc_date": "chưa có ngày văn bản",
    "doc_date_in_future": "ngày văn bản sau ngày ghi nhận",
    "doc_date_before_receipt": "ngày văn bản trước ngày cơ quan nhận hồ sơ",
    "signed_by": "chưa có người ký",
    "file": "chưa có tệp văn bản",
    "addressee": "nơi nhận chưa có chủ thể giám sát đã chuyển hồ sơ",
    "received_on": "chưa ghi ngày cơ quan nhận hồ sơ",
}


def move(case: Case, to: State, actor: Actor) -> None:
    """Take the step, or raise NotAllowed and leave the case as it was."""
    who = WHO[case.state].get(to)
    if to is State.WITHDRAWN:
        _check_withdrawal(case)
    if who is None:
        now, wanted = STATE_VI[case.state], STATE_VI[to]
        raise NotAllowed("not_from_here", f'Hồ sơ đang ở bước "{now}", chưa thể chuyển sang bước "{wanted}".')
    if actor not in who:
        raise NotAllowed("not_yours", f'Bước "{STATE_VI[to]}" không thuộc phần việc của người đang thao tác.')
    _check_step(case, to)
    case.state = to


def _check_step(case: Case, to: State) -> None:
    if to is State.FORWARDED and not case.competent_authority:
        raise NotAllowed("no_authority", "Chưa chọn cơ quan có thẩm quyền nên chưa chuyển được hồ sơ.")
    if to is State.FORWARDED and case.competent_authority in case.excluded_bodies:
        raise NotAllowed("conflict", "Không chuyển hồ sơ cho cơ quan đang bị phản ánh.")
    answered = case.reply is not None
    if case.state is State.CLOSED and to is not State.PUBLISHED and answered != (to is State.DIALOGUE):
        way = "đối thoại" if answered else "tiếp nhận lại"
        raise NotAllowed("reopen_other_way", f"Hồ sơ này chỉ mở lại được bằng cách {way}.")


def _check_withdrawal(case: Case) -> None:
    if withdraw_effect(case) == "continues_without_identity":
        raise NotAllowed(
            "already_forwarded",
            "Hồ sơ đã chuyển đi nên việc vẫn được xem xét tiếp, nhưng không còn thông tin người gửi.",
        )


def withdraw_effect(case: Case) -> str:
    """What withdrawing does now: "withdrawn", or "continues_without_identity" once forwarded (domain 7.4).

    Raises NotAllowed when the case is already over.
    """
    if case.state in (State.CLOSED, State.PUBLISHED, State.WITHDRAWN):
        raise NotAllowed("closed", "Hồ sơ đã kết thúc nên không rút được nữa.")
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
    State.NEEDS_COI_CHECK: ("triage",),
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
    if case.state is State.SUBMITTED and refusal_by != viewer.id:
        found.append("confirm_refusal" if refusal_by else "refuse")
    seals = directory.successor(viewer.body) == forwarder_of(directory, case.receiving_body, case.excluded_bodies)
    if seals or directory.has_role(viewer.body, BodyRole.COORDINATOR):
        found += _SEAL.get(case.state, ())
    return found


def _may_extend(case: Case, today: date) -> bool:
    """Once, and before the 20th working day ends (SV-14)."""
    return case.extension is None and case.due_on is not None and today <= case.due_on
