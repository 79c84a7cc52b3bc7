"""Routing with a conflict of interest: every worked example of 3.4, and each rule where the examples are silent."""

from datetime import date

import pytest

from cases.directory import DirectoryBook
from cases.model import Subject
from cases.routing import Conflicted, forwarder_of
from tests.cases.cast import BOOK, HERE, of_topic, raw, way

# ---- worked examples of conflict of interest (3.4), one test a row


def test_example_clerk_at_the_one_stop_centre() -> None:
    """Nobody but the clerk is shut out; the People's Committee answers."""
    found = way("cong_chuc", subject_body="tt_hcc")
    assert (found.receiving_body, found.excluded_bodies, found.competent_authority) == ("mttq", (), "ubnd")


def test_example_chairman_of_the_peoples_committee() -> None:
    """His committee and its units are out; the province answers, then the province's commission."""
    found = way("ct_ubnd")
    assert (found.receiving_body, found.competent_authority) == ("mttq", "ubnd_tinh")
    assert set(found.excluded_bodies) == {"ubnd", "vp_hdnd_ubnd", "p_kinh_te", "p_vhxh", "tt_hcc"}
    assert way("ct_ubnd", hidden_from=["ubnd_tinh"]).competent_authority == "ubkt_tinh_uy"


def test_example_deputy_chairman_of_the_peoples_committee() -> None:
    """The inspection commission answers, then the Party committee, where the person is recused."""
    found = way("pct_ubnd")
    assert (found.receiving_body, found.competent_authority, found.recused_in) == ("mttq", "ubkt_dang_uy", ("dang_uy",))
    assert "ubnd" in found.excluded_bodies
    assert way("pct_ubnd", hidden_from=["ubkt_dang_uy"]).competent_authority == "dang_uy"


@pytest.mark.parametrize("post", ["bi_thu", "pho_bi_thu"])
@pytest.mark.parametrize("topic", ["official.attitude", "official.conduct", "policy.contributions"])
def test_example_party_secretary(post: str, topic: str) -> None:
    """Party bodies of the commune are out, the province's commission answers, the province's Front is offered."""
    found = way(post, topic)
    assert (found.receiving_body, found.competent_authority) == ("mttq", "ubkt_tinh_uy")
    assert "mttq_tinh" in found.offered
    assert set(found.excluded_bodies) >= {"dang_uy", "ubkt_dang_uy", "ban_xdd", "vp_dang_uy"}


@pytest.mark.parametrize("post", ["ct_mttq", "cb_mttq"])
def test_example_officer_of_the_front(post: str) -> None:
    """The commune's Front is out, the province's receives, the commission answers."""
    found = way(post)
    assert (found.receiving_body, found.competent_authority) == ("mttq_tinh", "ubkt_dang_uy")
    assert (found.excluded_bodies, found.direct_upper) == (("mttq",), "mttq_tinh")
    assert ("COI-2", "mttq", "mttq_tinh") in found.notices


def test_example_deputy_head_of_the_farmers_union() -> None:
    """The union is out and the Front receives, unless that person is also deputy head of the Front."""
    found = way("ct_union", "official.conduct", subject_body="hnd")
    both = way("ct_union", "official.conduct", subject_body="hnd", also_front_deputy=True)
    assert (found.receiving_body, found.competent_authority, found.excluded_bodies) == (
        "mttq",
        "ubkt_dang_uy",
        ("hnd",),
    )
    assert (both.receiving_body, both.competent_authority, both.excluded_bodies) == (
        "mttq_tinh",
        "ubkt_dang_uy",
        ("hnd", "mttq"),
    )


def test_example_member_of_the_inspection_board() -> None:
    """The board is out; the committee answers for the matter, the Front for the member."""
    matter, member = way("truong_ban_ttnd", "policy.contributions"), way("truong_ban_ttnd", "official.attitude")
    assert (matter.receiving_body, matter.excluded_bodies, matter.competent_authority) == ("mttq", ("bttnd",), "ubnd")
    assert (member.receiving_body, member.competent_authority) == ("mttq", "mttq")


@pytest.mark.parametrize("topic", ["official.duty", "order.security"])
def test_example_head_of_the_commune_police(topic: str) -> None:
    """The commune police are out and the provincial police answer."""
    found = way("truong_ca", topic)
    assert (found.receiving_body, found.excluded_bodies, found.competent_authority) == (
        "mttq",
        ("cong_an_xa",),
        "cong_an_tinh",
    )


def test_example_hamlet_head_who_retaliates() -> None:
    """No body is out; the Party committee answers."""
    found = way("truong_thon", "official.retaliation")
    assert (found.receiving_body, found.excluded_bodies, found.competent_authority) == ("mttq", (), "dang_uy")


@pytest.mark.parametrize("posts", ["", "khac"])
def test_example_post_unknown(posts: str) -> None:
    """Triage only: forwarding is blocked until the post is known."""
    assert way(posts).blocked


# ---- the rules where the examples are silent


def test_coi_3_notice_names_both_bodies() -> None:
    """The resident is told which authority is left out and which answers instead."""
    assert ("COI-3", "ubnd", "ubnd_tinh") in way("ct_ubnd").notices


def test_coi_3_a_matter_about_a_leader() -> None:
    """A matter whose usual authority is headed by the person goes to the post's handler."""
    found = way("ct_ubnd", "land.encroachment", Subject.LAND)
    assert (found.receiving_body, found.competent_authority) == ("mttq", "ubnd_tinh")


@pytest.mark.parametrize(("body", "answers"), [("ubnd", "ubnd_tinh"), ("tt_hcc", "ubnd"), ("hdnd", "hdnd_tinh")])
def test_coi_6_the_body_above_answers(body: str, answers: str) -> None:
    """A body complained of never answers for itself."""
    found = way(topic="admin.decision", subject=Subject.AGENCY, subject_body=body)
    assert (found.competent_authority, body in found.excluded_bodies) == (answers, True)
    assert ("COI-6", body, answers) in found.notices


def test_coi_6_a_body_with_nothing_above() -> None:
    """A union before July 2025 had no upper in this directory: the topic's authority answers."""
    old = BOOK.as_of("xa-mau", date(2025, 6, 30))
    assert way(topic="other", subject=Subject.AGENCY, subject_body="hnd", directory=old).competent_authority == ""
    found = way(topic="policy.agriculture", subject=Subject.AGENCY, subject_body="hnd", directory=old)
    assert (found.receiving_body, found.competent_authority) == ("mttq", "ubnd")


def test_coi_6_a_school_outside_the_directory() -> None:
    """A body the directory does not know leaves the topic's authority as it is."""
    found = way(topic="social.education", subject=Subject.AGENCY)
    assert (found.competent_authority, found.blocked) == ("ubnd", False)


def test_coi_7_the_province_when_the_party_committee_is_concerned() -> None:
    """Retaliation by the Party secretary goes to the province's Party committee, and the resident is told."""
    found = way("bi_thu", "official.retaliation")
    assert (found.competent_authority, found.urgent) == ("tinh_uy", True)
    assert ("COI-7", "dang_uy", "tinh_uy") in found.notices


def test_coi_7_whatever_the_topic() -> None:
    """Retaliation said in passing counts like the topic; the first report's bodies are out."""
    found = way("cong_chuc", "procedure.delay", retaliation=True, original_case_bodies=["ubnd"])
    assert (found.competent_authority, found.urgent, "ubnd" in found.excluded_bodies) == ("dang_uy", True, True)


def test_coi_7_only_then() -> None:
    """Without retaliation an earlier case shuts nobody out."""
    assert way("cong_chuc", original_case_bodies=["ubnd"]).excluded_bodies == ()


def test_coi_8_the_front_as_a_body() -> None:
    """A report about the Front as a whole shows the province's Front, which then receives it."""
    found = way(topic="other", subject=Subject.AGENCY, subject_body="mttq")
    assert (found.receiving_body, found.direct_upper) == ("mttq_tinh", "mttq_tinh")


def test_coi_8_is_offered_beside_another_intake() -> None:
    """Where a board receives, going to the province's Front directly is offered, unless it is hidden from it too."""
    found = way("ct_mttq", "project.quality", Subject.PROJECT)
    assert (found.direct_upper, "mttq_tinh" in found.offered) == ("mttq_tinh", True)
    hidden = way("ct_mttq", "policy.agriculture", Subject.POLICY, hidden_from=["mttq_tinh"])
    assert (hidden.receiving_body, hidden.direct_upper) == ("hnd", "")


def test_coi_8_the_operator_of_the_bot() -> None:
    """Where another body runs the bot, a report about it shows the province's Front too."""
    data = raw()
    data["operator"] = "ubnd"
    run_by_ubnd = DirectoryBook.from_mapping(data).as_of("xa-mau", date(2026, 11, 23))
    assert way("ct_ubnd", directory=run_by_ubnd).direct_upper == "mttq_tinh"
    assert way("ct_ubnd").direct_upper == ""


def test_coi_9_a_hidden_front() -> None:
    """A road report hidden from the Front goes to the province's Front; nobody asks why."""
    found = way(topic="infra.road", subject=Subject.LOCAL_SERVICE, hidden_from=["mttq"])
    assert (found.receiving_body, found.competent_authority) == ("mttq_tinh", "ubnd")
    assert found.notices == (("COI-2", "mttq", "mttq_tinh"),)


def test_coi_9_a_hidden_authority() -> None:
    """Hidden from the committee, the report goes to the one above it."""
    assert of_topic("infra.road", hidden_from=["ubnd"]) == ("mttq", "ubnd_tinh")


def test_coi_9_all_handlers_of_the_post_hidden() -> None:
    """An ordinary clerk's case goes to the topic's authority; a leader's never down to a body of the commune."""
    assert way("cong_chuc", "official.corruption", hidden_from=["ubnd"]).competent_authority == "ubkt_dang_uy"
    assert way("bi_thu", hidden_from=["ubkt_tinh_uy", "tinh_uy"]).competent_authority == "ubnd_tinh"


def test_coi_9_hidden_from_everybody() -> None:
    """A report hidden from every body there is cannot go anywhere, and that is said."""
    with pytest.raises(Conflicted):
        way(hidden_from=list(HERE.bodies))


def test_a_board_never_forwards_through_an_excluded_front() -> None:
    """With the Front shut out the board forwards through the province's Front, and the resident is told."""
    found = way("ct_mttq", "project.quality", Subject.PROJECT)
    assert (found.receiving_body, found.forwards_through) == ("bgsdtcd", "mttq_tinh")
    assert ("COI-1", "mttq", "mttq_tinh") in found.notices
    assert forwarder_of(HERE, "bgsdtcd", found.excluded_bodies) == "mttq_tinh"
