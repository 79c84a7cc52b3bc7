"""Nothing secret reaches logs, results, errors or alarms of the Official Account, whatever goes wrong."""

from __future__ import annotations

import asyncio
import logging
import traceback
from pathlib import Path

import pytest

from bot.channels.base import Forged, Malformed
from cases.messages import Address, Ask, FileFault, FileKind, FileRef, Template
from tests.channels.zalo_kit import OATown, oa_channel, oa_town, say
from tests.fakes.zalo_server import CUT, LOST, RESET, canned, html, oa_error

TEXT = "canary-text-7f3a"
PHONE = "84901234567"


def secrets_of(town: OATown) -> list[str]:
    """Every string that must not appear."""
    face = town.fake.oa
    return [face.app_secret, face.secret_key, town.pair.access, town.pair.refresh, TEXT, PHONE, town.person.id]


async def provoke(town: OATown) -> list[str]:
    """Send, renew, verify, parse and fetch under every trouble; returns all words that came back."""
    told: list[str] = []
    to = Address("zalo-oa", town.person.id, PHONE)
    message = say(TEXT, ask=Ask.CONTACT, template=Template("status", (("code", TEXT),)))
    troubles = [html(502), canned({}, 429), LOST, CUT, RESET, oa_error(-201), oa_error(-204), oa_error(-230)]
    town.fake.trouble("access_token", html(502), canned({}, 429), oa_error(-14002))
    for name in ("message/cs", "message/template", "template/phone"):
        for trouble in troubles:
            town.fake.trouble(name, trouble)
    for _ in range(40):
        told.append(str(await town.channel.send(to, message)))
        await town.fake.advance(hours=7)
    town.fake.trouble("access_token", LOST)
    await town.fake.advance(days=91)
    told.append(str(await town.channel.send(to, message)))
    for headers in ({}, {"x-zevent-signature": "mac=" + TEXT}):
        for body in (TEXT.encode(), f'{{"event_name":"user_send_text","text":"{TEXT}"}}'.encode()):
            told += [
                _words(lambda h=headers, b=body: town.channel.verify(h, b)),
                _words(lambda b=body: town.channel.parse(b)),
            ]
    try:
        await town.channel.fetch(FileRef(FileKind.PHOTO, f"https://evil.vn/{TEXT}"), 1)
    except FileFault:
        told.append(traceback.format_exc(limit=0))
    return told + town.alarms


def _words(act: object) -> str:
    assert callable(act)
    try:
        act()
    except (Forged, Malformed) as why:
        return "".join(traceback.format_exception_only(why))
    return ""


async def test_no_secret_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """At DEBUG, with asyncio's debug mode on, no secret, text, phone or id is logged or returned."""
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    async with oa_town(tmp_path) as town:
        told = "\n".join([*await provoke(town), caplog.text, *(str(record.__dict__) for record in caplog.records)])
        stored = await town.store.load()
        assert stored is not None
        assert [secret for secret in (*secrets_of(town), stored.access, stored.refresh) if secret in told] == []
        assert "oa -204" in told


async def test_no_secret_in_a_representation(tmp_path: Path) -> None:
    """Printing the channel shows nothing."""
    async with oa_town(tmp_path) as town:
        shown = repr(oa_channel(town.fake, town.store, [], town.pair)) + str(town.channel)
        assert [secret for secret in secrets_of(town) if secret in shown] == []
