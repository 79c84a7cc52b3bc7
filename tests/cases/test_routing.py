"""Routing: every row of who receives what, every worked example of conflict of interest, and what always holds."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.directory import DirectoryBook
from cases.model import BodyRole, Kind, Priority, Subject
from cases.routing import Conflicted, NotAnIntake, route
from cases.taxonomy import UnknownTopic
from tests.cases.cast import BOOK, HERE, POSTS, TAXONOMY, TOPICS, bodies, of_topic, raw, some_bodies, some_posts, way

# ---- who receives what (3.3), one test a row


def test_officials_go_to_the_front_and_by_post() -> None:
    """Row 1: officials; the authority follows the post."""
    found = way("cong_chuc")
    assert (found.receiving_body, found.competent_authority, found.profile) == ("mttq", "ubnd", "qd124")


def test_ethics_of_a_party_member_go_to_the_commission() -> None:
    """Row 1: ethics of Party members are examined by the Party's inspection commission."""
    for posts in ("dang_vien", "cong_chuc"):
        assert way(posts, "official.conduct", Subject.PARTY_MEMBER).competent_authority == "ubkt_dang_uy"


def test_a_leaders_ethics_stay_with_the_leaders_handler() -> None:
    """The commune's commission does not examine who is handled above the commune."""
    assert way("ct_ubnd", "official.conduct", Subject.PARTY_MEMBER).competent_authority == "ubnd_tinh"


def test_the_topic_chooses_among_the_posts_handlers() -> None:
    """Of several handlers the topic's own comes first, unless the person sits in it."""
    assert way("dang_vien", "official.conduct").competent_authority == "ubkt_dang_uy"
    assert way("dang_vien", "official.favoritism").competent_authority == "dang_uy"
    assert way("pct_ubnd", "official.favoritism").competent_authority == "ubkt_dang_uy"


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


# ---- choosing, other doors, and what always holds


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


def test_a_topic_marked_urgent_makes_the_case_urgent() -> None:
    """Urgency is data of the topic, not only of retaliation."""
    topics = {**TAXONOMY.topics, "infra.road": replace(TAXONOMY.topic("infra.road"), priority=Priority.URGENT)}
    found = route(HERE, replace(TAXONOMY, topics=topics), Kind.REPORT, Subject.LOCAL_SERVICE, "infra.road")
    assert (found.urgent, way(topic="infra.road", subject=Subject.LOCAL_SERVICE).urgent) == (True, False)


def test_unknown_topic() -> None:
    """A topic that is not in the taxonomy is an error."""
    with pytest.raises(UnknownTopic):
        way(topic="no.such")


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
