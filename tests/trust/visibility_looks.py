"""Every surface an officer has, looked at: what it shows is held against the book."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.clock import SteppedClock
from cases import casework, evidence
from cases.casework import Hidden
from cases.inbox import inbox
from cases.messages import Address
from cases.model import Officer
from cases.rules import Rules
from cases.visibility import Sight, sight
from scheduler.digests import Digests
from storage.api_cases import Wanted, cases_told
from storage.audit_lines import lines, lines_of_case
from storage.listing import CaseList
from storage.outbox import PLACE_BODY, outbox, unpack
from storage.search_similar import similar
from storage.work import Office, StoredWork
from tests.trust.visibility_book import CAST, EVERYTHING, Book, day


class Looks:
    """Of one commune; whoever lives in it has an office, a clock and a book."""

    office: Office
    rules: Rules
    clock: SteppedClock
    dice: random.Random
    book: Book
    heard: int

    async def digests(self) -> None:
        """The morning's digests are written."""
        at = self.clock.now.replace(hour=1, minute=0) + timedelta(days=1)  # 08:00 in Viet Nam
        while at.weekday() > 4:
            at += timedelta(days=1)
        self.clock.now = at
        await Digests(self.office, lambda: self.rules).tick(at)

    async def said_wrongly(self, *, all_waiting: bool = False) -> list[str]:
        """Messages queued since the last look that tell a barred person of a case: notices, digests, reminders.

        With `all_waiting` also those queued before somebody was named; nothing is delivered here.
        """

        def look(unit: StoredWork) -> list[str]:
            names = {unit.chats.load(Address("telegram", one[0])).key: one[0] for one in CAST}
            wrong = []
            fresh = outbox.select().where(outbox.c.id > (0 if all_waiting else self.heard)).order_by(outbox.c.id)
            for row in unit.connection.execute(fresh).all():
                self.heard = row.id
                name = names.get(row.chat_key, "")
                if not name or row.sealed_body is None:
                    continue
                text = unpack(unit.keys.open_bytes(PLACE_BODY, row.effect_key, row.sealed_body)).text
                officer = unit.people.officer(name)
                assert officer is not None
                wrong += [
                    f"{row.purpose} to {name}: {self.book.codes[case]}"
                    for case in self.book.kept_from(officer)
                    if row.case_id == case or self.book.codes[case] in text or self.book.words[case] in text
                ]
            return wrong

        return await self.office.read(look)

    async def leaks(self, name: str, case_id: str = "") -> list[str]:
        """What one officer's surfaces show that the book forbids, and where two surfaces disagree."""
        return await self.office.write(lambda unit: list(self._leaks(unit, name, case_id)))

    async def glances(self, case_id: str) -> list[str]:
        """After every step: everybody guesses the touched case's number; one officer lists, and tries what is kept."""
        return await self.office.read(lambda unit: self._glances(unit, case_id))

    def _glances(self, unit: StoredWork, case_id: str) -> list[str]:
        now, rules = self.clock.now, self.rules
        wrong: list[str] = []
        officers = unit.people.officers("xa-mau")
        one = self.dice.choice(officers)
        kept = sorted(self.book.kept_from(one))
        looks = [(officer, case_id) for officer in officers if case_id]
        looks += [(one, other) for other in self.dice.sample(kept, min(20, len(kept)))]
        for officer, other in looks:
            code = self.book.codes[other]
            if other in self.book.kept_from(officer) and opened(
                partial(casework.case_by_code, unit, rules, officer, code, now)
            ):
                wrong.append(f"{officer.id} opens {code}")
        listed = CaseList(unit, rules, one, now).ids(EVERYTHING)
        return wrong + [f"list: {self.book.codes[other]}" for other in sorted({*listed} & {*kept})]

    def _leaks(self, unit: StoredWork, name: str, case_id: str) -> list[str]:
        officer = unit.people.officer(name)
        assert officer is not None
        kept = self.book.kept_from(officer)
        shown = self._surfaces(unit, officer)
        wrong = [f"{where}: {self.book.codes[one]}" for where, ids in shown.items() for one in sorted(ids & kept)]
        wrong += [f"count: {shown['list']} {self._count(unit, officer)}"] * (
            len(shown["list"]) != self._count(unit, officer)
        )
        wrong += [f"api is not list: {shown['api'] ^ shown['list']}"] * (shown["api"] != shown["list"])
        for one in ({case_id} - {""}) | set(self.dice.sample(sorted(kept), min(3, len(kept)))):
            wrong += self._of_one(unit, officer, one, one in kept, one in shown["list"])
        return wrong

    def _surfaces(self, unit: StoredWork, officer: Officer) -> dict[str, set[str]]:
        now, rules = self.clock.now, self.rules
        page = CaseList(unit, rules, officer, now).page(EVERYTHING, size=1000)
        listed = {line.id for line in page.lines}
        by_code = {code: case for case, code in self.book.codes.items()}
        told = cases_told(unit, rules, officer, Wanted(), None, 1000).told
        watched = lines(unit, rules, officer, day(now))
        return {
            "list": listed,
            "api": {one.case_id for one in told},
            "chat": {by_code[entry.code] for entry in inbox(unit, rules, officer, now)},
            "audit": {by_code[line.code] for line in watched if line.code},
        }

    def _count(self, unit: StoredWork, officer: Officer) -> int:
        return CaseList(unit, self.rules, officer, self.clock.now).counts(EVERYTHING).total

    def _of_one(self, unit: StoredWork, officer: Officer, case_id: str, kept: bool, listed: bool) -> list[str]:
        """Every way to one case by its number, its words or its files."""
        now, rules, code = self.clock.now, self.rules, self.book.codes[case_id]
        case = unit.cases.get(case_id)
        assert case is not None
        directory, cases = rules.directory_of(case, now), CaseList(unit, rules, officer, now)
        found = {
            "guess": opened(lambda: casework.case_by_code(unit, rules, officer, code, now)),
            "search": bool(cases.ids(replace(EVERYTHING, words=self.book.words[case_id]))),
            "number": bool(cases.ids(replace(EVERYTHING, words=code))),
            "file": bool(evidence.files_for(unit, officer, case, directory)),
            "guessed file": opened(lambda: evidence.open_file(unit, officer, case, directory, f"f{case_id[:31]}", now)),
        }
        near = similar(unit, rules, officer, replace(case, id="x"), now, 50)
        found["similar"] = any(line.id == case_id for line in near)
        wrong = [f"{way} shows {code}" for way, there in found.items() if there and kept]
        if found["guess"] != listed:
            wrong.append(f"guess and list disagree about {code}")
        if lines_of_case(unit, case_id) and kept and sight(officer, case, directory) >= Sight.FIGURES:
            wrong.append(f"who opened {code}")
        return wrong


def opened(way: Callable[[], object]) -> bool:
    """Whether this way leads anywhere."""
    try:
        way()
    except Hidden:
        return False
    return True
