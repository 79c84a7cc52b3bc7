"""Who may be offered the step "ask who sent it"."""

import pytest

from cases.model import OfficerRole, Secrecy
from cases.visibility import may_ask_identity
from tests.cases.cast import HERE, a_case, officer

CONTACT, FOLLOW_UP = OfficerRole.CONTACT, OfficerRole.FOLLOW_UP


@pytest.mark.parametrize(
    ("secrecy", "front", "union", "authority"),
    [
        (Secrecy.OPEN, True, True, True),
        (Secrecy.CONFIDENTIAL, True, False, False),
        (Secrecy.ANONYMOUS, False, False, False),
    ],
)
def test_identity_by_secrecy(secrecy: Secrecy, front: bool, union: bool, authority: bool) -> None:
    """Open: whoever works the case; confidential: the Front alone; anonymous: nobody."""
    case = a_case(receiving_body="hnd", secrecy=secrecy)
    asked = [may_ask_identity(one, case, HERE) for one in (officer(), officer("hnd"), officer("ubnd", CONTACT))]
    assert asked == [front, union, authority]


def test_no_identity_without_content() -> None:
    """Watchers, the conflicted and an erased identity: nothing to ask."""
    assert not may_ask_identity(officer("ban_xdd", FOLLOW_UP), a_case(secrecy=Secrecy.OPEN), HERE)
    assert not may_ask_identity(officer(), a_case(excluded_bodies=("mttq",)), HERE)
    assert not may_ask_identity(officer(), a_case(reporter=""), HERE)
