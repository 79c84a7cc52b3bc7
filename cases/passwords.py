"""Which passwords are taken, and one-time codes from an authenticator: decided here, stored elsewhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LEAST = 12  # characters; long and free of rules (NIST SP 800-63B-4 section 3.1.1.2)
MOST = 256
STEP_SECONDS = 30  # RFC 6238
CODE_DIGITS = 6
_COMMON = frozenset(
    """password matkhau 123456789 1234567890 12345678910 qwertyuiop qwerty asdfghjkl zxcvbnm iloveyou anhyeuem emyeuanh
    yeuem vietnam hanoi saigon hochiminh mattran mttq ubnd ubmttq admin administrator quantri canbo phananh hoiam
    chinhquyen uybannhandan welcome letmein abc abcd abcdef abc123 1qaz2wsx 1q2w3e4r q1w2e3r4 aaaaaa 111111 000000
    khongbiet matkhaumoi daylamatkhau passw0rd monkey dragon football superman princess sunshine trustno1 master login
    secret changeme default test user root guest congan xaphuong thonxom lienket toiyeuvietnam anhhung chucmung nammoi
    giadinh hanhphuc""".split()  # noqa: SIM905
)
_KEYBOARD = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "1qaz2wsx3edc4rfv5tgb")
_LEET = str.maketrans("013457@$!", "oieastasi")


def plain(text: str) -> str:
    """Small letters without marks, `đ` as `d`."""
    marks = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(sign for sign in marks if not unicodedata.combining(sign))


def normal(password: str) -> str:
    """The same password from every keyboard: Vietnamese letters have two forms (RFC 8265 asks for NFC)."""
    return unicodedata.normalize("NFC", password)


def password_fault(password: str, names: Iterable[str] = ()) -> str:
    """Why this password is not taken: `short`, `long`, `common`, `named`, or "" when it is good.

    `names` are what others know of the officer: login, name, body, commune.
    """
    if len(password) < LEAST:
        return "short"
    if len(password) > MOST:
        return "long"
    bare, read = _letters(plain(password)), _letters(plain(password).translate(_LEET))
    if len(set(bare)) < 5 or _is_common(bare) or _is_common(read):
        return "common"
    return "named" if _holds_name(bare, names) else ""


def _is_common(bare: str) -> bool:
    """Whether little is left once the words everybody tries, and walks over the keyboard, are taken out."""
    left = bare
    for word in sorted(_COMMON, key=len, reverse=True):
        left = left.replace(word, "")
    for row in _KEYBOARD:
        for line in (row, row[::-1]):
            left = _without_walks(left, line)
    if len(re.sub(r"(19|20)\d\d|(.)\2{2,}", "", left)) < 5:
        return True
    half = len(bare) // 2
    return bare[:half] == bare[half : 2 * half] and half < LEAST // 2 + 1


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def _without_walks(text: str, line: str) -> str:
    for length in range(len(line), 3, -1):
        for start in range(len(line) - length + 1):
            text = text.replace(line[start : start + length], "")
    return text


def _holds_name(bare: str, names: Iterable[str]) -> bool:
    """Whether a whole name of one's own makes up most of the password."""
    for name in names:
        whole = _letters(plain(name))
        if len(whole) >= 4 and whole in bare and len(bare) - len(whole) < LEAST - 2:
            return True
    return False


def login_fault(login: str) -> str:
    """Why this sign-in name is not taken: `login`, or ""."""
    return "" if re.fullmatch(r"[a-z0-9](?:[a-z0-9._-]{1,30})[a-z0-9]", login) else "login"


def read_login(typed: str) -> str:
    """A sign-in name as typed: spaces round it and capitals do not count."""
    return typed.strip().casefold()[:80]


def step_of(seconds: float) -> int:
    """The 30-second step of an instant in seconds of the epoch."""
    return int(seconds // STEP_SECONDS)
