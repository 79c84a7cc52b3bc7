"""A commune of twelve officers and its cases, lived step by step at random, with a book of its own about who is who.

The book knows what the register does not: which post a person really holds. What a barred person may see is decided
from the book alone; for everybody else the surfaces are compared with each other.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.clock import SteppedClock
from cases import authority, casework, forwarding, handling, recasting
from cases.exclusions import hold_exclusions
from cases.intake import submit
from cases.lifecycle import NotAllowed
from cases.messages import Address, FileKind, FileRef
from cases.model import Case, Officer, OfficerRole, State, Subject
from cases.ports import CaseFile
from cases.rules import Rules
from cases.visibility import Sight, sight
from storage.search import index_some
from storage.work import Office, StoredWork
from tests.cases.cast import a_draft
from tests.trust.visibility_book import CAST, MOST_CASES, UNITS, Book, Named, day
from tests.trust.visibility_looks import Looks

WORDS = "abcdefghijklmnopqrstuvwxyz"


class Commune(Looks):
    """The machine; `step` does something at random, `leaks` looks at every surface of one officer."""

    def __init__(self, office: Office, rules: Rules, clock: SteppedClock, seed: int) -> None:
        self.office, self.rules, self.clock = office, rules, clock
        self.dice = random.Random(seed)
        self.book = Book()
        self.heard = 0  # last row of the outbox looked at
        self.seen: set[str] = set()

    # -- beginning --------------------------------------------------------------------------------------------------

    async def begin(self) -> None:
        """Twelve accounts with chats; half of the posts are not in the register yet."""

        def store(unit: StoredWork) -> None:
            for number, (name, body, roles, post) in enumerate(CAST):
                chat = unit.chats.load(Address("telegram", name))
                chat.locality = "xa-mau"
                unit.chats.save(chat)
                hamlet = "thon-2" if post == "truong_thon" else ""
                kept = post if number % 2 else ""
                unit.people.save_officer(
                    Officer(name, "xa-mau", f"Người {name}", body, roles, post=kept, hamlet=hamlet, chat=chat.key)
                )

        await self.office.write(store)

    # -- one step ---------------------------------------------------------------------------------------------------

    async def step(self) -> str:
        """Something happens; the case it was about, or "". What the rules refuse at that moment simply does not."""
        self.clock.now += timedelta(minutes=self.dice.randrange(1, 40))
        doings: list[tuple[int, Callable[[StoredWork], str]]] = [
            (3 if len(self.book.words) < MOST_CASES else 0, self._about_matter),
            (4 if len(self.book.words) < MOST_CASES else 0, self._about_person),
            (3 if len(self.book.words) < MOST_CASES else 0, self._about_nobody_yet),
            (5, self._named_late),
            (10, self._worked),
            (2, self._renamed),
            (2, self._transferred),
            (2, self._second_role),
            (1, self._declared),
            (3, self._read),
        ]
        chosen = self.dice.choices([one for _, one in doings], [weight for weight, _ in doings])[0]
        touched = await self.office.write(chosen)
        if self.dice.random() < 0.3:
            await self.office.write(index_some)
        return touched

    def _word(self) -> str:
        return "zq" + "".join(self.dice.choices(WORDS, k=9))

    def _send(self, unit: StoredWork, **draft: object) -> Case:
        chat = unit.chats.load(Address("web", f"resident{self.dice.randrange(40)}"))
        chat.locality = "xa-mau"
        unit.chats.save(chat)
        word = self._word()
        case = submit(unit, self.rules, chat, a_draft(f"Chuyện {word} hỏng đường cống", **draft), self.clock.now).case
        self.book.words[case.id], self.book.codes[case.id] = word, case.code
        unit.files.add(a_file(case.id, self.clock.now))
        return case

    def _about_matter(self, unit: StoredWork) -> str:
        away = self.dice.choice(["", "", "hnd", "hlhpn"])
        case = self._send(unit, hidden_from=(away,) if away else ())
        self.book.hidden_from[case.id] = away
        return case.id

    def _about_person(self, unit: StoredWork) -> str:
        named = self._somebody()
        case = self._send(unit, **about(named))
        self._name(unit, case.id, named)
        return case.id

    def _about_nobody_yet(self, unit: StoredWork) -> str:
        return self._send(unit, subject=Subject.OFFICIAL, topic="official.attitude", hamlet="").id

    def _named_late(self, unit: StoredWork) -> str:
        """A triage officer finds out who is meant."""
        cases = [one for one in self._some(unit) if one.state is State.NEEDS_COI_CHECK]
        if not cases:
            return ""
        case = self.dice.choice(cases)
        named = self._somebody()
        for officer in self._who(unit, case):
            if OfficerRole.TRIAGE in officer.roles:
                try:
                    recasting.record_post(
                        unit, self.rules, officer, case, (named.post,), self.clock.now, subject_body=named.body
                    )
                except NotAllowed:
                    return ""
                self._name(unit, case.id, named)
                return case.id
        return ""

    def _somebody(self) -> Named:
        _, body, _, post = self.dice.choice([one for one in CAST if one[3]])
        return Named(post, body, "thon-2" if post == "truong_thon" else "")

    def _worked(self, unit: StoredWork) -> str:
        """Whoever may takes the next step."""
        cases = self._some(unit)
        if not cases:
            return ""
        case = self.dice.choice(cases)
        officers = self._who(unit, case)
        if not officers:
            return ""
        officer, now = self.dice.choice(officers), self.clock.now
        try:
            if case.state is State.SUBMITTED:
                handling.triage(unit, self.rules, officer, case, now)
            elif case.state is State.TRIAGED:
                forwarding.forward(unit, self.rules, officer, case, f"{self.dice.randrange(99)}/MTTQ", day(now), now)
            elif case.state is State.FORWARDED:
                authority.acknowledge(unit, self.rules, officer, case, day(now), now)
        except NotAllowed:
            return ""
        return case.id

    def _renamed(self, unit: StoredWork) -> str:
        one = self._anyone(unit)
        self._changed(unit, one, replace(one, name=f"Người {self._word()}"))
        return ""

    def _transferred(self, unit: StoredWork) -> str:
        """To another unit, the post left behind or entered at last."""
        one = self._anyone(unit)
        body = self.dice.choice(sorted(UNITS))
        post = self.dice.choice(["", "", real_post(one.id)])
        self._changed(unit, one, replace(one, body=body, roles=UNITS[body], post=post))
        return ""

    def _second_role(self, unit: StoredWork) -> str:
        one = self._anyone(unit)
        extra = self.dice.choice([(), ("truong_thon",), ("db_hdnd_xa",)])
        self._changed(unit, one, replace(one, extra_posts=extra, hamlet=one.hamlet or "thon-2"))
        return ""

    def _declared(self, unit: StoredWork) -> str:
        """Two officers turn out to be relatives; one of them says so."""
        one, other = self._anyone(unit), self._anyone(unit)
        if one.id != other.id and len(one.relatives) < 2:
            self._changed(unit, one, replace(one, relatives=tuple(dict.fromkeys((*one.relatives, other.id)))))
        return ""

    def _read(self, unit: StoredWork) -> str:
        cases = self._some(unit)
        case = self.dice.choice(cases) if cases else None
        who = self._who(unit, case) if case else []
        if case is None or not who:
            return ""
        casework.read_content(unit, self.dice.choice(who), case, self.clock.now)
        return case.id

    # -- helpers of the steps ---------------------------------------------------------------------------------------

    def _name(self, unit: StoredWork, case_id: str, named: Named) -> None:
        self.book.named[case_id] = named
        self.book.learn(unit.people.officers("xa-mau"))

    def _some(self, unit: StoredWork) -> list[Case]:
        ids = self.dice.sample(sorted(self.book.words), min(8, len(self.book.words)))
        return [case for case in map(unit.cases.get, ids) if case is not None]

    def _who(self, unit: StoredWork, case: Case) -> list[Officer]:
        directory = self.rules.directory_of(case, self.clock.now)
        return [one for one in unit.people.officers("xa-mau") if sight(one, case, directory) >= Sight.CONTENT]

    def _anyone(self, unit: StoredWork) -> Officer:
        found = unit.people.officer(self.dice.choice(CAST)[0])
        assert found is not None
        return found

    def _changed(self, unit: StoredWork, before: Officer, after: Officer) -> None:
        unit.people.save_officer(after)
        hold_exclusions(unit, self.rules, before, after, self.clock.now)
        self.book.learn(unit.people.officers("xa-mau"))


def real_post(name: str) -> str:
    """What this person really is."""
    return next(post for one, _, _, post in CAST if one == name)


def about(named: Named) -> dict[str, object]:
    """The draft of a report about the holder of this post."""
    return {
        "subject": Subject.OFFICIAL,
        "topic": "official.attitude",
        "suggested_topic": "official.attitude",
        "posts": (named.post,),
        "subject_body": named.body,
        "hamlet": named.hamlet,
    }


def a_file(case_id: str, now: datetime) -> CaseFile:
    """A picture sent with the report."""
    source = FileRef(FileKind.PHOTO, f"ref-{case_id}", "anh.jpg", 1000, "image/jpeg")
    return CaseFile(f"f{case_id[:31]}", case_id, "", "evidence", source, "web", now)
