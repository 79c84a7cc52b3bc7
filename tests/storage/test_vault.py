"""The file vault: sealed under its id, whole or not at all, gone when dropped."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from storage.keys import KeyRing, SealBroken
from storage.vault import FileVault, VaultFault

FILE = "0123456789abcdef0123456789abcdef"
OTHER = "0123456789abcdef0123456789abcdee"
CONTENT = b"a photograph of the broken road " * 100


@pytest.fixture
def vault(tmp_path: Path, keys: KeyRing) -> FileVault:
    """An empty vault."""
    return FileVault(tmp_path / "files", keys)


def test_what_was_put_comes_back(vault: FileVault) -> None:
    """Content is returned as stored, with its checksum."""
    assert vault.put(FILE, CONTENT) == hashlib.sha256(CONTENT).hexdigest()
    assert vault.get(FILE) == CONTENT


def test_parts_are_apart(vault: FileVault) -> None:
    """Original and clean copy of one file do not mix."""
    vault.put(FILE, b"original")
    vault.put(FILE, b"clean", "clean")
    assert (vault.get(FILE), vault.get(FILE, "clean")) == (b"original", b"clean")


def test_nothing_on_the_disk_is_readable(vault: FileVault) -> None:
    """No piece of the content stands in the folder in clear."""
    vault.put(FILE, CONTENT)
    assert not any(b"broken road" in path.read_bytes() for path in vault.folder.rglob("*") if path.is_file())


def test_a_file_moved_to_another_id_does_not_open(vault: FileVault) -> None:
    """Evidence cannot be exchanged by renaming files."""
    vault.put(FILE, CONTENT)
    vault.put(OTHER, b"other")
    (vault.folder / "01" / f"{FILE}.original").replace(vault.folder / "01" / f"{OTHER}.original")
    with pytest.raises(SealBroken):
        vault.get(OTHER)


def test_a_changed_byte_is_noticed(vault: FileVault) -> None:
    """A flipped bit does not pass for evidence."""
    vault.put(FILE, CONTENT)
    path = vault.folder / "01" / f"{FILE}.original"
    sealed = bytearray(path.read_bytes())
    sealed[40] ^= 1
    path.write_bytes(sealed)
    with pytest.raises(SealBroken):
        vault.get(FILE)


def test_a_missing_file_is_a_fault(vault: FileVault) -> None:
    """No such file: one kind of error, not the system's."""
    with pytest.raises(VaultFault):
        vault.get(FILE)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "", "a.b", ".."])
def test_ids_cannot_lead_elsewhere(vault: FileVault, name: str) -> None:
    """Only letters and digits make an id."""
    with pytest.raises(VaultFault):
        vault.put(name, CONTENT)


def test_storing_again_replaces(vault: FileVault) -> None:
    """A file fetched twice is there once, as the second time."""
    vault.put(FILE, b"first")
    vault.put(FILE, b"second")
    assert (vault.get(FILE), vault.ids()) == (b"second", {FILE})


def test_dropping_takes_every_part(vault: FileVault) -> None:
    """Nothing of the file is left."""
    vault.put(FILE, CONTENT)
    vault.put(FILE, CONTENT, "clean")
    vault.drop(FILE)
    assert (vault.has(FILE), vault.has(FILE, "clean"), vault.ids()) == (False, False, set())


def test_dropping_nothing_is_no_fault(vault: FileVault) -> None:
    """A file never stored can be dropped."""
    vault.drop(FILE)
    assert not vault.has(FILE)


def test_an_interrupted_write_leaves_the_old_file(vault: FileVault) -> None:
    """What a power cut leaves half-written does not count as the file."""
    vault.put(FILE, CONTENT)
    (vault.folder / "01" / f"{FILE}.tmp").write_bytes(b"half")
    assert vault.get(FILE) == CONTENT


def test_a_disk_that_takes_nothing_is_a_fault_and_leaves_nothing(vault: FileVault) -> None:
    """When nothing can be written, the vault says so and the file is not there."""
    vault.folder.mkdir()
    (vault.folder / "01").write_bytes(b"")  # where its folder should be
    with pytest.raises(VaultFault):
        vault.put(FILE, CONTENT)
    assert not vault.has(FILE)


@pytest.mark.parametrize("parts", [("original", "clean"), ("pdf", "pdf")])
def test_two_who_write_at_once_leave_whole_files(vault: FileVault, parts: tuple[str, str]) -> None:
    """Two parts of one file, or one part by two requests: each is as one of them wrote it."""
    contents = [bytes([sign]) * 400_000 for sign in b"ab"]
    with ThreadPoolExecutor(2) as both:
        for _ in range(20):
            list(both.map(lambda one: vault.put(FILE, contents[one], parts[one]), (0, 1)))
            assert all(vault.get(FILE, part) in contents for part in parts)
    assert not list(vault.folder.rglob("*.tmp"))


def test_only_the_owner_of_the_key_reads(vault: FileVault) -> None:
    """Another installation's key opens nothing."""
    vault.put(FILE, CONTENT)
    with pytest.raises(SealBroken):
        FileVault(vault.folder, KeyRing([os.urandom(32)])).get(FILE)
