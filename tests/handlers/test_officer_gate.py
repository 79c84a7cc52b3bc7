"""Linking a chat, choosing a PIN, and what may be seen before and after it."""

import pytest
from sqlalchemy import text

from cases import officers
from cases.messages import Address
from cases.model import Officer, OfficerRole
from handlers.officer import awaits_pin
from tests.handlers.cast import Person
from tests.handlers.officer_cast import PIN, Bureau, open_bureau  # noqa: F401 - a fixture


async def locked(bureau: Bureau, name: str = "lan") -> Person:
    """An officer whose sitting has run out."""

    def step(unit):  # type: ignore[no-untyped-def]
        officer = unit.people.officer(name)
        officer.unlocked_until = None
        unit.people.save_officer(officer)

    await bureau.office.write(step)
    return bureau.person(name)


async def newcomer(bureau: Bureau) -> tuple[Person, str]:
    """A phone and a one-time code."""
    officer = Officer("moi", "xa-mau", "Bà Mới", "hnd", (OfficerRole.HANDLER,))
    code = await bureau.office.write(lambda unit: officers.enrol(unit, bureau.rules, officer, unit.now))
    return bureau.person("phone"), code


async def test_linking_and_choosing_a_pin(bureau: Bureau) -> None:
    """A code, the PIN twice, and the inbox opens."""
    phone, code = await newcomer(bureau)
    assert "Bà Mới" in await phone.says(f"/lienket {code}")
    assert "một lần nữa" in await phone.says(PIN)
    assert "Đã đặt mã PIN" in await phone.says(PIN)
    assert "không có hồ sơ nào" in await phone.says("/hopthu")


async def test_a_wrong_code_links_nothing(bureau: Bureau) -> None:
    """The person stays a resident and no report is begun."""
    stranger = bureau.person("stranger")
    assert "không đúng, đã dùng hoặc đã hết hạn" in await stranger.says("/lienket AAAA-BBBB-CCCC")
    assert "một lần" in await stranger.says("/lienket")


@pytest.mark.parametrize(("pin", "told"), [("123456", "dễ đoán"), ("12", "đúng 6 chữ số")])
async def test_a_bad_pin_is_asked_again(bureau: Bureau, pin: str, told: str) -> None:
    """With the reason."""
    phone, code = await newcomer(bureau)
    await phone.says(f"/lienket {code}")
    assert told in await phone.says(pin)
    assert "một lần nữa" in await phone.says(PIN)


async def test_two_different_pins(bureau: Bureau) -> None:
    """Both are asked again."""
    phone, code = await newcomer(bureau)
    await phone.says(f"/lienket {code}")
    await phone.says(PIN)
    assert "không giống nhau" in await phone.says("407258")


async def test_before_the_pin_only_the_notice(bureau: Bureau) -> None:
    """Number, topic, state, dates; the text only after the PIN, and then the reading is logged."""
    case = await bureau.report()
    lan = await locked(bureau)
    await lan.says("/hopthu")
    before = await lan.taps(case.code)
    assert "Đường, cầu hư hỏng" in before
    assert "xe máy" not in before
    assert "Nguyễn" not in before
    assert "xe máy" in await lan.says(PIN)
    assert "read" in await bureau.events(case)


async def test_no_step_without_the_pin(bureau: Bureau) -> None:
    """A button pressed after the sitting ran out asks for the PIN, counts as no try, and goes on where it was."""
    case = await bureau.report()
    lan = bureau.person("lan")
    await lan.says("/hopthu")
    await lan.taps(case.code)
    await lan.taps("Phân loại")
    bureau.clock.move(minutes=16)
    assert "Nhập mã PIN" in await lan.taps("Đúng, phân loại")
    assert await bureau.events(case) == ["submitted", "read"]
    assert "PHÂN LOẠI" in await lan.says(PIN)
    await lan.taps("Đúng, phân loại")
    assert "triaged" in await bureau.events(case)


async def test_a_long_text_after_the_sitting_is_no_try(bureau: Bureau) -> None:
    """Words that are not six digits are neither taken nor counted."""
    case = await bureau.report()
    lan = await locked(bureau)
    await lan.says("/hopthu")
    await lan.taps(case.code)
    for _ in range(6):
        assert "đúng 6 chữ số" in await lan.says("đoạn đường trước trường học")
    assert "xe máy" in await lan.says(PIN)


async def test_five_wrong_pins(bureau: Bureau) -> None:
    """The tries left are told, then the account is shut."""
    case = await bureau.report()
    lan = await locked(bureau)
    await lan.says("/hopthu")
    await lan.taps(case.code)
    assert "còn 4 lần" in await lan.says("407258")
    for _ in range(3):
        await lan.says("407258")
    assert "tạm khóa 15 phút" in await lan.says("407258")
    assert "tạm khóa 15 phút" in await lan.says(PIN)


async def test_the_pin_is_kept_nowhere(bureau: Bureau) -> None:
    """Neither hashes between the two entries nor anything said holds the digits; the database file does not either."""
    phone, code = await newcomer(bureau)
    await phone.says(f"/lienket {code}")
    await phone.says("407258")
    talk = await bureau.office.read(lambda unit: unit.chats.load(Address("telegram", "phone")).talk)
    assert "407258" not in str(talk)
    await phone.says("407258")
    assert all("407258" not in message.text for message in phone.heard)
    dump = await bureau.office.read(lambda unit: str(unit.connection.execute(text("SELECT * FROM officer")).all()))
    assert "407258" not in dump


async def test_when_the_next_words_may_be_a_pin(bureau: Bureau) -> None:
    """A web page must not keep them: at the gate and while choosing, not in the inbox, not once open."""

    async def awaited(name: str) -> bool:
        return await bureau.office.read(
            lambda unit: awaits_pin(unit, unit.chats.load(Address("telegram", name)), unit.now)
        )

    case = await bureau.report()
    lan = await locked(bureau)
    await lan.says("/hopthu")
    assert not await awaited("lan")
    await lan.taps(case.code)
    assert await awaited("lan")
    await lan.says(PIN)
    assert not await awaited("lan")
    phone, code = await newcomer(bureau)
    await phone.says(f"/lienket {code}")
    assert await awaited("phone")


async def test_a_foreign_case_and_a_missing_one_look_alike(bureau: Bureau) -> None:
    """Not yours is not there: the same words, with and without the PIN."""
    case = await bureau.report()
    hoa = bureau.person("hoa")
    foreign = await bureau.report(chosen_body="hnd")
    await hoa.says("/hopthu")
    assert foreign.code in " ".join(hoa.labels)
    assert case.code not in " ".join(hoa.labels)
    not_mine = await hoa.says(case.code)
    await hoa.says("/hopthu")
    assert not_mine == await hoa.says("PA-2026-009999")


async def test_a_case_taken_away_in_the_middle(bureau: Bureau) -> None:
    """Between two questions the case is found to concern the officer: nothing more is shown or done."""
    case = await bureau.report()
    lan = bureau.person("lan")
    await lan.says("/hopthu")
    await lan.taps(case.code)
    await lan.taps("Phân loại")

    def shut(unit):  # type: ignore[no-untyped-def]
        found = unit.cases.get(case.id)
        found.excluded_officers = ("lan",)
        unit.cases.save(found)

    await bureau.office.write(shut)
    assert "Không tìm thấy" in await lan.taps("Đúng, phân loại")
    assert "triaged" not in await bureau.events(case)


async def test_a_closed_account(bureau: Bureau) -> None:
    """A revoked officer is a resident again."""
    lan = bureau.person("lan")
    officer = await bureau.office.read(lambda unit: unit.people.officer("lan"))
    assert officer is not None
    await bureau.office.write(lambda unit: officers.revoke(unit, officer))
    assert "HỘP THƯ" not in await lan.says("/hopthu")


async def test_an_account_without_pin_sets_one_first(bureau: Bureau) -> None:
    """Choosing was broken off at linking: it comes before the first case."""
    case = await bureau.report()
    officer = await bureau.office.read(lambda unit: unit.people.officer("lan"))
    assert officer is not None
    await bureau.office.write(lambda unit: officers.forget_pin(unit, officer))
    lan = bureau.person("lan")
    await lan.says("/hopthu")
    assert "chưa có mã PIN" in await lan.taps(case.code)
    await lan.taps("Đặt mã PIN")
    await lan.says(PIN)
    assert "xe máy" in await lan.says(PIN)
