"""The fence around readers of strangers' files: the kernel keeps it, whatever the reader is made to do."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

from scheduler.cleaning import Copier
from tests.trust.children import Watch
from tests.trust.hostile import photo

ROOT = Path(__file__).parents[2]
TRIES = {
    "key file": "open({key!r}).read()",
    "writing": "open({new!r}, 'w')",
    "our environment": "open(f'/proc/{{os.getppid()}}/environ').read()",
    "our memory": "open(f'/proc/{{os.getppid()}}/mem').read(1)",
    "a connection": "socket.create_connection(('127.0.0.1', {port}), 1)",
    "a name": "socket.getaddrinfo('example.org', 443)",
    "a datagram": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "a local socket": "socket.socket(socket.AF_UNIX)",
    "a program": "os.execv('/bin/true', ['true'])",
    "killing us": "os.kill(os.getppid(), 0)",
    "killing us by handle": "signal.pidfd_send_signal(os.pidfd_open(os.getppid()), 0)",
    "our limits": "resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE)",
    "another process": "os.fork()",
    "memory without a name": "os.memfd_create('more')",
    "a user's rights of its own": "ctypes.CDLL(None).unshare(1 << 28) == 0 and 1 / 0 or os.kill(os.getppid(), 0)",
    "much memory": "bytearray(600_000_000)",
    "a large file": "os.write(1, b'x' * 2_000_000) - os.write(1, b'x' * 2_000_000) or 1 / 0",
}
CHILD = """
import sys; sys.path.insert(0, {root!r})
import ctypes, os, resource, signal, socket
from scheduler import fence
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
fence.limit(512 * 1_048_576, 10, 1_000_000)
shut = {wall}
try:
    {attempt}
except (OSError, MemoryError) as error:
    os.write(2, f"stopped {{shut.files}} {{shut.network}}".encode())
"""
WALLS = "fence.shut(fence.own_places())"
SECOND_WALL = "fence.Fence(True, fence._seccomp(ctypes.CDLL(None, use_errno=True), starts=False))"
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's fence is Linux's")


@pytest.mark.parametrize("attempt", TRIES.values(), ids=TRIES.keys())
def test_the_reader_cannot(attempt: str, tmp_path: Path) -> None:
    """Read our key, our environment or memory, call anybody, start anything, kill us, or outgrow its limits."""
    key = tmp_path / "master.key"
    key.write_text("secret")
    with socket.create_server(("127.0.0.1", 0)) as listening, (tmp_path / "out").open("wb") as out:
        port = listening.getsockname()[1]
        tried = attempt.format(key=str(key), new=str(tmp_path / "new"), port=port)
        assert told(tried, WALLS, out) == "stopped True True"
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["killing us", "killing us by handle", "our limits", "another process"])
def test_the_second_wall_holds_alone(name: str) -> None:
    """Landlock keeps signals in only from Linux 6.12; a process that left its group would outlive its ten seconds."""
    assert told(TRIES[name], SECOND_WALL) == "stopped True True"


def told(attempt: str, wall: str, out: IO[bytes] | int = subprocess.DEVNULL) -> str:
    """What a fenced child says of its attempt."""
    words = CHILD.format(root=str(ROOT), attempt=attempt, wall=wall)
    done = subprocess.run(
        [sys.executable, "-I", "-c", words], stdout=out, stderr=subprocess.PIPE, check=False, timeout=30
    )
    return done.stderr.decode()


def test_the_reader_gets_no_environment_and_no_handle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret in our environment, an open key file of ours: the child has neither, only bytes in and bytes out."""
    monkeypatch.setenv("HOIAM_TELEGRAM_TOKEN", "123:secret")
    with (tmp_path / "master.key").open("w"), Watch() as watch:
        assert Copier().copy(photo(4_000), "image/jpeg").parts
    assert watch.environments
    assert not any(b"HOIAM" in one or b"secret" in one for one in watch.environments)
    ours = [one for one in watch.handles if "hoiam" in one or str(tmp_path) in one]
    assert {one.split(" ")[0] for one in ours} <= {"/memfd:hoiam-in", "/memfd:hoiam-out"}
