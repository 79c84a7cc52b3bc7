"""The one-time links a start prints: until somebody administers the installation, and for nobody twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import App
from bot.commands.serve import first_links
from bot.settings import Settings
from storage import console
from storage.work import StoredWork


@pytest.fixture
async def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[App]:
    """A fresh installation with the sample commune."""
    monkeypatch.chdir(tmp_path)
    present = App(Settings(data_dir=tmp_path))
    await present.open()
    yield present
    await present.close()


async def links(app: App) -> dict[str, str]:
    """Codes by the name of the account they are for."""

    def look(unit: StoredWork) -> dict[str, str]:
        found = {}
        for _, code in first_links(unit, app):
            officer = console.invited(unit, code)
            assert officer is not None
            found[officer.name] = code
        return found

    return await app.office.write(look)


async def open_account(app: App, code: str, login: str) -> None:
    """What the invitation's pages do at their end."""

    def step(unit: StoredWork) -> None:
        officer = console.invited(unit, code)
        assert officer is not None
        assert console.claim(unit, code)
        console.save(unit, officer, login, "hash", "JBSWY3DPEHPK3PXP", 0)

    await app.office.write(step)


async def test_a_first_start_offers_the_administrator_and_the_trial_accounts(app: App) -> None:
    """An administrator reads no case: trying the sample needs the two who do."""
    assert set(await links(app)) == {"Quản trị đầu tiên", "Cán bộ Mặt trận (thử)", "Đầu mối UBND (thử)"}


async def test_an_account_that_is_open_gets_no_further_link(app: App) -> None:
    """A printed link would take it over."""
    await open_account(app, (await links(app))["Cán bộ Mặt trận (thử)"], "thu")
    assert set(await links(app)) == {"Quản trị đầu tiên", "Đầu mối UBND (thử)"}


async def test_no_links_once_somebody_administers(app: App) -> None:
    """From then on officers are invited in the console."""
    await open_account(app, (await links(app))["Quản trị đầu tiên"], "quantri1")
    assert await links(app) == {}
