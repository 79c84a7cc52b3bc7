"""The registers beside the cases: one page for each, generic but typed, with the year's targets above them."""

from __future__ import annotations

from datetime import date

from starlette.responses import Response

from cases.model import BodyRole
from cases.ports import Stale
from cases.registers import FIELDS, Book, Entry, Value, WrongEntry, read_entry
from cases.registers_targets import BOOK_OF, progress
from cases.rules import show_date
from storage.registers import Registers
from storage.work import StoredWork
from web.console.roles import CONTACT, DESK, WATCH
from web.console.shell import Console
from web.console.visit import Visit

READERS = DESK | CONTACT | WATCH
WRITERS = DESK | WATCH
"""The Front, unions and boards, and those who follow up; authorities read."""

NOT_FOR_CONTACTS = frozenset({Book.TRAINING})
"""Names of trained persons are the Front's own."""

_YEARS = range(2000, 2101)


def add_registers(console: Console) -> None:
    """Hang in the registers."""
    console.get("/console/registers", roles=READERS, menu="registers")(show_registers)
    console.get("/console/registers/{book}", roles=READERS)(show_register)
    console.post("/console/registers/{book}", roles=WRITERS)(save_entry)
    console.get("/console/registers/{book}/new", roles=WRITERS)(show_new)
    console.get("/console/registers/{book}/{id}", roles=WRITERS)(show_entry)
    console.post("/console/registers/{book}/{id}/remove", roles=WRITERS)(remove_entry)


async def show_registers(visit: Visit) -> Response:
    """Targets of the year, and how many entries each register has."""
    year = _year(visit)
    entries = await visit.read(lambda unit: Registers(unit).all([visit.officer.locality]))
    books = [book for book in Book if _may_see(visit, book)]
    return visit.page(
        "registers.html",
        year=year,
        targets=progress(entries, year, visit.today),
        books=BOOK_OF,
        counts=[(book, sum(one.book is book and one.year == year for one in entries)) for book in books],
    )


async def show_register(visit: Visit) -> Response:
    """One register's entries of a year."""
    book, year = _book(visit), _year(visit)
    entries = await visit.read(lambda unit: Registers(unit).all([visit.officer.locality], [book], year))
    return visit.page(
        "register.html",
        book=book,
        year=year,
        fields=[one for one in FIELDS[book] if one.shown],
        entries=entries,
        shown=lambda entry, name: _shown(visit, book, name, entry.values.get(name)),
        writes=bool(WRITERS.intersection(visit.officer.roles)),
        may_change=lambda entry: _may_change(visit, entry),
        body=visit.directory().short,
        counts=[(one, 0) for one in Book if _may_see(visit, one)],
    )


async def show_new(visit: Visit) -> Response:
    """An empty form."""
    return _form(visit, _book(visit), None, {}, _year(visit))


async def show_entry(visit: Visit) -> Response:
    """The form of one entry."""
    entry = await visit.read(lambda unit: _found(visit, unit, visit.params["id"]))
    return _form(visit, entry.book, entry, {name: _typed(value) for name, value in entry.values.items()}, entry.year)


async def save_entry(visit: Visit) -> Response:
    """Store what was typed; what is wrong is said beside each field and nothing typed is lost."""
    book = _book(visit)
    written = {one.name: visit.form.get(one.name) for one in FIELDS[book]}
    entry_id = visit.form.get("id")
    entry = await visit.read(lambda unit: _found(visit, unit, entry_id)) if entry_id else None
    year = visit.form.get("year")
    wrong = {} if year.isascii() and year.isdecimal() and len(year) == 4 and int(year) in _YEARS else {"year": "year"}
    values: dict[str, Value] = {}
    try:
        values = read_entry(book, written, visit.directory().bodies)
    except WrongEntry as error:
        wrong |= error.wrong
    if wrong:
        return _form(visit, book, entry, written, year, wrong)
    try:
        await visit.write(lambda unit: _store(visit, unit, book, entry_id, int(year), values))
    except Stale:
        fresh = await visit.read(lambda unit: _found(visit, unit, entry_id))
        return _form(visit, book, fresh, written, year, stale=True)
    return visit.go(f"/console/registers/{book}?year={year}", "reg_saved")


async def remove_entry(visit: Visit) -> Response:
    """Delete an entry made by mistake."""
    book = _book(visit)

    def gone(unit: StoredWork) -> int:
        entry = _found(visit, unit, visit.params["id"])
        Registers(unit).remove(entry)
        return entry.year

    year = await visit.write(gone)
    return visit.go(f"/console/registers/{book}?year={year}", "reg_removed")


def _store(visit: Visit, unit: StoredWork, book: Book, entry_id: str, year: int, values: dict[str, Value]) -> None:
    registers = Registers(unit)
    if not entry_id:
        registers.add(
            Entry(unit.new_id(), visit.officer.locality, book, year, visit.officer.body, values), visit.officer.id
        )
        return
    entry = _found(visit, unit, entry_id)
    entry.year, entry.values = year, values
    version = visit.form.get("version")
    entry.version = int(version) if version.isascii() and version.isdecimal() and len(version) < 9 else -1
    registers.save(entry, visit.officer.id)


def _form(
    visit: Visit,
    book: Book,
    entry: Entry | None,
    written: dict[str, str],
    year: int | str,
    wrong: dict[str, str] | None = None,
    *,
    stale: bool = False,
) -> Response:
    directory = visit.directory()
    return visit.page(
        "register_entry.html",
        status=409 if stale else 422 if wrong else 200,
        book=book,
        entry=entry,
        fields=FIELDS[book],
        written=written,
        year=year,
        wrong=wrong or {},
        stale=stale,
        bodies=[(body.code, body.name) for body in directory.bodies.values()],
    )


def _book(visit: Visit) -> Book:
    try:
        book = Book(visit.params["book"])
    except ValueError:
        raise visit.missing() from None
    if not _may_see(visit, book):
        raise visit.missing()
    return book


def _may_see(visit: Visit, book: Book) -> bool:
    return book not in NOT_FOR_CONTACTS or bool(WRITERS.intersection(visit.officer.roles))


def _found(visit: Visit, unit: StoredWork, entry_id: str) -> Entry:
    entry = Registers(unit).get(entry_id)
    if entry is None or entry.book is not _book(visit) or not _may_change(visit, entry):
        raise visit.missing()
    return entry


def _may_change(visit: Visit, entry: Entry) -> bool:
    """The body that made the entry, and the coordinator."""
    directory = visit.directory()
    if entry.locality != visit.officer.locality or not WRITERS.intersection(visit.officer.roles):
        return False
    own = directory.same_as(entry.body) & directory.same_as(visit.officer.body)
    return bool(own) or directory.has_role(visit.officer.body, BodyRole.COORDINATOR)


def _year(visit: Visit) -> int:
    text = visit.query.get("year", "")
    year = int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else visit.today.year
    return year if year in _YEARS else visit.today.year


def _typed(value: Value) -> str:
    """A value as its field holds it."""
    if isinstance(value, bool):
        return "1" if value else ""
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)


def _shown(visit: Visit, book: Book, name: str, value: Value) -> str:
    """A value as it is read."""
    if isinstance(value, bool):
        return visit.say("reg_yes") if value else "–"
    if value is None or isinstance(value, date):
        return show_date(value) or "–"
    if isinstance(value, int):
        return f"{value:,}".replace(",", "." if visit.lang == "vi" else ",")
    field = next(one for one in FIELDS[book] if one.name == name)
    if field.choices:
        return visit.say(f"reg_{book}_{name}_{value}")
    return visit.directory().short(value) if field.type == "body" else value
