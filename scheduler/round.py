"""One slice of due cases at one moment: what each needs, who hears of it, and everything written in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cases.calendar import local_date
from cases.messages import Capabilities
from cases.model import Case, CaseEvent
from cases.reminders import Audience, Moment, Notice, Plan
from scheduler.letters import Facts, Level, ReminderRules, line, urging_letter, working_day_after
from scheduler.people import People
from scheduler.post import Post
from storage.nudge_mail import MailStore
from storage.nudges import NudgeStore
from storage.reminder_body import Line
from storage.work import StoredWork

ACTOR = "scheduler"
RESIDENT = "resident"
TRY_AGAIN = timedelta(hours=1)  # when an automatic step was not taken after all
_LEVELS = (Audience.FOLLOW_UP, Audience.COMMUNE, Audience.PROVINCE)


@dataclass(frozen=True, slots=True)
class Said:
    """One notice to one person, sent or (in a preview) to be sent. `recipient`: an officer's id, or "resident"."""

    case_id: str
    code: str
    run: str
    offset: str
    recipient: str
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.offset} -> {self.recipient}: {self.text}"


@dataclass(slots=True)
class Outcome:
    """What came of one slice."""

    looked: int = 0
    said: list[Said] = field(default_factory=list)
    messages: int = 0
    unreachable: int = 0
    letters: int = 0
    actions: list[tuple[str, str]] = field(default_factory=list)  # (case id, what)


@dataclass(slots=True)
class _Due:
    """One notice for one recipient, not yet known to be new. `chat` is "" where nobody can be written to."""

    facts: Facts
    notice: Notice
    recipient: str
    chat: str
    values: dict[str, object]

    @property
    def key(self) -> str:
        return self._key("remind", self.notice.offset)

    @property
    def passed_over(self) -> str:
        """The entry that says a later notice was sent in place of this one."""
        return self._key("missed", self.notice.offset)

    def missed(self) -> Iterator[str]:
        return (self._key("missed", offset) for offset in self.notice.missed)

    def _key(self, what: str, offset: str) -> str:
        return f"{what}:{self.facts.case.id}:{self.notice.run}:{offset}:{self.recipient}"


class Round:
    """Decides for a slice; `write` makes it so, and without it nothing has changed."""

    def __init__(
        self, unit: StoredWork, rules: ReminderRules, moment: Moment, channels: Mapping[str, Capabilities]
    ) -> None:
        self._store, self._mail = NudgeStore(unit), MailStore(unit, channels)
        self._rules, self._moment, self._now, self._today = rules, moment, moment.now, moment.today
        self._plans: list[tuple[Case, Plan]] = []
        self._urged: set[str] = set()
        self._keys: list[str] = []
        self._events: list[CaseEvent] = []
        self._post: Post | None = None
        self.outcome = Outcome()

    def decide(self, cases: Sequence[Case]) -> None:
        """Work out every notice, letter and message of these cases."""
        since, rules = self._store.since(cases), self._rules
        self._plans = [(one, self._moment.plan(one, since.get(one.id))) for one in cases]
        self.outcome.looked = len(cases)
        self.outcome.actions = [(one.id, action) for one, found in self._plans for action in found.actions]
        self._people = People(rules.book, self._today, (one.locality for one in cases))
        self._people.load(self._store.officers(self._people.localities))
        marks = self._store.seen([mark for one, found in self._plans for mark in _marks(one, found)])
        facts = {one.id: self._facts(one, found) for one, found in self._plans if found.notices}
        due = [each for one, found in self._plans if found.notices for each in self._due(facts[one.id], found, marks)]
        seen = self._store.seen([key for each in due for key in (each.key, each.passed_over)])
        due += self._urge(facts, due, marks)
        self._escalate(marks)
        self._compose([each for each in due if each.key not in seen and each.passed_over not in seen])

    def write(self) -> Outcome:
        """Store everything decided; the caller's commit makes all of it true at once."""
        if self._post is not None:
            waiting = self._mail.pending(self._post.officers)
            runs = {case.id: found.runs for case, found in self._plans}
            self._mail.take_back(self._post.mend(waiting, runs), self._now)
            mails = list(self._post.mails())
            self._mail.say(mails, self._now)
            self.outcome.messages = len(mails)
        self._store.settle(self._keys, self._now)
        self._store.log(self._events)
        self._store.move((case.id, self._next(found), case.id in self._urged) for case, found in self._plans)
        return self.outcome

    def _next(self, found: Plan) -> datetime | None:
        return self._now + TRY_AGAIN if found.actions else found.next_at

    # -- who is due what ------------------------------------------------------------------------------------------

    def _facts(self, case: Case, found: Plan) -> Facts:
        facts = Facts(case, self._people.directory(case), self._rules, self._today, letters=case.urgings)
        notice = next((one for one in found.notices if one.step == "reply"), None)
        if notice and notice.days > 0:
            facts.told, facts.next = self._levels(case, notice)
        return facts

    def _levels(self, case: Case, notice: Notice) -> tuple[Level, Level]:
        """Whom an overdue case was reported to last, and whom it will be reported to next."""
        steps = list(zip(self._rules.policy.escalate_wd, _LEVELS, strict=True))
        told = (self._level(case, notice, *step) for step in reversed(steps) if step[0] <= notice.days)
        coming = (self._level(case, notice, *step) for step in steps if step[0] > notice.days)
        return (
            next((level for level in told if level.bodies), Level()),
            next((level for level in coming if level.bodies), Level()),
        )

    def _level(self, case: Case, notice: Notice, days: int, audience: Audience) -> Level:
        bodies = self._people.find(audience, case).bodies
        return Level(bodies, working_day_after(self._rules.calendar, notice.due, days) if bodies else None)

    def _due(self, facts: Facts, found: Plan, marks: frozenset[str]) -> Iterator[_Due]:
        """Every notice and its recipients; an escalation that was made before is not made again for newcomers."""
        values, taken = facts.values(), set()
        for notice in found.notices:
            if notice.audience.is_escalation and _escalate_key(facts.case, notice) in marks:
                continue
            for recipient, chat in self._recipients(notice, facts.case):
                if (notice.offset, recipient) not in taken:
                    taken.add((notice.offset, recipient))
                    yield _Due(facts, notice, recipient, chat, values)

    def _recipients(self, notice: Notice, case: Case) -> Iterator[tuple[str, str]]:
        if notice.audience is Audience.REPORTER:
            yield RESIDENT, case.reporter
            return
        found = self._people.find(notice.audience, case)
        yield from ((officer.id, officer.chat) for officer in found.officers)
        yield from ((f"body:{code}", "") for code in found.silent)

    # -- what else happens ----------------------------------------------------------------------------------------

    def _urge(self, facts: Mapping[str, Facts], due: Iterable[_Due], seen: frozenset[str]) -> list[_Due]:
        """Write the letters that are due, and tell the residents of each."""
        fresh = [one for one in self._plans if one[1].urging and _urge_key(*one) not in seen]
        earlier = self._store.urged_at([case.id for case, _ in fresh if case.urgings])
        values = {each.facts.case.id: each.values for each in due}
        told = []
        for case, found in fresh:
            about = facts[case.id]
            about.letters = case.urgings + 1
            self._urged.add(case.id)
            filled = values.get(case.id) or about.values()
            filled["k"] = about.letters
            notice = next(one for one in found.notices if one.audience is Audience.HANDLERS)
            letter = urging_letter(about, notice, filled, [local_date(at) for at in earlier.get(case.id, ())])
            self._log(case, "urged", number=about.letters, k=about.letters, late=notice.days, text=letter)
            self._keys.append(_urge_key(case, found))
            to_resident = replace(notice, audience=Audience.REPORTER, missed=())
            told += [_Due(one, to_resident, RESIDENT, one.case.reporter, one.values()) for one in self._senders(about)]
        self.outcome.letters = len(fresh)
        return told

    def _senders(self, about: Facts) -> list[Facts]:
        """The case, and the others of its matter that stand where it stands."""
        case = about.case
        others = self._store.together([case.matter] if case.matter else [])
        return [about, *(replace(about, case=one) for one in others if one.id != case.id and one.state is case.state)]

    def _escalate(self, seen: frozenset[str]) -> None:
        """Enter each escalation in the case's log once, whether or not anybody can be reached (IN-2)."""
        for case, found in self._plans:
            told: dict[str, set[str]] = {}
            for notice in found.notices:
                if notice.audience.is_escalation and _escalate_key(case, notice) not in seen:
                    told.setdefault(notice.offset, set()).update(self._people.find(notice.audience, case).bodies)
                    self._keys.append(_escalate_key(case, notice))
            for offset, bodies in told.items():
                if bodies:
                    self._log(case, "escalated", offset=offset, bodies=sorted(bodies))

    # -- who is written to ----------------------------------------------------------------------------------------

    def _compose(self, fresh: Sequence[_Due]) -> None:
        """Put each person's lines together; who cannot be written to is noted on the case, once."""
        reporters = self._store.reporters({each.chat for each in fresh if each.recipient == RESIDENT and each.chat})
        doors = self._mail.doors({*reporters.values(), *self._people.chats})
        post = self._post = Post(self._rules.wording, self._today, doors, set(doors) - self._people.chats)
        lost = []
        for each in fresh:
            case, notice = each.facts.case, each.notice
            door = post.door(reporters.get(each.chat, "") if each.recipient == RESIDENT else each.chat)
            if door is None:
                lost.append(each)
                continue
            self._keys += [each.key, *each.missed()]
            text = line(each.facts, notice, each.values, door.lang)
            post.add(door, case, Line(case.id, notice.step, notice.run, notice.rank, text), each.key)
            self.outcome.said.append(Said(case.id, case.code, notice.run, notice.offset, each.recipient, text))
        self._note_unreachable(lost)

    def _note_unreachable(self, lost: Sequence[_Due]) -> None:
        self.outcome.unreachable = len(lost)
        marks = [f"unreachable:{each.facts.case.id}:{each.recipient}" for each in lost]
        known = set(self._store.seen(marks))
        for each, mark in zip(lost, marks, strict=True):
            if mark not in known:
                known.add(mark)
                self._keys.append(mark)
                self._log(each.facts.case, "notice_unreachable", recipient=each.recipient, offset=each.notice.offset)

    def _log(self, case: Case, what: str, **data: object) -> None:
        self._events.append(CaseEvent(case.id, self._now, what, ACTOR, data))


def _marks(case: Case, found: Plan) -> Iterator[str]:
    if found.urging:
        yield _urge_key(case, found)
    yield from {_escalate_key(case, notice) for notice in found.notices if notice.audience.is_escalation}


def _urge_key(case: Case, found: Plan) -> str:
    """Letters are counted from the day of receipt: a calendar edit does not write one twice."""
    return f"urge:{case.id}:{case.received_on}:{found.urging}"


def _escalate_key(case: Case, notice: Notice) -> str:
    return f"escalate:{case.id}:{notice.run}:{notice.offset}"
