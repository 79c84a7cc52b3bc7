"""Conflict of interest: each of the ten rules, as the directory states them."""

import pytest

from cases.conflict import (
    Conflicted,
    above,
    exclusion,
    free_forwarder,
    free_intake,
    handlers,
    is_linked,
    linked_officers,
)
from cases.model import Subject
from tests.cases.cast import BODIES, HERE, officer, way

OFFICIAL = Subject.OFFICIAL
PARTY = {"dang_uy", "ubkt_dang_uy", "ban_xdd", "vp_dang_uy"}


def test_coi_0_posts_of_one_person_add_up() -> None:
    """A Party secretary who also chairs the council shuts out the bodies of both posts."""
    shut = exclusion(HERE, OFFICIAL, ["bi_thu", "ct_hdnd"])
    assert shut.bodies >= PARTY | {"hdnd"}


def test_coi_0_highest_handler_first() -> None:
    """Of several posts the one handled highest decides: the province before the commune."""
    assert handlers(HERE, ["cong_chuc", "db_hdnd_tinh"]) == ("hdnd_tinh", "ubnd")
    assert handlers(HERE, ["pct_ubnd", "ct_hdnd"])[0] == "hdnd_tinh"
    assert handlers(HERE, ["cong_chuc", "dang_vien"])[0] == "dang_uy"


def test_coi_0_union_leader_who_is_deputy_of_the_front() -> None:
    """Said with one word or with both posts, the Front is shut out together with the union."""
    said = exclusion(HERE, OFFICIAL, ["ct_union"], "hnd", also_front_deputy=True)
    posts = exclusion(HERE, OFFICIAL, ["ct_union", "cb_mttq"], "hnd")
    assert said.bodies == posts.bodies == {"hnd", "mttq"}
    assert said.recused_in == frozenset()


def test_coi_1_a_controlled_body_is_shut_out_with_its_units() -> None:
    """The chairman's People's Committee is out, and its divisions with it."""
    assert exclusion(HERE, OFFICIAL, ["ct_ubnd"]).bodies == {"ubnd"} | HERE.units_of("ubnd")


def test_coi_1_in_a_collective_only_the_holder_is_shut_out() -> None:
    """The chairman sits in the Party committee, which stays in and is named as the place he is recused in."""
    shut = exclusion(HERE, OFFICIAL, ["ct_ubnd"])
    assert shut.recused_in == {"dang_uy"}
    assert "dang_uy" not in shut.bodies


def test_coi_1_the_union_is_the_one_the_person_works_in() -> None:
    """`{union}` stands for the subject body, or for the union named beside it."""
    assert exclusion(HERE, OFFICIAL, ["ct_union"], "dtn").bodies == {"dtn"}
    assert exclusion(HERE, OFFICIAL, ["ct_union"], union="hlhpn").bodies == {"hlhpn"}


def test_coi_1_any_officer_of_a_union_shuts_it_out() -> None:
    """A union is small: whatever the post is called, its officers may not handle a colleague's case."""
    assert "hnd" in exclusion(HERE, OFFICIAL, ["cong_chuc"], "hnd").bodies


def test_coi_1_hamlet_posts_do_not_shut_out_the_commune_body() -> None:
    """The head of the hamlet's Front board is handled by the commune Front."""
    assert exclusion(HERE, OFFICIAL, ["ct_mat_tran_thon"], "mttq").bodies == frozenset()


def test_coi_2_the_next_intake_without_conflict() -> None:
    """A union falls back to the Front, the Front to the province's Front."""
    assert free_intake(HERE, "hnd", {"hnd"}) == "mttq"
    assert free_intake(HERE, "hnd", {"hnd", "mttq"}) == "mttq_tinh"


def test_coi_2_a_board_needs_a_free_forwarder() -> None:
    """A board without a seal goes through the province's Front when the commune's is shut out."""
    assert free_forwarder(HERE, "bttnd", {"mttq"}) == "mttq_tinh"
    assert free_forwarder(HERE, "bttnd", {"mttq", "mttq_tinh"}) is None
    assert free_forwarder(HERE, "hnd", {"mttq"}) == ""


def test_coi_2_a_union_before_a_board_that_cannot_forward() -> None:
    """With both Fronts shut out a board has no way to send, a union has its own seal."""
    assert free_intake(HERE, "bttnd", {"mttq", "mttq_tinh"}) == "hnd"


def test_coi_2_nobody_left_is_said() -> None:
    """When every supervising subject is shut out, that is an error, never a silent choice."""
    with pytest.raises(Conflicted):
        free_intake(HERE, "mttq", BODIES)


def test_coi_3_the_body_above() -> None:
    """What stands over a conflicted authority: its upper, and for outside providers the escalation."""
    assert above(HERE, "ubnd", {"ubnd"}) == "ubnd_tinh"
    assert above(HERE, "ubkt_dang_uy", {"ubkt_tinh_uy"}) == "dang_uy"
    assert above(HERE, "dien_luc", {"dien_luc"}) == "ubnd"


def test_coi_4_the_same_post_in_the_same_hamlet() -> None:
    """A hamlet head is linked to a report about the head of that hamlet, not of the next one."""
    head = officer("ubnd", post="truong_thon", hamlet="thon-1")
    assert is_linked(head, HERE, ["truong_thon"], hamlet="thon-1")
    assert not is_linked(head, HERE, ["truong_thon"], hamlet="thon-2")


def test_coi_4_an_unknown_hamlet_counts_against_the_officer() -> None:
    """Where the hamlet is not known on either side, the officer may be the person meant."""
    assert is_linked(officer("ubnd", post="truong_thon"), HERE, ["truong_thon"], hamlet="thon-2")
    assert is_linked(officer("ubnd", post="truong_thon", hamlet="thon-1"), HERE, ["truong_thon"])


def test_coi_4_the_same_post_in_the_same_body() -> None:
    """Clerks are told apart by where they work; a unit and its body are one house."""
    clerk = officer("p_kinh_te", post="cong_chuc")
    assert not is_linked(clerk, HERE, ["cong_chuc"], "tt_hcc")
    assert is_linked(clerk, HERE, ["cong_chuc"], "p_kinh_te")
    assert is_linked(clerk, HERE, ["cong_chuc"], "ubnd")
    assert is_linked(clerk, HERE, ["cong_chuc"])


def test_coi_4_a_post_the_commune_has_once() -> None:
    """There is one chairman: wherever the account is, it is the person."""
    assert is_linked(officer("dang_uy", post="ct_ubnd"), HERE, ["ct_ubnd"], "ubnd")


def test_coi_4_a_second_post_counts() -> None:
    """An officer is linked by any post held, not only by the first."""
    assert is_linked(officer("dang_uy", post="pho_bi_thu", extra_posts=("ct_ubnd",)), HERE, ["ct_ubnd"])


def test_coi_4_relatives_in_both_directions() -> None:
    """A relative is shut out whether the officer declared the accused or the accused declared the officer."""
    accused = officer("ubnd", id="a", post="ct_ubnd", relatives=("b",))
    others = [officer(id="b"), officer(id="c", relatives=("a",)), officer(id="d")]
    assert linked_officers([accused, *others], HERE, ["ct_ubnd"]) == ("a", "b", "c")


@pytest.mark.parametrize(
    "posts", [[], ["khac"], ["ct_ubnd", "khac"], ["no_such_post"], ["ct_ubnd", "no_such_post"], ["ct_union"]]
)
def test_coi_5_unknown_post(posts: list[str]) -> None:
    """No post, the catch-all, an unknown one, or a union leader of an unknown union: a person must look first."""
    assert exclusion(HERE, OFFICIAL, posts).unknown_post


def test_coi_5_only_for_persons() -> None:
    """A road needs no post."""
    assert not exclusion(HERE, Subject.LOCAL_SERVICE).unknown_post


def test_coi_6_a_body_complained_of_does_not_see_the_case() -> None:
    """The body and its units are out; the one above it is not."""
    shut = exclusion(HERE, Subject.AGENCY, subject_body="ubnd")
    assert shut.bodies == {"ubnd"} | HERE.units_of("ubnd")
    assert ("COI-6", "ubnd") in shut.reasons


def test_coi_7_retaliation_shuts_out_the_body_of_the_person() -> None:
    """Who retaliates does so from a body: it is out, and so are the bodies the first report was about."""
    shut = exclusion(HERE, OFFICIAL, ["cong_chuc"], "tt_hcc", retaliation=True, complained_of=["cong_an_xa"])
    assert shut.bodies == {"tt_hcc", "cong_an_xa"}


def test_coi_8_about_the_front() -> None:
    """A report about the Front, by post or by body, names the rule that shows the province's Front."""
    for shut in (exclusion(HERE, OFFICIAL, ["ct_mttq"]), exclusion(HERE, Subject.AGENCY, subject_body="mttq")):
        assert ("COI-8", "mttq") in shut.reasons


def test_coi_9_hidden_from_counts_like_a_conflict() -> None:
    """A body the resident names is out with its units; an old code means its successor."""
    shut = exclusion(HERE, Subject.LOCAL_SERVICE, hidden_from=["dang_uy", "khoi_dan_van"])
    assert shut.bodies == {"dang_uy"} | HERE.units_of("dang_uy")


def test_reasons_name_rule_and_body() -> None:
    """Every excluded body stands beside the rule that excluded it."""
    shut = exclusion(HERE, OFFICIAL, ["ct_ubnd"], hidden_from=["hnd"])
    assert {body for _, body in shut.reasons} == shut.bodies
    assert ("COI-9", "hnd") in shut.reasons


def test_a_route_names_the_excluded_posts() -> None:
    """The holder of each post is shut out by name of the post."""
    assert way("ct_ubnd bi_thu").excluded_posts == ("bi_thu", "ct_ubnd")
