"""Asking the sender of a closed report, after 30 and after 90 days, whether anybody makes trouble for them over it.

Protection of those who report, whatever their message is called: Luật Tố cáo 25/2018/QH14 art. 8 (retaliation is
forbidden) and art. 47–58 (protection of position, work, life, health, property, honour). One question each time, one
tap, never a second message for the same question. The alarm goes to a body outside the one complained of (COI-7).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from cases.intake import Draft, Submission, submit
from cases.messages import Choice, Outgoing, Template
from cases.model import Case, CaseEvent, Secrecy, State, Subject
from cases.notices import offer_standing
from cases.ports import Chat, UnitOfWork
from cases.rules import Rules
from cases.sealing import keep_identity
from cases.sender_ports import CheckIn
from cases.taxonomy import RETALIATION
from cases.wording import SOURCE

FIRST, SECOND = timedelta(days=30), timedelta(days=90)  # after closing
ENDED = timedelta(days=180)  # after that a question would only startle
ACTION = "check_in"
NO, YES, STOP = "no", "yes", "stop"
ANSWERS = (NO, YES, STOP)
OVER = (State.CLOSED, State.PUBLISHED, State.REJECTED, State.REDIRECTED)


def is_asked(unit: UnitOfWork, case: Case) -> bool:
    """Whether this case's sender is asked at all: reports about persons, and whoever said they are worried."""
    return case.subject.is_person or unit.check_ins.wish(case.id).worried


def is_watched(unit: UnitOfWork, case: Case) -> bool:
    """Whether a question may still come, so that the sender's channel is kept even if they hid their name."""
    return is_asked(unit, case) and unit.check_ins.get(case.id).answer not in (YES, STOP)


def due(unit: UnitOfWork, now: datetime, most: int) -> Sequence[str]:
    """Cases whose sender is to be asked now, by id."""
    return unit.check_ins.due(now - FIRST, now - SECOND, now - ENDED, most)


def is_daytime(rules: Rules, now: datetime) -> bool:
    """Whether people may be written to unasked: in the hours and on the days of all reminders."""
    return rules.policy.opening(now, rules.calendar) == now


def ask(unit: UnitOfWork, rules: Rules, case_id: str, now: datetime) -> bool:
    """Put the question of the day; False when nobody can be reached, which is not tried again for this question."""
    case = unit.cases.get(case_id)
    if case is None or case.closed_at is None or case.state not in OVER or not case.reporter:
        return False
    entry = unit.check_ins.get(case_id)
    if entry.answer in (YES, STOP):  # answered after the list of who is due was read
        return False
    second = now - case.closed_at >= SECOND
    if second:
        entry.second_at, entry.answer = now, ""
    else:
        entry.first_at = now
    unit.check_ins.save(entry)
    reporter = unit.people.reporter(case.reporter)
    chat = unit.chats.get(reporter.chat_key) if reporter else None
    return chat is not None and _say(unit, rules, case, chat, 2 if second else 1)


def _say(unit: UnitOfWork, rules: Rules, case: Case, chat: Chat, which: int) -> bool:
    text = rules.wording.say("check_in", chat.lang, **{**rules.commune_values(case.locality), "case_code": case.code})
    labels = rules.wording.labels("check_in", chat.lang)
    offered = [Choice(value, label) for value, label in zip(ANSWERS, labels, strict=True)]
    choices = offer_standing(chat, unit.new_id()[:8], ACTION, case.id, offered)
    # Where the free window is shut the paid template asks to write; whoever writes is asked again in full.
    status = rules.wording.say("check_in_short", chat.lang)
    template = Template("case_news", (("ticket_code", case.code), ("status", status)))
    # Without the case's id: the desk, which reads the case's conversation, is not to know that its sender is asked.
    queued = unit.outbox.say(
        chat, Outgoing(text, choices, template=template), f"check_in:{case.id}:{which}", purpose=ACTION
    )
    if queued:
        unit.chats.save(chat)
    return queued


def is_open(entry: CheckIn) -> bool:
    """Whether a question was put that is not answered yet."""
    return entry.answer == "" and (entry.first_at is not None or entry.second_at is not None)


def answer(unit: UnitOfWork, entry: CheckIn, value: str, now: datetime) -> None:
    """Keep what was answered; `stop` holds for this case alone, so that no two cases are tied together by it."""
    if value not in ANSWERS:
        raise ValueError(value)
    entry.answer, entry.answered_at = value, now
    unit.check_ins.save(entry)


def raise_alarm(unit: UnitOfWork, rules: Rules, chat: Chat, case: Case, now: datetime) -> Submission:
    """Open the urgent case for the sender of `case`: nobody may learn their name until they choose so themselves."""
    reporter = unit.people.reporter(case.reporter) if case.reporter else None
    if reporter is not None and not chat.consent_version:  # answered on another device, with the receipt code
        chat.consent_version, chat.consent_at = reporter.consent_version, reporter.consent_at
    draft = alarm_draft(case, rules.wording.say("alarm_text", SOURCE), Secrecy.ANONYMOUS)
    done = submit(unit, rules, chat, draft, now, with_files=False)  # a report being written keeps its own
    entry = unit.check_ins.get(case.id)
    entry.alarm_case = done.case.id
    answer(unit, entry, YES, now)
    return done


def alarm_draft(earlier: Case, text: str, secrecy: Secrecy) -> Draft:
    """A report of reprisal for an earlier one."""
    # The post stays the one complained of first: whoever takes revenge is taken to stand by that person.
    person = earlier.subject.is_person
    return Draft(
        text=text,
        subject=Subject.OFFICIAL,
        topic=RETALIATION,
        suggested_topic=RETALIATION,
        posts=earlier.subject_posts if person and earlier.subject_posts else ("khac",),
        subject_body=earlier.subject_body,
        hamlet=earlier.hamlet,
        hidden_from=earlier.hidden_from,
        secrecy=secrecy,
        retaliation=True,
        linked_case=earlier.id,
    )


def be_known(unit: UnitOfWork, case: Case, name: str, phone: str, now: datetime) -> bool:
    """The sender of an alarm leaves a name after all: only the Front may ask for it, by two persons."""
    reporter = unit.people.reporter(case.reporter) if case.reporter else None
    if reporter is None:
        return False
    if not keep_identity(unit, case, name, phone):
        reporter.name, reporter.phone = name, phone
    reporter.secrecy = Secrecy.CONFIDENTIAL
    unit.people.save_reporter(reporter)
    case.secrecy = Secrecy.CONFIDENTIAL
    unit.cases.log(CaseEvent(case.id, now, "became_known", "resident"))
    unit.cases.save(case)
    return True
