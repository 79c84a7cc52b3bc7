"""Random reports as messengers may deliver them: doubled, out of order, months late, edited; what they leave behind.

What may change order is what a person sends without reading in between (a burst of words and pictures) and what
different people send. Nobody presses a button before it was shown, so a tap stays after the question it answers.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import select

from bot.channels import zalo_oa_events
from bot.channels.telegram import Telegram
from bot.channels.zalo_text import json_object
from bot.clock import SteppedClock
from cases.messages import Address, Incoming
from cases.receipts import read_receipt_code
from storage.outbox import PLACE_BODY, outbox, unpack
from storage.work import Office, StoredWork
from tests.handlers.cast import Person

SENTENCES = (
    "Đường bê tông Thôn 2 mới làm ba tháng đã nứt toác",
    "lún cả đoạn dài năm mươi mét trước nhà văn hóa",
    "xe máy đi hay ngã nhất là khi trời mưa",
    "bà con đã nói với trưởng thôn mà chưa ai sửa",
    "đêm không có đèn nên càng dễ tai nạn hơn",
    "nhà thầu bỏ đi từ tháng trước chưa quay lại",
)
WINDOW, COPIES = 20, 5


@dataclass
class Moment:
    """Something one person does: updates sent in one go, or the label of a button to press."""

    who: int
    burst: list[dict[str, Any]] = field(default_factory=list)
    tap: str = ""


def history(chance: random.Random) -> list[Moment]:
    """Whole reports of one or two people, interleaved; each person's own moments stay in order."""
    lanes = [_report(chance, who) for who in range(chance.choice((1, 1, 2)))]
    mixed: list[Moment] = []
    while any(lanes):
        mixed.append(chance.choice([lane for lane in lanes if lane]).pop(0))
    return mixed


def _report(chance: random.Random, who: int) -> list[Moment]:
    told = chance.sample(SENTENCES, chance.randint(2, 4))
    first = [{"text": SENTENCES[0], "ref": 1}]
    rest: list[dict[str, Any]] = [{"text": text, "ref": 2 + n} for n, text in enumerate(told) if text != SENTENCES[0]]
    for one in list(rest):
        if chance.random() < 0.3:
            rest.append({"edit": one["ref"], "text": f"{one['text']}, xin sửa lại cho đúng"})
    pictures = [{"photo": f"p{n}"} for n in range(chance.randint(0, 2))]
    moments = [Moment(who, first), Moment(who, tap="Tôi đồng ý"), Moment(who, rest)]
    moments += [Moment(who, tap=label) for label in ("Chất lượng", "Đường bê tông", "Trong tuần")]
    if pictures:
        return [*moments, Moment(who, pictures), Moment(who, tap="Xong"), Moment(who, tap="Gửi")]
    return [*moments, Moment(who, tap="Bỏ qua"), Moment(who, tap="Gửi")]


class World:
    """Plays histories on one channel; every person is somebody new each time."""

    def __init__(self, spine: Any, office: Office, clock: SteppedClock, channel: str, ear: Telegram) -> None:
        self.spine, self.office, self.clock, self.channel, self._ear = spine, office, clock, channel, ear
        self._next = 100_000
        self._updates = 0

    async def play(self, moments: Sequence[Moment], chance: random.Random | None) -> list[str]:
        """Deliver once and in order, or (with `chance`) as badly as messengers may; the people's ids."""
        self._next += 10
        people = {moment.who: str(self._next + moment.who) for moment in moments}
        phones = {who: Person(self.spine, self.office, self.clock, self.channel, id) for who, id in people.items()}
        late: list[tuple[int, Incoming]] = []
        everything: list[Incoming] = []
        for place, moment in enumerate(moments):
            self.clock.move(seconds=9)
            sent = [await self._update(phones[moment.who], one) for one in moment.burst or [{"tap": moment.tap}]]
            everything += sent
            if chance is not None:
                chance.shuffle(sent)
                late += [
                    (place + chance.randrange(WINDOW), one) for one in sent for _ in range(chance.randrange(COPIES))
                ]
            for one in sent:
                await self.spine.accept(one)
                if chance is not None and chance.random() < 0.3:
                    await self.spine.accept(one)
            for due, copy in [entry for entry in late if entry[0] <= place]:
                late.remove((due, copy))
                await self.spine.accept(copy)
        if chance is not None:
            for _, copy in late:
                await self.spine.accept(copy)
            self.clock.move(days=30)
            for one in chance.sample(everything, len(everything)):
                await self.spine.accept(one)
            self.clock.move(days=-30)
        return list(people.values())

    async def _update(self, phone: Person, told: dict[str, Any]) -> Incoming:
        self._updates += 1
        self.clock.move(seconds=1)
        if "tap" in told:
            await phone._listen()
            told = _pressed(phone, told["tap"])
        raw = self._telegram(phone.id, told) if self.channel == "telegram" else self._zalo(phone.id, told)
        if self.channel == "telegram":
            (found,) = self._ear.parse(raw)
            return found
        heard = zalo_oa_events.read(json_object(raw), self.clock)
        assert heard is not None
        return heard

    def _telegram(self, who: str, told: dict[str, Any]) -> bytes:
        person = {"id": int(who), "is_bot": False, "first_name": "Mai"}
        chat = {"id": int(who), "type": "private"}
        at = int(self.clock().timestamp())
        number = self._updates
        if "tap" in told:
            under = {"message_id": 1, "date": at, "chat": chat}
            query = {"id": str(number), "from": person, "chat_instance": "1", "data": told["tap"], "message": under}
            return orjson.dumps({"update_id": number, "callback_query": query})
        message: dict[str, Any] = {
            "message_id": told.get("ref", 500 + number),
            "from": person,
            "chat": chat,
            "date": at,
        }
        if "photo" in told:
            size = {"file_id": told["photo"], "file_unique_id": told["photo"], "width": 9, "height": 9, "file_size": 9}
            return orjson.dumps({"update_id": number, "message": message | {"photo": [size]}})
        if "edit" in told:
            changed = message | {"message_id": told["edit"], "text": told["text"], "edit_date": at}
            return orjson.dumps({"update_id": number, "edited_message": changed})
        return orjson.dumps({"update_id": number, "message": message | {"text": told["text"]}})

    def _zalo(self, who: str, told: dict[str, Any]) -> bytes:
        at = str(int(self.clock().timestamp() * 1000))
        event = {"app_id": "1", "sender": {"id": who}, "recipient": {"id": "3"}, "timestamp": at}
        message: dict[str, Any] = {"msg_id": f"m{self._updates}"}
        if "photo" in told:
            message["attachments"] = [{"type": "image", "payload": {"url": f"https://x.zdn.vn/{told['photo']}.jpg"}}]
            return json.dumps({**event, "event_name": "user_send_image", "message": message}).encode()
        message["text"] = f"#hoiam:{told['tap']}" if "tap" in told else told["text"]
        return json.dumps({**event, "event_name": "user_send_text", "message": message}).encode()

    async def digest(self, people: Iterable[str]) -> dict[str, Any]:
        """What these people left behind in every table that knows them, without ids, numbers and instants."""
        addresses = [Address(self.channel, one) for one in people]
        return await self.office.read(lambda unit: _digest(unit, addresses))


def _pressed(phone: Person, label: str) -> dict[str, Any]:
    """The button with this label, or its number where the channel shows numbers."""
    for message in reversed(phone.heard):
        for choice in message.choices:
            if label in choice.label:
                return {"tap": choice.value}
        for line in message.text.split("\n"):
            number, dot, text = line.partition(". ")
            if dot and number.isdecimal() and label in text:
                return {"text": number}
    raise LookupError(label)


def _digest(unit: StoredWork, addresses: list[Address]) -> dict[str, Any]:
    keys = [unit.chats.key_of(one) for one in addresses]
    found: Counter[str] = Counter()
    for place, key in enumerate(keys):
        chat = unit.chats.get(key)
        assert chat is not None
        found[f"chat {place} {chat.consent_version} {chat.locality} {chat.talk.get('dialogue')}"] += 1
        for reporter in unit.people.reporters_of_chat(key):
            case = unit.cases.get(reporter.case_id)
            assert case is not None
            files = sorted(one.source.ref for one in unit.files.of_case(case.id))
            events = sorted(event.what for event in unit.cases.history(case.id))
            told = (case.kind, case.topic, case.subject, case.state, case.work, case.happened, case.receiving_body)
            found[repr(("case", place, case.text, told, files, events, reporter.secrecy))] += 1
        found[f"draft {place} {len(unit.files.of_draft(key))}"] += 1
    rows = unit.connection.execute(select(outbox).where(outbox.c.chat_key.in_(keys))).all()
    for row in rows:
        found[f"said {keys.index(row.chat_key)} {_spoken(unit, row)}"] += 1
    return dict(found)


def _spoken(unit: StoredWork, row: Any) -> str:
    """The message without what is drawn by lot; one receipt code in six hundred has no digit in it."""
    message = unpack(unit.keys.open_bytes(PLACE_BODY, row.effect_key, row.sealed_body))
    drawn = [word for word in message.text.split() if any(map(str.isdigit, word)) or read_receipt_code(word)]
    words = [word for word in message.text.split() if word not in drawn]
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:8] + repr([one.label for one in message.choices])


def without_words(digest: dict[str, Any]) -> dict[str, Any]:
    """For shuffled bursts: what was said counts by number, because a question shows the words known so far."""
    kept = {key: count for key, count in digest.items() if not key.startswith("said ")}
    said = Counter[str]()
    for key, count in digest.items():
        if key.startswith("said "):
            said[key.split()[1]] += count
    return {**kept, "said": dict(said)}
