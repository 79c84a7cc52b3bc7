"""`directory import` and `show`: bodies, posts and rules with their validity dates."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.checking import directory_mistakes
from bot.commands.failing import Failed
from bot.commands.opening import Desk, at_desk
from cases.rule_edits import DOCUMENT, RuleEdit, What
from storage import rule_edits


def import_(arguments: argparse.Namespace) -> int:
    """Check a file and put it in force; the version before stays on record."""
    text = Path(arguments.file).read_text(encoding="utf-8")
    mistakes = directory_mistakes(text, arguments.file)
    if mistakes:
        raise Failed("\n".join(mistakes))

    async def work(desk: Desk) -> None:
        edit = RuleEdit(0, "", What.DIRECTORY, DOCUMENT, {"text": text})
        await desk.office.write(lambda unit: rule_edits.add(unit, edit))

    at_desk(work)
    print("in force; running processes take it up within a few seconds")
    return 0


def show(arguments: argparse.Namespace) -> int:
    """Print what is in force today."""

    async def work(desk: Desk) -> str:
        rules, now = desk.rulebook.rules, desk.office.clock()
        lines = []
        codes = [arguments.locality] if arguments.locality else [place.code for place in rules.book.communes]
        for code in codes:
            directory = rules.directory(desk.locality(code), now)
            lines.append(f"{code}  {directory.locality.name}")
            lines += [
                f"  {body.code:14} {','.join(sorted(body.roles)):40} {body.name}"
                + (f"  from {body.valid_from}" if body.valid_from else "")
                for body in directory.bodies.values()
            ]
        return "\n".join(lines)

    print(at_desk(work))
    return 0
