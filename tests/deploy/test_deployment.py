"""`check --deployment`: what is unsafe for the open Internet is named with its cure, what is sound is not."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest

from bot.commands.check import check
from bot.deployment import NOTE, UNSAFE, file_system, look
from bot.settings import Settings
from tests.bot.test_settings import alone

__all__ = ["alone"]  # a fixture for every test here: no setting of this machine

DISK = "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
SOUND = {
    "public_url": "https://phananh.xamau.example",
    "trusted_proxy": "127.0.0.1",
    "backup_recipient": f"age1{'q' * 58}",
    "audit_heads": Path("elsewhere"),
}


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    """A data folder and a key apart from it, both for their owner alone."""
    data, key = tmp_path / "data", tmp_path / "key" / "master.key"
    data.mkdir(mode=0o700)
    key.parent.mkdir(mode=0o700)
    key.touch(mode=0o600)
    return {"data_dir": data, "master_key_file": key}


def seen(folders: dict[str, Path], mounts: str = DISK, **changes: Any) -> set[tuple[str, str]]:
    """Level and beginning of the subject of each finding, apart from who runs the tests."""
    settings = Settings(_env_file=None, **{**folders, **SOUND, **changes})
    return {(one.level, one.about.partition("=")[0]) for one in look(settings, mounts) if one.about != "root"}


def test_a_sound_installation_has_nothing_to_mend(folders: dict[str, Path]) -> None:
    """One machine, a proxy on it, folders closed, the key apart."""
    assert {one for one in seen(folders) if one[0] == UNSAFE} == set()


@pytest.mark.parametrize(
    ("changes", "level", "about"),
    [
        ({"public_url": ""}, UNSAFE, "HOIAM_PUBLIC_URL"),
        ({"public_url": "http://127.0.0.1:8080"}, UNSAFE, "HOIAM_PUBLIC_URL"),
        ({"host": "0.0.0.0", "trusted_proxy": ""}, UNSAFE, "HOIAM_HOST"),
        ({"host": "10.0.0.4", "trusted_proxy": ""}, UNSAFE, "HOIAM_HOST"),
        ({"host": "0.0.0.0"}, UNSAFE, "HOIAM_HOST"),
        ({"host": "0.0.0.0", "trusted_proxy": "10.0.0.9"}, NOTE, "HOIAM_HOST"),
        ({"trusted_proxy": ""}, UNSAFE, "HOIAM_TRUSTED_PROXY"),
        ({"trusted_proxy": "127.0.0.1,10.0.0.0/8"}, NOTE, "HOIAM_TRUSTED_PROXY"),
        ({"metrics_public": True}, UNSAFE, "HOIAM_METRICS_PUBLIC"),
        ({"backup_recipient": ""}, UNSAFE, "HOIAM_BACKUP_RECIPIENT"),
        ({"audit_heads": None}, NOTE, "HOIAM_AUDIT_HEADS"),
        ({"database_url": "postgresql+asyncpg://h@db/x", "database_plain": True}, NOTE, "HOIAM_DATABASE_PLAIN"),
        ({"database_url": "postgresql+asyncpg://h@db/x?ssl=require"}, NOTE, "HOIAM_DATABASE_URL"),
    ],
)
def test_each_weakness_is_named(folders: dict[str, Path], changes: dict[str, Any], level: str, about: str) -> None:
    """By the setting to change, as unsafe or as something to know."""
    assert (level, about) in seen(folders, **changes)
    assert (level, about) not in seen(folders)


@pytest.mark.parametrize(
    ("database", "proxy"), [("postgresql+asyncpg://h@db/x?ssl=verify-full", "10.0.0.9"), ("sqlite:////srv/x.db", "::1")]
)
def test_other_sound_ways_are_not_blamed(folders: dict[str, Path], database: str, proxy: str) -> None:
    """A proved database server, a proxy by IPv6."""
    assert {one for one in seen(folders, database_url=database, trusted_proxy=proxy) if one[0] == UNSAFE} == set()


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o701])
def test_a_data_folder_open_to_others_is_named(folders: dict[str, Path], mode: int) -> None:
    """Group and everybody else."""
    folders["data_dir"].chmod(mode)
    assert (UNSAFE, str(folders["data_dir"])) in seen(folders)


@pytest.mark.parametrize("mode", [0o640, 0o604])
@pytest.mark.parametrize("name", ["master.key", "outside.key", "drill.key"])
def test_a_key_open_to_others_is_named(folders: dict[str, Path], name: str, mode: int) -> None:
    """One line in a file opens everything stored, a sender's address, or the newest backup."""
    key = folders["master_key_file"].with_name(name)
    key.touch()
    key.chmod(mode)
    assert (UNSAFE, str(key)) in seen(folders)


def test_a_settings_file_open_to_everybody_is_named(folders: dict[str, Path], tmp_path: Path) -> None:
    """It holds the messengers' tokens; the service's group may read it."""
    (tmp_path / ".env").touch()
    (tmp_path / ".env").chmod(0o640)
    assert (UNSAFE, ".env") not in seen(folders)
    (tmp_path / ".env").chmod(0o644)
    assert (UNSAFE, ".env") in seen(folders)


def test_a_key_inside_the_data_folder_is_something_to_know(folders: dict[str, Path]) -> None:
    """A copy of the folder would then hold lock and key."""
    inside = folders["data_dir"] / "master.key"
    assert (NOTE, str(inside)) in seen(folders, master_key_file=None)


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "9p", "fuse.sshfs"])
def test_sqlite_on_a_network_file_system_is_named(folders: dict[str, Path], kind: str) -> None:
    """Its locks promise less than SQLite needs; PostgreSQL does not care where the files lie."""
    mounts = f"{DISK}30 22 0:40 / {folders['data_dir']} rw - {kind} server:/x rw\n"
    assert (UNSAFE, str(folders["data_dir"] / "hoiam.db")) in seen(folders, mounts)
    assert seen(folders, mounts, database_url="postgresql+asyncpg://h@127.0.0.1/x") == set()


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/srv/x.db", "ext4"), ("/mnt/share/x.db", "nfs4"), ("/mnt/shared", "ext4"), ("/mnt/two words/x.db", "cifs")],
)
def test_the_longest_mount_point_decides(path: str, kind: str) -> None:
    """Also with a space in its name; an unreadable line is left out."""
    mounts = (
        f"{DISK}30 22 0:40 / /mnt/share rw shared:1 - nfs4 server:/x rw\n"
        "31 22 0:41 / /mnt/two\\040words rw - cifs //s/x rw\nnonsense\n"
    )
    assert file_system(Path(path), mounts) == kind


def test_every_finding_says_what_to_do(folders: dict[str, Path]) -> None:
    """Level, subject, what is wrong, and the cure, on one line."""
    bad: Any = {"public_url": "", "host": "0.0.0.0", "trusted_proxy": "", "metrics_public": True}
    for one in look(Settings(_env_file=None, **{**folders, **bad})):
        assert str(one) == f"{one.level}: {one.about}: {one.what}; {one.cure}"
        assert all((one.about, one.what, one.cure, "\n" not in str(one)))


def test_the_command_fails_on_what_is_unsafe(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, and without the word nothing of the kind is said."""
    assert check(argparse.Namespace(deployment=True)) == 1
    assert "unsafe: HOIAM_PUBLIC_URL" in capsys.readouterr().out
    assert check(argparse.Namespace(deployment=False)) == 0
    assert "unsafe" not in capsys.readouterr().out


def test_the_command_passes_on_a_sound_installation(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Things to know alone do not fail it."""
    for name, value in {**folders, **SOUND}.items():
        monkeypatch.setenv(f"HOIAM_{name.upper()}", str(value))
    assert check(argparse.Namespace(deployment=True)) == 0
    assert "deployment: 0 unsafe" in capsys.readouterr().out
