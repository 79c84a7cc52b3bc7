"""The supervising subject's desk: triage, questions to the resident, handing a case to another body."""

from __future__ import annotations

from datetime import datetime

from cases.bodies import Directory
from cases.casework import (
    Refused,
    check,
    companions,
    record,
    record_all,
)
from cases.conflict import may_receive
from cases.intake import announce
from cases.lifecycle import Actor, move
from cases.model import BodyRole, Case, Kind, Officer, Priority, State
from cases.notices import tell_reporter
from cases.ports import UnitOfWork
from cases.rules import Rules

WITH_CLOCK = frozenset({Kind.REPORT, Kind.PETITION})


# -- triage ---------------------------------------------------------------------------------------------------------


def triage(
    unit: UnitOfWork,
    rules: Rules,
    officer: Officer,
    case: Case,
    now: datetime,
    *,
    authority: str = "",
    priority: Priority | None = None,
) -> None:
    """Confirm topic, body, authority and priority. Cases of one matter that came back together are triaged together.

    Refused: `post_unknown` (COI-5: the post comes first), `no_authority`, `not_an_authority`, `conflict_body`.
    """
    directory = check(unit, rules, officer, case, "triage", now)
    if case.state is State.NEEDS_COI_CHECK:
        raise Refused("post_unknown")
    wanted = authority or case.competent_authority
    if wanted or case.kind in WITH_CLOCK:
        check_authority(directory, case, wanted)
    together = [one for one in companions(unit, case) if not _barred(directory, one, wanted)]
    move(case, State.TRIAGED, Actor.HANDLER)
    case.competent_authority = directory.successor(wanted)
    case.priority = priority or case.priority
    case.triaged_at = now
    if officer.body in directory.same_as(case.receiving_body):
        case.assignee = officer.id
    record_all(unit, case, together, officer, "triaged", now, authority=case.competent_authority)
    for one in (case, *together):
        tell_triaged(unit, rules, directory, one, now)


def authorities(directory: Directory, case: Case) -> list[str]:
    """Bodies that may be asked to answer this case."""
    bodies = directory.bodies_with(BodyRole.COMPETENT_AUTHORITY)
    return [body.code for body in bodies if not _barred(directory, case, body.code)]


def check_authority(directory: Directory, case: Case, authority: str) -> None:
    """Refuse a body that cannot answer, or may not see the case."""
    if not authority:
        raise Refused("no_authority")
    if not directory.has_role(authority, BodyRole.COMPETENT_AUTHORITY):
        raise Refused("not_an_authority", body=directory.name(authority))
    if _barred(directory, case, authority):
        raise Refused("conflict_body", body=directory.name(authority))


def _barred(directory: Directory, case: Case, body: str) -> bool:
    return directory.successor(body) in directory.current((*case.excluded_bodies, *case.hidden_from))


def tell_triaged(unit: UnitOfWork, rules: Rules, directory: Directory, case: Case, now: datetime) -> None:
    """Tell the resident who looked at the report and who will be asked."""
    tell_reporter(
        unit,
        rules,
        case,
        "news_triaged",
        now,
        f"triaged:{case.version}",
        body=directory.name(case.receiving_body),
        authority=directory.name(case.competent_authority) if case.competent_authority else "",
    )


# -- question to the resident ---------------------------------------------------------------------------------------


def ask_info(unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, question: str, now: datetime) -> bool:
    """Put a question to the resident; the case waits for the answer. False when there is nobody left to ask.

    A case whose post is not known stays at its check, where only the triage officers see it (COI-5).
    """
    check(unit, rules, officer, case, "ask_info", now)
    if not question.strip():
        raise Refused("no_question")
    if not case.reporter or unit.people.reporter(case.reporter) is None:
        return False
    if case.state is not State.NEEDS_COI_CHECK:
        move(case, State.NEEDS_INFO, Actor.HANDLER)
    record(unit, case, officer, "asked_info", now, question=question.strip())
    return tell_reporter(
        unit,
        rules,
        case,
        "news_asked_info",
        now,
        f"asked:{case.version}",
        action="reply_info",
        values=("reply",),
        question=question.strip(),
    )


# -- another receiving body -----------------------------------------------------------------------------------------


def receivers(directory: Directory, case: Case) -> list[str]:
    """Bodies the case may be handed to."""
    shut = directory.current((*case.excluded_bodies, *case.hidden_from))
    here = directory.successor(case.receiving_body)
    bodies = directory.bodies_with(BodyRole.SUPERVISING_SUBJECT)
    return [body.code for body in bodies if body.code != here and may_receive(directory, body.code, shut)]


def reroute(
    unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, body: str, reason: str, now: datetime
) -> None:
    """Hand the case to another supervising subject, with a reason; both bodies are in the log.

    Refused: `no_reason`, `same_body`, `not_an_intake`, `conflict_body`.
    """
    directory = check(unit, rules, officer, case, "reroute", now)
    if not reason.strip():
        raise Refused("no_reason")
    if body in directory.same_as(case.receiving_body):
        raise Refused("same_body")
    if not directory.has_role(body, BodyRole.SUPERVISING_SUBJECT):
        raise Refused("not_an_intake", body=directory.name(body))
    if body not in receivers(directory, case):
        raise Refused("conflict_body", body=directory.name(body))
    old = case.receiving_body
    case.receiving_body, case.assignee = directory.successor(body), ""
    record(unit, case, officer, "rerouted", now, old=old, new=case.receiving_body, reason=reason.strip())
    tell_moved(unit, rules, directory, case, old, now)


def tell_moved(unit: UnitOfWork, rules: Rules, directory: Directory, case: Case, old_body: str, now: datetime) -> None:
    """Tell the new desk and the resident, when the desk changed or the case stopped for a check."""
    if case.state is State.NEEDS_COI_CHECK:
        tell_reporter(unit, rules, case, "news_checked", now, f"checked:{case.version}")
    if case.receiving_body != old_body or case.state is State.NEEDS_COI_CHECK:
        announce(unit, rules, directory, case, now)
    if case.receiving_body != old_body:
        body = directory.name(case.receiving_body)
        tell_reporter(unit, rules, case, "news_rerouted", now, f"rerouted:{case.version}", body=body)
