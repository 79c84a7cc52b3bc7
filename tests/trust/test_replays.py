"""Row 3: however messengers repeat, delay and shuffle, what is stored equals one clean pass; nothing is said twice."""

from __future__ import annotations

import random

import pytest

from bot.channels.telegram import Telegram
from bot.clock import SteppedClock
from cases.rules import Rules
from storage.work import Office
from tests.handlers.cast import cases_of, open_spine
from tests.trust.figures import figure
from tests.trust.histories import SENTENCES, Moment, World, history, without_words

EAR = Telegram("123456:ABC-def")


@pytest.fixture(params=["telegram", "zalo-oa"])
def world(request: pytest.FixtureRequest, office: Office, rules: Rules, clock: SteppedClock) -> World:
    """One installation."""
    return World(open_spine(office, rules), office, clock, request.param, EAR)


async def test_any_repetition_and_order_gives_the_same_data(world: World) -> None:
    """2,000 histories over both channels (a tenth in every run): equal digests, no case more, no message more."""
    cases = 0
    for seed in range(figure(2_000) // 2):
        chance = random.Random(seed)
        moments = history(chance)
        cases += 2 * len({moment.who for moment in moments})
        clean = await world.digest(await world.play(moments, None))
        badly = await world.digest(await world.play(moments, chance))
        assert without_words(badly) == without_words(clean), f"seed {seed}"
    assert len(await cases_of(world.office)) == cases


async def test_repetition_alone_leaves_every_word_the_same(world: World) -> None:
    """Copies without a change of order: what was said is equal word for word."""

    class InOrder(random.Random):
        def shuffle(self, x: object) -> None:
            """Bursts keep their order."""

    for seed in range(figure(100)):
        moments = history(random.Random(seed))
        clean = await world.digest(await world.play(moments, None))
        badly = await world.digest(await world.play(moments, InOrder(seed)))
        assert badly == clean, f"seed {seed}"


async def test_the_digest_sees_a_difference(world: World) -> None:
    """One message more or other words are told apart: the tests above can fail."""
    moments = history(random.Random(1))
    one = await world.digest(await world.play(moments, None))
    moments[0].burst[0]["text"] += " thêm"
    two = await world.digest(await world.play(moments, None))
    assert without_words(one) != without_words(two)


async def test_an_edit_takes_the_place_of_what_it_was(office: Office, rules: Rules, clock: SteppedClock) -> None:
    """Also when it overtakes the message; it is never an answer to the open question."""
    world = World(open_spine(office, rules), office, clock, "telegram", EAR)
    burst = [{"text": "lún cả đoạn dài năm mươi mét", "ref": 2}, {"edit": 2, "text": "lún cả đoạn dài sáu mươi mét"}]
    for told in (burst, burst[::-1]):
        moments = [Moment(0, [{"text": SENTENCES[0], "ref": 1}]), Moment(0, tap="Tôi đồng ý"), Moment(0, told)]
        labels = ("Chất lượng", "Đường bê tông", "Trong tuần", "Bỏ qua", "Gửi")
        await world.play([*moments, *(Moment(0, tap=label) for label in labels)], None)
    texts = {case.text for case in await cases_of(office)}
    assert texts == {f"{SENTENCES[0]}\nlún cả đoạn dài sáu mươi mét"}
