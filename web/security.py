"""What every answer carries and every writing request must show: headers, the session cookie, the same-site check.

The session is one signed random word in a cookie: nothing is stored for it, a forged one is simply no session.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Message, Send

CONTENT_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "connect-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
FIXED = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "geolocation=(self), microphone=(self), camera=(self)",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
HSTS = {"strict-transport-security": "max-age=63072000; includeSubDomains"}
SESSION_DAYS = 180  # a written answer may take 30 working days and more, the last check-in comes 90 days after that
RENEW_AFTER = 86_400  # seconds; a cookie in use is written anew at most once a day


class Keys(Protocol):
    """The keyed hash of `storage.keys.KeyRing`."""

    def lookup(self, purpose: str, value: str) -> str: ...


class SafeHeaders:
    """Adds the fixed headers to every answer, errors included; answers are not cached unless they say so."""

    def __init__(self, *, secure: bool) -> None:
        wanted = FIXED | (HSTS if secure else {})
        self._fixed = [(name.encode(), value.encode()) for name, value in wanted.items()]
        self._uncached = [*self._fixed, (b"cache-control", b"no-store")]

    def on(self, send: Send) -> Send:
        """The same `send`, with the headers."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                own = {name.lower(): value for name, value in headers}
                wanted = self._fixed if b"cache-control" in own else self._uncached
                if policy := own.get(b"content-security-policy"):
                    framed = {b"x-frame-options"} if b"frame-ancestors *" in policy else set()
                    wanted = [pair for pair in wanted if pair[0] not in own.keys() | framed]
                message = {**message, "headers": headers + wanted}
            await send(message)

        return guarded


@dataclass(frozen=True, slots=True)
class Session:
    """One browser's conversation. `id` opens it, so it is never written to a log; `issued` in seconds of the epoch."""

    id: str
    issued: int
    fresh: bool = False  # not in the browser yet

    def __repr__(self) -> str:
        return "Session(…)"


class Sessions:
    """Reads and writes the session cookie; a session ends `SESSION_DAYS` after it was last used."""

    def __init__(self, keys: Keys, clock: Callable[[], datetime], *, secure: bool) -> None:
        self._keys = keys
        self._clock = clock
        self._secure = secure
        self.cookie_name = "__Host-hoiam" if secure else "hoiam"

    def read(self, cookie: str | None) -> Session | None:
        """The session a cookie value stands for; None for a missing, forged or expired one."""
        parts = (cookie or "").split(".")
        if len(parts) != 3 or not all(part.isascii() for part in parts):
            return None
        name, issued, proof = parts
        if not hmac.compare_digest(self._proof(name, issued), proof):
            return None
        age = self._now() - int(issued)
        return Session(name, int(issued)) if age < SESSION_DAYS * 86_400 else None

    def begin(self) -> Session:
        """A new, empty session."""
        return Session(secrets.token_hex(24), self._now(), fresh=True)

    def header(self, session: Session) -> str | None:
        """The `Set-Cookie` value this answer should carry; None while the browser's cookie is recent."""
        if not session.fresh and session.issued > self._now() - RENEW_AFTER:
            return None
        return self.cookie(session)

    def cookie(self, session: Session) -> str:
        """The `Set-Cookie` value, issued now."""
        issued = str(self._now())
        value = f"{session.id}.{issued}.{self._proof(session.id, issued)}"
        return f"{self.cookie_name}={value}; Max-Age={SESSION_DAYS * 86_400}; {self._attributes()}"

    def gone(self) -> str:
        """The `Set-Cookie` value that makes the browser forget."""
        return f"{self.cookie_name}=; Max-Age=0; {self._attributes()}"

    def _attributes(self) -> str:
        # Lax, not Strict: people arrive through links in messengers and QR codes.
        return "Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if self._secure else "")

    def _proof(self, name: str, issued: str) -> str:
        return self._keys.lookup("web-session", f"{name}.{issued}")

    def _now(self) -> int:
        return int(self._clock().timestamp())


def same_site(headers: Headers, public_url: str) -> bool:
    """Whether a writing request comes from our own page.

    Browsers say so in `Sec-Fetch-Site`; older ones, and plain http on a local network, only in `Origin`.
    A request that says neither is refused.
    """
    said = headers.get("sec-fetch-site")
    if said is not None:
        return said == "same-origin"
    try:
        parts, ours = urlsplit(headers.get("origin", "")), urlsplit(public_url)
    except ValueError:  # "http://[" is no address
        return False
    if not parts.netloc:
        return False
    return (parts.scheme, parts.netloc) == (ours.scheme, ours.netloc) or parts.netloc == headers.get("host")
