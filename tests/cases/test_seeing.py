"""Who may see a case and why, whom the conflict rules keep from it, and what to be warned of."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cases import seeing
from cases.model import Case, OfficerRole, State, Subject
from cases.seeing import Shut, Warn, Why
from tests.cases.cast import HERE, a_case, about, officer
from tests.handlers.officer_cast import Bureau, open_bureau  # noqa: F401 - a fixture

FRONT = officer(id="lan", name="Lan")
UNION = officer("hnd", id="hoa", name="Hoa")
OFFICE = officer("ubnd", OfficerRole.CONTACT, id="tuan", name="Tuấn")
FOLLOWS = officer("ban_xdd", OfficerRole.FOLLOW_UP, id="thu", name="Thu")
ALL = (FRONT, UNION, OFFICE, FOLLOWS)


def whys(case: Case) -> list[tuple[str, Why]]:
    """Body and reason of everybody who sees the case."""
    return [(one.body, one.why) for one in seeing.who_sees(ALL, case, HERE)]


def test_each_body_is_told_with_its_reason() -> None:
    """The receiving body, the authority that has it; a union without part in it is not there."""
    assert whys(a_case()) == [("mttq", Why.RECEIVING), ("ubnd", Why.AUTHORITY)]


def test_a_unions_case_is_seen_by_the_front_that_coordinates() -> None:
    """And sealed by the union itself."""
    assert whys(a_case(receiving_body="hnd", state=State.SUBMITTED, forwarded_at=None, received_on=None)) == [
        ("hnd", Why.RECEIVING),
        ("mttq", Why.COORDINATING),
    ]


def test_who_follows_up_sees_what_is_overdue() -> None:
    """Number and dates only."""
    assert ("ban_xdd", Why.WATCHING) in whys(a_case(due_on=date(2026, 11, 20)))


def test_every_shut_body_has_its_rule() -> None:
    """COI-1 for the body a person heads, and for its units."""
    found = {one.body: one.rules for one in seeing.who_is_shut_out(about("ct_ubnd"), HERE)}
    assert found["ubnd"] == ("COI-1",)
    assert set(found) == HERE.current(about("ct_ubnd").excluded_bodies)


def test_a_body_the_resident_named_is_shut_by_her_wish() -> None:
    """COI-9; no reason is asked."""
    case = about("", topic="infra.road", hidden_from=("hnd",), subject=a_case().subject)
    assert Shut("hnd", ("COI-9",)) in seeing.who_is_shut_out(case, HERE)


def test_what_no_rule_says_now_was_found_before() -> None:
    """Whoever was shut out stays so after the topic was corrected."""
    assert seeing.who_is_shut_out(a_case(excluded_bodies=("hnd",)), HERE) == [Shut("hnd", ())]


async def cautions(bureau: Bureau, **draft: Any) -> list[Warn]:
    """What a desk is warned of."""
    case = await bureau.report(**draft)
    directory = bureau.rules.directory_of(case, bureau.clock())
    found = await bureau.office.read(lambda unit: seeing.warnings(unit, case, directory))
    return [one.warn for one in found]


async def test_an_ordinary_case_warns_of_nothing(bureau: Bureau) -> None:
    """Warnings that are always there are not read."""
    assert await cautions(bureau) == []


@pytest.mark.parametrize(
    ("draft", "warn"),
    [
        ({"topic": "official.attitude", "subject": Subject.OFFICIAL}, Warn.POST_UNKNOWN),
        ({"topic": "official.attitude", "subject": Subject.OFFICIAL, "posts": ("ct_ubnd",)}, Warn.RECUSED),
        ({"hidden_from": ("hnd",)}, Warn.HIDDEN_FROM),
    ],
)
async def test_conflicts_are_warned_of(bureau: Bureau, draft: dict[str, object], warn: Warn) -> None:
    """Before the next step is taken."""
    assert warn in await cautions(bureau, **draft)


async def test_an_authority_without_contact_is_warned_of(bureau: Bureau) -> None:
    """SV-1: it would block forwarding."""
    case = await bureau.triaged()
    case.competent_authority = "hdnd"
    directory = bureau.rules.directory_of(case, bureau.clock())
    found = await bureau.office.read(lambda unit: seeing.warnings(unit, case, directory))
    assert [one.warn for one in found] == [Warn.NO_CONTACT]
