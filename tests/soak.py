"""`make soak`: every reliability test at its whole figure, a few at a time, in hours.

Stopped and started again on the same commit it goes on where it was: what ended well is in `var/soak.jsonl` with what
it printed. `python -m tests.soak table` shows that as a table; `python -m tests.soak run WORD...` runs only what has
one of these words in its name.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).parents[1]
BOOK = HOUSE / "var" / "soak.jsonl"
ROOMS = ("tests/faults", "tests/trust", "tests/scheduler")
SLOW_MARK = "pytest.mark." + "slow"
ONE_BY_ONE = (
    "tests/faults/test_kills.py",
    "tests/faults/test_kills_reminding.py",
    "tests/scheduler/test_year.py",
    "tests/trust/test_fuzz_parsers.py",
)
"""The longest first, each test for itself: they share nothing that is dear to start."""

LONGEST = 6 * 3600  # seconds for one test
AT_ONCE = int(os.environ.get("PROCESSES") or 2)
_SUMMARY = re.compile(r"\b\d+ (?:passed|failed|error)")


def names() -> Iterator[str]:
    """What is run, as pytest is told: files of the three rooms, and slow tests of the others."""
    for file in ONE_BY_ONE:
        asked = [sys.executable, "-m", "pytest", "--collect-only", "-q", file]
        told = subprocess.run(asked, cwd=HOUSE, env=_surroundings(), capture_output=True, text=True, check=True)
        yield from (line for line in told.stdout.splitlines() if "::" in line)
    for room in ROOMS:
        for path in sorted((HOUSE / room).glob("test_*.py")):
            if (file := str(path.relative_to(HOUSE))) not in ONE_BY_ONE:
                yield file
    for path in sorted((HOUSE / "tests").rglob("test_*.py")):
        file = str(path.relative_to(HOUSE))
        if not file.startswith(ROOMS) and SLOW_MARK in path.read_text(encoding="utf-8"):
            yield file


def run(words: Sequence[str]) -> int:
    """Run what is not in the book yet; 1 when something failed."""
    state = _commit()
    done = {row["name"] for row in _rows() if row["commit"] == state and row["ok"]}
    todo = [one for one in names() if one not in done and (not words or any(word in one for word in words))]
    print(f"{len(done)} done before, {len(todo)} to do, {AT_ONCE} at once; commit {state}", flush=True)
    with ThreadPoolExecutor(AT_ONCE) as hands:
        ended = list(hands.map(lambda name: _one(name, state), todo))
    failed = [row["name"] for row in ended if not row["ok"]]
    print("\n".join(["", *(f"FAILED {name}: {BOOK.parent / 'soak'}" for name in failed)]))
    return 1 if failed else 0


def _one(name: str, state: str) -> dict[str, Any]:
    folder = BOOK.parent / "soak"
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / (re.sub(r"\W+", "_", name) + ".log")
    began = time.monotonic()
    only = [] if name.startswith(ROOMS) else ["-m", "slow"]
    command = [sys.executable, "-m", "pytest", "-q", "-s", "--timeout", str(LONGEST), *only, name]
    with log.open("wb") as out:
        code = subprocess.run(command, cwd=HOUSE, env=_surroundings(), stdout=out, stderr=out, check=False).returncode
    said = log.read_text(encoding="utf-8", errors="replace").splitlines()
    row = {
        "name": name,
        "commit": state,
        "ok": code == 0,
        "seconds": round(time.monotonic() - began),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "summary": next((line.strip("= ") for line in reversed(said) if _SUMMARY.search(line)), f"exit {code}"),
        "figures": [line for line in said if re.match(r"[A-Za-z0-9].*\d", line) and not _SUMMARY.search(line)][:20],
    }
    with BOOK.open("a", encoding="utf-8") as book:
        book.write(json.dumps(row, ensure_ascii=False) + "\n")
    print(f"{'ok    ' if row['ok'] else 'FAILED'} {row['seconds']:6} s  {name}: {row['summary']}", flush=True)
    return row


def table() -> None:
    """What the book holds, newest run of each, in Markdown."""
    print("| test | result | seconds | day | figures |\n| --- | --- | --- | --- | --- |")
    for row in {row["name"]: row for row in _rows()}.values():
        figures = "; ".join(row["figures"]).replace("|", "\\|")
        print(f"| `{row['name']}` | {row['summary']} | {row['seconds']} | {row['at'][:10]} | {figures} |")


def _rows() -> list[dict[str, Any]]:
    if not BOOK.exists():
        return []
    return [json.loads(line) for line in BOOK.read_text(encoding="utf-8").splitlines()]


def _surroundings() -> dict[str, str]:
    return {"HOIAM_SOAK": "1", **os.environ}


def _commit() -> str:
    """The state of the house: a change that is not committed makes it another one each time."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=HOUSE, capture_output=True, text=True, check=True).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no")
    return git("rev-parse", "--short", "HEAD") + (f"+{int(time.time())}" if changed else "")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["table"]:
            table()
        case ["run", *words]:
            sys.exit(run(words))
        case _:
            sys.exit(__doc__)
