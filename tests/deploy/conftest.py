"""One served application for the whole run, and each installed proxy in front of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.deploy.front import KINDS, NAME, Front, fronted, program
from tests.web.console.desk import Console, console_at


@pytest.fixture(scope="session")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """The application as it is set up behind a proxy on its own machine: plain http, public address https."""
    folder = tmp_path_factory.mktemp("behind")
    address = f"https://{NAME}"
    with console_at(folder, public_url=address, secure_cookies=True, trusted_proxy="127.0.0.1") as present:
        yield present


@pytest.fixture(scope="session", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """A proxy that is installed."""
    kind: str = request.param
    if not program(kind):
        pytest.skip(f"{kind} is not installed")
    return kind


@pytest.fixture(scope="session")
def front(kind: str, behind: Console, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """The proxy with the shipped configuration in front of the application."""
    with fronted(kind, tmp_path_factory.mktemp(kind), behind.url.removeprefix("http://")) as present:
        yield present
