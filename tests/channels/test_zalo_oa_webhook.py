"""Official Account webhooks over real HTTP: signed, repeated, reordered, refused, echoed, and what is heard of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cases.messages import Event
from tests.channels.zalo_kit import OATown, Route, oa_town, route_for, say
from tests.fakes.zalo_hooks import LADDER


@asynccontextmanager
async def called_back(tmp_path: Path) -> AsyncIterator[tuple[OATown, Route]]:
    """A town whose webhooks reach the channel."""
    async with oa_town(tmp_path) as town, route_for(town.channel) as route:
        town.fake.oa.hook.url = route.url
        yield town, route


async def test_everything_a_person_can_do(tmp_path: Path) -> None:
    """Each act of a resident is let in and heard once."""
    async with called_back(tmp_path) as (town, route):
        person = town.person
        for act in (
            *(person.follows(), person.says("Đường ngập"), person.sends_photo(), person.sends_voice()),
            *(person.sends_video(), person.sends_file("đơn.pdf", b"%PDF"), person.sends_sticker()),
            *(person.shares_place(10.5, 106.5, "Chợ"), person.sends_link("https://x.vn"), person.unfollows()),
            *(person.submits_info(84901234567, shape=shape) for shape in ("new", "old", "text")),
        ):
            delivery = await act
            assert delivery is not None
            assert delivery.status == 200
        assert len({heard.message_id for heard in route.got[:10]}) == 10
        assert [heard.contact.phone for heard in route.got if heard.contact] == ["84901234567"] * 3


@pytest.mark.parametrize(
    ("signing", "status"), [("mac", 200), ("bare", 200), ("upper", 200), ("oa_id", 200), ("wrong", 403), ("none", 401)]
)
async def test_signatures(tmp_path: Path, signing: str, status: int) -> None:
    """Genuine spellings are let in; another secret and no signature are not."""
    async with called_back(tmp_path) as (town, route):
        town.fake.oa.signing = signing
        delivery = await town.person.says("x")
        assert delivery is not None
        assert (delivery.status, len(route.got)) == (status, int(status == 200))


async def test_changed_white_space(tmp_path: Path) -> None:
    """A body written anew with other spaces under the old signature is refused."""
    async with called_back(tmp_path) as (town, route):
        delivery = await town.person.says("x")
        assert delivery is not None
        again = await town.fake.oa.hook.deliver(delivery.body.replace(b",", b", "), delivery.headers)
        assert (again.status, len(route.got)) == (403, 1)


@pytest.mark.parametrize("body", [b"", b"{}"])
async def test_probe(tmp_path: Path, body: bytes) -> None:
    """The console's unsigned probe is answered 200 and nothing is heard."""
    async with called_back(tmp_path) as (town, route):
        assert ((await town.fake.oa.probe(body)).status, route.got) == (200, [])


async def test_duplicates_share_their_key(tmp_path: Path) -> None:
    """The same event delivered three times at once carries one message id."""
    async with called_back(tmp_path) as (town, route):
        town.fake.oa.hook.copies = 3
        await town.person.says("x")
        assert (len(route.got), len({heard.message_id for heard in route.got})) == (3, 1)


async def test_reordered(tmp_path: Path) -> None:
    """Events that overtake each other keep their own instants."""
    async with called_back(tmp_path) as (town, route):
        town.fake.oa.hook.holding = True
        await town.person.follows()
        town.clock.move(seconds=1)
        await town.person.unfollows()
        await town.fake.oa.hook.release([1, 0])
        assert [heard.event for heard in route.got] == [Event.UNFOLLOW, Event.FOLLOW]
        assert route.got[0].sent_at > route.got[1].sent_at


async def test_retries_are_let_in_hours_later(tmp_path: Path) -> None:
    """The same body comes again on the ladder, with its number, and is let in whenever it comes."""
    async with called_back(tmp_path) as (town, route):
        route.status = 500
        delivery = await town.person.says("x")
        assert delivery is not None
        for step in LADDER[:-1]:
            await town.fake.advance(seconds=step.total_seconds())
        route.status = 0
        await town.fake.advance(hours=1)
        assert (delivery.statuses, len(route.got)) == ([500] * 5 + [200], 1)


async def test_switched_off_after_the_last_retry(tmp_path: Path) -> None:
    """After five failed repeats the webhook is off until a person switches it on."""
    async with called_back(tmp_path) as (town, route):
        route.status = 500
        await town.person.says("x")
        for step in LADDER:
            await town.fake.advance(seconds=step.total_seconds())
        route.status = 0
        await town.person.says("y")
        assert (town.fake.oa.hook.disabled, route.got) == (True, [])


async def test_status_alone_may_not_be_retried(tmp_path: Path) -> None:
    """By switch, only a connection that does not open is tried again."""
    async with called_back(tmp_path) as (town, route):
        town.fake.oa.hook.retry_on_status = False
        route.status = 500
        await town.person.says("x")
        await town.fake.advance(hours=3)
        assert town.fake.oa.hook.log[0].statuses == [500]


async def test_slow_answer_counts_as_none(tmp_path: Path) -> None:
    """An answer after the limit is tried again."""
    async with called_back(tmp_path) as (town, route):
        route.hold, town.fake.oa.hook.seconds_to_answer = asyncio.Event(), 0.05
        await town.person.says("x")
        route.hold.set()
        town.fake.oa.hook.seconds_to_answer = 5
        await town.fake.advance(seconds=30)
        assert town.fake.oa.hook.log[0].statuses == [0, 200]


async def test_echoes_make_no_loop(tmp_path: Path) -> None:
    """What the OA or its operator says comes back as an echo and is not heard."""
    async with called_back(tmp_path) as (town, route):
        town.fake.oa.echo = True
        await town.channel.send(town.to, say("x"))
        await town.fake.oa.operator_says(town.person, "Tôi là cán bộ")
        assert ([entry.status for entry in town.fake.oa.hook.log], route.got) == ([200, 200], [])


async def test_odd_events(tmp_path: Path) -> None:
    """Unknown, anonymous and broken events are answered 200 and ignored."""
    async with called_back(tmp_path) as (town, route):
        event = town.fake.oa.event(town.person, "text", {"text": "x"})
        for odd in ({"event_name": "new_thing"}, {"anonymous_id": "a"}, {"sender": 5}):
            assert (await town.fake.oa.emit(event | odd)).status == 200
        assert route.got == []


async def test_file_that_a_person_sent(tmp_path: Path) -> None:
    """The address in an event leads to the file."""
    async with called_back(tmp_path) as (town, route):
        await town.person.sends_photo(b"picture", "đây")
        assert await town.channel.fetch(route.got[0].files[0], 100) == b"picture"
        assert route.got[0].text == "đây"
