"""ClamAV, where a commune runs it: one file through `clamd`, told clean or named.

INSTREAM of `man 8 clamd` (https://docs.clamav.net/manual/Usage/Scanning.html#clamd) is four lines: own code, because
the packages for it are from 2014 or bring an event loop that this blocking call in a thread does not need.
"""

from __future__ import annotations

import socket

CHUNK = 256 * 1024
CONNECT_SECONDS = 5.0
SCAN_SECONDS = 120.0
ANSWER_MOST = 4_096
FOUND, CLEAN = " FOUND", "OK"


class ScannerDown(Exception):
    """No answer that says anything about the file: it is held and scanned later."""


def scan(address: str, content: bytes) -> str:
    """The name of what was found, "" for a clean file. `address`: a socket's path, or `host:port`.

    Raises `ScannerDown`.
    """
    try:
        with _open(address) as line:
            line.settimeout(SCAN_SECONDS)
            line.sendall(b"zINSTREAM\0")
            for at in range(0, len(content), CHUNK):
                piece = content[at : at + CHUNK]
                line.sendall(len(piece).to_bytes(4, "big") + piece)
            line.sendall(bytes(4))
            answer = _answer(line)
    except (OSError, ValueError) as error:
        raise ScannerDown(type(error).__name__) from error
    return _verdict(answer)


def _open(address: str) -> socket.socket:
    if address.startswith("/"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(CONNECT_SECONDS)
        try:
            line.connect(address)
        except OSError:
            line.close()
            raise
        return line
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS)


def _answer(line: socket.socket) -> bytes:
    taken = b""
    while not taken.endswith(b"\0") and len(taken) < ANSWER_MOST:
        piece = line.recv(ANSWER_MOST)
        if not piece:
            break
        taken += piece
    return taken


def _verdict(answer: bytes) -> str:
    """`stream: OK`, `stream: <name> FOUND`, or an error such as a limit that is too small for our files."""
    said = answer.rstrip(b"\0\n").decode("utf-8", "replace")
    _, _, verdict = said.partition(": ")
    if verdict == CLEAN:
        return ""
    if verdict.endswith(FOUND):
        return verdict.removesuffix(FOUND)[:200] or "?"
    raise ScannerDown("no verdict")
