"""The Official Account half of the fake Zalo: messages, windows, limits, templates, uploads and signed webhooks."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from aiohttp import web

from bot.channels.base import TokenPair
from tests.fakes.zalo_oa_auth import OAuthDesk
from tests.fakes.zalo_oa_rules import Refusal, check_content, check_upload, heard_from
from tests.fakes.zalo_oa_voice import OAVoice
from tests.fakes.zalo_people import Heard, Json, ZaloPerson, milliseconds

if TYPE_CHECKING:
    from tests.fakes.zalo_server import FakeZalo

FREE, OPEN = timedelta(hours=48), timedelta(days=7)
VIETNAM = timezone(timedelta(hours=7))

Answer = Callable[[web.Request], Awaitable[Json]]


class OAFace(OAVoice):
    """One Official Account. Plain attributes are switches and counters for tests."""

    def __init__(self, server: FakeZalo) -> None:
        super().__init__(server)
        self.auth = OAuthDesk(server.clock, self.app_id, self.app_secret)
        self.require_follow = True
        self.with_quota = True
        self.per_minute = 0
        self.rate_text = "Your application reached limit call api"
        self.billed = 0
        self.templates = {"123456": "ENABLE"}
        self.template_quota = 500
        self.template_by_uid = True
        self.development_admins: set[str] = set()
        self.night_rule = False
        self.refused_phones: set[str] = set()
        self.letters: list[Json] = []
        self.uploads: dict[str, datetime] = {}
        self._minute: tuple[int, int] = (0, 0)

    def settings(self, pair: TokenPair) -> dict[str, str]:
        """The settings that lead the bot here."""
        return {
            "ZALO_OA_APP_ID": self.app_id,
            "ZALO_OA_APP_SECRET": self.app_secret,
            "ZALO_OA_SECRET_KEY": self.secret_key,
            "ZALO_OA_ACCESS_TOKEN": pair.access,
            "ZALO_OA_REFRESH_TOKEN": pair.refresh,
            "ZALO_OA_API": self.server.url,
            "ZALO_OAUTH_API": f"{self.server.url}/v4",
            "ZALO_BUSINESS_API": self.server.url,
        }

    def add_routes(self, app: web.Application) -> None:
        """Every path of the three hosts."""
        app.router.add_post("/v4/oa/access_token", self._access_token)
        for path, name, work in (
            ("/v3.0/oa/message/cs", "message/cs", self._consult),
            ("/v3.0/oa/message/template", "message/template", self._template_by_uid),
            ("/v3.0/oa/quota/message", "quota/message", self._quota),
            ("/v2.0/oa/upload/{kind}", "upload", self._upload),
        ):
            app.router.add_post(path, self._route(name, work, -216))
        app.router.add_get("/v2.0/oa/getoa", self._route("getoa", self._getoa, -216))
        app.router.add_get("/v3.0/oa/user/detail", self._route("user/detail", self._detail, -216))
        app.router.add_post("/message/template", self._route("template/phone", self._template_by_phone, -124))

    def _route(self, name: str, work: Answer, bad_token: int) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            return await self.server.attend(name, request, lambda: self._guarded(request, work, bad_token))

        return handle

    async def _guarded(self, request: web.Request, work: Answer, bad_token: int) -> web.Response:
        fault = self.auth.fault_of(request.headers.get("access_token", ""))
        headers = {}
        if self.per_minute:
            left = self._use_rate()
            headers = {"X-RateLimit-Limit": str(self.per_minute), "X-RateLimit-Remain": str(max(left, 0))}
            if left < 0:
                return web.json_response({"error": -32, "message": self.rate_text}, headers=headers)
        if fault:
            code = bad_token if bad_token == -124 else fault
            return web.json_response({"error": code, "message": "Access token is invalid"}, headers=headers)
        try:
            data = await work(request)
        except Refusal as no:
            return web.json_response({"error": no.code, "message": str(no)}, headers=headers)
        return web.json_response({"data": data, "error": 0, "message": "Success"}, headers=headers)

    def _use_rate(self) -> int:
        minute = milliseconds(self.server.clock()) // 60_000
        used = self._minute[1] + 1 if self._minute[0] == minute else 1
        self._minute = (minute, used)
        return self.per_minute - used

    async def _access_token(self, request: web.Request) -> web.Response:
        async def work() -> web.Response:
            form = {name: str(value) for name, value in (await request.post()).items()}
            return web.json_response(self.auth.answer(request.headers.get("secret_key", ""), form))

        return await self.server.attend("access_token", request, work)

    def _reachable(self, user_id: object) -> ZaloPerson:
        person = self.people.get(user_id) if isinstance(user_id, str) else None
        if person is None:
            raise Refusal(-201, "user_id is invalid")
        if person.blocked:
            raise Refusal(-244, "User has restricted this type of message")
        if person.inactive:
            raise Refusal(-227, "User is banned or has been inactive for more than 45 days")
        if self.require_follow and not person.following:
            raise Refusal(-213, "User has not followed OA")
        return person

    async def _consult(self, request: web.Request) -> Json:
        body = await request.json()
        person = self._reachable((body.get("recipient") or {}).get("user_id"))
        silence = self.server.clock() - person.last_interaction
        if silence > OPEN:
            raise Refusal(-230, "User has not interacted with the OA in the past 7 days")
        message = body.get("message") or {}
        check_content(message)
        self._check_assets(message)
        self.billed += silence > FREE
        person.hear(heard_from(message))
        number = self.new_id()
        await self.mirror(person, number, message)
        data: Json = {"message_id": number, "user_id": person.id, "sent_time": str(milliseconds(self.server.clock()))}
        return data | ({"quota": {"quota_type": "reply", "remain": "8", "total": "8"}} if self.with_quota else {})

    def _check_assets(self, message: Json) -> None:
        text = json.dumps(message)
        if any(name in text and self.server.clock() >= end for name, end in self.uploads.items()):
            raise Refusal(-100, "attachment has expired")

    async def _template_by_uid(self, request: web.Request) -> Json:
        body = await request.json()
        if not self.template_by_uid:
            raise Refusal(-249, "Template is not for UID")
        person = self._reachable(body.get("user_id"))
        self._check_template(body, unapproved=-201)
        person.hear(Heard(json.dumps(body.get("template_data"), ensure_ascii=False), template=str(body["template_id"])))
        return {"message_id": self.new_id(), "sent_time": str(milliseconds(self.server.clock()))}

    async def _template_by_phone(self, request: web.Request) -> Json:
        body = await request.json()
        phone = str(body.get("phone", "")).removeprefix("+")
        if not (phone.isdigit() and phone.startswith("84") and 11 <= len(phone) <= 12):
            raise Refusal(-108, "Phone number is invalid")
        if len(str(body.get("tracking_id", ""))) > 48 or not body.get("tracking_id"):
            raise Refusal(-201, "tracking_id is invalid")
        if body.get("mode") == "development" and phone not in self.development_admins:
            raise Refusal(-127, "Not an administrator")
        if phone in self.refused_phones:
            raise Refusal(-141, "User refused this OA")
        self._check_template(body, unapproved=-131)
        self.letters.append(body)
        for person in self.people.values():
            if person.phone == phone:
                shown = json.dumps(body.get("template_data"), ensure_ascii=False)
                person.hear(Heard(shown, template=str(body["template_id"])))
        now, number = str(milliseconds(self.server.clock())), self.new_id()
        quota = {"dailyQuota": "500", "remainingQuota": str(self.template_quota)}
        return {"msg_id": number, "sent_time": now, "sending_mode": "1", "quota": quota}

    def _check_template(self, body: Json, unapproved: int) -> None:
        if self.night_rule and not 6 <= self.server.clock().astimezone(VIETNAM).hour < 22:
            raise Refusal(-133, "Not allowed at night")
        if self.templates.get(str(body.get("template_id"))) != "ENABLE":
            raise Refusal(unapproved, "Template is not approved")
        if not body.get("template_data"):
            raise Refusal(-1122, "Template data is missing a parameter")
        if self.template_quota <= 0:
            raise Refusal(-144, "OA has reached its daily limit")
        self.template_quota -= 1

    async def _quota(self, request: web.Request) -> Json:
        person = self._reachable((await request.json()).get("user_id"))
        reply = {"remain": 8, "total": 8}
        return {"last_interaction": str(milliseconds(person.last_interaction)), "cs_reply": reply, "promotion": {}}

    async def _upload(self, request: web.Request) -> Json:
        field = (await request.post()).get("file")
        if not isinstance(field, web.FileField):
            raise Refusal(-201, "file is invalid")
        kind = request.match_info["kind"]
        check_upload(kind, field.filename, len(field.file.read()))
        if "." not in field.filename:
            return {}
        name = f"upload-{self.new_id()}"
        self.uploads[name] = self.server.clock() + timedelta(days=7)
        return {"token": name, "attachment_id": name} if kind == "file" else {"attachment_id": name}

    async def _getoa(self, request: web.Request) -> Json:
        return {"oaid": self.oa_id, "name": "Mặt trận xã thử", "is_verified": True, "oa_type": 4}

    async def _detail(self, request: web.Request) -> Json:
        wanted = json.loads(request.query.get("data", "{}"))
        person = self._reachable(wanted.get("user_id"))
        day = person.last_interaction.astimezone(VIETNAM).strftime("%d/%m/%Y")
        shared: Json = {"name": person.name, "phone": int(person.phone or 0)}
        about: Json = {"display_name": person.name, "user_is_follower": person.following, "shared_info": shared}
        return {"user_id": person.id, "user_last_interaction_date": day, **about}
