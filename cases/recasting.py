"""A case seen anew: topic corrected, or the post of the person it is about recorded; its way is worked out again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cases.bodies import Directory
from cases.call_back import call_back
from cases.casework import Refused, check, people_around, record
from cases.conflict import linked_officers
from cases.handling import tell_moved, tell_triaged
from cases.intake import Draft, announce, find_route
from cases.lifecycle import Actor, move
from cases.model import Case, CaseEvent, Officer, Priority, State, Subject
from cases.notices import tell_reporter
from cases.ports import UnitOfWork
from cases.routing import Conflicted, NotAnIntake, Route
from cases.rules import Rules
from cases.taxonomy import RETALIATION


def correct_topic(
    unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, topic: str, now: datetime, *, reason: str = ""
) -> None:
    """Put the case under another topic and send it where that topic belongs; what was suggested stays on record.

    A topic about a person whose post is not known stops the case until a triage officer has recorded the post.
    A body the resident or an officer chose by hand is kept.
    """
    directory = check(unit, rules, officer, case, "correct_topic", now)
    _recast(unit, rules, directory, officer, case, topic, now, reason)


def not_a_person(unit: UnitOfWork, rules: Rules, officer: Officer, case: Case, topic: str, now: datetime) -> None:
    """A triage officer found that nobody in particular is meant: the case goes on under another topic (COI-5)."""
    directory = check(unit, rules, officer, case, "triage", now)
    if case.state is not State.NEEDS_COI_CHECK:
        raise Refused("not_now")
    if rules.taxonomy.topic(topic).subject.is_person:
        raise Refused("post_unknown")
    case.subject_posts = ()
    _recast(unit, rules, directory, officer, case, topic, now)


def _recast(
    unit: UnitOfWork,
    rules: Rules,
    directory: Directory,
    officer: Officer,
    case: Case,
    topic: str,
    now: datetime,
    reason: str = "",
) -> None:
    if topic not in rules.taxonomy.topics:
        raise Refused("unknown_topic")
    before, old_body, old_state = case.topic, case.receiving_body, case.state
    kept = _body_by_hand(unit, rules, directory, case)
    about = rules.taxonomy.topic(topic).subject
    keeps_person = case.subject.is_person and about.is_person
    case.topic = topic
    case.subject = case.subject if keeps_person else Subject.OTHER if about is Subject.NONE else about
    way = _way(unit, rules, directory, draft_of(case, kept), case)
    _take_way(unit, rules, directory, case, way, now)
    _stand(case, way, now)
    why = {"reason": reason.strip()} if reason.strip() else {}
    record(unit, case, officer, "topic_corrected", now, old=before, new=topic, **why)
    if old_state is State.NEEDS_COI_CHECK and case.state is State.TRIAGED:
        unit.cases.log(CaseEvent(case.id, now, "triaged", officer.id, {"authority": case.competent_authority}))
        tell_triaged(unit, rules, directory, case, now)
    tell_moved(unit, rules, directory, case, old_body, now)


def _stand(case: Case, way: Route, now: datetime) -> None:
    """Forwarding stops while the post of a person is not known, and may go on once it is (COI-5)."""
    if way.blocked and case.state is not State.NEEDS_COI_CHECK:
        if case.state is State.RETURNED:
            move(case, State.TRIAGED, Actor.HANDLER)
        move(case, State.NEEDS_COI_CHECK, Actor.HANDLER)
    elif not way.blocked and case.state is State.NEEDS_COI_CHECK:
        move(case, State.TRIAGED, Actor.HANDLER)
        case.triaged_at = now


# -- the post of the person complained of ---------------------------------------------------------------------------


def record_post(
    unit: UnitOfWork,
    rules: Rules,
    officer: Officer,
    case: Case,
    posts: tuple[str, ...],
    now: datetime,
    *,
    subject_body: str = "",
    also_front_deputy: bool = False,
) -> None:
    """A triage officer records who is meant by post; whom that shuts out is worked out anew, and the case goes on.

    COI-5: of the officers only those with the triage role see the case until then. Refused: `post_unknown`.
    """
    directory = check(unit, rules, officer, case, "triage", now)
    if case.state is not State.NEEDS_COI_CHECK:
        raise Refused("not_now")
    old_body = case.receiving_body
    draft = replace(
        draft_of(case),
        posts=posts,
        subject_body=subject_body or case.subject_body,
        also_front_deputy=also_front_deputy,
    )
    draft.hidden_from = case.hidden_from
    way = _way(unit, rules, directory, draft, case)
    if way.blocked:
        raise Refused("post_unknown")
    case.subject_posts, case.subject_body = posts, draft.subject_body
    _take_way(unit, rules, directory, case, way, now)
    move(case, State.TRIAGED, Actor.HANDLER)
    case.triaged_at = now
    record(unit, case, officer, "post_recorded", now, posts=list(posts))
    announce(unit, rules, directory, case, now)
    tell_triaged(unit, rules, directory, case, now)
    if case.receiving_body != old_body:
        body = directory.name(case.receiving_body)
        tell_reporter(unit, rules, case, "news_rerouted", now, f"rerouted:{case.version}", body=body)


# -- the way of a case worked out again -----------------------------------------------------------------------------


def draft_of(case: Case, chosen_body: str = "") -> Draft:
    """The case as the report it was, for the routing rules. Whoever is shut out already stays shut out."""
    return Draft(
        text=case.text,
        kind=case.kind,
        subject=case.subject,
        topic=case.topic,
        suggested_topic=case.suggested_topic,
        posts=case.subject_posts,
        subject_body=case.subject_body,
        subject_note=case.subject_note,
        hamlet=case.hamlet,
        work=case.work,
        hidden_from=tuple(dict.fromkeys((*case.hidden_from, *case.excluded_bodies))),
        chosen_body=chosen_body,
        secrecy=case.secrecy,
        retaliation=case.topic == RETALIATION,
        linked_case=case.linked_case,
    )


def _way(unit: UnitOfWork, rules: Rules, directory: Directory, draft: Draft, case: Case) -> Route:
    original = unit.cases.get(case.linked_case) if case.linked_case else None
    try:
        return find_route(rules, directory, draft, original)
    except NotAnIntake:
        return find_route(rules, directory, replace(draft, chosen_body=""), original)
    except Conflicted as error:
        if not draft.chosen_body:
            raise Refused("no_body_left") from error
        return _way(unit, rules, directory, replace(draft, chosen_body=""), case)


def _body_by_hand(unit: UnitOfWork, rules: Rules, directory: Directory, case: Case) -> str:
    """The receiving body, if it is not the one the rules would have found for the present topic."""
    usual = _way(unit, rules, directory, draft_of(case), case).receiving_body
    return "" if case.receiving_body in directory.same_as(usual) else case.receiving_body


def _take_way(unit: UnitOfWork, rules: Rules, directory: Directory, case: Case, way: Route, now: datetime) -> None:
    if case.receiving_body != way.receiving_body:
        case.receiving_body, case.assignee = way.receiving_body, ""
    case.competent_authority = way.competent_authority
    case.profile = way.profile
    case.priority = Priority.URGENT if way.urgent else case.priority
    case.excluded_bodies = tuple(sorted(way.excluded_bodies))
    linked = linked_officers(
        people_around(unit, directory, case), directory, case.subject_posts, case.subject_body, case.hamlet
    )
    case.excluded_officers = tuple(sorted({*case.excluded_officers, *linked}))  # nobody is ever taken out (COI-4)
    call_back(unit, rules, case, now)
