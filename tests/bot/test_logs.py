"""Logs: an operator learns what failed and where, and nobody's words, numbers or tokens are in them."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import insert

from bot.logs import OURS, configure
from storage.sqlite import _engine
from storage.tables import LedgerRow, metadata

MARK = "Nguyễn Thị Tư 0901234567"
Written = Callable[[], str]


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Written]:
    """What went to standard error since last asked; logging is put back afterwards."""
    root, kept = logging.getLogger(), logging.raiseExceptions
    handlers, level = root.handlers[:], root.level
    yield lambda: capsys.readouterr().err
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.raiseExceptions = kept
    for name in OURS:
        logging.getLogger(name).setLevel(logging.NOTSET)
    structlog.reset_defaults()


def talkative(written: Written) -> Callable[[], list[dict[str, Any]]]:
    """Have everything logged as JSON; returns what reads it."""
    configure("debug", "json")
    return lambda: [json.loads(line) for line in written().splitlines()]


def fail(words: str) -> None:
    """Fail with somebody's words in the error."""
    raise KeyError(words)


def test_only_listed_fields_are_written(written: Written) -> None:
    """A field nobody thought of is lost, not leaked."""
    lines = talkative(written)
    structlog.get_logger("bot.x").info("taken", channel="web", text=MARK, phone=MARK, chat_id=MARK)
    (line,) = lines()
    assert set(line) == {"event", "level", "logger", "timestamp", "channel"}
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize("logger", [structlog.get_logger("scheduler.x"), logging.getLogger("scheduler.y")])
def test_an_exception_is_its_type_and_place(written: Written, logger: Any) -> None:
    """Enough to find the fault; the error's text may be anybody's words."""
    lines = talkative(written)
    try:
        fail(MARK)
    except KeyError:
        logger.exception("delivery failed")
    (line,) = lines()
    assert (line["event"], line["error"]) == ("delivery failed", "KeyError")
    assert line["where"].count("test_logs.py:") == 2
    assert MARK not in json.dumps(line, ensure_ascii=False)


@pytest.mark.parametrize("logger", [structlog.get_logger("scheduler.x"), logging.getLogger("scheduler.y")])
def test_words_with_placeholders_are_filled(written: Written, logger: Any) -> None:
    """Both kinds of loggers take arguments."""
    lines = talkative(written)
    logger.warning("delivery on %s waits %d s", "zalo-oa", 5)
    assert lines()[0]["event"] == "delivery on zalo-oa waits 5 s"


def test_a_forgotten_task_does_not_print_its_error(written: Written) -> None:
    """asyncio prints the repr of a failed task, error text included, on its second line."""
    lines = talkative(written)

    async def run() -> None:
        async def failing() -> None:
            fail(MARK)

        task = asyncio.create_task(failing())
        await asyncio.wait([task])
        del task

    asyncio.run(run())
    (line,) = lines()
    assert line["event"] == "Task exception was never retrieved"
    assert MARK not in json.dumps(line, ensure_ascii=False)


def test_a_line_that_cannot_be_formatted_does_not_print_its_arguments(written: Written) -> None:
    """Logging's own complaint would show everything it was given."""
    talkative(written)
    logging.getLogger("bot.x").error("%d files", MARK)
    assert MARK not in written()


@pytest.mark.parametrize(
    "name", ["httpx", "aiogram.event", "telegram.Bot", "PIL.Image", "python_multipart", "anything"]
)
def test_libraries_say_only_warnings(written: Written, name: str) -> None:
    """At DEBUG ours speak; what libraries trace (addresses with tokens, photo metadata) stays unsaid."""
    lines = talkative(written)
    logging.getLogger(name).info("HTTP Request: POST https://api.telegram.org/bot%s/getMe", MARK)
    logging.getLogger(name).debug("tag: Artist - value: %s", MARK)
    logging.getLogger(name).warning("no answer")
    logging.getLogger("bot.channels.web").debug("ours")
    assert [line["event"] for line in lines()] == ["no answer", "ours"]


def test_a_database_error_hides_its_values() -> None:
    """A refused row's values are not in the error's text."""

    engine = _engine(Path(":memory:"), 1, readonly=False)
    with engine.begin() as connection:
        metadata.create_all(connection)
        with pytest.raises(Exception, match="NOT NULL") as caught:
            connection.execute(insert(metadata.tables[str(LedgerRow.__tablename__)]), {"key": MARK, "at": None})
    engine.dispose()
    assert MARK not in str(caught.value)


def test_people_get_lines_too(written: Written) -> None:
    """The console form, without colours in a file."""
    configure("info", "console")
    structlog.get_logger("bot.x").info("serving", address="http://127.0.0.1:8080")
    line = written()
    assert "serving" in line
    assert "\x1b" not in line


@pytest.mark.parametrize(("level", "heard"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_the_level_is_respected(written: Written, level: str, heard: int) -> None:
    """Ours from that level up."""
    configure(level, "json")
    for say in ("debug", "info", "warning", "error"):
        getattr(structlog.get_logger("web.x"), say)("line")
    assert len(written().splitlines()) == heard
