"""The desk: triage, topic, post, question, re-routing; each step with what it refuses."""

import pytest

from cases import handling, recasting
from cases.casework import Hidden, Refused
from cases.model import Priority, Secrecy, State, Subject
from tests.handlers.officer_cast import Bureau, open_bureau  # noqa: F401 - a fixture


async def test_triage_confirms_and_tells_the_resident(bureau: Bureau) -> None:
    """Triaged: the state, the day, who did it, the next look, and a notice without what was reported."""
    case = await bureau.report()
    await bureau.act(handling.triage, "lan", case, priority=Priority.HIGH)
    found = await bureau.now(case)
    assert (found.state, found.priority, found.assignee) == (State.TRIAGED, Priority.HIGH, "lan")
    assert found.triaged_at == found.next_nudge_at == bureau.clock()
    news = await bureau.news()
    assert found.code in news
    assert "xe máy" not in news
    assert await bureau.events(case) == ["submitted", "triaged"]


async def test_triage_can_name_another_authority(bureau: Bureau) -> None:
    """An officer chooses who must answer."""
    case = await bureau.report()
    await bureau.act(handling.triage, "lan", case, authority="cong_an_xa")
    assert (await bureau.now(case)).competent_authority == "cong_an_xa"


async def test_triage_refuses_a_conflicted_authority(bureau: Bureau) -> None:
    """A body the resident shut out cannot be asked to answer."""
    case = await bureau.report(hidden_from=("cong_an_xa",))
    with pytest.raises(Refused, match="conflict_body"):
        await bureau.act(handling.triage, "lan", case, authority="cong_an_xa")


async def test_triage_refuses_a_union_as_authority(bureau: Bureau) -> None:
    """Only a competent authority answers."""
    case = await bureau.report()
    with pytest.raises(Refused, match="not_an_authority"):
        await bureau.act(handling.triage, "lan", case, authority="hnd")


@pytest.mark.parametrize("who", ["hoa", "binh", "tuan", "an", "thu", "quang"])
async def test_others_find_no_case(bureau: Bureau, who: str) -> None:
    """Whoever does not work at that desk gets the answer for a missing case, or no such step."""
    case = await bureau.report()
    with pytest.raises(Hidden):
        await bureau.act(handling.triage, who, case)


async def test_topic_corrected_keeps_the_suggestion(bureau: Bureau) -> None:
    """The corrected topic stands beside what was suggested; the case moves to the topic's desk."""
    case = await bureau.report()
    await bureau.act(recasting.correct_topic, "lan", case, "project.quality")
    found = await bureau.now(case)
    assert (found.topic, found.suggested_topic, found.receiving_body) == ("project.quality", "infra.road", "bgsdtcd")
    assert found.subject is Subject.PROJECT
    assert "Ban Giám sát đầu tư" in await bureau.news()
    assert await bureau.data(case, "topic_corrected") == {"old": "infra.road", "new": "project.quality"}


async def test_topic_about_a_person_stops_for_the_post(bureau: Bureau) -> None:
    """A report that turns out to be about an official waits for the post (COI-5)."""
    case = await bureau.triaged()
    await bureau.act(recasting.correct_topic, "lan", case, "official.attitude")
    assert (await bureau.now(case)).state is State.NEEDS_COI_CHECK
    assert "đang được xác minh" in await bureau.news()


async def test_topic_correction_keeps_a_body_chosen_by_hand(bureau: Bureau) -> None:
    """The resident chose the women's union: another topic does not take the case away from it."""
    case = await bureau.report(chosen_body="hlhpn")
    await bureau.act(recasting.correct_topic, "lan", case, "env.waste")
    assert (await bureau.now(case)).receiving_body == "hlhpn"


async def test_topic_correction_keeps_who_is_shut_out(bureau: Bureau) -> None:
    """Bodies the resident named stay shut out under every topic."""
    case = await bureau.report(hidden_from=("bgsdtcd",))
    await bureau.act(recasting.correct_topic, "lan", case, "project.quality")
    found = await bureau.now(case)
    assert found.receiving_body == "mttq"
    assert "bgsdtcd" in found.excluded_bodies


async def test_unknown_topic(bureau: Bureau) -> None:
    """A topic the taxonomy does not have."""
    case = await bureau.report()
    with pytest.raises(Refused, match="unknown_topic"):
        await bureau.act(recasting.correct_topic, "lan", case, "no.such")


async def test_unknown_post_is_for_triage_officers_only(bureau: Bureau) -> None:
    """COI-5: the union's handler, and an officer of the Front without that role, see nothing."""
    case = await bureau.report(subject=Subject.OFFICIAL, topic="official.attitude", posts=("khac",))
    assert case.state is State.NEEDS_COI_CHECK
    with pytest.raises(Refused, match="post_unknown"):
        await bureau.act(handling.triage, "lan", case)
    with pytest.raises(Hidden):
        await bureau.act(recasting.record_post, "hoa", case, ("ct_ubnd",))


async def test_recording_the_post_works_the_way_out_anew(bureau: Bureau) -> None:
    """The chairman is meant: his body is shut out, the province answers, and forwarding is no longer blocked."""
    case = await bureau.report(subject=Subject.OFFICIAL, topic="official.attitude", posts=("khac",))
    await bureau.act(recasting.record_post, "lan", case, ("ct_ubnd",))
    found = await bureau.now(case)
    assert (found.state, found.competent_authority) == (State.TRIAGED, "ubnd_tinh")
    assert "ubnd" in found.excluded_bodies
    assert "post_recorded" in await bureau.events(case)


async def test_recording_a_front_post_takes_the_case_from_the_front(bureau: Bureau) -> None:
    """The Front's own officer is meant: the province's Front takes over and the recorder sees it no more."""
    case = await bureau.report(subject=Subject.OFFICIAL, topic="official.attitude", posts=("khac",))
    await bureau.act(recasting.record_post, "lan", case, ("ct_mttq",))
    assert (await bureau.now(case)).receiving_body == "mttq_tinh"
    with pytest.raises(Hidden):
        await bureau.act(handling.reroute, "lan", case, "hnd", "thử")


async def test_a_post_that_is_still_unknown(bureau: Bureau) -> None:
    """The catch-all post does not open the way, nor does a union's leader without the union."""
    case = await bureau.report(subject=Subject.OFFICIAL, topic="official.attitude", posts=("khac",))
    for posts in (("khac",), ("ct_union",), ()):
        with pytest.raises(Refused, match="post_unknown"):
            await bureau.act(recasting.record_post, "lan", case, posts)


async def test_nobody_in_particular_is_meant(bureau: Bureau) -> None:
    """The triage officer finds that the report is about a road after all."""
    case = await bureau.report(subject=Subject.OFFICIAL, topic="official.attitude", posts=("khac",))
    with pytest.raises(Refused, match="post_unknown"):
        await bureau.act(recasting.not_a_person, "lan", case, "official.duty")
    await bureau.act(recasting.not_a_person, "lan", case, "infra.road")
    found = await bureau.now(case)
    assert (found.state, found.subject, found.subject_posts) == (State.TRIAGED, Subject.LOCAL_SERVICE, ())


async def test_question_to_the_resident(bureau: Bureau) -> None:
    """The case waits; the resident reads the question and can answer under it."""
    case = await bureau.report()
    assert await bureau.act(handling.ask_info, "lan", case, "Đoạn đường nào hỏng?")
    assert (await bureau.now(case)).state is State.NEEDS_INFO
    assert "Đoạn đường nào hỏng?" in await bureau.news()
    resident = bureau.person("resident")
    await resident.taps("Trả lời")
    await resident.says("Đoạn trước trường mẫu giáo")
    assert (await bureau.now(case)).state is State.SUBMITTED


async def test_question_with_nobody_to_ask(bureau: Bureau) -> None:
    """The sender's data are erased: the case does not wait for an answer that cannot come."""
    case = await bureau.report()
    await bureau.office.write(lambda unit: unit.people.drop_reporter(case.reporter))
    assert not await bureau.act(handling.ask_info, "lan", case, "Ở đâu?")
    assert (await bureau.now(case)).state is State.SUBMITTED


async def test_rerouting_logs_both_bodies(bureau: Bureau) -> None:
    """The union takes over with a reason; resident and union are told."""
    case = await bureau.report()
    await bureau.news("hoa")
    await bureau.act(handling.reroute, "lan", case, "hnd", "đường ra đồng")
    assert (await bureau.now(case)).receiving_body == "hnd"
    assert await bureau.data(case, "rerouted") == {"old": "mttq", "new": "hnd", "reason": "đường ra đồng"}
    assert "Hội Nông dân" in await bureau.news()
    assert case.code in await bureau.news("hoa")


@pytest.mark.parametrize(
    ("body", "reason", "code"),
    [
        ("hnd", "lý do", "conflict_body"),
        ("mttq", "lý do", "same_body"),
        ("ubnd", "lý do", "not_an_intake"),
        ("dtn", " ", "no_reason"),
    ],
)
async def test_rerouting_refused(bureau: Bureau, body: str, reason: str, code: str) -> None:
    """Never to a body that is shut out, to itself, to an authority, or without a reason."""
    case = await bureau.report(hidden_from=("hnd",))
    with pytest.raises(Refused) as refused:
        await bureau.act(handling.reroute, "lan", case, body, reason)
    assert refused.value.code == code
    assert (await bureau.now(case)).receiving_body == "mttq"


async def test_confidential_report_is_triaged_like_any(bureau: Bureau) -> None:
    """How far the sender's name travels does not change the way."""
    case = await bureau.triaged(secrecy=Secrecy.CONFIDENTIAL)
    assert case.state is State.TRIAGED
