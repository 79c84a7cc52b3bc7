"""Two persons: who may edit, who may agree, and that neither the proposer nor the person concerned is one of them."""

from __future__ import annotations

from typing import Any

import pytest

from cases.approvals import check_decision, may_decide, may_edit, may_withdraw, others_who_decide
from cases.casework import Refused
from cases.directory import DirectoryBook
from cases.model import OfficerRole as Role
from cases.rule_edits import RuleEdit, Standing, What
from tests.cases.cast import BOOK, HERE, officer, raw

ADMIN = officer("mttq", Role.ADMIN, id="admin")


def waiting(**changes: Any) -> RuleEdit:
    """A shorter term, proposed by the administrator."""
    what, about = changes.pop("what", What.DEADLINES), changes.pop("about", "terms")
    return RuleEdit(1, "xa-mau", what, about, {}, "vì thế", proposed_by="admin", needs_approval=True, **changes)


@pytest.mark.parametrize(
    ("body", "role", "expected"),
    [
        ("mttq", Role.ADMIN, True),
        ("mttq", Role.HANDLER, True),
        ("mttq", Role.TRIAGE, True),
        ("ubkt_dang_uy", Role.OVERSIGHT, True),
        ("hlhpn", Role.HANDLER, False),
        ("ubnd", Role.CONTACT, False),
        ("ban_xdd", Role.FOLLOW_UP, False),
        ("mttq", Role.OVERSIGHT, False),
    ],
)
def test_who_may_agree(body: str, role: Role, expected: bool) -> None:
    """Another administrator, the coordinator's desk, oversight: by role and by body."""
    assert may_decide(officer(body, role, id="second"), waiting(), HERE) is expected


def test_never_the_proposer() -> None:
    """Nor with a reason of its own: the refusal says it is one's own."""
    with pytest.raises(Refused) as refused:
        check_decision(ADMIN, waiting(), HERE)
    assert refused.value.code == "edit_own"


def test_never_the_person_concerned() -> None:
    """Nobody agrees to the own roles."""
    own = waiting(what=What.OFFICER, about="second")
    assert not may_decide(officer("mttq", Role.HANDLER, id="second"), own, HERE)


def test_a_second_account_of_the_same_person_does_not_count() -> None:
    """Administrators have another account for cases; it must not agree to what the first proposed."""
    again = officer("mttq", Role.HANDLER, id="second", name=ADMIN.name.upper())
    other = officer("mttq", Role.HANDLER, id="third", name="Hoàng Thị Mười")
    assert others_who_decide([ADMIN, again, other], waiting(), HERE) == [other]
    with pytest.raises(Refused) as refused:
        check_decision(again, waiting(), HERE, [ADMIN, again, other])
    assert refused.value.code == "edit_same_person"


def test_a_closed_account_agrees_to_nothing() -> None:
    """Nor does it count as somebody who could."""
    gone = officer("mttq", Role.ADMIN, id="second", active=False)
    assert others_who_decide([ADMIN, gone], waiting(), HERE) == []


def test_another_commune_is_not_asked() -> None:
    """An edit of one commune is its own matter."""
    stranger = officer("mttq", Role.ADMIN, id="second", locality="xa-khac")
    assert not may_decide(stranger, waiting(), HERE)


def test_a_decision_is_not_made_twice() -> None:
    """What was decided or taken back is over."""
    with pytest.raises(Refused) as refused:
        check_decision(officer("mttq", Role.HANDLER, id="second"), waiting(approved=True), HERE)
    assert refused.value.code == "edit_decided"


def test_only_administrators_edit() -> None:
    """The desk decides, it does not edit."""
    assert may_edit(ADMIN, What.WORDING, BOOK)
    assert not may_edit(officer("mttq", Role.HANDLER), What.WORDING, BOOK)


def test_what_communes_share_is_edited_above_them() -> None:
    """With two communes an administrator of one edits its directory, not everybody's wording."""
    data = raw()
    data["communes"] = [data.pop("commune"), {"code": "xa-hai", "name": "xã Hai", "province": "tỉnh Mẫu"}]
    book = DirectoryBook.from_mapping(data)
    above = officer("mttq_tinh", Role.ADMIN, locality="tinh-mau")
    assert [may_edit(ADMIN, what, book) for what in (What.DIRECTORY, What.WORDING)] == [True, False]
    assert may_edit(above, What.WORDING, book)


def test_who_takes_a_proposal_back() -> None:
    """Its proposer while it waits, an administrator before it begins, nobody once it holds."""
    desk = officer("mttq", Role.HANDLER, id="second")
    assert may_withdraw(ADMIN, waiting(), Standing.WAITING)
    assert not may_withdraw(desk, waiting(), Standing.WAITING)
    assert may_withdraw(ADMIN, waiting(), Standing.LATER)
    assert not may_withdraw(ADMIN, waiting(), Standing.IN_FORCE)
