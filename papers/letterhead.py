"""What stands at the head and the foot of a paper: who writes in which style, number, place and day, recipients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cases.bodies import Body, Directory

STYLES = ("state", "party", "youth_union")
LETTER = "CV"
"""Kind of a plain letter (công văn): the only kind that state and Front papers do not write into their number."""
_KINDS_OF_PLACE = ("xã", "phường", "đặc khu", "thị trấn", "tỉnh", "thành phố")
_LONG_NAME = 24  # capital letters in bold that fit the left column
_DOTS = "......"


@dataclass(frozen=True, slots=True)
class Issuer:
    """A body as it signs papers. `upper` lines stand above its own `lines`, which are bold."""

    code: str
    style: str
    upper: tuple[str, ...]
    lines: tuple[str, ...]
    symbol: str
    sign_as: str
    signer_title: str
    place: str


def issuer(directory: Directory, code: str) -> Issuer:
    """How this body signs, from `doc:` of the directory; what is not filled in follows from its name and rank.

    Raises `UnknownBody` for a code nothing stands for.
    """
    body = directory.body(code)
    party = body.group == "party"
    style = str(body.doc.get("header_style") or ("party" if party else "state"))
    upper, lines = _lines(directory, body)
    return Issuer(
        code=body.code,
        style=style if style in STYLES else "state",
        upper=upper,
        lines=lines,
        symbol=str(body.doc.get("symbol") or _initials(body)),
        sign_as=str(body.doc.get("sign_as") or f"{'T/M' if party else 'TM.'} {(body.short or body.name).upper()}"),
        signer_title=str(body.doc.get("signer_title") or "THỦ TRƯỞNG"),
        place=place_name(directory.locality.name),
    )


def doc_no(of: Issuer, kind: str, number: int | None) -> str:
    """The number with its symbols: `12/BC-UBND`, a letter `12/UBND`, in Party style `12-BC/ĐU` (domain 8.1).

    A number not yet given is left open.
    """
    counted = f"{number:02d}" if number is not None else _DOTS
    if of.style in ("party", "youth_union"):
        return f"{counted}-{kind}/{of.symbol}"
    return f"{counted}/{of.symbol}" if kind == LETTER else f"{counted}/{kind}-{of.symbol}"


def letterhead(
    of: Issuer, kind: str, number: int | None, day: date | None, *, about: str = "", numbered: bool = True
) -> dict[str, object]:
    """The values of `head` in every template. A numbered paper without its number is a draft, and says so."""
    colon = "" if of.style == "party" else ":"
    return {
        "style": of.style,
        "upper": list(of.upper),
        "body": list(of.lines),
        "number": f"Số{colon} {doc_no(of, kind, number)}" if numbered else "",
        "about": about,
        "place_day": f"{of.place}, {spelt_day(day)}",
        "draft": numbered and number is None,
    }


def spelt_day(day: date | None) -> str:
    """`ngày 05 tháng 3 năm 2026`: two digits for days under 10 and for January and February (NĐ 30/2020, annex I)."""
    if day is None:
        return f"ngày {_DOTS} tháng {_DOTS} năm {_DOTS}"
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def signature(of: Issuer, name: str = "", title: str = "") -> dict[str, str]:
    """The values of `sign`: on behalf of whom, as what, and who. A deputy signs with KT. (for the head)."""
    shown = (title or of.signer_title).upper()
    deputy = shown.startswith("PHÓ ") and of.style == "state"
    return {"as_": of.sign_as, "title": f"KT. {of.signer_title}\n{shown}" if deputy else shown, "name": name}


def recipients(of: Issuer, lines: Sequence[str]) -> list[str]:
    """The lines under Nơi nhận: each ends with a semicolon (Party: a comma), the last one with a full stop."""
    told = [line.strip(" .;,-") for line in lines if line.strip(" .;,-")]
    stop = "," if of.style == "party" else ";"
    return [f"- {line}{'.' if number == len(told) else stop}" for number, line in enumerate(told, 1)]


def addressees(names: Sequence[str]) -> list[str]:
    """The lines after Kính gửi: one name as it is, several as a list."""
    told = [name.strip(" .;,-") for name in names if name.strip(" .;,-")]
    if len(told) < 2:
        return told
    return [f"- {name}{'.' if number == len(told) else ';'}" for number, name in enumerate(told, 1)]


def place_name(locality: str) -> str:
    """`Mẫu` of `xã Mẫu`: the day's line names the place without its kind."""
    for kind in _KINDS_OF_PLACE:
        if locality.lower().startswith(f"{kind} "):
            return locality[len(kind) + 1 :]
    return locality


def _lines(directory: Directory, body: Body) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines above, and the body's own. The Front's standing board and Party committees write under another line;
    a people's committee writes two lines of its own."""
    given = tuple(str(line) for line in body.doc.get("header_left") or ())
    if len(given) > 1 and body.group != "state":
        return given[:-1], given[-1:]
    if given:
        return (), given
    above = directory.body(body.upper) if body.upper and directory.has(body.upper) else None
    if above is None:
        return (), _own(directory, body)
    heads = tuple(str(line) for line in above.doc.get("header_left") or ())
    heads = heads[:2] if above.group == "front" else heads[-1:] if above.group == "party" else heads
    return heads or (above.name.upper(),), _own(directory, body)


def _own(directory: Directory, body: Body) -> tuple[str, ...]:
    """The body's name, its commune on a line of its own where both together would wrap anywhere."""
    place = directory.locality.name
    if body.name.endswith(f" {place}") and len(body.name) > _LONG_NAME:
        return body.name[: -len(place) - 1].upper(), place.upper()
    return (body.name.upper(),)


def _initials(body: Body) -> str:
    words = (body.short or body.name).split()
    return "".join(word[0] for word in words if word[0].isalpha()).upper()[:6] or body.code.upper()
