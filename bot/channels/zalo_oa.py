"""The Zalo Official Account: the channel for residents, with buttons, a signed webhook and a seven-day window."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Mapping, Sequence
from hashlib import sha256

from bot.channels import zalo_oa_events
from bot.channels.base import Accept, Alarm, Forged, Malformed, TokenStore
from bot.channels.zalo_http import FILE_HOSTS, AnswerLost, FileGate, NotSent, Reply, Wire, WrongToken
from bot.channels.zalo_oa_events import CHOICE_PREFIX, NAME
from bot.channels.zalo_oa_fates import TOKEN_CODES, Desk, error_code, result, verdict
from bot.channels.zalo_oa_tokens import Tokens
from bot.channels.zalo_text import (
    TEXT_LIMIT,
    Json,
    as_id,
    cut,
    json_object,
    numbered,
    part,
    phone84,
    ready,
    units,
    words,
)
from bot.clock import Clock
from cases.messages import Address, Ask, Capabilities, Fate, FileRef, Incoming, Outgoing, Pace, SendResult, Template

API = "https://openapi.zalo.me"
OAUTH_API = "https://oauth.zaloapp.com/v4"
BUSINESS_API = "https://business.openapi.zalo.me"

BUTTONS, LABEL_LIMIT = 5, 100
TITLE_LIMIT, SUBTITLE_LIMIT = 100, 500
SUBTITLE = "Chạm để gửi tên và số điện thoại"
START_SECONDS = 5.0

log = logging.getLogger(__name__)


class ZaloOA:
    """One Official Account. `templates` gives the vendor's template id for each template name that may be sent."""

    name = NAME
    capabilities = Capabilities(TEXT_LIMIT, BUTTONS, LABEL_LIMIT, ask_contact=True)

    def __init__(
        self,
        *,
        app_id: str,
        app_secret: str,
        secret_key: str,
        tokens: TokenStore,
        clock: Clock,
        alarm: Alarm,
        access_token: str = "",
        refresh_token: str = "",
        api: str = API,
        oauth_api: str = OAUTH_API,
        business_api: str = BUSINESS_API,
        templates: Mapping[str, str] | None = None,
        contact_image: str = "",
        allow_file_hosts: Sequence[str] = FILE_HOSTS,
        per_second: float = 1.5,
        wire: Wire | None = None,
        old_secret_key: str = "",
    ) -> None:
        self.pace = Pace(per_second)
        self._app_id = app_id
        self._secret_keys = [one for one in (secret_key, old_secret_key if secret_key else "") if one]
        self._bases = {Desk.OA: api, Desk.BUSINESS: business_api}
        self._templates = dict(templates or {})
        self._contact_image = contact_image
        self._clock = clock
        self._alarm = alarm
        self._alarmed: set[str] = set()
        self._wire = wire or Wire()
        self._files = FileGate(allow_file_hosts, api)
        self._tokens = Tokens(
            app_id=app_id,
            app_secret=app_secret,
            oauth_api=oauth_api,
            access_token=access_token,
            refresh_token=refresh_token,
            store=tokens,
            wire=self._wire,
            clock=clock,
            alarm=alarm,
        )

    async def start(self) -> None:
        """Ask Zalo who we are, for a few seconds at most: a wrong token or a small package is told at once.

        Raises `WrongToken` only when there is no pair at all; else messages wait and an operator is called.
        """
        if not await self._tokens.known():
            raise WrongToken(
                "HOIAM_ZALO_OA_ACCESS_TOKEN và HOIAM_ZALO_OA_REFRESH_TOKEN: chưa có cặp mã nào để bắt đầu."
            )
        found = await self._call(Desk.OA, "/v2.0/oa/getoa", None)
        if found.fate is not Fate.SENT:
            log.warning("zalo-oa does not answer as it should: %s", found.detail)

    async def close(self) -> None:
        """Close connections, after a token refresh under way has ended."""
        await self._tokens.close()
        await self._wire.close()
        await self._files.close()

    # https://developers.zalo.me/docs/official-account/webhook/tong-quan
    # X-ZEvent-Signature: mac=<hex of SHA-256(app_id + body + timestamp of the body + OA secret key)>
    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raise `Forged` unless the body is signed. The console's probe (empty, or no event) passes as nothing."""
        if not body.strip():
            return
        event = _event_of(body)
        given = headers.get("x-zevent-signature", "").strip()
        if not given:
            if event is not None and "event_name" not in event:
                return
            raise Forged(401)
        mac = given.lower().removeprefix("mac=").encode("utf-8", "replace")
        event = event or {}
        stamp = as_id(event.get("timestamp"))
        if not (stamp.isascii() and stamp.isdigit()):
            raise Forged(403)
        # Zalo's page says app_id; accounts were seen where the OA's own id stood first.
        ways = [(first, key) for key in self._secret_keys for first in (self._app_id, _oa_id(event))]
        hits = [hmac.compare_digest(mac, signature(first, body, stamp, key)) for first, key in ways]
        if True not in hits:
            raise Forged(403)
        log.debug("zalo-oa webhook signed over %s", "oa_id" if hits.index(True) % 2 else "app_id")

    def parse(self, body: bytes) -> Sequence[Incoming]:
        """Read one event; raises `Malformed`; nothing for echoes, receipts, anonymous visitors and unknown events."""
        if not body.strip():
            return ()
        found = zalo_oa_events.read(json_object(body), self._clock)
        return () if found is None else (found,)

    async def poll(self, accept: Accept) -> None:
        """An Official Account is only ever called back: nothing to fetch."""

    # https://developers.zalo.me/docs/official-account/tin-nhan/tin-tu-van/gui-tin-tu-van-dang-van-ban
    # {"recipient": {"user_id": "2222222222222222222"}, "message": {"text": "Nội dung"}}
    async def send(self, to: Address, message: Outgoing) -> SendResult:
        """Send one consultation message; when the window is shut, its template by user id, else by phone."""
        text = _shown(message)
        if units(text) > TEXT_LIMIT or not text.strip():
            return SendResult(Fate.REFUSED, "text empty or over the limit")
        card = self._contact_card(text) if message.ask is Ask.CONTACT else None
        found = await self._consult(to, {"attachment": card} if card else _with_buttons(text, message))
        if card and found.fate is Fate.REFUSED:
            log.warning("zalo-oa refused the contact card (%s): asking in plain words", found.detail)
            found = await self._consult(to, {"text": text})
        if found.fate is Fate.WINDOW_CLOSED and message.template is not None:
            found = await self._template(to, message.template)
        return found

    async def typing(self, to: Address) -> None:
        """Zalo offers no typing sign to Official Accounts."""

    async def fetch(self, file: FileRef, cap: int) -> bytes:
        """Download one attachment from Zalo's own hosts."""
        return await self._files.fetch(file, cap)

    async def _consult(self, to: Address, content: Json) -> SendResult:
        return await self._call(Desk.OA, "/v3.0/oa/message/cs", {"recipient": {"user_id": to.id}, "message": content})

    def _contact_card(self, text: str) -> Json | None:
        """The form that asks for name and phone; none where the text does not fit into its two lines."""
        title, subtitle = _headline(text)
        if units(title) > TITLE_LIMIT or units(subtitle) > SUBTITLE_LIMIT:
            return None
        element = {"title": title, "subtitle": subtitle or SUBTITLE}
        if self._contact_image:
            element["image_url"] = self._contact_image
        return {"type": "template", "payload": {"template_type": "request_user_info", "elements": [element]}}

    # https://developers.zalo.me/docs/zalo-notification-service/gui-tin-zns
    # {"phone": "84901234567", "template_id": "123456", "template_data": {…}, "tracking_id": "…"}
    async def _template(self, to: Address, template: Template) -> SendResult:
        number = self._templates.get(template.name)
        if not number:
            return SendResult(Fate.WINDOW_CLOSED, "no template configured")
        filled: Json = {"template_id": number, "template_data": {key: ready(value) for key, value in template.data}}
        found = await self._call(Desk.OA, "/v3.0/oa/message/template", {"user_id": to.id, **filled})
        phone = phone84(to.phone)
        if found.fate in (Fate.REFUSED, Fate.WINDOW_CLOSED) and phone:
            tracking = sha256(repr((to.id, template)).encode()).hexdigest()[:48]
            letter = {"phone": phone, **filled, "tracking_id": tracking}
            found = await self._call(Desk.BUSINESS, "/message/template", letter)
        if found.fate is Fate.SENT:
            return SendResult(Fate.SENT, "template", vendor_id=found.vendor_id)
        if found.fate is Fate.REFUSED:
            log.warning("zalo-oa template %s was refused: %s", template.name, found.detail)
            return SendResult(Fate.WINDOW_CLOSED, f"template: {found.detail}")
        return found

    async def _call(self, desk: Desk, path: str, payload: Json | None) -> SendResult:
        """One request; a refused token is renewed once and the request repeated once."""
        try:
            token = await self._tokens.access()
            reply = await self._ask(desk, path, payload, token) if token else None
            if reply is not None and error_code(reply) in TOKEN_CODES[desk]:
                token = await self._tokens.renew(token)
                reply = await self._ask(desk, path, payload, token) if token else None
        except NotSent as why:
            return SendResult(Fate.LATER, f"{desk} not reached: {why}", 5)
        except AnswerLost as why:
            return SendResult(Fate.UNKNOWN, f"{desk} answer lost: {why}")
        if reply is None:
            return SendResult(Fate.LATER, "no valid token", 300)
        found = verdict(desk, reply, self._clock())
        told = result(desk, reply, found)
        await self._tell(found.fate, told.detail, found.cure)
        return told

    async def _ask(self, desk: Desk, path: str, payload: Json | None, token: str) -> Reply:
        url, headers = self._bases[desk] + path, {"access_token": token}
        if payload is None:
            return await self._wire.get(url, headers, START_SECONDS)
        return await self._wire.post(url, payload, headers)

    async def _tell(self, fate: Fate, detail: str, cure: str) -> None:
        """Call an operator once per trouble, and again only after messages went out in between."""
        if fate is Fate.SENT:
            self._alarmed.clear()
        elif cure and detail not in self._alarmed:
            self._alarmed.add(detail)
            await self._alarm(f"Zalo OA không nhận tin ({detail}). {cure}")


def signature(first: str, body: bytes, timestamp: str, secret: str) -> bytes:
    """Hex SHA-256 that signs a webhook, over the raw bytes."""
    return sha256(first.encode() + body + timestamp.encode() + secret.encode()).hexdigest().encode()


def _event_of(body: bytes) -> Json | None:
    try:
        return json_object(body)
    except Malformed:
        return None


def _oa_id(event: Json) -> str:
    sender = words(event.get("event_name")).startswith("oa_")
    found = as_id(event.get("oa_id")) or as_id(part(event, "sender" if sender else "recipient").get("id"))
    return found if found.isascii() and found.isdigit() else "-"


def _shown(message: Outgoing) -> str:
    """The text, with its answers numbered wherever they cannot be buttons."""
    if len(message.choices) > BUTTONS:
        log.warning("zalo-oa shows %d buttons, not %d: numbered instead", BUTTONS, len(message.choices))
    if message.ask is Ask.CONTACT or len(message.choices) > BUTTONS:
        return numbered(ready(message.text), message.choices)
    return ready(message.text)


# {"text": "…", "attachment": {"type": "template", "payload": {"buttons":
#  [{"title": "Có", "type": "oa.query.hide", "payload": "#hoiam:yes"}]}}}
def _with_buttons(text: str, message: Outgoing) -> Json:
    if message.ask is Ask.CONTACT or not 0 < len(message.choices) <= BUTTONS:
        return {"text": text}
    buttons = [
        {
            "type": "oa.query.hide",
            "title": cut(ready(choice.label), LABEL_LIMIT),
            "payload": CHOICE_PREFIX + choice.value,
        }
        for choice in message.choices
    ]
    return {"text": text, "attachment": {"type": "template", "payload": {"buttons": buttons}}}


def _headline(text: str) -> tuple[str, str]:
    """The first line or sentence that fits a title, and the rest."""
    if len(text) <= TITLE_LIMIT and "\n" not in text:
        return text, ""
    for mark in ("\n", ". ", " "):
        head, found, _ = text[:TITLE_LIMIT].rpartition(mark) if mark != "\n" else text.partition(mark)
        if found and len(head) < TITLE_LIMIT:
            return head + mark.strip(), text[len(head) + len(mark) :].strip()
    return text, ""
