"""`purge`: what is past its term, listed or erased; legal holds that keep cases from it."""

from __future__ import annotations

import argparse
from datetime import date

from bot.commands.failing import Failed
from bot.commands.opening import Desk, at_desk
from bot.housekeeping import Housekeeping
from bot.settings import read_settings
from cases.calendar import local_date
from cases.rules import Limits, show_date
from storage import erasing, holds, purge, upkeep
from storage.vault import FileVault
from storage.work import StoredWork


def purge_(arguments: argparse.Namespace) -> int:
    """Erase, list, hold, lift."""
    work = {"run": _run, "hold": _hold, "lift": _lift, "holds": _holds}[arguments.action]

    async def go(desk: Desk) -> int:
        return await work(desk, arguments)

    return at_desk(go)


async def _run(desk: Desk, arguments: argparse.Namespace) -> int:
    limits = desk.rulebook.rules.limits
    for line in await desk.office.read(lambda unit: _listed(unit, limits)):
        print(line)
    if arguments.dry_run:
        print("nothing was changed")
        return 0
    settings = read_settings()
    vault = FileVault(settings.data_dir / "files", desk.office.keys)
    house = Housekeeping(desk.office, vault, lambda: desk.rulebook.rules)
    erased = await house.purge("operator")
    print(f"{erased} case(s) erased")
    return 0


def _listed(unit: StoredWork, limits: Limits) -> list[str]:
    """What would go, by class: how many, and why."""
    today = local_date(unit.now)
    due = purge.due_cases(unit, limits, with_held=True)
    lines = [f"cases: {sum(not one.held for one in due)} (ended more than {limits.case_years} years ago)"]
    for one in due:
        kept = "  KEPT: legal hold" if one.held else ""
        lines.append(f"  {one.code}  ended {show_date(one.ended)}, kept until {show_date(one.until)}{kept}")
    late = len(upkeep.late_identities(unit, today, 1_000_000))
    lines.append(f"identities: {late} (past the last day written beside each; {limits.identity_months} months)")
    lines.append(f"drafts: {len(unit.chats.expired(unit.now, 1_000_000))} (unsent for {limits.draft_days} days)")
    for name, (count, days) in upkeep.count_old_rows(unit, limits).items():
        lines.append(f"{name.replace('_', ' ')}: {count} (older than {days} days)")
    lines.append(f"files whose rows are gone: {len(erasing.waiting_files(unit))}")
    return lines


async def _hold(desk: Desk, arguments: argparse.Namespace) -> int:
    if not arguments.case or not arguments.reason.strip():
        raise Failed("purge hold CASE --reason … (and --until 2027-12-31)")
    locality, until = desk.locality(arguments.locality), _day(arguments.until)

    def work(unit: StoredWork) -> str:
        found = unit.cases.by_code(locality, arguments.case)
        if found is None:
            raise Failed(f"{arguments.case}: no such case in {locality}")
        return holds.set_hold(unit, found.id, "operator", arguments.reason.strip(), until)

    print(f"held: {await desk.office.write(work)}")
    return 0


async def _lift(desk: Desk, arguments: argparse.Namespace) -> int:
    start = await desk.office.write(lambda unit: holds.lift_hold(unit, arguments.case, "operator"))
    if start is None:
        raise Failed(f"{arguments.case or 'lift'}: no such hold; `hoiam purge holds` lists them")
    print(f"lifted: it ends on {show_date(start)}; until then the case can be held again")
    return 0


async def _holds(desk: Desk, _arguments: argparse.Namespace) -> int:
    def work(unit: StoredWork) -> list[str]:
        codes = {one.id: one.code for one in map(unit.cases.get, holds.held_cases(unit, today)) if one is not None}
        return [
            f"{hold.id}  {codes.get(hold.case_id, '?')}  since {show_date(hold.since)} by {hold.by}"
            + (f", until {show_date(hold.until)}" if hold.until else "")
            + (f", lifted from {show_date(hold.lifted_from)}" if hold.lifted_from else "")
            + f": {hold.reason}"
            for hold in holds.holds(unit, today)
        ]

    today = local_date(desk.office.clock())
    for line in await desk.office.read(work):
        print(line)
    return 0


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Failed(f"{text}: a day is written as 2026-01-02") from error
