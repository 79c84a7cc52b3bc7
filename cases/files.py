"""Files that did not arrive: the sender is told in plain words and the case goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cases.messages import FileRef
from cases.model import CaseEvent
from cases.notices import tell_reporter
from cases.ports import CaseFile, UnitOfWork
from cases.rules import Rules


def tell_file_failed(unit: UnitOfWork, rules: Rules, file: CaseFile, now: datetime) -> None:
    """Log the failure on the case and tell its sender; a draft's file fails silently until the summary counts it."""
    case = unit.cases.get(file.case_id) if file.case_id else None
    if case is None:
        return
    if case.sealed_to:  # nothing is left to fetch it by
        unit.files.save(replace(file, source=FileRef(file.source.kind, "")))
    unit.cases.log(CaseEvent(case.id, now, "file_failed", "system", {"fault": file.fault}))
    known = f"file_fault_{file.fault}"
    why = rules.wording.say(known if rules.wording.has(known) else "file_fault_unreachable")
    tell_reporter(unit, rules, case, "file_failed", now, f"file:{file.id}", why=why)
