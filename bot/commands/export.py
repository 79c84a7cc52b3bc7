"""`export cases`: what a role may see, as JSON lines, CSV or a spreadsheet. Who sent them is in no file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from bot.commands.failing import Failed
from bot.commands.opening import Desk, at_desk
from cases.exporting import Form
from cases.model import Officer
from papers.case_files import TextRows, sheet
from storage.api_cases import Place, Wanted
from storage.api_exports import Order, begin, end, page

Put = Callable[[Sequence[Mapping[str, Any]]], None]


def cases(arguments: argparse.Namespace) -> int:
    """Write the cases to a file or standard output."""
    if arguments.with_identity:
        raise Failed("--with-identity: identities leave in no file; two officers open each one on the page of its case")
    if arguments.format == "xlsx" and not arguments.out:
        raise Failed("--format xlsx needs --out FILE.xlsx")
    at_desk(partial(_export, arguments))
    return 0


async def _export(arguments: argparse.Namespace, desk: Desk) -> None:
    officer = await _officer(desk, arguments.officer)
    wanted = Wanted(_day(arguments.start), _day(arguments.end), locality=desk.locality(arguments.locality))
    order = Order(wanted, Form(arguments.format))
    key = await desk.office.write(lambda unit: begin(unit, officer, order))
    with _written(order, arguments.out) as put:
        rows = await _pages(desk, officer, order, put)
    await desk.office.write(lambda unit: end(unit, key, rows))


async def _pages(desk: Desk, officer: Officer | None, order: Order, put: Put) -> int:
    rules, rows = desk.rulebook.rules, 0
    after: Place | None = None
    while True:
        found = await desk.office.read(partial(page, rules=rules, officer=officer, order=order, after=after))
        put([told.row for told in found.told])
        rows, after = rows + len(found.told), found.after
        if after is None:
            return rows


@contextmanager
def _written(order: Order, out: str) -> Iterator[Put]:
    """Where rows go: a spreadsheet, a text file, or standard output."""
    if order.form is Form.XLSX:
        path = Path(out)
        with sheet(path, path.resolve().parent) as table:
            yield table.add
        return
    text = TextRows(order.form)
    with Path(out).open("w", encoding="utf-8", newline="") if out else nullcontext(sys.stdout) as file:
        file.write(text.head())
        yield lambda rows: print(text.body(rows), end="", file=file)
        file.write(text.tail())


async def _officer(desk: Desk, officer_id: str) -> Officer | None:
    if not officer_id:
        return None
    found = await desk.office.read(lambda unit: unit.people.officer(officer_id))
    if found is None:
        raise Failed(f"--as: no officer has the id {officer_id}")
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Failed(f"{text}: a day is written as 2026-01-02") from error
