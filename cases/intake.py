"""Taking a report in: from what the resident confirmed to a numbered case at the right body, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cases import sealing
from cases.calendar import local_date
from cases.conflict import linked_officers
from cases.directory import Directory
from cases.model import Case, CaseEvent, Kind, Officer, OfficerRole, Priority, Secrecy, State, Subject
from cases.notices import officers_around, tell_officer
from cases.ports import Chat, Reporter, UnitOfWork
from cases.receipts import new_receipt_code
from cases.reprisal import bodies_kept_out
from cases.routing import Route, route
from cases.rules import Rules, show_date
from cases.visibility import Sight, sight


@dataclass(slots=True)
class Draft:
    """What a resident has told so far; the fields of a report before it has a number."""

    text: str
    kind: Kind = Kind.REPORT
    subject: Subject = Subject.OTHER
    topic: str = "other"
    suggested_topic: str = "other"
    posts: tuple[str, ...] = ()
    subject_body: str = ""
    subject_note: str = ""
    also_front_deputy: bool = False
    hamlet: str = ""
    place: str = ""
    latitude: float | None = None
    longitude: float | None = None
    happened: str = ""
    work: str = ""
    hidden_from: tuple[str, ...] = ()
    chosen_body: str = ""
    secrecy: Secrecy = Secrecy.OPEN
    name: str = ""
    phone: str = ""
    retaliation: bool = False
    linked_case: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """A stored case and the receipt code, which is shown once and kept nowhere."""

    case: Case
    receipt_code: str
    route: Route


def find_route(rules: Rules, directory: Directory, draft: Draft, original: Case | None = None) -> Route:
    """Where this report goes and who is shut out of it; the same answer before and at confirmation."""
    work = directory.locality.work(draft.work) if draft.work else None
    return route(
        directory,
        rules.taxonomy,
        draft.kind,
        draft.subject,
        draft.topic,
        posts=draft.posts,
        subject_body=draft.subject_body,
        hidden_from=draft.hidden_from,
        chosen_body=draft.chosen_body,
        retaliation=draft.retaliation,
        also_front_deputy=draft.also_front_deputy,
        original_case_bodies=bodies_kept_out(directory, rules.taxonomy, original) if original else (),
        investor=work.investor if work else "",
    )


def submit(
    unit: UnitOfWork, rules: Rules, chat: Chat, draft: Draft, now: datetime, *, with_files: bool = True
) -> Submission:
    """Number and store the case, put the reporter's identity in the vault, tell the receiving body's officers.

    `with_files`: what was sent for the report being written in this chat is this case's evidence.
    """
    directory = rules.directory(chat.locality, now)
    original = unit.cases.get(draft.linked_case) if draft.linked_case else None
    way = find_route(rules, directory, draft, original)
    case = _case(unit, rules, chat, draft, way, now)
    officers = officers_around(unit, rules, case.locality)
    case.excluded_officers = tuple(
        sorted(linked_officers(officers, directory, case.subject_posts, case.subject_body, case.hamlet))
    )
    receipt = new_receipt_code()
    key = sealing.key_for(unit, rules, case.locality, case.subject, case.receiving_body)
    told = sealing.take_out(case) if key else {}
    unit.cases.add(case, receipt)
    unit.people.save_reporter(_reporter(case, chat, draft, now))
    if with_files:
        unit.files.claim_draft(chat.key, case.id)
    if key:
        sealing.keep_report(unit, directory, case, told, (draft.name, draft.phone), key)
    unit.cases.log(CaseEvent(case.id, now, "submitted", "resident", {"body": case.receiving_body}))
    announce(unit, rules, directory, case, now, officers)
    return Submission(case, receipt, way)


def announce(
    unit: UnitOfWork,
    rules: Rules,
    directory: Directory,
    case: Case,
    now: datetime,
    officers: Sequence[Officer] | None = None,
) -> int:
    """Tell each officer who may work the case that it is there: number, topic, date. Returns how many were told."""
    told = 0
    wanted = OfficerRole.TRIAGE if case.state is State.NEEDS_COI_CHECK else OfficerRole.HANDLER
    spell = "" if case.priority is Priority.URGENT else _crowded(unit, case.locality, now)
    for officer in officers_around(unit, rules, case.locality) if officers is None else officers:
        if wanted in officer.roles and sight(officer, case, directory) >= Sight.CONTENT:
            if spell:
                told += _tell_of_many(unit, rules, officer, spell, now)
                continue
            told += tell_officer(
                unit,
                rules,
                officer,
                "officer_urgent_case" if case.priority is Priority.URGENT else "officer_new_case",
                f"new:{case.version}",
                case.id,
                case_code=case.code,
                topic=rules.taxonomy.topics[case.topic].label,
                date=show_date(local_date(now)),
            )
    return told


SPELL = 300  # seconds
ONE_BY_ONE = 5


def _crowded(unit: UnitOfWork, locality: str, now: datetime) -> str:
    """The spell of five minutes, once more than five cases were announced in it in this locality; else "".

    A flood of reports must not become a flood of notices: the inbox and the morning digest have every one of them.
    """
    spell = f"{locality}:{int(now.timestamp()) // SPELL}"
    free = any(unit.ledger.once(f"announced:{spell}:{number}", now) for number in range(ONE_BY_ONE))
    return "" if free else spell


def _tell_of_many(unit: UnitOfWork, rules: Rules, officer: Officer, spell: str, now: datetime) -> bool:
    """At most one notice a spell that many cases came in, without numbers or topics."""
    if not unit.ledger.once(f"many:{officer.id}:{spell}", now):
        return False
    return tell_officer(unit, rules, officer, "officer_many_new_cases", f"many:{spell}", "")


def poke(case: Case, now: datetime) -> None:
    """Have the scheduler look at this case at its next tick."""
    case.next_nudge_at = now


def _case(unit: UnitOfWork, rules: Rules, chat: Chat, draft: Draft, way: Route, now: datetime) -> Case:
    return Case(
        id=unit.new_id(),
        locality=chat.locality,
        code=unit.cases.next_code(chat.locality, local_date(now).year),
        kind=draft.kind,
        subject=draft.subject,
        topic=draft.topic,
        suggested_topic=draft.suggested_topic,
        state=State.NEEDS_COI_CHECK if way.blocked else State.SUBMITTED,
        channel=chat.address.channel,
        receiving_body=way.receiving_body,
        competent_authority=way.competent_authority,
        profile=way.profile,
        submitted_at=now,
        text=draft.text,
        subject_posts=draft.posts,
        subject_body=draft.subject_body,
        subject_note=draft.subject_note,
        hamlet=draft.hamlet,
        place=draft.place,
        latitude=draft.latitude,
        longitude=draft.longitude,
        happened=draft.happened,
        work=draft.work,
        secrecy=draft.secrecy,
        priority=Priority.URGENT if way.urgent else _priority(rules, draft),
        reporter=unit.new_id(),
        linked_case=draft.linked_case,
        excluded_bodies=tuple(sorted(way.excluded_bodies)),
        hidden_from=draft.hidden_from,
        calendar_version=rules.calendar.version,
        next_nudge_at=now,
    )


def _priority(rules: Rules, draft: Draft) -> Priority:
    return rules.taxonomy.topics[draft.topic].priority


def _reporter(case: Case, chat: Chat, draft: Draft, now: datetime) -> Reporter:
    return Reporter(
        ref=case.reporter,
        case_id=case.id,
        chat_key=chat.key,
        secrecy=draft.secrecy,
        name="" if case.sealed_to else draft.name,
        phone="" if case.sealed_to else draft.phone,
        lang=chat.lang,
        consent_version=chat.consent_version,
        consent_at=chat.consent_at,
        created_at=now,
    )
