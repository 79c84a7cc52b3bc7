"""Servers under test, each a process of its own: started, waited for, measured from the outside, stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.residents import TELEGRAM_SECRET, TELEGRAM_TOKEN, ZALO_APP, ZALO_SECRET

TICK = os.sysconf("SC_CLK_TCK")
OURS = ("HOIAM_", "PYTHONDONTWRITEBYTECODE")
COMPILED = tempfile.TemporaryDirectory(prefix="hoiam-bench-")
"""Compiled modules of this run: servers start as on a machine where they ran before."""


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
        return port


class Served:
    """One process. `cpu` and `memory` read /proc, so that all its threads count and nothing is asked of it."""

    def __init__(self, command: Sequence[str], settings: Mapping[str, str], name: str) -> None:
        self.name = name
        self.port = free_port()
        self._command = [sys.executable, *command]
        self._settings = settings
        self._folder = tempfile.TemporaryDirectory(prefix="hoiam-bench-")
        self.folder = Path(self._folder.name)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        told = {
            "HOIAM_PORT": str(self.port),
            "HOIAM_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "HOIAM_DATA_DIR": str(self.folder),
            "BENCH_DATABASE": str(self.folder / "peer.db"),
            "PYTHONPYCACHEPREFIX": COMPILED.name,
            **self._settings,
        }
        plain = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(self._command, env=plain | told, stdout=log, stderr=log)
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.stop()
        self._folder.cleanup()

    @property
    def pid(self) -> int:
        """The process's number."""
        assert self._process is not None
        return self._process.pid

    async def ready(self, seconds: float = 60.0) -> None:
        """Wait until it listens; raises RuntimeError with the end of its log when it ends instead."""
        assert self._process is not None
        async with asyncio.timeout(seconds):
            while True:
                if self._process.poll() is not None:
                    raise RuntimeError(f"{self.name} ended: {self.log()[-2000:]}")
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    await asyncio.sleep(0.02)
                    continue
                writer.close()
                return

    def log(self) -> str:
        """What it printed."""
        return (self.folder / "log").read_text(errors="replace")

    def cpu(self) -> float:
        """Seconds of processor time so far, user and system, all threads (steps of 10 ms)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory(self) -> float:
        """Resident megabytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def stop(self) -> None:
        """End it, politely first."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(8)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def telegram_settings(sink: str) -> dict[str, str]:
    """Our settings for Telegram by webhook, at this messenger."""
    return {
        "HOIAM_TELEGRAM_TOKEN": TELEGRAM_TOKEN,
        "HOIAM_TELEGRAM_API": sink,
        "HOIAM_TELEGRAM_MODE": "webhook",
        "HOIAM_TELEGRAM_WEBHOOK_SECRET": TELEGRAM_SECRET,
    }


def zalo_settings(sink: str) -> dict[str, str]:
    """Our settings for a Zalo Official Account, at this messenger."""
    return {
        "HOIAM_ZALO_OA_APP_ID": ZALO_APP,
        "HOIAM_ZALO_OA_APP_SECRET": "bench-app-secret",
        "HOIAM_ZALO_OA_SECRET_KEY": ZALO_SECRET,
        "HOIAM_ZALO_OA_ACCESS_TOKEN": "bench-access",
        "HOIAM_ZALO_OA_REFRESH_TOKEN": "bench-refresh",
        "HOIAM_ZALO_OA_API": sink,
        "HOIAM_ZALO_OAUTH_API": f"{sink}/v4",
        "HOIAM_ZALO_BUSINESS_API": sink,
    }


def ours(name: str, channel: str, settings: Mapping[str, str], residents: int) -> Served:
    """Our server with residents already known on one channel."""
    command = ["-m", "bench.ours", "--channels", channel, "--residents", str(residents)]
    return Served(command, settings, name)


def peer(name: str, sink: str) -> Served:
    """`aiogram` or `ptb`."""
    return Served(["-m", f"bench.peer_{name}"], {"BENCH_SINK": sink}, name)
