"""Who sees what of a case: each rule by itself, then the one function against its query twin on random cases."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from cases.directory import DirectoryBook
from cases.model import Case, Extension, Officer, OfficerRole, State, Subject
from cases.visibility import (
    Sight,
    is_overdue,
    recipients_allowed,
    sight,
    visible,
    visible_scope,
)
from tests.cases.cast import BODIES, HERE, POSTS, TODAY, a_case, about, officer
from tests.cases.test_directory import two_communes

HANDLER, TRIAGE, CONTACT = OfficerRole.HANDLER, OfficerRole.TRIAGE, OfficerRole.CONTACT
FOLLOW_UP, OVERSIGHT, ADMIN = OfficerRole.FOLLOW_UP, OfficerRole.OVERSIGHT, OfficerRole.ADMIN
LATE = {"due_on": TODAY - timedelta(days=1)}
AT_AUTHORITY = [
    State.FORWARDED,
    State.RECEIVED,
    State.IN_PROGRESS,
    State.EXTENDED,
    State.ANSWERED,
    State.RELAYED,
    State.DIALOGUE,
    State.CLOSED,
    State.PUBLISHED,
]


def seen(viewer: Officer, case: Case) -> Sight:
    """The sight of today in the commune's directory."""
    return sight(viewer, case, HERE)


# ---- who works the case


def test_handlers_of_the_receiving_body_see_content() -> None:
    """A union's officer sees the union's own case."""
    assert seen(officer("hnd"), a_case(receiving_body="hnd")) is Sight.CONTENT


def test_a_union_sees_only_its_own() -> None:
    """Another union's case does not exist for it (P2-12)."""
    assert seen(officer("hlhpn"), a_case(receiving_body="hnd")) is Sight.NOTHING


@pytest.mark.parametrize("receiving", ["mttq", "hnd", "bttnd", "mttq_tinh"])
def test_the_coordinator_sees_every_case_without_conflict(receiving: str) -> None:
    """The Front owns the case list."""
    assert seen(officer("mttq"), a_case(receiving_body=receiving)) is Sight.CONTENT


def test_the_forwarder_of_a_board_sees_content() -> None:
    """When the commune's Front is shut out, the province's seals for the board and so sees the case; else not."""
    case = a_case(receiving_body="bgsdtcd", excluded_bodies=("mttq",))
    scope = visible_scope(officer("mttq_tinh"), HERE)
    assert seen(officer("mttq_tinh"), case) is scope.sight(case) is Sight.CONTENT
    case.excluded_bodies = ()
    assert seen(officer("mttq_tinh"), case) is scope.sight(case) is Sight.NOTHING


def test_the_excluded_front_does_not_see_what_it_would_have_forwarded() -> None:
    """Coordinator and forwarder, but shut out."""
    assert seen(officer("mttq"), a_case(receiving_body="bgsdtcd", excluded_bodies=("mttq",))) is Sight.NOTHING


def test_a_handler_role_at_an_authority_opens_nothing() -> None:
    """The role of a handler counts only in a body that takes reports in."""
    assert seen(officer("ubnd", HANDLER), a_case(receiving_body="ubnd")) is Sight.NOTHING


# ---- waiting for the conflict check (COI-5)


def test_only_triage_opens_a_case_whose_post_is_unknown() -> None:
    """Triage officers of the receiving body and of the Front; no other handler, no figures."""
    case = about("khac")
    assert seen(officer("mttq", TRIAGE), case) is Sight.CONTENT
    for other in (
        officer("mttq"),
        officer("ban_xdd", FOLLOW_UP),
        officer("ubkt_dang_uy", OVERSIGHT),
        officer("hnd", TRIAGE),
    ):
        assert seen(other, case) is Sight.NOTHING


# ---- the authority


@pytest.mark.parametrize("state", AT_AUTHORITY)
def test_the_contact_sees_what_was_forwarded(state: State) -> None:
    """From forwarding on the contact of the authority reads the case."""
    assert seen(officer("ubnd", CONTACT), a_case(state=state)) is Sight.CONTENT


@pytest.mark.parametrize("state", sorted(set(State) - set(AT_AUTHORITY)))
def test_the_contact_sees_nothing_before(state: State) -> None:
    """Before forwarding, and after returning it, the case does not exist for the authority."""
    assert seen(officer("ubnd", CONTACT), a_case(state=state)) is Sight.NOTHING


def test_closed_without_forwarding_stays_unknown_to_the_authority() -> None:
    """A refused or abandoned case that was never forwarded is not shown after closing either."""
    assert seen(officer("ubnd", CONTACT), a_case(state=State.CLOSED, forwarded_at=None)) is Sight.NOTHING


def test_a_former_authority_loses_sight() -> None:
    """After a return the case is forwarded to another body; the first one sees it no more."""
    assert seen(officer("ubnd", CONTACT), a_case(competent_authority="dien_luc")) is Sight.NOTHING


def test_only_the_contact_of_the_authority() -> None:
    """Another role in the authority sees nothing of the case."""
    assert seen(officer("ubnd", HANDLER, FOLLOW_UP), a_case()) is Sight.NOTHING


def test_escalation_gives_a_notice_of_overdue_cases_only() -> None:
    """The Party committee is told code and dates of the committee's overdue case, not of one in time."""
    contact = officer("dang_uy", CONTACT)
    assert (seen(contact, a_case(**LATE)), seen(contact, a_case())) == (Sight.NOTICE, Sight.NOTHING)


# ---- follow-up, oversight, administrators


@pytest.mark.parametrize(("body", "role"), [("ban_xdd", FOLLOW_UP), ("ubkt_dang_uy", OVERSIGHT)])
def test_watchers_have_figures_and_notice_of_overdue(body: str, role: OfficerRole) -> None:
    """Counts always, code and dates of what is overdue, content never."""
    assert (seen(officer(body, role), a_case()), seen(officer(body, role), a_case(**LATE))) == (
        Sight.FIGURES,
        Sight.NOTICE,
    )


def test_a_watcher_role_in_another_body_opens_nothing() -> None:
    """The role counts only where the body has it."""
    assert seen(officer("hnd", FOLLOW_UP, OVERSIGHT), a_case()) is Sight.NOTHING


def test_administrators_read_nothing() -> None:
    """Whoever runs the system sees no case, whatever other roles the account was given."""
    assert seen(officer("mttq", HANDLER, TRIAGE, ADMIN), a_case()) is Sight.NOTHING


def test_a_closed_account_sees_nothing() -> None:
    """Revoked means revoked."""
    assert seen(officer("mttq", active=False), a_case()) is Sight.NOTHING


# ---- conflict of interest outweighs everything


def test_an_excluded_body_sees_nothing() -> None:
    """Even as receiving body, coordinator and authority at once."""
    case = a_case(excluded_bodies=("mttq",), competent_authority="mttq")
    assert seen(officer("mttq", HANDLER, TRIAGE, CONTACT), case) is Sight.NOTHING


def test_a_unit_of_an_excluded_body_sees_nothing() -> None:
    """The Party building board belongs to the Party committee."""
    assert seen(officer("ban_xdd", FOLLOW_UP), a_case(excluded_bodies=("dang_uy",))) is Sight.NOTHING


def test_the_successor_of_an_excluded_body_sees_nothing() -> None:
    """A merger does not open old cases: the people moved with the body."""
    assert seen(officer("ban_xdd", FOLLOW_UP), a_case(excluded_bodies=("khoi_dan_van",))) is Sight.NOTHING


def test_the_head_of_an_excluded_body_sees_nothing_from_elsewhere() -> None:
    """The chairman of the committee has an account at the Party committee: still shut out."""
    case = a_case(excluded_bodies=("ubnd",), competent_authority="dang_uy")
    assert seen(officer("dang_uy", CONTACT, extra_posts=("ct_ubnd",)), case) is Sight.NOTHING
    assert seen(officer("dang_uy", CONTACT), case) is Sight.CONTENT


def test_hidden_from_is_honoured_by_itself() -> None:
    """What the resident asked is kept even where it was not copied to the excluded bodies (COI-9)."""
    assert seen(officer("hnd"), a_case(receiving_body="hnd", hidden_from=("hnd",))) is Sight.NOTHING


def test_an_excluded_officer_and_relatives_see_nothing() -> None:
    """By name, and by a relative declared."""
    case = a_case(excluded_officers=("x",))
    assert seen(officer(id="x"), case) is Sight.NOTHING
    assert seen(officer(relatives=("x",)), case) is Sight.NOTHING
    assert seen(officer(id="y"), case) is Sight.CONTENT


def test_the_holder_of_the_post_sees_nothing() -> None:
    """A hamlet head who also works for the Front does not see the report about the head of that hamlet."""
    case = a_case(subject=Subject.OFFICIAL, subject_posts=("truong_thon",), hamlet="thon-1")
    assert seen(officer(extra_posts=("truong_thon",), hamlet="thon-1"), case) is Sight.NOTHING
    assert seen(officer(extra_posts=("truong_thon",), hamlet="thon-2"), case) is Sight.CONTENT


def test_a_cell_secretary_of_another_hamlet_still_works() -> None:
    """Party cells are many: heading one does not shut an officer out of a report about the head of another."""
    case = about("bi_thu_chi_bo", hamlet="thon-1")
    assert seen(officer(post="bi_thu_chi_bo", hamlet="thon-2"), case) is Sight.CONTENT
    assert seen(officer(post="bi_thu_chi_bo", hamlet="thon-1"), case) is Sight.NOTHING


def test_recused_alone() -> None:
    """The deputy chairman's case at the Party committee: he is out, a colleague is not."""
    case = about("pct_ubnd", hidden_from=("ubkt_dang_uy",), state=State.RECEIVED)
    assert case.competent_authority == "dang_uy"
    assert seen(officer("dang_uy", CONTACT, post="pct_ubnd"), case) is Sight.NOTHING
    assert seen(officer("dang_uy", CONTACT, post="cong_chuc"), case) is Sight.CONTENT


def test_named_late_cuts_at_once() -> None:
    """When the subject is corrected to a leader of the receiving union, its officers lose the case that moment."""
    case = a_case(receiving_body="hnd", subject=Subject.OFFICIAL)
    assert seen(officer("hnd"), case) is Sight.CONTENT
    case.excluded_bodies = about("ct_union", subject_body="hnd").excluded_bodies
    assert seen(officer("hnd"), case) is Sight.NOTHING


@pytest.mark.parametrize("post", [post for post in POSTS if post != "khac"])
def test_the_accused_sees_nothing_in_any_state(post: str) -> None:
    """Whatever body, roles and state: the holder of the post complained of does not know of the case."""
    house = {"ct_union": "hnd", "cong_chuc": "ubnd"}.get(post, "")  # the same title elsewhere is another person
    case = about(post, subject_body=house, due_on=TODAY - timedelta(9))
    for state, body in product(State, [house, *HERE.units_of(house)] if house else BODIES):
        accused = officer(body, HANDLER, TRIAGE, CONTACT, FOLLOW_UP, OVERSIGHT, post=post)
        assert seen(accused, replace(case, state=state, competent_authority=body, receiving_body=body)) is Sight.NOTHING


# ---- places


def test_another_commune_is_another_world() -> None:
    """The Front of one commune sees nothing of the next one's; a foreign directory opens nothing."""
    book = DirectoryBook.from_mapping(two_communes())
    case, next_door = a_case(locality="xa-mau"), officer("mttq", locality="xa-hai")
    for place in ("xa-mau", "xa-hai", "tinh"):
        assert sight(next_door, case, book.as_of(place, TODAY)) is Sight.NOTHING
    assert sight(officer("mttq"), case, book.as_of("xa-hai", TODAY)) is Sight.NOTHING


def test_the_province_reaches_its_communes() -> None:
    """The province's Front sees what it received from any commune; a commune's body does not rise."""
    book = DirectoryBook.from_mapping(two_communes())
    case = a_case(locality="xa-hai", receiving_body="mttq_tinh")
    for place in ("xa-hai", "tinh"):
        assert sight(officer("mttq_tinh", locality="tinh"), case, book.as_of(place, TODAY)) is Sight.CONTENT
        assert sight(officer("mttq", locality="tinh"), case, book.as_of(place, TODAY)) is Sight.NOTHING


# ---- lists and notices


def test_lists_hold_nothing_that_may_only_be_counted() -> None:
    """A watcher's list shows the overdue case; counting sees both."""
    pair, watcher = [a_case(), a_case(id="c2", **LATE)], officer("ban_xdd", FOLLOW_UP)
    assert [case.id for case in visible(watcher, pair, HERE)] == ["c2"]
    assert len(visible(watcher, pair, HERE, at_least=Sight.FIGURES)) == 2


def test_notices_go_only_to_those_who_may_have_them() -> None:
    """Of all officers asked, the conflicted and the uninvolved are left out before anything is sent."""
    staff = [
        officer(id="a"),
        officer(id="b", relatives=("x",)),
        officer("hnd", id="c"),
        officer("ubnd", CONTACT, id="d"),
    ]
    told = recipients_allowed(staff, a_case(excluded_officers=("x",)), HERE)
    assert [one.id for one in told] == ["a", "d"]


def test_overdue_is_computed() -> None:
    """Late after the last day, by the later date once extended, never once answered."""
    longer = Extension(TODAY, TODAY + timedelta(9), "phức tạp", "1", TODAY, "A")
    assert is_overdue(a_case(**LATE), TODAY)
    assert not is_overdue(a_case(due_on=TODAY), TODAY)
    assert not is_overdue(a_case(extension=longer, **LATE), TODAY)
    assert not is_overdue(a_case(state=State.ANSWERED, **LATE), TODAY)
