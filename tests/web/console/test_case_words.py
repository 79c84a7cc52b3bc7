"""The words of the case page: every key its templates and steps name is there, with the values they give."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.data import texts
from cases.model import Kind
from cases.points import Met
from cases.seeing import Warn, Why
from storage.desk_thread import Delivery
from web.console.case_open import IDENTITY, STEPS

ROOT = Path(__file__).parents[3] / "web"
TEMPLATES = sorted((ROOT / "templates" / "console").glob("case*.html"))
MODULES = sorted((ROOT / "console").glob("case*.py"))
KNOWN = texts()["vi"]
NAMED = re.compile(r"\bt\(\"(case_\w+)\"((?:[^()\"]|\"[^\"]*\"|\([^()]*\))*)\)")
WORDED = re.compile(r"\.word\(\"(\w+)\"((?:[^()\"]|\"[^\"]*\"|\((?:[^()]|\([^()]*\))*\))*)\)")
BESIDE = {"points", "write", "note", "drop_note", "documents", "came"}


def values(given: str) -> set[str]:
    """Names of the values given to a text."""
    return set(re.findall(r"(\w+)=(?!=)", re.sub(r"\"[^\"]*\"", "", given)))


def wrong_in(text: str, pattern: re.Pattern[str], prefix: str) -> list[str]:
    """Keys that are missing, or that want another set of values."""
    found = []
    for key, given in pattern.findall(text):
        if key.endswith("_") or given.startswith(" if "):
            continue  # put together at run time: see the families below
        words = KNOWN.get(f"{prefix}{key}")
        if words is None or not set(re.findall(r"\{(\w+)\}", words)) <= values(given):
            found.append(key)
    return found


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_name_texts_that_are_there(path: Path) -> None:
    """A missing key or value would break the page for everybody."""
    assert wrong_in(path.read_text("utf-8"), NAMED, "console_") == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_steps_name_texts_that_are_there(path: Path) -> None:
    """The same for hints and faults."""
    assert wrong_in(path.read_text("utf-8"), WORDED, "console_case_") == []


def test_every_step_has_its_words() -> None:
    """Title, button, and what it does."""
    keys = [f"submit_{name}" for name in STEPS]
    keys += [f"{part}_{name}" for name in {*STEPS, IDENTITY} - BESIDE for part in ("action", "about")]
    assert [key for key in keys if f"console_case_{key}" not in KNOWN] == []


def test_every_member_of_a_family_has_its_words() -> None:
    """Deliveries, checks, warnings and reasons to see a case."""
    families = {"delivery": Delivery, "met": Met, "warn": Warn, "why": Why}
    keys = [f"{name}_{one}" for name, members in families.items() for one in members]
    keys += [f"kind_{kind}" for kind in (Kind.REPORT, Kind.PETITION, Kind.COMPLAINT, Kind.DENUNCIATION)]
    assert [key for key in keys if f"console_case_{key}" not in KNOWN] == []


def test_every_label_and_fault_of_a_field_is_there() -> None:
    """`field("x", …)` says `field_x`, `fail("x", "y")` says `wrong_y`."""
    code = "".join(path.read_text("utf-8") for path in MODULES)
    fields = re.findall(r"\.field\(\s*\"(\w+)\",\s*\"\w+\"(?:,\s*\"(\w+)\")?", code)
    keys = [f"field_{label or name}" for name, label in fields]
    keys += [f"wrong_{key}" for key in re.findall(r"\.fail\([^,]+,\s*\"(\w+)\"", code)]
    assert [key for key in keys if f"console_case_{key}" not in KNOWN] == []


def test_everything_done_is_said() -> None:
    """`Done("x")` says `done_x`."""
    code = "".join(path.read_text("utf-8") for path in MODULES)
    keys = set(re.findall(r"Done\(\s*\"(\w+)\"", code)) | {"relay_nobody"}
    assert [key for key in keys if f"console_case_done_{key}" not in KNOWN] == []
