"""Accounts of the console: how an officer signs in, her authenticator, and the codes for the day it is lost."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from cases import officers, passwords
from cases.model import Officer
from cases.receipts import ALPHABET
from storage import console_sessions
from storage.people import invitation
from storage.schema import metadata
from storage.tables_console import ConsoleAccount, ConsoleRecovery
from storage.work import StoredWork

account = metadata.tables[str(ConsoleAccount.__tablename__)]
recovery = metadata.tables[str(ConsoleRecovery.__tablename__)]
PLACE_LOGIN, PLACE_TOTP = "console_account.sealed_login", "console_account.sealed_totp"
RECOVERY_CODES = 10
RECOVERY_LENGTH = 12  # Crockford base32, 60 bits: a keyed hash needs no slowness


@dataclass(frozen=True, slots=True)
class Account:
    """How one officer signs in. `totp` is the base32 secret of the authenticator, `totp_step` its last used step."""

    officer_id: str
    login: str
    password_hash: str
    totp: str
    totp_step: int
    epoch: str
    made_at: datetime
    password_at: datetime


def by_login(unit: StoredWork, login: str) -> Account | None:
    """The account of a sign-in name."""
    return _read(unit, account.c.login == _login_key(unit, login))


def of_officer(unit: StoredWork, officer_id: str) -> Account | None:
    """The officer's account."""
    return _read(unit, account.c.officer_id == officer_id)


def having_accounts(unit: StoredWork, locality: str) -> frozenset[str]:
    """Ids of the locality's active officers who can sign in."""
    ids = [one.id for one in unit.people.officers(locality)]
    return frozenset(
        unit.connection.execute(select(account.c.officer_id).where(account.c.officer_id.in_(ids))).scalars()
    )


def is_taken(unit: StoredWork, login: str, officer_id: str) -> bool:
    """Whether somebody else has this sign-in name."""
    known = by_login(unit, login)
    return known is not None and known.officer_id != officer_id


def save(unit: StoredWork, officer: Officer, login: str, password_hash: str, totp: str, step: int) -> list[str]:
    """Make the account, or make it anew: everything of the old one ends. Returns the recovery codes, shown once."""
    console_sessions.end_all(unit, officer.id)
    unit.connection.execute(delete(account).where(account.c.officer_id == officer.id))
    unit.connection.execute(
        insert(account),
        {
            "officer_id": officer.id,
            "login": _login_key(unit, login),
            "sealed_login": unit.keys.seal(PLACE_LOGIN, officer.id, login),
            "password_hash": password_hash,
            "sealed_totp": unit.keys.seal(PLACE_TOTP, officer.id, totp),
            "totp_step": step,
            "epoch": secrets.token_hex(16),
            "made_at": unit.now,
            "password_at": unit.now,
        },
    )
    return new_recovery(unit, officer.id)


def set_password(unit: StoredWork, officer_id: str, password_hash: str) -> None:
    """A new password; known devices are strangers again."""
    values = {"password_hash": password_hash, "password_at": unit.now, "epoch": secrets.token_hex(16)}
    unit.connection.execute(update(account).where(account.c.officer_id == officer_id).values(values))


def rehash(unit: StoredWork, officer_id: str, old: str, new: str) -> None:
    """The same password under newer parameters, unless it was changed meanwhile."""
    mine = (account.c.officer_id == officer_id) & (account.c.password_hash == old)
    unit.connection.execute(update(account).where(mine).values(password_hash=new))


def set_totp(unit: StoredWork, officer_id: str, totp: str, step: int) -> None:
    """Another authenticator, whose code of `step` has just been used."""
    values = {
        "sealed_totp": unit.keys.seal(PLACE_TOTP, officer_id, totp),
        "totp_step": step,
        "epoch": secrets.token_hex(16),
    }
    unit.connection.execute(update(account).where(account.c.officer_id == officer_id).values(values))


def use_step(unit: StoredWork, officer_id: str, step: int) -> bool:
    """Use the code of this step up; False when it, or a later one, was used before."""
    fresh = (account.c.officer_id == officer_id) & (account.c.totp_step < step)
    return unit.connection.execute(update(account).where(fresh).values(totp_step=step)).rowcount == 1


# -- recovery codes -------------------------------------------------------------------------------------------------


def new_recovery(unit: StoredWork, officer_id: str) -> list[str]:
    """Ten fresh codes as they are shown; older ones are void."""
    unit.connection.execute(delete(recovery).where(recovery.c.officer_id == officer_id))
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
    rows = [{"code": _code_key(unit, code), "officer_id": officer_id, "used_at": None} for code in codes]
    unit.connection.execute(insert(recovery), rows)
    return [officers.show_code(code) for code in codes]


def use_recovery(unit: StoredWork, officer_id: str, typed: str) -> bool:
    """Use one code up; False when it is not one of this officer's unused codes."""
    mine = (recovery.c.code == _code_key(unit, officers.read_code(typed))) & (recovery.c.officer_id == officer_id)
    used = update(recovery).where(mine, recovery.c.used_at.is_(None)).values(used_at=unit.now)
    return unit.connection.execute(used).rowcount == 1


def recovery_left(unit: StoredWork, officer_id: str) -> int:
    """How many recovery codes are unused."""
    unused = (recovery.c.officer_id == officer_id) & recovery.c.used_at.is_(None)
    return unit.connection.execute(select(func.count()).select_from(recovery).where(unused)).scalar_one()


# -- invitations ----------------------------------------------------------------------------------------------------


def invited(unit: StoredWork, typed: str) -> Officer | None:
    """Whom an unused one-time code is for, without using it up; None when unknown, used or late."""
    keys = [unit.keys.lookup("invitation", code) for code in {typed.strip(), officers.read_code(typed)} if code]
    open_ = invitation.c.code.in_(keys) & invitation.c.used_at.is_(None) & (invitation.c.expires_at > unit.now)
    row = unit.connection.execute(select(invitation.c.officer_id).where(open_)).first()
    officer = unit.people.officer(row.officer_id) if row is not None else None
    return officer if officer is not None and officer.active else None


def claim(unit: StoredWork, typed: str) -> bool:
    """Use a one-time code up; False when it was not good any more."""
    forms = dict.fromkeys((typed.strip(), officers.read_code(typed)))
    return any(unit.people.claim_invitation(code, unit.now) is not None for code in forms if code)


def revoke(unit: StoredWork, officer: Officer) -> None:
    """Shut the officer's account in chat and console at once; what she did stays in the history."""
    officers.revoke(unit, officer)
    console_sessions.end_all(unit, officer.id)
    for table in (account, recovery):
        unit.connection.execute(delete(table).where(table.c.officer_id == officer.id))


def _read(unit: StoredWork, which: object) -> Account | None:
    row = unit.connection.execute(select(account).where(which)).first()  # type: ignore[arg-type]
    if row is None:
        return None
    return Account(
        row.officer_id,
        unit.keys.open(PLACE_LOGIN, row.officer_id, row.sealed_login),
        row.password_hash,
        unit.keys.open(PLACE_TOTP, row.officer_id, row.sealed_totp),
        row.totp_step,
        row.epoch,
        row.made_at,
        row.password_at,
    )


def _login_key(unit: StoredWork, login: str) -> str:
    return unit.keys.lookup("console-login", passwords.read_login(login))


def _code_key(unit: StoredWork, code: str) -> str:
    return unit.keys.lookup("console-recovery", code)
