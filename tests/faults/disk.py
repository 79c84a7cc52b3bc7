"""A disk rebuilt from the system calls of a traced process: what was not synced may be there or not after a power cut.

Data is durable once its file was synced, a name once its folder was. Calls are read from `strace -f -y -xx`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

CALLS = "openat,write,pwrite64,ftruncate,rename,renameat,unlink,unlinkat,mkdir,mkdirat,fsync,fdatasync,sendto"
LONGEST = 64 * 1024 * 1024  # bytes of one write that are traced
SECTOR = 512
_LINE = re.compile(r"(\d+) +(?:<\.\.\. (\w+) resumed>)?(.*)", re.DOTALL)
_CALL = re.compile(r"(\w+)\((.*)\)\s+= (.*)", re.DOTALL)
_FD = re.compile(r"(\d+|AT_FDCWD)<((?:\\x[0-9a-f]{2})*)>")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True, slots=True)
class Call:
    """One finished call: its name, the file or socket it was about, strings, numbers, and what it returned."""

    name: str
    file: str
    strings: tuple[bytes, ...]
    words: str
    returned: str


def trace(log: Path) -> Iterator[Call]:
    """Calls in the order of their ends."""
    begun: dict[str, str] = {}
    with log.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            found = _LINE.match(line.rstrip("\n"))
            if found is None:
                continue
            thread, resumed, rest = found.groups()
            if rest.endswith("<unfinished ...>"):
                begun[thread] = rest.removesuffix("<unfinished ...>")
                continue
            whole = begun.pop(thread, "") + rest if resumed else rest
            if (call := _call(whole)) is not None:
                yield call


def _call(whole: str) -> Call | None:
    found = _CALL.fullmatch(whole)
    if found is None or found[3].startswith(("-1", "?")):
        return None
    name, arguments, returned = found.groups()
    fds = _FD.findall(arguments)
    strings = tuple(bytes.fromhex(text.replace("\\x", "")) for text in _TEXT.findall(arguments))
    file = bytes.fromhex(fds[0][1].replace("\\x", "")).decode() if fds else ""
    return Call(name, file, strings, _TEXT.sub("", arguments), returned)


@dataclass(slots=True, eq=False)
class Inode:
    """A file's durable bytes and what was done to it since: (offset, bytes), or (size, None) for a new length."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)
    position: int = 0

    def sync(self) -> None:
        """All of it is on the disk."""
        for change in self.pending:
            _apply(self.durable, *change)
        self.pending.clear()

    def after(self, changes: Sequence[tuple[int, bytes | None]]) -> bytes:
        """The file if only these of the pending changes reached the disk."""
        content = bytearray(self.durable)
        for change in changes:
            _apply(content, *change)
        return bytes(content)


def _apply(content: bytearray, at: int, data: bytes | None) -> None:
    if data is None:
        del content[at:]
        content.extend(bytes(max(0, at - len(content))))
        return
    content.extend(bytes(max(0, at - len(content))))
    content[at : at + len(data)] = data


Naming = tuple[str, Inode | None]
"""A name, and what it stands for from then on; None when it is no more."""


class Disk:
    """The files under one folder. Give it the calls one by one; `cut` says what a power cut may leave."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._names: dict[str, Inode] = {}
        self._durable: dict[str, Inode] = {}
        self._renaming: dict[str, list[Naming]] = {}
        for path in folder.rglob("*"):
            if path.is_file() and self._is_ours(str(path)):
                self._names[str(path)] = self._durable[str(path)] = Inode(bytearray(path.read_bytes()))

    @property
    def unsynced(self) -> int:
        """How many changes a power cut could undo."""
        return sum(len(inode.pending) for inode in self._names.values()) + sum(map(len, self._renaming.values()))

    def take(self, call: Call) -> None:
        """What this call did."""
        path = call.strings[0].decode(errors="replace") if call.strings and call.name not in ("write", "sendto") else ""
        match call.name:
            case "openat" if "O_CREAT" in call.words and self._is_ours(path):
                self._open(path, truncate="O_TRUNC" in call.words)
            case "write" if (inode := self._names.get(call.file)) is not None:
                inode.pending.append((inode.position, call.strings[0]))
                inode.position += len(call.strings[0])
            case "pwrite64" if (inode := self._names.get(call.file)) is not None:
                inode.pending.append((int(call.words.rsplit(",", 1)[1]), call.strings[0]))
            case "ftruncate" if (inode := self._names.get(call.file)) is not None:
                inode.pending.append((int(call.words.rsplit(",", 1)[1]), None))
            case "rename" | "renameat" if self._is_ours(path):
                moved = self._names.pop(path)
                self._name(path, None)
                self._names[call.strings[1].decode()] = moved
                self._name(call.strings[1].decode(), moved)
            case "unlink" | "unlinkat" if path in self._names:
                del self._names[path]
                self._name(path, None)
            case "fsync" | "fdatasync":
                self._sync(call.file)

    def cut(self, into: Path, chance: random.Random | None) -> None:
        """Write what may be left: nothing that was not synced, or with `chance` any part of it."""
        names = dict(self._durable)
        for changes in self._renaming.values():
            for name, inode in changes[: chance.randint(0, len(changes))] if chance else ():
                _rename(names, name, inode)
        for name, inode in names.items():
            target = into / PurePosixPath(name).relative_to(self._folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(inode.after(_some(inode.pending, chance)))

    def _open(self, path: str, *, truncate: bool) -> None:
        inode = self._names.get(path)
        if inode is None:
            inode = self._names[path] = Inode()
            self._name(path, inode)
        elif truncate:
            inode.pending.append((0, None))
        inode.position = 0

    def _name(self, path: str, inode: Inode | None) -> None:
        self._renaming.setdefault(str(PurePosixPath(path).parent), []).append((path, inode))

    def _sync(self, path: str) -> None:
        if (inode := self._names.get(path)) is not None:
            inode.sync()
        for name, what in self._renaming.pop(path, ()):
            _rename(self._durable, name, what)

    def _is_ours(self, path: str) -> bool:
        """Not the index of the journal, which is made anew, nor the lock."""
        return path.startswith(f"{self._folder}/") and not path.endswith(("-shm", ".lock", "/sent"))


def _rename(names: dict[str, Inode], name: str, inode: Inode | None) -> None:
    if inode is None:
        names.pop(name, None)
    else:
        names[name] = inode


def _some(pending: list[tuple[int, bytes | None]], chance: random.Random | None) -> list[tuple[int, bytes | None]]:
    """Any of them, in order; a long write may have got as far as one of its sectors."""
    if chance is None:
        return []
    share, kept = chance.random(), []
    for at, data in pending:
        if chance.random() < share:
            torn = data is not None and len(data) > SECTOR and chance.random() < 0.1
            kept.append((at, data[: SECTOR * chance.randrange(1, len(data) // SECTOR + 1)] if torn and data else data))
    return kept
