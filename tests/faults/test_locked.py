"""Two processes with four writers each, a reader that stays, and backups one after the other: nobody sees a lock."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

from tests.faults.driver import HOUSE
from tests.faults.scale import driver, times

EACH = times(200, 2_000)
READING = times(3, 30)
WRITERS = 4


def start(*words: object) -> subprocess.Popen[bytes]:
    """One of the processes."""
    return subprocess.Popen([sys.executable, "-m", "tests.faults.crowded", *map(str, words)], cwd=HOUSE)


async def test_nobody_sees_a_lock(tmp_path: Path) -> None:
    """Every transaction of everybody is stored once; every copy is a whole state of some moment."""
    path, copies = tmp_path / "hoiam.db", tmp_path / "copies"
    copies.mkdir()
    with closing(driver.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE entry (who TEXT, number INTEGER, PRIMARY KEY (who, number))")
        connection.execute("CREATE TABLE total (n INTEGER)")
        connection.execute("INSERT INTO total VALUES (0)")
        connection.commit()
    crowd = [start("read", path, READING), start("copy", path, copies, READING)]
    crowd += [start("write", path, name, WRITERS, EACH) for name in ("a", "b")]
    assert [process.wait(600) for process in crowd] == [0] * 4
    assert state(path) == (2 * WRITERS * EACH, 2 * WRITERS * EACH, "ok")
    taken = [state(copy) for copy in sorted(copies.iterdir())]
    print(f"\n{2 * WRITERS * EACH} transactions, {len(taken)} copies")
    assert taken
    assert all(entries == total and whole == "ok" for entries, total, whole in taken)


def state(path: Path) -> tuple[int, int, str]:
    """Entries, their counted total, and whether the file is whole."""
    with closing(driver.connect(path)) as connection:
        (entries,) = connection.execute("SELECT count(*) FROM entry").fetchone()
        (total,) = connection.execute("SELECT n FROM total").fetchone()
        return entries, total, connection.execute("PRAGMA integrity_check").fetchone()[0]
