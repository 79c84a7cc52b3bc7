"""Tables of the console's door: accounts, recovery codes, sessions, and how long a try must wait."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from storage.schema import sealed


class ConsoleAccount(SQLModel, table=True):
    """How one officer signs in. `epoch` changes with every new password or authenticator: known devices end with it."""

    __tablename__ = "console_account"
    officer_id: str = Field(primary_key=True, max_length=32)
    login: str = Field(unique=True, max_length=32)  # keyed hash of the name typed
    sealed_login: bytes = sealed(optional=False)
    password_hash: str = Field(max_length=200)
    sealed_totp: bytes = sealed(optional=False)
    totp_step: int = 0  # the last used step of 30 seconds: a code is good once
    epoch: str = Field(max_length=32)
    made_at: datetime
    password_at: datetime


class ConsoleRecovery(SQLModel, table=True):
    """Recovery codes, as keyed hashes."""

    __tablename__ = "console_recovery"
    code: str = Field(primary_key=True, max_length=32)
    officer_id: str = Field(index=True, max_length=32)
    used_at: datetime | None = None


class ConsoleSession(SQLModel, table=True):
    """Browsers signed in; `id` is a keyed hash of what the cookie holds. `standing` is body and roles at sign-in."""

    __tablename__ = "console_session"
    id: str = Field(primary_key=True, max_length=32)
    officer_id: str = Field(index=True, max_length=32)
    standing: str = Field(max_length=300)
    lang: str = Field(default="", max_length=12)
    begun_at: datetime = Field(index=True)
    active_at: datetime
    sealed_device: bytes = sealed(optional=False)


class ConsoleLimit(SQLModel, table=True):
    """Tries at the door by keyed hash of whom they are counted for: `full_at` is when the allowance is whole again."""

    __tablename__ = "console_limit"
    key: str = Field(primary_key=True, max_length=32)
    full_at: datetime = Field(index=True)
