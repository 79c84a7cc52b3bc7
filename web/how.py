"""How to report: where to write, and QR codes for the commune, a hamlet or a work, also as a sheet to print on A4."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from cases.bodies import Locality
from web.board_labels import Labels
from web.openapi import PUBLIC
from web.pages import Refusal

if TYPE_CHECKING:
    from web.board import Board

APART = "__"
"""Between commune and hamlet or work in a start parameter, as the dialogue reads it."""

QUIET = 4  # modules of light border, as the standard asks (ISO/IEC 18004)
TELEGRAM = ("t.me", "telegram.me")


@dataclass(frozen=True, slots=True)
class Spot:
    """What a code leads to: the commune itself, a hamlet or a work. `code` is empty for the commune."""

    code: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Door:
    """One way to write from a spot: its name, its address, and the code to be scanned as an SVG path."""

    name: str
    address: str
    path: str
    size: int
    carries: bool = True  # the place comes along with the address


def add_how(app: FastAPI, board: Board) -> None:
    """Serve the page and the sheet."""

    @app.get("/how", summary="How to report", openapi_extra=PUBLIC)
    async def how(request: Request) -> Response:
        return await _page(board, request, "board/how.html")

    @app.get("/how/sheet", summary="How to report, to be printed and put up", openapi_extra=PUBLIC)
    async def sheet(request: Request) -> Response:
        return await _page(board, request, "board/sheet.html")


async def _page(board: Board, request: Request, template: str) -> Response:
    labels = board.labels(request)
    communes = labels.rules.book.communes
    wanted = request.query_params.get("commune", "")
    place = next((one for one in communes if one.code == wanted), communes[0] if not wanted or not communes else None)
    spot = _spot(place, request.query_params.get("at", "")) if place else None
    if place is None or spot is None:
        raise Refusal(404, "web_error_not_found")
    base = board.base(request)
    doors = doors_of(labels, board, base, place, spot)

    async def draw() -> bytes:
        return board.drawn(
            request,
            template,
            labels,
            place=place,
            spot=spot,
            spots=spots_of(place),
            communes=communes,
            doors=doors,
            contacts=labels.rules.commune_values(place.code),
            terms=board.services.terms,
            link=_linker(place, request),
        )

    key = (template, labels.lang, "lang" in request.query_params, place.code, spot.code, base)
    return await board.cache.answer(request, key, draw)


def spots_of(place: Locality) -> list[Spot]:
    """Everything a code can be printed for."""
    return [
        Spot("", place.name, "commune"),
        *(Spot(hamlet.code, hamlet.name, "hamlet") for hamlet in place.hamlets),
        *(Spot(work.code, work.name, "work") for work in place.works),
    ]


def _spot(place: Locality, code: str) -> Spot | None:
    return next((spot for spot in spots_of(place) if spot.code == code), None)


def start_of(place: Locality, spot: Spot) -> str:
    """The parameter that a deep link carries."""
    return f"{place.code}{APART}{spot.code}" if spot.code else place.code


def doors_of(labels: Labels, board: Board, base: str, place: Locality, spot: Spot) -> list[Door]:
    """The web chat, and the messengers that are set up."""
    start = start_of(place, spot)
    doors = [_door(labels.say("how_web"), f"{base}/chat?{urlencode({'start': start})}")]
    for name, address in board.services.channel_links:
        parts = urlsplit(address)
        deep = parts.hostname in TELEGRAM
        doors.append(_door(name, f"{address}?{urlencode({'start': start})}" if deep else address, carries=deep))
    return doors


def _door(name: str, address: str, *, carries: bool = True) -> Door:
    path, size = qr_path(address)
    return Door(name, address, path, size, carries)


def qr_path(text: str) -> tuple[str, int]:
    """The dark modules of a QR code as one SVG path, and the size of the square with its border in modules.

    Error correction M: still read with a seventh of it dirty or torn.
    """
    import qrcode  # type: ignore[import-untyped]  # it loads a picture library that no other page needs

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=QUIET)
    code.add_data(text)
    code.make(fit=True)
    rows: list[list[bool]] = code.get_matrix()
    runs: list[str] = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                runs.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
            x += 1
    return "".join(runs), len(rows)


def _linker(place: Locality, request: Request) -> object:
    lang = request.query_params.get("lang", "")[:12]

    def link(path: str, spot: Spot) -> str:
        values = {"commune": place.code, "at": spot.code, "lang": lang}
        return f"{path}?{urlencode({name: value for name, value in values.items() if value})}"

    return link
