"""Backups by themselves and by hand: the hourly child process, the drill, alarms, the commands, and a quiet restore."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import select

from bot.alarms import Alarms
from bot.app import App
from bot.backups import Backups, env_lines, target_of
from bot.cli import main
from bot.clock import SteppedClock
from bot.restoring import SPEAKING, hush
from bot.settings import Settings, SettingsError, read_settings
from cases.messages import Address
from cases.model import Officer, OfficerRole, State
from cases.rules import Rules
from storage import chores
from storage.backup import make
from storage.backup_folder import backups
from storage.outbox import outbox
from storage.restore import RESTORED, Place, restore
from storage.work import StoredWork
from tests.cases.cast import a_case
from tests.trust.backup_kit import NOW, OTHER_RECIPIENT, RECIPIENT, SECRET, House, case_ids


def settings_of(house: House, **given: object) -> Settings:
    """The settings of an installation with backups, and no channels."""
    known = {"data_dir": house.data, "backup_dir": house.backups, "backup_recipient": RECIPIENT, "free_space_mb": 0}
    return read_settings(**{**known, **given})


async def alarms_said(house: House) -> int:
    """How many messages administrators were queued."""
    said = select(outbox.c.id).where(outbox.c.purpose == "alarm")
    return len(await house.office.read(lambda unit: unit.connection.execute(said).all()))


def an_administrator(unit: StoredWork) -> None:
    """Somebody with a chat who is told of alarms."""
    chat = unit.chats.load(Address("telegram", "77"))
    unit.chats.save(chat)
    unit.people.save_officer(Officer("admin", "xa-mau", "Quản trị", "mttq", (OfficerRole.ADMIN,), chat=chat.key))


async def test_the_running_program_backs_up_each_hour_and_drills_each_month(tmp_path: Path, rules: Rules) -> None:
    """In child processes, with a key of the machine's own for the drill; what came of it stands in `/readyz`."""
    async with House(tmp_path) as house:
        await house.add(case_ids(2))
        settings = settings_of(house)
        keeper = Backups(settings, house.office, Alarms(house.office, lambda: rules), CollectorRegistry())
        await keeper.tick(NOW)
        assert len(backups(house.backups)) == 1
        assert await keeper.state(NOW) == {"backup": "ok", "drill": "ok", "backup_age_minutes": 0}
        await keeper.tick(NOW + timedelta(minutes=1))
        assert len(backups(house.backups)) == 1
        drilled = await house.office.read(lambda unit: chores.last(unit, chores.DRILL))
        assert drilled is not None
        assert "2 files open" in drilled.detail
        assert settings.drill_key.stat().st_mode & 0o077 == 0
        assert not list(house.data.glob(".drill-*"))


async def test_a_failing_backup_is_told_once_a_day(tmp_path: Path, rules: Rules) -> None:
    """The log, `/readyz` and the administrators' chats; tried again after ten minutes, told again tomorrow."""
    async with House(tmp_path) as house:
        await house.office.write(an_administrator)
        keeper = Backups(settings_of(house), house.office, Alarms(house.office, lambda: rules), CollectorRegistry())
        house.backups.write_text("a file where the folder should be")  # since the start
        for _ in range(2):
            await keeper.tick(house.clock())
            house.clock.move(minutes=11)
        assert (await keeper.state(house.clock()))["backup"] == "failed"
        assert await alarms_said(house) == 1
        house.clock.move(days=1)
        await keeper.tick(house.clock())
        assert await alarms_said(house) == 2
        last = await house.office.read(lambda unit: chores.last(unit, chores.BACKUP))
        assert last is not None
        assert "HOIAM_BACKUP_DIR" in last.fault
        assert "name a folder" in last.fault


async def test_the_first_backup_is_not_late_while_another_worker_makes_it(tmp_path: Path, rules: Rules) -> None:
    """Nobody is alarmed by it; a worker that died over it is told of three hours later."""
    async with House(tmp_path) as house:
        await house.office.write(an_administrator)
        hour = timedelta(hours=1)
        assert await house.office.write(lambda unit: chores.begin(unit, chores.BACKUP, hour, hour))
        keeper = Backups(settings_of(house), house.office, Alarms(house.office, lambda: rules), CollectorRegistry())
        await keeper.tick(house.clock())
        assert ((await keeper.state(house.clock()))["backup"], await alarms_said(house)) == ("never", 0)
        assert (await keeper.state(house.clock() + timedelta(hours=4)))["backup"] == "late"


async def test_without_a_key_nothing_is_backed_up_and_nothing_complains(tmp_path: Path, rules: Rules) -> None:
    """It is the operator's choice; `/readyz` says off."""
    async with House(tmp_path) as house:
        settings = settings_of(house, backup_recipient="")
        keeper = Backups(settings, house.office, Alarms(house.office, lambda: rules), CollectorRegistry())
        await keeper.tick(NOW)
        assert await keeper.state(NOW) == {"backup": "off"}
        assert not house.backups.exists()


def test_the_secret_half_is_refused_as_a_setting(tmp_path: Path) -> None:
    """It would open every backup to whoever reads `.env`."""
    for wrong in (SECRET, "age1tooshort", f"{RECIPIENT},nonsense"):
        with pytest.raises(SettingsError, match="HOIAM_BACKUP_RECIPIENT"):
            read_settings(data_dir=tmp_path, backup_recipient=wrong)
    with pytest.raises(SettingsError, match="HOIAM_BACKUP_KEEP"):
        read_settings(data_dir=tmp_path, backup_keep="0,1,1")


def test_several_off_line_keys_and_the_machines_own(tmp_path: Path) -> None:
    """Two persons may hold a key each; the drill key is there unless switched off."""
    both = f"{RECIPIENT}, {OTHER_RECIPIENT}"
    drilling = target_of(read_settings(data_dir=tmp_path, backup_recipient=both))
    assert (drilling.recipients[:2], len(drilling.recipients)) == ([RECIPIENT, OTHER_RECIPIENT], 3)
    plain = target_of(read_settings(data_dir=tmp_path, backup_recipient=both, backup_drill=False))
    assert len(plain.recipients) == 2


def test_a_backup_carries_the_settings_that_were_given(tmp_path: Path) -> None:
    """Tokens among them, for the new machine; not where things lay on the old one."""
    lines = env_lines(read_settings(data_dir=tmp_path, telegram_token="12:secret", port=9000))
    assert "HOIAM_TELEGRAM_TOKEN=12:secret\n" in lines
    assert "HOIAM_PORT=9000\n" in lines
    assert "HOIAM_DATA_DIR" not in lines


@pytest.mark.parametrize("secret", ["plain=x#y", "half a #word", "'quoted'", '"quoted"', " blank ", "it's #1 \\n"])
def test_settings_come_back_as_they_were(tmp_path: Path, secret: str) -> None:
    """Whatever signs a token or a password has."""
    whole = {f"zalo_oa_{name}": "1" for name in ("app_id", "secret_key", "access_token", "refresh_token")}
    lines = env_lines(read_settings(_env_file=None, zalo_oa_app_secret=secret, **whole))
    (tmp_path / ".env").write_text(lines)
    assert read_settings(_env_file=tmp_path / ".env").zalo_oa_app_secret.get_secret_value() == secret


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, Path]:
    """An installation's settings in the environment, as the command line reads them."""
    given = {"data": tmp_path / "var", "backups": tmp_path / "backups"}
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOIAM_DATA_DIR", str(given["data"]))
    monkeypatch.setenv("HOIAM_BACKUP_DIR", str(given["backups"]))
    monkeypatch.setenv("HOIAM_BACKUP_RECIPIENT", RECIPIENT)
    monkeypatch.setenv("HOIAM_FREE_SPACE_MB", "0")
    (tmp_path / "key.txt").write_text(SECRET)
    return given


def command(*words: str) -> int:
    """Run one command; its exit code."""
    with pytest.raises(SystemExit) as ended:
        main(words)
    return int(ended.value.code or 0)


def test_make_list_drill_restore_held_by_hand(
    environment: Mapping[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The way of the page, from the first backup to the new machine."""
    assert command("officer", "invite", "--body", "mttq", "--name", "Lan", "--role", "handler") == 0
    assert command("backup", "make") == 0
    assert command("backup", "drill") == 0
    assert command("backup", "drill", "--identity", str(tmp_path / "key.txt")) == 0
    assert command("backup", "list") == 0
    assert "rows equal" in capsys.readouterr().out
    (archive,) = backups(environment["backups"])
    assert command("backup", "restore", str(archive), "--identity", str(tmp_path / "key.txt")) == 1
    assert "already" in capsys.readouterr().err
    shutil.rmtree(environment["data"])
    assert command("backup", "restore", str(archive), "--identity", str(tmp_path / "key.txt")) == 0
    assert "settings.env" in capsys.readouterr().out
    assert command("officer", "list") == 0
    assert "Lan" in capsys.readouterr().out
    assert command("backup", "held", "--drop") == 0
    assert command("audit", "verify") == 0


def test_purge_holds_by_hand(environment: Mapping[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """A dry run says what would go and changes nothing; a hold needs a case and a reason."""
    assert command("purge", "--dry-run") == 0
    assert "nothing was changed" in capsys.readouterr().out
    assert command("purge", "hold", "PA-2026-000001") == 1
    assert command("purge", "hold", "PA-2026-000001", "--reason", "tòa án") == 1
    assert "no such case" in capsys.readouterr().err
    assert command("purge", "lift", "nothing") == 1
    assert command("purge", "holds") == 0
    assert command("purge") == 0


def test_a_new_key_is_shown_and_not_stored(environment: Mapping[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """The secret half exists on the screen only."""
    assert command("backup", "key") == 0
    told = capsys.readouterr().out
    assert "AGE-SECRET-KEY-1" in told
    assert "HOIAM_BACKUP_RECIPIENT=age1" in told
    assert not environment["data"].exists()


def overdue(unit: StoredWork, now: datetime) -> None:
    """A case whose authority's term ended a while ago, and an officer of the Front with a chat."""
    an_officer = unit.chats.load(Address("telegram", "78"))
    unit.chats.save(an_officer)
    handler = (OfficerRole.HANDLER, OfficerRole.TRIAGE)
    unit.people.save_officer(Officer("lan", "xa-mau", "Lan", "mttq", handler, chat=an_officer.key))
    entry = a_case()
    entry.id, entry.code, entry.state = case_ids(1, "late")[0], "PA-2026-000777", State.RECEIVED
    entry.received_on = entry.first_received_on = (now - timedelta(days=60)).date()
    entry.due_on = (now - timedelta(days=30)).date()
    entry.next_nudge_at = now - timedelta(days=1)
    unit.cases.add(entry, "receipt late")


async def test_a_restore_writes_to_nobody(tmp_path: Path, rules: Rules) -> None:
    """What waited is held; what fell due since is marked as said, by night too; what falls due later goes on."""
    morning = datetime.fromisoformat("2026-11-19T06:00:00+07:00")  # a Thursday
    async with House(tmp_path) as house:
        house.clock.set(morning)
        await house.add(case_ids(2))
        await house.office.write(lambda unit: overdue(unit, morning))
    archive = make(house.source, house.target, morning).path
    settings = settings_of(house)
    lost = await said(settings, morning + timedelta(hours=6))
    assert lost == {"reply": 2, "reminder": 1, "digest": 1}, "the lost machine wrote to people on that day"
    shutil.rmtree(house.data)
    night = SteppedClock(morning + timedelta(hours=17))
    assert (await restore(archive, SECRET, house.place(), night)).held == 2
    assert await hush(settings, night) == 2
    assert await said(settings, night()) == {}
    assert await said(settings, morning + timedelta(days=1, hours=3)) == {"digest": 1}, "only the new day's digest"
    later = await said(settings, morning + timedelta(days=18, hours=3))
    assert later["reminder"] == 1, "what falls due later is said"


def test_every_job_says_whether_it_speaks(tmp_path: Path) -> None:
    """A new job that writes to people must be hushed after a restore, or be named here."""
    silent = {"hooks", "search words", "rules", "housekeeping"}
    of_the_machine_as_it_is_now = {"audit heads", "room", "backups"}

    async def names() -> set[str]:
        app = App(read_settings(data_dir=tmp_path), SteppedClock(NOW), channels={})
        await app.open()
        await app.close()
        return {job.name for job in app.jobs()}

    assert asyncio.run(names()) == {*SPEAKING, *silent, *of_the_machine_as_it_is_now}


async def test_a_restore_that_dies_before_it_was_hushed_has_installed_nothing(tmp_path: Path) -> None:
    """Else the next start would say again all that the lost machine had said."""
    async with House(tmp_path) as house:
        await house.add(case_ids(1))
    archive = make(house.source, house.target, NOW).path
    shutil.rmtree(house.data)
    seen: list[bool] = []

    async def die(built: Place) -> int:
        seen.append(built.data_dir.exists() and not house.place().key_file.exists())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await restore(archive, SECRET, house.place(), house.clock, die)
    assert seen == [True]
    assert not house.data.exists()
    assert (await restore(archive, SECRET, house.place(), house.clock)).held == 1


async def said(settings: Settings, now: datetime) -> Counter[str]:
    """The messages that wait to be sent after one round of the scheduler at this moment, by purpose."""
    app = App(settings, SteppedClock(now), channels={})
    await app.open()
    try:
        for job in app.jobs():
            if job.name not in ("backups", "rules", "hooks", "audit heads"):
                await job.run(now)
        waiting = select(outbox.c.purpose).where(outbox.c.done_at.is_(None), outbox.c.state != RESTORED)
        return Counter(await app.office.read(lambda unit: unit.connection.execute(waiting).scalars().all()))
    finally:
        await app.close()
