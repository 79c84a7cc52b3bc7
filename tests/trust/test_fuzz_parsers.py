"""Row 24: the parsers of what strangers send take any bytes: a result or the refusal they promise, nothing else."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.receipts import new_receipt_code, show_receipt_code
from tests.trust.figures import SOAK, by_run, figure
from tests.trust.hooks_kit import body
from tests.trust.parsers import PARSERS

SECONDS = by_run(4, 60, 600)
SEEDS: dict[str, list[bytes]] = {
    "telegram": [body("telegram", 1), b'{"update_id": 1, "callback_query": {"id": "1", "data": "x.0"}}'],
    "zalo": [body("zalo-oa", 1), body("zalo-bot", 1)],
    "media": [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"PK\x03\x04", b"%PDF-1.4", b"\0\0\0\x18ftypheic"],
    "receipt": [show_receipt_code(new_receipt_code()).encode(), "mã PA-2026-000001 của tôi".encode()],
    "date": [b"2/3/2026", "hôm nay".encode(), b"29.2", "mùng 5".encode()],
}


@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not built for this machine")
def test_no_bytes_break_a_parser(tmp_path: Path) -> None:
    """Ten minutes each in soak, seconds in every run, guided by coverage, each in a process of its own."""
    running = {}
    for name, seeds in SEEDS.items():
        folder = tmp_path / name
        folder.mkdir()
        for number, seed in enumerate(seeds):
            (folder / str(number)).write_bytes(seed)
        command = [sys.executable, "-W", "ignore", "-m", "tests.trust.parsers", name, str(SECONDS), str(folder)]
        running[name] = subprocess.Popen(
            [*command, f"-artifact_prefix={tmp_path}/"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
    said = {name: process.communicate(timeout=SECONDS + 120)[1] for name, process in running.items()}
    wrong = {name: said[name][-2000:] for name, process in running.items() if process.returncode != 0}
    assert wrong == {}
    assert all("Done" in text for text in said.values())


@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not built for this machine")
def test_a_fault_would_be_found(tmp_path: Path) -> None:
    """A parser that breaks on a byte is reported within a moment."""
    script = (
        "import atheris, sys\n"
        "def one(data):\n    assert b'x' not in data\n"
        "atheris.Setup([sys.argv[0], '-max_total_time=20', sys.argv[1]], one)\natheris.Fuzz()\n"
    )
    command = [sys.executable, "-W", "ignore", "-c", script, f"-artifact_prefix={tmp_path}/"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=90)
    assert found.returncode != 0
    assert "AssertionError" in found.stdout + found.stderr


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
PARTS = (
    "message",
    "edited_message",
    "callback_query",
    "event_name",
    "sender",
    "recipient",
    "chat",
    "from",
    "data",
    "text",
)


@settings(
    max_examples=figure(3_000),
    deadline=None,
    database=None,
    derandomize=not SOAK,
    suppress_health_check=list(HealthCheck),
)
@given(
    st.sampled_from([body("telegram", 1), body("zalo-oa", 1), body("zalo-bot", 1)]),
    st.dictionaries(st.sampled_from(PARTS), JSON, min_size=1, max_size=4),
    st.booleans(),
)
def test_a_genuine_update_with_other_values_in_it(sent: bytes, changes: dict[str, object], inside: bool) -> None:
    """Known names with unexpected values, outside and inside the message."""
    update = orjson.loads(sent)
    if inside and isinstance(update.get("message"), dict):
        update["message"] |= changes
    else:
        update |= changes
    try:
        raw = orjson.dumps(update)
    except (TypeError, orjson.JSONEncodeError):
        return
    for name in ("telegram", "zalo"):
        PARSERS[name](raw)


@settings(
    max_examples=figure(3_000),
    deadline=None,
    database=None,
    derandomize=not SOAK,
    suppress_health_check=list(HealthCheck),
)
@given(st.sampled_from(sorted(PARSERS)), st.binary(max_size=300))
def test_any_bytes(name: str, data: bytes) -> None:
    """Where coverage cannot guide, chance does."""
    PARSERS[name](data)
