"""`bench`: figures beside peers as JSON lines; the measuring lies in the source tree, not in an installed package."""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys

from bot.commands.failing import Failed


def bench(arguments: argparse.Namespace) -> int:
    """Hand everything after `bench` to the measuring."""
    if importlib.util.find_spec("bench") is None:
        raise Failed("bench is run from the source tree: make bench")
    return subprocess.run([sys.executable, "-m", "bench", *arguments.words], check=False).returncode  # noqa: S603
