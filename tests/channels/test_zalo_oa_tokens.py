"""The OAuth pair: renewed early or on refusal, once, by one refresher, saved before use, and mourned only once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.zalo_http import WrongToken
from cases.messages import Fate
from tests.channels.zalo_kit import FileTokens, OATown, oa_channel, oa_town, say
from tests.fakes.zalo_server import CUT, LOST, FakeZalo, Trouble, canned, html, oa_error


async def fate(town: OATown) -> Fate:
    """The fate of one message now."""
    return (await town.channel.send(town.to, say("x"))).fate


async def test_first_pair_is_stored(tmp_path: Path) -> None:
    """The pair of the settings is stored at first sight, with an age."""
    async with oa_town(tmp_path) as town:
        await town.channel.send(town.to, say("x"))
        stored = await town.store.load()
        assert stored is not None
        assert (stored.access, stored.expires_at - town.clock()) == (town.pair.access, timedelta(hours=25))


async def test_stored_pair_wins(tmp_path: Path) -> None:
    """A stored pair counts more than the one still in the settings."""
    async with oa_town(tmp_path) as town:
        newer = town.fake.oa.auth.mint()
        town.fake.oa.auth.revoke(town.pair.access)
        async with town.store.lease() as lease:
            await lease.save(newer)
        assert await fate(town) is Fate.SENT
        assert town.fake.oa.auth.refreshes == 0


@pytest.mark.parametrize(("hours", "refreshes"), [(0, 0), (19.9, 0), (20, 1), (24, 1), (26, 1)])
async def test_renewed_at_twenty_hours(tmp_path: Path, hours: float, refreshes: int) -> None:
    """The pair is renewed from the twentieth hour on, before a message could fail."""
    async with oa_town(tmp_path) as town:
        await town.channel.send(town.to, say("x"))
        await town.fake.advance(hours=hours)
        assert await fate(town) is Fate.SENT
        assert (town.fake.oa.auth.refreshes, town.fake.calls["message/cs"]) == (refreshes, 2)


@pytest.mark.parametrize("code", [-216, -220, 216, 401, -401])
async def test_refused_token_is_renewed_once(tmp_path: Path, code: int) -> None:
    """A refused token is renewed and the message repeated, once."""
    async with oa_town(tmp_path) as town:
        town.fake.trouble("message/cs", oa_error(code))
        assert await fate(town) is Fate.SENT
        assert (town.fake.oa.auth.refreshes, len(town.person.heard)) == (1, 1)


async def test_new_pair_is_saved(tmp_path: Path) -> None:
    """The new pair is in the store, and works there for the next process."""
    async with oa_town(tmp_path) as town:
        town.fake.oa.auth.revoke(town.pair.access)
        await town.channel.send(town.to, say("x"))
        stored = await town.store.load()
        assert stored is not None
        assert town.fake.oa.auth.fault_of(stored.access) == 0


async def test_token_that_stays_refused(tmp_path: Path) -> None:
    """A vendor that refuses every token gets one refresh a minute, not one a message."""
    async with oa_town(tmp_path) as town:
        town.fake.trouble("message/cs", *[oa_error(-216)] * 10)
        assert {await fate(town) for _ in range(5)} == {Fate.LATER}
        assert town.fake.oa.auth.refreshes == 1


async def test_two_processes_race(tmp_path: Path) -> None:
    """Two channels on one store, many messages at once: exactly one refresh, nothing lost."""
    async with oa_town(tmp_path) as town:
        other = oa_channel(town.fake, FileTokens(town.store.path), town.alarms, town.pair)
        await town.channel.send(town.to, say("x"))
        await other.send(town.to, say("x"))
        town.fake.oa.auth.revoke(town.pair.access)
        sends = [channel.send(town.to, say("y")) for channel in (town.channel, other) for _ in range(10)]
        results = await asyncio.gather(*sends)
        await other.close()
        assert ({result.fate for result in results}, town.alarms) == ({Fate.SENT}, [])
        assert (town.fake.oa.auth.refreshes, town.fake.oa.auth.refusals) == (1, 0)


async def test_two_processes_race_by_the_clock(tmp_path: Path) -> None:
    """The early renewal too is done by one of two."""
    async with oa_town(tmp_path) as town:
        other = oa_channel(town.fake, FileTokens(town.store.path), town.alarms, town.pair)
        await asyncio.gather(town.channel.send(town.to, say("x")), other.send(town.to, say("x")))
        await town.fake.advance(hours=21)
        results = await asyncio.gather(town.channel.send(town.to, say("y")), other.send(town.to, say("y")))
        await other.close()
        assert [result.fate for result in results] == [Fate.SENT, Fate.SENT]
        assert (town.fake.oa.auth.refreshes, town.fake.oa.auth.refusals) == (1, 0)


@pytest.mark.parametrize("trouble", [LOST, CUT])
async def test_lost_answer_is_one_alarm(tmp_path: Path, trouble: Trouble) -> None:
    """A lost answer to a refresh: an operator is told the cure once, messages wait, the token is not tried again."""
    async with oa_town(tmp_path) as town:
        await town.channel.send(town.to, say("x"))
        town.fake.oa.auth.revoke(town.pair.access)
        town.fake.trouble("access_token", trouble)
        fates = set()
        for _ in range(5):
            fates.add(await fate(town))
            await town.fake.advance(hours=1)
        assert (fates, len(town.alarms), town.fake.calls["access_token"]) == ({Fate.LATER}, 1, 1)
        assert "HOIAM_ZALO_OA_REFRESH_TOKEN" in town.alarms[0]


@pytest.mark.parametrize("code", [-14014, -118])
async def test_refused_refresh_is_one_alarm(tmp_path: Path, code: int) -> None:
    """A spent refresh token is one alarm and no loop."""
    async with oa_town(tmp_path) as town:
        town.fake.oa.auth.refused_code = code
        await town.fake.advance(days=91)
        fates = set()
        for _ in range(5):
            fates.add(await fate(town))
            await town.fake.advance(hours=1)
        assert fates <= {Fate.LATER}
        assert (len(town.alarms), town.fake.oa.auth.refusals) == (1, 1)
        assert str(code) in town.alarms[0]


async def test_the_cure_works(tmp_path: Path) -> None:
    """A new pair in the settings and a restart heal it, though an old pair is stored."""
    async with oa_town(tmp_path) as town:
        await town.channel.send(town.to, say("x"))
        await town.fake.advance(days=91)
        assert await fate(town) is Fate.LATER
        healed = oa_channel(town.fake, town.store, town.alarms, town.fake.oa.auth.mint())
        await town.person.says("chào")
        result = await healed.send(town.to, say("x"))
        await healed.close()
        assert (result.fate, len(town.alarms)) == (Fate.SENT, 1)


async def test_another_process_heals(tmp_path: Path) -> None:
    """A pair that somebody else stored is found without a restart, and a later loss is told again."""
    async with oa_town(tmp_path) as town:
        town.fake.oa.auth.revoke(town.pair.access)
        town.fake.trouble("access_token", LOST, LOST)
        assert await fate(town) is Fate.LATER
        newer = town.fake.oa.auth.mint()
        async with town.store.lease() as lease:
            await lease.save(newer)
        assert await fate(town) is Fate.SENT
        await town.fake.advance(hours=1)
        town.fake.oa.auth.revoke(newer.access)
        assert (await fate(town), len(town.alarms)) == (Fate.LATER, 2)


@pytest.mark.parametrize("trouble", [html(502), canned({}, 429), canned({"error": -1}, 503)])
async def test_tired_oauth_host(tmp_path: Path, trouble: Trouble) -> None:
    """An OAuth host in trouble at the twentieth hour is tried again later; messages still go out."""
    async with oa_town(tmp_path) as town:
        await town.channel.send(town.to, say("x"))
        await town.fake.advance(hours=20)
        town.fake.trouble("access_token", trouble)
        assert (await fate(town), town.fake.oa.auth.refreshes) == (Fate.SENT, 0)
        await town.fake.advance(minutes=6)
        assert (await fate(town), town.fake.oa.auth.refreshes, town.alarms) == (Fate.SENT, 1, [])


async def test_unreachable_oauth_host(tmp_path: Path) -> None:
    """Without the OAuth host a refused token is a wait, not an alarm."""
    async with oa_town(tmp_path, oauth_api="http://127.0.0.1:9") as town:
        town.fake.oa.auth.revoke(town.pair.access)
        assert (await fate(town), town.alarms) == (Fate.LATER, [])


async def test_wrong_app_secret(tmp_path: Path) -> None:
    """A refusal that is not about the token names the settings, and the token is kept for later."""
    async with oa_town(tmp_path, app_secret="wrong") as town:
        town.fake.oa.auth.revoke(town.pair.access)
        assert await fate(town) is Fate.LATER
        assert "HOIAM_ZALO_OA_APP_SECRET" in town.alarms[0]
        town.fake.oa.auth.app_secret = "wrong"
        await town.fake.advance(minutes=6)
        assert await fate(town) is Fate.SENT


async def test_wrong_app_secret_is_one_alarm(tmp_path: Path) -> None:
    """However often a wrong setting is refused, an operator is called once."""
    async with oa_town(tmp_path, app_secret="wrong") as town:
        town.fake.oa.auth.revoke(town.pair.access)
        for _ in range(4):
            await town.channel.send(town.to, say("x"))
            await town.fake.advance(minutes=6)
        assert (town.fake.calls["access_token"], len(town.alarms)) == (4, 1)


async def test_seconds_as_number(tmp_path: Path) -> None:
    """`expires_in` may be a number."""
    async with oa_town(tmp_path) as town:
        town.fake.oa.auth.seconds_as_number = True
        town.fake.oa.auth.revoke(town.pair.access)
        await town.channel.send(town.to, say("x"))
        stored = await town.store.load()
        assert stored is not None
        assert stored.expires_at == town.clock() + timedelta(hours=25)


async def test_no_refresh_token(tmp_path: Path) -> None:
    """An access token alone works until its end, then says what is missing."""
    async with oa_town(tmp_path, refresh_token="") as town:
        assert await fate(town) is Fate.SENT
        await town.fake.advance(hours=26)
        assert (await fate(town), len(town.alarms)) == (Fate.LATER, 1)


async def test_no_pair_at_all(tmp_path: Path) -> None:
    """Without any pair the channel does not start, and names the settings."""
    async with FakeZalo() as fake:
        channel = oa_channel(fake, FileTokens(tmp_path / "t.db"), [], None)
        with pytest.raises(WrongToken, match="HOIAM_ZALO_OA_ACCESS_TOKEN"):
            await channel.start()
        await channel.close()


async def test_cancelled_sender_keeps_the_pair(tmp_path: Path) -> None:
    """A sender cancelled while the refresh is under way does not tear it off: the new pair is saved."""
    async with oa_town(tmp_path) as town:
        town.fake.oa.auth.revoke(town.pair.access)
        task = asyncio.create_task(town.channel.send(town.to, say("x")))
        while town.fake.calls["access_token"] == 0:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        await town.channel.close()
        stored = await town.store.load()
        assert stored is not None
        assert (town.fake.oa.auth.refreshes, town.fake.oa.auth.fault_of(stored.access)) == (1, 0)


async def test_pair_survives_a_failed_save(tmp_path: Path) -> None:
    """A pair that could not be saved is kept and saved at the next try: nobody else has it."""
    async with oa_town(tmp_path) as town:
        await town.channel.send(town.to, say("x"))
        town.fake.oa.auth.revoke(town.pair.access)
        town.store.full = True
        with pytest.raises(OSError, match="full"):
            await town.channel.send(town.to, say("x"))
        town.store.full = False
        assert await fate(town) is Fate.SENT
        assert (town.fake.oa.auth.refreshes, town.fake.oa.auth.refusals) == (1, 0)
