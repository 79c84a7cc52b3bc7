"""Errors forced in our code and in libraries, with people's words and secrets in them: the log says none."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import orjson
import pytest
import yaml
from jinja2 import Environment, StrictUndefined
from PIL import Image
from sqlalchemy import text
from starlette.datastructures import FormData

from bot.logs import catch_strays, plain_words
from bot.settings import Settings
from storage.work import Office
from tests.storage.test_sweep import logged
from tests.trust.canaries import Canaries
from tests.web.console.desk import browsing
from tests.web.stage import staged
from tests.web.visitor import Visitor

TIMES = 500 if os.environ.get("HOIAM_SOAK") else 50
TOKEN = "7123456789:AAHcanaryTokenOfTelegramQzkVwjXhZZZ9"
CLOSED = "http://127.0.0.1:9"
LIBRARIES = (
    "httpx", "httpcore", "aiogram.event", "telegram.ext.Updater", "asyncpg", "sqlalchemy.engine.Engine", "alembic",
    "uvicorn.error", "uvicorn.access", "aiohttp.server", "asyncio", "PIL.Image", "python_multipart",
)  # fmt: skip


async def by_httpx(word: str) -> None:
    """Its line at INFO has the whole address, its error too."""
    async with httpx.AsyncClient(verify=False) as client:
        await client.post(f"{CLOSED}/bot{TOKEN}/sendMessage", json={"text": word})


async def by_aiohttp(word: str) -> None:
    """An address nobody listens at."""
    async with aiohttp.ClientSession() as session, session.post(f"{CLOSED}/{TOKEN}", json={"text": word}):
        pass


async def by_aiogram(word: str) -> None:
    """Its models tell what they were given."""
    from aiogram.types import Update

    Update.model_validate({"update_id": word, "message": {"text": word}})


async def by_telegram(word: str) -> None:
    """It names the token it refuses."""
    from telegram import Bot

    async with Bot(f"{word}{TOKEN}", base_url=f"{CLOSED}/bot") as bot:
        await bot.get_me()


async def by_json(word: str) -> None:
    """The error carries the whole document."""
    json.loads(f'{{"text": "{word}')


async def by_orjson(word: str) -> None:
    """A value it cannot write."""
    orjson.dumps({"text": word, "of": {word}})


async def by_yaml(word: str) -> None:
    """The error quotes the line."""
    yaml.safe_load(f"text: [{word}")


async def by_jinja(word: str) -> None:
    """The error names what is missing."""
    Environment(undefined=StrictUndefined, autoescape=True).from_string("{{ a.b }}").render(a={word: word})
    raise LookupError(word)


async def by_pillow(word: str) -> None:
    """Not a picture."""
    Image.open(io.BytesIO(word.encode()))


async def by_pydantic(word: str) -> None:
    """Settings tell what was typed."""
    Settings(_env_file=None, port=word)


async def by_decoding(word: str) -> None:
    """The error holds the bytes."""
    (word.encode() + b"\xff").decode()


async def by_ours(word: str) -> None:
    """A number that is none."""
    int(word)


async def by_task(word: str) -> None:
    """Nobody waits for it."""

    async def failing() -> None:
        raise KeyError(word)

    task = asyncio.create_task(failing(), name=word)
    await asyncio.wait([task])
    del task


async def by_loop(word: str) -> None:
    """The loop's own complaint, with everything in its context."""
    told = {"message": f"Fatal error on {word}", "exception": ValueError(word), "words": word}
    asyncio.get_running_loop().call_exception_handler(told)


async def by_thread(word: str) -> None:
    """Python prints it with a traceback."""

    def fail() -> None:
        raise ValueError(word)

    thread = threading.Thread(target=fail, name=word)
    thread.start()
    await asyncio.to_thread(thread.join)


async def by_unraisable(word: str) -> None:
    """An error in a destructor."""

    class Left:
        def __del__(self) -> None:
            raise ValueError(word)

    Left()


async def by_warning(word: str) -> None:
    """A warning quotes the source too."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"strange value {word}", RuntimeWarning, stacklevel=1)


async def by_libraries(word: str) -> None:
    """What each of them might say, at every level, with the values beside the template or already in it."""
    for name in LIBRARIES:
        log = logging.getLogger(name)
        for say in (log.debug, log.info, log.warning, log.error, log.critical):
            say("Received data was: %s", {"text": word, "token": TOKEN})
            say(f"{word} could not be read: {TOKEN}")
        try:
            raise ValueError(word)
        except ValueError:
            log.exception("Update %s was not processed", FormData({"text": word}))


WAYS: tuple[Callable[[str], Any], ...] = (
    by_httpx,
    by_aiohttp,
    by_aiogram,
    by_telegram,
    by_json,
    by_orjson,
    by_yaml,
    by_jinja,
    by_pillow,
    by_pydantic,
    by_decoding,
    by_ours,
    by_task,
    by_loop,
    by_thread,
    by_unraisable,
    by_warning,
    by_libraries,
)


@contextmanager
def heard() -> Iterator[None]:
    """Everything at DEBUG, what Python itself would print included; put back afterwards."""
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    with logged():
        catch_strays()
        noisy = [logging.getLogger(name) for name in LIBRARIES]
        for one in noisy:
            one.setLevel(logging.DEBUG)  # as somebody who looks for a fault might
        yield
        for one in noisy:
            one.setLevel(logging.NOTSET)
        logging.captureWarnings(False)
        sys.excepthook, threading.excepthook, sys.unraisablehook = hooks


async def provoke(way: Callable[[str], Any], word: str) -> None:
    """Have it fail, and say so the way our own code does."""
    try:
        await way(word)
    except Exception:
        logging.getLogger("scheduler.forced").exception("job failed")


async def test_forced_errors_tell_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Each way in turn with a word of its own: types and places are said, words and tokens are not."""
    told = Canaries()
    told.extra.append(TOKEN)
    with heard():
        for number in range(TIMES):
            await provoke(WAYS[number % len(WAYS)], told(WAYS[number % len(WAYS)].__name__))
    said = capsys.readouterr()
    assert said.err.count("\n") > TIMES
    for word in ("ValidationError", "JSONDecodeError", "a thread ended", "Received data was: …"):
        assert word in said.err
    assert told.hits((said.err + said.out).encode(), "the log") == []


async def run(office: Office, statement: str, word: str) -> None:
    """One statement that fails."""
    await office.write(lambda unit: unit.connection.execute(text(statement), {"word": word}))


async def test_database_errors_tell_nothing(any_office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither SQLAlchemy nor the driver repeats the values of a statement that failed."""
    told = Canaries()
    statements = ("SELECT nothing(:word)", "INSERT INTO ledger (key, at) VALUES (:word, NULL)", "SELEKT :word")
    with heard():
        for statement in statements * 3:
            word = told(statement)
            await provoke(partial(run, any_office, statement), word)
    said = capsys.readouterr()
    assert said.err.count("job failed") == 9
    assert told.hits((said.err + said.out).encode(), "the log") == []


async def test_error_pages_and_metrics_tell_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A page that fails with somebody's words in its error answers 500 and says none of them, nor does the log."""
    told = Canaries()

    def failing() -> Any:
        raise KeyError(told("error in a page"))

    with heard(), staged(tmp_path, lambda _desk, services: replace(services, rules=failing)) as stage:
        async with browsing() as http:
            visitor, statuses = Visitor(http, stage.url), set()
            for path in (
                "/",
                "/board",
                "/chat",
                "/open311/v2/services.json",
                "/console/login",
                "/api/v1/cases",
                "/health",
            ):
                answer = await visitor.get(f"{path}?q={told.bare('query')}")
                statuses.add(answer.status)
                assert told.hits(answer.body, path) == []
            assert told.hits((await visitor.get("/metrics")).body, "metrics") == []
    assert 500 in statuses
    said = capsys.readouterr()
    assert told.hits((said.err + said.out).encode(), "the log") == []


@pytest.mark.parametrize(
    ("sentence", "template", "said"),
    [
        ("Update id=%d is handled by bot id=%d", True, "Update id=… is handled by bot id=…"),
        ('HTTP Request: %s %s "%s %d %s"', True, 'HTTP Request: … … "… … …"'),
        ("Unclosed client session", False, "Unclosed client session"),
        ("Invalid token AAH12 given: %s", False, "Invalid token …"),
        ("không đọc được", False, "…"),
        ("first line\nsecond line of words", False, "first line"),
    ],
)
def test_a_librarys_sentence_loses_its_values(sentence: str, template: bool, said: str) -> None:
    """The template stays, values go; of a ready sentence its first plain words stay."""
    assert plain_words(sentence, template=template) == said
