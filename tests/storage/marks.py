"""Words that occur nowhere else, and every form in which they might lie on a disk."""

from __future__ import annotations

import base64
import json
import unicodedata
from urllib.parse import quote

from cases.text import strip_marks
from tests.handlers.officer_cast import PIN

MARKS = {
    "story": "mươngthốiQzk1",
    "more of the story": "ruồinhặngQzk2",
    "place": "quánbàPhấnQzk3",
    "shared place": "nhàôngKhểnhQzk4",
    "when": "giỗcụQzk5",
    "name": "ĐặngThịQzkf",
    "phone": "0987612345",
    "contact": "84977123456",
    "resident's id": "7700112233445566",
    "officer's id": "8800112233445566",
    "officer's name": "BùiVănQzk7",
    "officer's new name": "BùiVănQzk8",
    "file's name": "ảnhchụpQzk9",
    "file's handle": "AgACAgQzk10",
    "file's content": "nộidungảnhQzk11",
    "question": "mươngnàoQzk12",
    "answer": "sauchợQzk13",
    "addition": "tốiquaQzk14",
    "reply": "sẽdọnQzk15",
    "signer": "TrầnVănQzk16",
    "verdict": "vẫnhôiQzk17",
    "draft": "đườngtrơnQzk18",
    "failing": "lỗinặngQzk19",
    "web": "gửitừwebQzk20",
    "PIN": PIN,
}


def forms(mark: str) -> dict[str, bytes]:
    """How a text may lie on a disk."""
    found: dict[str, bytes] = {}
    spellings = {"as sent": mark, "lower": mark.lower(), "bare": strip_marks(mark).lower()}
    for spelling, words in spellings.items():
        for norm in ("NFC", "NFD"):
            shape = unicodedata.normalize(norm, words)
            raw = shape.encode()
            ways = {
                "utf-8": raw,
                "utf-16-le": shape.encode("utf-16-le"),
                "utf-16-be": shape.encode("utf-16-be"),
                "hex": raw.hex().encode(),
                "HEX": raw.hex().upper().encode(),
                "json": json.dumps(shape)[1:-1].encode(),
                "url": quote(shape).encode(),
                **{f"base64+{shift}": _inner_base64(raw, shift) for shift in range(3)},
            }
            found.update({f"{spelling} {norm} {way}": content for way, content in ways.items()})
    return found


def _inner_base64(raw: bytes, shift: int) -> bytes:
    """What base64 of a longer text holds of it, whatever stands before and after."""
    coded = base64.b64encode(b"\0" * shift + raw + b"\0" * 3)
    return coded[(4 if shift else 0) : (len(raw) + shift) // 3 * 4]


def hits(content: bytes, where: str) -> list[str]:
    """Every mark found in any form."""
    return [
        f"{what} in {where} ({way})"
        for what, mark in MARKS.items()
        for way, form in forms(mark).items()
        if form in content
    ]
