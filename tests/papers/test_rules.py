"""Which papers fit when, who may make and read them, whose number they get, and who may get a copy."""

from __future__ import annotations

from typing import Any

import pytest

from cases.model import Case, CaseEvent, Kind, Officer, OfficerRole, State
from cases.papers import SYMBOLS, Home, Paper, allowed_recipients, home_of, letter_number, may_read, papers_for
from tests.cases.cast import HERE, TODAY, a_case, officer
from tests.papers.kit import REPLY

DESK = officer()
CONTACT = officer("ubnd", OfficerRole.CONTACT)
FOLLOW = officer("ban_xdd", OfficerRole.FOLLOW_UP)
LATE: dict[str, Any] = {"received_on": TODAY.replace(month=9), "due_on": TODAY.replace(month=10)}


def offered(who: Officer, **changes: Any) -> list[Paper]:
    """The papers for this officer at such a case."""
    return list(papers_for(who, a_case(**changes), HERE, TODAY))


def at(state: State) -> dict[str, Any]:
    """A case as it is in this state."""
    early = state in (State.SUBMITTED, State.NEEDS_COI_CHECK, State.NEEDS_INFO, State.REDIRECTED, State.REJECTED)
    there = {"forwarded_at": None} if early or state is State.TRIAGED else {}
    dated = (
        {} if state in (State.RECEIVED, State.IN_PROGRESS, State.EXTENDED) else {"received_on": None, "due_on": None}
    )
    reply = {"reply": REPLY} if state in (State.ANSWERED, State.RELAYED, State.CLOSED, State.PUBLISHED) else {}
    return {"state": state, **there, **dated, **reply}


@pytest.mark.parametrize(
    ("state", "first"),
    [
        (State.SUBMITTED, Paper.RECEIPT),
        (State.NEEDS_INFO, Paper.RECEIPT),
        (State.REDIRECTED, Paper.GUIDANCE),
        (State.REJECTED, Paper.GUIDANCE),
        (State.TRIAGED, Paper.FORWARDING),
        (State.FORWARDED, Paper.FORWARDING),
        (State.RECEIVED, Paper.INFO_REQUEST),
        (State.ANSWERED, Paper.RESULT),
        (State.RELAYED, Paper.RESULT),
        (State.DIALOGUE, Paper.INVITATION),
        (State.CLOSED, Paper.RESULT),
        (State.PUBLISHED, Paper.PUBLICATION),
    ],
)
def test_the_likeliest_paper_of_a_state_comes_first(state: State, first: Paper) -> None:
    """For the officer at the Front's desk."""
    assert offered(DESK, **at(state))[0] is first


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.NEEDS_COI_CHECK])
def test_states_without_papers_for_a_handler(state: State) -> None:
    """Withdrawn; or to be seen by triage officers only."""
    assert offered(DESK, **at(state)) == []


def test_urging_comes_first_once_the_term_is_over() -> None:
    """And not before."""
    assert Paper.URGING not in offered(DESK)
    assert offered(DESK, **LATE)[0] is Paper.URGING


def test_a_letter_without_confirmed_receipt_may_be_urged() -> None:
    """The clock cannot start without it."""
    assert Paper.URGING in offered(DESK, **at(State.FORWARDED))


@pytest.mark.parametrize("kind", [Kind.QUESTION, Kind.PRAISE, Kind.COMPLAINT])
def test_what_has_no_clock_is_not_forwarded_by_letter(kind: Kind) -> None:
    """Only reports and petitions go to an authority for an answer."""
    assert Paper.FORWARDING not in offered(DESK, kind=kind, **at(State.TRIAGED))


def test_a_result_needs_a_reply() -> None:
    """Nothing is told or made public before."""
    closed = {**at(State.CLOSED), "reply": None}
    assert not {Paper.RESULT, Paper.PUBLICATION, Paper.LOUDSPEAKER} & set(offered(DESK, **closed))


def test_the_contact_makes_reply_and_extension_only() -> None:
    """Of the case that lies with its authority."""
    assert offered(CONTACT) == [Paper.REPLY_COVER, Paper.EXTENSION]
    assert offered(officer("cong_an_xa", OfficerRole.CONTACT)) == []


def test_an_extension_is_not_begun_after_the_term() -> None:
    """SV-14: before the due day ends."""
    assert offered(CONTACT, **LATE) == [Paper.REPLY_COVER]


def test_follow_up_urges_what_is_overdue() -> None:
    """And makes no other paper."""
    assert (offered(FOLLOW), offered(FOLLOW, **LATE)) == ([], [Paper.URGING])


@pytest.mark.parametrize("role", [OfficerRole.OVERSIGHT, OfficerRole.ADMIN])
def test_watchers_and_administrators_make_no_paper(role: OfficerRole) -> None:
    """Whatever the state."""
    assert offered(officer("ubkt_dang_uy", role), **LATE) == []


def test_a_union_does_not_send_letters_for_the_front() -> None:
    """A board's case is sealed and forwarded by the Front."""
    case = at(State.TRIAGED)
    assert Paper.FORWARDING in offered(DESK, receiving_body="bgsdtcd", **case)
    assert Paper.FORWARDING not in offered(officer("bgsdtcd"), receiving_body="bgsdtcd", **case)


def test_whoever_is_shut_out_makes_nothing() -> None:
    """COI-4 by person."""
    assert offered(DESK, excluded_officers=("someone",)) == []


# -- reading -----------------------------------------------------------------------------------------------------------


def readable(who: Officer, body: str = "mttq", **changes: Any) -> set[Paper]:
    """Which papers signed by `body` the officer may open."""
    case = a_case(**changes)
    return {paper for paper in Paper if may_read(who, case, HERE, TODAY, paper, body)}


def test_the_desk_reads_every_paper() -> None:
    """Those of the authority too."""
    assert readable(DESK) == readable(DESK, "ubnd") == set(Paper)


def test_the_authority_reads_what_came_to_it_and_what_it_signed() -> None:
    """Not the desk's receipts and drafts for the public."""
    assert readable(CONTACT) == {Paper.FORWARDING, Paper.INFO_REQUEST, Paper.URGING, Paper.INVITATION}
    assert readable(CONTACT, "ubnd") == set(Paper)


def test_follow_up_reads_urging_letters_of_overdue_cases() -> None:
    """They hold no content."""
    assert (readable(FOLLOW), readable(FOLLOW, **LATE)) == (set(), {Paper.URGING})


@pytest.mark.parametrize("who", [officer("hlhpn"), officer("ubnd"), officer("mttq", OfficerRole.ADMIN)])
def test_others_read_no_paper(who: Officer) -> None:
    """Another union, a clerk of the authority without the role, the administrator."""
    assert readable(who) == set()


# -- whose paper, whose number -----------------------------------------------------------------------------------------


def test_a_boards_paper_goes_out_through_the_front() -> None:
    """It has no seal of its own."""
    board = officer("bttnd")
    assert home_of(board, a_case(receiving_body="bttnd"), HERE, Paper.RECEIPT) == Home("mttq", "xa-mau")


def test_a_union_signs_its_own_papers() -> None:
    """With its own register."""
    assert home_of(officer("hnd"), a_case(receiving_body="hnd"), HERE, Paper.RESULT).body == "hnd"


def test_the_authority_signs_its_reply() -> None:
    """Also when the contact holds another role beside."""
    both = officer("ubnd", OfficerRole.CONTACT)
    assert home_of(both, a_case(), HERE, Paper.REPLY_COVER) == Home("ubnd", "xa-mau")


def test_a_province_body_counts_in_its_own_register() -> None:
    """Whichever commune the case is from."""
    province = HERE.tree["xa-mau"]
    above = officer("mttq_tinh", locality=province)
    case = a_case(receiving_body="mttq_tinh", excluded_bodies=("mttq",))
    assert home_of(above, case, HERE, Paper.RESULT) == Home("mttq_tinh", province)


def test_every_paper_has_its_kind() -> None:
    """Two of them carry no number."""
    assert {paper for paper in Paper if not SYMBOLS[paper]} == {Paper.RECEIPT, Paper.LOUDSPEAKER}


def test_nobody_with_a_conflict_gets_a_copy() -> None:
    """The body, and the offices that belong to it."""
    case = a_case(excluded_bodies=("ubnd",), hidden_from=("ban_xdd",))
    wanted = ("ubnd", "vp_hdnd_ubnd", "khoi_dan_van", "dang_uy", "dang_uy", "nobody")
    assert allowed_recipients(case, HERE, wanted) == ("dang_uy",)


@pytest.mark.parametrize(
    ("urged", "made", "number"), [(0, 0, 1), (1, 0, 1), (1, 1, 2), (2, 1, 2), (2, 2, 3), (3, 1, 3)]
)
def test_urging_letters_count_on(urged: int, made: int, number: int) -> None:
    """An urging recorded without its paper yet comes first."""
    assert letter_number(a_case(urgings=urged), made) == number


def test_urgings_in_the_history_count_too() -> None:
    """Where the case's own counter lags behind."""
    case: Case = a_case()
    told = [CaseEvent("c1", case.submitted_at, "urged", "an")] * 2
    assert letter_number(case, 0, told) == 2
