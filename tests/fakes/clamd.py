"""A `clamd` over a real socket: knows INSTREAM and one virus, and can be told to misbehave."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The test file of https://www.eicar.org/download-anti-malware-testfile/, in two pieces so that no scanner finds us."""
NAME = "Win.Test.EICAR_HDB-1"


class Clamd:
    """Answers as `answer` says: by the content, or one fixed sentence; `None` hangs up."""

    def __init__(self, line: socket.socket, address: str) -> None:
        self.address = address
        self.answer: bytes | None = b""
        self.scanned: list[bytes] = []
        self._line = line
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        self._line.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._line.accept()
            except OSError:
                return
            with caller, contextlib.suppress(OSError):
                caller.settimeout(5)
                self._answer(caller)

    def _answer(self, caller: socket.socket) -> None:
        said = caller.makefile("rb")
        with said:
            if said.read(10) != b"zINSTREAM\0":
                caller.sendall(b"UNKNOWN COMMAND\0")
                return
            content = b""
            while size := int.from_bytes(said.read(4), "big"):
                content += said.read(size)
            self.scanned.append(content)
            found = f"stream: {NAME} FOUND\0".encode() if EICAR in content else b"stream: OK\0"
            if self.answer is not None:
                caller.sendall(self.answer or found)


@contextlib.contextmanager
def clamd(folder: Path | None = None) -> Iterator[Clamd]:
    """On a socket in `folder`, or on a port of this machine."""
    if folder is not None:
        line = socket.socket(socket.AF_UNIX)
        line.bind(str(folder / "clamd.ctl"))
        address = str(folder / "clamd.ctl")
    else:
        line = socket.socket()
        line.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{line.getsockname()[1]}"
    line.listen()
    present = Clamd(line, address)
    try:
        yield present
    finally:
        present.close()
