"""The questions about an authority's document that every dialogue asks alike: number, date, who signed."""

from __future__ import annotations

from dataclasses import dataclass

from cases.casework import today_of
from handlers.conversation import Again
from handlers.officer_gate import CaseStep, Desk
from handlers.officer_send import take_day, take_doc_no
from handlers.turn import Answer, Prompt


@dataclass(frozen=True, slots=True)
class DocumentSteps:
    """Texts of the questions, and the step after the last of them; the answers are noted as `doc_no`, `doc_date`,
    `signed_by`."""

    number_key: str
    date_key: str
    following: str

    def steps(self) -> dict[str, CaseStep]:
        """The three steps in order, to be put into a dialogue."""
        return {
            "number": CaseStep(self.ask_number, self.take_number, longest=60),
            "date": CaseStep(self.ask_date, self.take_date),
            "signer": CaseStep(self.ask_signer, self.take_signer, longest=150),
        }

    def ask_number(self, desk: Desk) -> Prompt:
        """Number and symbol."""
        return Prompt(desk.text(self.number_key))

    def take_number(self, desk: Desk, answer: Answer) -> str | Again:
        return take_doc_no(desk, answer, "date")

    def ask_date(self, desk: Desk) -> Prompt:
        """Its date."""
        return Prompt(desk.text(self.date_key, today=today_of(desk.turn.rules, desk.turn.now)))

    def take_date(self, desk: Desk, answer: Answer) -> str | Again:
        return take_day(desk, answer, "doc_date", "signer")

    def ask_signer(self, desk: Desk) -> Prompt:
        """Who signed, with the title."""
        return Prompt(desk.text("ask_signer"))

    def take_signer(self, desk: Desk, answer: Answer) -> str | Again:
        if len(answer.text.split()) < 2:
            return desk.hint("signer_hint")
        desk.turn.data["signed_by"] = " ".join(answer.text.split())
        return self.following
