"""Statements run on the driver's own cursor give what SQLAlchemy gives, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import bindparam, insert, select, text
from sqlalchemy.exc import IntegrityError

from cases.messages import Address
from storage.chats import chat
from storage.database import DatabaseFault
from storage.hot import Hot
from storage.work import Office, StoredWork, ledger

_FIND = select(chat).where(chat.c.key == bindparam("wanted"))


async def test_a_row_is_the_same_as_through_core(any_office: Office) -> None:
    """Instants, bytes, nothing and truth values are converted alike."""

    def work(unit: StoredWork) -> tuple[Any, Any]:
        made = unit.chats.load(Address("telegram", "1"))
        made.last_contact_at = unit.now
        unit.chats.save(made)
        wanted = {"wanted": made.key}
        return Hot(_FIND).first(unit.connection, wanted), unit.connection.execute(_FIND, wanted).first()

    hot, core = await any_office.write(work)
    assert tuple(hot) == tuple(core)
    assert hot.last_contact_at == any_office.clock()


async def test_a_constraint_is_reported_as_by_core(any_office: Office) -> None:
    """The same error type, so that whoever decides about retries sees no difference."""
    add = Hot(insert(ledger), ("key", "at"))

    def work(unit: StoredWork) -> None:
        for _ in range(2):
            add.change(unit.connection, {"key": "once", "at": unit.now})

    with pytest.raises(IntegrityError):
        await any_office.write(work)


async def test_an_error_shows_no_values(office: Office) -> None:
    """What was to be stored is in no error's text."""
    wrong = Hot(text("SELECT :secret FROM nowhere"))
    with pytest.raises(DatabaseFault) as caught:
        await office.write(lambda unit: wrong.rows(unit.connection, {"secret": "0901234567"}))
    assert "0901234567" not in str(caught.value)


async def test_no_row_is_none(any_office: Office) -> None:
    """`first` of nothing."""
    assert await any_office.read(lambda unit: Hot(_FIND).first(unit.connection, {"wanted": "nobody"})) is None
