"""A Word file as PDF, through LibreOffice or Chromium where one is present: in a child with a limit of time."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
from pathlib import Path
from weakref import WeakKeyDictionary

from papers.preview import printable

SECONDS = 60
"""LibreOffice needs 3 s for a page on a small machine and longer when it starts for the first time."""
OFFICES = ("soffice", "libreoffice")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MOST_BYTES = 50_000_000
_GATES: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


class PdfFault(Exception):
    """No PDF: `code` is absent (nothing installed that makes one), slow (killed), or failed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def office_path() -> str:
    """LibreOffice on this machine, "" where there is none."""
    return _first(OFFICES)


def browser_path() -> str:
    """Chromium on this machine, "" where there is none."""
    return _first(BROWSERS)


def available() -> bool:
    """Whether PDF can be offered on this machine."""
    return bool(office_path() or browser_path())


async def to_pdf(
    word: bytes, seconds: float = SECONDS, *, office: str | None = None, browser: str | None = None
) -> bytes:
    """The Word file as PDF, by LibreOffice where it is present, else printed by Chromium. Raises `PdfFault`.

    The child gets a profile and a folder of its own, both thrown away, no environment of ours but the path, and is
    killed with everything it started after so many seconds. `office` and `browser` name other programs, "" none.
    """
    converter = office_path() if office is None else office
    printer = browser_path() if browser is None else browser
    if not (converter or printer):
        raise PdfFault("absent")
    async with _gate():
        with tempfile.TemporaryDirectory(prefix="hoiam-pdf-") as folder:
            command = _converting(converter, folder, word) if converter else _printing(printer, folder, word)
            await _run(command, folder, seconds)
            made = Path(folder) / "paper.pdf"
            if not made.is_file() or made.stat().st_size > MOST_BYTES:
                raise PdfFault("failed")
            return made.read_bytes()


def _first(names: tuple[str, ...]) -> str:
    return next((path for name in names if (path := shutil.which(name))), "")


def _gate() -> asyncio.Semaphore:
    """One child at a time in each process: a run takes some 200 MB."""
    return _GATES.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(1))


def _converting(program: str, folder: str, word: bytes) -> list[str]:
    source = Path(folder, "paper.docx")
    source.write_bytes(word)
    profile = f"-env:UserInstallation={Path(folder, 'profile').as_uri()}"
    quiet = ("--headless", "--norestore", "--nologo", "--nolockcheck", "--nodefault")
    return [program, profile, *quiet, "--convert-to", "pdf:writer_pdf_Export", "--outdir", folder, str(source)]


def _printing(program: str, folder: str, word: bytes) -> list[str]:
    """The browser prints a page of our own that holds no script and asks for nothing."""
    source = Path(folder, "paper.html")
    source.write_text(printable(word), encoding="utf-8")
    quiet = ["--headless", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-background-networking"]
    if os.name == "posix" and os.geteuid() == 0:
        quiet.append("--no-sandbox")  # Chromium refuses to start as root with it
    places = [f"--user-data-dir={folder}/profile", f"--print-to-pdf={folder}/paper.pdf", "--no-pdf-header-footer"]
    return [program, *quiet, *places, source.as_uri()]


async def _run(command: list[str], folder: str, seconds: float) -> None:
    known = {"PATH": os.environ.get("PATH", os.defpath), "HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8"}
    child = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=folder,
        env=known,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(seconds):
            ended = await child.wait()
    except TimeoutError:
        raise PdfFault("slow") from None
    finally:
        if child.returncode is None:
            os.killpg(child.pid, signal.SIGKILL)
            await child.wait()
    if ended != 0:
        raise PdfFault("failed")
