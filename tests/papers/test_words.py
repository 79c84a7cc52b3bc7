"""Every name, label and fault that the pages of papers look up is there, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.data import texts
from cases.papers import SYMBOLS, Paper
from papers.forms import PARTS

ROOT = Path(__file__).parents[2]
MADE = (ROOT / "papers" / "making.py").read_text("utf-8") + (ROOT / "web/console/papers_form.py").read_text("utf-8")
FAULTS = {"needed", "long", "words", "clue", "blank", "day", "extension", "approval", "number", "template", "room"}


@pytest.fixture(params=["vi", "en"])
def known(request: pytest.FixtureRequest) -> set[str]:
    """The keys of one language."""
    return set(texts()[request.param])


def test_every_paper_has_a_name_and_a_line_about_it(known: set[str]) -> None:
    """For the list of what may be made."""
    assert {f"console_paper_{about}{paper}" for paper in Paper for about in ("", "about_")} <= known


def test_every_part_has_a_label(known: set[str]) -> None:
    """For its field."""
    assert {f"console_paper_part_{part.name}" for parts in PARTS.values() for part in parts} <= known


def test_every_kind_of_number_has_a_name(known: set[str]) -> None:
    """For the register; reports have theirs too."""
    assert {f"console_papers_kind_{kind}" for kind in (*SYMBOLS.values(), "BC") if kind} <= known


def test_every_fault_has_a_sentence(known: set[str]) -> None:
    """Those of the form and those of the numbers."""
    codes = FAULTS | {"taken", "too_low", "gap", "too_far"}
    assert {f"console_paper_fault_{code}" for code in codes} <= known


def test_the_list_of_faults_is_whole() -> None:
    """Every code that the code notes is in the list above."""
    noted = set(re.findall(r'(?:found|errors)\["\w+"\] = "(\w+)"', MADE)) | set(re.findall(r'return "(\w+)"\n', MADE))
    assert noted - FAULTS == set()


def test_every_key_the_templates_name_is_there(known: set[str]) -> None:
    """Literal keys of `t("…")`."""
    pages = sorted((ROOT / "web" / "templates" / "console").glob("papers*.html"))
    named = {key for page in pages for key in re.findall(r"\bt\(\"(\w+)\"[,)]", page.read_text("utf-8"))}
    assert len(named) > 30
    assert {f"console_{key}" for key in named} <= known
