"""The speaking half of Telegram, on python-telegram-bot: one message out, one of the six fates back."""

from __future__ import annotations

import logging
import os
import re
from importlib.util import find_spec
from typing import Any, Final

# Read when a 429 is met; without it the library warns at each one that its seconds will become a timedelta.
os.environ.setdefault("PTB_TIMEDELTA", "true")

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.ext import AIORateLimiter, ExtBot

from bot.channels.telegram_http import AiohttpRequest, Wire
from bot.channels.telegram_poll import TOKEN_REFUSED
from cases.messages import Address, Ask, Choice, Fate, Outgoing, Pace, SendResult

LOG: Final = logging.getLogger(__name__)
TOKEN_SECONDS: Final = 300.0
ROW_LENGTHS: Final = {3: 11, 2: 18}
"""The longest label that fits when so many stand in one row of a 360-pixel phone."""

_ASK_FIELDS: Final = {Ask.CONTACT: "request_contact", Ask.PLACE: "request_location"}
_NO_LABEL: Final = "…"  # messages queued before labels came with them; Telegram refuses an empty one
# Descriptions as the Bot API words them: https://github.com/tdlib/telegram-bot-api
_GONE_WORDS: Final = re.compile(
    r"chat not found|user not found|peer_id_invalid|deactivated|user_is_blocked|blocked by the user|kicked"
    r"|chat_write_forbidden|channel_private|not enough rights to send|have no rights to send",
    re.IGNORECASE,
)
_PRIVATE: Final = re.compile(r"\d{5,}|\"[^\"]*\"")


class Speaker(ExtBot[int]):
    """`ExtBot` with one method more: a message said without building python-telegram-bot's picture of the answer."""

    async def say(self, fields: dict[str, Any]) -> dict[str, Any]:
        """sendMessage through the rate limiter; returns the raw message. The typed method costs 2.5 times as much."""
        result = await self._post("sendMessage", fields)
        return result if isinstance(result, dict) else {}


class Mouth:
    """Says what the outbox holds. python-telegram-bot never retries: the outbox row is the truth."""

    def __init__(self, token: str, api: str, wire: Wire, pace: Pace) -> None:
        request = AiohttpRequest(wire)
        self._bot = Speaker(
            token,
            base_url=f"{api}/bot",
            base_file_url=f"{api}/file/bot",
            request=request,
            get_updates_request=request,  # else it makes an httpx client that nobody closes
            rate_limiter=_second_wall(pace),
        )

    async def send(self, to: Address, message: Outgoing) -> SendResult:
        """Send once; a group that became a supergroup is followed once to its new id."""
        if not re.fullmatch(r"-?\d{1,19}", to.id):
            return SendResult(Fate.GONE, "not a Telegram chat id")
        try:
            return await self._say(to.id, message)
        except ChatMigrated as moved:
            new_id = str(moved.new_chat_id)
        except TelegramError as fault:
            return fate_of(fault)
        try:
            return await self._say(new_id, message)
        except ChatMigrated:
            return SendResult(Fate.GONE, "the group has moved twice")
        except TelegramError as fault:
            return fate_of(fault)

    async def _say(self, chat: str, message: Outgoing) -> SendResult:
        fields = {
            "chat_id": int(chat),
            "text": message.text,
            "link_preview_options": {"is_disabled": True},
            "reply_markup": markup(message, private=not chat.startswith("-")),
        }
        try:
            said = await self._bot.say(fields)
            return SendResult(Fate.SENT, vendor_id=str(said["message_id"]))
        except (KeyError, TypeError, ValueError, AttributeError) as fault:
            # An answer of another shape than the Bot API's: the message may well be out.
            return SendResult(Fate.UNKNOWN, f"unreadable answer ({type(fault).__name__})")


def _second_wall(pace: Pace) -> AIORateLimiter | None:
    """The delivery loop paces exactly; this only catches what slips by. No pace in all means no wall."""
    if not pace.per_second:
        return None
    if find_spec("aiolimiter") is None:
        LOG.warning("aiolimiter is not installed: Telegram is paced by the delivery loop alone")
        return None
    return AIORateLimiter(pace.per_second, 1, pace.per_group_minute, 60, max_retries=0)


def fate_of(fault: TelegramError) -> SendResult:
    """What an error of python-telegram-bot means. `BadRequest` and `TimedOut` are `NetworkError` too: order counts."""
    if isinstance(fault, RetryAfter):
        seconds = fault._retry_after.total_seconds()  # the public one is an int or a timedelta by environment
        return SendResult(Fate.LATER, "too many requests", after=seconds)
    if isinstance(fault, Forbidden):
        return SendResult(Fate.GONE, _clean(fault))
    if isinstance(fault, BadRequest):
        gone = _GONE_WORDS.search(fault.message)
        return SendResult(Fate.GONE if gone else Fate.REFUSED, _clean(fault))
    if isinstance(fault, InvalidToken):
        return SendResult(Fate.LATER, TOKEN_REFUSED, after=TOKEN_SECONDS)
    if isinstance(fault, TimedOut):
        return SendResult(Fate.UNKNOWN, f"no answer ({_clean(fault)})")
    if isinstance(fault, NetworkError):
        return SendResult(Fate.LATER, f"not reached ({_clean(fault)})")
    return SendResult(Fate.UNKNOWN, _clean(fault))


def _clean(fault: TelegramError) -> str:
    """The vendor's reason without ids and without quotations of the message; short, on one line."""
    first, *_ = fault.message.partition(". Parsing the server response")
    return _PRIVATE.sub("…", " ".join(first.split()))[:120]


def markup(message: Outgoing, private: bool) -> dict[str, Any]:
    """Buttons under the message; a keyboard in place of letters where a contact or a place is asked; else none.

    Only private chats may ask: https://core.telegram.org/bots/api#keyboardbutton. A message without buttons takes an
    earlier keyboard away.
    """
    if message.ask is not Ask.NOTHING and private:
        asking: dict[str, Any] = {"text": message.ask_label or _NO_LABEL, _ASK_FIELDS[message.ask]: True}
        rows = [[asking], *([{"text": choice.label} for choice in row] for row in in_rows(message.choices))]
        return {"keyboard": rows, "resize_keyboard": True, "one_time_keyboard": True}
    if not message.choices:
        return {"remove_keyboard": True}
    return {
        "inline_keyboard": [
            [{"text": choice.label, "callback_data": choice.value} for choice in row]
            for row in in_rows(message.choices)
        ]
    }


def in_rows(choices: tuple[Choice, ...]) -> list[list[Choice]]:
    """Long labels one in a row, short neighbours two or three, the order kept."""
    rows: list[list[Choice]] = []
    for choice in choices:
        if rows and _fit([*rows[-1], choice]):
            rows[-1].append(choice)
        else:
            rows.append([choice])
    return rows


def _fit(row: list[Choice]) -> bool:
    return max(len(choice.label) for choice in row) <= ROW_LENGTHS.get(len(row), -1)
