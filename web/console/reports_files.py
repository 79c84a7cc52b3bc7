"""A periodic report as files: the console and the command line make them here, so that both give the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from cases.bodies import Directory
from cases.figures_kinds import ReportKind
from cases.figures_report import Content
from cases.model import Officer
from cases.narrative import WORDS
from cases.rules import Rules
from papers.letterhead import Issuer, issuer
from papers.report import Signed, word
from papers.report_xlsx import XLSX_MIME, spreadsheet
from storage.figures_facts import content_of
from storage.reports import Report
from storage.work import StoredWork

WORD_MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MIMES = {"docx": WORD_MIME, "xlsx": XLSX_MIME}


@dataclass(frozen=True, slots=True)
class Printed:
    """Everything a file is made of; making it needs neither database nor clock."""

    content: Content
    issuer: Issuer
    signed: Signed
    lines: tuple[str, ...]
    names: Mapping[str, str]

    def file(self, style: str) -> bytes:
        """The bytes of a `docx` or an `xlsx`."""
        if style == "xlsx":
            return spreadsheet(self.content, dict(self.names))
        return word(self.content, self.issuer, self.signed, self.lines)

    def frozen(self) -> dict[str, Any]:
        """What is kept of an approved report."""
        return {"content": self.content.as_data(), "issuer": asdict(self.issuer), "lines": list(self.lines)}


def printed(unit: StoredWork, rules: Rules, report: Report, kind: ReportKind, viewer: Officer | None = None) -> Printed:
    """What the report is made of: as it was approved, or now; a viewer's draft counts no case kept from the viewer."""
    content = content_of(unit, rules, report, kind, viewer)
    names = {name: _tell(rules)(f"sheet_{name}") for name in ("contents", "section", "table", "name", "words")}
    if report.snapshot is not None:
        data = dict(report.snapshot["issuer"])
        writer = Issuer(**{**data, "upper": tuple(data["upper"]), "lines": tuple(data["lines"])})
        lines = tuple(report.snapshot["lines"])
        return Printed(content, writer, signed(report.doc_no, report.doc_date, report.signed_by), lines, names)
    directory = rules.directory(report.locality, unit.now)
    return Printed(content, issuer(directory, report.author), Signed(), _lines(report, directory, rules), names)


def signed(number: str, day: date | None, name: str) -> Signed:
    """Number, day and signer, as they were typed when the report was approved."""
    return Signed(int(number) if number.isdecimal() else None, day, name)


def file_name(report: Report, style: str) -> str:
    """What the file is called: kind, period and author."""
    return f"{report.kind}_{report.period}_{report.author}.{style}"


def _lines(report: Report, directory: Directory, rules: Rules) -> tuple[str, ...]:
    """Nơi nhận: each recipient, the archive last."""
    tell = _tell(rules)
    told = [tell("recipient_for_report", body=directory.name(one.body)) for one in report.recipients]
    return (*told, tell("recipient_archive", archive="VT"))


def _tell(rules: Rules) -> Callable[..., str]:
    def tell(key: str, **values: object) -> str:
        return rules.wording.say(WORDS + key, "vi", **values)

    return tell
