"""The query twin of visibility: on random officers, cases and directories it answers as the function does."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cases.conflict import linked_officers
from cases.directory import DirectoryBook
from cases.model import Case, Extension, Officer, OfficerRole, State
from cases.visibility import Scope, Sight, sight, visible_scope
from tests.cases.cast import BOOK, HERE, POSTS, TODAY, a_case, bodies, officer, some_bodies, some_posts
from tests.cases.test_directory import two_communes

CONTACT, OVERSIGHT = OfficerRole.CONTACT, OfficerRole.OVERSIGHT


def test_a_scope_can_be_narrowed() -> None:
    """For content a query keeps only the clauses that give it."""
    scope = visible_scope(officer("ubkt_dang_uy", OVERSIGHT, CONTACT), HERE)
    assert scope.matches(a_case())
    assert not scope.at_least(Sight.CONTENT).matches(a_case())


def test_a_closed_account_has_an_empty_scope() -> None:
    """Nothing to query."""
    assert visible_scope(officer(active=False), HERE) == Scope()


PROVINCE = DirectoryBook.from_mapping(two_communes())
DIRECTORIES = [BOOK.as_of("xa-mau", day) for day in (date(2025, 6, 30), TODAY)] + [
    PROVINCE.as_of(place, TODAY) for place in ("xa-mau", "xa-hai", "tinh")
]
localities = st.sampled_from(["xa-mau", "xa-mau", "xa-mau", "xa-hai", "tinh"])
hamlets = st.sampled_from(["", "thon-1", "thon-2"])
posts_held = st.lists(st.sampled_from([*POSTS, "no_such_post"]), max_size=2, unique=True)
days = st.sampled_from([TODAY - timedelta(1), TODAY, date(2025, 6, 1)])
dues = st.one_of(st.none(), days)


@st.composite
def viewers(draw: st.DrawFn) -> Officer:
    """Any officer."""
    held = draw(posts_held)
    return Officer(
        id=draw(st.sampled_from("abc")),
        locality=draw(localities),
        name="",
        body=draw(st.one_of(bodies, st.sampled_from(["mttq", "mttq", "ubnd", "mttq_tinh", "hat_kl", "ghost"]))),
        roles=tuple(draw(st.sets(st.sampled_from(OfficerRole), min_size=1, max_size=3))),
        post=held[0] if held else "",
        extra_posts=tuple(held[1:]),
        hamlet=draw(hamlets),
        relatives=tuple(draw(st.lists(st.sampled_from("abcd"), max_size=1))),
        active=draw(st.sampled_from([True, True, True, False])),
    )


@st.composite
def some_cases(draw: st.DrawFn) -> Case:
    """Any case, consistent or not."""
    changes: dict[str, Any] = {
        "locality": draw(localities),
        "state": draw(st.sampled_from(State)),
        "receiving_body": draw(st.one_of(bodies, st.sampled_from(["mttq", "bttnd", "bgsdtcd", "", "ghost"]))),
        "competent_authority": draw(st.one_of(bodies, st.sampled_from(["ubnd", "", "ghost"]))),
        "excluded_bodies": tuple(draw(some_bodies)),
        "hidden_from": tuple(draw(st.lists(bodies, max_size=1))),
        "excluded_officers": tuple(draw(st.lists(st.sampled_from("abcd"), max_size=1))),
        "subject_posts": tuple(draw(some_posts)),
        "subject_body": draw(st.one_of(st.just(""), bodies, st.just("ghost"))),
        "hamlet": draw(hamlets),
        "forwarded_at": draw(st.one_of(st.none(), st.just(datetime(2026, 11, 4, tzinfo=UTC)))),
        "due_on": draw(dues),
        "extension": draw(st.one_of(st.none(), days.map(lambda d: Extension(TODAY, d, "", "", TODAY, "")))),
    }
    return a_case(**changes)


@settings(max_examples=400, deadline=None)
@given(viewers(), some_cases(), st.sampled_from(DIRECTORIES))
def test_the_scope_is_the_same_as_the_sight(viewer: Officer, case: Case, directory: Any) -> None:
    """For any officer, case and directory the query's answer equals the function's, level by level."""
    expected = sight(viewer, case, directory)
    scope = visible_scope(viewer, directory)
    assert scope.sight(case) is expected
    assert scope.matches(case) == (expected is not Sight.NOTHING)
    assert all(scope.at_least(level).matches(case) == (expected >= level) for level in (Sight.NOTICE, Sight.CONTENT))


@settings(max_examples=150, deadline=None)
@given(st.lists(viewers(), min_size=1, max_size=4), some_cases(), st.sampled_from(DIRECTORIES))
def test_nobody_linked_ever_sees(staff: list[Officer], case: Case, directory: Any) -> None:
    """Whoever the rules link to the person complained of sees nothing, and neither do officers of excluded bodies."""
    people = [replace(one, id=f"{one.id}{number}") for number, one in enumerate(staff)]
    case.excluded_officers = linked_officers(people, directory, case.subject_posts, case.subject_body, case.hamlet)
    for one in people:
        if one.id in case.excluded_officers or one.body in (*case.excluded_bodies, *case.hidden_from):
            assert sight(one, case, directory) is Sight.NOTHING
