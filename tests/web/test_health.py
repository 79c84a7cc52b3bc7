"""Alive, ready, measured, and the limit on newcomers behind a proxy."""

from __future__ import annotations

import pytest

from tests.web.stage import staged
from tests.web.visitor import SAME, Visitor, visiting

FAR = {"x-forwarded-for": "198.51.100.7"}


async def test_alive(visitor: Visitor) -> None:
    """The process answers."""
    assert (await visitor.get("/healthz")).text == "ok"


async def test_ready(visitor: Visitor) -> None:
    """Details as JSON."""
    assert (await visitor.get("/readyz")).json == {"ok": True, "database": "ok"}


@pytest.mark.parametrize("raises", [False, True])
async def test_not_ready(tmp_path_factory: pytest.TempPathFactory, raises: bool) -> None:
    """A bad state and a probe that breaks are both 503."""

    async def ready() -> dict[str, object]:
        if raises:
            raise RuntimeError("no database at 10.0.0.3")
        return {"ok": False}

    with staged(tmp_path_factory.mktemp("ready"), ready=ready) as own:
        async with visiting(own.url) as visitor:
            answer = await visitor.get("/readyz")
    assert (answer.status, "10.0.0.3" in answer.text) == (503, False)


async def test_figures_for_this_machine_only(visitor: Visitor) -> None:
    """Through a proxy on the same machine they do not exist."""
    assert (await visitor.get("/metrics")).status == 200
    assert (await visitor.get("/metrics", **FAR)).status == 404


async def test_figures_may_be_opened(tmp_path_factory: pytest.TempPathFactory) -> None:
    """When the operator says so."""
    with staged(tmp_path_factory.mktemp("open"), metrics_public=True) as own:
        async with visiting(own.url) as visitor:
            assert (await visitor.get("/metrics", **FAR)).status == 200


async def test_newcomers_from_one_address_are_limited_behind_the_proxy(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A forged left-most hop does not help; another address and a known visitor are still served."""
    with staged(tmp_path_factory.mktemp("proxy"), trusted_proxy="127.0.0.1") as own:
        async with visiting(own.url) as known, visiting(own.url) as crowd:
            await known.say("chào")
            statuses = []
            for number in range(301):
                crowd.http.cookie_jar.clear()
                headers = {**SAME, "x-forwarded-for": f"203.0.113.{number % 250}, 198.51.100.7"}
                statuses.append((await crowd.ask("POST", "/chat/messages", data=b"{", headers=headers)).status)
            other = {**SAME, "x-forwarded-for": "198.51.100.8"}
            assert statuses == [422] * 300 + [429]
            assert (await crowd.ask("POST", "/chat/messages", data=b"{", headers=other)).status == 422
            assert (await known.ask("POST", "/chat/messages", data=b"{", headers={**SAME, **FAR})).status == 422
