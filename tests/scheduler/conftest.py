"""The stage for delivery tests, on SQLite, and on each database where the database matters."""

from __future__ import annotations

import pytest

from storage.work import Office
from tests.scheduler.stage import Stage


@pytest.fixture
def stage(office: Office) -> Stage:
    """An office on SQLite and on stage time."""
    return Stage(office)


@pytest.fixture
def any_stage(any_office: Office) -> Stage:
    """The same on SQLite and on PostgreSQL."""
    return Stage(any_office)
