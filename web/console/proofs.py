"""Passwords hashed with Argon2id, and authenticator codes read: the slow and the secret arithmetic of the door."""

from __future__ import annotations

import asyncio
import hmac
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from markupsafe import Markup

from cases.passwords import CODE_DIGITS, MOST, STEP_SECONDS, normal, step_of

MEMORY_KIB, PASSES, LANES = 47_104, 1, 1  # OWASP Password Storage Cheat Sheet, its first choice; some 50 ms of one core
AT_ONCE = 2  # hashes at a time for strangers: 92 MiB, and the machine still serves pages
QUEUE = 40  # strangers waiting for a hash, some two seconds; whoever comes later is asked to come again
WINDOW = (0, -1, 1)  # steps of 30 seconds a phone's clock may be off


class Crowded(Exception):
    """Too many are waiting to have a password checked."""


class Hashing:
    """Argon2id in threads, a few at a time; browsers known to an account do not queue behind strangers."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._nobody = self._hasher.hash("nobody signs in with this")
        self._turns = {False: asyncio.Semaphore(AT_ONCE), True: asyncio.Semaphore(1)}
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """A salted hash that names its parameters."""
        async with self._turns[True]:
            return await asyncio.to_thread(self._hasher.hash, normal(password))

    async def verify(self, known: str, password: str, *, known_device: bool = False) -> bool:
        """Whether the hash belongs to this password; without a hash it takes the same time and answers False.

        Raises `Crowded` for a stranger behind too many others.
        """
        if not known_device and self._waiting >= QUEUE:
            raise Crowded
        self._waiting += not known_device
        try:
            async with self._turns[known_device]:
                return await asyncio.to_thread(self._verify, known or self._nobody, password) and bool(known)
        finally:
            self._waiting -= not known_device

    def is_old(self, known: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(known)

    def _verify(self, known: str, password: str) -> bool:
        try:
            return self._hasher.verify(known, normal(password[:MOST]))
        except (Argon2Error, InvalidHashError):
            return False


def new_totp() -> str:
    """A fresh base32 secret of 160 bits."""
    return pyotp.random_base32()


def step_of_code(secret: str, typed: str, now: datetime) -> int | None:
    """The step this code belongs to, now or one off; None for a wrong code."""
    code = "".join(typed.split())
    generator = pyotp.TOTP(secret)
    here = step_of(now.timestamp())
    found = None
    for shift in WINDOW:
        right = generator.generate_otp(here + shift)
        if hmac.compare_digest(right.encode(), code.encode("utf-8", "surrogatepass")):
            found = here + shift
    return found


def looks_like_totp(typed: str) -> bool:
    """Six digits, rather than a recovery code."""
    code = "".join(typed.split())
    return len(code) == CODE_DIGITS and code.isascii() and code.isdecimal()


def code_at(secret: str, now: datetime) -> str:
    """The code an authenticator shows."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).at(now)


def totp_address(secret: str, login: str, issuer: str) -> str:
    """The `otpauth:` address that authenticators read from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def picture(text: str) -> Markup:
    """A QR code as SVG of one path, without any style of its own."""
    import qrcode  # type: ignore[import-untyped]  # it loads a picture library that no other page needs

    code = qrcode.QRCode(border=0, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    rows = code.get_matrix()
    dots = "".join(f"M{x + 4} {y + 4}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    size = len(rows) + 8
    return Markup(
        '<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-labelledby="qr-name" shape-rendering="crispEdges">'
        '<rect width="{0}" height="{0}" fill="#fff"/><path fill="#000" d="{1}"/></svg>'
    ).format(size, dots)
