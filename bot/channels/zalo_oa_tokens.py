"""Keeps the single-use OAuth pair of an Official Account alive, one refresher at a time in all processes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.channels.base import Alarm, TokenPair, TokenStore
from bot.channels.zalo_http import AnswerLost, NotSent, Reply, Wire
from bot.channels.zalo_oa_fates import error_code
from bot.channels.zalo_text import as_id
from bot.clock import Clock

LIFE = timedelta(hours=25)
"""Life of an access token, https://developers.zalo.me/docs/official-account/bat-dau/xac-thuc-va-uy-quyen"""

EARLY = timedelta(hours=5)
"""Refresh this long before the end (at 20 hours), so that a failing OAuth host leaves time."""

RETRY = timedelta(minutes=5)
FRESH = timedelta(minutes=1)
"""No second refresh this soon after one that worked: a vendor that refuses every new token must not spend them all."""

SPENT_CODES = frozenset({-14014, -118})
"""Invalid refresh token, invalid grant: seen in production, in no official table."""

CURE = (
    "Tin nhắn qua Zalo OA được giữ lại, chưa mất. Cách xử lý: mở API Explorer trên trang Zalo for Developers, "
    "chọn đúng ứng dụng và OA, lấy cặp mã mới, ghi vào HOIAM_ZALO_OA_ACCESS_TOKEN và HOIAM_ZALO_OA_REFRESH_TOKEN, "
    "rồi khởi động lại."
)
NONE = "Zalo OA: mã truy cập hết hạn và không có mã gia hạn. "
LOST = "Zalo OA: đã gửi yêu cầu gia hạn mã truy cập nhưng không nhận được trả lời; mã gia hạn có thể đã bị dùng. "
REFUSED = "Zalo OA: Zalo từ chối gia hạn mã truy cập (mã lỗi {code}). "
SETTINGS = "Kiểm tra HOIAM_ZALO_OA_APP_ID và HOIAM_ZALO_OA_APP_SECRET. "


@dataclass(frozen=True, slots=True)
class _Refused:
    code: int


class Tokens:
    """The current access token, renewed early or when the vendor refuses it."""

    def __init__(
        self,
        *,
        app_id: str,
        app_secret: str,
        oauth_api: str,
        access_token: str,
        refresh_token: str,
        store: TokenStore,
        wire: Wire,
        clock: Clock,
        alarm: Alarm,
    ) -> None:
        self._url = f"{oauth_api}/oa/access_token"
        self._app_id = app_id
        self._app_secret = app_secret
        self._first = (access_token, refresh_token)
        self._store = store
        self._wire = wire
        self._clock = clock
        self._alarm = alarm
        self._pair: TokenPair | None = None
        self._unsaved: TokenPair | None = None
        self._spent: set[str] = set()
        self._said = False
        self._not_before = datetime.min.replace(tzinfo=UTC)
        self._one = asyncio.Lock()
        self._running: asyncio.Task[str] | None = None

    async def known(self) -> bool:
        """True when there is a pair to begin with, stored or in the settings."""
        return bool(self._pair or await self._look())

    async def access(self) -> str:
        """A token to try, or "" when there is none; renewed beforehand when its end is near."""
        pair = self._pair or await self._look()
        if pair is None:
            return ""
        now = self._clock()
        if now < pair.expires_at - EARLY or now < self._not_before:
            return pair.access
        renewed = await self.renew(pair.access)
        return renewed or (pair.access if now < pair.expires_at else "")

    async def renew(self, refused: str) -> str:
        """A token other than `refused`, or "" when there is none now and an operator has been told why."""
        async with self._one:
            if self._pair is not None and self._pair.access != refused:
                return self._pair.access
            # A cancelled sender must not tear off a refresh: its answer is the only copy of the new pair.
            self._running = asyncio.ensure_future(self._exchange(refused))
            trouble = await asyncio.shield(self._running)
            say = bool(trouble) and not self._said
            self._said = self._said or say
        if say:
            await self._cry(trouble)
        return self._pair.access if self._pair is not None and self._pair.access != refused else ""

    async def _cry(self, trouble: str) -> None:
        """Once until it is mended; the locks are free by now, for telling may itself need the database or a send."""
        try:
            await self._alarm(trouble)
        except BaseException:  # cancelled or failed alike: not told yet, so the next trouble tells it
            self._said = False
            raise

    async def close(self) -> None:
        """Wait for a refresh under way, at most ten seconds."""
        if self._running is not None and not self._running.done():
            await asyncio.wait([self._running], timeout=10)

    async def _look(self) -> TokenPair | None:
        """The stored pair, else the one of the settings, which is stored so that its age is known from now on."""
        self._pair = await self._store.load()
        if self._pair is None and any(self._first):
            async with self._store.lease() as lease:
                if lease.pair is None:
                    end = self._clock() + (LIFE if self._first[0] else timedelta())
                    await lease.save(TokenPair(*self._first, end))
            self._pair = await self._store.load()
        return self._pair

    async def _exchange(self, refused: str) -> str:
        """Renew under the lease. Returns a sentence for the operator, who is told after the lease is given back."""
        async with self._store.lease() as lease:
            stored = lease.pair
            if stored is not None and stored.access != refused:
                self._pair, self._said = stored, False
                return ""
            pair: TokenPair | str = self._unsaved or ""
            if self._unsaved is None and self._clock() >= self._not_before:
                pair = await self._ask_each(stored.refresh if stored is not None else "")
            if isinstance(pair, str):
                return pair
            self._unsaved = pair  # kept should saving fail: nobody else has it
            await lease.save(pair)
            self._pair, self._unsaved, self._said = pair, None, False
            return ""

    async def _ask_each(self, stored: str) -> TokenPair | str:
        """Try the stored token and, where that one is dead, the one an operator may have put into the settings."""
        self._not_before = self._clock() + RETRY
        trouble = ""
        for refresh in dict.fromkeys((stored, self._first[1])):
            if not refresh or refresh in self._spent:
                continue
            try:
                answer = await self._ask(refresh)
            except AnswerLost:
                self._spent.add(refresh)
                return LOST + CURE
            if isinstance(answer, TokenPair):
                self._not_before = self._clock() + FRESH
                return answer
            if answer is None:
                return ""
            trouble = REFUSED.format(code=answer.code)
            if answer.code not in SPENT_CODES:
                return trouble + SETTINGS + CURE
            self._spent.add(refresh)
        if not trouble and not self._spent:
            trouble = NONE
        return trouble and trouble + CURE

    async def _ask(self, refresh: str) -> TokenPair | _Refused | None:
        """One request to the OAuth host; None means nothing was decided and the same token may be tried later."""
        fields = {"refresh_token": refresh, "app_id": self._app_id, "grant_type": "refresh_token"}
        try:
            reply = await self._wire.form(self._url, fields, {"secret_key": self._app_secret})
        except NotSent:
            return None
        return self._pair_in(reply)

    # https://developers.zalo.me/docs/official-account/bat-dau/xac-thuc-va-uy-quyen, step 4
    # {"access_token": "…", "refresh_token": "…", "expires_in": "90000"}
    # {"error": -14014, "error_name": "Invalid refresh token", "error_reason": "…", "error_description": "…"}
    def _pair_in(self, reply: Reply) -> TokenPair | _Refused | None:
        body = reply.body or {}
        access, refresh = as_id(body.get("access_token")), as_id(body.get("refresh_token"))
        if access and refresh:
            seconds = as_id(body.get("expires_in"))
            life = timedelta(seconds=int(seconds)) if seconds.isascii() and seconds.isdigit() else LIFE
            return TokenPair(access, refresh, self._clock() + life)
        code = error_code(reply)
        return None if reply.status >= 500 or reply.status == 429 or not code else _Refused(code)
