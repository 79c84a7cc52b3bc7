"""Who may make what public, and when: two persons, nobody in conflict, a person's case only after its conclusion."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.clock import SteppedClock
from bot.data import load_rules
from cases.casework import Hidden, Refused
from cases.model import Case, Officer, OfficerRole, Outcome, State, Subject, WrittenReply
from cases.ports import Stale
from cases.publication import Publication, Stage, rounded
from cases.publishing import approve, current, propose, send_back, withdraw, write
from cases.reidentification import PublicText
from storage.board import Asked, BoardStore
from storage.keys import KeyRing
from storage.migrate import upgrade
from storage.work import Office, StoredWork
from tests.cases.cast import a_case
from tests.databases import opened

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
TEXT = PublicText("Đường trong xã bị vỡ.", "Xã đã cho sửa đường.")
COARSE = replace(TEXT, summary="Phản ánh thái độ phục vụ.", answer="Đã nhắc nhở.", by_month=True, as_kind=True)
RULES = load_rules()
HANDLER = (OfficerRole.HANDLER, OfficerRole.TRIAGE)


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    """An empty installation with three officers of the Front and the contact of the People's Committee."""
    async with opened(database_url) as database:
        await database.write(upgrade)
        made = Office(database, KeyRing([bytes(range(32))]), SteppedClock(NOW))

        def enrol(unit: StoredWork) -> None:
            for name, body in (("author", "mttq"), ("second", "mttq"), ("third", "mttq"), ("contact", "ubnd")):
                roles = HANDLER if body == "mttq" else (OfficerRole.CONTACT,)
                unit.people.save_officer(Officer(name, "xa-mau", name, body, roles))

        await made.write(enrol)
        yield made


def settled(**changes: Any) -> Case:
    """A closed case with its answer."""
    day = date(2026, 11, 18)
    reply = WrittenReply("45/UBND", day, "x", ("mttq",), "f", "0", Outcome.UPHELD, "Đã sửa.", day)
    answered = datetime(2026, 11, 18, 3, tzinfo=UTC)
    return a_case(**{"state": State.CLOSED, "reply": reply, "answered_at": answered, "hamlet": "thon-2", **changes})


class Desk:
    """One unit of work, seen by one officer."""

    def __init__(self, unit: StoredWork, case: Case) -> None:
        self.unit, self.case, self.store, self.rules = unit, case, BoardStore(unit), RULES

    def who(self, name: str) -> Officer:
        found = self.unit.people.officer(name)
        assert found is not None
        return found

    def start(self, name: str) -> Publication:
        return current(self.unit, self.rules, self.store, self.who(name), self.case, NOW)

    def draft(self, name: str, text: PublicText = TEXT, conclusion: str = "") -> Publication:
        entry = self.start(name)
        write(self.unit, self.rules, self.store, self.who(name), self.case, entry, text, conclusion, NOW)
        return entry

    def propose(self, name: str, entry: Publication) -> int:
        return propose(self.unit, self.rules, self.store, self.who(name), self.case, entry, NOW)

    def approve(self, name: str, entry: Publication, looked: bool = False) -> None:
        approve(self.unit, self.rules, self.store, self.who(name), self.case, entry, entry.version, looked, NOW)


async def at(office: Office, step: Any, **changes: Any) -> Any:
    """Run `step` with a desk over a stored case."""

    def work(unit: StoredWork) -> Any:
        case = settled(**changes)
        unit.cases.add(case, "receipt")
        return step(Desk(unit, case))

    return await office.write(work)


async def test_two_persons_put_it_on_the_board(office: Office) -> None:
    """The case is published, dates are rounded, the words can be read and found."""

    def step(desk: Desk) -> Any:
        entry = desk.draft("author")
        desk.propose("author", entry)
        desk.approve("second", entry)
        return desk.store.results(Asked(words="duong"))[0][0], desk.case.state

    found, state = await at(office, step)
    assert (found.summary, state) == (TEXT.summary, State.PUBLISHED)
    assert (found.received_on, found.answered_on) == (date(2026, 11, 2), date(2026, 11, 16))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"state": State.RECEIVED}, "publish_state"),
        ({"state": State.DIALOGUE}, "publish_state"),
        ({"reply": None}, "publish_state"),
    ],
)
async def test_only_what_was_answered_can_be_drafted(office: Office, changes: dict[str, Any], code: str) -> None:
    """Before the answer there is nothing to publish; during a dialogue it is not the last word."""
    with pytest.raises(Refused) as refused:
        await at(office, lambda desk: desk.start("author"), **changes)
    assert refused.value.code == code


@pytest.mark.parametrize("state", [State.ANSWERED, State.RELAYED])
async def test_the_resident_hears_first(office: Office, state: State) -> None:
    """Drafted and proposed before, on the board only once the case is closed."""

    def step(desk: Desk) -> None:
        entry = desk.draft("author")
        desk.propose("author", entry)
        desk.approve("second", entry)

    with pytest.raises(Refused) as refused:
        await at(office, step, state=state)
    assert refused.value.code == "publish_not_closed"


@pytest.mark.parametrize(
    "changes",
    [{"excluded_bodies": ("mttq",)}, {"excluded_officers": ("author",)}, {"hidden_from": ("mttq",)}],
)
async def test_whoever_is_shut_out_does_not_even_see_it(office: Office, changes: dict[str, Any]) -> None:
    """A conflict of interest outweighs the role."""
    with pytest.raises(Hidden):
        await at(office, lambda desk: desk.start("author"), **changes)


async def test_an_excluded_officer_is_no_second_person(office: Office) -> None:
    """With everybody else shut out there is nobody to approve."""
    with pytest.raises(Refused) as refused:
        await at(
            office,
            lambda desk: desk.propose("author", desk.draft("author")),
            excluded_officers=("second", "third"),
        )
    assert refused.value.code == "publish_no_second"


async def test_authorities_do_not_publish(office: Office) -> None:
    """The contact sees the case and yet has no part in this."""
    with pytest.raises(Hidden):
        await at(office, lambda desk: desk.start("contact"))


async def test_all_who_wrote_are_authors(office: Office) -> None:
    """The second who changed a word cannot approve, nor another account of the author's name; the third can."""

    def step(desk: Desk) -> str:
        desk.draft("author")
        entry, third = desk.draft("second", replace(TEXT, answer="Xã đã sửa xong.")), desk.who("third")
        desk.propose("author", entry)
        desk.unit.people.save_officer(replace(third, name=" AUTHOR"))
        with pytest.raises(Refused, match="publish_same_person"):
            desk.approve("third", entry)
        desk.unit.people.save_officer(third)
        with pytest.raises(Refused) as refused:
            desk.approve("second", entry)
        desk.approve("third", entry)
        return refused.value.code

    assert await at(office, step) == "publish_same_person"


async def test_points_of_concern_must_be_looked_at(office: Office) -> None:
    """Between the two limits the second person has to say that she has."""

    def step(desk: Desk) -> str:
        entry = desk.draft("author", replace(TEXT, summary="Đường ngõ 5 vỡ từ ngày 3/11/2026."))
        desk.propose("author", entry)
        with pytest.raises(Refused) as refused:
            desk.approve("second", entry)
        desk.approve("second", entry, looked=True)
        return refused.value.code

    assert await at(office, step) == "publish_look"


@pytest.mark.parametrize(
    ("outcome", "conclusion", "allowed"),
    [
        (Outcome.UPHELD, "12-KL/UBKT", True),
        (Outcome.NOT_UPHELD, "12-KL/UBKT", True),
        (Outcome.UPHELD, "", False),
        (Outcome.INSUFFICIENT, "12-KL/UBKT", False),
        (Outcome.OUT_OF_COMPETENCE, "12-KL/UBKT", False),
    ],
)
async def test_a_report_about_a_person_needs_a_conclusion(
    office: Office, outcome: Outcome, conclusion: str, allowed: bool
) -> None:
    """An allegation is not published (domain 1)."""
    reply = settled().reply
    assert reply is not None
    about = {"subject": Subject.OFFICIAL, "topic": "official.attitude", "subject_posts": ("cong_chuc",)}

    def step(desk: Desk) -> str:
        try:
            desk.propose("author", desk.draft("author", COARSE, conclusion))
        except Refused as refused:
            return str(refused.code)
        return desk.store.of_case(desk.case.id)[0].authority

    told = await at(office, step, reply=replace(reply, outcome=outcome), **about)
    assert told == ("~state" if allowed else "publish_no_conclusion")


async def test_one_matter_is_published_once(office: Office) -> None:
    """Several residents told of it; the board tells it once."""

    def step(desk: Desk) -> None:
        entry = desk.draft("author")
        desk.propose("author", entry)
        desk.approve("second", entry)
        other = Desk(desk.unit, settled(id="c2", code="PA-2026-000002", matter="m1", reporter="r2"))
        desk.unit.cases.add(other.case, "receipt2")
        other.propose("author", other.draft("author"))

    with pytest.raises(Refused) as refused:
        await at(office, step, matter="m1")
    assert refused.value.code == "publish_matter"


async def test_sent_back_it_is_a_draft_with_a_note(office: Office) -> None:
    """And a note is needed."""

    def step(desk: Desk) -> Publication:
        entry = desk.draft("author")
        desk.propose("author", entry)
        second = desk.who("second")
        with pytest.raises(Refused):
            send_back(desk.unit, desk.rules, desk.store, second, desk.case, entry, " ", NOW)
        send_back(desk.unit, desk.rules, desk.store, second, desk.case, entry, "Bỏ tên quán", NOW)
        return desk.store.of_case(desk.case.id)[0]

    entry = await at(office, step)
    assert (entry.stage, entry.note) == (Stage.DRAFT, "Bỏ tên quán")


async def test_taken_off_its_words_are_erased_and_it_may_come_again(office: Office) -> None:
    """The reason stays, the case is closed and no longer published, and a new draft begins from nothing."""

    def step(desk: Desk) -> Any:
        entry = desk.draft("author")
        desk.propose("author", entry)
        desk.approve("second", entry)
        withdraw(desk.unit, desk.rules, desk.store, desk.who("author"), desk.case, entry, "Nhận ra người", NOW)
        kept = desk.store.of_case(desk.case.id)[0]
        assert desk.case.state is State.CLOSED
        return kept.reason, kept.text.summary, desk.store.results(Asked())[0], desk.start("second").version

    assert await at(office, step) == ("Nhận ra người", "", [], 0)


async def test_two_officers_on_one_draft(office: Office) -> None:
    """The second save on the same version is refused."""

    def step(desk: Desk) -> None:
        first = desk.draft("author")
        late = desk.store.of_case(desk.case.id)[0]
        desk.store.save(first)
        desk.store.save(late)

    with pytest.raises(Stale):
        await at(office, step)


@pytest.mark.parametrize(
    ("day", "by_month", "shown"),
    [
        (date(2026, 11, 22), False, date(2026, 11, 16)),
        (date(2026, 11, 23), False, date(2026, 11, 23)),
        (date(2026, 11, 23), True, date(2026, 11, 1)),
        (date(2027, 1, 1), False, date(2026, 12, 28)),
    ],
)
def test_dates_are_rounded(day: date, by_month: bool, shown: date) -> None:
    """To the Monday, or the first."""
    assert rounded(day, by_month) == shown
