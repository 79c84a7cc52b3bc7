"""A case that is kept from somebody and one that was never there: the answer takes as long (promises 13 and 14).

Pages answer both on the same beat (`web/beat.py`). Medians are measured in soak alone: they need a quiet machine.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

import pytest

from tests.handlers.officer_cast import Bureau, open_bureau  # noqa: F401 - a fixture
from tests.trust.figures import SOAK
from tests.web.console.desk import Clerk, Console
from tests.web.console.test_routes import FOREIGN, MISSING, address, ask, clerks, desk, routes  # noqa: F401 - fixtures
from web.beat import BEAT
from web.console.shell import Registered

ROUNDS = 100
quiet = pytest.mark.skipif(not SOAK, reason="timings need a quiet machine")


async def apart(asked: Callable[[str], Awaitable[Any]], kept: str, missing: str) -> float:
    """How much longer the kept one takes than the missing one, as a share; asked in turns, the medians."""
    await asked(kept)
    took: dict[str, list[float]] = {kept: [], missing: []}
    for _ in range(ROUNDS):
        for code, times in took.items():
            began = perf_counter()
            await asked(code)
            times.append(perf_counter() - began)
    return median(took[kept]) / median(took[missing]) - 1


def pages_of_a_case(desk: Console, who: Clerk) -> list[Registered]:  # noqa: F811 - a fixture
    """What this officer can ask for of a case, reading or writing."""
    mine = [route for route in routes(desk) if route.roles.intersection(who.officer.roles)]
    return [route for route in mine if address(route, FOREIGN) != address(route, MISSING)]


async def test_every_page_waits_for_the_beat(desk: Console, clerks: dict[str, Clerk]) -> None:  # noqa: F811 - fixtures
    """A kept case and a missing one: nobody is answered before."""
    who = clerks["handler"]
    pages = pages_of_a_case(desk, who)
    assert len(pages) > 15
    for route in pages:
        for code in (FOREIGN, MISSING):
            began = perf_counter()
            answer = await ask(who, route, address(route, code))
            assert answer.status == 404
            assert perf_counter() - began > BEAT, (route.path, code)


@quiet
async def test_every_page_takes_as_long(desk: Console, clerks: dict[str, Clerk]) -> None:  # noqa: F811 - fixtures
    """Within a twentieth: a millisecond."""
    who, found = clerks["handler"], dict[str, float]()

    async def asked(code: str, route: Registered) -> None:
        await ask(who, route, address(route, code))

    for route in pages_of_a_case(desk, who):
        found[f"{route.method} {route.path}"] = await apart(partial(asked, route=route), FOREIGN, MISSING)
    least, most = min(found.values()), max(found.values())
    print(f"\n{len(found)} pages of a kept case answer between {least:+.2%} and {most:+.2%} later")
    assert {name: share for name, share in found.items() if abs(share) > 0.05} == {}


@quiet
@pytest.mark.parametrize("who", ["hoa", "stranger"])
async def test_a_number_typed_in_chat(bureau: Bureau, who: str) -> None:
    """By an officer who may not know of the case, and by a resident whose case it is not."""
    case, person = await bureau.report(hidden_from=("hnd",)), bureau.person(who)

    async def says(code: str) -> None:
        await person.says(f"/tracuu {code}" if who == "stranger" else f"/hopthu {code}")
        bureau.clock.move(seconds=30)

    share = await apart(says, case.code, "PA-2026-777777")
    print(f"\n{who}: a kept number is answered {share:+.1%} later")
    assert abs(share) < 0.2
