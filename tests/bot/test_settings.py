"""Settings: every mistake is named with its cure before anything starts, and no secret is printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, read_settings

TOKEN = "1234567890:" + "A" * 35
SECRET = "Bi-mat_cua_xa_2026"
OA = {"ZALO_OA_APP_ID": "42", "ZALO_OA_APP_SECRET": "app-secret", "ZALO_OA_SECRET_KEY": "oa-secret"}
PUBLIC = {"PUBLIC_URL": "https://hoiam.example.vn"}


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder and an environment without our settings."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"HOIAM_{name.upper()}", raising=False)


def given(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    """Put settings into the environment."""
    for name, value in values.items():
        monkeypatch.setenv(f"HOIAM_{name}", value)


def test_nothing_needs_to_be_set() -> None:
    """The defaults serve the web chat from SQLite on this machine."""
    settings = read_settings()
    assert settings.database == "sqlite:///var/hoiam.db"
    assert str(settings.key_file) == "var/master.key"
    assert settings.address == "http://127.0.0.1:8080"
    assert not settings.zalo_oa_on


@pytest.mark.parametrize(
    "values",
    [
        {"CLAMD": "/run/clamav/clamd.ctl"},
        {"CLAMD": "127.0.0.1:3310"},
        {"TELEGRAM_TOKEN": TOKEN},
        {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_MODE": "webhook", "TELEGRAM_WEBHOOK_SECRET": SECRET, **PUBLIC},
        {"ZALO_BOT_TOKEN": TOKEN, "ZALO_BOT_MODE": "webhook", "ZALO_BOT_WEBHOOK_SECRET": SECRET, **PUBLIC},
        {"ZALO_BOT_TOKEN": TOKEN, "ZALO_BOT_WEBHOOK_SECRET": SECRET},
        OA,
        {**OA, "ZALO_OA_ACCESS_TOKEN": "a", "ZALO_OA_REFRESH_TOKEN": "r"},
        {"DATABASE_URL": "postgresql+asyncpg://hoiam:pw@db.example.vn/hoiam?ssl=verify-full"},
        {"DATABASE_URL": "postgresql+asyncpg://hoiam:pw@10.0.0.5/hoiam?ssl=require"},
        {"DATABASE_URL": "postgresql+asyncpg://hoiam:pw@db/hoiam", "DATABASE_PLAIN": "true"},
        {"DATABASE_URL": "postgresql+asyncpg://hoiam:pw@127.0.0.1:5433/hoiam"},
        {"DATABASE_URL": "postgresql+asyncpg://hoiam@[::1]/hoiam"},
        {"DATABASE_URL": "postgresql+asyncpg:///hoiam?host=/run/postgresql"},
        {"DATABASE_URL": "sqlite:////srv/hoiam/x.db"},
        {"TRUSTED_PROXY": "127.0.0.1, 10.1.0.0/16,::1", "HOST": "0.0.0.0", **PUBLIC},
        {"TRUSTED_PROXY": "10.0.0.0/8,fc00::/7"},
        {"HOOKS_ALLOW": "10.0.0.0/8,fd00::/8,127.0.0.1"},
        {"HOST": "0.0.0.0"},
        {"HOST": "localhost", **PUBLIC},
        {"TELEGRAM_API": "http://127.0.0.1:8081", "ZALO_BOT_API": "http://localhost", "ZALO_OA_API": "http://[::1]:99"},
        {"PORT": "0", "LOG_FORMAT": "json", "LOCALE": "en", "PUBLIC_URL": ""},
    ],
)
def test_sound_settings_are_taken(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    """What the documents describe works."""
    given(monkeypatch, values)
    read_settings()


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"PORT": "eighty"}, "HOIAM_PORT"),
        ({"CLAMD": "10.0.0.5:3310"}, "HOIAM_CLAMD"),
        ({"CLAMD": "clamd"}, "HOIAM_CLAMD"),
        ({"PORT": "70000"}, "HOIAM_PORT"),
        ({"LOCALE": "fr"}, "HOIAM_LOCALE"),
        ({"LOG_FORMAT": "xml"}, "HOIAM_LOG_FORMAT"),
        ({"LOG_LEVEL": "loud"}, "HOIAM_LOG_LEVEL"),
        ({"TELEGRAM_MODE": "push"}, "HOIAM_TELEGRAM_MODE"),
        ({"ZALO_OA_PER_SECOND": "0"}, "HOIAM_ZALO_OA_PER_SECOND"),
        ({"DATABASE_URL": "mysql://x"}, "HOIAM_DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://hoiam:pw@db/hoiam"}, "HOIAM_DATABASE_URL"),
        ({"DATABASE_URL": "postgresql+asyncpg://hoiam:pw@db.example.vn/hoiam"}, "HOIAM_DATABASE_URL"),
        ({"DATABASE_URL": "postgresql+asyncpg://hoiam:pw@10.0.0.5/hoiam?ssl=prefer"}, "HOIAM_DATABASE_URL"),
        ({"DATABASE_URL": "postgresql+asyncpg://hoiam:pw@db/hoiam?ssl=disable"}, "HOIAM_DATABASE_URL"),
        ({"DATABASE_URL": "postgresql+asyncpg://hoiam@/hoiam?host=127.0.0.1:5432,db:5432"}, "HOIAM_DATABASE_URL"),
        ({"DATABASE_URL": "postgresql+asyncpg://h:pw@db/hoiam?sslmode=verify-full"}, "HOIAM_DATABASE_URL"),
        ({"DATABASE_URL": "postgresql+asyncpg://localhost:p#w@db/hoiam"}, "HOIAM_DATABASE_URL"),
        ({"DATABASE_URL": "postgresql+asyncpg://h:pw@db:port/hoiam"}, "HOIAM_DATABASE_URL"),
        ({"TRUSTED_PROXY": "0.0.0.0/0"}, "HOIAM_TRUSTED_PROXY"),
        ({"TRUSTED_PROXY": "127.0.0.1, ::/0"}, "HOIAM_TRUSTED_PROXY"),
        ({"TRUSTED_PROXY": "0.0.0.0/1,128.0.0.0/1"}, "HOIAM_TRUSTED_PROXY"),
        ({"TRUSTED_PROXY": "nginx"}, "HOIAM_TRUSTED_PROXY"),
        ({"HOOKS_ALLOW": "10.20.0.0/16, 0.0.0.0/0"}, "HOIAM_HOOKS_ALLOW"),
        ({"HOOKS_ALLOW": "::/0"}, "HOIAM_HOOKS_ALLOW"),
        ({"HOOKS_ALLOW": "169.254.169.254"}, "HOIAM_HOOKS_ALLOW"),
        ({"HOOKS_FAIL_DAYS": "inf"}, "HOIAM_HOOKS_FAIL_DAYS"),
        ({"HOST": "0.0.0.0", **PUBLIC}, "HOIAM_TRUSTED_PROXY"),
        ({"HOST": "::", **PUBLIC}, "HOIAM_TRUSTED_PROXY"),
        ({"PUBLIC_URL": "https://hoiam.example.vn/"}, "HOIAM_PUBLIC_URL"),
        ({"PUBLIC_URL": "http://hoiam.example.vn"}, "HOIAM_PUBLIC_URL"),
        ({"TELEGRAM_API": "http://api.telegram.org"}, "HOIAM_TELEGRAM_API"),
        ({"ZALO_OA_API": "http://localhost.example.vn:80"}, "HOIAM_ZALO_OA_API"),
        ({"ZALO_BOT_API": "http://127.0.0.1:80@example.vn"}, "HOIAM_ZALO_BOT_API"),
        ({"TELEGRAM_TOKEN": "ABC-def"}, "HOIAM_TELEGRAM_TOKEN"),
        ({"TELEGRAM_MODE": "webhook"}, "HOIAM_TELEGRAM_TOKEN"),
        ({"TELEGRAM_WEBHOOK_SECRET": SECRET}, "HOIAM_TELEGRAM_TOKEN"),
        ({"ZALO_BOT_MODE": "webhook", **PUBLIC}, "HOIAM_ZALO_BOT_TOKEN"),
        ({"ZALO_OA_ACCESS_TOKEN": "a", "ZALO_OA_REFRESH_TOKEN": "r"}, "HOIAM_ZALO_OA_APP_ID"),
        ({"ZALO_TEMPLATE_ID_CASE_NEWS": "7"}, "HOIAM_ZALO_OA_APP_ID"),
        ({**OA, "ZALO_OA_ACCESS_TOKEN": "a"}, "HOIAM_ZALO_OA_REFRESH_TOKEN"),
        *(({**OA, name: ""}, f"HOIAM_{name}") for name in OA),
    ],
)
def test_a_mistake_is_named(monkeypatch: pytest.MonkeyPatch, values: dict[str, str], named: str) -> None:
    """The setting that is wrong or missing, one sentence each."""
    given(monkeypatch, values)
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert any(sentence.startswith(named) or f"and {named}" in sentence for sentence in caught.value.sentences)


@pytest.mark.parametrize("name", ["DATA_DIR", "AUDIT_HEADS", "BACKUP_DIR"])
def test_a_file_is_no_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    """Told at the start, not in the log of the first night."""
    (tmp_path / "file").touch()
    given(monkeypatch, {name: "file"})
    with pytest.raises(SettingsError, match=f"HOIAM_{name}: file is a file; name a folder"):
        read_settings()


@pytest.mark.parametrize("name", ["TELEGRAM", "ZALO_BOT"])
@pytest.mark.parametrize("secret", ["", "short", "có dấu cách ở đây", "x" * 257])
def test_a_webhook_needs_a_real_secret(monkeypatch: pytest.MonkeyPatch, name: str, secret: str) -> None:
    """Without one anybody could send forged messages; the messengers take letters, digits, `_` and `-` only."""
    given(monkeypatch, {f"{name}_TOKEN": TOKEN, f"{name}_MODE": "webhook", f"{name}_WEBHOOK_SECRET": secret, **PUBLIC})
    with pytest.raises(SettingsError, match=f"HOIAM_{name}_WEBHOOK_SECRET"):
        read_settings()


def test_a_webhook_needs_a_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """The messenger must be able to call."""
    given(monkeypatch, {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_MODE": "webhook", "TELEGRAM_WEBHOOK_SECRET": SECRET})
    with pytest.raises(SettingsError, match="HOIAM_PUBLIC_URL"):
        read_settings()


def test_all_mistakes_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody mends one setting after another with a restart between."""
    given(monkeypatch, {"ZALO_OA_APP_ID": "42", "PUBLIC_URL": "hoiam.example.vn", "DATABASE_URL": "x"})
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert len(caught.value.sentences) == 4


def test_a_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`.env` in the working folder; unknown names in it are left alone."""
    (tmp_path / ".env").write_text("HOIAM_PORT=9000\nHOIAM_LOCALE=en\nOTHER=1\nHOIAM_UNKNOWN=1\n", encoding="utf-8")
    given(monkeypatch, {"PORT": "9100"})
    settings = read_settings()
    assert (settings.port, settings.locale) == (9100, "en")


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("HOIAM_BACKUP_RECIPENT", "HOIAM_BACKUP_RECIPIENT"),
        ("HOIAM_TELEGRAM_WEBHOOK_SECRETS", "HOIAM_TELEGRAM_WEBHOOK_SECRET"),
        ("HOIAM_AUDIT_HEAD", "HOIAM_AUDIT_HEADS"),
        ("hoiam_zalo_bot_tokn", "HOIAM_ZALO_BOT_TOKEN"),
    ],
)
@pytest.mark.parametrize("place", ["file", "environment"])
def test_a_misspelt_name_is_not_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: str, wrong: str, meant: str
) -> None:
    """A letter too few must not switch backups off; the sentence says what was meant."""
    if place == "file":
        (tmp_path / ".env").write_text(f"{wrong}=\n", encoding="utf-8")
    else:
        monkeypatch.setenv(wrong, "age1")
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert caught.value.sentences == [f"{wrong.upper()}: is no setting; write {meant}, or take it out"]


@pytest.mark.parametrize(
    "name", ["NAME", "UPSTREAMS", "DB_PASSWORD", "SOAK", "SEED", "TEST_DATABASE_URL", "ZALO_TEMPLATE_ID_X"]
)
def test_other_names_are_left_alone(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The container's, the proxy's and the tests' own names stand in the same environment."""
    given(monkeypatch, {name: "x"})
    read_settings()


@pytest.mark.parametrize(
    ("written", "named"),
    [
        (b"HOIAM_LOCALE=en\nHOIAM_PORT 9000\n", ".env:2: "),
        (b"# so\n\nTelegram: HOIAM_TELEGRAM_TOKEN=1:a HOIAM_PORT=1\n", ".env:3: "),
        ("HOIAM_PUBLIC_URL=https://xã.example".encode("utf-16"), ".env: "),
    ],
)
def test_what_cannot_be_read_in_the_file_is_named(tmp_path: Path, written: bytes, named: str) -> None:
    """A line passed over in silence would be a setting that is not in force."""
    (tmp_path / ".env").write_bytes(written)
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert [sentence[: len(named)] for sentence in caught.value.sentences] == [named]


def test_empty_values_are_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line left empty in `.env` changes nothing."""
    given(monkeypatch, {"PORT": "", "TELEGRAM_TOKEN": "", "DATA_DIR": ""})
    assert read_settings().port == 8080


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither by printing the settings nor in the sentence about a mistake."""
    secrets = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_WEBHOOK_SECRET": "có dấu-mark", "ZALO_OA_APP_SECRET": "hidden-mark"}
    given(monkeypatch, {**secrets, "TELEGRAM_MODE": "webhook", **PUBLIC})
    with pytest.raises(SettingsError) as caught:
        read_settings()
    shown = str(caught.value) + repr(Settings())
    assert not [value for value in secrets.values() if value in shown]


def test_an_old_secret_needs_the_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is only for the time of a change."""
    given(monkeypatch, {"TELEGRAM_TOKEN": "1:x", "TELEGRAM_WEBHOOK_SECRET_OLD": "the-one-before"})
    with pytest.raises(SettingsError, match="TELEGRAM_WEBHOOK_SECRET_OLD"):
        read_settings()
