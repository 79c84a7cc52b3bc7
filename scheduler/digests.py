"""The morning digest: what waits for each officer today, at most once a working day, and only if there is something."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial

from cases.calendar import local_date, vn_date
from cases.messages import Outgoing
from cases.model import Case, Officer, OfficerRole
from cases.reminder_policy import instant
from cases.reminder_words import listed
from cases.reminders import Moment, Owed
from cases.routing import forwarder_of
from cases.scope import Sight
from scheduler.letters import ReminderRules, rules_in_force
from scheduler.people import People
from storage.nudge_mail import Door, Mail, MailStore
from storage.nudges import NudgeStore
from storage.outbox import DIGEST
from storage.reminder_body import Line
from storage.work import Office, StoredWork

AT = time(7, 30)
SOON_WD = 3  # working days before the last day from which a term is listed as due soon
DESK_ROLES = frozenset({OfficerRole.HANDLER, OfficerRole.TRIAGE})
WATCHERS = frozenset({OfficerRole.FOLLOW_UP, OfficerRole.OVERSIGHT})


@dataclass(frozen=True, slots=True)
class _Entry:
    """One case in somebody's digest."""

    case: Case
    owed: Owed
    is_new: bool

    @property
    def group(self) -> str:
        if self.owed.days > 0:
            return "overdue"
        return "new" if self.is_new else "due"


@dataclass(frozen=True, slots=True)
class _Letter:
    officer: Officer
    door: Door
    text: str
    lines: tuple[Line, ...]


class Digests:
    """Sends the digests of all localities; `rules` as for `Reminders`."""

    def __init__(self, office: Office, rules: ReminderRules | Callable[[], ReminderRules]) -> None:
        self._office, self._rules = office, rules_in_force(rules)
        self._done: set[tuple[str, date]] = set()

    async def tick(self, now: datetime) -> int:
        """Send what is due: from 07:30 on working days until the quiet hours. Returns the number of digests queued."""
        rules = self._rules()
        moment = Moment(now, rules.calendar, rules.policy)
        if not moment.is_open or moment.hour < AT:
            return 0
        queued = 0
        for locality in rules.book.localities:
            if (locality, moment.today) not in self._done:
                queued += await self._locality(rules, moment, locality)
                self._done = {one for one in self._done if one[1] == moment.today} | {(locality, moment.today)}
        return queued

    async def _locality(self, rules: ReminderRules, moment: Moment, locality: str) -> int:
        """Read and write apart, so that a long list never holds up residents' updates."""
        day_key = f"digests:{locality}:{moment.today}"
        letters = await self._office.read(lambda unit: _Desk(unit, rules, moment, locality).letters(day_key))
        if letters is None:
            return 0
        return await self._office.write(partial(self._queue, letters=letters, moment=moment, day_key=day_key))

    def _queue(self, unit: StoredWork, letters: Sequence[_Letter], moment: Moment, day_key: str) -> int:
        """Queue each digest unless another process did; an older one that still waits gives way to it."""
        now, today = moment.now, moment.today
        fresh = [one for one in letters if unit.ledger.once(f"digest:{one.officer.id}:{today}", now)]
        unit.ledger.once(day_key, now)
        store = MailStore(unit, self._office.capabilities)
        store.take_back_digests([one.door.key for one in fresh], now)
        mails = [
            Mail(one.door, Outgoing(one.text), f"digest:{one.officer.id}:{today}", purpose=DIGEST, lines=one.lines)
            for one in fresh
        ]
        store.say(mails, now)
        return len(mails)


class _Desk:
    """One locality on one morning."""

    def __init__(self, unit: StoredWork, rules: ReminderRules, moment: Moment, locality: str) -> None:
        self._store, self._mail = NudgeStore(unit), MailStore(unit, {})
        self._rules, self._moment, self._locality = rules, moment, locality
        yesterday = rules.calendar.add_working_days(moment.today, -1)
        self._new_from = instant(yesterday, AT)

    def letters(self, day_key: str) -> list[_Letter] | None:
        """The digests of this locality's officers; None when they were sent before."""
        if self._store.seen([day_key]):
            return None
        book, today = self._rules.book, self._moment.today
        under = [code for code, place in book.localities.items() if self._locality in (code, place.parent)]
        officers = self._store.officers([self._locality])
        doors = self._mail.doors({one.chat for one in officers if one.chat})
        reachable = [one for one in officers if one.chat in doors and doors[one.chat].reachable]
        if not reachable:
            return []
        people = People(book, today, under)
        people.load(officers)
        entries = self._entries(under)
        found = []
        for officer in reachable:
            mine = [one for one in entries if self._concerns(officer, one, people)]
            if mine:
                door = doors[officer.chat]
                named = tuple(Line(one.case.id, one.owed.step, "", 0, "") for one in mine)
                found.append(_Letter(officer, door, self._text(mine, door.lang), named))
        return found

    def _entries(self, localities: Sequence[str]) -> list[_Entry]:
        """Cases with something to say today: late, due soon, or new."""
        horizon = self._rules.calendar.add_working_days(self._moment.today, SOON_WD)
        cases = self._store.listed(localities, horizon)
        since = self._store.since(cases)
        entries = []
        for case in cases:
            owed = self._moment.owed(case, since.get(case.id))
            is_new = case.submitted_at >= self._new_from
            if owed is not None and (is_new or owed.days >= -SOON_WD):
                entries.append(_Entry(case, owed, is_new))
        return sorted(entries, key=lambda one: (-one.owed.days, one.case.submitted_at))

    def _concerns(self, officer: Officer, entry: _Entry, people: People) -> bool:
        """Whose work it is; and in any case only what the officer may see."""
        case, directory = entry.case, people.directory(entry.case)
        if people.scope(officer, case.locality).sight(case) < Sight.NOTICE:
            return False
        body = directory.successor(officer.body)
        if not DESK_ROLES.isdisjoint(officer.roles) and not (case.assignee and case.assignee != officer.id):
            desks = (case.receiving_body, forwarder_of(directory, case.receiving_body, case.excluded_bodies))
            if body in {directory.successor(code) for code in desks}:
                return entry.is_new or entry.owed.step != "reply" or entry.owed.days > 0
        if entry.owed.step != "reply":
            return False
        if OfficerRole.CONTACT in officer.roles and body == directory.successor(case.competent_authority):
            return entry.owed.days >= -SOON_WD
        return not WATCHERS.isdisjoint(officer.roles) and entry.owed.days > 0

    def _text(self, entries: Sequence[_Entry], lang: str) -> str:
        wording = self._rules.wording
        counts = {group: sum(one.group == group for one in entries) for group in ("overdue", "due", "new")}
        head = wording.say("digest_head", lang, date=vn_date(self._moment.today), **counts)
        return listed(wording, head, list(self._lines(entries, lang)), lang)

    def _lines(self, entries: Sequence[_Entry], lang: str) -> Iterator[str]:
        for entry in entries:
            yield self._rules.wording.say(
                f"digest_{entry.group}",
                lang,
                case_code=entry.case.code,
                topic=self._rules.taxonomy.label(entry.case.topic),
                step=self._rules.wording.say(f"step_{entry.owed.step}", lang),
                n=entry.owed.days,
                due_date=vn_date(entry.owed.due),
                submitted_on=vn_date(local_date(entry.case.submitted_at)),
            )
