"""Conversation partners: the one row read and written with every update."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from cases.messages import Address
from cases.ports import Chat
from storage.hot import Hot
from storage.keys import KeyRing, SealBroken
from storage.tables import ChatRow, metadata

chat = metadata.tables[str(ChatRow.__tablename__)]
PLACE_ADDRESS = "chat.sealed_address"
PLACE_APART = "chat.address_apart"
PLACE_TALK = "chat.sealed_talk"
COLUMNS = (
    "channel",
    "locality",
    "lang",
    "consent_version",
    "consent_at",
    "officer_id",
    "reachable",
    "last_contact_at",
    "delayed_until",
    "talk_expires_at",
)
_SEALED = ("sealed_address", "sealed_talk")
_FIND = select(chat).where(chat.c.key == bindparam("wanted"))
_BY_KEY = Hot(_FIND)
_BY_KEY_LOCKED = Hot(_FIND.with_for_update())
_INSERT = Hot(insert(chat), ("key", *COLUMNS, *_SEALED))
_UPDATE = Hot(
    update(chat)
    .where(chat.c.key == bindparam("wanted"))
    .values({name: bindparam(name) for name in (*COLUMNS, *_SEALED)})
)


def address_in(keys: KeyRing, chat_key: str, told: list[str]) -> tuple[str, str]:
    """Id and phone out of an opened address; of a sealed report's sender they lie under a key of their own.

    Both are empty where that key is gone, after a restore: the person is answered when she writes again.
    """
    if not told[2:]:
        return told[0], told[1]
    try:
        identifier, phone = keys.outside.open_json(PLACE_APART, chat_key, bytes.fromhex(told[2]))
    except SealBroken:
        return "", ""
    return identifier, phone


class ChatStore:
    """See `cases.ports.Chats`."""

    def __init__(self, connection: Connection, keys: KeyRing, *, locking: bool = True) -> None:
        self._connection = connection
        self._locking = locking
        self._by_key = _BY_KEY_LOCKED if locking else _BY_KEY
        self._keys = keys
        self._sealed: dict[str, tuple[Address, bytes]] = {}  # as read: an address that stays is not sealed anew
        self._apart: set[str] = set()
        self._loaded: dict[str, Chat] = {}  # one object per chat and transaction: nobody overwrites another's change

    def key_of(self, address: Address) -> str:
        """Keyed hash of the address."""
        return self._keys.lookup("chat", f"{address.channel}\0{address.id}")

    def load(self, address: Address) -> Chat:
        key = self.key_of(address)
        found = self.get(key)
        if found is None:
            found = self._loaded[key] = Chat(key=key, address=address, fresh=True)
        elif not found.address.id:
            found.address = address
        return found

    def get(self, key: str) -> Chat | None:
        known = self._loaded.get(key)
        if known is not None:
            return known
        row = self._by_key.first(self._connection, {"wanted": key})
        if row is None:
            return None
        found = self._loaded[key] = self._chat(row)
        return found

    def save(self, entry: Chat) -> None:
        values: dict[str, Any] = {
            "channel": entry.address.channel,
            "locality": entry.locality,
            "lang": entry.lang,
            "consent_version": entry.consent_version,
            "consent_at": entry.consent_at,
            "officer_id": entry.officer_id,
            "reachable": entry.reachable,
            "last_contact_at": entry.last_contact_at,
            "delayed_until": entry.delayed_until,
            "talk_expires_at": entry.talk_expires_at,
            "sealed_address": self._sealed_address(entry),
            "sealed_talk": self._keys.seal_json(PLACE_TALK, entry.key, entry.talk) if entry.talk else None,
        }
        if entry.fresh:
            _INSERT.change(self._connection, {"key": entry.key, **values})
            entry.fresh = False
        else:
            _UPDATE.change(self._connection, {"wanted": entry.key, **values})

    def _sealed_address(self, entry: Chat) -> bytes:
        known, sealed = self._sealed.get(entry.key, (None, b""))
        if known == entry.address and sealed[0] == self._keys.newest:  # never put back under a key that goes
            return sealed
        if sealed and not entry.address.id:  # its own key is not here now; it may come back
            return sealed
        told = [entry.address.id, entry.address.phone]
        if entry.key in self._apart:
            told = ["", "", self._keys.outside.seal_json(PLACE_APART, entry.key, told).hex()]
        return self._keys.seal_json(PLACE_ADDRESS, entry.key, told)

    def keep_apart(self, entry: Chat) -> None:
        """Seal this address under the key that no backup holds as well, from its next saving on."""
        if entry.key not in self._apart:
            self._apart.add(entry.key)
            self._sealed.pop(entry.key, None)

    def expired(self, now: datetime, limit: int) -> Sequence[Chat]:
        """A chat whose person is being answered right now is passed over: it is not idle. So is what does not open."""
        statement = select(chat).where(chat.c.talk_expires_at <= now).limit(limit)
        rows = self._connection.execute(statement.with_for_update(skip_locked=True) if self._locking else statement)
        found = []
        for row in rows:
            with contextlib.suppress(SealBroken):  # one damaged conversation must not keep the others' words
                found.append(self._loaded.setdefault(row.key, self._chat(row)))
        return found

    def _chat(self, row: Any) -> Chat:
        told = self._keys.open_json(PLACE_ADDRESS, row.key, row.sealed_address)
        identifier, phone = address_in(self._keys, row.key, told)
        if told[2:]:
            self._apart.add(row.key)
        talk = self._keys.open_json(PLACE_TALK, row.key, row.sealed_talk) if row.sealed_talk else {}
        address = Address(row.channel, identifier, phone)
        self._sealed[row.key] = address, row.sealed_address
        return Chat(
            key=row.key,
            address=address,
            locality=row.locality,
            lang=row.lang,
            consent_version=row.consent_version,
            consent_at=row.consent_at,
            officer_id=row.officer_id,
            reachable=row.reachable,
            last_contact_at=row.last_contact_at,
            delayed_until=row.delayed_until,
            talk=talk,
            talk_expires_at=row.talk_expires_at,
        )
