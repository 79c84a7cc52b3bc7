"""What is answered when asked how one fares: thanks, no more, or an urgent case at once, away from the accused."""

# ruff: noqa: F811 - the fixture is imported

from __future__ import annotations

from typing import Any

import pytest

from cases import resident
from cases.messages import Address
from cases.model import Case, Priority, Secrecy
from storage.work import StoredWork
from tests.handlers.cast import Person, cases_of
from tests.trust.checkin_world import World, world  # noqa: F401 - a fixture

# -- what is answered -----------------------------------------------------------------------------------------------


async def asked(world: World, **changes: Any) -> tuple[Case, Person]:
    """A case whose sender was just asked."""
    case = await world.closed(**changes)
    await world.tick()
    person = world.person()
    await person._listen()
    return case, person


async def test_all_is_well(world: World) -> None:
    """Thanks, and the question of day ninety still comes: reprisals are patient."""
    _, person = await asked(world)
    assert "Cảm ơn" in await person.taps("Không ai")
    world.clock.move(days=66)
    assert await world.tick() == 1


async def test_stop_holds_for_this_case_only(world: World) -> None:
    """No more for this one; another case of the same person is asked about as before."""
    _, person = await asked(world)
    assert "không hỏi thăm" in await person.taps("Đừng hỏi nữa")
    await world.closed()
    world.clock.move(days=66)
    assert await world.tick() == 1


async def test_an_alarm_opens_an_urgent_case_at_once(world: World) -> None:
    """Linked, urgent, without a name, kept from the authority that answered; one line is asked for afterwards."""
    case, person = await asked(world)
    said = await person.taps("Có, đang bị")
    alarm = (await cases_of(world.office))[-1]
    assert (alarm.topic, alarm.priority, alarm.linked_case) == ("official.retaliation", Priority.URGENT, case.id)
    assert alarm.code in said
    assert "113" in said
    assert (alarm.secrecy, alarm.competent_authority) == (Secrecy.ANONYMOUS, "dang_uy")
    assert "ubnd" in alarm.excluded_bodies
    reporter = await world.office.read(lambda unit: unit.people.reporter(alarm.reporter))
    assert reporter is not None
    assert (reporter.name, reporter.phone) == ("", "")
    assert "Giữ kín tên tôi" in (await person.says("Cán bộ cắt nước nhà tôi từ hôm qua"), person.labels)[1]
    assert "giữ kín" in await person.taps("Giữ kín")


async def test_a_second_tap_opens_no_second_case(world: World) -> None:
    """It leads to the one that is open."""
    _, person = await asked(world)
    handle = person.button("Có, đang bị").value
    await person._send(choice=handle)
    assert "rồi" in await person._send(choice=handle)
    assert len(await cases_of(world.office)) == 2


async def test_after_an_alarm_nothing_more_is_asked(world: World) -> None:
    """The urgent case has taken over."""
    _, person = await asked(world)
    await person.taps("Có, đang bị")
    world.clock.move(days=66)
    assert await world.tick() == 0


async def test_a_name_is_left_only_by_choice(world: World) -> None:
    """Then the Front may ask for it, by two persons."""
    _, person = await asked(world)
    await person.taps("Có, đang bị")
    await person.taps("Bỏ qua")
    await person.taps("Để lại tên")
    assert "hai cán bộ" in await person.says("Bà Tư 0912345678")
    alarm = (await cases_of(world.office))[-1]
    reporter = await world.office.read(lambda unit: unit.people.reporter(alarm.reporter))
    assert reporter is not None
    assert (reporter.name, reporter.phone, alarm.secrecy) == ("Bà Tư", "0912345678", Secrecy.CONFIDENTIAL)


@pytest.mark.parametrize(
    ("words", "cases", "said"),
    [("có", 2, "KHẨN"), ("co", 2, "KHẨN"), ("không", 1, "Cảm ơn"), ("Khong", 1, "Cảm ơn"), ("alo", 1, "gây khó dễ")],
)
async def test_bare_words_answer_the_newest_notice(world: World, words: str, cases: int, said: str) -> None:
    """As an old person types them; anything else short brings the question back in full."""
    _, person = await asked(world)
    assert said in await person.says(words)
    assert len(await cases_of(world.office)) == cases


async def test_a_picture_sent_with_yes_is_kept(world: World) -> None:
    """It may be the proof."""
    _, person = await asked(world)
    await person.sends_photo("tuong", "có")
    alarm = (await cases_of(world.office))[-1]
    assert alarm.topic == "official.retaliation"
    assert len(await world.office.read(lambda unit: unit.files.of_case(alarm.id))) == 1


async def test_a_picture_with_another_word_is_no_answer(world: World) -> None:
    """A report is begun with it."""
    _, person = await asked(world)
    await person.sends_photo("duong", "không có đèn")
    chat = await world.office.read(lambda unit: unit.chats.load(Address("telegram", "7001")))
    assert len(await world.office.read(lambda unit: unit.files.of_draft(chat.key))) == 1


async def test_yes_to_something_else_raises_no_alarm(world: World) -> None:
    """Inside another dialogue a bare yes belongs to its question."""
    _, person = await asked(world)
    await person.says("/phananh")
    await person.says("có")
    assert len(await cases_of(world.office)) == 1


async def test_a_button_of_somebody_else_does_nothing(world: World) -> None:
    """The handle is bound to the chat it was sent to."""
    _, person = await asked(world)
    other = world.person("7002")
    await other._send(choice=person.button("Có, đang bị").value)
    assert len(await cases_of(world.office)) == 1


async def test_the_question_stands_in_the_look_up(world: World) -> None:
    """Whoever missed the message finds it with the case, and answers there."""
    case, _ = await asked(world)
    again = world.person()
    again._sent = 50
    assert "gây khó dễ" in await again.says(case.code)
    await again.taps("Có, đang bị")
    assert len(await cases_of(world.office)) == 2


async def test_with_the_receipt_code_on_another_phone(world: World) -> None:
    """Taken over with the receipt code, the case brings its question along."""
    await asked(world)
    other = world.person("7002")
    await world.office.write(lambda unit: _hand_over(unit, world, "7002"))
    case = (await cases_of(world.office))[0]
    assert "gây khó dễ" in await other.says(case.code)


def _hand_over(unit: StoredWork, world: World, name: str) -> None:
    case = unit.cases.get(f"{1:032x}")
    assert case is not None
    chat = unit.chats.load(Address("telegram", name))
    chat.locality = "xa-mau"
    unit.chats.save(chat)
    assert resident.rejoin(unit, world.rules, case, chat, unit.now)


async def test_an_erased_sender_is_not_asked(world: World) -> None:
    """Who erased their data is gone for good."""
    await world.closed()
    person = world.person()
    await person.says("/dulieu")
    await person.taps("Xóa và rút")
    await person.taps("Xóa")
    assert await world.tick() == 0


# -- where the alarm goes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "receives", "answers", "shut"),
    [
        ({"competent_authority": "ubnd"}, "mttq", "dang_uy", {"ubnd"}),
        (
            {"subject_posts": ("ct_ubnd",), "competent_authority": "ubnd_tinh", "excluded_bodies": ("ubnd",)},
            *("mttq", "dang_uy", {"ubnd"}),
        ),
        (
            {"subject_posts": ("bi_thu",), "competent_authority": "ubkt_tinh_uy", "excluded_bodies": ("dang_uy",)},
            *("mttq", None, {"dang_uy"}),
        ),
        (
            {
                "subject_posts": ("ct_mttq",),
                "competent_authority": "ubkt_dang_uy",
                "receiving_body": "mttq_tinh",
                "excluded_bodies": ("mttq",),
            },
            *("mttq_tinh", "dang_uy", {"mttq"}),
        ),
    ],
)
async def test_the_alarm_stays_away_from_whom_it_is_about(
    world: World, changes: dict[str, Any], receives: str, answers: str | None, shut: set[str]
) -> None:
    """Never the body complained of, nor the authority that answered where the person may work there."""
    _, person = await asked(world, **changes)
    await person.taps("Có, đang bị")
    alarm = (await cases_of(world.office))[-1]
    assert shut <= set(alarm.excluded_bodies)
    assert alarm.receiving_body == receives
    assert alarm.competent_authority not in shut
    assert answers is None or alarm.competent_authority == answers
