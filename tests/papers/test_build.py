"""The shipped templates are what the builder lays out from the skeletons."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from docx import Document

from cases.papers import Paper
from papers.build import build, skeletons, template
from papers.document import TEMPLATES

NAMES = sorted(skeletons())


@pytest.mark.parametrize("name", NAMES)
def test_the_shipped_template_is_what_the_builder_makes(name: str) -> None:
    """To the byte; after a change run `python -m papers.build`."""
    assert (TEMPLATES / f"{name}.docx").read_bytes() == template(skeletons()[name])


def test_every_paper_has_a_template_and_reports_have_one() -> None:
    """None is left over."""
    assert NAMES == sorted([*Paper, "report"]) == sorted(path.stem for path in TEMPLATES.glob("*.docx"))


def test_the_builder_writes_only_what_changed(tmp_path: Path) -> None:
    """A second run finds nothing to do."""
    skeleton = "note:\n  parts:\n    - p: '{{ text }}'\n"
    (tmp_path / "skeletons.yaml").write_text(skeleton, encoding="utf-8")
    assert ([path.name for path in build(tmp_path)], build(tmp_path)) == (["note.docx"], [])


@pytest.mark.parametrize("name", NAMES)
def test_every_style_of_a_template_is_in_times_new_roman(name: str) -> None:
    """What every office has, and what its free twin measures like."""
    document = Document(io.BytesIO((TEMPLATES / f"{name}.docx").read_bytes()))
    assert document.styles["Normal"].font.name == "Times New Roman"
    assert not {run.font.name for one in document.paragraphs for run in one.runs} - {None}
