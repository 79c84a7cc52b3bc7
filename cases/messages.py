"""What is heard and said, on any channel: the only message types that dialogues, outbox and channels share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Address:
    """Where one person (or group) is reached. Ids are strings, always: Zalo's exceed 2**53.

    `phone` (`84…`) is filled only where the resident gave it for this use; Zalo templates may need it.
    """

    channel: str
    id: str
    phone: str = ""


class Event(StrEnum):
    """What kind of thing arrived."""

    MESSAGE = "message"
    EDITED = "edited"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"  # unfollowed, or blocked the bot
    GROUP = "group"  # somebody spoke to the bot in a group


class FileKind(StrEnum):
    """How a file was sent; decides what is offered back, never what is allowed."""

    PHOTO = "photo"
    VIDEO = "video"
    VOICE = "voice"
    AUDIO = "audio"
    DOCUMENT = "document"
    STICKER = "sticker"


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file as the channel names it: a vendor id, an address, or our own upload. `size` in bytes, 0 unknown."""

    kind: FileKind
    ref: str
    name: str = ""
    size: int = 0
    mime: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A point the resident chose to send, WGS 84 degrees."""

    latitude: float
    longitude: float
    title: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A phone number (and name) the resident chose to send; digits with country code where known."""

    phone: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One update, parsed. `message_id` is unique per channel: it is the key against repeats.

    `choice` is the value of a pressed button; it may be forged, so it only ever selects among what was offered.
    `start` is the deep-link parameter. `text` is as sent (caption for files).
    """

    address: Address
    message_id: str
    sent_at: datetime
    event: Event = Event.MESSAGE
    text: str = ""
    choice: str = ""
    files: tuple[FileRef, ...] = ()
    place: Place | None = None
    contact: Contact | None = None
    start: str = ""
    ref: str = ""
    """The messenger's own number of the message, the same for each of its edits; "" where it has no edits."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One offered answer: an opaque value (at most 24 bytes of ASCII) and the label people see."""

    value: str
    label: str


class Ask(StrEnum):
    """A special way to answer that some channels can offer as a button."""

    NOTHING = ""
    CONTACT = "contact"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Template:
    """A paid template message that may stand in for this text when the free window is shut (Zalo)."""

    name: str
    data: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to say: plain text (never markup), already within the channel's limits, and its buttons."""

    text: str
    choices: tuple[Choice, ...] = ()
    ask: Ask = Ask.NOTHING
    template: Template | None = None
    ask_label: str = ""  # what the button of `ask` says


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can show. Lengths in UTF-16 units; `buttons` 0 means numbered choices only."""

    text_limit: int
    buttons: int
    label_limit: int = 100
    ask_contact: bool = False
    ask_place: bool = False
    files_in: bool = True


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a channel may be used: messages a second in all, and to one chat; a minute to one group."""

    per_second: float
    per_chat_second: float = 0.0
    per_group_minute: float = 0.0


class Fate(StrEnum):
    """The six things that can happen to a message."""

    SENT = "sent"
    LATER = "later"  # try again, not before `after` seconds
    GONE = "gone"  # blocked, unfollowed, account closed: stop writing to this chat
    REFUSED = "refused"  # this message will never be taken
    UNKNOWN = "unknown"  # accepted or not, we cannot know (answer lost)
    WINDOW_CLOSED = "window_closed"  # the channel allows no message now; hold until next contact


@dataclass(frozen=True, slots=True)
class SendResult:
    """Outcome of one send. `detail` is for operators: no text, token, or personal id in it."""

    fate: Fate
    detail: str = ""
    after: float = 0.0
    vendor_id: str = ""


class FileFault(Exception):
    """A file could not be fetched; `code` is one of too_large, gone, refused_host, unreachable, wrong_type."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
