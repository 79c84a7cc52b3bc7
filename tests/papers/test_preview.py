"""A paper as HTML: what the file says, own classes, no style, no script, nothing of a resident as markup."""

from __future__ import annotations

import re

import pytest

from cases.papers import Paper
from papers.preview import NOTHING_ELSE, printable, sheet
from tests.papers.kit import lines, made


@pytest.mark.parametrize("paper", Paper)
def test_the_preview_says_what_the_file_says(paper: Paper) -> None:
    """Every line, in order."""
    word = made(paper)
    told = re.sub(r"<[^>]+>", "\n", str(sheet(word)).replace("<br>", "\n"))
    shown = [line for line in told.split("\n") if line.strip()]
    assert shown == [part for line in lines(word) for part in line.split("\n") if part.strip()]


def test_only_a_draft_says_so() -> None:
    """Across the sheet."""
    drafts = ["paper-draft" in sheet(made(Paper.FORWARDING, number)) for number in (None, 12)]
    assert drafts == [True, False]


def test_the_sheet_has_classes_and_nothing_else() -> None:
    """The page's content policy allows no style in a tag."""
    tags = set(re.findall(r"<\w+([^>]*)>", str(sheet(made(Paper.MINUTES, None)))))
    attributes = {name for tag in tags for name in re.findall(r"([\w-]+)=", tag)}
    assert attributes <= {"class", "role", "aria-hidden"}


def test_markup_of_a_resident_is_text() -> None:
    """In the preview as in the file."""
    shown = str(sheet(made(Paper.FORWARDING, content="<script>alert(1)</script> & {{ 7*7 }}")))
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; {{ 7*7 }}" in shown
    assert "<script" not in shown


def test_a_printed_page_may_load_nothing() -> None:
    """It holds its own look and runs no script."""
    page = printable(made(Paper.RESULT))
    assert f'content="{NOTHING_ELSE}"' in page
    assert "http:" not in page.replace("http-equiv", "")
