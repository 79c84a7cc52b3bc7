"""Accounts: roles a body can give, one-time codes, and the PIN with its tries and its sitting."""

from datetime import timedelta

import pytest

from cases import officers
from cases.casework import Refused
from cases.messages import Address
from cases.model import Officer, OfficerRole
from cases.officers import ScryptPins, Tried, pin_fault
from tests.handlers.officer_cast import PIN, PINS, Bureau, open_bureau  # noqa: F401 - a fixture

HANDLER, TRIAGE, CONTACT, ADMIN = OfficerRole.HANDLER, OfficerRole.TRIAGE, OfficerRole.CONTACT, OfficerRole.ADMIN


def newcomer(body: str = "hnd", *roles: OfficerRole) -> Officer:
    """An account that is not stored yet."""
    return Officer("moi", "xa-mau", "Người mới", body, roles or (HANDLER,))


async def linked(bureau: Bureau, typed: str, phone: str = "phone-1") -> Officer | None:
    """Type a code in a chat."""

    def step(unit):  # type: ignore[no-untyped-def]
        chat = unit.chats.load(Address("telegram", phone))
        found = officers.link(unit, bureau.rules, chat, typed, unit.now)
        unit.chats.save(chat)
        return found

    return await bureau.office.write(step)


async def enrolled(bureau: Bureau, officer: Officer) -> str:
    """The code of a new account."""
    return await bureau.office.write(lambda unit: officers.enrol(unit, bureau.rules, officer, unit.now))


async def account(bureau: Bureau, name: str) -> Officer:
    """As stored."""
    found = await bureau.office.read(lambda unit: unit.people.officer(name))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("officer", "code"),
    [
        (newcomer("ubnd", HANDLER), "role_body"),
        (newcomer("hnd", CONTACT), "role_body"),
        (newcomer("mttq", ADMIN, HANDLER), "admin_alone"),
        (newcomer("mttq", TRIAGE), "two_triage"),
        (newcomer("no_such_body", HANDLER), "no_body"),
        (Officer("moi", "xa-mau", "Người mới", "hnd", ()), "no_roles"),
    ],
)
async def test_roles_a_body_cannot_give(bureau: Bureau, officer: Officer, code: str) -> None:
    """Roles follow from what the body is; an administrator reads nothing; two named triage officers a body."""
    with pytest.raises(Refused, match=code):
        await enrolled(bureau, officer)


async def test_a_code_links_once(bureau: Bureau) -> None:
    """With hyphens, small letters, O for 0: it links; a second time it does not."""
    code = await enrolled(bureau, newcomer())
    typed = officers.show_code(code).lower().replace("0", "o")
    found = await linked(bureau, typed)
    assert found is not None
    assert found.id == "moi"
    assert await linked(bureau, typed, "phone-2") is None


async def test_a_code_is_late_after_a_day(bureau: Bureau) -> None:
    """24 hours."""
    code = await enrolled(bureau, newcomer())
    bureau.clock.move(hours=24, seconds=1)
    assert await linked(bureau, code) is None


async def test_a_wrong_code(bureau: Bureau) -> None:
    """Nothing is linked."""
    assert await linked(bureau, "ABCD-EFGH-JKMN") is None


async def test_linking_again_moves_the_account(bureau: Bureau) -> None:
    """The old chat is untied, told so, and keeps no open case; the PIN stays."""
    lan = await account(bureau, "lan")
    code = await bureau.office.write(lambda unit: officers.invite(unit, lan, unit.now))
    await linked(bureau, code)
    moved = await account(bureau, "lan")
    old = await bureau.office.read(lambda unit: unit.chats.load(Address("telegram", "lan")))
    assert (moved.chat != lan.chat, moved.pin_hash, moved.unlocked_until) == (True, lan.pin_hash, None)
    assert old.officer_id == ""
    assert "nối sang một máy khác" in await bureau.news("lan")


async def test_revoking_unties(bureau: Bureau) -> None:
    """A closed account opens nothing and its chat is an ordinary one."""
    lan = await account(bureau, "lan")
    await bureau.office.write(lambda unit: officers.revoke(unit, lan))
    old = await bureau.office.read(lambda unit: unit.chats.load(Address("telegram", "lan")))
    assert old.officer_id == ""
    assert not officers.is_open(await account(bureau, "lan"), bureau.clock())


@pytest.mark.parametrize("pin", ["12345", "1234567", "12a456", "", "１２３４５６"])
def test_a_pin_has_six_digits(pin: str) -> None:
    """ASCII digits, six of them."""
    assert pin_fault(pin) == "digits"


@pytest.mark.parametrize(
    "pin",
    ["111111", "123456", "987654", "890123", "121212", "123123", "112233", "123321", "251990", "000001", "159753"],
)
def test_a_simple_pin_is_refused(pin: str) -> None:
    """Repeats, runs, mirrors, pairs, years of birth, well-known ones."""
    assert pin_fault(pin) == "simple"


@pytest.mark.parametrize("pin", [PIN, "407258", "860317"])
def test_a_good_pin(pin: str) -> None:
    """Nothing against it."""
    assert pin_fault(pin) == ""


def test_the_hash_is_salted_and_checks() -> None:
    """Two hashes of one PIN differ, each verifies, another PIN and a foreign hash do not."""
    one, two = PINS.hash(PIN), PINS.hash(PIN)
    assert one != two
    assert PINS.verify(one, PIN)
    assert ScryptPins().verify(two, PIN)
    assert not PINS.verify(one, "407258")
    assert not PINS.verify("$argon2id$v=19$…", PIN)


async def tries(bureau: Bureau, *pins: str) -> list[Tried]:
    """Lan types these."""
    lan = await account(bureau, "lan")
    lan.unlocked_until = None

    def step(unit):  # type: ignore[no-untyped-def]
        return [officers.try_pin(unit, bureau.rules, lan, pin, PINS, unit.now) for pin in pins]

    return await bureau.office.write(step)


async def test_the_right_pin_opens_for_a_quarter_of_an_hour(bureau: Bureau) -> None:
    """And forgets the wrong tries before."""
    assert await tries(bureau, "407258", PIN) == [Tried.WRONG, Tried.RIGHT]
    lan = await account(bureau, "lan")
    assert lan.pin_failures == 0
    assert officers.is_open(lan, bureau.clock() + timedelta(minutes=14))
    assert not officers.is_open(lan, bureau.clock() + timedelta(minutes=15))


async def test_five_wrong_pins_shut_the_account(bureau: Bureau) -> None:
    """Even the right one is refused then; after a quarter of an hour it opens."""
    assert await tries(bureau, *["407258"] * 5, PIN) == [Tried.WRONG] * 4 + [Tried.LOCKED] * 2
    bureau.clock.move(minutes=14)
    assert await tries(bureau, PIN) == [Tried.LOCKED]
    bureau.clock.move(minutes=2)
    assert await tries(bureau, PIN) == [Tried.RIGHT]


async def test_the_coordinator_hears_of_it_by_number(bureau: Bureau) -> None:
    """Other handlers of the Front are told, without a name; nobody else is."""
    await tries(bureau, *["407258"] * 5)
    told = await bureau.news("minh")
    assert "BẢO MẬT" in told
    assert "Cán bộ lan" not in told
    assert await bureau.news("lan") == await bureau.news("hoa") == ""


async def test_activity_prolongs_the_sitting(bureau: Bureau) -> None:
    """Fifteen minutes from the last step, not from the PIN."""
    await tries(bureau, PIN)
    bureau.clock.move(minutes=10)
    lan = await account(bureau, "lan")
    await bureau.office.write(lambda unit: officers.keep_open(unit, bureau.rules, lan, unit.now))
    assert officers.is_open(await account(bureau, "lan"), bureau.clock() + timedelta(minutes=14))


async def test_a_forgotten_pin(bureau: Bureau) -> None:
    """The account is shut until a new one is chosen."""
    lan = await account(bureau, "lan")
    await bureau.office.write(lambda unit: officers.forget_pin(unit, lan))
    assert await tries(bureau, PIN) == [Tried.WRONG]
