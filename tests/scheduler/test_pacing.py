"""Pacing: exact windows on the messenger's own clock, at nearly the whole allowed rate."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from cases.messages import Address, Outgoing, Pace
from scheduler.line import Line
from scheduler.pacing import Pacer, Turn, Window
from storage.outbox_queue import Parcel
from tests.scheduler.stage import START

TELEGRAM = Pace(25, 1, 20)


def parcel(number: int, chat: str) -> Parcel:
    """A message in hand."""
    return Parcel(number, f"e{number}", chat, Address("fake", chat), Outgoing("x"), 1, 0, 0, "", "reply", START)


def arrivals(
    pace: Pace, chats: Sequence[str], seconds: float, durations: random.Random, longest: float
) -> list[tuple[float, str]]:
    """When the messenger sees each message: somewhere between start and end of sends of varying duration."""
    now, seen, ends = 0.0, [], []  # type: float, list[tuple[float, str]], list[tuple[float, int]]
    pacer = Pacer(pace, lambda: now)
    line = Line(pacer, lambda to: to.id.startswith("-"))
    rate = pace.per_second or pace.per_chat_second or 1
    line.add(parcel(n, chats[n % len(chats)]) for n in range(int(seconds * rate * 2) + len(chats) * 30))
    flying: dict[int, tuple[str, Turn]] = {}
    while now < seconds:
        while ends and min(ends)[0] <= now:
            end, number = ends.pop(ends.index(min(ends)))
            chat, turn = flying.pop(number)
            turn.ended(end)
            line.served(chat)
        while (picked := line.next(now)) is not None and picked[1] is not None:
            took = durations.uniform(0, longest)
            seen.append((now + durations.uniform(0, took), picked[0].chat_key))
            flying[picked[0].id] = (picked[0].chat_key, picked[1])
            ends.append((now + took, picked[0].id))
        steps = [at for at in (line.next_at(), *(end for end, _ in ends)) if at is not None and at > now]
        now = min(steps, default=seconds)
    return sorted(seen)


def worst(times: Sequence[float], period: float) -> int:
    """The most arrivals in any window of this length."""
    most, first = 0, 0
    for last, at in enumerate(times):
        while at - times[first] >= period:
            first += 1
        most = max(most, last - first + 1)
    return most


@pytest.mark.parametrize("seed", range(5))
def test_no_second_holds_more_than_the_channel_allows(seed: int) -> None:
    """With sends of up to 40 ms the messenger never sees more than 25 in any second of its own clock."""
    seen = arrivals(TELEGRAM, [str(n) for n in range(200)], 30, random.Random(seed), 0.04)
    assert worst([at for at, _ in seen], 1.0) <= 25


def test_the_allowed_rate_is_nearly_reached() -> None:
    """At least 0.95 of 25 a second leave, though each send takes up to 40 ms."""
    seen = arrivals(TELEGRAM, [str(n) for n in range(200)], 60, random.Random(1), 0.04)
    assert len(seen) / 60 >= 0.95 * 25


def test_slow_answers_cost_at_most_a_twentieth() -> None:
    """Sends that take two seconds each still leave at 0.95 of the rate."""
    seen = arrivals(TELEGRAM, [str(n) for n in range(400)], 60, random.Random(1), 2.0)
    assert len(seen) / 60 >= 0.95 * 25


def test_no_thirty_in_a_second_with_telegrams_own_limit() -> None:
    """Set to Telegram's 30, it stays within 30 in every window and above 28.5 a second."""
    seen = arrivals(Pace(30, 1, 20), [str(n) for n in range(300)], 60, random.Random(3), 0.04)
    assert worst([at for at, _ in seen], 1.0) <= 30
    assert len(seen) / 60 >= 0.95 * 30


def test_one_chat_hears_once_a_second() -> None:
    """Two messages to one chat never arrive within a second, and 0.95 of one a second do."""
    seen = arrivals(TELEGRAM, ["a", "b", "c"], 100, random.Random(2), 0.04)
    times = [at for at, chat in seen if chat == "a"]
    assert worst(times, 1.0) == 1
    assert len(times) >= 95


def test_a_group_hears_twenty_a_minute() -> None:
    """A group is written to at most 20 times in any minute, at 0.95 of that rate in the long run."""
    seen = arrivals(TELEGRAM, ["-1", "2"], 1_200, random.Random(4), 0.04)
    times = [at for at, chat in seen if chat == "-1"]
    assert worst(times, 60.0) <= 20
    assert len(times) >= 0.95 * 20 * 20


def test_fractions_of_a_message_a_second() -> None:
    """1.5 a second means one every two thirds of a second, at 0.95 of the rate."""
    seen = arrivals(Pace(1.5), [str(n) for n in range(60)], 60, random.Random(5), 0.02)
    times = [at for at, _ in seen]
    assert worst(times, 2 / 3) == 1
    assert len(times) >= 0.95 * 90


def test_a_burst_is_spread_over_its_second() -> None:
    """25 waiting messages leave over nine tenths of a second, not at once."""
    seen = arrivals(Pace(25), [str(n) for n in range(25)], 1.0, random.Random(6), 0.0)
    assert 0.8 < seen[-1][0] - seen[0][0] < 0.95


def test_without_limits_nothing_waits() -> None:
    """A pace of zero limits nothing."""
    assert not Pacer(Pace(0), lambda: 0.0).limits_anything


def test_idle_chats_are_forgotten() -> None:
    """A hundred thousand chats written to once do not stay in memory."""
    now = 0.0
    pacer = Pacer(Pace(0, 1), lambda: now)
    for number in range(100_000):
        now += 0.01
        pacer.take(str(number)).ended(now)
    assert len(pacer._chats) <= 8_192


def test_a_full_window_tells_when_it_opens() -> None:
    """A slot is free one period after its send ended; until that is known, as late as it can be."""
    window = Window(2, 1.0)
    first = window.take(10.0)
    window.take(10.5)
    assert window.free_at() == pytest.approx(11.04)
    first.ended(10.02)
    assert window.free_at() == pytest.approx(11.02)


def test_claims_ahead_are_bounded_by_the_pace() -> None:
    """No more of one group is taken in hand than leaves in the time asked about."""
    pacer = Pacer(TELEGRAM, lambda: 0.0)
    assert (pacer.most(20), pacer.most_of_chat(20), pacer.most_of_chat(20, group=True)) == (500, 20, 6)
