"""Cookies of the console: the session, the device that signed in before, and the sentence to show once."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from storage.console_sessions import LONGEST, SignedIn
from storage.keys import KeyRing, SealBroken
from web.security import same_site

CSRF_FIELD, CSRF_HEADER = "csrf", "x-csrf"
SAID_SECONDS = 120
DEVICE_DAYS = 180
DEVICES = 6  # accounts one browser is known to


class Cookies:
    """Names, attributes and proofs. On https the names begin with `__Host-`, which ties them to this very host."""

    def __init__(self, keys: KeyRing, *, secure: bool) -> None:
        self._keys = keys
        self._secure = secure
        prefix = "__Host-" if secure else ""
        self.session, self.said, self.took = (f"{prefix}hoiam-{name}" for name in ("desk", "said", "took"))
        self.device = f"{prefix}hoiam-device"

    def token(self, request: Request) -> str:
        """What the session cookie holds."""
        return request.cookies.get(self.session, "")[:64]

    def begin(self, response: Response, token: str) -> None:
        """Give the browser its session."""
        self._set(response, self.session, token, int(LONGEST.total_seconds()))

    def end(self, response: Response) -> None:
        """Make the browser forget session and sentence."""
        for name in (self.session, self.said):
            self._set(response, name, "", 0)

    # -- forged forms -----------------------------------------------------------------------------------------------

    def csrf(self, token: str) -> str:
        """The word that forms of this session carry."""
        return self._keys.lookup("console-csrf", token)

    def genuine(self, token: str, given: str) -> bool:
        """Whether a form of this session carries its word."""
        return hmac.compare_digest(self.csrf(token).encode(), given.encode("utf-8", "surrogatepass"))

    # -- known devices ----------------------------------------------------------------------------------------------

    def remember(self, request: Request, response: Response, login: str, epoch: str) -> None:
        """Mark this browser as one where this account signed in before; a shared computer knows several."""
        mine = self._device(login, epoch)
        others = [word for word in request.cookies.get(self.device, "").split(".") if word != mine and len(word) == 32]
        self._set(response, self.device, ".".join([mine, *others][:DEVICES]), DEVICE_DAYS * 86_400)

    def knows(self, request: Request, login: str, epoch: str) -> bool:
        """Whether this browser was marked so, and password and authenticator are still those of then."""
        mine, words = self._device(login, epoch).encode(), request.cookies.get(self.device, "").split(".")[:DEVICES]
        return any(hmac.compare_digest(mine, word.encode("utf-8", "replace")) for word in words)

    def _device(self, login: str, epoch: str) -> str:
        return self._keys.lookup("console-device", f"{login}\0{epoch}")

    # -- the sentence shown once ------------------------------------------------------------------------------------

    def say_next(self, response: Response, officer_id: str, key: str, values: Mapping[str, object]) -> None:
        """Have the next page say this; sealed, because it may name a case."""
        plain = {name: str(value) for name, value in values.items()}
        sealed = self._keys.seal_json("console.said", officer_id, [key, plain])
        self._set(response, self.said, base64.urlsafe_b64encode(sealed).decode(), SAID_SECONDS)

    def said_before(self, request: Request, officer_id: str) -> tuple[str, dict[str, Any]] | None:
        """What this page should say first."""
        try:
            sealed = base64.urlsafe_b64decode(request.cookies.get(self.said, ""))
            key, values = self._keys.open_json("console.said", officer_id, sealed)
        except (SealBroken, binascii.Error, ValueError):
            return None
        return str(key), dict(values)

    def shown(self, response: Response) -> None:
        """The sentence was shown."""
        self._set(response, self.said, "", 0)

    def took_draft(self, response: Response, draft: str) -> None:
        """Tell the page's script that what was typed has arrived, so that it may forget its copy."""
        if draft.isalnum() and draft.isascii() and len(draft) <= 40:
            self._set(response, self.took, draft, SAID_SECONDS, readable=True)

    def _set(self, response: Response, name: str, value: str, seconds: int, *, readable: bool = False) -> None:
        response.set_cookie(
            name, value, max_age=seconds, path="/", secure=self._secure, httponly=not readable, samesite="strict"
        )


def own_page(request: Request, public_url: str) -> bool:
    """Whether a writing request comes from our own pages."""
    return same_site(request.headers, public_url)


__all__ = ["CSRF_FIELD", "CSRF_HEADER", "Cookies", "SignedIn", "own_page"]
