"""Forms of papers filled in as an officer's browser does, and what was made of them."""

from __future__ import annotations

import html
import io
import re
from datetime import date
from typing import Any

from docx import Document

from cases.model import Case, Outcome, State, WrittenReply
from storage.papers import MadePaper, PaperStore, Series
from tests.web.console.case_kit import received, stored
from tests.web.console.desk import Clerk, Console
from tests.web.visitor import Answer

LETTERS = Series("xa-mau", "mttq", 2026, "CV")


def path(case: Case, more: str = "") -> str:
    """The papers of a case."""
    return f"/console/cases/{case.code}/papers{more}"


async def form_of(clerk: Clerk, case: Case, paper: str, **typed: str) -> dict[str, str]:
    """The form as it is proposed, with some of it typed over."""
    page = await clerk.get(path(case, f"/new/{paper}"))
    assert page.status == 200, page.text[:300]
    inputs = re.findall(r'<input[^>]* name="([\w]+)"[^>]*? value="([^"]*)"', page.text)
    boxes = re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>\n?(.*?)</textarea>', page.text, re.DOTALL)
    return {name: html.unescape(value) for name, value in inputs + boxes} | {"signer": "Nguyễn Thị Hòa"} | typed


async def send(clerk: Clerk, case: Case, paper: str, do: str = "make", **typed: str) -> Answer:
    """Fill in the form and press one of its buttons."""
    form = await form_of(clerk, case, paper, **typed)
    return await clerk.post(path(case, f"/new/{paper}"), form | {"do": do})


def made(console: Console, case: Case) -> list[MadePaper]:
    """The papers of the case."""
    return list(console.run(lambda unit: PaperStore(unit).of_case(case.id)))


def words(content: bytes) -> str:
    """Everything a Word file says."""
    document = Document(io.BytesIO(content))
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def offered(page: str) -> list[str]:
    """The papers a page offers."""
    return re.findall(r"/papers/new/(\w+)\"", page)


def with_reply(console: Console) -> Case:
    """A case answered and relayed."""
    case = received(console)

    def step(unit: Any) -> None:
        found = unit.cases.get(case.id)
        found.state = State.RELAYED
        found.answered_at = unit.now
        found.reply = WrittenReply(
            "45/UBND",
            date(2026, 11, 23),
            "Trần Văn B",
            ("mttq",),
            "f",
            "0" * 64,
            Outcome.UPHELD,
            "Vá 120 m đường trước ngày 30/4/2027, kinh phí 35.000.000 đồng",
            date(2026, 11, 23),
        )
        unit.cases.save(found)

    console.run(step)
    return stored(console, case)
