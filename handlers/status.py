"""Where a case stands, in plain words: three clocks, who has it, and what comes next."""

from __future__ import annotations

from cases.calendar import local_date
from cases.clocks import overdue_days, receipt_alert_on, triage_due
from cases.model import Case, State
from cases.rules import show_date
from cases.running_clocks import came_to_desk, since_of
from handlers.turn import Turn


def status_text(turn: Turn, case: Case, *, brief: bool = False) -> str:
    """For the resident. `brief` (a receipt code from any chat) says the state and dates, never what was reported."""
    directory = turn.rules.directory_of(case, turn.now)
    late = overdue_days(case, local_date(turn.now), turn.rules.calendar)
    lines = [
        turn.text(
            "status",
            case_code=case.code,
            state=turn.text(f"state_{case.state}"),
            submitted=show_date(local_date(case.submitted_at)),
            topic="" if brief else turn.rules.taxonomy.topics[case.topic].label,
            body=directory.name(case.receiving_body),
            authority=directory.name(case.competent_authority) if case.forwarded_at else "",
            forwarded=show_date(local_date(case.forwarded_at)) if case.forwarded_at else "",
            received=show_date(case.received_on),
            due=_due(turn, case),
            late=late or "",
        ),
        _next_step(turn, case),
    ]
    if case.reply is not None and not brief and case.relayed_at is not None:
        reply = case.reply
        lines.append(
            turn.text("status_reply", doc_no=reply.doc_no, doc_date=show_date(reply.doc_date), summary=reply.summary)
        )
    return "\n".join(line for line in lines if line)


def _due(turn: Turn, case: Case) -> str:
    due = case.effective_due_on
    if due is None or case.received_on is None:
        return ""
    mark = f" {turn.text('provisional')}" if turn.rules.calendar.is_provisional(case.received_on, due) else ""
    return show_date(due) + mark


def _next_step(turn: Turn, case: Case) -> str:
    calendar, targets = turn.rules.calendar, turn.rules.targets
    if case.state is State.SUBMITTED:
        came = came_to_desk(case, since_of(turn.unit.cases.history(case.id)))
        return turn.text("next_triage", date=show_date(triage_due(came, calendar, targets)))
    if case.state is State.FORWARDED and case.forwarded_at:
        return turn.text("next_receipt", date=show_date(receipt_alert_on(case.forwarded_at, calendar, targets)))
    key = f"next_{case.state}"
    return turn.text(key) if turn.rules.wording.has(key) else ""
