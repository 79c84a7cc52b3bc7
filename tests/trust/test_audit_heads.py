"""Each day's head leaves the house: once, by day, to a file that only grows, to oversight, and by mail."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.settings import SettingsError, read_settings
from scheduler.audit_heads import AuditHeads, Mail, bring_up_to_date, read_heads
from storage.audit import entry_table, head_table
from storage.audit_check import Anchor, check_chain
from storage.outbox import outbox
from storage.work import StoredWork
from tests.handlers.officer_cast import Bureau, open_bureau  # noqa: F401 - a fixture


@pytest.fixture
async def watched(bureau: Bureau) -> Bureau:
    """A commune with its officers and one entry."""
    await bureau.staff()
    await bureau.office.write(lambda unit: unit.audit.enter("signed_in", actor="lan"))
    return bureau


def heads(bureau: Bureau, file: Path, mail: Mail | None = None) -> AuditHeads:
    """The job."""
    return AuditHeads(bureau.office, lambda: bureau.rules, file, mail)


async def test_a_day_has_one_head_in_the_file_and_one_message(watched: Bureau, tmp_path: Path) -> None:
    """However often the clock ticks; the message names the head and neither a number nor a case."""
    file = tmp_path / "elsewhere" / "audit-heads.txt"
    for _ in range(3):
        await heads(watched, file).tick(watched.clock())
        watched.clock.move(seconds=600)
        await watched.office.write(lambda unit: unit.audit.enter("signed_in", actor="lan"))
    (anchor,) = read_heads(file)
    assert (anchor.position, str(anchor.day)) == (1, "2026-03-02")
    news = await watched.news("quang")
    assert news.count(anchor.head) == 1
    assert "1:" not in news
    assert anchor.head not in await watched.news("lan")


async def test_published_heads_anchor_the_chain(watched: Bureau, tmp_path: Path) -> None:
    """Three days, three heads; the check finds all of them in their places."""
    file = tmp_path / "audit-heads.txt"
    for _ in range(3):
        await heads(watched, file).tick(watched.clock())
        watched.clock.now += timedelta(days=1)
        await watched.office.write(lambda unit: unit.audit.enter("signed_out", actor="lan"))
    found = await watched.office.read(lambda unit: check_chain(unit, read_heads(file)))
    assert (found.whole, found.since, len(read_heads(file))) == (True, 3, 3)


async def test_nothing_is_sent_at_night(watched: Bureau, tmp_path: Path) -> None:
    """At ten in the evening nobody is written to; the head goes out in the morning."""
    watched.clock.move(seconds=13 * 3600)
    await heads(watched, tmp_path / "h").tick(watched.clock())
    assert not (tmp_path / "h").exists()
    assert await watched.office.read(_queued) == 0
    watched.clock.move(seconds=10 * 3600)
    await heads(watched, tmp_path / "h").tick(watched.clock())
    assert await watched.office.read(_queued) > 0


def _queued(unit: StoredWork) -> int:
    return int(unit.connection.execute(select(func.count()).select_from(outbox)).scalar_one())


async def test_a_file_that_could_not_be_written_is_caught_up(watched: Bureau, tmp_path: Path) -> None:
    """A folder that was away yesterday gets yesterday's head today."""
    away = tmp_path / "away"
    away.write_text("not a folder")
    await heads(watched, away / "audit-heads.txt").tick(watched.clock())
    away.unlink()
    watched.clock.now += timedelta(days=1)
    await heads(watched, away / "audit-heads.txt").tick(watched.clock())
    assert [str(one.day) for one in read_heads(away / "audit-heads.txt")] == ["2026-03-02", "2026-03-03"]


def test_the_file_only_grows(tmp_path: Path) -> None:
    """A day that stands in it is never written again, whatever the database says later."""
    file = tmp_path / "heads"
    bring_up_to_date(file, [Anchor("a" * 64, 7, date(2026, 3, 2))])
    before = file.read_text()
    bring_up_to_date(file, [Anchor("b" * 64, 8, date(2026, 3, 2)), Anchor("c" * 64, 9, date(2026, 3, 3))])
    assert file.read_text().startswith(before)
    assert [one.head[0] for one in read_heads(file)] == ["a", "c"]


@pytest.mark.parametrize("torn", ["2026-03-03 10:cccc", "2026-0", f"2026-03-03 10:{'c' * 64}"])
def test_a_line_that_was_broken_off_is_written_again(tmp_path: Path, torn: str) -> None:
    """A disk that filled up or a power cut in the middle of a line must not end the file for ever."""
    file = tmp_path / "heads"
    known = [Anchor(sign * 64, 7 + day, date(2026, 3, day)) for day, sign in ((2, "a"), (3, "c"), (4, "d"))]
    bring_up_to_date(file, known[:1])
    before = file.read_text()
    file.write_text(before + torn)
    assert read_heads(file)[:1] == known[:1]
    bring_up_to_date(file, known)
    assert read_heads(file) == known
    assert file.read_text() == f"{before}2026-03-03 10:{'c' * 64}\n2026-03-04 11:{'d' * 64}\n"


def test_a_spoilt_line_that_is_whole_is_named(tmp_path: Path) -> None:
    """Nobody writes such a line by accident."""
    file = tmp_path / "heads"
    file.write_text("2026-03-02 7:aaaa\n")
    with pytest.raises(ValueError, match="1"):
        read_heads(file)


async def test_the_head_is_mailed_once(watched: Bureau, tmp_path: Path) -> None:
    """A relay on this machine gets one message a day, and a failing one is asked again."""
    got: list[bytes] = []

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 relay\r\n")
        while line := await reader.readline():
            word = line[:4].upper()
            if word == b"DATA":
                writer.write(b"354 go\r\n")
                got.append(await reader.readuntil(b"\r\n.\r\n"))
            writer.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                break
        writer.close()

    job = heads(watched, tmp_path / "h", Mail("127.0.0.1:1", "bot@xa.example", "a@x.example"))
    await job.tick(watched.clock())  # nobody listens there
    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    job = heads(watched, tmp_path / "h", Mail(f"127.0.0.1:{port}", "bot@xa.example", "a@x.example"))
    for _ in range(2):
        await job.tick(watched.clock())
    server.close()
    await server.wait_closed()
    (head,) = read_heads(tmp_path / "h")
    assert len(got) == 1
    assert head.head.encode() in got[0]


async def test_an_empty_chain_publishes_nothing(watched: Bureau, tmp_path: Path) -> None:
    """The first head is that of the first entry."""
    await watched.office.write(_emptied)
    await heads(watched, tmp_path / "h").tick(watched.clock())
    assert not (tmp_path / "h").exists()


@pytest.mark.parametrize("server", ["relay", "relay:smtp"])
def test_mail_half_told_is_refused(server: str) -> None:
    """A server without a port, or without addresses, is named at the start and not found out a day later."""
    for more in ({}, {"audit_mail_from": "a@x.example", "audit_mail_to": "b@x.example"}):
        with pytest.raises(SettingsError, match="AUDIT_MAIL"):
            read_settings(_env_file=None, audit_mail_server=server, **more)


def _emptied(unit: StoredWork) -> None:
    for table in (entry_table, head_table):
        unit.connection.execute(table.delete())
