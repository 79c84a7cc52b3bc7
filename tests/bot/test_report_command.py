"""`hoiam report`: the same bytes as the console, and plain sentences for what cannot be made."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import pytest

from bench.crowd import Crowd, fill
from bot.clock import system_clock
from cases.calendar import local_date
from cases.figures_kinds import Reporting
from cases.periods import period
from cases.rules import Rules
from storage.database import open_database
from storage.figures_drafts import new_draft
from storage.keys import load_or_make
from storage.migrate import upgrade
from storage.reports import Reports
from storage.work import Office, StoredWork
from tests.bot.test_commands import hoiam
from web.console.reports_files import printed

YEAR = str(local_date(system_clock()).year)


async def filled(folder: Path, rules: Rules) -> dict[str, bytes]:
    """Two hundred cases of this year in the data folder; the report as the console makes it."""
    database = open_database(f"sqlite:///{folder / 'hoiam.db'}")
    await database.write(upgrade)
    office = Office(database, load_or_make(folder / "master.key"), system_clock)
    directory = rules.directory("xa-mau", system_clock())
    crowd = Crowd(rules, directory, date(int(YEAR) - 1, 12, 20), local_date(system_clock()))
    kind = Reporting().kinds["RGS_Y"]

    def store(unit: StoredWork) -> None:
        fill(unit, crowd, 200)
        Reports(unit).add(new_draft(unit, directory, kind, "mttq", period(YEAR)))

    def look(unit: StoredWork) -> dict[str, bytes]:
        report = Reports(unit).of("xa-mau", "RGS_Y", YEAR, "mttq")
        assert report is not None
        made = printed(unit, rules, report, kind)
        return {style: made.file(style) for style in ("docx", "xlsx")}

    try:
        await office.write(store)
        return await office.read(look)
    finally:
        await database.close()


def test_the_command_gives_the_bytes_of_the_console(tmp_path: Path, rules: Rules) -> None:
    """Word and Excel, of the same data on the same day."""
    ours = asyncio.run(filled(tmp_path, rules))
    for style, content in ours.items():
        out = tmp_path / f"r.{style}"
        done = hoiam(
            tmp_path, "report", "make", "--kind", "RGS_Y", "--period", YEAR, "--author", "mttq", "--out", str(out)
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert out.read_bytes() == content
    listed = hoiam(tmp_path, "report", "list").stdout.split()
    assert listed == ["RGS_Y", YEAR, "mttq", f"15/12/{YEAR}", "draft"]


@pytest.mark.parametrize(
    ("kind", "period_", "out", "said"),
    [("R9", "2026", "r.docx", "--kind"), ("RGS_Y", "2026-Q4", "r.docx", "another span"),
     ("RGS_Y", "2026", "r.pdf", ".docx")],
)  # fmt: skip
def test_what_cannot_be_made_is_said_plainly(tmp_path: Path, kind: str, period_: str, out: str, said: str) -> None:
    """One sentence, exit code 1, no file."""
    done = hoiam(tmp_path, "report", "make", "--kind", kind, "--period", period_, "--out", str(tmp_path / out))
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / out).exists()
