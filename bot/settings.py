"""Settings from the environment or `.env`, prefix `HOIAM_`: read once at start, every mistake named with its cure."""

from __future__ import annotations

import os
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.settings_checks import mistakes_of

Mode = Literal["polling", "webhook"]
EMPTY = SecretStr("")
PREFIX = "HOIAM_"
ALMOST = 0.9  # of the letters are the same in the same order: a letter or two missing, doubled or changed


class SettingsError(Exception):
    """A setting is wrong or half given; the sentences name it and what is allowed."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


class Settings(BaseSettings):
    """Every setting; the comments in `.env.example` say the same in one line each."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", env_ignore_empty=True)

    data_dir: Path = Path("var")
    database_url: str = ""
    database_plain: bool = False
    free_space_mb: int = Field(default=500, ge=0)
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = ""
    trusted_proxy: str = ""
    chat_links: str = ""
    master_key_file: Path | None = None
    locale: Literal["vi", "en"] = "vi"
    log_format: Literal["console", "json"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    metrics_public: bool = False

    telegram_token: SecretStr = EMPTY
    telegram_api: str = "https://api.telegram.org"
    telegram_mode: Mode = "polling"
    telegram_webhook_secret: SecretStr = EMPTY
    telegram_webhook_secret_old: SecretStr = EMPTY

    zalo_bot_token: SecretStr = EMPTY
    zalo_bot_api: str = "https://bot-api.zaloplatforms.com"
    zalo_bot_mode: Mode = "polling"
    zalo_bot_webhook_secret: SecretStr = EMPTY
    zalo_bot_webhook_secret_old: SecretStr = EMPTY
    zalo_bot_per_second: float = Field(default=5, gt=0)

    zalo_oa_app_id: str = ""
    zalo_oa_app_secret: SecretStr = EMPTY
    zalo_oa_secret_key: SecretStr = EMPTY
    zalo_oa_secret_key_old: SecretStr = EMPTY
    zalo_oa_access_token: SecretStr = EMPTY
    zalo_oa_refresh_token: SecretStr = EMPTY
    zalo_oa_api: str = "https://openapi.zalo.me"
    zalo_oauth_api: str = "https://oauth.zaloapp.com/v4"
    zalo_business_api: str = "https://business.openapi.zalo.me"
    zalo_oa_per_second: float = Field(default=1.5, gt=0)
    zalo_template_id_case_news: str = ""

    audit_heads: Path | None = None
    audit_mail_server: str = ""
    audit_mail_from: str = ""
    audit_mail_to: str = ""

    backup_dir: Path | None = None
    backup_recipient: str = ""
    backup_keep: str = "48,30,12"
    backup_drill: bool = True

    hooks_allow: str = ""
    hooks_fail_days: float = Field(default=5, gt=0, le=365)
    clamd: str = ""

    def make_data_dir(self) -> None:
        """Make the data folder unless it is there; raises `SettingsError` naming it."""
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                [f"HOIAM_DATA_DIR: {self.data_dir} cannot be made ({error.strerror}); name a folder of your own"]
            ) from error

    @property
    def database(self) -> str:
        """The database address, SQLite in the data folder unless told otherwise."""
        return self.database_url or f"sqlite:///{self.data_dir / 'hoiam.db'}"

    @property
    def key_file(self) -> Path:
        """Where the keys lie: outside the database, in the data folder unless told otherwise."""
        return self.master_key_file or self.data_dir / "master.key"

    @property
    def audit_heads_file(self) -> Path:
        """Where each day's head of the audit chain is written; best on another machine's disk."""
        return (self.audit_heads or self.data_dir) / "audit-heads.txt"

    @property
    def backup_folder(self) -> Path:
        """Where backups go; best on another disk, and from there to another place."""
        return self.backup_dir or self.data_dir / "backups"

    @property
    def backup_recipients(self) -> tuple[str, ...]:
        """The public halves of the off-line keys that open backups; none switches them off."""
        return tuple(part.strip() for part in self.backup_recipient.split(",") if part.strip())

    @property
    def drill_key(self) -> Path:
        """The machine's own key for the monthly restore drill, beside the master key."""
        return self.key_file.with_name("drill.key")

    @property
    def address(self) -> str:
        """The address people use: the public one, else the one served."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def links(self) -> tuple[tuple[str, str], ...]:
        """Name and address of the other ways to write to the bot, for pages and QR codes; raises ValueError."""
        pairs = [part.partition("=") for part in self.chat_links.split(",") if part.strip()]
        if not all(name.strip() and address.strip().startswith("https://") for name, _, address in pairs):
            raise ValueError(self.chat_links)
        return tuple((name.strip(), address.strip()) for name, _, address in pairs)

    @property
    def zalo_oa_on(self) -> bool:
        """Whether the Official Account is configured."""
        return bool(self.zalo_oa_app_id)


def read_settings(**overrides: object) -> Settings:
    """Read and check; raises `SettingsError` naming each setting and what is allowed."""
    file = Path(str(Settings.model_config["env_file"]))
    if wrong := _unread(file) or _misspelt(file):
        raise SettingsError(wrong)
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError([_sentence(problem) for problem in error.errors()]) from error
    mistakes = mistakes_of(settings)
    if mistakes:
        raise SettingsError(mistakes)
    return settings


def _unread(file: Path) -> list[str]:
    """What of the file would be passed over in silence, by line."""
    from dotenv.parser import parse_stream  # the reader that `BaseSettings` uses

    try:
        found = list(parse_stream(StringIO(file.read_text(encoding="utf-8-sig"))))
    except UnicodeDecodeError:
        return [f"{file}: is not UTF-8 text; save it again as UTF-8"]
    except OSError:  # none, or named when it is read
        return []
    wrong = [one.original for one in found if one.error]
    lines = [one.line + one.string[: -len(one.string.lstrip())].count("\n") for one in wrong]
    return [f"{file}:{line}: cannot be read; a line is NAME=value, or a comment that begins with #" for line in lines]


def _misspelt(file: Path) -> list[str]:
    """Names that are almost a setting's: passed over, they would switch off backups or a secret in silence.

    Other unknown names are left alone: `.env` and the environment belong to other programs too.
    """
    known = [name.upper() for name in Settings.model_fields]
    written = dotenv_values(file, interpolate=False) if file.is_file() else {}
    given = {name.upper() for name in (*os.environ, *written)}
    unknown = sorted(name for name in given if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in known)
    meant = [(name, get_close_matches(name.removeprefix(PREFIX), known, 1, ALMOST)) for name in unknown]
    return [f"{name}: is no setting; write {PREFIX}{close[0]}, or take it out" for name, close in meant if close]


def _sentence(problem: object) -> str:
    details: dict[str, object] = dict(problem)  # type: ignore[call-overload]
    place = details["loc"]
    name = f"HOIAM_{str(place[0]).upper()}" if isinstance(place, tuple) and place else "HOIAM_…"
    return f"{name}: {details['msg']}"
