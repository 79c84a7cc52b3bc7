"""How people and the console of the fake Official Account reach the bot: signed webhooks of every shape."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import TYPE_CHECKING, Any

from tests.fakes.zalo_hooks import Delivery, Hook
from tests.fakes.zalo_people import Heard, Json, ZaloPerson, milliseconds

if TYPE_CHECKING:
    from tests.fakes.zalo_server import FakeZalo


class OAVoice:
    """The outgoing side of the account. `signing` and `echo` are switches."""

    def __init__(self, server: FakeZalo) -> None:
        self.server = server
        self.app_id = "1111111111111111111"
        self.oa_id = "3333333333333333333"
        self.app_secret = "app-secret-for-tests"
        self.secret_key = "oa-secret-for-tests"
        self.hook = Hook(server.clock)
        self.signing = "mac"  # mac, bare, upper, wrong, none, oa_id
        self.echo = False
        self.people: dict[str, ZaloPerson] = {}
        self.ids = 0

    def person(self, name: str = "Bà Lan", phone: str = "") -> ZaloPerson:
        """A new resident who follows the account."""
        number = str(2222222222222222222 + len(self.people))
        person = ZaloPerson(self, number, name, self.server.clock(), phone)
        self.people[number] = person
        return person

    def put_file(self, data: bytes, name: str) -> str:
        """Keep an attachment; returns its address."""
        return self.server.put_file(f"{secrets.token_hex(4)}/{name}", data)

    def new_id(self) -> str:
        """A fresh message id."""
        self.ids += 1
        return f"{self.ids:020x}"

    async def utter(self, person: ZaloPerson, kind: str, content: Json) -> Delivery | None:
        """Bring something the person did; it opens the window, unfollowing aside."""
        if kind != "unfollow":
            person.last_interaction = self.server.clock()
        return await self.emit(self.event(person, kind, content))

    def event(self, person: ZaloPerson, kind: str, content: Json) -> Json:
        """The body of an event, unsigned and undelivered."""
        frame: Json = {"app_id": self.app_id, "user_id_by_app": f"9{person.id[1:]}", "timestamp": self._now()}
        if kind in ("follow", "unfollow"):
            return frame | {
                "event_name": kind,
                "oa_id": self.oa_id,
                "follower": {"id": person.id},
                "source": "oa_profile",
            }
        frame |= {"sender": {"id": person.id}, "recipient": {"id": self.oa_id}}
        if kind == "info":
            return frame | {"event_name": "user_submit_info", **_info(content)}
        message: Json = {"msg_id": self.new_id()}
        rest = dict(content)
        if "text" in rest:
            message["text"] = rest.pop("text")
        if kind != "text":
            message["attachments"] = [{"type": kind, "payload": rest}]
        return frame | {"event_name": f"user_send_{kind}", "message": message}

    async def emit(self, event: Json, **headers: str) -> Delivery:
        """Sign this event as the switch says and deliver it."""
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        return await self.hook.deliver(body, self.signed(body, str(event.get("timestamp", ""))) | headers)

    def signed(self, body: bytes, timestamp: str) -> dict[str, str]:
        """The signature header for these bytes."""
        first = self.oa_id if self.signing == "oa_id" else self.app_id
        secret = "another-secret" if self.signing == "wrong" else self.secret_key
        mac = hashlib.sha256(first.encode() + body + timestamp.encode() + secret.encode()).hexdigest()
        shapes = {"bare": mac, "upper": f"mac={mac.upper()}"}
        return {} if self.signing == "none" else {"X-ZEvent-Signature": shapes.get(self.signing, f"mac={mac}")}

    async def operator_says(self, person: ZaloPerson, text: str) -> Delivery:
        """A human writes to the person in the OA's console: an echo with `admin_id`."""
        person.hear(Heard(text))
        event = self._oa_event(person, self.new_id(), {"text": text})
        event["sender"]["admin_id"] = "5555555555555555555"
        return await self.emit(event)

    async def probe(self, body: bytes = b"") -> Delivery:
        """What the console sends when an address is saved: unsigned."""
        return await self.hook.deliver(body, {})

    async def delivered(self, letter: Json) -> Delivery:
        """The delivery event of a template sent by phone."""
        message = {"msg_id": self.new_id(), "delivery_time": self._now(), "tracking_id": letter["tracking_id"]}
        people: Json = {"sender": {"id": self.oa_id}, "recipient": {"id": letter["phone"]}}
        event = {"event_name": "user_received_message", "app_id": self.app_id, "message": message, **people}
        return await self.emit(event | {"timestamp": self._now()}, **{"X-ZEvent-Server": "ZNS"})

    async def mirror(self, person: ZaloPerson, number: str, message: Json) -> None:
        """The echo of what the OA sent, when `echo` is on."""
        if self.echo:
            await self.emit(self._oa_event(person, number, message))

    def _oa_event(self, person: ZaloPerson, number: str, message: Json) -> Json:
        ends: Json = {"sender": {"id": self.oa_id}, "recipient": {"id": person.id}}
        frame = {"app_id": self.app_id, "event_name": "oa_send_text", "timestamp": self._now(), **ends}
        return frame | {"message": {"msg_id": number, "text": message.get("text", "")}}

    def _now(self) -> str:
        return str(milliseconds(self.server.clock()))


def _info(content: Json) -> Json:
    phone: Any = content["phone"]
    told = {"name": content["name"], "phone": phone}
    if content["shape"] == "text":
        return {"message": {"text": json.dumps(told)}}
    home: Json = {"address": "Thôn 3", "city": "Hà Nội", "district": "", "ward": "Xã thử"}
    full = {"full_address": {"user_city": "Hà Nội", "user_ward": "Xã thử"}, "gender": 1, "user_dob": "1960-01-01"}
    return {"info": told | (home if content["shape"] == "old" else full)}
