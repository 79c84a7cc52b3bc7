"""Exclusions that outlast a change of post: who may be the person complained of stays shut out wherever he goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cases.call_back import call_back, call_back_from
from cases.conflict import linked_officers
from cases.model import Officer
from cases.notices import officers_around
from cases.ports import CaseQuery, UnitOfWork
from cases.rules import Rules


def hold_exclusions(unit: UnitOfWork, rules: Rules, before: Officer | None, after: Officer, now: datetime) -> int:
    """To be called when an account is made or changed (COI-4). Returns how many cases shut somebody more out.

    Whoever held a post that a case is about, or holds it from now on, is written into the case by name, with the
    relatives declared on either side. Nobody is ever taken out: leaving the post, the body or the declaration behind
    must not open a case about oneself. What waits unsent for those shut out is taken back.
    """
    held = {code for one in (before, after) if one for code in (one.post, *one.extra_posts)} - {""}
    about = frozenset({*held, after.id, *after.relatives, *(before.relatives if before else ())})
    changed = 0
    for case in unit.cases.find(CaseQuery(about=about)):
        directory = rules.directory_of(case, now)
        others = [one for one in officers_around(unit, rules, case.locality) if one.id != after.id]
        found = set(case.excluded_officers)
        for one in (before, after):
            if one is not None:
                around = [*others, one]
                found |= set(linked_officers(around, directory, case.subject_posts, case.subject_body, case.hamlet))
        if after.id in found:
            found |= set(after.relatives) - set(before.relatives if before else ())
        if found != set(case.excluded_officers):
            held_out = replace(case, excluded_officers=tuple(sorted(found)))
            unit.cases.save(held_out)
            call_back(unit, rules, held_out, now)
            changed += 1
    call_back_from(unit, rules, after, now)
    return changed
