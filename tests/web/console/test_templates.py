"""The console's templates: every sentence they name exists, nothing is inline, hostile words stay words."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from bot.data import texts
from tests.web.console.desk import Console

FOLDER = Path(__file__).parents[3] / "web" / "templates" / "console"
SAID = re.compile(r"\bt\(\s*[\"'](\w+)[\"']\s*[,)]")
HOSTILE = "\"><img src=x onerror=alert(1)><script>alert(1)</script>{{7*7}}'"


@cache
def words() -> dict[str, str]:
    """All Vietnamese texts."""
    return texts()["vi"]


@pytest.mark.parametrize("template", sorted(FOLDER.rglob("*.html")), ids=lambda path: path.name)
def test_every_sentence_a_template_names_exists(template: Path) -> None:
    """A missing one would fail while an officer waits."""
    named = SAID.findall(template.read_text("utf-8"))
    assert [key for key in named if f"console_{key}" not in words()] == []


async def test_hostile_words_at_the_door_stay_words(served: Console) -> None:
    """In the sign-in name and in the way back."""
    async with served.stranger() as who:
        form = {"login": HOSTILE, "password": "x", "code": "1", "back": "/console?" + HOSTILE}
        page = (await who.post("/console/login", form)).text
    assert "<img" not in page.replace('<img src="/static', "")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
