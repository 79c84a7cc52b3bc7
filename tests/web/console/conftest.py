"""The console served once for the whole run, and officers with browsers of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.sync_api import Browser

from tests.web.browser import ABSENT, CHROMIUM, launched
from tests.web.console.desk import Clerk, Console, console_at


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """One console for tests that do not mind each other; do not move its clock."""
    with console_at(tmp_path_factory.mktemp("console")) as present:
        yield present


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console of one's own: move its clock, fill its database."""
    with console_at(tmp_path_factory.mktemp("own")) as present:
        yield present


@pytest.fixture
async def handler(served: Console) -> AsyncIterator[Clerk]:
    """The Front's officer, signed in."""
    async with served.clerk("handler") as present:
        yield present


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium for the module."""
    if not CHROMIUM:
        pytest.skip(ABSENT)
    with launched() as present:
        yield present
