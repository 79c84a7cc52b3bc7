"""Receipt codes: what a resident keeps on paper to find a case again without any account.

16 random Crockford base32 characters (80 bits) in groups of four, and a check character so that a slip of the pen is
told from a wrong code. Only a keyed hash of the code is stored.
"""

from __future__ import annotations

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_CASE_CODE = re.compile(r"\bPA[\s\-–]?(20\d\d)[\s\-–]?(\d{1,6})\b", re.IGNORECASE)
_RECEIPT = re.compile(r"(?<![0-9A-Z])(?:[0-9A-Z]{4}[\s\-–]*){4}[0-9A-Z](?![0-9A-Z])", re.IGNORECASE)


def new_receipt_code() -> str:
    """A fresh code without separators, check character last."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return body + _check(body)


def show_receipt_code(code: str) -> str:
    """`ABCD-EFGH-JKMN-PQRS-T`."""
    return "-".join((code[0:4], code[4:8], code[8:12], code[12:16], code[16:]))


def read_receipt_code(text: str) -> str | None:
    """The code somewhere in a typed text (O read as 0, I and L as 1); None when there is none or it is mistyped."""
    for found in _RECEIPT.finditer(text):
        code = re.sub(r"[^0-9A-Z]", "", found[0].upper()).translate(_READ_AS)
        if len(code) == LENGTH + 1 and set(code) <= set(ALPHABET) and code[-1] == _check(code[:-1]):
            return code
    return None


def looks_like_receipt(text: str) -> bool:
    """Whether somebody tried to type a code, right or not."""
    return any(any(sign.isdigit() for sign in found[0]) for found in _RECEIPT.finditer(text))


def is_only_a_code(text: str) -> bool:
    """Whether a typed text is a case number or a receipt code and nothing else: somebody asks how the case stands."""
    code = _CASE_CODE if read_case_code(text) else _RECEIPT if read_receipt_code(text) else None
    return code is not None and not any(sign.isalnum() for sign in code.sub("", text, count=1))


def read_case_code(text: str) -> str | None:
    """The case number somewhere in a typed text, in its full form; None when there is none."""
    found = _CASE_CODE.search(text)
    return f"PA-{found[1]}-{int(found[2]):06d}" if found else None


def _check(body: str) -> str:
    # Weights make exchanged neighbours show; 31 is prime, so every single slip but 0/Z shows.
    return ALPHABET[sum((place + 1) * ALPHABET.index(sign) for place, sign in enumerate(body)) % 31]
