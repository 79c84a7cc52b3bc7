"""`sealed key`, `copy`, `recover`, `open`: on the holder's own machine, off-line; nothing of the server is needed.

A lost passphrase is met by three recovery sheets, of which any two give the key again (SLIP-39, shamir-mnemonic).
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from bot.commands.failing import Failed
from storage.sealed_box import (
    Tampered,
    WrongPassphrase,
    checked,
    key_id,
    new_private,
    public_of,
    shown,
    unpacked,
    unseal,
    unwrap,
    wrap,
)

LEAST = 12  # characters of a passphrase; it guards a file that may be copied and tried without limit
NEEDED, SHEETS = 2, 3
_WORD = re.compile(r"^\s*\d{1,2}\.\s+([a-z]+)\s*$")
UNSAFE = re.compile(r"[^\w .-]+")
OBEYED = {code: "\ufffd" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}
"""Control characters, which a terminal obeys: anybody can seal words to a public key."""


def key(arguments: argparse.Namespace) -> int:
    """Make a key pair: a key file under a passphrase, and three recovery sheets to print."""
    folder = Path(arguments.out)
    folder.mkdir(parents=True, exist_ok=True)
    private = new_private()
    identifier = key_id(public_of(private))
    target = folder / f"sealed-{identifier[:8]}.key.json"
    _write(target, _dumped(wrap(private, _new_passphrase())))
    sheets = [folder / f"recovery-{number}-{identifier[:8]}.txt" for number in range(1, SHEETS + 1)]
    for number, (sheet, words) in enumerate(zip(sheets, shares(private), strict=True), 1):
        _write(sheet, sheet_text(number, words, identifier, arguments.body))
    print(f"key number  {shown(identifier)}")
    print(f"key file    {target}")
    for sheet in sheets:
        print(f"recovery    {sheet}")
    print("Upload the key file in the console (Khóa niêm phong / Sealing keys).")
    print("There a second person compares the number and agrees.")
    print("Print the three sheets, give them to three people, then erase the three files. Two sheets give the key.")
    return 0


def copy(arguments: argparse.Namespace) -> int:
    """The same key for another holder, under her own passphrase."""
    private = _unwrapped(arguments.key_file, "passphrase of the present file: ")
    return _kept(private, arguments.out)


def recover(arguments: argparse.Namespace) -> int:
    """The key from two sheets, under a new passphrase."""
    from shamir_mnemonic import MnemonicError, combine_mnemonics  # type: ignore[import-untyped]

    if len(arguments.share) < NEEDED:
        raise Failed(f"--share is needed {NEEDED} times: any {NEEDED} of the {SHEETS} sheets")
    try:
        private: bytes = combine_mnemonics([_mnemonic(Path(name)) for name in arguments.share[:NEEDED]])
    except MnemonicError as error:
        raise Failed(f"these sheets do not give a key: {error}") from error
    return _kept(private, arguments.out)


def open_(arguments: argparse.Namespace) -> int:
    """Print what was told, and write the files if a folder is given."""
    bundle = _json(arguments.bundle)
    if bundle.get("kind") != "hoiam-sealed-report" or bundle.get("v") != 1:
        raise Failed(f"{arguments.bundle} is not a bundle of a sealed report")
    privates = {}
    for name in arguments.key_file:
        private = _unwrapped(name, f"passphrase of {name}: ")
        privates[key_id(public_of(private))] = private
    try:
        parts, unread = opened(bundle, privates)
    except (Tampered, KeyError, ValueError) as error:
        raise Failed(f"{arguments.bundle} was changed and is not opened: {error}") from error
    if not parts:
        raise Failed("none of these keys opens this bundle")
    names = {one["id"]: one.get("name", "") for head, _ in parts for one in head.get("told", {}).get("files", ())}
    print(plain(f"case  {bundle['case']}"))
    for number, (head, content) in enumerate(parts, 1):
        if head["what"] == "file":
            _show_file(head, content, names.get(head["file"], "") or f"file-{number}", arguments.out)
        else:
            _show(head)
    if unread:
        print(f"hoiam: {unread} parts are not here yet, or sealed to other keys only", file=sys.stderr)
    return 0


def opened(bundle: dict[str, Any], privates: dict[str, bytes]) -> tuple[list[tuple[dict[str, Any], bytes]], int]:
    """The parts these keys open, each with its line and its bytes; and how many are for other keys, or not here.

    Raises `Tampered` for a part that was changed, or belongs to another case or place.
    """
    parts, unread = [], 0
    for box in bundle["boxes"]:
        key = next((name for name in box["envelopes"] if name in privates), "")
        if not key:
            unread += 1
            continue
        content, envelope = base64.b64decode(box["content"]), base64.b64decode(box["envelopes"][key])
        if not content:  # a file that had not been fetched yet, or is lost
            unread += 1
            continue
        head, inside = unpacked(unseal(content, envelope, privates[key]))
        same = (head.get("case"), head.get("box"), head.get("what")) == (bundle["case"], box["id"], box["what"])
        if not same or (box["file"] and head.get("file") != box["file"]):
            raise Tampered("a part of this bundle belongs to another case or place")
        parts.append((head, inside))
    return parts, unread


# -- sheets ---------------------------------------------------------------


def shares(private: bytes) -> list[str]:
    """Three mnemonics; any two give the key, one alone tells nothing of it."""
    from shamir_mnemonic import generate_mnemonics

    made: list[str] = generate_mnemonics(1, [(NEEDED, SHEETS)], private)[0]
    return made


def sheet_text(number: int, words: str, identifier: str, body: str) -> str:
    """One sheet to print: what it is for, whose, and its numbered words."""
    lines = [
        f"TỜ KHÔI PHỤC KHÓA NIÊM PHONG - TỜ {number} / {SHEETS}",
        f"Recovery sheet {number} of {SHEETS} for a key of sealed reports",
        "",
        f"Cơ quan / body: {body}",
        f"Số khóa / key number: {shown(identifier)}",
        "",
        f"Bất kỳ {NEEDED} trong {SHEETS} tờ mở lại được khóa; một tờ thì không. Mỗi người giữ một tờ, cất kín.",
        f"Any {NEEDED} of the {SHEETS} sheets give the key again; one alone does not. One sheet a person, locked away.",
        "  hoiam sealed recover --share TỜ-A.txt --share TỜ-B.txt --out KHÓA.json",
        "",
        *(f"{place:2}. {word}" for place, word in enumerate(words.split(), 1)),
        "",
    ]
    return "\n".join(lines)


def _mnemonic(sheet: Path) -> str:
    """The words of a sheet as printed, or typed on one line or several."""
    text = sheet.read_text("utf-8")
    numbered = [found[1] for line in text.splitlines() if (found := _WORD.match(line))]
    return " ".join(numbered or text.split())


# -- files and passphrases ------------------------------------------------


def _unwrapped(name: str, question: str) -> bytes:
    try:
        wrapped = checked(_json(name))
    except Tampered as error:
        raise Failed(f"{name}: {error}") from error
    try:
        return unwrap(wrapped, _asked(question))
    except WrongPassphrase as error:
        raise Failed(f"{name}: {error}") from error


def _kept(private: bytes, out: str) -> int:
    identifier = key_id(public_of(private))
    _write(Path(out), _dumped(wrap(private, _new_passphrase())))
    print(f"key number  {shown(identifier)}")
    print(f"key file    {out}")
    print("Upload it in the console (Khóa niêm phong / Sealing keys) as your own copy.")
    return 0


def _new_passphrase() -> str:
    passphrase = _asked("new passphrase: ")
    if len(passphrase) < LEAST:
        raise Failed(f"a passphrase needs at least {LEAST} characters: four or five words that do not belong together")
    if sys.stdin.isatty() and _asked("once more: ") != passphrase:
        raise Failed("the two do not match; nothing was written")
    return passphrase


def _asked(question: str) -> str:
    """From the terminal unseen; where there is none, one line of standard input."""
    if sys.stdin.isatty():
        from getpass import getpass

        return getpass(question)
    return sys.stdin.readline().rstrip("\n")


def _json(name: str) -> dict[str, Any]:
    try:
        found = json.loads(Path(name).read_text("utf-8"))
    except ValueError as error:
        raise Failed(f"{name} is not a file of sealed reports") from error
    if not isinstance(found, dict):
        raise Failed(f"{name} is not a file of sealed reports")
    return found


def _dumped(wrapped: dict[str, Any]) -> str:
    return json.dumps(wrapped, indent=1) + "\n"


def _write(target: Path, text: str) -> None:
    """Readable by its owner alone; nothing is written over."""
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def plain(text: str) -> str:
    """The text as a terminal may have it."""
    return text.translate(OBEYED)


def _show(head: dict[str, Any]) -> None:
    print(plain(f"\n== {head['what']}  {head['at']}"))
    for name, value in head.get("told", {}).items():
        if value and name not in ("text", "files"):
            print(plain(f"{name}: {', '.join(value) if isinstance(value, list) else value}"))
    if text := head.get("told", {}).get("text"):
        print(plain(text))


def _show_file(head: dict[str, Any], content: bytes, name: str, out: str) -> None:
    print(plain(f"\n== file  {name}  {head.get('mime', '')}  {len(content)} bytes"))
    if out:
        folder = Path(out)
        folder.mkdir(parents=True, exist_ok=True)
        # Neither the number of a file nor its name leads out of the folder: both come out of the box.
        target = folder / f"{UNSAFE.sub('_', head['file'][:8])}-{UNSAFE.sub('_', name)[-80:]}"
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        print(f"   {target}")
