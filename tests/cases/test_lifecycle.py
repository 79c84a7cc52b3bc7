"""The life of a case: every step of the table and no other, what stops the clock, and who may do what when."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from cases.lifecycle import (
    ALLOWED,
    WHO,
    Actor,
    NotAllowed,
    ReplyIncomplete,
    check_reply,
    move,
    withdraw_effect,
)
from cases.model import OfficerRole, Outcome, State, WrittenReply
from tests.cases.cast import HERE, TODAY, a_case, about

HANDLER, TRIAGE, CONTACT = OfficerRole.HANDLER, OfficerRole.TRIAGE, OfficerRole.CONTACT
RECEIVED = date(2026, 11, 5)

# The table of states, typed a second time on purpose: from -> next ones.
TABLE = """
submitted: triaged needs_info redirected rejected needs_coi_check withdrawn
needs_coi_check: triaged rejected withdrawn
needs_info: submitted closed withdrawn
redirected: closed withdrawn
rejected: closed submitted needs_coi_check withdrawn
triaged: forwarded needs_coi_check withdrawn
forwarded: received returned
received: in_progress extended answered returned
returned: triaged
in_progress: extended answered
extended: answered
answered: relayed
relayed: dialogue closed
dialogue: answered closed
closed: published submitted dialogue
published: closed
withdrawn:
"""
STEPS = {
    (State(start), State(end))
    for start, _, ends in (line.partition(":") for line in TABLE.split("\n") if line)
    for end in ends.split()
}


def fits(start: State, end: State) -> Any:
    """A case in `start` whose facts allow the step to `end`, where the table does."""
    answered = start is State.CLOSED and end is State.DIALOGUE
    unknown = ("~post",) if (start, end) == (State.REJECTED, State.NEEDS_COI_CHECK) else ()
    return a_case(state=start, reply=reply() if answered else None, forwarded_at=None, excluded_bodies=unknown)


def reply(**changes: Any) -> WrittenReply:
    """A document that stops the clock."""
    whole = WrittenReply(
        doc_no="15/UBND",
        doc_date=date(2026, 11, 20),
        signed_by="Nguyễn Văn A",
        addressees=("mttq",),
        file_id="f1",
        file_sha256="0" * 64,
        outcome=Outcome.UPHELD,
        summary="Đã sửa",
        recorded_on=TODAY,
    )
    return replace(whole, **changes)


# ---- the table


@pytest.mark.parametrize("start", list(State))
@pytest.mark.parametrize("end", list(State))
def test_every_step_of_the_table_and_no_other(start: State, end: State) -> None:
    """Each listed step can be taken by whoever it belongs to; every other pair is refused and changes nothing."""
    if (start, end) in STEPS:
        for actor in WHO[start][end]:
            case = fits(start, end)
            move(case, end, actor)
            assert case.state is end
        return
    for actor in Actor:
        case = a_case(state=start, forwarded_at=None)
        with pytest.raises(NotAllowed):
            move(case, end, actor)
        assert case.state is start


def test_the_published_table_is_the_one_used() -> None:
    """`ALLOWED` names the same steps."""
    assert {(start, end) for start, ends in ALLOWED.items() for end in ends} == STEPS


@pytest.mark.parametrize(("start", "end"), sorted(STEPS))
def test_a_step_belongs_to_somebody(start: State, end: State) -> None:
    """Whoever a step does not belong to is refused, with the case left as it was."""
    for actor in set(Actor) - WHO[start][end]:
        case = fits(start, end)
        with pytest.raises(NotAllowed) as caught:
            move(case, end, actor)
        assert (caught.value.code, case.state) == ("not_yours", start)


@pytest.mark.parametrize(
    ("start", "end", "actors"),
    [
        ("submitted", "rejected", {"second_person"}),
        ("closed", "published", {"second_person"}),
        ("needs_info", "submitted", {"resident"}),
        ("forwarded", "received", {"authority", "handler"}),
        ("received", "extended", {"authority"}),
        ("received", "returned", {"authority"}),
        ("in_progress", "answered", {"authority", "handler"}),
        ("relayed", "closed", {"resident", "system", "handler"}),
        ("rejected", "submitted", {"resident"}),
    ],
)
def test_who_takes_the_steps_that_matter(start: str, end: str, actors: set[str]) -> None:
    """Refusing and publishing need a second person; receipt and answer may be recorded by the Front with proof."""
    assert WHO[State(start)][State(end)] == actors


def test_a_refusal_names_both_steps() -> None:
    """Its values are where the case stands and what was wanted."""
    with pytest.raises(NotAllowed) as caught:
        move(a_case(state=State.SUBMITTED), State.ANSWERED, Actor.HANDLER)
    assert caught.value.values == {"now": State.SUBMITTED, "wanted": State.ANSWERED}


def test_waiting_for_the_conflict_check_blocks_forwarding() -> None:
    """COI-5: a case whose post is unknown cannot be forwarded."""
    with pytest.raises(NotAllowed):
        move(about("khac"), State.FORWARDED, Actor.HANDLER)


@pytest.mark.parametrize(
    ("changes", "code"), [({"excluded_bodies": ("ubnd",)}, "conflict"), ({"competent_authority": ""}, "no_authority")]
)
def test_never_forwarded_to_the_accused_or_to_nobody(changes: dict[str, Any], code: str) -> None:
    """The last gate before a case leaves the house."""
    with pytest.raises(NotAllowed) as caught:
        move(a_case(state=State.TRIAGED, **changes), State.FORWARDED, Actor.HANDLER)
    assert caught.value.code == code


def test_reopening_depends_on_the_answer() -> None:
    """Closed after an answer it reopens as a dialogue, closed before one as a new intake."""
    for end, reply_there in ((State.SUBMITTED, True), (State.DIALOGUE, False)):
        case = a_case(state=State.CLOSED, reply=reply() if reply_there else None)
        with pytest.raises(NotAllowed) as caught:
            move(case, end, Actor.RESIDENT)
        assert caught.value.code == "reopen_other_way"


# ---- withdrawing


@pytest.mark.parametrize("state", [State.SUBMITTED, State.NEEDS_INFO, State.NEEDS_COI_CHECK, State.TRIAGED])
def test_withdrawn_before_forwarding(state: State) -> None:
    """Until it is forwarded the resident takes the report back whole."""
    case = a_case(state=state, forwarded_at=None)
    assert withdraw_effect(case) == "withdrawn"
    move(case, State.WITHDRAWN, Actor.RESIDENT)


@pytest.mark.parametrize("state", [State.FORWARDED, State.RECEIVED, State.RETURNED, State.TRIAGED, State.ANSWERED])
def test_withdrawn_after_forwarding(state: State) -> None:
    """Once forwarded, even if returned since, the matter goes on without the sender."""
    case = a_case(state=state)
    assert withdraw_effect(case) == "continues_without_identity"
    with pytest.raises(NotAllowed) as caught:
        move(case, State.WITHDRAWN, Actor.RESIDENT)
    assert caught.value.code == "already_forwarded"


@pytest.mark.parametrize("state", [State.CLOSED, State.PUBLISHED, State.WITHDRAWN])
def test_nothing_left_to_withdraw(state: State) -> None:
    """What is over stays as it is."""
    with pytest.raises(NotAllowed) as caught:
        withdraw_effect(a_case(state=state))
    assert caught.value.code == "closed"


# ---- the written reply


def test_a_whole_document_stops_the_clock() -> None:
    """Number, date, signer, file, addressed to the supervising subject."""
    check_reply(reply(), a_case(), HERE)


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"doc_no": " "}, "doc_no"),
        ({"doc_date": None}, "doc_date"),
        ({"doc_date": TODAY + timedelta(1)}, "doc_date_in_future"),
        ({"doc_date": RECEIVED - timedelta(1)}, "doc_date_before_receipt"),
        ({"signed_by": ""}, "signed_by"),
        ({"file_id": ""}, "file"),
        ({"file_sha256": ""}, "file"),
        ({"addressees": ()}, "addressee"),
        ({"addressees": ("dang_uy", "hnd")}, "addressee"),
    ],
)
def test_each_missing_item_is_named(changes: dict[str, Any], missing: str) -> None:
    """A reply that lacks one thing is refused, naming that one thing."""
    with pytest.raises(ReplyIncomplete) as caught:
        check_reply(reply(**changes), a_case(), HERE)
    assert caught.value.missing == (missing,)


def test_all_missing_items_are_named_at_once() -> None:
    """A chat line is no reply: everything it lacks is listed."""
    with pytest.raises(ReplyIncomplete) as caught:
        check_reply(reply(doc_no="", signed_by="", file_id="", addressees=()), a_case(received_on=None), HERE)
    assert caught.value.missing == ("doc_no", "signed_by", "file", "addressee", "received_on")


def test_dated_on_the_day_of_receipt_or_of_recording() -> None:
    """Both ends of the span are good days."""
    check_reply(reply(doc_date=RECEIVED), a_case(), HERE)
    check_reply(reply(doc_date=TODAY), a_case(), HERE)


@pytest.mark.parametrize(("receiving", "addressee"), [("bttnd", "bttnd"), ("bttnd", "mttq"), ("hnd", "hnd")])
def test_addressed_to_the_receiver_or_its_forwarder(receiving: str, addressee: str) -> None:
    """A board's reply may go to the board or to the Front that forwarded for it."""
    check_reply(reply(addressees=("ubnd_tinh", addressee)), a_case(receiving_body=receiving), HERE)


def test_a_reply_to_the_excluded_front_does_not_count() -> None:
    """Where the commune's Front is shut out, the province's is the forwarder and the addressee."""
    case = a_case(receiving_body="bttnd", excluded_bodies=("mttq",))
    with pytest.raises(ReplyIncomplete):
        check_reply(reply(addressees=("mttq",)), case, HERE)
    check_reply(reply(addressees=("mttq_tinh",)), case, HERE)
