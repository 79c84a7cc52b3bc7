"""Reminder messages on their way: merged per person, and mended while they wait for a messenger."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update

from cases.messages import Address, Capabilities, Outgoing
from cases.ports import Chat
from cases.rendering import PLAIN, fit
from storage.chats import chat
from storage.nudges import Listed
from storage.outbox import CANCELLED, DIGEST, PLACE_BODY, PULLED, REMINDER, WAITING, OutboxStore, outbox
from storage.reminder_body import Line, pack_lines, pack_parts, unpack_lines
from storage.work import StoredWork

NOTICE = "notice"
# Locked, in one order: between reading when a chat may be written to and queueing for it nobody else moves that time.
_DOORS = Listed(
    select(chat.c.key, chat.c.channel, chat.c.lang, chat.c.reachable, chat.c.delayed_until)
    .order_by(chat.c.key)
    .with_for_update(),
    chat.c.key,
)
_PENDING = Listed(
    select(outbox.c.id, outbox.c.effect_key, outbox.c.chat_key, outbox.c.sealed_body)
    .where(WAITING, outbox.c.purpose == REMINDER)
    .order_by(outbox.c.id)
    .with_for_update(skip_locked=True),
    outbox.c.chat_key,
)


@dataclass(frozen=True, slots=True)
class Door:
    """A chat as far as a notice needs it: no address is opened."""

    key: str
    channel: str
    lang: str
    reachable: bool
    delayed_until: datetime | None


@dataclass(frozen=True, slots=True)
class Mail:
    """One message to one person. `lines` are kept with it while unsent, so that a stale one can be taken out.

    A digest keeps them with each of its parts, only to tell which cases it names.
    """

    to: Door
    message: Outgoing
    effect_key: str
    case_id: str = ""
    purpose: str = REMINDER
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Pending:
    """A reminder message that waits unsent: the messenger is down, or its window is shut."""

    effect_key: str
    chat_key: str
    lines: tuple[Line, ...]


class MailStore:
    """Reads chats, queues and takes back messages inside one transaction."""

    def __init__(self, unit: StoredWork, capabilities: Mapping[str, Capabilities]) -> None:
        self._unit, self._connection = unit, unit.connection
        self._capabilities = capabilities

    def doors(self, keys: Collection[str]) -> dict[str, Door]:
        """Chats by key."""
        if not keys:
            return {}
        return {row.key: Door(*row) for row in _DOORS.rows(self._connection, keys)}

    def pending(self, chat_keys: Collection[str]) -> list[Pending]:
        """Reminder messages of these chats that nobody has taken yet."""
        if not chat_keys:
            return []
        found = []
        for row in _PENDING.rows(self._connection, chat_keys):
            lines = unpack_lines(self._unit.keys.open_bytes(PLACE_BODY, row.effect_key, row.sealed_body))
            if lines:
                found.append(Pending(row.effect_key, row.chat_key, lines))
        return found

    def say(self, mails: Iterable[Mail], now: datetime) -> None:
        """Queue all these messages, cut to what each channel can show; the first part keeps the lines of a reminder."""
        store = OutboxStore(self._connection, self._unit.keys, now)
        pushed: list[tuple[Chat, bytes, str, str, str]] = []
        for mail in mails:
            to = Chat(mail.to.key, Address(mail.to.channel, ""), delayed_until=mail.to.delayed_until)
            parts = fit(mail.message, self._capabilities.get(mail.to.channel, PLAIN))
            keys = [f"{mail.effect_key}/{number}" if number else mail.effect_key for number in range(len(parts))]
            if mail.to.channel == PULLED:
                for key, part in zip(keys, parts, strict=True):
                    store.say(to, part, key, case_id=mail.case_id, purpose=mail.purpose)
                continue
            if mail.purpose == DIGEST:
                bodies = [pack_lines(part, mail.lines) for part in parts]
            else:
                bodies = pack_parts(parts, mail.lines)
            pushed += [(to, body, key, mail.case_id, mail.purpose) for key, body in zip(keys, bodies, strict=True)]
        store.say_each(pushed)
        self._unit.outbox.woken |= store.woken
        self._unit.outbox.fresh += store.fresh

    def take_back(self, waiting: Iterable[Pending], now: datetime) -> None:
        """Cancel waiting messages with all their parts."""
        for one in waiting:
            parts = outbox.c.effect_key.between(f"{one.effect_key}/", f"{one.effect_key}/~")
            mine = or_(outbox.c.effect_key == one.effect_key, parts)
            self._cancel(now, outbox.c.chat_key == one.chat_key, mine)

    def take_back_digests(self, chat_keys: Collection[str], now: datetime) -> None:
        """Yesterday's unsent digest gives way to today's."""
        if chat_keys:
            self._cancel(now, outbox.c.chat_key.in_(chat_keys), outbox.c.purpose == DIGEST)

    def _cancel(self, now: datetime, *which: ColumnElement[bool]) -> None:
        statement = update(outbox).where(WAITING, *which)
        self._connection.execute(statement.values(state=CANCELLED, sealed_body=None, done_at=now))
