"""People to meet in dialogue tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.clock import SteppedClock
from cases.rules import Rules
from storage.work import Office
from tests.handlers.cast import Person, open_spine

Meet = Callable[..., Person]


@pytest.fixture
def meet(office: Office, rules: Rules, clock: SteppedClock) -> Meet:
    """Introduces people to the bot: `meet()`, `meet("zalo-bot")`, `meet(id="2")`."""
    spine = open_spine(office, rules)
    return lambda channel="telegram", id="1001": Person(spine, office, clock, channel, id)
