"""Every step of every officer's dialogue, tried by everybody it is not for: no content, no change."""

from collections.abc import Callable

import pytest

from cases.messages import Address, Incoming
from cases.model import Officer
from handlers import authority, officer
from handlers.conversation import Step
from handlers.turn import Answer, Turn
from storage.work import StoredWork
from tests.handlers.officer_cast import Bureau, open_bureau  # noqa: F401 - a fixture

STEPS = {
    (dialogue.name, name): step
    for dialogue in (*officer.DIALOGUES, *authority.DIALOGUES)
    for name, step in dialogue.steps.items()
    if dialogue.name not in ("officer_pin", "officer_inbox")
}
OUTSIDERS = ("hoa", "binh", "son", "dung", "an", "thu", "quang", "kim", "long")


async def everywhere(
    bureau: Bureau, case_id: str, who: str, change: Callable[[Officer], None] | None = None
) -> set[str]:
    """What this officer is told when every step is asked and answered "yes" about the case."""

    def step(unit: StoredWork) -> set[str]:
        chat = unit.chats.load(Address("telegram", who))
        told: set[str] = set()
        for one in STEPS.values():
            person = unit.people.officer(who)
            assert person is not None
            if change:
                change(person)
            told |= _try(unit, chat, person, one, case_id, bureau)
        return told

    return await bureau.office.write(step)


def _try(unit: StoredWork, chat, person: Officer, step: Step, case_id: str, bureau: Bureau) -> set[str]:  # type: ignore[no-untyped-def]
    chat.talk = {"data": {"case": case_id}}
    incoming = Incoming(chat.address, "1", bureau.clock())
    turn = Turn(unit, chat, incoming, bureau.rules, bureau.clock(), officer=person)
    asked = step.ask(turn).text
    step.take(turn, Answer(text="yes", choice="yes"))
    return {asked, *(message.text for message in turn.said)}


@pytest.mark.parametrize("who", OUTSIDERS)
async def test_outsiders_get_the_answer_for_a_missing_case(bureau: Bureau, who: str) -> None:
    """At the desk's own stage: one answer at every step, the same as for a case that does not exist."""
    case = await bureau.report()
    before = await bureau.now(case)
    assert await everywhere(bureau, case.id, who) == {"Không tìm thấy hồ sơ này."}
    assert await everywhere(bureau, "no-such-case", who) == {"Không tìm thấy hồ sơ này."}
    assert await bureau.now(case) == before


async def test_a_locked_account_gets_the_notice_only(bureau: Bureau) -> None:
    """Every step asks for the PIN; nothing of the content is said and nothing changes."""

    def lock(one: Officer) -> None:
        one.unlocked_until = None

    case = await bureau.report()
    before = await bureau.now(case)
    told = await everywhere(bureau, case.id, "lan", lock)
    assert all("Nhập mã PIN" in text for text in told)
    assert "xe máy" not in str(told)
    assert await bureau.now(case) == before


async def test_a_revoked_account_gets_nothing(bureau: Bureau) -> None:
    """An account closed in the middle of a sitting."""

    def close(one: Officer) -> None:
        one.active = False

    case = await bureau.report()
    told = await everywhere(bureau, case.id, "lan", close)
    assert case.code not in str(told)
