"""Making a result public: drafted by the desk, approved by a second person, taken back with a reason (PR-5, domain 1).

What is published names no person. A report about a person waits for a competent conclusion, and is then told without
post, hamlet or body. Dates are rounded to the week or the month before they are stored.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from cases.bodies import Directory
from cases.calendar import local_date
from cases.casework import DESK_ROLES, Hidden, Refused, one_person, people_around, record
from cases.lifecycle import Actor, move
from cases.model import BodyRole, Case, CaseEvent, Kind, Officer, Outcome, State
from cases.notices import tell_officer
from cases.ports import UnitOfWork
from cases.publication import Publication, Publications, Stage, about_person, rounded
from cases.redaction import redact
from cases.reidentification import Around, PublicText, Verdict, around_of, check, coarser
from cases.rules import Rules
from cases.visibility import Sight, sight

ALIKE_DAYS = 365
READY = (State.ANSWERED, State.RELAYED, State.CLOSED, State.PUBLISHED)
CONCLUDED = (Outcome.UPHELD, Outcome.PARTLY_UPHELD, Outcome.NOT_UPHELD)
LONGEST = {"summary": 1_200, "answer": 2_400}  # characters


def may_publish(officer: Officer, case: Case, directory: Directory) -> bool:
    """A desk's officer who may read the case; nobody whom a conflict shuts out."""
    on_desk = not DESK_ROLES.isdisjoint(officer.roles)
    return (
        on_desk
        and directory.has_role(officer.body, BodyRole.SUPERVISING_SUBJECT)
        and sight(officer, case, directory) >= Sight.CONTENT
    )


def surroundings(rules: Rules, store: Publications, case: Case, hamlet: str, now: datetime) -> Around:
    """What those who live there know, for the check."""
    directory = rules.directory_of(case, now)
    found = directory.locality.hamlet(hamlet) if hamlet else None
    group = rules.taxonomy.group(case.topic)
    since = now - timedelta(days=ALIKE_DAYS)
    return around_of(
        directory,
        rules.spoken_posts,
        about_person=about_person(case),
        own_posts=case.subject_posts,
        alike=store.alike(case.locality, group, hamlet, since) if hamlet else 0,
        people=int(getattr(found, "people", 0) or 0),
    )


def current(
    unit: UnitOfWork, rules: Rules, store: Publications, officer: Officer, case: Case, now: datetime
) -> Publication:
    """The case's publication, or a new draft that is not stored yet.

    Raises `Hidden`. Refused: `publish_state`, `publish_off_board` (its sender does not want it published).
    """
    directory = rules.directory_of(case, now)
    if not may_publish(officer, case, directory):
        raise Hidden(case.id)
    standing = next((one for one in store.of_case(case.id) if one.stage is not Stage.WITHDRAWN), None)
    if standing is not None:
        return standing
    if case.state not in READY or case.reply is None:
        raise Refused("publish_state")
    _check_wish(unit, case)
    fresh = Publication(
        id=unit.new_id(),
        public_id="",
        case_id=case.id,
        locality=case.locality,
        kind=case.kind,
        topic=case.topic,
        matter=case.matter,
        text=PublicText("", "", case.hamlet, about_person(case), about_person(case)),
        made_by=officer.id,
        made_at=now,
    )
    _first_words(fresh, case, surroundings(rules, store, case, case.hamlet, now))
    return fresh


def _first_words(fresh: Publication, case: Case, around: Around) -> None:
    """What was said and answered, already covered and made coarser: a start for the officer, not the end."""
    said = redact(case.text).strip()[: LONGEST["summary"]]
    answered = redact(case.reply.summary if case.reply else "").strip()[: LONGEST["answer"]]
    fresh.text = coarser(replace(fresh.text, summary=said, answer=answered), around)


def write(
    unit: UnitOfWork,
    rules: Rules,
    store: Publications,
    officer: Officer,
    case: Case,
    publication: Publication,
    text: PublicText,
    conclusion: str,
    now: datetime,
) -> Verdict:
    """Store the draft with these words and say what speaks against them. A proposed one becomes a draft again.

    Refused: `publish_state` (already on the board), `publish_empty`, `publish_long`.
    """
    if publication.stage not in (Stage.DRAFT, Stage.PROPOSED) or not may_publish(
        officer, case, rules.directory_of(case, now)
    ):
        raise Refused("publish_state")
    if not text.summary.strip() or not text.answer.strip():
        raise Refused("publish_empty")
    if any(len(getattr(text, name)) > most for name, most in LONGEST.items()):
        raise Refused("publish_long")
    publication.text = text
    publication.conclusion = conclusion.strip()
    publication.stage = Stage.DRAFT
    publication.authors = tuple(dict.fromkeys((*publication.authors, officer.id)))
    publication.made_by = officer.id
    publication.note = ""
    _facts(rules, case, publication, now)
    store.save(publication)
    unit.cases.log(CaseEvent(case.id, now, "publication_drafted", officer.id))
    return check(text, surroundings(rules, store, case, text.hamlet, now))


def _facts(rules: Rules, case: Case, publication: Publication, now: datetime) -> None:
    """What the board shows beside the words, as coarse as it will be shown: nothing finer is stored."""
    month, coarse = publication.text.by_month, publication.text.as_kind
    directory = rules.directory_of(case, now)
    body = case.competent_authority
    group = directory.body(body).group if directory.has(body) else ""
    publication.kind, publication.topic, publication.matter = case.kind, case.topic, case.matter
    publication.work = "" if about_person(case) else case.work
    publication.authority = f"~{group}" if coarse else body
    publication.outcome = case.reply.outcome.value if case.reply else ""
    publication.received_on = rounded(case.first_received_on or case.received_on, month)
    publication.answered_on = rounded(local_date(case.answered_at) if case.answered_at else None, month)
    publication.due_on = rounded(case.effective_due_on, month)


def propose(
    unit: UnitOfWork,
    rules: Rules,
    store: Publications,
    officer: Officer,
    case: Case,
    publication: Publication,
    now: datetime,
) -> int:
    """Ask a second person; returns how many were told.

    Refused: `publish_state`, `publish_blocked`, `publish_no_conclusion`, `publish_matter`, `publish_no_second`.
    """
    directory = rules.directory_of(case, now)
    if publication.stage is not Stage.DRAFT or not may_publish(officer, case, directory):
        raise Refused("publish_state")
    _check_wish(unit, case)
    _check_publishable(rules, store, case, publication, now)
    others = second_persons(unit, directory, case, publication)
    if not others:
        raise Refused("publish_no_second")
    publication.stage = Stage.PROPOSED
    publication.authors = tuple(dict.fromkeys((*publication.authors, officer.id)))
    store.save(publication)
    unit.cases.log(CaseEvent(case.id, now, "publication_proposed", officer.id))
    effect = f"publication:{publication.id}:{publication.version}"
    topic = rules.taxonomy.label(case.topic)
    key = "officer_publication_proposed"
    return sum(tell_officer(unit, rules, one, key, effect, case.id, case_code=case.code, topic=topic) for one in others)


def second_persons(unit: UnitOfWork, directory: Directory, case: Case, publication: Publication) -> list[Officer]:
    """Who may approve: officers of a desk who may read the case and wrote nothing of the draft."""
    around = people_around(unit, directory, case)
    return [one for one in around if may_publish(one, case, directory) and not wrote(unit, publication, one)]


def wrote(unit: UnitOfWork, publication: Publication, officer: Officer) -> bool:
    """Whether this person had a hand in the draft, under this or another account."""
    authors = filter(None, map(unit.people.officer, publication.authors))
    return officer.id in publication.authors or any(one_person(officer, one) for one in authors)


def approve(
    unit: UnitOfWork,
    rules: Rules,
    store: Publications,
    officer: Officer,
    case: Case,
    publication: Publication,
    version: int,
    looked: bool,
    now: datetime,
) -> None:
    """The second person agrees to exactly what was shown (`version`): it stands on the board, the case is published.

    `looked`: this person has confirmed the points of concern. Refused besides those of `propose`: `publish_changed`,
    `publish_same_person`, `publish_look`, `publish_not_closed`.
    """
    if publication.stage is not Stage.PROPOSED or not may_publish(officer, case, rules.directory_of(case, now)):
        raise Refused("publish_state")
    if publication.version != version:
        raise Refused("publish_changed")
    if wrote(unit, publication, officer):
        raise Refused("publish_same_person")
    _check_wish(unit, case)
    verdict = _check_publishable(rules, store, case, publication, now)
    if verdict.warned and not looked:
        raise Refused("publish_look")
    if case.state not in (State.CLOSED, State.PUBLISHED):
        raise Refused("publish_not_closed")
    if case.state is State.CLOSED:
        move(case, State.PUBLISHED, Actor.SECOND_PERSON)
    _facts(rules, case, publication, now)
    publication.stage = Stage.PUBLISHED
    publication.approved_by = officer.id
    publication.published_at = now
    store.save(publication)
    record(unit, case, officer, "published", now, score=verdict.score)
    unit.audit.enter("published", actor=officer.id, case_id=case.id)


def send_back(
    unit: UnitOfWork,
    rules: Rules,
    store: Publications,
    officer: Officer,
    case: Case,
    publication: Publication,
    note: str,
    now: datetime,
) -> None:
    """The second person wants other words. Refused: `publish_state`, `publish_same_person`, `publish_no_reason`."""
    if publication.stage is not Stage.PROPOSED or not may_publish(officer, case, rules.directory_of(case, now)):
        raise Refused("publish_state")
    if wrote(unit, publication, officer):
        raise Refused("publish_same_person")
    if not note.strip():
        raise Refused("publish_no_reason")
    publication.stage = Stage.DRAFT
    publication.note = note.strip()
    store.save(publication)
    unit.cases.log(CaseEvent(case.id, now, "publication_sent_back", officer.id, {"note": note.strip()}))


def withdraw(
    unit: UnitOfWork,
    rules: Rules,
    store: Publications,
    officer: Officer,
    case: Case,
    publication: Publication,
    reason: str,
    now: datetime,
) -> None:
    """Take it off the board at once; one person is enough for that. Its words are erased, the reason is kept.

    Refused: `publish_state`, `publish_no_reason`.
    """
    if publication.stage is Stage.WITHDRAWN or not may_publish(officer, case, rules.directory_of(case, now)):
        raise Refused("publish_state")
    if not reason.strip():
        raise Refused("publish_no_reason")
    publication.stage = Stage.WITHDRAWN
    publication.withdrawn_by, publication.reason = officer.id, reason.strip()
    publication.text = PublicText("", "")
    store.save(publication)
    if case.state is State.PUBLISHED:
        move(case, State.CLOSED, Actor.HANDLER)
    record(unit, case, officer, "publication_withdrawn", now, reason=reason.strip())
    unit.audit.enter("publication_withdrawn", actor=officer.id, case_id=case.id)


def _check_wish(unit: UnitOfWork, case: Case) -> None:
    if unit.check_ins.wish(case.id).off_board:
        raise Refused("publish_off_board")


def _check_publishable(
    rules: Rules, store: Publications, case: Case, publication: Publication, now: datetime
) -> Verdict:
    if case.state not in READY or case.reply is None or case.kind not in (Kind.REPORT, Kind.PETITION):
        raise Refused("publish_state")
    if about_person(case) and (case.reply.outcome not in CONCLUDED or not publication.conclusion):
        raise Refused("publish_no_conclusion")
    if publication.matter:
        live = store.live_of_matter(publication.matter)
        if live is not None and live.id != publication.id:
            raise Refused("publish_matter")
    verdict = check(publication.text, surroundings(rules, store, case, publication.text.hamlet, now))
    if verdict.blocked:
        raise Refused("publish_blocked")
    return verdict
