"""Steps on the register of rule edits, each in one transaction: propose, decide, and what follows at once."""

from __future__ import annotations

from dataclasses import replace

from cases import officers
from cases.approvals import check_decision, may_withdraw, others_who_decide
from cases.calendar import CalendarError, CalendarIncomplete, WorkCalendar, local_date
from cases.calendar_edits import CalendarChange, apply_change, folded, move_clocks, read_change
from cases.casework import Refused
from cases.clocks import DueChange
from cases.exclusions import hold_exclusions
from cases.model import Officer
from cases.notices import tell_officer
from cases.officer_edits import account_faults, account_of, read_account
from cases.rule_checks import examined
from cases.rule_compose import EditedRules, compose, made_of, profile_then
from cases.rule_edits import Fault, RuleEdit, RuleFault, What, WrongEdit, checked_words
from cases.rules import Rules
from storage import console, console_sessions, rule_edits
from storage.audit_rules import enter_edit
from storage.nudges import NudgeStore
from storage.work import StoredWork

INVITE, REVOKE = "invite", "revoke"
"""Steps on an account that change nothing in it."""


def fresh(unit: StoredWork, rules: Rules) -> EditedRules:
    """The rules as they stand in this very transaction, whatever this process last read."""
    basis, _, _ = made_of(rules)
    return compose(basis, rule_edits.all_edits(unit), local_date(unit.now))


def edited_calendar(rules: EditedRules, change: CalendarChange) -> WorkCalendar:
    """The calendar with one more change. Raises `CalendarError`, `CalendarIncomplete`."""
    basis, _, edits = made_of(rules)
    made = sorted((one for one in edits if one.what is What.CALENDAR and one.agreed), key=lambda one: one.id)
    upto = [(one.id, read_change(one.content)) for one in made if one.id <= change.upto]
    return apply_change(rules.calendar, change, folded(basis.calendar, upto)[0])


def change_calendar(unit: StoredWork, rules: Rules, edit: RuleEdit) -> list[DueChange]:
    """Store a calendar change and move the running clocks. Raises `WrongEdit` when it contradicts the calendar."""
    now_rules, change = fresh(unit, rules), read_change(edit.content)
    if faults := checked_words(edit):
        raise WrongEdit(faults)
    try:
        edited = edited_calendar(now_rules, change)
    except (CalendarError, CalendarIncomplete) as error:
        raise WrongEdit([Fault("day", error)]) from error
    if edited.version == now_rules.calendar.version:
        raise WrongEdit([Fault("day", RuleFault("no_change"))])
    enter_edit(unit, rule_edits.add(unit, replace(edit, about=change.about)), edit.proposed_by)
    moved = move_clocks(unit, now_rules, profile_then(now_rules), edited, edit.reason, unit.now)
    NudgeStore(unit).look_at_all(unit.now)  # a day that became a working day may bring a look forward
    return moved


def propose(unit: StoredWork, rules: Rules, edit: RuleEdit) -> RuleEdit:
    """Check an edit against the rules of this moment and store it. Raises `WrongEdit`.

    One that needs nobody's agreement is in force with this commit; for the others, whoever may agree is told.
    """
    now_rules = fresh(unit, rules)
    tried = examined(now_rules, edit, local_date(unit.now))
    if tried.faults:
        raise WrongEdit(tried.faults)
    stored = rule_edits.add(unit, tried.edit)
    _enter_new(unit, stored)
    if stored.needs_approval:
        tell_deciders(unit, now_rules, stored)
    return stored


def propose_account(unit: StoredWork, rules: Rules, edit: RuleEdit) -> tuple[RuleEdit, str]:
    """Store a proposal about an account; the one-time code of a new one where nobody else could agree to it.

    An installation begins with one administrator: until there is a second person who may decide, accounts are made
    at once, and the register says so. Raises `WrongEdit`.
    """
    directory = rules.directory(edit.locality, unit.now)
    officer = _officer_of(unit, edit)
    colleagues = unit.people.officers(edit.locality)
    faults = [*checked_words(edit), *account_faults(officer, directory, colleagues)]
    if edit.content["before"] == edit.content["after"]:
        faults.append(Fault("", RuleFault("no_change")))
    if faults:
        raise WrongEdit(faults)
    alone = not others_who_decide(colleagues, edit, directory)
    stored = rule_edits.add(unit, replace(edit, needs_approval=not alone))
    _enter_new(unit, stored)
    if not alone:
        tell_deciders(unit, rules, stored)
        return stored, ""
    return stored, _apply_account(unit, rules, stored)


def decide(unit: StoredWork, rules: Rules, officer: Officer, number: int, approve: bool, note: str) -> str:
    """Agree to an edit or refuse it; returns a one-time code where that was what was asked for.

    Raises `Refused` (who may not, too late) and `WrongEdit` (it no longer fits).
    """
    edit = rule_edits.one(unit, number)
    now_rules = fresh(unit, rules)
    if edit is None:
        raise Refused("edit_decided")
    colleagues = unit.people.officers(edit.locality or officer.locality)
    check_decision(officer, edit, now_rules.directory(officer.locality, unit.now), colleagues)
    if approve:
        _still_fits(unit, now_rules, edit)
    if not rule_edits.decide(unit, number, officer.id, approve, note):
        raise Refused("edit_decided")
    enter_edit(unit, edit, officer.id, *(() if approve else ("rule_refused",)))
    if not approve or edit.what is not What.OFFICER:
        return ""
    if edit.content.get("step") == INVITE:
        return _new_code(unit, now_rules, _officer_of(unit, edit), edit.id)
    _apply_account(unit, now_rules, edit, invite=False)
    return ""


def withdraw(unit: StoredWork, officer: Officer, number: int) -> bool:
    """Take back what waits or has not begun; False when it is too late for that."""
    edit = rule_edits.one(unit, number)
    if edit is None or not may_withdraw(officer, edit, edit.standing(local_date(unit.now))):
        return False
    taken = rule_edits.withdraw(unit, number, officer.id)
    if taken:
        enter_edit(unit, edit, officer.id, "rule_withdrawn")
    return taken


def _enter_new(unit: StoredWork, edit: RuleEdit) -> None:
    enter_edit(unit, edit, edit.proposed_by, *(("rule_proposed",) if edit.needs_approval else ()))


def tell_deciders(unit: StoredWork, rules: Rules, edit: RuleEdit) -> None:
    """A notice that something waits for a second person: what kind of change, never its words."""
    for place in rules.book.localities:
        directory = rules.directory(place, unit.now)
        for one in others_who_decide(unit.people.officers(place), edit, directory):
            tell_officer(unit, rules, one, "officer_rule_waiting", f"rule:{edit.id}", "", number=edit.id)


def _still_fits(unit: StoredWork, rules: EditedRules, edit: RuleEdit) -> None:
    if edit.what is What.OFFICER:
        directory = rules.directory(edit.locality, unit.now)
        faults = account_faults(_officer_of(unit, edit), directory, unit.people.officers(edit.locality))
    else:
        today = local_date(unit.now)
        late = edit.valid_from is not None and edit.valid_from < today  # agreed to later than it was meant to begin
        faults = list(examined(rules, replace(edit, valid_from=today) if late else edit, today).faults)
    if faults:
        raise WrongEdit(faults)


def _officer_of(unit: StoredWork, edit: RuleEdit) -> Officer:
    """The officer as proposed. Raises `WrongEdit` when the account was closed or changed meanwhile."""
    after = read_account(edit.content["after"])
    known = unit.people.officer(edit.about)
    if edit.content["before"] is None:
        if known is not None:
            raise WrongEdit([Fault("", RuleFault("account_changed"))])
        return after.on(Officer(edit.about, edit.locality, "", "", ()))
    if known is None or not known.active or account_of(known) != read_account(edit.content["before"]):
        raise WrongEdit([Fault("", RuleFault("account_changed"))])
    return after.on(known)


def _apply_account(unit: StoredWork, rules: Rules, edit: RuleEdit, *, invite: bool = True) -> str:
    """Change or make the account; its sessions end, so that nobody goes on under former roles."""
    officer, before = _officer_of(unit, edit), unit.people.officer(edit.about)
    officer.unlocked_until = None
    unit.people.save_officer(officer)
    hold_exclusions(unit, rules, before, officer, unit.now)
    console_sessions.end_all(unit, officer.id)
    new = edit.content["before"] is None
    return officers.invite(unit, officer, unit.now) if invite and new else ""


def invite_again(unit: StoredWork, rules: Rules, officer_id: str, by: Officer, reason: str) -> str:
    """A fresh one-time code for an account; "" where a second person must agree first.

    Whoever has the code of an account in use can take it over, so one person alone does not get it.
    """
    officer = unit.people.officer(officer_id)
    if officer is None or not officer.active:
        raise LookupError(officer_id)
    in_use = bool(officer.chat) or console.of_officer(unit, officer_id) is not None
    known = account_of(officer).content()
    content = {"before": known, "after": known, "step": INVITE}
    edit = RuleEdit(0, officer.locality, What.OFFICER, officer.id, content, reason, proposed_by=by.id)
    directory = rules.directory(officer.locality, unit.now)
    others = others_who_decide(unit.people.officers(officer.locality), edit, directory)
    stored = rule_edits.add(unit, replace(edit, needs_approval=in_use and bool(others)))
    _enter_new(unit, stored)
    if stored.needs_approval:
        tell_deciders(unit, rules, stored)
        return ""
    return _new_code(unit, rules, officer, stored.id)


def _new_code(unit: StoredWork, rules: Rules, officer: Officer, number: int) -> str:
    """The code; the officer hears of it, for in other hands it would open the account."""
    tell_officer(unit, rules, officer, "officer_invited_again", f"invited:{number}", "")
    return officers.invite(unit, officer, unit.now)


def close_account(unit: StoredWork, officer_id: str, by: Officer, reason: str) -> None:
    """Close an account at once, its sessions with it; the register keeps who did it and why. Raises `LookupError`."""
    enter_edit(unit, rule_edits.add(unit, replace(_closed(unit, officer_id, reason), proposed_by=by.id)), by.id)


def open_account(unit: StoredWork, rules: Rules, officer: Officer, reason: str) -> str:
    """An account made on the command line; returns its one-time code.

    Whoever has the machine is not held up by a second person, but does not do it unseen: the register keeps it, and
    everybody who would have been asked is told. Raises `Refused` (roles that do not fit).
    """
    code = officers.enrol(unit, rules, officer, unit.now)
    hold_exclusions(unit, rules, None, officer, unit.now)
    content = {"before": None, "after": account_of(officer).content()}
    _by_operator(unit, rules, RuleEdit(0, officer.locality, What.OFFICER, officer.id, content, reason))
    return code


def shut_account(unit: StoredWork, rules: Rules, officer_id: str, reason: str) -> None:
    """Close an account on the command line; kept and told like `open_account`. Raises `LookupError`."""
    _by_operator(unit, rules, _closed(unit, officer_id, reason))


def _by_operator(unit: StoredWork, rules: Rules, edit: RuleEdit) -> None:
    stored = rule_edits.add(unit, edit)
    enter_edit(unit, stored, "operator")
    directory = rules.directory(edit.locality, unit.now)
    for one in others_who_decide(unit.people.officers(edit.locality), stored, directory):
        tell_officer(unit, rules, one, "officer_account_by_operator", f"rule:{stored.id}", "", number=stored.id)


def _closed(unit: StoredWork, officer_id: str, reason: str) -> RuleEdit:
    officer = unit.people.officer(officer_id)
    if officer is None or not officer.active:
        raise LookupError(officer_id)
    known = account_of(officer).content()
    content = {"before": known, "after": known, "step": REVOKE}
    console.revoke(unit, officer)
    return RuleEdit(0, officer.locality, What.OFFICER, officer.id, content, reason)
