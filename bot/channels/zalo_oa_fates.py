"""What each answer of the Official Account hosts means for a message: host and code decide together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum

from bot.channels.zalo_http import Reply
from bot.channels.zalo_text import as_id
from cases.messages import Fate, SendResult

VIETNAM = timezone(timedelta(hours=7))
MORNING_HOUR = 6
"""End of the hours in which templates may be refused (22:00 to 06:00)."""

MINUTE, HOUR = 60.0, 3600.0
MEND = 10 * MINUTE
"""Wait while an operator mends the account. Short enough to be counted as trouble of the channel, not of a message."""

SOON = 30.0
"""Seconds before a first repeat after a fault of the vendor's servers; the outbox doubles it."""


class Desk(StrEnum):
    """Which host answered."""

    OA = "oa"
    BUSINESS = "business"


TOKEN_CODES: Mapping[Desk, frozenset[int]] = {
    Desk.OA: frozenset({-216, -220, 216, 220, 401, -401}),
    Desk.BUSINESS: frozenset({-124, 124, -216, -220, 401, -401}),
}
"""Refresh once, repeat once. -220 says expired, -216 invalid; the positive ones were seen in production."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Fate of the message; `cure` is a sentence for the operator when only a person can mend it."""

    fate: Fate
    after: float = 0.0
    cure: str = ""


_ACCOUNT = "Kiểm tra OA và ứng dụng trên trang quản trị Zalo (đang hoạt động, đã xác thực, đã cấp quyền cho ứng dụng)."
_PACKAGE = "Gói dịch vụ của OA không đủ: nâng gói hoặc chờ hạn mức mới."
_BILLING = "Tài khoản thanh toán Zalo Cloud chưa liên kết hoặc hết tiền: nạp thêm hoặc liên kết lại."
_TEMPLATE = "Mẫu tin (template) chưa được duyệt, bị khóa, hoặc tham số không khớp: sửa mẫu trên trang ZBS."

_GONE = Verdict(Fate.GONE)
_REFUSED = Verdict(Fate.REFUSED)
_CLOSED = Verdict(Fate.WINDOW_CLOSED)
_BROKEN = Verdict(Fate.LATER, MEND, _ACCOUNT)
_UNPAID = Verdict(Fate.LATER, MEND, _BILLING)
_BAD_TEMPLATE = Verdict(Fate.WINDOW_CLOSED, cure=_TEMPLATE)
_TOMORROW = Verdict(Fate.LATER, 6 * HOUR)

NIGHT = frozenset({-133, -234})

# https://developers.zalo.me/docs/official-account/phu-luc/ma-loi
OA_CODES: Mapping[int, Verdict] = {
    -32: Verdict(Fate.LATER, MINUTE),  # rate of the app or of the OA, counted per minute
    -100: _REFUSED,  # uploaded asset expired
    -200: _REFUSED,
    -201: _REFUSED,  # a parameter is wrong
    -204: _BROKEN,  # OA disabled
    -205: _BROKEN,  # OA does not exist
    -209: _BROKEN,  # app not active
    -210: _REFUSED,  # a parameter is over its limit
    -211: Verdict(Fate.LATER, MEND, _PACKAGE),
    -212: _BROKEN,  # API product not registered
    -213: _GONE,  # not a follower
    -217: _GONE,  # refused invitations
    -218: _TOMORROW,  # quota of this recipient
    -219: _BROKEN,  # app disabled
    -221: _BROKEN,  # OA not verified
    -223: _BROKEN,  # OA has not authorised the app
    -224: Verdict(Fate.LATER, MEND, _PACKAGE),
    -227: _GONE,  # banned, or inactive for 45 days
    -230: _CLOSED,  # no interaction in 7 days
    -232: _CLOSED,  # interaction expired
    -233: _REFUSED,  # message type not supported
    -240: _REFUSED,  # an API that was shut down
    -242: _BROKEN,  # bad appsecret_proof
    -244: _GONE,  # the person restricts messages of the OA
    -248: _REFUSED,  # content policy
    -249: _REFUSED,  # template not meant for user ids: the phone may do
    -305: _CLOSED,  # older code: after 48 hours
    -311: _CLOSED,  # older code: reply quota
    -320: _UNPAID,
    -321: _UNPAID,
}

# The text itself can still be said at the next contact, so a template that fails for good leaves the window closed.
BUSINESS_CODES: Mapping[int, Verdict] = {
    -32: Verdict(Fate.LATER, MINUTE),
    -108: _CLOSED,  # bad phone
    -112: _BAD_TEMPLATE,
    -114: _CLOSED,  # this person cannot receive
    -115: Verdict(Fate.WINDOW_CLOSED, cure=_BILLING),
    -117: _BAD_TEMPLATE,
    -118: _CLOSED,  # no Zalo account; on the OAuth host the same number means an invalid grant
    -119: _CLOSED,
    -126: Verdict(Fate.WINDOW_CLOSED, cure=_BILLING),
    -127: _BAD_TEMPLATE,  # development mode reaches admins only
    -131: _BAD_TEMPLATE,
    -135: Verdict(Fate.WINDOW_CLOSED, cure=_ACCOUNT),
    -136: Verdict(Fate.WINDOW_CLOSED, cure=_BILLING),
    -137: Verdict(Fate.WINDOW_CLOSED, cure=_BILLING),
    -139: _CLOSED,  # the person refused this type
    -141: _CLOSED,  # the person refused this OA
    -144: _TOMORROW,  # daily limit of the OA
    -146: _BAD_TEMPLATE,
    -147: _TOMORROW,  # daily limit of the template
    -1121: _BAD_TEMPLATE,
    -1122: _BAD_TEMPLATE,
    -1124: _BAD_TEMPLATE,
}

_TABLES = {Desk.OA: OA_CODES, Desk.BUSINESS: BUSINESS_CODES}
_OTHERWISE = {Desk.OA: _REFUSED, Desk.BUSINESS: _CLOSED}


def error_code(reply: Reply) -> int | None:
    """The vendor's code, 0 for success, None where the answer carries none."""
    if reply.body is None:
        return None
    try:
        return int(as_id(reply.body.get("error")))
    except ValueError:
        return None


def verdict(desk: Desk, reply: Reply, now: datetime) -> Verdict:
    """What to do about this answer. The body counts before the status: application errors come with HTTP 200."""
    code = error_code(reply)
    if reply.status == 429 or reply.status >= 500 or code is None:
        return Verdict(Fate.LATER, reply.retry_after or (MINUTE if reply.status == 429 else SOON))
    if code == 0:
        return Verdict(Fate.SENT)
    if code in TOKEN_CODES[desk]:
        return Verdict(Fate.LATER, 5 * MINUTE)
    if code in NIGHT:
        return Verdict(Fate.LATER, _until_morning(now))
    return _TABLES[desk].get(code, _OTHERWISE[desk])


def result(desk: Desk, reply: Reply, found: Verdict) -> SendResult:
    """The same as a send result, with the vendor's id of the message."""
    if found.fate is Fate.SENT:
        data = (reply.body or {}).get("data")
        ids = data if isinstance(data, dict) else {}
        return SendResult(Fate.SENT, vendor_id=as_id(ids.get("message_id")) or as_id(ids.get("msg_id")))
    code = error_code(reply)
    detail = f"{desk} HTTP {reply.status}" if code is None else f"{desk} {code}"
    return SendResult(found.fate, detail, found.after)


def _until_morning(now: datetime) -> float:
    here = now.astimezone(VIETNAM)
    morning = here.replace(hour=MORNING_HOUR, minute=0, second=0, microsecond=0)
    if morning <= here:
        morning += timedelta(days=1)
    return (morning - here).total_seconds()
