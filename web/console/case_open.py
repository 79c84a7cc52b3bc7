"""A case opened by an officer: found, seen, and which steps may be taken on it now."""

from __future__ import annotations

from cases import deskwork, requests
from cases.answers import check_resident, lacks_file
from cases.casework import Hidden, Refused, actor_of, allowed, case_by_code, may_reveal, open_refusal, people_around
from cases.lifecycle import Actor
from cases.model import Case, OfficerRole, State
from cases.timeline import Line, Reading, since
from cases.visibility import Sight, sight
from storage.work import StoredWork
from web.console import case_holds, case_steps_desk, case_steps_end, case_steps_send
from web.console.case_fields import Step, Work
from web.console.forms import Form
from web.console.visit import Visit

STEPS: dict[str, Step] = {
    **case_steps_desk.STEPS,
    **case_steps_send.STEPS,
    **case_steps_end.STEPS,
    **case_holds.STEPS,
}
IDENTITY = "identity"


class Changed(Exception):
    """Somebody else changed the case after the page was sent; `meanwhile` is what they did."""

    def __init__(self, meanwhile: list[Line]) -> None:
        super().__init__(len(meanwhile))
        self.meanwhile = meanwhile


def opened(unit: StoredWork, visit: Visit) -> Work:
    """The case of the address, if this officer may know of it. Raises the same refusal for foreign and missing ones.

    Each commune numbers by itself: for a province's officer `PA-2026-000001@xa-mau` says which commune's is meant.
    """
    code, _, place = visit.params["code"].partition("@")
    try:
        case = case_by_code(unit, visit.rules, visit.officer, code, visit.now, place)
    except Hidden:
        raise visit.missing() from None
    directory = visit.rules.directory_of(case, visit.now)
    return Work(unit, visit.rules, visit.officer, case, directory, visit.now, visit.lang)


def number_of(work: Work, case: Case) -> str:
    """A case's number as it stands in addresses."""
    return case.code if case.locality == work.officer.locality else f"{case.code}@{case.locality}"


def sees_content(work: Work) -> bool:
    """Whether more than number, topic, state and dates may be shown."""
    return sight(work.officer, work.case, work.directory) >= Sight.CONTENT


def is_desk(work: Work) -> bool:
    """Whether the officer reads the case as a desk, with its notes and points."""
    return deskwork.at_desk(work.officer, work.case, work.directory)


def offered(work: Work) -> list[str]:
    """The actions of this state for this officer, in the order to show them."""
    named = allowed(work.unit, work.rules, work.officer, work.case, work.now)
    found = [one for action in named for one in _as_here(work, action)]
    if not sees_content(work):
        return found
    desk, case = is_desk(work), work.case
    if desk and case.state is State.DIALOGUE:
        found.insert(0, "held")
    if lacks_file(work.unit, case):
        found.insert(0, "file")
    if "close" in found and waits_for_sender(work):
        found.remove("close")
    if desk and deskwork.may_split(case):
        found.append("split")
    if deskwork.may_take(work.officer, case, work.directory):
        found.append("take")
    return found + (case_holds.may_do(work) if desk else [])


def beside(work: Work) -> list[str]:
    """Steps that have their own place on the page."""
    if not sees_content(work) or not is_desk(work):
        return []
    found = ["note", "drop_note"]
    # Once the answer went to its sender the check of it is done; a dialogue may bring another answer.
    found += ["points"] if work.case.is_open and work.case.state is not State.RELAYED else []
    found += ["write"] if work.case.reporter else []
    found += ["documents", "came"] if requests.may_ask(work.officer, work.case, work.rules, work.now) else []
    found += [IDENTITY] if may_reveal(work.officer, work.case, work.directory) else []
    return found


def waits_for_sender(work: Work) -> Refused | None:
    """Why an answered case cannot be closed yet: its sender is not content, or still has time to say so."""
    if work.case.state is not State.RELAYED or not is_desk(work):
        return None
    try:
        check_resident(work.rules, work.case, work.today)
    except Refused as refused:
        return refused
    return None


def waits_for_colleague(work: Work) -> bool:
    """Whether this officer proposed a refusal that nobody has decided on."""
    proposal = open_refusal(work.unit, work.case)
    return proposal is not None and proposal.actor == work.officer.id


def check_unchanged(work: Work, form: Form) -> None:
    """Raise `Changed` when the case moved on since the page was sent; the scheduler's looks do not count."""
    if form.get("version") == str(work.case.version):
        return
    seen = form.get("seen")
    history = work.unit.cases.history(work.case.id)
    meanwhile = since(history, int(seen) if seen.isdecimal() and len(seen) < 9 else 0, reading_of(work))
    if meanwhile:
        raise Changed(meanwhile)


def reading_of(work: Work) -> Reading:
    """The officer as a reader of the history."""
    people = {one.id: one for one in people_around(work.unit, work.directory, work.case)}
    return Reading(work.officer, work.directory, people, is_desk(work), work.lang)


def still_sees(work: Work, case: Case | None) -> bool:
    """Whether the officer may look at the case after the step."""
    return case is not None and sight(work.officer, case, work.rules.directory_of(case, work.now)) >= Sight.NOTICE


def _as_here(work: Work, action: str) -> tuple[str, ...]:
    """Names of the page's forms for an action of the life cycle."""
    if action == "triage" and work.case.state is State.NEEDS_COI_CHECK:
        triage = OfficerRole.TRIAGE in work.officer.roles
        return ("post", "nobody") if triage else ()
    if action == "record_receipt" and actor_of(work.officer, work.case, work.directory) is Actor.AUTHORITY:
        return ("acknowledge",)
    return ("correct_topic", "correct_kind") if action == "correct_topic" else (action,)
