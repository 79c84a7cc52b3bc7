"""The command line: reads the words, imports only what the command needs, and turns every mistake into one sentence."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

Words = list[tuple[tuple[str, ...], dict[str, object]]]


def _arg(*names: str, **options: object) -> tuple[tuple[str, ...], dict[str, object]]:
    return names, options


# command -> (help, module:function, arguments)
COMMANDS: dict[str, tuple[str, str, Words]] = {
    "run": ("everything in one process: web, messengers, delivery, scheduler", "serve:run", []),
    "web": ("web pages and webhooks only (with PostgreSQL)", "serve:web", []),
    "worker": ("messengers, delivery and scheduler only (with PostgreSQL)", "serve:worker", []),
    "check": (
        "check settings, directory, taxonomy and calendar",
        "check:check",
        [_arg("--deployment", action="store_true", help="also what is unsafe on the open Internet")],
    ),
    "tick": (
        "one round of everything the scheduler would do at a moment",
        "tick:tick",
        [
            _arg("--now", required=True, help="moment, as 2026-12-01T08:00+07:00"),
            _arg("--dry-run", action="store_true", help="print it and change nothing"),
        ],
    ),
    "officer invite": (
        "make an officer account and print a one-time code",
        "officer:invite",
        [
            _arg("--body", required=True, help="code of the body, as mttq"),
            _arg("--name", required=True),
            _arg("--role", required=True, action="append", help="may be repeated"),
            _arg("--locality", default="", help="code of the commune (needed where there are several)"),
            _arg("--post", default="", help="code of the person's post, for conflict rules"),
            _arg("--hamlet", default="", help="code of the hamlet, for hamlet posts"),
        ],
    ),
    "officer revoke": (
        "close an officer account",
        "officer:revoke",
        [_arg("id", help="id as printed by officer list")],
    ),
    "officer list": ("officer accounts", "officer:show", [_arg("--locality", default="")]),
    "calendar add-off": (
        "add a day off; lists the changed cases before it is stored",
        "calendar:add_off",
        [
            _arg("day"),
            _arg("--reason", required=True),
            _arg("--document", required=True, help="the deciding document's number"),
            _arg("--yes", action="store_true", help="store without asking"),
        ],
    ),
    "calendar add-workday": (
        "add a worked Saturday or Sunday",
        "calendar:add_workday",
        [
            _arg("day"),
            _arg("--for", dest="for_day", default="", help="the day off it makes up for"),
            _arg("--reason", required=True),
            _arg("--document", required=True),
            _arg("--yes", action="store_true"),
        ],
    ),
    "calendar due": (
        "the n-th working day after a day",
        "calendar:due",
        [_arg("day"), _arg("--days", type=int, required=True), _arg("--explain", action="store_true")],
    ),
    "directory import": ("put a directory file in force", "directory:import_", [_arg("file")]),
    "directory show": ("bodies, posts and rules in force", "directory:show", [_arg("--locality", default="")]),
    "suggest": (
        "what intake would propose, as JSON, storing nothing",
        "suggest:suggest",
        [_arg("text", nargs="*", help="lines on standard input when missing")],
    ),
    "export cases": (
        "cases an officer may see",
        "export:cases",
        [
            _arg("--format", choices=("jsonl", "csv", "xlsx"), default="jsonl"),
            _arg("--from", dest="start", default=""),
            _arg("--to", dest="end", default=""),
            _arg("--locality", default=""),
            _arg("--out", default="", help="file (needed for xlsx)"),
            _arg("--as", dest="officer", default="", help="id of the officer whose sight applies"),
            _arg("--with-identity", action="store_true"),
            _arg("--reason", default=""),
        ],
    ),
    "report make": (
        "a periodic report as Word or Excel",
        "report:make",
        [
            _arg("--kind", required=True, help="R124_Q, R124_H, R124_Y, RGS_H, RGS_Y, RDV_H or RDV_Y"),
            _arg("--period", required=True, help="as 2026-Q4, 2026-H2 or 2026"),
            _arg("--out", required=True, help="FILE.docx or FILE.xlsx"),
            _arg("--author", default="", help="code of the writing body, where there are several"),
            _arg("--locality", default=""),
        ],
    ),
    "report list": ("periodic reports there are", "report:show", [_arg("--locality", default="")]),
    "bench": (
        "figures beside peers, as JSON lines (from the source tree)",
        "bench:bench",
        [_arg("words", nargs=argparse.REMAINDER, help="see python -m bench --help")],
    ),
    "demo": (
        "a fictional commune and a month of cases, told on a moving clock",
        "demo:demo",
        [_arg("--no-serve", action="store_true", help="tell the story and stop")],
    ),
}


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command; exits with 0, 1 (it failed) or 2 (the words were wrong)."""
    arguments = _parser().parse_args(argv)
    if not getattr(arguments, "call", ""):
        _parser().print_help()
        sys.exit(2)
    module, _, function = arguments.call.partition(":")
    from bot.commands.failing import plain_failures

    with plain_failures():
        command = getattr(importlib.import_module(f"bot.commands.{module}"), function)
        sys.exit(command(arguments) or 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hoiam", description="Hồi Âm: an answer comes back.")
    top = parser.add_subparsers(metavar="COMMAND")
    groups: dict[str, argparse._SubParsersAction[argparse.ArgumentParser]] = {}
    for words, (text, call, arguments) in COMMANDS.items():
        first, _, second = words.partition(" ")
        if second and first not in groups:
            group = top.add_parser(first, help=f"see hoiam {first} --help")
            groups[first] = group.add_subparsers(metavar="COMMAND", required=True)
        command = (groups[first] if second else top).add_parser(second or first, help=text, description=text)
        command.set_defaults(call=call)
        for names, options in arguments:
            command.add_argument(*names, **options)  # type: ignore[arg-type]
    return parser
