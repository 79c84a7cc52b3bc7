"""The inbox: what waits, most urgent first, ten a page; figures and the overdue list for those who only watch."""

from __future__ import annotations

from cases.calendar import local_date
from cases.casework import Hidden, case_by_code
from cases.inbox import Entry, Urgency, figures, inbox, watches, works
from cases.messages import Choice
from cases.model import Officer, State
from cases.receipts import read_case_code
from cases.rules import show_date
from handlers.conversation import END, Again, Dialogue, Step
from handlers.turn import Answer, Prompt, Turn

PAGE = 10
NEXT, PREVIOUS = "~next", "~previous"


def open_inbox(turn: Turn, *, due_only: bool = False) -> None:
    """Say the figures where they are this officer's work, then list what waits."""
    if turn.officer is None:
        turn.say("officer_not_linked")
        return
    if watches(turn.officer):
        say_figures(turn, turn.officer)
    if inbox(turn.unit, turn.rules, turn.officer, turn.now, due_only=due_only):
        turn.begin("officer_inbox", due=due_only)
    elif due_only or not watches(turn.officer) or works(turn.officer):
        turn.say("officer_none_due" if due_only else "officer_none")


def open_case(turn: Turn, wanted: str) -> None:
    """Open by case number or by the id of an offered button; a foreign case and a missing one get the same answer."""
    code = read_case_code(wanted)
    if turn.officer is None:
        turn.say("officer_not_linked")
        return
    if code:
        try:
            wanted = case_by_code(turn.unit, turn.rules, turn.officer, code, turn.now).id
        except Hidden:
            turn.say("officer_no_case")
            return
    turn.begin("officer_case", case=wanted)


def say_figures(turn: Turn, officer: Officer) -> None:
    """Cases by state, without anything about any one of them."""
    counts, late = figures(turn.unit, turn.rules, officer, turn.now)
    lines = [
        turn.text("officer_figure", state=turn.text(f"state_{state}"), n=counts[state])
        for state in State
        if counts[state]
    ]
    head = turn.text("officer_figures", total=sum(counts.values()), late=late, date=show_date(local_date(turn.now)))
    turn.tell("\n".join([head, *lines]))


def _entries(turn: Turn) -> list[Entry]:
    if turn.officer is None:
        return []
    return inbox(turn.unit, turn.rules, turn.officer, turn.now, due_only=bool(turn.data.get("due")))


def ask_list(turn: Turn) -> Prompt:
    """One page of lines; each case is a choice."""
    entries, start = _entries(turn), int(turn.data.get("page", 0)) * PAGE
    if not entries:
        return Prompt(turn.text("officer_none_due" if turn.data.get("due") else "officer_none"))
    shown = entries[start : start + PAGE]
    counts = {one: sum(entry.urgency is one for entry in entries) for one in Urgency}
    head = turn.text(
        "officer_inbox",
        total=len(entries),
        overdue=counts[Urgency.OVERDUE] or "",
        soon=counts[Urgency.SOON] or "",
        new=counts[Urgency.NEW] or "",
        page=f"{start // PAGE + 1}/{-(-len(entries) // PAGE)}" if len(entries) > PAGE else "",
    )
    choices = [Choice(entry.case_id, line(turn, entry)) for entry in shown]
    choices += [Choice(NEXT, turn.text("officer_next"))] if start + PAGE < len(entries) else []
    choices += [Choice(PREVIOUS, turn.text("officer_previous"))] if start else []
    return Prompt(head, tuple(choices))


def line(turn: Turn, entry: Entry) -> str:
    """`PA-2026-000012 · Đường sá · đang giải quyết · còn 3 ngày, hạn 30/03`."""
    parts = [entry.code, turn.named(turn.rules.taxonomy.label(entry.topic)), turn.text(f"state_{entry.state}")]
    parts += [_watched(turn, entry), _term(turn, entry)]
    told = " · ".join(part for part in parts if part)
    return f"{turn.text('officer_mark_urgent')} {told}" if entry.urgent else told


def _term(turn: Turn, entry: Entry) -> str:
    if entry.due_on is None:
        return ""
    due = entry.due_on.strftime("%d/%m")
    if entry.days is None or entry.urgency in (Urgency.NEW, Urgency.LATER):
        return turn.text("officer_due", due=due)
    key = "officer_due_late" if entry.urgency is Urgency.OVERDUE else "officer_due_soon"
    return turn.text(key, due=due, days=abs(entry.days))


def _watched(turn: Turn, entry: Entry) -> str:
    """Who has it: said to those who watch many authorities."""
    if turn.officer is None or not watches(turn.officer):
        return ""
    return turn.named(turn.rules.directory(turn.officer.locality, turn.now).short(entry.authority))


def take_list(turn: Turn, answer: Answer) -> str | Again:
    """Open a case, turn the page, or find a typed case number."""
    if turn.officer is None:
        return END
    if answer.choice in (NEXT, PREVIOUS):
        turn.data["page"] = max(int(turn.data.get("page", 0)) + (1 if answer.choice == NEXT else -1), 0)
        return "list"
    wanted = answer.choice or (read_case_code(answer.text) or "")
    if wanted:
        open_case(turn, wanted)
        return "list"
    return Again(turn.text("officer_pick_hint"))


INBOX = Dialogue(
    "officer_inbox",
    first="list",
    steps={"list": Step(ask_list, take_list)},
    cancelled=lambda turn: turn.say("officer_stopped"),
)
