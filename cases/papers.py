"""Which official papers fit a case now, who may make and read them, and in whose name and number series they go out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cases.bodies import Directory
from cases.model import BodyRole, Case, CaseEvent, Kind, Officer, OfficerRole, State
from cases.routing import forwarder_of
from cases.visibility import Sight, is_overdue, sight


class Paper(StrEnum):
    """The papers of a case (domain 8.2); periodic reports are made elsewhere."""

    RECEIPT = "receipt"
    GUIDANCE = "guidance"
    FORWARDING = "forwarding"
    INFO_REQUEST = "info_request"
    URGING = "urging"
    EXTENSION = "extension"
    REPLY_COVER = "reply_cover"
    RESULT = "result"
    INVITATION = "invitation"
    MINUTES = "minutes"
    PUBLICATION = "publication"
    LOUDSPEAKER = "loudspeaker"


SYMBOLS: Mapping[Paper, str] = {
    Paper.RECEIPT: "",
    Paper.GUIDANCE: "PHD",
    Paper.FORWARDING: "CV",
    Paper.INFO_REQUEST: "CV",
    Paper.URGING: "CV",
    Paper.EXTENSION: "TB",
    Paper.REPLY_COVER: "CV",
    Paper.RESULT: "TB",
    Paper.INVITATION: "GM",
    Paper.MINUTES: "BB",
    Paper.PUBLICATION: "TB",
    Paper.LOUDSPEAKER: "",
}
"""Kind of paper in the number (NĐ 30/2020, annex III); the empty ones carry no number."""

_DESK: Mapping[State, tuple[Paper, ...]] = {
    State.SUBMITTED: (Paper.RECEIPT, Paper.GUIDANCE),
    State.NEEDS_COI_CHECK: (Paper.RECEIPT,),
    State.NEEDS_INFO: (Paper.RECEIPT, Paper.GUIDANCE),
    State.REDIRECTED: (Paper.GUIDANCE, Paper.RECEIPT),
    State.REJECTED: (Paper.GUIDANCE,),
    State.TRIAGED: (Paper.FORWARDING, Paper.RECEIPT),
    State.FORWARDED: (Paper.FORWARDING, Paper.INFO_REQUEST, Paper.RECEIPT),
    State.RETURNED: (Paper.RECEIPT,),
    State.RECEIVED: (Paper.INFO_REQUEST, Paper.INVITATION, Paper.RECEIPT),
    State.IN_PROGRESS: (Paper.INFO_REQUEST, Paper.INVITATION, Paper.RECEIPT),
    State.EXTENDED: (Paper.INFO_REQUEST, Paper.INVITATION, Paper.RECEIPT),
    State.ANSWERED: (Paper.RESULT, Paper.INFO_REQUEST, Paper.INVITATION, Paper.MINUTES),
    State.RELAYED: (Paper.RESULT, Paper.INVITATION, Paper.MINUTES, Paper.PUBLICATION, Paper.LOUDSPEAKER),
    State.DIALOGUE: (Paper.INVITATION, Paper.MINUTES, Paper.INFO_REQUEST, Paper.RESULT),
    State.CLOSED: (Paper.RESULT, Paper.MINUTES, Paper.PUBLICATION, Paper.LOUDSPEAKER),
    State.PUBLISHED: (Paper.PUBLICATION, Paper.LOUDSPEAKER, Paper.RESULT),
}
_CONTACT: Mapping[State, tuple[Paper, ...]] = {
    State.RECEIVED: (Paper.REPLY_COVER, Paper.EXTENSION),
    State.IN_PROGRESS: (Paper.REPLY_COVER, Paper.EXTENSION),
    State.EXTENDED: (Paper.REPLY_COVER, Paper.EXTENSION),
    State.DIALOGUE: (Paper.REPLY_COVER,),
}
_SEALED = frozenset({Paper.FORWARDING, Paper.INFO_REQUEST, Paper.URGING})
"""What only the body that seals and forwards sends (or the Front, which coordinates)."""

_AFTER_REPLY = frozenset({Paper.RESULT, Paper.PUBLICATION, Paper.LOUDSPEAKER})
TO_THE_AUTHORITY = frozenset({Paper.FORWARDING, Paper.INFO_REQUEST, Paper.URGING, Paper.INVITATION})
OF_THE_AUTHORITY = frozenset({Paper.EXTENSION, Paper.REPLY_COVER})
WITHOUT_CONTENT = frozenset({Paper.URGING})
"""Number, topic and dates only: follow-up may make and read it without seeing the case's content."""

_DESK_ROLES = frozenset({OfficerRole.HANDLER, OfficerRole.TRIAGE})


@dataclass(frozen=True, slots=True)
class Home:
    """Whose paper it is: the body that signs, and the locality whose register counts it."""

    body: str
    locality: str


def papers_for(officer: Officer, case: Case, directory: Directory, today: date) -> tuple[Paper, ...]:
    """The papers this officer may make now, the likeliest first; none for whoever may not see the case.

    The contact of an authority makes the extension notice and the reply only; follow-up makes the urging letter.
    """
    level = sight(officer, case, directory, today)
    if level < Sight.NOTICE:
        return ()
    if level < Sight.CONTENT:
        return (Paper.URGING,) if _may_urge_without_content(officer, case, directory, today) else ()
    found: list[Paper] = []
    if _DESK_ROLES.intersection(officer.roles) and directory.has_role(officer.body, BodyRole.SUPERVISING_SUBJECT):
        found += _of_the_desk(officer, case, directory, today)
    if OfficerRole.CONTACT in officer.roles and directory.successor(officer.body) == directory.successor(
        case.competent_authority
    ):
        offered = _CONTACT.get(case.state, ())
        found += [one for one in offered if one is not Paper.EXTENSION or _may_extend(case, today)]
    return tuple(dict.fromkeys(found))


def may_read(officer: Officer, case: Case, directory: Directory, today: date, paper: Paper, body: str) -> bool:
    """Whether the officer may open a made paper that `body` signed.

    The desk reads all; an authority's contact what its own body signed and what was sent to it; follow-up the
    urging letters.
    """
    level = sight(officer, case, directory, today)
    if level < Sight.CONTENT:
        return level is Sight.NOTICE and paper in WITHOUT_CONTENT and OfficerRole.FOLLOW_UP in officer.roles
    if _DESK_ROLES.intersection(officer.roles):
        return True
    return paper in TO_THE_AUTHORITY or directory.successor(body) == directory.successor(officer.body)


def home_of(officer: Officer, case: Case, directory: Directory, paper: Paper) -> Home:
    """Who signs the paper: the authority its own, follow-up its own, else the body with the seal that forwards.

    A body of the province keeps its own register, whichever commune the case is from.
    """
    code = directory.successor(officer.body)
    if paper not in OF_THE_AUTHORITY and _DESK_ROLES.intersection(officer.roles):
        code = forwarder_of(directory, case.receiving_body, case.excluded_bodies) or code
    upper = directory.has_role(code, BodyRole.UPPER)
    return Home(code, (directory.tree.get(case.locality) or case.locality) if upper else case.locality)


def allowed_recipients(case: Case, directory: Directory, codes: Iterable[str]) -> tuple[str, ...]:
    """Those of the bodies that may get a copy: nobody the conflict rules shut out (COI-1), nobody twice."""
    shut = directory.current((*case.excluded_bodies, *case.hidden_from))
    found = (directory.successor(code) for code in codes)
    return tuple(dict.fromkeys(code for code in found if code and shut.isdisjoint((code, *directory.whole_of(code)))))


def letter_number(case: Case, made: int, history: Iterable[CaseEvent] = ()) -> int:
    """Which urging letter the next one is (lần k): urgings recorded without a paper yet come first."""
    recorded = max(case.urgings, sum(event.what == "urged" for event in history))
    return recorded if recorded > made else made + 1


def _of_the_desk(officer: Officer, case: Case, directory: Directory, today: date) -> list[Paper]:
    mine = directory.successor(officer.body)
    seals = mine == forwarder_of(directory, case.receiving_body, case.excluded_bodies)
    coordinates = directory.has_role(mine, BodyRole.COORDINATOR)
    urgent = [Paper.URGING] if is_overdue(case, today) or _waits_for_receipt(case) else []
    found = [*urgent, *_DESK.get(case.state, ())] if is_overdue(case, today) else [*_DESK.get(case.state, ()), *urgent]
    return [
        one
        for one in found
        if (one not in _SEALED or ((seals or coordinates) and _has_clock(case)))
        and (one not in _AFTER_REPLY or case.reply is not None)
    ]


def _has_clock(case: Case) -> bool:
    return case.kind in (Kind.REPORT, Kind.PETITION) and bool(case.competent_authority)


def _waits_for_receipt(case: Case) -> bool:
    return case.state is State.FORWARDED and case.received_on is None


def _may_extend(case: Case, today: date) -> bool:
    """Before the term ends, or after, to put on paper an extension that was recorded in time."""
    return case.extension is not None or (case.due_on is not None and today <= case.due_on)


def _may_urge_without_content(officer: Officer, case: Case, directory: Directory, today: date) -> bool:
    follows = OfficerRole.FOLLOW_UP in officer.roles and directory.has_role(officer.body, BodyRole.FOLLOW_UP)
    return follows and is_overdue(case, today)
