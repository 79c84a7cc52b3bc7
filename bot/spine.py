"""From one parsed update to its commit: everything an update causes is stored in one transaction, then answered."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from functools import partial

import structlog

from bot.channels.base import Unavailable
from cases.messages import Event, Incoming, Outgoing
from cases.ports import Chat, Stale
from cases.rules import Rules
from handlers.officer import awaits_pin
from handlers.pace import over_pace
from handlers.router import handle
from handlers.turn import Turn
from storage.database import UNSTORABLE, CommitUnknown, DatabaseFault, storable
from storage.keys import SealBroken
from storage.work import Office, StoredWork

Note = Callable[[StoredWork], None]
TRIES = 4
log = structlog.get_logger(__name__)


class Spine:
    """Takes updates in. `rules` is asked anew each time, so that edited data takes effect at once.

    `lang` is the language a new chat begins in.
    """

    def __init__(
        self, office: Office, rules: Callable[[], Rules], counters: Mapping[str, Callable[[], None]], lang: str = "vi"
    ) -> None:
        self._office = office
        self._rules = rules
        self._count = counters
        self._lang = lang

    async def accept(self, incoming: Incoming) -> None:
        """Store the update and all it causes; returns after the commit. Raises `Unavailable` when nothing was stored.

        An update whose handling raises is kept sealed for an operator, and the person hears that it did not work.
        """
        await self.accept_noted(incoming, _no_note)

    async def accept_noted(self, incoming: Incoming, note: Note) -> None:
        """The same with a note written in the same transaction, before the dialogue speaks."""
        incoming = _storable(incoming)
        try:
            fresh = await self._take(incoming, note)
        except DatabaseFault as fault:
            self._count["unavailable"]()
            raise Unavailable(str(fault)) from fault
        except Exception as error:  # noqa: BLE001 - whatever a step raises, the update must not be lost
            await self._keep(incoming, note, error)
        else:
            self._count["taken" if fresh else "repeated"]()

    async def _take(self, incoming: Incoming, note: Note) -> bool:
        """Where somebody else changed the case meanwhile, or a commit's answer was lost, read and decide again."""
        step = partial(self._step, incoming, note)
        for _ in range(TRIES - 1):
            with contextlib.suppress(Stale, CommitUnknown):
                return await self._office.write(step, urgent=True)
        return await self._office.write(step, urgent=True)

    def _step(self, incoming: Incoming, note: Note, unit: StoredWork) -> bool:
        rules = self._rules()
        chat = unit.chats.load(incoming.address)
        if chat.fresh:
            chat.lang = self._lang
        key = _key(unit, chat, incoming)
        if not unit.receive(incoming.address.channel, key, unit.now):
            return False
        turn = Turn(unit, chat, incoming, rules, unit.now)
        # A PIN is stored nowhere, not even among one's own words; of a flood nothing is kept.
        if not (awaits_pin(unit, chat, unit.now) or over_pace(turn)):
            note(unit)
        handle(turn)
        if turn.slowed:
            self._count["slowed"]()
        unit.chats.save(chat)
        for number, message in enumerate(turn.said):
            unit.outbox.say(chat, message, f"{incoming.address.channel}:{key}:{number}")
        return True

    async def _keep(self, incoming: Incoming, note: Note, error: Exception) -> None:
        log.error("update kept", channel=incoming.address.channel, error=type(error).__name__, where=_where(error))
        self._count["failed"]()
        try:
            await self._office.write(
                partial(self._keep_step, incoming, note, f"{type(error).__name__} {_where(error)}")
            )
        except Exception as fault:  # whatever it is, the messenger is told to try again
            if not isinstance(fault, DatabaseFault):
                log.error("update cannot even be kept", error=type(fault).__name__, where=_where(fault))
            raise Unavailable(type(fault).__name__) from fault  # nothing is stored, so the messenger must try again

    def _keep_step(self, incoming: Incoming, note: Note, error: str, unit: StoredWork) -> None:
        try:
            chat = unit.chats.load(incoming.address)
        except SealBroken:  # the person's row is spoiled: what they said is kept all the same
            chat = Chat(unit.chats.key_of(incoming.address), incoming.address)
        key = _key(unit, chat, incoming)
        if not unit.receive(incoming.address.channel, key, unit.now):
            return
        secret = awaits_pin(unit, chat, unit.now)
        if not secret:
            note(unit)
        kept = replace(incoming, text="") if secret else incoming
        unit.keep_failed(incoming.address.channel, asdict(kept), error)
        if incoming.event in (Event.MESSAGE, Event.EDITED):
            rules = self._rules()
            text = rules.wording.say("something_wrong", chat.lang, **rules.commune_values(chat.locality))
            if chat.fresh:
                unit.chats.save(chat)
            unit.outbox.say(chat, Outgoing(text), f"{incoming.address.channel}:{key}:wrong")


def _no_note(unit: StoredWork) -> None:
    """Nothing beside the update itself."""


def _key(unit: StoredWork, chat: Chat, incoming: Incoming) -> str:
    """What this update is known by. A keyed hash: messengers build some of their ids from the person's."""
    return unit.keys.lookup("update", f"{chat.key}\0{incoming.message_id}")


def _storable(incoming: Incoming) -> Incoming:
    """Halves of an emoji and NUL bytes become `U+FFFD`: they are no text, and no database or messenger takes them."""
    words_only = not (incoming.files or incoming.contact or incoming.place or incoming.start)
    if words_only and not (UNSTORABLE.search(incoming.text) or UNSTORABLE.search(incoming.choice)):
        return incoming
    contact, place = incoming.contact, incoming.place
    return replace(
        incoming,
        text=storable(incoming.text),
        choice=storable(incoming.choice),
        start=storable(incoming.start),
        files=tuple(
            replace(one, ref=storable(one.ref), name=storable(one.name), mime=storable(one.mime))
            for one in incoming.files
        ),
        contact=replace(contact, phone=storable(contact.phone), name=storable(contact.name)) if contact else None,
        place=replace(place, title=storable(place.title)) if place else None,
    )


def _where(error: Exception) -> str:
    """File and line of the innermost frame: enough to find the fault, no text of anybody."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else "?"
