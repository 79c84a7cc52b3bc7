"""`audit verify`: whether the audit chain is whole and still the one that was published; `audit head`: its head now."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from bot.commands.failing import Failed
from bot.commands.opening import Desk, at_desk
from bot.settings import read_settings
from cases.rules import show_date
from scheduler.audit_heads import read_heads
from storage.audit_check import Anchor, Finding, Flaw, check_chain

SAYS = {
    "changed": "entry {position} of {day} is not as it was written",
    "missing": "entry {position} is missing; the next one there is of {day}",
    "detail": "the sealed detail of entry {position} of {day} is not the one it was written with",
    "cut": "the chain ends before entry {position}, which it had by {day}: its tail was cut off",
    "rewritten": "entry {position}, whose head was published on {day}, is not in this chain: it was rewritten",
    "unknown": "the head given is not in this chain: entries were rewritten or cut off after it was published",
}


def verify(arguments: argparse.Namespace) -> int:
    """Check the chain against `--head` and the file of published heads; exits 1 naming the first bad entry."""
    file = read_settings().audit_heads_file
    found = at_desk(partial(_look, [*_given(arguments.head), *_filed(file)]))
    if found.flaw is not None:
        print(_sentence(found.flaw))
        return 1
    print(f"The chain is whole: {found.head.position} entries, head {found.head.head}.")
    if found.anchored:
        print(f"{found.anchored} published heads fit; entries after {found.since} rest on the chain alone.")
    else:
        print(f"No published head to compare with (none given, none in {file}): a full rewrite would not show.")
    return 0


def head(arguments: argparse.Namespace) -> int:
    """Print it as `POSITION:HEAD`, to be kept elsewhere."""

    async def work(desk: Desk) -> str:
        now = await desk.office.read(lambda unit: unit.audit.head())
        return f"{now.position}:{now.head}"

    print(at_desk(work))
    return 0


async def _look(anchors: list[Anchor], desk: Desk) -> Finding:
    return await desk.office.read(lambda unit: check_chain(unit, anchors))


def _given(heads: list[str]) -> list[Anchor]:
    try:
        return [Anchor.read(one) for one in heads]
    except ValueError as error:
        raise Failed("--head: 64 hex digits, or POSITION:HEAD as `hoiam audit head` prints it") from error


def _filed(file: Path) -> list[Anchor]:
    try:
        return read_heads(file)
    except ValueError as error:
        raise Failed(f"{file}: line {error} is not a day and a head; compare it with another copy") from error


def _sentence(flaw: Flaw) -> str:
    said = SAYS[flaw.what].format(position=flaw.position, day=show_date(flaw.day) or "a day that is not known")
    return f"NOT WHOLE: {said}."
