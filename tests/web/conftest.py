"""A served web room for the whole run, and visitors with cookie jars of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack

import pytest

from tests.web.stage import Stage, staged
from tests.web.visitor import Visitor, visiting

NewVisitor = Callable[[], Awaitable[Visitor]]


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One served installation; tests keep apart by having sessions of their own."""
    with staged(tmp_path_factory.mktemp("web")) as present:
        yield present


@pytest.fixture
async def visitor(stage: Stage) -> AsyncIterator[Visitor]:
    """Somebody with a fresh browser."""
    async with visiting(stage.url) as present:
        yield present


@pytest.fixture
async def newcomer(stage: Stage) -> AsyncIterator[NewVisitor]:
    """Makes further visitors."""
    async with AsyncExitStack() as stack:

        async def come() -> Visitor:
            return await stack.enter_async_context(visiting(stage.url))

        yield come
