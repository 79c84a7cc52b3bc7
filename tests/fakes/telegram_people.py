"""What residents do on the fake Telegram: speak, press, send, block; and one person to play in a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.clock import Clock
from tests.fakes.telegram_shapes import BOT, Sent, chat_of, entities, user

if TYPE_CHECKING:
    from tests.fakes.telegram_server import FakeTelegram

Fields = dict[str, Any]


@dataclass(frozen=True)
class StoredFile:
    """A file on the fake. `size` is what Telegram says of it, which need not be true here."""

    id: str
    content: bytes
    path: str
    size: int


class Residents:
    """The resident's side of the fake server; each method queues one update and returns its number."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.updates: list[Fields] = []
        """Not yet confirmed by the bot."""
        self.files: dict[str, StoredFile] = {}
        self.taps: dict[str, bool] = {}
        """Pressed buttons by query id, and whether the bot answered."""
        self.sent: list[Sent] = []
        self._next_update = 700000
        self._next_message = 0

    def stir(self) -> None:
        """Wake those who wait; the server does."""

    def date(self) -> int:
        """Now, as Telegram dates things."""
        return int(self.clock().timestamp())

    def next_message(self) -> int:
        """A fresh message number."""
        self._next_message += 1
        return self._next_message

    def update(self, **fields: Any) -> int:
        """Queue any update, well formed or not."""
        self._next_update += 1
        self.updates.append({"update_id": self._next_update, **fields})
        self.stir()
        return self._next_update

    def message(self, chat: int, **fields: Any) -> Fields:
        """A message as Telegram would send it; give `sender=` to speak as somebody else."""
        number = self.next_message()
        sender = fields.pop("sender", user(chat if chat > 0 else 4001))
        return {"message_id": number, "from": sender, "chat": chat_of(chat), "date": self.date(), **fields}

    def send(self, chat: int, **fields: Any) -> int:
        """Queue a message of any kind."""
        return self.update(message=self.message(chat, **fields))

    def say(self, chat: int, text: str) -> int:
        """A resident writes."""
        marks = entities(text)
        return self.send(chat, text=text, **({"entities": marks} if marks else {}))

    def edit(self, chat: int, text: str) -> int:
        """A resident changes an earlier message."""
        message = self.message(chat, text=text)
        return self.update(edited_message=message | {"edit_date": message["date"] + 60})

    def press(self, chat: int, label: str) -> int:
        """A resident presses a button under the newest message that has it."""
        for sent in reversed(self.sent):
            button = sent.button(label) if sent.chat_id == chat else None
            if button and "callback_data" in button:
                return self.press_value(chat, button["callback_data"], sent)
            if button and "request_contact" in button:
                return self.send_contact(chat, "+84912345678")
            if button and "request_location" in button:
                return self.send_location(chat, 21.03, 105.85)
            if button:
                return self.say(chat, label)
        offered = [label for sent in self.sent if sent.chat_id == chat for label in sent.labels]
        raise AssertionError(f"no button {label!r}; offered so far: {offered}")

    def press_value(self, chat: int, value: str, under: Sent | None = None) -> int:
        """Press a button of any value, offered or forged; without a message it is too old to be shown (date 0)."""
        tap = str(4382000000 + len(self.taps))
        self.taps[tap] = False
        message: Fields = {"message_id": 1, "chat": chat_of(chat), "date": 0}
        if under is not None:
            message = {"message_id": under.message_id, "from": BOT, "chat": chat_of(chat)}
            message |= {"date": under.date, "text": under.text, "reply_markup": under.markup}
        query = {"id": tap, "from": user(chat), "chat_instance": "9", "data": value, "message": message}
        return self.update(callback_query=query)

    def store(self, content: bytes, name: str = "", size: int | None = None) -> Fields:
        """Put a file on the server and describe it as messages do."""
        number = len(self.files) + 1
        path = f"documents/file_{number}{name[name.rfind('.') :] if '.' in name else ''}"
        size = len(content) if size is None else size
        self.files[f"F{number}"] = StoredFile(f"F{number}", content, path, size)
        return {"file_id": f"F{number}", "file_unique_id": f"u-F{number}", "file_size": size}

    def send_photo(self, chat: int, content: bytes = b"\xff\xd8jpeg", caption: str = "", album: str = "") -> int:
        """A photo in two sizes, the larger last, as Telegram lists them."""
        small = self.store(content[:10]) | {"width": 90, "height": 60}
        large = self.store(content) | {"width": 1280, "height": 853}
        more = {"caption": caption} if caption else {}
        return self.send(chat, photo=[small, large], **more, **({"media_group_id": album} if album else {}))

    def send_document(self, chat: int, content: bytes, name: str, mime: str) -> int:
        """Any other file."""
        return self.send(chat, document=self.store(content, name) | {"file_name": name, "mime_type": mime})

    def send_contact(self, chat: int, phone: str) -> int:
        """The person's own phone number."""
        return self.send(chat, contact={"phone_number": phone, "first_name": "Mai", "user_id": chat})

    def send_location(self, chat: int, latitude: float, longitude: float) -> int:
        """Where the person stands."""
        return self.send(chat, location={"latitude": latitude, "longitude": longitude})

    def member(self, chat: int, before: str, after: str) -> int:
        """The bot's standing in a chat changes: a private chat is blocked by `member`, `kicked`."""
        change: Fields = {"chat": chat_of(chat), "from": user(chat if chat > 0 else 4001), "date": self.date()}
        for name, status in (("old_chat_member", before), ("new_chat_member", after)):
            until = {"until_date": 0} if status == "kicked" else {}
            change[name] = {"user": BOT, "status": status, **until}
        return self.update(my_chat_member=change)


class TelegramPerson:
    """One resident on the fake: says, taps, and waits for what the bot says next."""

    def __init__(self, fake: FakeTelegram, chat_id: int) -> None:
        self.fake = fake
        self.chat_id = chat_id
        self._heard = 0

    @property
    def messages(self) -> list[Sent]:
        """Everything the bot has said to this person."""
        return [sent for sent in self.fake.sent if sent.chat_id == self.chat_id]

    @property
    def last(self) -> Sent:
        """The newest thing the bot said."""
        return self.messages[-1]

    async def says(self, text: str) -> int:
        """Write something."""
        return self.fake.say(self.chat_id, text)

    async def taps(self, label: str) -> int:
        """Press the newest button with this label; keys that share a number or a place do so."""
        return self.fake.press(self.chat_id, label)

    async def sends_photo(self, content: bytes = b"\xff\xd8jpeg", caption: str = "") -> int:
        """Send a photo."""
        return self.fake.send_photo(self.chat_id, content, caption)

    async def hears(self, seconds: float = 5.0) -> Sent:
        """The next message not heard yet; waits for it at most `seconds`."""
        self._heard += 1
        await self.fake.until(lambda: len(self.messages) >= self._heard, seconds)
        return self.messages[self._heard - 1]

    async def hears_until(self, fits: Callable[[Sent], bool], seconds: float = 5.0) -> Sent:
        """Listen on until a message fits."""
        while not fits(heard := await self.hears(seconds)):
            pass
        return heard
