"""What a paper can say of its case: every value as a text, and only what may stand on that paper.

Who reported is not among them: the identity vault is never read here, texts come in with their sender covered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cases.bodies import Directory
from cases.calendar import ZONE, CalendarIncomplete, local_date, vn_date
from cases.clocks import (
    ClockError,
    DeadlineProfile,
    forward_due,
    latest_due_on,
    overdue_days,
    triage_due,
)
from cases.dialogues import Meeting
from cases.model import Case, Officer
from cases.papers import Home, Paper
from cases.publication import Publication, about_person
from cases.redaction import redact
from cases.requests import InfoRequest
from cases.routing import forwarder_of
from cases.rules import Rules
from papers.letterhead import Issuer, issuer

INFO_DAYS = 5
"""Working days proposed for supplying information; no rule names a number."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One case on one day, for one paper. `content` is the report with its sender covered.

    `published` is what two persons made public, `approver` the second one; `asked` and `meeting` what the desk noted.
    """

    paper: Paper
    case: Case
    directory: Directory
    rules: Rules
    officer: Officer
    home: Home
    today: date
    content: str
    files: int = 0
    letter: int = 1
    urged_on: Sequence[date] = ()
    asked: Sequence[InfoRequest] = ()
    meeting: Meeting | None = None
    published: Publication | None = None
    approver: str = ""

    @property
    def issuer(self) -> Issuer:
        """How the signing body writes; a province's body signs from the province's directory."""
        if self.home.locality != self.directory.locality.code:
            return issuer(self.rules.book.as_of(self.home.locality, self.directory.day), self.home.body)
        return issuer(self.directory, self.home.body)

    @property
    def profile(self) -> DeadlineProfile:
        """The case's terms: law or the commune's own promise."""
        return self.rules.profile(self.case)

    def say(self, key: str, **values: object) -> str:
        """The Vietnamese text `paper_<key>`."""
        return self.rules.wording.say(f"paper_{key}", **values)

    def body(self, code: str) -> str:
        """Name of a body, "" for none."""
        return self.directory.name(code) if code else ""


def values_of(facts: Facts) -> Mapping[str, str]:
    """Everything a sentence of a paper may name."""
    return _names(facts) | _terms(facts) | _report(facts) | _answer(facts) | _places(facts) | _public(facts)


def _names(facts: Facts) -> dict[str, str]:
    case, directory = facts.case, facts.directory
    forwarder = forwarder_of(directory, case.receiving_body, case.excluded_bodies) or case.receiving_body
    return {
        "case_code": case.code,
        "issuer_name": facts.body(facts.home.body),
        "authority": facts.body(case.competent_authority),
        "receiving_body": facts.body(case.receiving_body),
        "receiving_name": facts.body(case.receiving_body),
        "receiver_name": facts.body(forwarder),
        "forwarder_name": facts.body(forwarder),
        "commune": directory.locality.name,
        "letter": str(facts.letter),
        "today": vn_date(facts.today),
    }


def _terms(facts: Facts) -> dict[str, str]:
    case, rules, profile, calendar = facts.case, facts.rules, facts.profile, facts.rules.calendar
    late = overdue_days(case, facts.today, calendar)
    levels = [facts.body(code) for code in facts.directory.escalation(case.competent_authority)[:1]]
    earlier = enumerate(facts.urged_on, 1)
    return {
        "reply_wd": str(profile.reply_wd),
        "max_wd": str(profile.max_extended_wd),
        "relay_wd": str(rules.targets.relay_wd),
        "basis": rules.wording.say(profile.basis_key, commune=facts.directory.locality.name),
        "received_on": _day(case.received_on),
        "due_date": _day(case.due_on),
        "effective_due": _day(case.effective_due_on),
        "new_due": _day(case.extended_due_on) or _latest(facts),
        "latest_due": _latest(facts),
        "late": facts.say("late", n=late) if late else "",
        "earlier": "; ".join(facts.say("earlier", k=k, date=vn_date(day)) for k, day in earlier),
        "new_date": _after(facts, rules.policy.overdue_every_wd),
        "info_due": _after(facts, INFO_DAYS),
        "due_if_today": _after(facts, profile.reply_wd),
        "triage_due": _counted(lambda: triage_due(case.submitted_at, calendar, rules.targets)),
        "forward_due": _counted(lambda: forward_due(case.submitted_at, calendar, rules.targets)),
        "escalated_to": levels[0] if levels else "",
        "forwarded": facts.say("number_of", doc_no=case.forward_doc_no, doc_date=_day(case.forward_doc_date)),
    }


def _report(facts: Facts) -> dict[str, str]:
    case, taxonomy = facts.case, facts.rules.taxonomy
    hamlet, work = facts.directory.locality.hamlet(case.hamlet), facts.directory.locality.work(case.work)
    places = [one.name for one in (hamlet, work) if one] + ([redact(case.place)] if case.place else [])
    about = [post.title for post in facts.directory.known_posts(case.subject_posts) if not case.sealed_to]
    about += [facts.body(case.subject_body)] if case.subject_body and not case.sealed_to else []
    about += [redact(case.subject_note)] if case.subject_note else []
    channel = facts.rules.wording.say(f"channel_{case.channel}") if case.channel else ""
    sent = case.submitted_at.astimezone(ZONE)
    return {
        "received_at": f"{sent:%H:%M} ngày {vn_date(sent.date())}",
        "submitted_on": vn_date(sent.date()),
        "received_month": f"{sent.month}/{sent.year}",
        "channel": channel,
        "reporter": facts.say(f"reporter_{case.secrecy}"),
        "contact": facts.say("contact_chat", channel=channel),
        "kind": taxonomy.kind_label(case.kind),
        "subject_kind": taxonomy.subject_label(case.subject),
        "topic": taxonomy.label(case.topic),
        "topic_name": _inside(taxonomy.label(case.topic)),
        "place": ", ".join(places),
        "about": ", ".join(about),
        "happened": redact(case.happened),
        "files": facts.say("files", n=facts.files or ""),
        "content": facts.content,
    }


def _answer(facts: Facts) -> dict[str, str]:
    case = facts.case
    reply, answered = case.reply, local_date(case.answered_at) if case.answered_at else None
    return {
        "reply_no": reply.doc_no if reply else "",
        "reply_date": _day(reply.doc_date) if reply else "",
        "reply_signer": reply.signed_by if reply else "",
        "reply_summary": redact(reply.summary).rstrip(" .") if reply else "",
        "outcome": facts.rules.wording.say(f"outcome_{reply.outcome}") if reply else "",
        "answered_month": f"{answered.month}/{answered.year}" if answered else "",
        "reason": case.extension.reason if case.extension else "",
    }


def _public(facts: Facts) -> dict[str, str]:
    """What a publication tells besides: as it stands on the board, and of a report about a person no body's name."""
    if facts.paper not in (Paper.PUBLICATION, Paper.LOUDSPEAKER):
        return {}
    board = facts.published
    if board is None:
        return {"authority": "", "receiving_body": ""} if about_person(facts.case) else {}
    named = board.authority if board.authority and not board.authority.startswith("~") else ""
    months = (("received_month", board.received_on), ("answered_month", board.answered_on))
    return {
        "authority": facts.body(named),
        "matter": board.text.summary,
        "reply_summary": board.text.answer.rstrip(" ."),
        "approver": facts.approver,
        **{name: f"{day.month}/{day.year}" if day else "" for name, day in months},
    }


def _places(facts: Facts) -> dict[str, str]:
    known = facts.rules.commune_values(facts.case.locality)
    return {name: str(known[name]) for name in ("address", "phone", "hours", "reception_place")}


def _inside(label: str) -> str:
    """A label as it stands within a sentence; abbreviations keep their capitals."""
    return label[:1].lower() + label[1:] if label[1:2].islower() or label[1:2] in " ," else label


def _day(day: date | None) -> str:
    return vn_date(day) if day else ""


def _after(facts: Facts, days: int) -> str:
    return _counted(lambda: facts.rules.calendar.add_working_days(facts.today, days))


def _latest(facts: Facts) -> str:
    try:
        return _counted(lambda: latest_due_on(facts.case, facts.profile, facts.rules.calendar))
    except ClockError:
        return ""


def _counted(count: Callable[[], date]) -> str:
    """A counted day; "" where nobody has entered the calendar yet, so that its sentence is left out."""
    try:
        return vn_date(count())
    except CalendarIncomplete:
        return ""
