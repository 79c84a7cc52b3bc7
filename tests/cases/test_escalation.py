"""Who hears of a notice: bodies by audience, heads apart from contacts, and one goes up past whom the case is about."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import yaml

from cases.directory import DirectoryBook
from cases.escalation import find, ladder
from cases.model import Case, Officer, OfficerRole
from cases.reminders import Audience
from tests.cases.clock_case import a_case

DATA = Path(__file__).parents[2] / "data" / "org_directory.yaml"
BOOK = DirectoryBook.from_mapping(yaml.safe_load(DATA.read_text(encoding="utf-8")))
DIRECTORY = BOOK.as_of("xa-mau", date(2026, 3, 31))


def officer(name: str, body: str, role: OfficerRole, **more: Any) -> Officer:
    return Officer(name, "xa-mau", name, body, (role,), **more)


CAST = {
    "mttq": [officer("handler", "mttq", OfficerRole.HANDLER), officer("other", "mttq", OfficerRole.HANDLER)],
    "bttnd": [officer("board", "bttnd", OfficerRole.HANDLER)],
    "ubnd": [
        officer("contact", "ubnd", OfficerRole.CONTACT),
        officer("chairman", "ubnd", OfficerRole.CONTACT, post="ct_ubnd"),
        officer("clerk", "ubnd", OfficerRole.ADMIN),
    ],
    "dang_uy": [officer("party", "dang_uy", OfficerRole.CONTACT)],
    "vp_dang_uy": [officer("office", "vp_dang_uy", OfficerRole.FOLLOW_UP)],
    "ban_xdd": [officer("builder", "ban_xdd", OfficerRole.FOLLOW_UP)],
    "ubnd_tinh": [officer("province", "ubnd_tinh", OfficerRole.CONTACT)],
}


def names(audience: Audience, case: Case, shut_out: tuple[str, ...] = ()) -> list[str]:
    return [one.id for one in find(audience, case, DIRECTORY, CAST, lambda one: one.id not in shut_out).officers]


def test_reminders_go_to_the_contact() -> None:
    """The named contact of the authority is reminded, not its head and not its administrator."""
    assert names(Audience.AUTHORITY, a_case()) == ["contact"]


def test_the_head_stands_in_for_a_missing_contact() -> None:
    """Where the head is the only contact who may know, the head is reminded."""
    assert names(Audience.AUTHORITY, a_case(), shut_out=("contact",)) == ["chairman"]


def test_head_of_the_body() -> None:
    """The first escalation reaches the contact who heads the authority."""
    assert names(Audience.HEAD, a_case()) == ["chairman"]


def test_follow_up_bodies() -> None:
    """Every follow-up body of the day hears of an overdue case; the bloc of before July 2025 does not."""
    assert names(Audience.FOLLOW_UP, a_case()) == ["office", "builder"]


def test_next_inside_the_commune_and_province() -> None:
    """Above the People's Committee stand the Party committee, then the province."""
    assert (names(Audience.COMMUNE, a_case()), names(Audience.PROVINCE, a_case())) == (["party"], ["province"])


def test_ladder_of_the_party_committee() -> None:
    """Above the Party committee there is nobody in the commune."""
    assert ladder(DIRECTORY, "dang_uy") == ((), ("tinh_uy",))


def test_an_excluded_body_is_passed_over() -> None:
    """With the Party committee excluded the case is reported one higher."""
    assert names(Audience.COMMUNE, a_case(excluded_bodies=("dang_uy",))) == ["province"]


def test_a_body_the_resident_named_is_passed_over() -> None:
    """Bodies that must not see the report are honoured here too (COI-9)."""
    assert names(Audience.FOLLOW_UP, a_case(hidden_from=("vp_dang_uy", "ban_xdd"))) == ["party"]


def test_an_officer_who_may_not_know_is_passed_over() -> None:
    """When everybody of a body is shut out the notice goes one higher."""
    assert names(Audience.COMMUNE, a_case(), shut_out=("party",)) == ["province"]


def test_a_body_without_officers_is_named() -> None:
    """A body with nobody in the register is told on paper, and that is said."""
    found = find(Audience.PROVINCE, a_case(), DIRECTORY, {}, lambda one: True)
    assert (found.officers, found.bodies, found.silent) == ((), ("ubnd_tinh",), ("ubnd_tinh",))


def test_the_assigned_handler_alone() -> None:
    """A case given to one handler reminds that one."""
    assert names(Audience.HANDLERS, a_case()) == ["handler", "other"]
    assert names(Audience.HANDLERS, a_case(assignee="other")) == ["other"]


def test_boards_without_a_seal_work_with_the_front() -> None:
    """A people's board sends its papers through the Front: both desks are reminded."""
    assert names(Audience.HANDLERS, a_case(receiving_body="bttnd")) == ["board", "handler", "other"]


def test_the_coordinator() -> None:
    """The Front, which owns the case list."""
    assert names(Audience.COORDINATOR, a_case(receiving_body="bttnd")) == ["handler", "other"]
