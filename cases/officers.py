"""Officers' accounts: who may hold which role, the one-time code that ties a chat to an account, and the PIN."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from cases.bodies import Directory
from cases.casework import Refused
from cases.model import BodyRole, Officer, OfficerRole
from cases.notices import tell_officer
from cases.ports import Chat, Invitation, UnitOfWork
from cases.receipts import ALPHABET
from cases.rules import Rules

PIN_DIGITS = 6
CODE_LENGTH = 12  # Crockford base32, 60 bits: not to be guessed within its 24 hours
CODE_HOURS = 24
TRIAGE_OFFICERS = 2  # COI-5: two named officers of a body open cases whose post is unknown
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_COMMON = frozenset({"159753", "147258", "258369", "147852", "789456", "456123", "123654"})
_DAY_AND_YEAR = re.compile(r"(19|20)\d\d")


class PinHasher(Protocol):
    """Turns a PIN into what may be stored, and back into yes or no."""

    def hash(self, pin: str) -> str:
        """A salted, slow hash."""

    def verify(self, pin_hash: str, pin: str) -> bool:
        """Whether the hash belongs to this PIN; False for a hash it cannot read."""


@dataclass(frozen=True, slots=True)
class ScryptPins:
    """The standard library's memory-hard hash (RFC 7914), 16 MB and some 40 ms a try with the default cost.

    Six digits cannot withstand somebody who holds both database and time; the five tries protect the chat.
    """

    cost: int = 2**14

    def hash(self, pin: str) -> str:
        salt = secrets.token_bytes(16)
        return f"scrypt${self.cost}${salt.hex()}${self._derive(pin, salt, self.cost)}"

    def verify(self, pin_hash: str, pin: str) -> bool:
        name, _, rest = pin_hash.partition("$")
        cost, _, rest = rest.partition("$")
        salt, _, wanted = rest.partition("$")
        if name != "scrypt" or not cost.isdecimal():
            return False
        return hmac.compare_digest(wanted, self._derive(pin, bytes.fromhex(salt), int(cost)))

    @staticmethod
    def _derive(pin: str, salt: bytes, cost: int) -> str:
        return hashlib.scrypt(pin.encode(), salt=salt, n=cost, r=8, p=1, dklen=32).hex()


# -- roles ----------------------------------------------------------------------------------------------------------

NEEDS: Mapping[OfficerRole, BodyRole] = {
    OfficerRole.HANDLER: BodyRole.SUPERVISING_SUBJECT,
    OfficerRole.TRIAGE: BodyRole.SUPERVISING_SUBJECT,
    OfficerRole.CONTACT: BodyRole.COMPETENT_AUTHORITY,
    OfficerRole.FOLLOW_UP: BodyRole.FOLLOW_UP,
    OfficerRole.OVERSIGHT: BodyRole.OVERSIGHT,
}
"""What a body must be before one of its officers may hold the role."""


def check_roles(officer: Officer, directory: Directory, colleagues: Iterable[Officer] = ()) -> None:
    """Refuse roles the officer's body cannot give: `no_body`, `no_roles`, `role_body`, `admin_alone`, `two_triage`.

    An administrator reads no content, so that role stands alone.
    """
    if not directory.has(officer.body):
        raise Refused("no_body")
    if not officer.roles:
        raise Refused("no_roles")
    if OfficerRole.ADMIN in officer.roles and len(officer.roles) > 1:
        raise Refused("admin_alone")
    for role in officer.roles:
        if role in NEEDS and not directory.has_role(officer.body, NEEDS[role]):
            raise Refused("role_body", role=role.value, body=directory.name(officer.body))
    named = [one for one in colleagues if OfficerRole.TRIAGE in one.roles and one.active and one.id != officer.id]
    there = [one for one in named if directory.successor(one.body) == directory.successor(officer.body)]
    if OfficerRole.TRIAGE in officer.roles and len(there) >= TRIAGE_OFFICERS:
        raise Refused("two_triage")


def enrol(unit: UnitOfWork, rules: Rules, officer: Officer, now: datetime) -> str:
    """Store a checked account and return the one-time code that links a chat to it."""
    check_roles(officer, rules.directory(officer.locality, now), unit.people.officers(officer.locality))
    unit.people.save_officer(officer)
    return invite(unit, officer, now)


def revoke(unit: UnitOfWork, officer: Officer) -> None:
    """Shut the account and untie its chat; what it did stays in the history of the cases."""
    _untie(unit, officer)
    officer.active = False
    officer.unlocked_until = None
    unit.people.save_officer(officer)


# -- the one-time code ----------------------------------------------------------------------------------------------


def invite(unit: UnitOfWork, officer: Officer, now: datetime) -> str:
    """A fresh one-time code for this account, valid 24 hours; only its keyed hash is stored."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    unit.people.invite(code, Invitation(officer.id, now + timedelta(hours=CODE_HOURS)))
    return code


def show_code(code: str) -> str:
    """`ABCD-EFGH-JKMN`."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def read_code(text: str) -> str:
    """A code as typed: spaces and hyphens left out, O read as 0, I and L as 1."""
    return "".join(sign for sign in text.upper().translate(_READ_AS) if sign in ALPHABET)


def link(unit: UnitOfWork, rules: Rules, chat: Chat, typed: str, now: datetime) -> Officer | None:
    """Tie the chat to the account behind a one-time code; None when the code is unknown, used or late.

    The chat that was tied before is untied and told so. A PIN chosen before stays: a code alone opens no content.
    """
    found = _claim(unit, typed, now)
    officer = unit.people.officer(found.officer_id) if found else None
    if officer is None or not officer.active:
        return None
    if officer.chat and officer.chat != chat.key:
        tell_officer(unit, rules, officer, "officer_chat_moved", f"moved:{now.isoformat()}", "")
        _untie(unit, officer)
    if chat.officer_id and chat.officer_id != officer.id:
        former = unit.people.officer(chat.officer_id)
        if former is not None:
            former.chat, former.unlocked_until = "", None
            unit.people.save_officer(former)
    officer.chat, officer.unlocked_until = chat.key, None
    chat.officer_id = officer.id
    chat.locality = chat.locality or officer.locality
    unit.people.save_officer(officer)
    return officer


def _claim(unit: UnitOfWork, typed: str, now: datetime) -> Invitation | None:
    """The invitation as typed, or read as a code of ours; codes made elsewhere may be of another form."""
    for code in dict.fromkeys((typed.strip(), typed.strip().lower(), read_code(typed))):
        found = unit.people.claim_invitation(code, now) if code else None
        if found is not None:
            return found
    return None


def _untie(unit: UnitOfWork, officer: Officer) -> None:
    chat = unit.chats.get(officer.chat) if officer.chat else None
    if chat is not None and chat.officer_id == officer.id:
        chat.officer_id = ""
        for name in ("dialogue", "step", "data", "trail", "offer", "standing"):
            chat.talk.pop(name, None)  # an open case must not stay readable in the old chat
        unit.chats.save(chat)
    officer.chat = ""


# -- the PIN --------------------------------------------------------------------------------------------------------


class Tried(StrEnum):
    """What came of a PIN."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"


def pin_fault(pin: str) -> str:
    """Why this PIN is not taken: `digits`, `simple`, or "" when it is good."""
    if len(pin) != PIN_DIGITS or not pin.isascii() or not pin.isdecimal():
        return "digits"
    steps = {(int(after) - int(before)) % 10 for before, after in itertools.pairwise(pin)}
    repeats = pin[:3] == pin[3:] or pin[:2] == pin[2:4] == pin[4:] or pin == pin[::-1]
    pairs = all(pin[at] == pin[at + 1] for at in (0, 2, 4))
    year = _DAY_AND_YEAR.fullmatch(pin[2:])
    dull = len(set(pin)) < 3 or len(steps) == 1 or repeats or pairs or pin in _COMMON or year is not None
    return "simple" if dull else ""


def choose_pin(unit: UnitOfWork, rules: Rules, officer: Officer, pin_hash: str, now: datetime) -> None:
    """Store the hash of a chosen PIN and open the account for this sitting."""
    officer.pin_hash, officer.pin_failures = pin_hash, 0
    officer.unlocked_until = now + timedelta(minutes=rules.limits.pin_minutes)
    unit.people.save_officer(officer)


def forget_pin(unit: UnitOfWork, officer: Officer) -> None:
    """A forgotten PIN: the next sitting begins with choosing one."""
    officer.pin_hash, officer.pin_failures, officer.unlocked_until = "", 0, None
    unit.people.save_officer(officer)


def try_pin(unit: UnitOfWork, rules: Rules, officer: Officer, pin: str, pins: PinHasher, now: datetime) -> Tried:
    """Open the account for some minutes of work; too many wrong tries shut it and tell the coordinator's officers."""
    if is_shut(unit, rules, officer, now):
        return Tried.LOCKED
    if officer.pin_hash and pins.verify(officer.pin_hash, pin):
        officer.pin_failures = 0
        officer.unlocked_until = now + timedelta(minutes=rules.limits.pin_minutes)
        unit.people.save_officer(officer)
        unit.audit.enter("signed_in", actor=officer.id, detail={"door": "chat"})
        return Tried.RIGHT
    officer.pin_failures += 1
    shut = officer.pin_failures >= rules.limits.pin_tries
    if shut:
        officer.pin_failures = 0
        unit.ledger.once(_shut_key(officer, now), now)
    unit.people.save_officer(officer)
    if shut:
        unit.audit.enter("pin_shut", actor=officer.id)
        _tell_coordinator(unit, rules, officer, now)
    return Tried.LOCKED if shut else Tried.WRONG


def is_open(officer: Officer, now: datetime) -> bool:
    """Whether content may be shown to this officer now."""
    return officer.active and officer.unlocked_until is not None and now < officer.unlocked_until


def keep_open(unit: UnitOfWork, rules: Rules, officer: Officer, now: datetime) -> None:
    """Activity prolongs the sitting; written at most once a minute."""
    until = now + timedelta(minutes=rules.limits.pin_minutes)
    if officer.unlocked_until is None or until - officer.unlocked_until >= timedelta(minutes=1):
        officer.unlocked_until = until
        unit.people.save_officer(officer)


def is_shut(unit: UnitOfWork, rules: Rules, officer: Officer, now: datetime) -> bool:
    """Whether wrong tries have shut the account; kept in the ledger, to the minute."""
    minutes = (now - timedelta(minutes=ago) for ago in range(rules.limits.pin_minutes))
    return bool(unit.ledger.seen(_shut_key(officer, minute) for minute in minutes))


def _shut_key(officer: Officer, at: datetime) -> str:
    return f"pin_shut:{officer.id}:{at:%Y%m%d%H%M}"


def number_of(officer: Officer) -> str:
    """How notices name an account: never by the person."""
    return officer.id[:6].upper()


def _tell_coordinator(unit: UnitOfWork, rules: Rules, officer: Officer, now: datetime) -> None:
    directory = rules.directory(officer.locality, now)
    for one in unit.people.officers(officer.locality):
        works = OfficerRole.HANDLER in one.roles and directory.has_role(one.body, BodyRole.COORDINATOR)
        if works and one.id != officer.id:
            tell_officer(
                unit,
                rules,
                one,
                "officer_pin_alarm",
                f"pin:{officer.id}:{now:%Y%m%d%H%M}",
                "",
                number=number_of(officer),
                minutes=rules.limits.pin_minutes,
            )
