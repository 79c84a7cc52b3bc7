"""Clean copies made in a child for each file: killed when slow, and this process reads no stranger's bytes.

The child is a fresh interpreter with an empty environment. Bytes go in and out through memory without a name, so
nothing lies on a disk in clear; LibreOffice needs a real file and gets a folder in memory where there is one.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from scheduler import copies
from scheduler.copies import Copy, CopyFault

MEMORY = 512 * 1_048_576
"""Bytes of address space of a child: more than it ever occupies."""
SECONDS = 10
OFFICE_SECONDS = 60
"""LibreOffice needs 3 s for a page and longer at its first start; only Word, Excel and OpenDocument files go there."""
OFFICES = ("soffice", "libreoffice")
PDF = "application/pdf"
_OFFICE_FORMS = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
}
READABLE = frozenset(
    {
        *("image/jpeg", "image/png", "image/webp", "image/gif", "image/tiff", "image/heic"),
        *("audio/ogg", "audio/mpeg", "audio/mp4", "audio/aac", "audio/amr", "audio/wav"),
        *("video/mp4", "video/quicktime", "video/3gpp", "video/webm", PDF, "text/plain"),
    }
)
_ROOT = Path(__file__).resolve().parent.parent
_START = "import sys; sys.path.insert(0, sys.argv[1]); from scheduler.clean_child import main; main(*sys.argv[2:])"
SCRATCH = "hoiam-clean-"
_SHM = Path("/dev/shm")  # noqa: S108 - memory, not a disk; folders in it are made with mode 700 and random names
_SOCKETS = Path("/tmp")  # noqa: S108 - LibreOffice's own choice
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
{items}
</oor:items>
"""
_SETTING = (
    '<item oor:path="/org.openoffice.Office.Common/{path}"><prop oor:name="{name}" oor:op="fuse">'
    "<value>{value}</value></prop></item>"
)
_SAFE = (
    ("Security/Scripting", "MacroSecurityLevel", "3"),
    ("Security/Scripting", "DisableMacrosExecution", "true"),
    ("Security/Scripting", "DisableActiveContent", "true"),
    ("Security/Scripting", "BlockUntrustedRefererLinks", "true"),
)


class Copier:
    """Makes copies; calls block, so run them off the event loop. `office` names another LibreOffice, "" none."""

    def __init__(
        self, *, memory: int = MEMORY, seconds: float = SECONDS, office: str | None = None, office_seconds: float = 0
    ) -> None:
        self._memory, self._seconds = memory, seconds
        self._office = office
        self._office_seconds = office_seconds or OFFICE_SECONDS
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def copy(self, content: bytes, mime: str) -> Copy:
        """The clean copy of a file whose bytes say that it is `mime`. Raises `CopyFault`."""
        if mime in _OFFICE_FORMS:
            content, mime = self._printed(content, mime), PDF
        if mime not in READABLE:
            raise CopyFault("unsupported", mime)
        return copies.read(self._run(content, "copy", mime))

    def office_type(self, content: bytes) -> str | None:
        """The media type of an office document in a zip archive; None for every other archive, or a broken one."""
        try:
            found = self._run(content, "type", "").decode("ascii", "replace")
        except CopyFault as fault:
            if fault.code == "stopped":
                raise
            return None
        return found if found in _OFFICE_FORMS else None

    def stop(self) -> None:
        """Kill what is under way: the process ends. Whoever waits for it gets the fault `stopped`."""
        with self._lock:
            self._stopped = True
            for child in self._running:
                _kill(child)

    # -- one child ------------------------------------------------------------------------------------------------

    def _run(self, content: bytes, task: str, mime: str) -> bytes:
        with _unnamed("in") as given, _unnamed("out") as taken:
            given.write(content)
            given.seek(0)
            words = (task, mime, str(self._memory), str(math.ceil(self._seconds)))
            code = self._child(words, self._seconds, given, taken, cwd=str(_ROOT))
            size = os.fstat(taken.fileno()).st_size
            if code != 0 or size > copies.MOST_BYTES + 100_000:
                raise CopyFault("slow" if -code == signal.SIGXCPU else "crashed", f"ended with {code}")
            taken.seek(0)
            return taken.read()

    def _child(
        self, words: tuple[str, ...], seconds: float, given: IO[bytes] | int, taken: IO[bytes] | int, *, cwd: str
    ) -> int:
        known = {"PATH": os.defpath, "HOME": cwd, "TMPDIR": cwd, "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}
        known |= {"OMP_NUM_THREADS": "1", "SAL_USE_VCLPLUGIN": "svp"}
        with self._lock:
            if self._stopped:
                raise CopyFault("stopped")
            child = subprocess.Popen(  # noqa: S603 - our own interpreter and our own words
                [sys.executable, "-I", "-B", "-c", _START, str(_ROOT), *words],
                stdin=given,
                stdout=taken,
                stderr=subprocess.DEVNULL,
                env=known,
                cwd=cwd,
                start_new_session=True,
            )
            self._running.add(child)
        try:
            return self._wait(child, seconds)
        finally:
            with self._lock:
                _kill(child)
                self._running.discard(child)
            child.wait()

    def _wait(self, child: subprocess.Popen[bytes], seconds: float) -> int:
        try:
            code = child.wait(seconds)
        except subprocess.TimeoutExpired:
            raise CopyFault("slow", f"over {seconds:g} s") from None
        if self._stopped:
            raise CopyFault("stopped")
        return code

    # -- documents ------------------------------------------------------------------------------------------------

    def _printed(self, content: bytes, mime: str) -> bytes:
        """An office document as PDF, by LibreOffice behind the fence."""
        program = _office_path() if self._office is None else self._office
        if not program:
            raise CopyFault("no_office")
        if refused := self._run(content, "type", mime).decode("ascii", "replace"):
            raise CopyFault(copies.word(refused))
        with _scratch() as folder, _no_socket_left(folder):
            form = f"document.{_OFFICE_FORMS[mime]}"
            Path(folder, form).write_bytes(content)
            _settle(Path(folder))
            words = ("office", "", str(self._memory), str(int(self._office_seconds)), folder, program, form)
            code = self._child(words, self._office_seconds, subprocess.DEVNULL, subprocess.DEVNULL, cwd=folder)
            if code == 3:
                raise CopyFault("not_fenced")
            made = _made_in(folder)
            if not made:
                broke = code < 0 or code >= 128  # a signal, told by LibreOffice's own shell script or directly
                raise CopyFault("crashed" if broke else "unreadable", f"LibreOffice ended with {code}")
            return made


def sweep() -> None:
    """Remove what killed processes left in memory folders: a document lies there in clear while it is read."""
    for base in {_SHM, Path(tempfile.gettempdir())}:
        with contextlib.suppress(OSError):
            for left in base.glob(f"{SCRATCH}*"):
                if left.stat().st_uid == os.getuid() and not _lives(left.name.removeprefix(SCRATCH).partition("-")[0]):
                    shutil.rmtree(left, ignore_errors=True)


def _lives(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except PermissionError:
        return True
    except (ValueError, OSError):
        return False
    return True


def _made_in(folder: str) -> bytes:
    """The finished PDF; b"" for none. A link would lead this process, which has no fence, to other files."""
    try:
        opened = os.open(Path(folder, "document.pdf"), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return b""
    with open(opened, "rb") as made:
        about = os.fstat(opened)
        fits = stat.S_ISREG(about.st_mode) and about.st_size < copies.MOST_BYTES
        return made.read(copies.MOST_BYTES) if fits else b""


def _office_path() -> str:
    return next((path for name in OFFICES if (path := shutil.which(name))), "")


def _settle(folder: Path) -> None:
    """A fresh profile in which no macro runs and nothing outside the document is looked up."""
    user = folder / "profile" / "user"
    user.mkdir(parents=True)
    items = "\n".join(_SETTING.format(path=path, name=name, value=value) for path, name, value in _SAFE)
    (user / "registrymodifications.xcu").write_text(_SETTINGS.format(items=items), encoding="utf-8")


@contextlib.contextmanager
def _scratch() -> Iterator[str]:
    base = _SHM if os.access(_SHM, os.W_OK) else None
    folder = tempfile.mkdtemp(prefix=f"{SCRATCH}{os.getpid()}-", dir=base)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _no_socket_left(folder: str) -> Iterator[None]:
    """LibreOffice cannot remove the socket that it was let make; its name is a digest of the profile's address."""
    address = Path(folder, "profile").as_uri().encode("utf-16-le")
    name = "".join(f"{byte:x}" for byte in hashlib.md5(address, usedforsecurity=False).digest())
    try:
        yield
    finally:
        for left in _SOCKETS.glob(f"OSL_PIPE_*SingleOfficeIPC_{name}"):
            left.unlink(missing_ok=True)


@contextlib.contextmanager
def _unnamed(name: str) -> Iterator[IO[bytes]]:
    """A file in memory without a name; an unlinked temporary file where the system has none."""
    if hasattr(os, "memfd_create"):
        with os.fdopen(os.memfd_create(f"hoiam-{name}"), "w+b") as file:
            yield file
        return
    with tempfile.TemporaryFile() as file:
        yield file


def _kill(child: subprocess.Popen[bytes]) -> None:
    """The child and everything it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
