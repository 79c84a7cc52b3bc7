"""Erasing a case for good: its key, its rows in every table, its files, its words in the search; the audit stays.

Which tables belong to a case is read from the tables themselves: whatever has a `case_id` goes, unless it is named in
`KEPT`. A table that belongs to a case in another way is named in `THROUGH`, any other in `NOT_OF_A_CASE`; a test
fails for a table that is in none of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import ColumnElement, Table, delete, insert, select, update

from storage.case_keys import case_key
from storage.case_store import case
from storage.files import case_file
from storage.layout import metadata
from storage.people import reporter
from storage.sealed import IDENTITY
from storage.tables_retention import ErasedFileRow
from storage.vault import FileVault
from storage.work import StoredWork, ledger

erased_file = metadata.tables[str(ErasedFileRow.__tablename__)]
_TABLES = metadata.tables
OF_A_CASE = "case_id"

KEPT = {
    "audit_entry": "who read and changed what; it holds no content, and a chain without links would prove nothing",
}
"""Tables with a `case_id` whose rows stay, and why."""

THROUGH = {
    "case": ("id", None),
    "search_token": ("number", ("search_case", "number")),
    "clean_copy": ("file_id", ("case_file", "id")),
    "publication_word": ("publication_id", ("publication", "id")),
}
"""Tables that belong to a case by another column: their column, and where the values come from."""

NOT_OF_A_CASE = frozenset(
    {
        *("alembic_version", "api_token", "audit_head", "audit_published", "calendar_edit", "canned_reply"),
        *("case_counter", "chat", "chore", "console_account", "console_limit", "console_recovery", "console_session"),
        *("directory_version", "disclosure_item", "disclosure_proof", "erased", "erased_file", "export_log"),
        *("failed_update", "invitation", "ledger", "oauth_token", "officer", "open311_key", "out_hook"),
        *("out_hook_mark", "paper_number", "paper_series", "register_entry", "report", "report_recipient"),
        *("report_setting", "rule_edit", "saved_view", "sealed_class", "sealed_holder", "sealed_key", "seen_update"),
    }
)
"""Tables that hold nothing of one case: officers, rules, counters, marks. Some have terms of their own (upkeep)."""

LEDGER_WORDS = ("remind", "missed", "escalate", "urge", "unreachable")  # keys `word:case id:…`
FILES_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Gone:
    """What erasing one case took away."""

    rows: int
    files: int


def erase_case(unit: StoredWork, case_id: str) -> Gone:
    """Erase in this transaction. The files' bytes are queued in `erased_file`: see `drop_erased_files`."""
    files = tuple(unit.connection.execute(select(case_file.c.id).where(case_file.c.case_id == case_id)).scalars())
    refs = tuple(unit.connection.execute(select(reporter.c.ref).where(reporter.c.case_id == case_id)).scalars())
    unit.case_keys.drop(case_id)
    for ref in refs:
        unit.erasures.remember_identity(ref)
    unit.erasures.remember(case_id)
    queue_files(unit, files)
    unit.connection.execute(update(case).where(case.c.linked_case == case_id).values(linked_case=""))
    rows = sum(unit.connection.execute(delete(table).where(of)).rowcount for table, of in _belonging(case_id))
    for word in LEDGER_WORDS:
        start = f"{word}:{case_id}:"
        unit.connection.execute(delete(ledger).where(ledger.c.key >= start, ledger.c.key < f"{start}~"))
    return Gone(rows, len(files))


def erase_identity(unit: StoredWork, ref: str) -> None:
    """Erase who sent a case; the case goes on. For what cannot go through a dialogue: terms and restored backups."""
    unit.erasures.remember_identity(ref)
    for one in unit.connection.execute(select(case.c.id).where(case.c.reporter == ref)).scalars().all():
        unit.sealed.drop(one, IDENTITY)
    unit.people.drop_reporter(ref)
    unit.connection.execute(update(case).where(case.c.reporter == ref).values(reporter=""))


def queue_files(unit: StoredWork, file_ids: Iterable[str]) -> None:
    """Have these files' bytes erased once this transaction is committed, whatever dies in between."""
    ids = tuple(file_ids)
    unit.erasures.remember_files(ids)
    if ids:
        unit.connection.execute(delete(erased_file).where(erased_file.c.file_id.in_(ids)))
        unit.connection.execute(insert(erased_file), [{"file_id": one, "at": unit.now} for one in ids])


def waiting_files(unit: StoredWork) -> list[str]:
    """Files whose rows are gone and whose bytes are not known to be."""
    return list(unit.connection.execute(select(erased_file.c.file_id).limit(FILES_AT_ONCE)).scalars())


def drop_files(vault: FileVault, file_ids: Iterable[str]) -> None:
    """Erase their bytes; safe to run again. Blocking: off the event loop."""
    for file_id in file_ids:
        vault.drop(file_id)


def forget_files(unit: StoredWork, file_ids: Iterable[str]) -> None:
    """Their bytes are gone."""
    unit.connection.execute(delete(erased_file).where(erased_file.c.file_id.in_(tuple(file_ids))))


def unclassified() -> list[str]:
    """Tables of which nobody has said whether they belong to a case."""
    return [
        name
        for name, table in _TABLES.items()
        if OF_A_CASE not in table.c and name not in THROUGH and name not in NOT_OF_A_CASE
    ]


def _belonging(case_id: str) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Every table with rows of a case and the condition for them, those reached through another one first."""
    for name, (column, source) in THROUGH.items():
        table = _TABLES[name]
        if source is not None:
            through = _TABLES[source[0]]
            found = select(through.c[source[1]]).where(through.c[OF_A_CASE] == case_id)
            yield table, table.c[column].in_(found)
    for name, table in _TABLES.items():
        if OF_A_CASE in table.c and name not in KEPT and table is not case_key:
            yield table, table.c[OF_A_CASE] == case_id
    yield case, case.c.id == case_id


def slices(ids: Iterable[str], size: int) -> Iterator[tuple[str, ...]]:
    """The ids, so many at a time."""
    rest = iter(ids)
    while part := tuple(islice(rest, size)):
        yield part
