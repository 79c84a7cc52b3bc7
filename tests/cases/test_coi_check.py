"""A case whose person's post is unknown: the named triage officers ask and refuse spam, and nobody else sees it."""

from __future__ import annotations

import pytest

from cases import appeals, handling, recasting, refusals, resident
from cases.casework import Hidden, Refused
from cases.model import Case, OfficerRole, State, Subject
from cases.refusals import RefusalReason, reasons_for
from cases.scope import POST_UNKNOWN, visible_scope
from cases.visibility import Sight, sight
from tests.cases.cast import HERE, a_case, officer
from tests.handlers.officer_cast import Bureau, open_bureau  # noqa: F401 - a fixture


async def unknown(bureau: Bureau) -> Case:
    """A report about somebody whose post nobody knows."""
    return await bureau.report(subject=Subject.OFFICIAL, topic="official.attitude", posts=("khac",))


async def refused(bureau: Bureau) -> Case:
    """Refused as spam by two triage officers."""
    case = await unknown(bureau)
    await bureau.act(refusals.propose_refusal, "lan", case, "spam", "quảng cáo vay tiền")
    await bureau.act(refusals.confirm_refusal, "minh", case)
    return await bureau.now(case)


async def test_a_triage_officer_asks_and_the_case_stays_at_its_check(bureau: Bureau) -> None:
    """The resident is asked; the case does not become visible to the desk."""
    case = await unknown(bureau)
    assert await bureau.act(handling.ask_info, "lan", case, "Người đó làm việc ở đâu?")
    assert (await bureau.now(case)).state is State.NEEDS_COI_CHECK
    assert "làm việc ở đâu" in await bureau.news()


async def test_the_answer_is_told_to_the_triage_officers(bureau: Bureau) -> None:
    """Those who may see the case hear that something was added."""
    case = await unknown(bureau)

    def add(unit):  # type: ignore[no-untyped-def]
        found = unit.cases.get(case.id)
        resident.add_information(unit, bureau.rules, found, "Anh ấy ở bộ phận một cửa", 0, unit.now)

    await bureau.office.write(add)
    assert case.code in await bureau.news("lan")


async def test_nobody_else_may_ask_or_refuse(bureau: Bureau) -> None:
    """For a union's handler there is no such case."""
    case = await unknown(bureau)
    with pytest.raises(Hidden):
        await bureau.act(handling.ask_info, "hoa", case, "Ai?")
    with pytest.raises(Hidden):
        await bureau.act(refusals.propose_refusal, "hoa", case, "spam", "x")


async def test_only_spam_is_refused_before_the_post_is_known(bureau: Bureau) -> None:
    """Any other ground can wait until it is known who is meant."""
    case = await unknown(bureau)
    assert reasons_for(case) == (RefusalReason.SPAM,)
    with pytest.raises(Refused, match="only_spam"):
        await bureau.act(refusals.propose_refusal, "lan", case, "no_content", "x")


async def test_two_persons_refuse_spam(bureau: Bureau) -> None:
    """Whoever proposed it cannot decide; another triage officer can."""
    case = await unknown(bureau)
    await bureau.act(refusals.propose_refusal, "lan", case, "spam", "quảng cáo")
    with pytest.raises(Refused, match="not_now"):
        await bureau.act(refusals.confirm_refusal, "lan", case)
    await bureau.act(refusals.confirm_refusal, "minh", case)
    assert (await bureau.now(case)).state is State.REJECTED


async def test_an_appeal_returns_to_the_check(bureau: Bureau) -> None:
    """Refused before the post was found, it comes back to the triage officers, not to the whole desk."""
    case = await refused(bureau)
    assert "tin rác" in await bureau.news()
    await bureau.person("resident").taps("Tôi không đồng ý")
    found = await bureau.now(case)
    assert (found.state, POST_UNKNOWN in found.excluded_bodies) == (State.NEEDS_COI_CHECK, False)


@pytest.mark.parametrize("found_out", ["post", "nobody"])
async def test_taking_it_in_ends_the_review(bureau: Bureau, found_out: str) -> None:
    """The triage officers find the post, or that nobody is meant: nothing waits and nothing grows late."""
    case = await refused(bureau)
    await bureau.news()
    await bureau.person("resident").taps("Tôi không đồng ý")
    if found_out == "post":
        await bureau.act(recasting.record_post, "lan", case, ("truong_thon",))
    else:
        await bureau.act(recasting.not_a_person, "lan", case, "infra.road")
    history = await bureau.office.read(lambda unit: unit.cases.history(case.id))
    (review,) = appeals.reviews(history, bureau.rules)
    assert (review.waits, review.result) == (False, "triaged")


@pytest.mark.parametrize("state", [State.NEEDS_COI_CHECK, State.REJECTED, State.CLOSED])
@pytest.mark.parametrize(
    ("body", "role", "level"),
    [
        ("mttq", OfficerRole.TRIAGE, Sight.CONTENT),
        ("mttq", OfficerRole.HANDLER, Sight.NOTHING),
        ("hnd", OfficerRole.HANDLER, Sight.NOTHING),
        ("ubnd", OfficerRole.CONTACT, Sight.NOTHING),
        ("ban_xdd", OfficerRole.FOLLOW_UP, Sight.NOTHING),
        ("ubkt_dang_uy", OfficerRole.OVERSIGHT, Sight.NOTHING),
    ],
)
def test_refused_or_not_only_triage_officers_see_it(body: str, role: OfficerRole, level: Sight, state: State) -> None:
    """In the rule and in its twin for queries."""
    mark = () if state is State.NEEDS_COI_CHECK else (POST_UNKNOWN,)
    case = a_case(state=state, subject=Subject.OFFICIAL, excluded_bodies=mark)
    viewer = officer(body, role)
    assert sight(viewer, case, HERE) is level
    assert visible_scope(viewer, HERE).sight(case) is level
