"""Open311 GeoReport v2 at `/open311/v2`: services, requests in, published requests out, tokens; XML and JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Security
from fastapi.security import APIKeyQuery
from starlette.requests import Request
from starlette.responses import Response

from cases import open311 as rules_of
from cases.intake import find_route, submit
from cases.messages import Address
from cases.open311 import RequestError
from cases.receipts import show_receipt_code
from storage import board_open311 as keys
from storage.board import Asked, BoardStore, Result
from storage.database import DatabaseFault, storable
from storage.work import StoredWork
from web.board_labels import Labels
from web.bodies import HungUp, TooLarge, whole
from web.limits import Sliding
from web.open311_forms import FORMS, answer, errors
from web.open311_rows import attribute_row, request_row, service_row
from web.openapi import PUBLIC

if TYPE_CHECKING:
    from web.board import Board

ROOT = "/open311/v2"
SCHEME = "open311Key"
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
CHANGESET = "2026-11-22T00:00:00Z"
CAP = 100_000  # bytes of a request
MOST = 1_000  # requests in one answer, as the specification says
AN_HOUR = 3600.0
PER_HOUR = 120  # requests of one system
FORM_TYPE = "application/x-www-form-urlencoded"
Way = Callable[[Request, str], Awaitable[Response]]
ApiKey = Annotated[str | None, Security(APIKeyQuery(name="api_key", scheme_name=SCHEME, auto_error=False))]
KEYED: dict[str, Any] = {
    "security": [{SCHEME: []}],
    "requestBody": {
        "required": True,
        "content": {
            FORM_TYPE: {
                "schema": {
                    "type": "object",
                    "required": ["service_code", "description"],
                    "properties": {
                        name: {"type": "string"}
                        for name in (
                            "api_key", "jurisdiction_id", "service_code", "description", "lat", "long",
                            "address_string", "address_id", "first_name", "last_name", "phone", "media_url",
                            "attribute[hamlet]", "attribute[happened]",
                        )
                    },
                }
            }
        },
    },
}  # fmt: skip


def add_open311(app: FastAPI, board: Board) -> None:
    """Serve the interface."""
    desk = _Desk(board)
    ways: tuple[tuple[str, str, Way], ...] = (
        ("/discovery.{form}", "Open311: where and what", desk.discovery),
        ("/services.{form}", "Open311: kinds of requests", desk.services),
        ("/services/{code}.{form}", "Open311: one kind of request", desk.definition),
        ("/requests.{form}", "Open311: published requests", desk.requests),
        ("/requests/{request_id}.{form}", "Open311: one published request", desk.request),
        ("/tokens/{token}.{form}", "Open311: the request behind a token", desk.token),
    )
    for path, summary, way in ways:
        _serve(app, board, ROOT + path, summary, way)

    @app.post(ROOT + "/requests.{form}", summary="Open311: send a request", openapi_extra=KEYED, status_code=201)
    async def send(request: Request, form: str, api_key: ApiKey = None) -> Response:
        return await _polite(board, desk.send, request, form)


def _serve(app: FastAPI, board: Board, path: str, summary: str, way: Way) -> None:
    async def serve(request: Request, form: str) -> Response:
        return await _polite(board, way, request, form)

    app.add_api_route(path, serve, summary=summary, openapi_extra=PUBLIC, name=summary)


async def _polite(board: Board, way: Way, request: Request, form: str) -> Response:
    """Errors in the form that was asked for."""
    if form not in FORMS:
        return errors("xml", 404, "format: json, xml")
    try:
        return await way(request, form)
    except RequestError as refused:
        return errors(form, refused.status, board.labels(request).say(f"o311_{refused.key}", **refused.values))
    except DatabaseFault:
        return errors(form, 503, board.labels(request).say("o311_busy"))


class _Desk:
    """Every answer of the interface."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.pace = Sliding(PER_HOUR, AN_HOUR)

    async def discovery(self, request: Request, form: str) -> Response:
        """Service discovery: where the interface is and which forms it speaks."""
        labels = self.board.labels(request)
        base = self.board.base(request)
        endpoint = {
            "specification": SPECIFICATION,
            "url": base + ROOT,
            "changeset": CHANGESET,
            "type": "production",
            "formats": [FORMS[name].partition(";")[0] for name in ("xml", "json")],
        }
        found = {
            "changeset": CHANGESET,
            "contact": labels.say("o311_contact", address=f"{base}/how"),
            "key_service": labels.say("o311_key_service"),
            "endpoints": [endpoint],
        }
        return answer(form, "discovery", found)

    async def services(self, request: Request, form: str) -> Response:
        """All kinds of requests."""
        labels = self._labels(request)
        return answer(
            form, "services", [service_row(labels, topic) for topic in rules_of.services(labels.rules.taxonomy)]
        )

    async def definition(self, request: Request, form: str) -> Response:
        """What may be told besides the description: the hamlet, and when it happened."""
        labels = self._labels(request)
        topic = rules_of.service(labels.rules.taxonomy, request.path_params["code"])
        place = rules_of.jurisdiction(labels.rules, request.query_params.get("jurisdiction_id", ""))
        hamlets = [{"key": hamlet.code, "name": hamlet.name} for hamlet in place.hamlets]
        fields = [
            attribute_row(1, "notice", "text", labels.say("o311_notice"), variable=False),
            attribute_row(2, "happened", "string", labels.say("o311_happened")),
        ]
        if hamlets:
            fields.append(
                {**attribute_row(3, "hamlet", "singlevaluelist", labels.say("o311_hamlet")), "values": hamlets}
            )
        return answer(form, "service_definition", {"service_code": topic.code, "attributes": fields})

    async def requests(self, request: Request, form: str) -> Response:
        """Published requests only: all of them are closed, their dates rounded."""
        labels, given = self._labels(request), request.query_params
        open_codes = {topic.code for topic in rules_of.services(labels.rules.taxonomy)}
        ids = [one.strip() for one in given.get("service_request_id", "").split(",") if one.strip()][:MOST]
        if ids:
            found = [await self.board.read(partial(_one, public_id=one)) for one in ids[:100]]
            return answer(
                form, "service_requests", [request_row(labels, one) for one in found if _may(one, open_codes)]
            )
        wanted = {code.strip() for code in given.get("service_code", "").split(",") if code.strip()} or open_codes
        status = {one.strip() for one in given.get("status", "").split(",") if one.strip()}
        first, last = rules_of.span(given.get("start_date", ""), given.get("end_date", ""), labels.now)
        asked = Asked(
            locality=given.get("jurisdiction_id", "")[:60],
            topics=tuple(sorted(wanted & open_codes)) or ("-",),
            received_from=first,
            received_to=last,
            page=max(0, _number(given.get("page", ""), 1) - 1),
            size=max(1, min(_number(given.get("page_size", ""), MOST), MOST)),
        )
        if status and "closed" not in status:
            return answer(form, "service_requests", [])
        results, _ = await self.board.read(lambda store: store.results(asked))
        return answer(form, "service_requests", [request_row(labels, one) for one in results])

    async def request(self, request: Request, form: str) -> Response:
        """One published request."""
        labels = self._labels(request)
        found = await self.board.read(partial(_one, public_id=request.path_params["request_id"]))
        if not _may(found, {topic.code for topic in rules_of.services(labels.rules.taxonomy)}):
            raise RequestError(404, "unknown_request")
        return answer(form, "service_requests", [request_row(labels, found)])

    async def token(self, request: Request, form: str) -> Response:
        """The id of the request behind a token: empty until its result is published."""
        token = request.path_params["token"]

        def find(unit: StoredWork) -> tuple[str, str]:
            case_id = keys.case_of(unit, token)
            return case_id, BoardStore(unit).public_id_of(case_id) if case_id else ""

        case_id, public_id = await self.board.services.office.read(find)
        if not case_id:
            raise RequestError(404, "unknown_token")
        return answer(form, "service_requests", [{"service_request_id": public_id, "token": token}])

    async def send(self, request: Request, form: str) -> Response:
        """Take a request in, through the same intake as every report."""
        fields = await _fields(request)
        labels = self._labels(request, fields.get("jurisdiction_id", ""))
        place = rules_of.jurisdiction(
            labels.rules, fields.get("jurisdiction_id", "") or request.query_params.get("jurisdiction_id", "")
        )
        key = fields.get("api_key", "") or request.query_params.get("api_key", "")
        if not key:
            raise RequestError(403, "no_key")
        who = await self.board.services.office.read(lambda unit: keys.sender(unit, key, place.code))
        if who is None:
            raise RequestError(403, "bad_key")
        draft = rules_of.draft_of(labels.rules, place, fields)
        if self.pace.take(who.hash):
            raise RequestError(429, "often", most=PER_HOUR)
        taken = await self.board.services.office.write(partial(self._take, labels, place.code, who, draft, fields))
        return answer(form, "service_requests", [taken], 201)

    def _take(
        self, labels: Labels, locality: str, who: keys.Sender, draft: Any, fields: dict[str, str], unit: StoredWork
    ) -> dict[str, Any]:
        content = "\0".join(f"{name}={fields[name]}" for name in sorted(fields) if name != "api_key")
        token = keys.token_for(unit, who, f"{locality}\0{content}")
        if keys.case_of(unit, token):
            return {"token": token, "service_notice": labels.say("o311_known"), "account_id": None}
        directory = labels.rules.directory(locality, unit.now)
        way = find_route(labels.rules, directory, draft)
        chat = unit.chats.load(Address(rules_of.CHANNEL, token))
        chat.locality = locality  # not saved: nothing can be sent there, the receipt code leads back
        done = submit(unit, labels.rules, chat, draft, unit.now)
        keys.keep_token(unit, who, token, done.case.id)
        terms = self.board.services.terms
        notice = labels.say(
            "o311_taken",
            code=show_receipt_code(done.receipt_code),
            body=directory.name(way.receiving_body),
            reply=terms["reply"],
            longest=terms["longest"],
        )
        return {"token": token, "service_notice": notice, "account_id": None}

    def _labels(self, request: Request, wanted: str = "") -> Labels:
        """The reader's words; an unknown jurisdiction is refused before anything else."""
        labels = self.board.labels(request)
        wanted = wanted or request.query_params.get("jurisdiction_id", "")
        if wanted:
            rules_of.jurisdiction(labels.rules, wanted)
        return labels


def _one(store: BoardStore, public_id: str) -> Result | None:
    return store.result(public_id[:16])


def _may(found: Result | None, open_codes: set[str]) -> bool:
    return found is not None and found.topic in open_codes


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else otherwise


async def _fields(request: Request) -> dict[str, str]:
    """The form's fields, the first value of each."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM_TYPE:
        raise RequestError(400, "form_type")
    try:
        content = await whole(request.headers.get("content-length"), request.receive, CAP)
    except TooLarge:
        raise RequestError(400, "large") from None
    except HungUp:
        raise RequestError(400, "form_type") from None
    try:
        pairs = parse_qsl(content.decode("utf-8", "replace"), max_num_fields=100)
    except ValueError:
        raise RequestError(400, "form_type") from None
    fields: dict[str, str] = {}
    for name, value in pairs:
        fields.setdefault(name, storable(value))
    return fields
