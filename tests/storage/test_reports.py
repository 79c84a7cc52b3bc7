"""A report's facts: whose cases it counts, its comparison, violations, registers, and the sentences made from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from bot.clock import SteppedClock
from cases.calendar import ZONE
from cases.figures_kinds import Reporting
from cases.figures_report import SECTIONS, Content
from cases.model import Case, Outcome, State, Subject, WrittenReply
from cases.periods import period
from cases.registers import FIELDS, Book, Entry, Value
from cases.rules import Rules
from storage.figures_drafts import new_draft
from storage.figures_facts import content_of
from storage.registers import Registers
from storage.reports import Reports
from storage.work import Office, StoredWork
from tests.cases.cast import a_case

DUE = datetime(2026, 12, 15, 9, tzinfo=ZONE)


def answered(number: int, **changes: object) -> Case:
    """A case about an official, answered on time in the last quarter."""
    day = date(2026, 11, 16)
    reply = WrittenReply("1/UBND", day, "A", ("mttq",), "", "", Outcome.UPHELD, "Đã xử lý.", day, number % 2 == 0)
    case = a_case(
        id=f"c{number}", code=f"PA-2026-{number:06d}", subject=Subject.OFFICIAL, state=State.ANSWERED, reply=reply,
        answered_at=datetime(2026, 11, 16, 3, tzinfo=UTC),
    )  # fmt: skip
    return replace(case, **changes)  # type: ignore[arg-type]


def content(unit: StoredWork, rules: Rules, code: str, span: str, author: str) -> Content:
    """A report of the sample commune as its draft stands."""
    directory = rules.directory("xa-mau", DUE)
    kind = Reporting().kinds[code]
    return content_of(unit, rules, new_draft(unit, directory, kind, author, period(span)), kind)


def told(found: Content, name: str) -> str:
    """The words of one section."""
    return " ".join(next(one for one in found.sections if one.name == name).paragraphs)


async def filled(office: Office, *cases: Case) -> None:
    """Store these."""

    def store(unit: StoredWork) -> None:
        for number, case in enumerate(cases):
            unit.cases.add(case, f"R{number}")

    await office.write(store)


async def test_regulation_124_is_about_persons(any_office: Office, rules: Rules, clock: SteppedClock) -> None:
    """A road does not count there; of four answers about officials two found a violation."""
    clock.now = DUE
    await filled(any_office, *(answered(number) for number in range(1, 5)), a_case(id="road", code="PA-2026-000099"))
    found = await any_office.read(lambda unit: content(unit, rules, "R124_Q", "2026-Q4", "dang_uy"))
    assert "tiếp nhận 4 phản ánh" in told(found, "intake")
    assert "Có 2 trả lời kết luận có vi phạm." in told(found, "outcome")
    assert [one.name for one in found.sections] == list(SECTIONS["R124"])


async def test_a_case_against_the_author_is_not_counted(office: Office, rules: Rules, clock: SteppedClock) -> None:
    """Neither in numbers nor in words (COI-1)."""
    clock.now = DUE
    await filled(office, *(answered(number) for number in range(1, 4)), answered(9, excluded_bodies=("dang_uy",)))
    found = await office.read(lambda unit: content(unit, rules, "R124_Q", "2026-Q4", "dang_uy"))
    assert "tiếp nhận 3 phản ánh" in told(found, "intake")


async def test_a_year_without_data_is_not_compared_with(office: Office, rules: Rules, clock: SteppedClock) -> None:
    """Nothing is said of last year, and no column of noughts stands there; with data both are there."""
    clock.now = DUE
    await filled(office, *(answered(number) for number in range(1, 4)))
    bare = await office.read(lambda unit: content(unit, rules, "RGS_H", "2026-H2", "mttq"))
    old = datetime(2025, 11, 3, 2, tzinfo=UTC)
    await filled_more(office, replace(a_case(), id="old", code="PA-2025-000001", submitted_at=old))
    compared = await office.read(lambda unit: content(unit, rules, "RGS_H", "2026-H2", "mttq"))
    assert "cùng kỳ" not in told(bare, "intake")
    assert "tăng 2 hồ sơ (200,0%)" in told(compared, "intake")
    assert [len(one.sections[0].tables[0].head) for one in (bare, compared)] == [2, 3]


async def filled_more(office: Office, case: Case) -> None:
    """One more."""
    await office.write(lambda unit: unit.cases.add(case, f"R-{case.id}"))


async def test_registers_speak_in_the_supervision_report(office: Office, rules: Rules, clock: SteppedClock) -> None:
    """Sessions, recommendations by age, and what has no data says so."""
    clock.now = DUE

    def store(unit: StoredWork) -> None:
        values: dict[Book, dict[str, Value]] = {
            Book.SESSION: {"theme": "Quỹ", "joint": True, "finished_on": date(2026, 8, 3), "lead": "mttq"},
            Book.RECOMMENDATION: {"text": "Công khai", "status": "no_answer", "sent_on": date(2026, 8, 10)},
        }
        for book, given in values.items():
            blank: dict[str, Value] = dict.fromkeys((one.name for one in FIELDS[book]), None)
            Registers(unit).add(Entry(unit.new_id(), "xa-mau", book, 2026, "mttq", {**blank, **given}), "x")

    await office.write(store)
    found = await office.read(lambda unit: content(unit, rules, "RGS_H", "2026-H2", "mttq"))
    assert "kết thúc 1 cuộc giám sát" in told(found, "supervision")
    ages = next(one for one in found.sections if one.name == "supervision").tables[1]
    assert [line.cells for line in ages.lines] == [(0, 0, 0, 0), (0, 0, 0, 0), (1, 0, 0, 1)]
    assert told(found, "training") == "Chưa có dữ liệu."


async def test_small_numbers_about_persons_are_covered_in_words_too(
    office: Office, rules: Rules, clock: SteppedClock
) -> None:
    """One case of retaliation in a commune names somebody."""
    clock.now = DUE
    await filled(office, a_case(topic="official.retaliation", subject=Subject.OFFICIAL))
    found = await office.read(lambda unit: content(unit, rules, "R124_Q", "2026-Q4", "dang_uy"))
    assert "Có dưới 3 hồ sơ" in told(found, "protection")
    assert "<3" in str(found.as_data())


async def test_opinions_are_sealed_and_come_back(any_office: Office, rules: Rules, clock: SteppedClock) -> None:
    """What a recipient wrote is not readable in the database."""
    clock.now = DUE

    def store(unit: StoredWork) -> str:
        kind = Reporting().kinds["RGS_H"]
        draft = new_draft(unit, rules.directory("xa-mau", DUE), kind, "mttq", period("2026-H2"))
        Reports(unit).add(draft)
        draft.recipients[0].opinion = "ThốngNhấtQzk"
        Reports(unit).save_recipient(draft, draft.recipients[0])
        return draft.id

    report_id = await any_office.write(store)
    rows = await any_office.read(
        lambda unit: str(unit.connection.exec_driver_sql("SELECT * FROM report_recipient").all())
    )
    kept = await any_office.read(lambda unit: Reports(unit).get(report_id))
    assert kept is not None
    assert kept.recipients[0].opinion == "ThốngNhấtQzk"
    assert "Qzk" not in rows
