"""The OAuth desk of the fake Zalo: codes, access tokens of 25 hours, refresh tokens that work once."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import datetime, timedelta

from bot.channels.base import TokenPair
from bot.clock import Clock
from tests.fakes.zalo_people import Json

ACCESS_LIFE = timedelta(hours=25)
REFRESH_LIFE = timedelta(days=90)
CODE_LIFE = timedelta(minutes=10)


class OAuthDesk:
    """Hands out token pairs. Switches: `refused_code`, `old_access_dies`, `seconds_as_number`."""

    def __init__(self, clock: Clock, app_id: str, app_secret: str) -> None:
        self.app_id = app_id
        self.app_secret = app_secret
        self.refused_code = -14014
        self.old_access_dies = True
        self.seconds_as_number = False
        self.refreshes = 0
        self.refusals = 0
        self._clock = clock
        self._access: dict[str, datetime] = {}
        self._refresh: dict[str, tuple[datetime, str]] = {}
        self._codes: dict[str, tuple[datetime, str]] = {}

    def mint(self) -> TokenPair:
        """A new pair, as the console's explorer hands it to an administrator."""
        access, refresh = f"A{secrets.token_urlsafe(24)}", f"R{secrets.token_urlsafe(24)}"
        now = self._clock()
        self._access[access] = now + ACCESS_LIFE
        self._refresh[refresh] = (now + REFRESH_LIFE, access)
        return TokenPair(access, refresh, now + ACCESS_LIFE)

    def consent(self, challenge: str = "") -> str:
        """A code as brought back from the consent page; `challenge` is the console's PKCE challenge."""
        code = secrets.token_urlsafe(12)
        self._codes[code] = (self._clock() + CODE_LIFE, challenge)
        return code

    def revoke(self, access: str) -> None:
        """Make an access token unknown."""
        self._access.pop(access, None)

    def fault_of(self, access: str) -> int:
        """0 for a good access token, -220 for an expired one, -216 for any other."""
        end = self._access.get(access)
        return -216 if end is None else -220 if self._clock() >= end else 0

    def answer(self, secret: str, form: dict[str, str]) -> Json:
        """POST /v4/oa/access_token."""
        if secret != self.app_secret or form.get("app_id") != self.app_id:
            return self._no(-14002, "Invalid app")
        if form.get("grant_type") == "refresh_token":
            return self._renew(form.get("refresh_token", ""))
        end, challenge = self._codes.pop(form.get("code", ""), (self._clock(), ""))
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if self._clock() >= end or (challenge and proof != challenge):
            return self._no(self.refused_code, "Invalid code")
        return self._yes(self.mint())

    def _renew(self, refresh: str) -> Json:
        end, access = self._refresh.pop(refresh, (self._clock(), ""))
        if self._clock() >= end:
            self.refusals += 1
            return self._no(self.refused_code, "Invalid refresh token")
        if self.old_access_dies:
            self.revoke(access)
        self.refreshes += 1
        return self._yes(self.mint())

    def _yes(self, pair: TokenPair) -> Json:
        seconds = int(ACCESS_LIFE.total_seconds())
        life = seconds if self.seconds_as_number else str(seconds)
        return {"access_token": pair.access, "refresh_token": pair.refresh, "expires_in": life}

    def _no(self, code: int, name: str) -> Json:
        why = {"error_name": name, "error_reason": name, "error_description": f"{name}.", "ref_doc": ""}
        return {"error": code, **why}
