"""Papers of a small case for tests: made, opened again, and read."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from docx import Document

from bot.data import load_rules
from cases.model import Case, Kind, Officer, OfficerRole, Outcome, State, WrittenReply
from cases.papers import Paper, home_of
from cases.publication import Publication, Stage
from cases.reidentification import PublicText
from cases.rules import Rules
from papers.facts import Facts
from papers.making import Typed, word_file
from papers.proposal import proposed
from tests.cases.cast import a_case, officer

TODAY = date(2026, 12, 10)  # five working days after the case of the cast fell due
STORY = "Đường bê tông Thôn 2 bị vỡ.\n\nMong được sửa trước Tết."
REPLY = WrittenReply(
    "45/UBND",
    date(2026, 12, 8),
    "Trần Văn B",
    ("mttq",),
    "f",
    "0" * 64,
    Outcome.PARTLY_UPHELD,
    "Xã vá 120 m đường trước ngày 20/12/2026",
    date(2026, 12, 8),
)
BOARD = Publication(
    id="b1",
    public_id="pub1",
    case_id="c1",
    locality="xa-mau",
    kind=Kind.REPORT,
    topic="infra.road",
    text=PublicText("Đường trong xã bị vỡ.", "Xã vá 120 m đường trước ngày 20/12/2026."),
    made_by="an",
    made_at=datetime(2026, 12, 9, 2, tzinfo=UTC),
    stage=Stage.PUBLISHED,
    authority="ubnd",
    received_on=date(2026, 11, 2),
    answered_on=date(2026, 12, 7),
    approved_by="binh",
)
ANSWERED: dict[str, Any] = {
    "state": State.RELAYED,
    "reply": REPLY,
    "answered_at": datetime(2026, 12, 8, 2, tzinfo=UTC),
}
STATES: dict[Paper, dict[str, Any]] = {
    Paper.RECEIPT: {"state": State.SUBMITTED, "received_on": None, "due_on": None},
    Paper.GUIDANCE: {"state": State.SUBMITTED},
    Paper.FORWARDING: {"state": State.TRIAGED, "received_on": None, "due_on": None},
    Paper.RESULT: ANSWERED,
    Paper.INVITATION: ANSWERED,
    Paper.MINUTES: ANSWERED,
    Paper.PUBLICATION: ANSWERED,
    Paper.LOUDSPEAKER: ANSWERED,
}
CONTACT = officer("ubnd", OfficerRole.CONTACT)
GAPS = {
    "outcome": "Phản ánh đúng.",
    "findings": "Đường vỡ.",
    "measures": "Vá đường.",
    "clerk": "Lê Thị C",
}
"""What no case can propose."""


@cache
def rules() -> Rules:
    """The shipped data."""
    return load_rules()


def case_for(paper: Paper, **changes: Any) -> Case:
    """A case at a step where this paper fits."""
    letter = {"forward_doc_no": "12/MTTQ-BTT", "forward_doc_date": date(2026, 11, 4)}
    return a_case(**{"text": STORY, **letter, **STATES.get(paper, {}), **changes})


def facts(paper: Paper, who: Officer | None = None, case: Case | None = None, **more: Any) -> Facts:
    """What the paper can say; made by the Front, or by the authority where it is its paper."""
    own = CONTACT if paper in (Paper.EXTENSION, Paper.REPLY_COVER) else officer()
    someone, about = who or own, case or case_for(paper)
    directory = rules().book.as_of("xa-mau", TODAY)
    home = home_of(someone, about, directory, paper)
    public = {"published": BOARD, "approver": "Lê Thị D"} if paper in (Paper.PUBLICATION, Paper.LOUDSPEAKER) else {}
    known: dict[str, Any] = {"content": STORY, "files": 2, **public, **more}
    return Facts(
        paper=paper, case=about, directory=directory, rules=rules(), officer=someone, home=home, today=TODAY, **known
    )


def typed(given: Facts, number: int | None = 12, **parts: str) -> Typed:
    """The proposal as it is, with some parts typed over."""
    said = proposed(given)
    filled = {name: text or GAPS.get(name, "") for name, text in said.items()}
    return Typed({**filled, "time": "8 giờ, ngày 15/12/2026", **parts}, "Nguyễn Thị Hòa", "CHỦ TỊCH", TODAY, number)


def made(paper: Paper, number: int | None = 12, given: Facts | None = None, **parts: str) -> bytes:
    """The Word file."""
    present = given or facts(paper)
    return word_file(present, typed(present, number, **parts))


def lines(word: bytes) -> list[str]:
    """Every paragraph of body and tables, in order of the file, empty ones left out."""
    document = Document(io.BytesIO(word))
    found = [node for node in document.element.body.iter() if node.tag.endswith("}p")]
    from docx.text.paragraph import Paragraph

    return [text for node in found if (text := Paragraph(node, document).text).strip()]


def shape(word: bytes) -> list[str]:
    """The bare structure: the tags of the body in order, without a word."""
    body = Document(io.BytesIO(word)).element.body
    return [node.tag.rpartition("}")[2] for node in body.iter() if isinstance(node.tag, str)]
