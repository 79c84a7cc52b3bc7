"""Live lines: they come at once, resume where they broke off, and end when the listener or the process does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import orjson
import pytest

from cases.messages import Outgoing
from tests.web.stage import Stage, staged
from tests.web.visitor import Visitor, visiting
from web.chat_live import Crowded, LiveLines


async def events(answer: aiohttp.ClientResponse, most: int) -> list[dict[str, Any]]:
    """The next events of a stream, each with its id."""
    found: list[dict[str, Any]] = []
    number = ""
    while len(found) < most:
        line = (await asyncio.wait_for(answer.content.readline(), 30)).decode().strip()
        if line.startswith("id: "):
            number = line[4:]
        elif line.startswith("data: "):
            found.append({"event": int(number), **orjson.loads(line[6:])})
    return found


@pytest.fixture
async def listener(visitor: Visitor) -> AsyncIterator[aiohttp.ClientResponse]:
    """A visitor who has said something and listens."""
    await visitor.say("chào")
    async with visitor.http.get(f"{visitor.url}/chat/live") as answer:
        yield answer


async def test_what_was_said_comes_first(listener: aiohttp.ClientResponse) -> None:
    """A stream without a number begins at the beginning; event ids are line numbers."""
    assert listener.headers["content-type"].startswith("text/event-stream")
    found = await events(listener, 2)
    assert [(line["event"] == line["id"], line["text"]) for line in found] == [(True, "chào"), (True, "Bot nghe: chào")]


async def test_a_new_line_comes_at_once(listener: aiohttp.ClientResponse, visitor: Visitor, stage: Stage) -> None:
    """Something said by itself reaches an open page."""
    await events(listener, 2)
    await stage.desk.notify(visitor.cookie().split(".")[0], Outgoing("có trả lời"), f"live:{visitor.cookie()[:12]}")
    assert (await events(listener, 1))[0]["text"] == "có trả lời"


async def test_it_resumes_after_the_last_event(visitor: Visitor) -> None:
    """The browser's Last-Event-ID wins over the address."""
    await visitor.say("một")
    first = (await visitor.lines())[0]["id"]
    headers = {"last-event-id": str(first)}
    async with visitor.http.get(f"{visitor.url}/chat/live?after=0", headers=headers) as answer:
        assert [line["text"] for line in await events(answer, 1)] == ["Bot nghe: một"]


async def test_without_a_session_there_is_nothing_to_hear(visitor: Visitor) -> None:
    """204 tells the browser not to come back."""
    assert (await visitor.get("/chat/live")).status == 204


async def test_a_fifth_listener_is_sent_to_ask_instead(visitor: Visitor) -> None:
    """Four open pages of one conversation, no more; a page that closes makes room."""
    await visitor.say("chào")
    opened = [await visitor.http.get(f"{visitor.url}/chat/live") for _ in range(5)]
    assert [answer.status for answer in opened] == [200, 200, 200, 200, 429]
    for answer in opened:
        answer.close()


async def test_a_listener_that_leaves_makes_room(visitor: Visitor, stage: Stage) -> None:
    """Nothing is left behind when the page is closed."""
    await visitor.say("chào")
    async with visitor.http.get(f"{visitor.url}/chat/live") as answer:
        await events(answer, 2)
        assert len(stage.services.live) >= 1
    async with asyncio.timeout(10):
        while len(stage.services.live):
            await visitor.get("/healthz")


async def test_streams_end_when_the_process_is_told_to_stop(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Closing the listeners ends every stream, so that the server need not wait for them."""
    with staged(tmp_path_factory.mktemp("live")) as own:
        async with visiting(own.url) as visitor:
            await visitor.say("chào")
            async with visitor.http.get(f"{own.url}/chat/live") as answer:
                await events(answer, 2)
                own.services.live.close()
                assert await asyncio.wait_for(answer.content.read(), 30) == b"\n"


async def test_silence_is_filled_with_comments(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Proxies cut silent connections: a comment goes out at every heartbeat."""
    with staged(tmp_path_factory.mktemp("beat"), live_heartbeat_seconds=0.05) as own:
        async with visiting(own.url) as visitor:
            await visitor.say("chào")
            async with visitor.http.get(f"{own.url}/chat/live") as answer:
                await events(answer, 2)
                await answer.content.readline()
                assert await asyncio.wait_for(answer.content.readline(), 30) == b": \n"


async def test_a_line_of_another_process_is_found(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Where lines are written by other processes the stream looks for itself."""
    with staged(tmp_path_factory.mktemp("look"), live_look_seconds=0.05) as own:
        own.services.office.on_woken = lambda woken: None
        async with visiting(own.url) as visitor:
            await visitor.say("chào")
            async with visitor.http.get(f"{own.url}/chat/live") as answer:
                await events(answer, 2)
                await own.desk.notify(visitor.cookie().split(".")[0], Outgoing("từ nơi khác"), "other:1")
                assert (await events(answer, 1))[0]["text"] == "từ nơi khác"


async def test_the_number_of_listeners_is_bounded() -> None:
    """In all, and per conversation."""
    live = LiveLines(per_chat=2, total=3)
    with live.listen("a"), live.listen("a"), live.listen("b"):
        for chat in ("a", "b", "c"):
            with pytest.raises(Crowded), live.listen(chat):
                pass
    assert len(live) == 0
