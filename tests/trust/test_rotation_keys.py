"""The key file: look-ups outlive the first master, running processes learn a new one, half a file is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.key_file import add_key, read_keys, remove_keys
from storage.keys import KeyFileError, load_or_make


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """A key file of one line, as every installation begins."""
    path = tmp_path / "master.key"
    load_or_make(path)
    return path


def test_look_ups_outlive_the_first_key(key_file: Path) -> None:
    """Rows are found by the same keyed hash after the master they began with is gone."""
    before = load_or_make(key_file).lookup("chat", "84901")
    add_key(key_file)
    remove_keys(key_file, {0})
    assert load_or_make(key_file).lookup("chat", "84901") == before
    assert load_or_make(key_file).numbers == {1}


def test_a_running_process_learns_the_new_key_by_meeting_it(key_file: Path) -> None:
    """It reads what others sealed under a key it did not know, and seals with that key from then on."""
    running = load_or_make(key_file, look_every=3600)
    add_key(key_file)
    sealed = load_or_make(key_file).seal("t.c", "r", "mới")
    assert running.seal("t.c", "r", "cũ")[0] == 0
    assert running.open("t.c", "r", sealed) == "mới"
    assert running.seal("t.c", "r", "mới")[0] == 1


def test_a_running_process_looks_by_itself(key_file: Path) -> None:
    """Whoever only writes notices the changed file in time."""
    running = load_or_make(key_file, look_every=0)
    add_key(key_file)
    assert running.seal("t.c", "r", "x")[0] == 1


def test_a_spoiled_change_is_not_taken_over(key_file: Path) -> None:
    """A file that cannot be read leaves the process with the keys it has."""
    running = load_or_make(key_file, look_every=0)
    key_file.unlink()
    key_file.write_text("nothing")
    key_file.chmod(0o600)
    assert running.open("t.c", "r", running.seal("t.c", "r", "x")) == "x"


def test_the_newest_key_cannot_be_removed(key_file: Path) -> None:
    """Whatever is asked: without it nothing could be sealed."""
    number = add_key(key_file)
    remove_keys(key_file, {0, number})
    assert read_keys(key_file).newest == number
    assert key_file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", ["hoiam-keys 2\n", "hoiam-keys 2\nlookup {k}\n", "hoiam-keys 2\nkey 0 {k}\n"])
def test_half_a_key_file_is_refused(key_file: Path, content: str) -> None:
    """Masters and the look-up key must both be there; nothing of the file stands in the sentence."""
    key_file.write_text(content.format(k="ab" * 32))
    with pytest.raises(KeyFileError) as fault:
        read_keys(key_file)
    assert "ab" * 8 not in str(fault.value)
