"""Two persons for what decides over people: who may agree to an edit, and who may edit at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cases.bodies import Directory
from cases.casework import Refused, known_as
from cases.directory import DirectoryBook
from cases.model import BodyRole, Officer, OfficerRole
from cases.rule_edits import INSTALLATION_WIDE, RuleEdit, Standing, What

_DESK = frozenset({OfficerRole.HANDLER, OfficerRole.TRIAGE})


def may_edit(officer: Officer, what: What, book: DirectoryBook) -> bool:
    """An administrator of the commune; where several communes share rules, one of the place above them all."""
    if not officer.active or OfficerRole.ADMIN not in officer.roles or officer.locality not in book.localities:
        return False
    return what not in INSTALLATION_WIDE or len(book.communes) == 1 or not book.localities[officer.locality].parent


def decides(officer: Officer, directory: Directory) -> bool:
    """Whether this officer's work includes agreeing to changes: administrators, the Front's desk, oversight."""
    if not officer.active or not directory.has(officer.body):
        return False
    if OfficerRole.ADMIN in officer.roles:
        return True
    oversees = OfficerRole.OVERSIGHT in officer.roles and directory.has_role(officer.body, BodyRole.OVERSIGHT)
    coordinates = bool(_DESK & set(officer.roles)) and directory.has_role(officer.body, BodyRole.COORDINATOR)
    return oversees or coordinates


def within_reach(officer: Officer, edit: RuleEdit, directory: Directory) -> bool:
    """Own commune, or one below the officer's own place; what all communes share, any of them may agree to."""
    return edit.locality in ("", officer.locality) or directory.tree.get(edit.locality) == officer.locality


def may_decide(officer: Officer, edit: RuleEdit, directory: Directory, colleagues: Sequence[Officer] = ()) -> bool:
    """Whether this officer may agree to or refuse this edit: never her own proposal, never one about herself.

    Given the accounts of the place, two of one name count as one person: an administrator has a second account for
    cases (decision i), and one person must not agree to her own proposal from there.
    """
    concerned = edit.what is What.OFFICER and officer.id == edit.about
    return (
        decides(officer, directory)
        and within_reach(officer, edit, directory)
        and edit.proposed_by != officer.id
        and not concerned
        and known_as(officer.name) not in _involved(edit, colleagues)
    )


def _involved(edit: RuleEdit, colleagues: Sequence[Officer]) -> set[str]:
    """Names, without marks, of who proposes and of whom it is about."""
    names = {one.name for one in colleagues if one.id == edit.proposed_by}
    if edit.what is What.OFFICER and colleagues:
        names |= {one.name for one in colleagues if one.id == edit.about} | {str(edit.content["after"]["name"])}
    return {known_as(name) for name in names}


def check_decision(officer: Officer, edit: RuleEdit, directory: Directory, colleagues: Sequence[Officer] = ()) -> None:
    """Refuse a decision: `edit_own`, `edit_same_person`, `edit_not_decider`, `edit_decided`."""
    if edit.proposed_by == officer.id:
        raise Refused("edit_own")
    if colleagues and known_as(officer.name) in _involved(edit, colleagues):
        raise Refused("edit_same_person")
    if not may_decide(officer, edit, directory):
        raise Refused("edit_not_decider")
    if edit.approved is not None or edit.withdrawn_at is not None or not edit.needs_approval:
        raise Refused("edit_decided")


def others_who_decide(officers: Iterable[Officer], edit: RuleEdit, directory: Directory) -> list[Officer]:
    """Who there is to agree to this edit."""
    colleagues = list(officers)
    return [one for one in colleagues if may_decide(one, edit, directory, colleagues)]


def may_withdraw(officer: Officer, edit: RuleEdit, standing: Standing) -> bool:
    """Its proposer takes back what waits; any administrator what has not begun yet."""
    if standing is Standing.WAITING:
        return officer.id == edit.proposed_by or OfficerRole.ADMIN in officer.roles
    return standing is Standing.LATER and OfficerRole.ADMIN in officer.roles
