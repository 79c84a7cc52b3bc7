"""Refusing needs one of four reasons and two persons; reading is logged."""

from dataclasses import replace

import pytest

from cases import refusals
from cases.casework import Hidden, Refused, may_reveal, read_content
from cases.model import Case, Secrecy, State
from tests.handlers.officer_cast import Bureau, open_bureau  # noqa: F401 - a fixture


async def proposed(bureau: Bureau) -> Case:
    """A report that lan proposes to refuse."""
    case = await bureau.report()
    await bureau.act(refusals.propose_refusal, "lan", case, "spam", "quảng cáo vay tiền")
    return case


async def test_a_proposal_changes_nothing_yet(bureau: Bureau) -> None:
    """The case stays; a colleague who may decide is told the number."""
    case = await proposed(bureau)
    assert (await bureau.now(case)).state is State.SUBMITTED
    assert "cần người thứ hai" in await bureau.news("minh")


@pytest.mark.parametrize(("reason", "note", "code"), [("rude", "x", "unknown_reason"), ("spam", " ", "no_reason")])
async def test_only_four_reasons_with_grounds(bureau: Bureau, reason: str, note: str, code: str) -> None:
    """Criticism is no reason."""
    case = await bureau.report()
    with pytest.raises(Refused, match=code):
        await bureau.act(refusals.propose_refusal, "lan", case, reason, note)


async def test_nobody_decides_alone(bureau: Bureau) -> None:
    """Whoever proposed it cannot decide, and an authority or a union has no say."""
    case = await proposed(bureau)
    with pytest.raises(Refused, match="not_now"):
        await bureau.act(refusals.confirm_refusal, "lan", case)
    with pytest.raises(Hidden):
        await bureau.act(refusals.confirm_refusal, "hoa", case)


async def test_no_second_person_no_proposal(bureau: Bureau) -> None:
    """Where the only other officer is shut out, the case is worked as usual."""
    case = await bureau.report()
    await bureau.office.write(lambda unit: unit.cases.save(replace(case, excluded_officers=("minh",))))
    with pytest.raises(Refused, match="no_second_person"):
        await bureau.act(refusals.propose_refusal, "lan", case, "spam", "rõ ràng")


async def test_the_second_person_refuses(bureau: Bureau) -> None:
    """The resident hears why, and can have it looked at again with one tap."""
    case = await proposed(bureau)
    assert await bureau.act(refusals.confirm_refusal, "minh", case) == "spam"
    assert (await bureau.now(case)).state is State.REJECTED
    assert "tin rác" in await bureau.news()
    await bureau.person("resident").taps("Tôi không đồng ý")
    assert (await bureau.now(case)).state is State.SUBMITTED


async def test_after_an_appeal_a_new_proposal_is_needed(bureau: Bureau) -> None:
    """The old proposal does not stand any more."""
    case = await proposed(bureau)
    await bureau.act(refusals.confirm_refusal, "minh", case)
    await bureau.news()
    await bureau.person("resident").taps("Tôi không đồng ý")
    with pytest.raises(Refused, match="not_now"):
        await bureau.act(refusals.confirm_refusal, "minh", case)


async def test_the_second_person_keeps_the_case(bureau: Bureau) -> None:
    """The proposer is told; the case can be triaged; another proposal is possible."""
    case = await proposed(bureau)
    await bureau.act(refusals.reject_refusal, "minh", case, "có nêu đường hỏng")
    assert (await bureau.now(case)).state is State.SUBMITTED
    assert "được giữ lại" in await bureau.news("lan")
    await bureau.act(refusals.propose_refusal, "minh", case, "no_content", "chỉ có dấu chấm")


# -- reading --------------------------------------------------------------------------------------------------------


async def test_confidential_is_for_the_front_only(bureau: Bureau) -> None:
    """A union that has the case does not see the sender of a confidential report."""
    case = await bureau.report(secrecy=Secrecy.CONFIDENTIAL, chosen_body="hnd")
    officer = await bureau.office.read(lambda unit: unit.people.officer("hoa"))
    assert officer is not None
    assert not may_reveal(officer, case, bureau.rules.directory_of(case, bureau.clock()))


async def test_reading_is_logged_once_an_hour(bureau: Bureau) -> None:
    """Two looks in one hour are one line; the next hour another; another officer another."""
    case = await bureau.report()

    async def look(who: str) -> None:
        officer = await bureau.office.read(lambda unit: unit.people.officer(who))
        assert officer is not None
        await bureau.office.write(lambda unit: read_content(unit, officer, case, unit.now))

    await look("lan")
    await look("lan")
    await look("minh")
    bureau.clock.move(hours=1)
    await look("lan")
    assert (await bureau.events(case)).count("read") == 3
