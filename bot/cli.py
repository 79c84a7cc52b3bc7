"""The command line: reads the words, imports only what the command needs, and turns every mistake into one sentence."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

Words = list[tuple[tuple[str, ...], dict[str, object]]]


def _arg(*names: str, **options: object) -> tuple[tuple[str, ...], dict[str, object]]:
    return names, options


PLACE = _arg("--locality", default="", help="code of the commune (needed where there are several)")
REASON = _arg("--reason", required=True, help="why, kept with the edit")
DOCUMENT = _arg("--document", required=True, help="the deciding document's number")
YES = _arg("--yes", action="store_true", help="store without asking")

# command -> (help, module:function, arguments)
COMMANDS: dict[str, tuple[str, str, Words]] = {
    "run": ("everything in one process: web, messengers, delivery, scheduler", "serve:run", []),
    "web": ("web pages and webhooks only (with PostgreSQL)", "serve:web", []),
    "worker": ("messengers, delivery and scheduler only (with PostgreSQL)", "serve:worker", []),
    "check": (
        "check settings, data files and the edits stored here; names every mistake",
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
            _arg("--name", required=True, help="the person's name, as colleagues will see it"),
            _arg(
                "--role",
                required=True,
                action="append",
                help="handler, triage, contact, follow_up, oversight or admin; may be repeated",
            ),
            PLACE,
            _arg("--post", default="", help="code of the person's post, for conflict rules"),
            _arg("--hamlet", default="", help="code of the hamlet, for hamlet posts"),
            _arg("--reason", default="", help="kept in the register of changes"),
        ],
    ),
    "officer revoke": (
        "close an officer account",
        "officer:revoke",
        [
            _arg("id", help="id as printed by officer list"),
            _arg("--reason", default="", help="kept in the register of changes"),
        ],
    ),
    "officer list": ("officer accounts", "officer:show", [PLACE]),
    "calendar add-off": (
        "add a day off; lists the changed cases before it is stored",
        "calendar:add_off",
        [
            _arg("day", help="as 2026-12-31"),
            REASON,
            DOCUMENT,
            YES,
        ],
    ),
    "calendar add-workday": (
        "add a worked Saturday or Sunday",
        "calendar:add_workday",
        [
            _arg("day", help="as 2026-12-26"),
            _arg("--for", dest="for_day", default="", help="the day off it makes up for"),
            REASON,
            DOCUMENT,
            YES,
        ],
    ),
    "calendar due": (
        "the n-th working day after a day",
        "calendar:due",
        [
            _arg("day", help="the day of receipt, as 2026-01-05; not counted itself"),
            _arg("--days", type=int, required=True, help="working days"),
            _arg("--explain", action="store_true", help="list every day counted and every day left out"),
        ],
    ),
    "directory import": (
        "check a directory file and put it in force",
        "directory:import_",
        [_arg("file", help="as data/org_directory.yaml")],
    ),
    "directory show": ("bodies, posts and rules in force", "directory:show", [PLACE]),
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
            _arg("--from", dest="start", default="", help="first day of intake, as 2026-01-01"),
            _arg("--to", dest="end", default="", help="last day of intake"),
            PLACE,
            _arg("--out", default="", help="file (needed for xlsx)"),
            _arg("--as", dest="officer", default="", help="id of the officer whose sight applies"),
            _arg("--with-identity", action="store_true", help="refused: who sent a case leaves in no file"),
            _arg("--reason", default="", help=argparse.SUPPRESS),
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
            PLACE,
        ],
    ),
    "report list": ("periodic reports there are", "report:show", [PLACE]),
    "audit verify": (
        "whether the audit chain is whole and the one whose heads were published",
        "audit:verify",
        [_arg("--head", default=[], action="append", help="a head published earlier, as HEAD or POSITION:HEAD")],
    ),
    "audit head": ("the head of the audit chain now", "audit:head", []),
    "keys list": ("the master keys by number, and how much is under each", "keys:show", []),
    "keys rotate": ("add a master key and seal everything again under it, while running", "keys:rotate", []),
    "keys retire": (
        "take old master keys out of the key file, once nothing is under them",
        "keys:retire",
        [_arg("--even-broken", action="store_true", help="although some values open with no key at all")],
    ),
    "sealed key": (
        "make a body's key for sealed reports, on the holder's own machine",
        "sealed:key",
        [
            _arg("--body", required=True, help="code of the receiving body, as mttq"),
            _arg("--out", required=True, help="folder for the key file and the three recovery sheets"),
        ],
    ),
    "sealed copy": (
        "the same key under another passphrase, for a second holder",
        "sealed:copy",
        [
            _arg("--key-file", required=True, help="the present key file"),
            _arg("--out", required=True, help="the new key file"),
        ],
    ),
    "sealed recover": (
        "the key again from two of the three recovery sheets, under a new passphrase",
        "sealed:recover",
        [
            _arg("--share", required=True, action="append", help="file with the words of one sheet; given twice"),
            _arg("--out", required=True, help="the new key file"),
        ],
    ),
    "sealed open": (
        "open a saved bundle of a sealed report, off-line",
        "sealed:open_",
        [
            _arg("bundle", help="file saved from the console or by sealed export"),
            _arg("--key-file", required=True, action="append", help="may be repeated, for older keys"),
            _arg("--out", default="", help="folder for the files; without it only their names are shown"),
        ],
    ),
    "sealed export": (
        "write the bundle of a sealed report, still sealed (on the server)",
        "sealed_server:export",
        [
            _arg("case", help="number of the case"),
            _arg("--out", required=True, help="file for the bundle"),
            PLACE,
        ],
    ),
    "sealed on": (
        "seal reports about persons from now on (on the server)",
        "sealed_server:on",
        [PLACE],
    ),
    "sealed off": (
        "seal no more; what is sealed stays so (on the server)",
        "sealed_server:off",
        [PLACE],
    ),
    "sealed status": (
        "whether reports are sealed, and each body's keys (on the server)",
        "sealed_server:status",
        [PLACE],
    ),
    "backup key": ("a new key for backups: the secret half for paper, the public half for .env", "backup:key", []),
    "backup make": (
        "make a backup now",
        "backup:make_",
        [
            _arg("--hourly", action="store_true", help="as the running program does: quietly, noting nothing"),
            _arg("--fewer", action="store_true", help="although the database has lost cases, which is meant"),
        ],
    ),
    "backup list": ("the backups there are, and the last results", "backup:show", []),
    "backup restore": (
        "put a backup back on an empty machine",
        "backup:restore_",
        [
            _arg("file", help="hoiam-…Z.age, in the folder of backups with all that lies there"),
            _arg("--identity", default="", help="file with the secret key; typed in when missing"),
            _arg("--into", default="", help="data folder, instead of HOIAM_DATA_DIR"),
        ],
    ),
    "backup drill": (
        "restore the newest backup beside the installation, check it and throw it away",
        "backup:drill_",
        [
            _arg("file", nargs="?", default="", help="another backup than the newest"),
            _arg("--identity", default="", help="file with the secret key; the machine's own when missing"),
            _arg("--hourly", action="store_true", help="as the running program does: noting nothing"),
        ],
    ),
    "backup held": (
        "messages that waited when the backup was made, held since the restore",
        "backup:held",
        [
            _arg("--release", action="store_true", help="send them after all"),
            _arg("--drop", action="store_true", help="never send them"),
        ],
    ),
    "purge": (
        "erase what is past its term; hold, lift and holds keep cases from it",
        "purge:purge_",
        [
            _arg("action", nargs="?", default="run", choices=("run", "hold", "lift", "holds")),
            _arg("case", nargs="?", default="", help="hold: case number; lift: id of the hold"),
            _arg("--dry-run", action="store_true", help="list what would go, and change nothing"),
            _arg("--reason", default="", help="hold: why the case must be kept"),
            _arg("--until", default="", help="hold: last day, as 2027-12-31; until lifted when missing"),
            PLACE,
        ],
    ),
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
            members = ", ".join(one.partition(" ")[2] for one in COMMANDS if one.startswith(f"{first} "))
            group = top.add_parser(first, help=members)
            groups[first] = group.add_subparsers(metavar="COMMAND", required=True)
        command = (groups[first] if second else top).add_parser(second or first, help=text, description=text)
        command.set_defaults(call=call)
        for names, options in arguments:
            command.add_argument(*names, **options)  # type: ignore[arg-type]
    return parser
