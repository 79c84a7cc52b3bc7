"""Keys and sealing: what was moved, cut or changed does not open, and the key file is made once, whole and private."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.keys import KeyFileError, KeyRing, SealBroken, load_or_make

ANY_TEXT = st.text(st.characters(), max_size=200)  # surrogates and NUL included
OLD, NEW = bytes(range(32)), bytes(range(1, 33))


@settings(deadline=None)
@given(ANY_TEXT)
def test_any_text_comes_back(text: str) -> None:
    """Right-to-left, combining, NUL, and even half an emoji."""
    ring = KeyRing([OLD])
    assert ring.open("chat.name", "r1", ring.seal("chat.name", "r1", text)) == text


@settings(deadline=None, max_examples=60)
@given(
    st.recursive(
        ANY_TEXT | st.integers(-(2**63), 2**63 - 1) | st.booleans() | st.none(),
        lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner),
    )
)
def test_any_json_comes_back(value: object) -> None:
    """Also where the JSON carries half an emoji, which the fast encoder refuses."""
    ring = KeyRing([OLD])
    assert ring.open_json("t.c", "r1", ring.seal_json("t.c", "r1", value)) == value


def test_days_are_kept_beside_half_an_emoji() -> None:
    """Both encoders write a day the same way."""
    ring = KeyRing([OLD])
    sealed = ring.seal_json("t.c", "r", {"on": date(2026, 3, 2), "text": "\ud83d"})
    assert ring.open_json("t.c", "r", sealed) == {"on": "2026-03-02", "text": "\ud83d"}


@pytest.mark.parametrize(("place", "row"), [("case.text", "r2"), ("case.name", "r1"), ("case.text:r1", "")])
def test_a_value_moved_elsewhere_does_not_open(place: str, row: str) -> None:
    """Sealed for one column of one row, and for nothing else."""
    ring = KeyRing([OLD])
    sealed = ring.seal("case.text", "r1", "lời dân")
    with pytest.raises(SealBroken):
        ring.open(place, row, sealed)


def test_any_changed_byte_is_noticed() -> None:
    """Version, nonce, text and tag: each byte counts."""
    ring = KeyRing([OLD])
    sealed = ring.seal("t.c", "r", "lời dân")
    for place in range(len(sealed)):
        broken = sealed[:place] + bytes((sealed[place] ^ 1,)) + sealed[place + 1 :]
        with pytest.raises(SealBroken):
            ring.open("t.c", "r", broken)


@pytest.mark.parametrize("length", [0, 1, 5, 12, 13, 20, 28])
def test_a_cut_value_is_broken_not_a_crash(length: int) -> None:
    """However little is left of it."""
    ring = KeyRing([OLD])
    with pytest.raises(SealBroken):
        ring.open("t.c", "r", ring.seal("t.c", "r", "lời dân")[:length])


def test_the_same_text_never_looks_the_same() -> None:
    """A fresh nonce each time: equal texts cannot be told from the database."""
    ring = KeyRing([OLD])
    assert len({ring.seal("t.c", "r", "có") for _ in range(50)}) == 50


def test_a_second_key_seals_and_the_first_still_opens() -> None:
    """After adding a key old values open, new ones are under the new key, and look-ups do not change."""
    before, after = KeyRing([OLD]), KeyRing([OLD, NEW])
    assert after.open("t.c", "r", before.seal("t.c", "r", "cũ")) == "cũ"
    with pytest.raises(SealBroken):
        before.open("t.c", "r", after.seal("t.c", "r", "mới"))
    assert before.lookup("chat", "84901") == after.lookup("chat", "84901")


def test_a_look_up_needs_the_key_and_the_purpose() -> None:
    """Phone numbers can be guessed: without the key their hash tells nothing."""
    ring = KeyRing([OLD])
    assert (
        len({ring.lookup("chat", "84901"), ring.lookup("receipt", "84901"), KeyRing([NEW]).lookup("chat", "84901")})
        == 3
    )


def test_even_half_an_emoji_can_be_looked_up() -> None:
    """A resident may type anything where a code is expected."""
    assert len(KeyRing([OLD]).lookup("receipt", "\ud83d")) == 32


def test_the_key_file_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    """Mode 600, and the same keys at the next start."""
    path = tmp_path / "new" / "master.key"
    sealed = load_or_make(path).seal("t.c", "r", "lời dân")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_or_make(path).open("t.c", "r", sealed) == "lời dân"
    assert [file.name for file in path.parent.iterdir()] == ["master.key"]


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    """Several workers on PostgreSQL may meet an empty folder together."""
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _: load_or_make(tmp_path / "master.key"), range(32)))
    assert len({ring.lookup("chat", "1") for ring in rings}) == 1


@pytest.mark.parametrize("content", ["", "abcd\n", "zz" * 32, "ạ" * 64])
def test_a_spoiled_key_file_is_named(tmp_path: Path, content: str) -> None:
    """A plain sentence with the file's name: making a new key would lose everything sealed."""
    path = tmp_path / "master.key"
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match=r"master\.key cannot be read"):
        load_or_make(path)
    assert path.read_text(encoding="utf-8") == content


@pytest.mark.skipif(os.name != "posix", reason="file modes")
def test_a_key_file_others_can_read_is_refused(tmp_path: Path) -> None:
    """The sentence says how to mend it."""
    path = tmp_path / "master.key"
    load_or_make(path)
    path.chmod(0o640)
    with pytest.raises(KeyFileError, match="chmod 600"):
        load_or_make(path)
