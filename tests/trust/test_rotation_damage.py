"""Changing the master key where something is damaged: it is named, and stops nothing."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import update

from storage.case_keys import case_key
from storage.case_store import case
from storage.keys import OWN_KEY
from storage.rotation import Rotation
from storage.vault import FileVault
from storage.work import Office
from tests.trust.test_rotation import _content, fill, store_files


async def test_what_opens_with_no_key_is_named_and_left(any_office: Office, tmp_path: Path) -> None:
    """One spoiled value does not stop the others; it is reported by place and row."""
    await any_office.write(lambda unit: [fill(unit, number, old=True) for number in (0, 1)])
    spoiled = update(case).where(case.c.id == f"{0:032x}").values(sealed_content=b"\0" + b"x" * 60)
    await any_office.write(lambda unit: unit.connection.execute(spoiled))
    done = await Rotation(any_office, FileVault(tmp_path, any_office.keys)).run()
    assert done.broken == {f"case.sealed_content:{0:032x}"}
    assert await any_office.read(lambda unit: _content(unit, f"{1:032x}")[0]) == OWN_KEY


async def test_a_damaged_key_of_a_case_stops_nothing(any_office: Office, tmp_path: Path) -> None:
    """Its values and its file are named, those of the others go under the newest key."""
    vault = FileVault(tmp_path, any_office.keys)
    await any_office.write(lambda unit: [fill(unit, number, old=True) for number in range(12)])
    await store_files(any_office, vault)  # every second one without a key of its own
    spoiled = update(case_key).where(case_key.c.case_id.in_([f"{0:032x}", f"{1:032x}"]))
    await any_office.write(lambda unit: unit.connection.execute(spoiled.values(sealed_key=b"\0" + b"x" * 60)))
    done = await Rotation(any_office, vault, at_once=2).run()
    spoilt = {f"{number:032x}" for number in (0, 1)}
    assert {one.partition(":")[2].partition("/")[0] for one in done.broken} == spoilt
    assert f"case.sealed_content:{0:032x}" in done.broken
    assert await any_office.read(lambda unit: _content(unit, f"{11:032x}")[0]) == OWN_KEY
    assert {one for one, _, number in vault.numbers() if number != OWN_KEY} <= spoilt
