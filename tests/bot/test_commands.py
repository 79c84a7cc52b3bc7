"""The command line as an operator meets it: in a process of its own, with plain sentences for every mistake."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def hoiam(folder: Path, *words: str, given: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run one command with its data in `folder`; settings are added to the environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOIAM_")}
    environment = {**kept, "HOIAM_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT), **settings}
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=folder,
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_help_imports_next_to_nothing(tmp_path: Path) -> None:
    """`--help` loads none of the heavy libraries."""
    code = "import sys, bot.cli; bot.cli._parser(); print(sorted(m for m in sys.modules if m in "
    code += "('sqlalchemy','fastapi','aiogram','telegram','pydantic','yaml')))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "words", [["--help"], ["run", "--help"], ["calendar", "--help"], ["officer", "invite", "--help"]]
)
def test_every_command_explains_itself(tmp_path: Path, words: list[str]) -> None:
    """Help goes to standard output and exits 0."""
    done = hoiam(tmp_path, *words)
    assert done.returncode == 0
    assert "usage: hoiam" in done.stdout


def test_suggest_prints_one_json_line_for_each_text(tmp_path: Path) -> None:
    """The names that other systems rely on."""
    done = hoiam(tmp_path, "suggest", given="Đường bê tông mới làm đã nứt\ncháy nhà hàng xóm rồi cứu với\n")
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert set(first) == {"kind", "subject", "topics", "body", "emergency", "confidence"}
    assert (first["topics"][0], first["body"]) == ("project.quality", "bgsdtcd")
    assert second["emergency"] == "114"


def test_check_passes_on_the_shipped_data(tmp_path: Path) -> None:
    """Settings and data of a fresh installation are sound."""
    done = hoiam(tmp_path, "check")
    assert (done.returncode, "sound" in done.stdout) == (0, True)


def test_a_half_given_group_refuses_to_start(tmp_path: Path) -> None:
    """The missing settings are named, no traceback."""
    done = hoiam(tmp_path, "run", HOIAM_ZALO_OA_APP_ID="123")
    assert done.returncode == 1
    assert "HOIAM_ZALO_OA_SECRET_KEY" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_webhook_without_a_secret_refuses_to_start(tmp_path: Path) -> None:
    """Anybody could send forged messages."""
    token = "1:" + "a" * 35
    done = hoiam(tmp_path, "run", HOIAM_TELEGRAM_TOKEN=token, HOIAM_TELEGRAM_MODE="webhook")
    assert done.returncode == 1
    assert "HOIAM_TELEGRAM_WEBHOOK_SECRET" in done.stderr
    assert token not in done.stderr


def test_an_officer_is_invited_and_listed(tmp_path: Path) -> None:
    """A one-time code with its links for console and chat; then the account stands in the list."""
    done = hoiam(tmp_path, "officer", "invite", "--body", "mttq", "--name", "Chị Lan", "--role", "handler")
    assert done.returncode == 0, done.stderr
    assert "/console/invite/" in done.stdout
    assert "/chat?start=lk-" in done.stdout
    assert "Chị Lan" in hoiam(tmp_path, "officer", "list").stdout


def test_an_unknown_body_is_named_with_those_there_are(tmp_path: Path) -> None:
    """One sentence that helps."""
    done = hoiam(tmp_path, "officer", "invite", "--body", "mtqt", "--name", "X", "--role", "handler")
    assert done.returncode == 1
    assert "mttq" in done.stderr


def test_a_due_date_explains_itself(tmp_path: Path) -> None:
    """Every day counted, every day skipped, then the date."""
    done = hoiam(tmp_path, "calendar", "due", "2025-12-11", "--days", "20", "--explain")
    lines = done.stdout.splitlines()
    assert lines[-1] == "2026-01-10"
    assert any("02/01/2026" in line for line in lines)


def test_a_day_off_is_stored_once_and_moves_due_dates(tmp_path: Path) -> None:
    """Without --yes nothing is stored; with it the next date is a day later."""
    words = ("calendar", "add-off", "2026-03-10", "--reason", "Bão số 1", "--document", "12/CV-UBND")
    assert hoiam(tmp_path, *words).returncode == 1
    assert hoiam(tmp_path, "calendar", "due", "2026-03-02", "--days", "10").stdout.strip() == "2026-03-16"
    assert hoiam(tmp_path, *words, "--yes").returncode == 0
    assert hoiam(tmp_path, "calendar", "due", "2026-03-02", "--days", "10").stdout.strip() == "2026-03-17"


def test_tick_dry_run_changes_nothing(tmp_path: Path) -> None:
    """It says what it would send."""
    done = hoiam(tmp_path, "tick", "--now", "2026-12-01T08:00+07:00", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "nothing was changed" in done.stdout


def test_tick_wants_a_zone(tmp_path: Path) -> None:
    """A moment without zone is not a moment."""
    assert "+07:00" in hoiam(tmp_path, "tick", "--now", "2026-12-01T08:00").stderr


def test_export_of_nothing_is_an_empty_table(tmp_path: Path) -> None:
    """Header only."""
    done = hoiam(tmp_path, "export", "cases", "--format", "csv")
    assert done.stdout.splitlines()[0].startswith("code,kind,subject,topic")


def test_no_file_holds_who_sent_a_case(tmp_path: Path) -> None:
    """Refused with a sentence, whatever the reason."""
    asked = ("export", "cases", "--with-identity", "--reason", "cần gặp", "--as", "x")
    assert "two officers" in hoiam(tmp_path, *asked).stderr


def test_a_broken_directory_names_file_and_line(tmp_path: Path) -> None:
    """Import refuses it and says where and what."""
    text = (ROOT / "data" / "org_directory.yaml").read_text(encoding="utf-8")
    broken = tmp_path / "broken.yaml"
    broken.write_text(text.replace("upper: mttq_tinh", "upper: mttqq_tinh", 1), encoding="utf-8")
    done = hoiam(tmp_path, "directory", "import", str(broken))
    assert done.returncode == 1
    line = next(n for n, words in enumerate(broken.read_text(encoding="utf-8").split("\n"), 1) if "mttqq_tinh" in words)
    assert f"broken.yaml:{line}:" in done.stderr
    assert "mttqq_tinh" in done.stderr


def test_a_second_process_on_the_same_file_is_refused(tmp_path: Path) -> None:
    """The first serves on; the second says why it does not."""
    environment = {**os.environ, "HOIAM_DATA_DIR": str(tmp_path), "HOIAM_PORT": "0", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "run"], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        try:
            started = time.monotonic()
            while "Ctrl-C" not in first.stdout.readline() and time.monotonic() - started < 60:
                pass
            done = hoiam(tmp_path, "run")
            assert done.returncode == 1
            assert "another process already serves" in done.stderr
        finally:
            first.terminate()
            first.wait(20)


def test_a_port_in_use_is_named_before_anything_is_handed_out(tmp_path: Path) -> None:
    """The setting to change, in one sentence; no one-time link that nobody can follow."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = hoiam(tmp_path, "run", HOIAM_PORT=port)
    assert done.returncode == 1
    assert f"HOIAM_PORT={port}" in done.stderr
    assert "/console/invite/" not in done.stdout


def test_an_address_that_is_not_ours_is_named(tmp_path: Path) -> None:
    """Another machine's address is told with its setting."""
    done = hoiam(tmp_path, "run", HOIAM_HOST="192.0.2.1")
    assert (done.returncode, "HOIAM_HOST=192.0.2.1" in done.stderr) == (1, True)


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """By its setting, for the server and for every other command."""
    (tmp_path / "file").write_text("")
    for words in (["run"], ["officer", "list"]):
        done = hoiam(tmp_path, *words, HOIAM_DATA_DIR=str(tmp_path / "file" / "data"))
        assert (done.returncode, "HOIAM_DATA_DIR" in done.stderr) == (1, True)


def test_a_drill_before_the_first_backup_says_what_is_missing(tmp_path: Path) -> None:
    """The machine's own key comes with the first backup."""
    assert "first backup" in hoiam(tmp_path, "backup", "drill").stderr


def test_the_demo_tells_its_story(tmp_path: Path) -> None:
    """A month of cases over all channels, to the answer and the urging letters."""
    done = hoiam(tmp_path, "demo", "--no-serve")
    assert done.returncode == 0, done.stderr
    for part in ("Bà Tư", "Mã biên nhận", "[NHẮC HẠN]", "đôn đốc lần", "114", "kết thúc"):
        assert part in done.stdout
