"""What each officer may do with a case in each state."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cases.lifecycle import actions
from cases.model import Extension, OfficerRole, State
from tests.cases.cast import HERE, TODAY, a_case, about, officer

HANDLER, TRIAGE, CONTACT = OfficerRole.HANDLER, OfficerRole.TRIAGE, OfficerRole.CONTACT


@pytest.mark.parametrize(
    ("state", "front", "contact"),
    [
        ("submitted", "triage ask_info correct_topic reroute merge refuse", ""),
        ("needs_info", "", ""),
        ("triaged", "correct_topic reroute merge forward", ""),
        ("forwarded", "record_receipt urge", "record_receipt return"),
        ("received", "record_reply urge", "delegate extend record_reply return"),
        ("returned", "triage correct_topic reroute", ""),
        ("in_progress", "record_reply urge", "delegate extend record_reply"),
        ("extended", "record_reply urge", "delegate extend record_reply"),
        ("answered", "relay", ""),
        ("relayed", "open_dialogue close", "open_dialogue"),
        ("dialogue", "record_reply close", "record_reply"),
        ("rejected", "close", ""),
        ("closed", "", ""),
        ("withdrawn", "", ""),
    ],
)
def test_actions_by_state(state: str, front: str, contact: str) -> None:
    """What the Front's officer and the authority's contact may do in each state."""
    case = a_case(state=State(state))
    if state == "extended":
        longer = Extension(TODAY, date(2026, 12, 17), "phức tạp", "1", TODAY, "A")
        case, contact = replace(case, extension=longer), "delegate record_reply"
    assert " ".join(actions(case, officer(), HERE)) == front
    assert " ".join(actions(case, officer("ubnd", CONTACT), HERE)) == contact


def test_only_triage_acts_on_an_unknown_post() -> None:
    """COI-5: triage officers record the post, ask the sender or refuse spam; nobody else may do anything."""
    assert actions(about("khac"), officer("mttq", TRIAGE), HERE) == ("triage", "ask_info", "refuse")
    assert actions(about("khac"), officer(), HERE) == ()


def test_a_refusal_needs_another_person() -> None:
    """Who proposed to refuse can neither confirm nor propose again; a colleague confirms."""
    case = a_case(state=State.SUBMITTED)
    assert "confirm_refusal" in actions(case, officer(id="second"), HERE, refusal_by="first")
    own = actions(case, officer(id="first"), HERE, refusal_by="first")
    assert not {"refuse", "confirm_refusal"} & set(own)


def test_a_board_does_not_forward_by_itself() -> None:
    """The board sorts its case; the Front, which has the seal, forwards it."""
    case = a_case(state=State.TRIAGED, receiving_body="bttnd")
    assert "forward" not in actions(case, officer("bttnd"), HERE)
    assert "forward" in actions(case, officer("mttq"), HERE)


def test_a_union_forwards_by_itself() -> None:
    """A union has its own seal."""
    assert "forward" in actions(a_case(state=State.TRIAGED, receiving_body="hnd"), officer("hnd"), HERE)


def test_an_extension_is_asked_in_time_and_once() -> None:
    """On the last day yes, the day after no (SV-14)."""
    contact = officer("ubnd", CONTACT)
    assert "extend" in actions(a_case(due_on=TODAY), contact, HERE)
    assert "extend" not in actions(a_case(due_on=TODAY - timedelta(1)), contact, HERE)


def test_follow_up_may_urge_what_is_overdue() -> None:
    """Follow-up reads no content but may urge (SV-19)."""
    watcher = officer("ban_xdd", OfficerRole.FOLLOW_UP)
    assert actions(a_case(due_on=TODAY - timedelta(1)), watcher, HERE) == ("urge",)
    assert actions(a_case(), watcher, HERE) == ()


@pytest.mark.parametrize("state", list(State))
def test_the_conflicted_may_do_nothing(state: State) -> None:
    """An excluded body has no action in any state."""
    case = a_case(state=state, excluded_bodies=("mttq", "ubnd"), due_on=TODAY - timedelta(1))
    for viewer in (officer("mttq", HANDLER, TRIAGE), officer("ubnd", CONTACT)):
        assert actions(case, viewer, HERE) == ()
