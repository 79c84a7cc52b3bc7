"""Reading a backup: the keys and erasures of its folder, then its rows into empty tables, each one checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, inspect

from storage.backup import MASTER_KEY
from storage.backup_archive import FORM, BackupFault, Damaged, WrongKey, decrypt, unblob
from storage.backup_folder import KEYS, Kept
from storage.backup_rows import Cover, Filler, count_on, differing, read_rows
from storage.migrate import newest, upgrade_to

_NAME = re.compile(r"[0-9A-Za-z]+(\.[0-9A-Za-z_-]+)+")  # no way out of its folder


@dataclass(slots=True)
class Contents:
    """What a backup holds beside its rows."""

    head: dict[str, Any] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    files: list[Kept] = field(default_factory=list)
    end: dict[str, Any] | None = None

    @property
    def made_at(self) -> datetime:
        return datetime.fromisoformat(self.head["made_at"])


@dataclass(slots=True)
class KeysFile:
    """What the replaced file of a folder holds: keys of cases, and what was erased."""

    cases: dict[str, tuple[bytes, datetime]] = field(default_factory=dict)
    erased: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    identities: list[bytes] = field(default_factory=list)
    end: dict[str, int] = field(default_factory=dict)
    from_copy: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether all is there that was written."""
        return self.end == {
            "cases": len(self.cases),
            "erased": len(self.erased),
            "identities": len(self.identities),
        }


def read_keys(folder: Path, secret: str) -> KeysFile:
    """The keys of cases, from the copy where the first is damaged; raises what stopped the copy."""
    for name in KEYS:
        found = KeysFile(from_copy=name != KEYS[0])
        try:
            decrypt(folder / name, secret, partial(_key_line, found=found))
            if not found.is_whole:
                raise Damaged(f"{name} is not whole; take another copy of it")
            return found
        except WrongKey:
            raise
        except Damaged:
            if name == KEYS[-1]:
                raise
    raise AssertionError("unreachable")


def _key_line(line: bytes, found: KeysFile) -> None:
    told = orjson.loads(line)
    if isinstance(told, list) or "table" in told:
        found.identities.append(line)
    elif "case" in told:
        found.cases[told["case"]] = (bytes.fromhex(told["key"]), datetime.fromisoformat(told["at"]))
    elif "erased" in told:
        found.erased[told["erased"]] = (told["what"], datetime.fromisoformat(told["at"]))
    elif "end" in told:
        found.end = told["end"]
    else:
        _check_form(told, "keys")


def _check_form(head: Mapping[str, Any], what: str) -> None:
    if head.get("hoiam") != what:
        raise BackupFault("this is not a backup of Hồi Âm")
    if head.get("form") != FORM:
        raise BackupFault(f"this backup has form {head.get('form')}, this program reads {FORM}: update the program")
    if head["revision"] > newest():
        raise BackupFault(
            f"this backup was made by a newer program (its database is at {head['revision']}, this one knows "
            f"{newest()}): install that version and restore with it"
        )


def fill(connection: Connection, archive: Path, secret: str, keys: KeysFile) -> Contents:
    """Build the tables as they were then, and fill them; raises, and then nothing is stored."""
    contents = Contents()
    if inspect(connection).get_table_names():
        raise BackupFault("the database is not empty: a restore never writes over one (HOIAM_DATABASE_URL)")
    filler = Filler(connection, Cover({one: key for one, (key, _) in keys.cases.items()}))

    def line(content: bytes) -> None:
        told = orjson.loads(content)
        if isinstance(told, list):
            filler.row(content, told)
        elif not contents.head:
            _begin(connection, told)
            contents.head = told
        elif "table" in told:
            filler.begin(told["table"], told["columns"])
        elif "blob" in told:
            contents.blobs[told["blob"]] = unblob(told)
        elif "file" in told:
            contents.files.append(_kept(told))
        else:
            contents.end = told

    decrypt(archive, secret, line)
    filler.flush()
    if contents.end is None or contents.end["files"] != len(contents.files) or MASTER_KEY not in contents.blobs:
        raise Damaged(f"{archive.name} is not whole; take another copy of it, or the backup before it")
    wrong = list(differing(contents.end["end"], filler.sums, filler.shut))
    if contents.head["revision"] == newest():  # read back what the database now says, where its tables are ours
        wrong += differing(contents.end["end"], read_rows(connection, lambda _line: None), filler.shut)
    if wrong:
        raise Damaged(f"{archive.name}: rows of {', '.join(sorted(set(wrong)))} are not those that were backed up")
    count_on(connection)
    return contents


def _kept(told: Mapping[str, Any]) -> Kept:
    if not (_NAME.fullmatch(told["file"]) and _NAME.fullmatch(told["stored"])):
        raise Damaged("the backup names a file as no file of ours is called")
    return Kept(told["file"], told["stored"], told["size"])


def _begin(connection: Connection, head: Mapping[str, Any]) -> None:
    _check_form(head, "backup")
    upgrade_to(connection, head["revision"])
