"""What a resident may do with a case after it has a number: add, withdraw, judge the answer, see and erase data."""

from __future__ import annotations

from datetime import datetime

from cases.intake import poke
from cases.lifecycle import Actor, move, withdraw_effect
from cases.model import Case, CaseEvent, OfficerRole, State, Verdict
from cases.notices import officers_around, tell_officer
from cases.ports import Chat, UnitOfWork
from cases.rules import Rules
from cases.sealing import VERDICT, keep_addition, keep_identity, keep_words
from cases.visibility import Sight, sight


def own_cases(unit: UnitOfWork, chat: Chat) -> list[Case]:
    """The cases reported from this chat, oldest first."""
    found = (unit.cases.get(reporter.case_id) for reporter in unit.people.reporters_of_chat(chat.key))
    return [case for case in found if case is not None]


def add_information(unit: UnitOfWork, rules: Rules, case: Case, text: str, files: int, now: datetime) -> None:
    """Keep an addition; it also answers an officer's question and puts the case back to work."""
    kept = keep_addition(unit, case, text)
    unit.cases.log(CaseEvent(case.id, now, "added", "resident", {"text": kept, "files": files}))
    if case.state is State.NEEDS_INFO:
        move(case, State.SUBMITTED, Actor.RESIDENT)
        poke(case, now)
        unit.cases.save(case)
    tell_handlers(unit, rules, case, "officer_case_added", f"added:{case.version}:{now.timestamp():.0f}", now)


def withdraw(unit: UnitOfWork, rules: Rules, case: Case, now: datetime) -> str:
    """Withdraw: `withdrawn`, or `continues_without_identity` once the paper is with the authority (domain 7.4)."""
    effect = withdraw_effect(case)
    if effect == "withdrawn":
        move(case, State.WITHDRAWN, Actor.RESIDENT)
        case.closed_at = now
        unit.outbox.cancel(case.id, "reminder")
    if case.reporter:
        forget_reporter(unit, case)
    unit.cases.log(CaseEvent(case.id, now, effect, "resident"))
    poke(case, now)
    unit.cases.save(case)
    tell_handlers(unit, rules, case, "officer_case_withdrawn", f"withdrawn:{case.version}", now)
    return effect


def give_verdict(unit: UnitOfWork, rules: Rules, case: Case, verdict: Verdict, now: datetime) -> None:
    """Store what the resident thinks of the answer; a satisfied resident closes the case."""
    case.verdict = verdict
    unit.cases.log(CaseEvent(case.id, now, "verdict", "resident", {"verdict": verdict.value}))
    if verdict is Verdict.SOLVED and case.state in (State.RELAYED, State.DIALOGUE):
        move(case, State.CLOSED, Actor.RESIDENT)
        case.closed_at = now
    poke(case, now)
    unit.cases.save(case)
    tell_handlers(unit, rules, case, "officer_case_verdict", f"verdict:{case.version}", now)


def give_reason(unit: UnitOfWork, case: Case, reason: str, now: datetime) -> None:
    """Keep the reason behind a verdict."""
    case.verdict_note = keep_words(unit, case, VERDICT, reason)
    unit.cases.log(CaseEvent(case.id, now, "verdict_reason", "resident", {"text": case.verdict_note}))
    unit.cases.save(case)


def ask_dialogue(unit: UnitOfWork, rules: Rules, case: Case, now: datetime) -> bool:
    """Ask for a dialogue after an answer (SV-6); False when the case is not at that point."""
    if case.state not in (State.RELAYED, State.CLOSED) or case.answered_at is None:
        return False
    move(case, State.DIALOGUE, Actor.RESIDENT)
    case.closed_at = None
    poke(case, now)
    unit.cases.log(CaseEvent(case.id, now, "dialogue_asked", "resident"))
    unit.cases.save(case)
    tell_handlers(unit, rules, case, "officer_case_dialogue", f"dialogue:{case.version}", now)
    return True


def rejoin(unit: UnitOfWork, rules: Rules, case: Case, chat: Chat, now: datetime) -> bool:
    """Whoever holds the receipt code takes the news of this case to this chat; the old chat is told so."""
    reporter = unit.people.reporter(case.reporter) if case.reporter else None
    if reporter is None or reporter.chat_key == chat.key:
        return False
    old = unit.chats.get(reporter.chat_key)
    reporter.chat_key = chat.key
    unit.people.save_reporter(reporter)
    if case.sealed_to:
        unit.sealed.apart(chat)
    unit.cases.log(CaseEvent(case.id, now, "rejoined", "resident"))
    if old is not None:
        from cases.messages import Outgoing

        known = rules.commune_values(case.locality)
        text = rules.wording.say("moved_away", old.lang, **{**known, "case_code": case.code})
        unit.outbox.say(old, Outgoing(text), f"case:{case.id}:moved:{now.timestamp():.0f}", case_id=case.id)
    return True


def erase_identity(unit: UnitOfWork, chat: Chat, now: datetime) -> int:
    """Erase who sent every case of this chat, and the consent; the cases go on without. Returns how many cases."""
    count = 0
    for case in own_cases(unit, chat):
        forget_reporter(unit, case)
        unit.cases.log(CaseEvent(case.id, now, "identity_erased", "resident"))
        unit.cases.save(case)
        count += 1
    chat.consent_version = 0
    chat.consent_at = None
    return count


def forget_reporter(unit: UnitOfWork, case: Case) -> None:
    """Erase who sent a case, in what is kept and in whatever backup is restored later; the caller saves the case."""
    unit.erasures.remember_identity(case.reporter)
    unit.people.drop_reporter(case.reporter)
    keep_identity(unit, case, "", "")
    case.reporter = ""


def correct_identity(unit: UnitOfWork, chat: Chat, name: str, phone: str, now: datetime) -> int:
    """Write name and phone into the vault entries of this chat's open cases; returns how many."""
    count = 0
    for reporter in unit.people.reporters_of_chat(chat.key):
        case = unit.cases.get(reporter.case_id)
        if case is None or not keep_identity(unit, case, name, phone):
            reporter.name, reporter.phone = name, phone
            unit.people.save_reporter(reporter)
        unit.cases.log(CaseEvent(reporter.case_id, now, "identity_corrected", "resident"))
        count += 1
    return count


def tell_handlers(unit: UnitOfWork, rules: Rules, case: Case, key: str, effect: str, now: datetime) -> None:
    """Tell the officers who work the case: number and topic only."""
    directory = rules.directory_of(case, now)
    wanted = OfficerRole.TRIAGE if case.state is State.NEEDS_COI_CHECK else OfficerRole.HANDLER
    for officer in officers_around(unit, rules, case.locality):
        own = officer.body == case.receiving_body and wanted in officer.roles
        works_it = own and sight(officer, case, directory) >= Sight.CONTENT
        if works_it and case.assignee in ("", officer.id):
            topic = rules.taxonomy.topics[case.topic].label
            tell_officer(unit, rules, officer, key, effect, case.id, case_code=case.code, topic=topic)
