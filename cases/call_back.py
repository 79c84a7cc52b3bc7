"""What waits unsent for officers about a case they may no longer know of is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cases.calendar import local_date
from cases.model import Case, Officer
from cases.notices import officers_around
from cases.ports import Chat, UnitOfWork
from cases.reminder_words import merged
from cases.rules import Rules
from cases.scope import Sight
from cases.visibility import sight


def call_back(unit: UnitOfWork, rules: Rules, case: Case, now: datetime) -> int:
    """To be called when somebody was shut out of a case. Returns how many messages were taken back or written anew.

    Notices, and digests that name it, go; a reminder of several cases stays without this one. What an officer is to
    hear as the reporter of the case stays. What a messenger has been given already cannot be taken back.
    """
    directory = rules.directory_of(case, now)
    return sum(
        _from(unit, rules, chat, case, now)
        for officer in officers_around(unit, rules, case.locality)
        if sight(officer, case, directory) is Sight.NOTHING and (chat := _chat(unit, officer))
    )


def call_back_from(unit: UnitOfWork, rules: Rules, officer: Officer, now: datetime) -> int:
    """The same for everything that waits for one officer, to be called when the account was changed."""
    chat = _chat(unit, officer)
    if chat is None:
        return 0
    cases = filter(None, map(unit.cases.get, sorted(unit.outbox.waiting_cases(chat))))
    unseen = [case for case in cases if sight(officer, case, rules.directory_of(case, now)) is Sight.NOTHING]
    return sum(_from(unit, rules, chat, case, now) for case in unseen)


def _chat(unit: UnitOfWork, officer: Officer) -> Chat | None:
    return unit.chats.get(officer.chat) if officer.chat else None


def _from(unit: UnitOfWork, rules: Rules, chat: Chat, case: Case, now: datetime) -> int:
    reporter = unit.people.reporter(case.reporter) if case.reporter else None
    if reporter is not None and reporter.chat_key == chat.key:
        return 0

    def without_it(lines: Sequence[str]) -> str:
        return merged(rules.wording, lines, chat.lang, local_date(now))

    return unit.outbox.call_back(chat, case.id, without_it)
