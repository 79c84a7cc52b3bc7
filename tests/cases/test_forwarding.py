"""The letter's way: forwarding, what the authority reads, receipt with proof, urging, several cases of one matter."""

from dataclasses import replace
from datetime import date

import pytest

from cases import answers, authority, forwarding, handling, matters
from cases.casework import Hidden, Refused
from cases.clocks import ClockError
from cases.messages import Outgoing
from cases.model import Case, State, Subject
from cases.redaction import redact
from tests.handlers.officer_cast import Bureau, an_answer, open_bureau  # noqa: F401 - a fixture

MONDAY = date(2026, 3, 2)


async def test_forwarding_tells_authority_and_resident(bureau: Bureau) -> None:
    """The contact hears number and topic, never the content; the resident hears where it went."""
    case = await bureau.triaged()
    await bureau.news()
    await bureau.act(forwarding.forward, "lan", case, "12/MTTQ-BTT", MONDAY)
    found = await bureau.now(case)
    assert (found.state, found.forward_doc_no, found.forward_doc_date) == (State.FORWARDED, "12/MTTQ-BTT", MONDAY)
    assert "theo cam kết" in await bureau.news()
    told = await bureau.news("tuan")
    assert case.code in told
    assert "xe máy" not in told


async def test_forwarding_an_officials_case_is_law(bureau: Bureau) -> None:
    """Only where the regulation gives the number may the resident be told that it is the rule."""
    case = await bureau.triaged(subject=Subject.OFFICIAL, topic="official.attitude", posts=("cong_chuc",))
    await bureau.act(forwarding.forward, "lan", case, "12/MTTQ-BTT", MONDAY)
    assert "theo quy định" in await bureau.news()


async def test_an_authority_without_contact_blocks(bureau: Bureau) -> None:
    """SV-1: a clear refusal, not a silent drop."""
    case = await bureau.report()
    await bureau.act(handling.triage, "lan", case, authority="hdnd")
    with pytest.raises(Refused, match="no_contact"):
        await bureau.act(forwarding.forward, "lan", case, "12/MTTQ-BTT", MONDAY)
    assert (await bureau.now(case)).state is State.TRIAGED


async def test_an_excluded_authority_blocks(bureau: Bureau) -> None:
    """The authority turns out to be shut out after triage: the letter does not go."""
    case = await bureau.triaged()
    await bureau.office.write(lambda unit: unit.cases.save(replace(case, excluded_bodies=("ubnd",))))
    with pytest.raises(Refused, match="conflict_body"):
        await bureau.act(forwarding.forward, "lan", case, "12/MTTQ-BTT", MONDAY)


@pytest.mark.parametrize(
    ("number", "day", "code"),
    [
        ("không số", MONDAY, "no_doc_no"),
        ("12", date(2026, 3, 3), "doc_in_future"),
        ("12", date(2026, 3, 1), "doc_before_report"),
    ],
)
async def test_a_letter_that_cannot_be(bureau: Bureau, number: str, day: date, code: str) -> None:
    """No number, a date to come, a date before the report."""
    case = await bureau.triaged()
    with pytest.raises(Refused, match=code):
        await bureau.act(forwarding.forward, "lan", case, number, day)


async def test_a_board_sends_through_the_front(bureau: Bureau) -> None:
    """The board has no seal: its officer cannot forward, the Front does it for it."""
    case = await bureau.report(topic="project.quality", subject=Subject.PROJECT, work="duong-thon-2")
    await bureau.act(handling.triage, "binh", case)
    with pytest.raises(Refused, match="not_now"):
        await bureau.act(forwarding.forward, "binh", case, "12/BGS", MONDAY)
    await bureau.act(forwarding.forward, "lan", case, "12/MTTQ-BTT", MONDAY)
    assert (await bureau.data(case, "forwarded"))["by"] == "mttq"


async def test_what_the_authority_reads(bureau: Bureau) -> None:
    """Name and number are covered; the text the officer wrote takes the place of the report."""
    case = await bureau.forwarded()
    read = await bureau.office.read(lambda unit: forwarding.text_for_authority(unit, case))
    assert "hỏng nặng" in read
    assert "Nguyễn Văn An" not in read
    assert "0912" not in read
    other = await bureau.triaged()
    await bureau.act(forwarding.forward, "lan", other, "13/MTTQ-BTT", MONDAY, content="Đường hỏng.")
    assert await bureau.office.read(lambda unit: forwarding.text_for_authority(unit, other)) == "Đường hỏng."


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("gọi 0912345678 nhé", "gọi ••• nhé"),
        ("gọi +84 912.345.678", "gọi •••"),
        ("căn cước 001203004567", "căn cước •••"),
        ("thư an.nguyen@example.vn", "thư •••"),
        ("tôi là NGUYEN VAN AN ở thôn 2", "tôi là ••• ở thôn 2"),
        ("thu 1.500.000 đồng, tổng 150000000 đồng", "thu 1.500.000 đồng, tổng 150000000 đồng"),
        ("ngày 20/11/2025, số nhà 12", "ngày 20/11/2025, số nhà 12"),
    ],
)
def test_redaction(text: str, covered: str) -> None:
    """Numbers, addresses and the sender's name are covered; money and dates stay."""
    assert redact(text, ("Nguyễn Văn An",)) == covered


async def test_receipt_with_proof_starts_the_clock(bureau: Bureau) -> None:
    """The desk records the day; everybody hears the last day; reminders of before are taken back."""
    case = await bureau.forwarded()
    await bureau.office.write(
        lambda unit: unit.outbox.say(
            bureau.chat(unit, "tuan"), Outgoing("nhắc"), "reminder", case_id=case.id, purpose="reminder"
        )
    )
    await bureau.news()
    await bureau.act(forwarding.record_receipt, "lan", case, MONDAY, "công văn đến số 215")
    found = await bureau.now(case)
    assert (found.state, found.due_on, found.clock_version) == (State.RECEIVED, date(2026, 3, 30), 1)
    assert found.receipt_proof == "công văn đến số 215"
    assert "30/03/2026" in await bureau.news()
    assert "nhắc" not in await bureau.news("tuan")


async def test_receipt_needs_proof(bureau: Bureau) -> None:
    """The desk's word alone starts no clock."""
    case = await bureau.forwarded()
    with pytest.raises(Refused, match="no_proof"):
        await bureau.act(forwarding.record_receipt, "lan", case, MONDAY, " ")


async def test_receipt_before_forwarding(bureau: Bureau) -> None:
    """Nothing is received before it was sent; the case stays as it was."""
    case = await bureau.forwarded()
    with pytest.raises(ClockError, match="received_before_forwarding"):
        await bureau.act(forwarding.record_receipt, "lan", case, date(2026, 2, 27), "sổ")
    assert (await bureau.now(case)).due_on is None


async def test_urging_is_numbered_and_once_a_day(bureau: Bureau) -> None:
    """Lần 1, lần 2; a second tap on the same day is refused."""
    case = await bureau.received()
    assert await bureau.act(forwarding.urge, "lan", case) == 1
    with pytest.raises(Refused, match="urged_today"):
        await bureau.act(forwarding.urge, "lan", case)
    await bureau.wait("2026-03-03")
    assert await bureau.act(forwarding.urge, "lan", case) == 2
    assert "ĐÔN ĐỐC lần 2" in await bureau.news("tuan")


async def test_follow_up_may_urge_what_is_overdue(bureau: Bureau) -> None:
    """SV-19: not before the term has ended, and then the desk is told."""
    case = await bureau.received()
    with pytest.raises(Hidden):
        await bureau.act(forwarding.urge, "thu", case)
    await bureau.wait("2026-04-01")
    await bureau.news("lan")
    assert await bureau.act(forwarding.urge, "thu", case) == 1
    assert "cơ quan theo dõi" in await bureau.news("lan")


# -- one matter -----------------------------------------------------------------------------------------------------


async def pair(bureau: Bureau) -> tuple[Case, Case]:
    """Two residents about one road, one matter, both triaged."""
    first, second = await bureau.triaged(), await bureau.triaged(who="neighbour")
    other = await bureau.now(first)
    await bureau.act(matters.merge, "lan", second, other)
    return await bureau.now(first), await bureau.now(second)


async def test_one_letter_takes_the_whole_matter(bureau: Bureau) -> None:
    """Forwarding one case forwards the other; one clock; only one of them is looked at for reminders."""
    first, second = await pair(bureau)
    await bureau.act(forwarding.forward, "lan", first, "12/MTTQ-BTT", MONDAY)
    await bureau.act(authority.acknowledge, "tuan", first, MONDAY)
    one, two = await bureau.now(first), await bureau.now(second)
    assert one.matter == two.matter != ""
    assert (two.state, two.due_on, two.clock_version) == (one.state, one.due_on, one.clock_version)
    assert [one.next_nudge_at is None, two.next_nudge_at is None] == [False, True]


async def test_a_later_case_joins_the_running_clock(bureau: Bureau) -> None:
    """The clock of the first forwarding governs; the later sender is told the same last day."""
    first = await bureau.received()
    await bureau.wait("2026-03-09")
    second = await bureau.report(who="neighbour")
    await bureau.act(matters.merge, "lan", second, first)
    found = await bureau.now(second)
    assert (found.state, found.due_on, found.next_nudge_at) == (State.RECEIVED, date(2026, 3, 30), None)
    assert "30/03/2026" in await bureau.news("neighbour")


async def test_forwarding_a_later_case_informs_and_restarts_nothing(bureau: Bureau) -> None:
    """A case that came back from a question after the matter had gone takes over the clock when it is forwarded."""
    first, second = await pair(bureau)
    await bureau.office.write(lambda unit: unit.cases.save(replace(second, state=State.NEEDS_INFO)))
    await bureau.act(forwarding.forward, "lan", first, "12/MTTQ-BTT", MONDAY)
    await bureau.act(authority.acknowledge, "tuan", first, MONDAY)
    later = await bureau.now(second)
    await bureau.office.write(lambda unit: unit.cases.save(replace(later, state=State.TRIAGED)))
    await bureau.wait("2026-03-10")
    await bureau.act(forwarding.forward, "lan", second, "19/MTTQ-BTT", date(2026, 3, 10))
    assert (await bureau.now(second)).due_on == date(2026, 3, 30)


async def test_everybody_of_a_matter_gets_the_answer(bureau: Bureau) -> None:
    """One answer, relayed once, told to both; afterwards each case is closed by its own sender."""
    first, second = await pair(bureau)
    await bureau.act(forwarding.forward, "lan", first, "12/MTTQ-BTT", MONDAY)
    await bureau.act(authority.acknowledge, "tuan", second, MONDAY)
    await bureau.act(answers.record_reply, "tuan", first, an_answer())
    assert await bureau.act(answers.relay, "lan", second) == 2
    assert "45/UBND" in await bureau.news("resident")
    assert "45/UBND" in await bureau.news("neighbour")
    await bureau.person("neighbour").taps("Hài lòng")
    assert (await bureau.now(second)).state is State.CLOSED
    assert (await bureau.now(first)).state is State.RELAYED
    assert (await bureau.now(first)).next_nudge_at is not None


async def test_a_conflict_does_not_join(bureau: Bureau) -> None:
    """A resident who shut the authority out is not put into a matter that it has."""
    first = await bureau.received()
    second = await bureau.report(who="neighbour", hidden_from=("ubnd",))
    with pytest.raises(Refused, match="conflict_body"):
        await bureau.act(matters.merge, "lan", second, first)


async def test_cases_kept_from_different_people_stay_apart(bureau: Bureau) -> None:
    """Whoever sees one of a matter would learn from its history that there is another."""
    first = await bureau.report()
    second = await bureau.report(who="neighbour", hidden_from=("hnd",))
    with pytest.raises(Refused, match="merge_kept_apart"):
        await bureau.act(matters.merge, "lan", first, second)


async def test_merging_needs_sight_of_both(bureau: Bureau) -> None:
    """A union's handler cannot reach a case of another body by merging."""
    own = await bureau.report(chosen_body="hnd")
    foreign = await bureau.report(who="neighbour")
    with pytest.raises(Hidden):
        await bureau.act(matters.merge, "hoa", own, foreign)


async def test_merging_with_itself(bureau: Bureau) -> None:
    """One case is no matter."""
    case = await bureau.triaged()
    with pytest.raises(Refused, match="same_case"):
        await bureau.act(matters.merge, "lan", case, case)


async def test_merging_two_matters(bureau: Bureau) -> None:
    """Two matters are not silently made one."""
    first, _ = await pair(bureau)
    third, _ = await pair(bureau)
    with pytest.raises(Refused, match="two_matters"):
        await bureau.act(matters.merge, "lan", first, third)


async def test_each_side_records_receipt_its_own_way(bureau: Bureau) -> None:
    """The desk cannot confirm in the authority's name without proof, nor the authority in the desk's."""
    case = await bureau.forwarded()
    with pytest.raises(Refused, match="not_now"):
        await bureau.act(authority.acknowledge, "lan", case, MONDAY)
    with pytest.raises(Refused, match="not_now"):
        await bureau.act(forwarding.record_receipt, "tuan", case, MONDAY, "sổ")
