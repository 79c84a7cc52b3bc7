"""The child that reads one stranger's file: from its standard input, behind the fence, to its standard output.

Started by `scheduler.cleaning` as `python -I -c …` with the words: task, media type, bytes of memory, seconds. It is
given no key, no database and no environment; when it hangs or grows it is killed, and only this one file has no copy.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from scheduler import fence
from scheduler.copies import MOST_BYTES, Copy, CopyFault, write, write_fault

WRITTEN = MOST_BYTES + 65_536
OFFICE_WRITTEN = 100_000_000
PROFILE = "profile"
SOCKETS = "/tmp"  # noqa: S108 - where LibreOffice makes its one, whatever it is told
Reader = Callable[[bytes, str], Copy]


def main(task: str, mime: str, memory: str, seconds: str, *more: str) -> None:
    """Do one task: `copy`, `type` (of an archive), or `office` (becomes LibreOffice in the folder `more[0]`)."""
    os.nice(10)  # people's pages go first
    if task == "office":
        _become_office(int(memory), int(seconds), *more)
    fence.limit(int(memory), int(seconds), WRITTEN)
    work = _reader(mime) if task == "copy" else None  # our own code is loaded first, then the doors are shut
    fence.shut(fence.own_places())
    content = sys.stdin.buffer.read()
    if work is None:
        _give(_type(content, mime))
        return
    _give(_copied(work, content, mime))


def _copied(work: Reader, content: bytes, mime: str) -> list[bytes]:
    pieces: list[bytes] = []
    try:
        write(work(content, mime), pieces.append)
    except CopyFault as fault:
        write_fault(fault.code, pieces.append)
    except MemoryError:
        pieces.clear()
        write_fault("memory", pieces.append)
    return pieces


def _type(content: bytes, mime: str) -> list[bytes]:
    """What an archive is, or with a media type given whether LibreOffice may have it."""
    from scheduler import office_files

    pieces: list[bytes] = []
    if not mime:
        return [(office_files.type_of(content) or "").encode()]
    try:
        office_files.check(content, mime)
    except CopyFault as fault:
        return [fault.code.encode()]
    except MemoryError:
        return [b"memory"]
    return pieces


def _reader(mime: str) -> Reader:
    if mime.startswith("image/"):
        from scheduler import pictures

        return pictures.copy_of
    if mime.startswith(("audio/", "video/")):
        from scheduler import recordings

        return recordings.copy_of
    from scheduler import pages

    return pages.text_of if mime == "text/plain" else pages.copy_of


def _give(pieces: list[bytes]) -> None:
    for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def _become_office(memory: int, seconds: int, folder: str, program: str, form: str) -> None:
    """Fenced, this process turns into LibreOffice; where the network cannot be shut it does not (code 3)."""
    fence.limit(memory, seconds, OFFICE_WRITTEN, private_only=True)
    real = Path(program).resolve()
    readable: list[str | Path] = [
        *fence.own_places(),
        real.parent.parent,
        "/etc/libreoffice",
        "/var/lib/libreoffice",
        "/var/spool/libreoffice",
        "/proc",
    ]
    found = fence.shut(readable, [folder, "/dev/null"], [SOCKETS], starts=True)
    if not (found.network and found.files):
        os._exit(3)
    quiet = ("--headless", "--norestore", "--nologo", "--nolockcheck", "--nodefault", "--nofirststartwizard")
    profile = f"-env:UserInstallation={Path(folder, PROFILE).as_uri()}"
    os.execv(  # noqa: S606 - the program found on the path, with our own words
        program, [program, profile, *quiet, "--convert-to", "pdf", "--outdir", folder, str(Path(folder, form))]
    )
