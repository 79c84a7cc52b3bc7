"""Twelve officers, five units, three hundred cases: after every step the person complained of knows nothing of it.

Officers are named late, renamed, moved to other bodies, given second posts and relatives; the register learns a post
only afterwards. Thirteen surfaces are looked at: list, count, search by words and by number, similar cases, the
interface's answers (exports are the same rows), the chat's inbox, notices and reminders as they are queued and while
they wait, morning digests, addresses guessed, files listed and guessed, the audit's lines and who opened a case.
"""

from __future__ import annotations

import os

from bot.clock import SteppedClock
from cases.rules import Rules
from storage.work import Office
from tests.trust.visibility_book import CAST, MOST_CASES
from tests.trust.visibility_world import Commune

STEPS = 20_000 if os.environ.get("HOIAM_SOAK") else 2_000
ROUND = 200
"""Steps between two looks at every surface of every officer; in between, the touched case and a sample are tried."""


async def test_nobody_barred_sees_a_trace(office: Office, rules: Rules, clock: SteppedClock) -> None:
    """0 leaks, and all surfaces of one officer agree with each other."""
    commune = Commune(office, rules, clock, seed=int(os.environ.get("HOIAM_SEED", "1")))
    await commune.begin()
    for number in range(STEPS):
        touched = await commune.step()
        assert await commune.glances(touched) == [], f"step {number}"
        assert await commune.said_wrongly(all_waiting=number % 20 == 0) == [], f"step {number}"
        if number % ROUND == ROUND - 1:
            await commune.digests()
            assert await commune.said_wrongly(all_waiting=True) == [], f"digests after step {number}"
            for name, *_ in CAST:
                assert await commune.leaks(name, touched) == [], f"step {number}"
    assert len(commune.book.words) == MOST_CASES
    assert sum(len(names) for names in commune.book.barred.values()) > MOST_CASES
