"""Routing: every row of who receives what, every worked example of conflict of interest, and what always holds."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.directory import DirectoryBook
from cases.model import BodyRole, Kind, Subject
from cases.routing import Conflicted, NotAnIntake, forwarder_of, route
from cases.taxonomy import UnknownTopic
from tests.cases.cast import BOOK, HERE, POSTS, TAXONOMY, TOPICS, bodies, raw, some_bodies, some_posts, way


def of_topic(topic: str, **more: Any) -> tuple[str, str]:
    """Receiving body and authority of a report about a matter, by its topic."""
    found = way(topic=topic, subject=TAXONOMY.topic(topic).subject, **more)
    return found.receiving_body, found.competent_authority


# ---- who receives what (3.3), one test a row


def test_officials_go_to_the_front_and_by_post() -> None:
    """Row 1: officials; the authority follows the post."""
    found = way("cong_chuc")
    assert (found.receiving_body, found.competent_authority, found.profile) == ("mttq", "ubnd", "qd124")


def test_ethics_of_a_party_member_go_to_the_commission() -> None:
    """Row 1: ethics of Party members are examined by the Party's inspection commission."""
    for posts in ("dang_vien", "cong_chuc"):
        assert way(posts, "official.conduct", Subject.PARTY_MEMBER).competent_authority == "ubkt_dang_uy"


def test_retaliation_goes_to_the_party_committee() -> None:
    """Row 1: retaliation goes to the Party committee, urgently."""
    found = way("cong_chuc", "official.retaliation", subject_body="tt_hcc")
    assert (found.receiving_body, found.competent_authority, found.urgent) == ("mttq", "dang_uy", True)


@pytest.mark.parametrize(
    ("post", "answers"), [("db_hdnd_xa", "hdnd"), ("db_hdnd_tinh", "hdnd_tinh"), ("dbqh", "doan_dbqh")]
)
def test_elected_deputies(post: str, answers: str) -> None:
    """Row 2: deputies of each level are answered for by their own council or delegation."""
    found = way(post, "deputy.representation", Subject.ELECTED_DEPUTY)
    assert (found.receiving_body, found.competent_authority) == ("mttq", answers)


@pytest.mark.parametrize("part", ["quality", "progress", "finance", "clearance", "disclosure", "site_impact"])
def test_works_go_to_the_community_board(part: str) -> None:
    """Row 3: works go to the community supervision board, which forwards through the Front."""
    assert of_topic(f"project.{part}") == ("bgsdtcd", "ubnd")
    assert way(topic=f"project.{part}", subject=Subject.PROJECT).forwards_through == "mttq"


def test_the_investor_answers_for_its_work() -> None:
    """Row 3: a work of another investor is answered by that investor, when the directory knows it as an authority."""
    assert of_topic("project.quality", investor="ubnd_tinh") == ("bgsdtcd", "ubnd_tinh")
    assert of_topic("project.quality", investor="p_kinh_te") == ("bgsdtcd", "ubnd")


@pytest.mark.parametrize(
    "topic", ["procedure.delay", "procedure.fees", "land.certificate", "policy.contributions", "policy.democracy"]
)
def test_procedures_and_funds_go_to_the_inspection_board(topic: str) -> None:
    """Row 4: procedures, certificates, contributions, democracy go to the people's inspection board."""
    assert of_topic(topic) == ("bttnd", "ubnd")
    assert way(topic=topic, subject=TAXONOMY.topic(topic).subject).forwards_through == "mttq"


@pytest.mark.parametrize(
    ("topic", "receives"),
    [
        ("policy.agriculture", "hnd"),
        ("policy.family_gender", "hlhpn"),
        ("policy.youth", "dtn"),
        ("policy.merit", "hccb"),
        ("policy.labor", "cd"),
    ],
)
def test_each_union_has_its_field(topic: str, receives: str) -> None:
    """Rows 5 to 9: farmers, women, youth, veterans, workers; unions forward by themselves."""
    assert of_topic(topic) == (receives, "ubnd")
    assert way(topic=topic, subject=TAXONOMY.topic(topic).subject).forwards_through == ""


def test_labour_falls_back_to_the_front() -> None:
    """Row 9: where the province set up no trade union, the Front receives."""
    data = raw()
    data["commune"]["without"] = ["cd"]
    without = DirectoryBook.from_mapping(data).as_of("xa-mau", date(2026, 11, 23))
    assert of_topic("policy.labor", directory=without) == ("mttq", "ubnd")


@pytest.mark.parametrize(
    ("topic", "answers"),
    [
        ("policy.social_aid", "ubnd"),
        ("policy.insurance", "ubnd"),
        ("policy.disaster_relief", "ubnd"),
        ("policy.admin_units", "ubnd"),
        ("policy.draft", "ubnd"),
        ("social.education", "ubnd"),
        ("social.health", "ubnd"),
        ("env.waste", "ubnd"),
        ("infra.road", "ubnd"),
        ("infra.lighting", "ubnd"),
        ("order.security", "cong_an_xa"),
        ("infra.power", "dien_luc"),
        ("infra.water", "cap_nuoc"),
    ],
)
def test_daily_life_goes_to_the_front(topic: str, answers: str) -> None:
    """Row 10: all else goes to the Front; order to the police, supplies to their provider."""
    assert of_topic(topic) == ("mttq", answers)


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


def test_the_resident_may_choose_another_body() -> None:
    """Any supervising subject without conflict may be chosen instead of the suggested one."""
    found = way(topic="infra.road", subject=Subject.LOCAL_SERVICE, chosen_body="hlhpn")
    assert (found.receiving_body, "mttq" in found.offered, "hlhpn" in found.offered) == ("hlhpn", True, False)


def test_a_chosen_body_with_a_conflict_is_refused() -> None:
    """The refusal carries which body it is."""
    with pytest.raises(Conflicted) as caught:
        way("ct_union", subject_body="hnd", chosen_body="hnd")
    assert caught.value.body == "hnd"


def test_a_chosen_body_must_take_reports_in() -> None:
    """The People's Committee is an authority, not a supervising subject."""
    with pytest.raises(NotAnIntake) as caught:
        way(topic="infra.road", subject=Subject.LOCAL_SERVICE, chosen_body="ubnd")
    assert caught.value.body == "ubnd"


def test_the_province_is_not_offered_for_a_pothole() -> None:
    """The province's Front is offered only where the commune's leadership or the Front is concerned."""
    assert "mttq_tinh" not in way(topic="infra.road", subject=Subject.LOCAL_SERVICE).offered


@pytest.mark.parametrize(
    ("kind", "desk"),
    [
        (Kind.COMPLAINT, "right_door"),
        (Kind.DENUNCIATION, "right_door"),
        (Kind.QUESTION, "faq"),
        (Kind.EMERGENCY, "emergency"),
    ],
)
def test_other_doors(kind: Kind, desk: str) -> None:
    """What is not taken in as a case is shown its door, without authority or deadline."""
    found = way("cong_chuc", kind=kind)
    assert (found.receiving_body, found.competent_authority, found.blocked) == (desk, "", False)


def test_a_complaint_the_front_is_asked_to_follow() -> None:
    """Taken in as a petition after all, it goes to the Front instead of the right door."""
    assert of_topic("admin.decision", kind=Kind.PETITION) == ("mttq", "ubnd")


def test_praise_accuses_nobody() -> None:
    """Thanks to a chairman shut nobody out, block nothing and start no clock."""
    found = way("ct_ubnd", "praise", kind=Kind.PRAISE)
    assert (found.receiving_body, found.competent_authority, found.excluded_bodies, found.blocked) == (
        "mttq",
        "",
        (),
        False,
    )


def test_unknown_topic() -> None:
    """A topic that is not in the taxonomy is an error."""
    with pytest.raises(UnknownTopic):
        way(topic="no.such")


# ---- what always holds


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(TOPICS),
    st.sampled_from(Subject),
    some_posts,
    st.one_of(st.just(""), bodies),
    some_bodies,
    st.booleans(),
    st.booleans(),
    st.sampled_from([date(2025, 6, 30), date(2026, 11, 23)]),
)
def test_nobody_excluded_ever_handles_the_case(
    topic: str,
    subject: Subject,
    posts: list[str],
    subject_body: str,
    hidden: list[str],
    retaliation: bool,
    deputy: bool,
    day: date,
) -> None:
    """For any posts, topic and wishes: no excluded body receives, forwards, answers or is offered."""
    directory = BOOK.as_of("xa-mau", day)
    try:
        found = route(
            directory,
            TAXONOMY,
            Kind.REPORT,
            subject,
            topic,
            posts,
            subject_body,
            hidden,
            "",
            retaliation,
            hidden,
            "",
            deputy,
        )
    except Conflicted:
        return  # the resident shut out every supervising subject
    used = {found.receiving_body, found.competent_authority, found.forwards_through, found.direct_upper, *found.offered}
    assert not used & set(found.excluded_bodies)
    assert directory.has_role(found.receiving_body, BodyRole.SUPERVISING_SUBJECT)
    assert all(after not in found.excluded_bodies for _, _, after in found.notices)


@pytest.mark.parametrize("post", POSTS)
def test_a_report_about_any_post_finds_its_way(post: str) -> None:
    """Every post the resident can pick leads to an intake and, unless it must be found out first, to an authority."""
    found = way(post, subject_body="hnd" if post == "ct_union" else "")
    assert HERE.has(found.receiving_body)
    assert found.blocked if post == "khac" else HERE.has(found.competent_authority)
