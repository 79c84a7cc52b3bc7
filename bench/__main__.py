"""`python -m bench [names]`: every figure as a JSON line; `--quick` in two minutes, `--tiny` only to see it run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from importlib import import_module

import uvloop

from bench.figures import QUICK, TINY, Figure, Sizes

GROUPS = ("due", "start", "cpu", "latency", "roundtrip", "drain", "pace", "tick", "inbox", "reporting", "board")


async def show(groups: Sequence[str], sizes: Sizes) -> None:
    """Measure these groups one after another."""
    for group in groups:
        figures: Callable[[Sizes], AsyncIterator[Figure]] = import_module(f"bench.{group}").figures
        async for figure in figures(sizes):
            print(figure.line(), flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("groups", nargs="*", choices=[*GROUPS, []], help=f"default: {' '.join(GROUPS)}")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_const", const=QUICK, dest="sizes", default=Sizes())
    size.add_argument("--tiny", action="store_const", const=TINY, dest="sizes")
    options = parser.parse_args(arguments)
    uvloop.run(show(options.groups or GROUPS, options.sizes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
