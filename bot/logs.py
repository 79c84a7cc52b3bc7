"""Logs: allow-listed fields only, no message text, no token, no address of a person.

What our own code logs are sentences of ours with values we chose. What a library logs may hold anything it stumbled
over, so only its template is written, without the values, and of a sentence made beforehand only its plain words.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "logger", "channel", "error", "where", "count", "case", "state", "fate",
        "detail", "job", "seconds", "address", "version", "file", "status", "path", "method", "name", "setting", "body",
    }
)  # fmt: skip
OURS = ("bot", "cases", "data", "handlers", "scheduler", "storage", "web", "__main__")
LONGEST = 300
HIDDEN = "…"
_TELLING = re.compile(
    r"[\w.+-]+@[\w-]+\.\w+"  # an address of mail
    r"|\b(?![0-9a-f]{32}\b)[\w:/+=-]*[A-Za-z0-9_-]{24,}[\w:/+=-]*"  # a token; ids of our own are 32 hex digits
    r"|(?<![\w-])\+?\d[\d .]{5,}\d\b(?!-)"  # a telephone number, an id of a messenger
    r"|\b(?:\d{1,3}\.){3}\d{1,3}\b(?<!\b127\.0\.0\.1)"  # where somebody comes from
)
_PLACEHOLDER = re.compile(r"%(\(\w+\))?[-#0 +]*[\d*]*(\.[\d*]+)?[a-zA-Z]|\{[^{}]*\}")
_PLAIN_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*[.,;!]?$")


def only_allowed(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every field that is not on the list: a forgotten field is lost, never leaked."""
    return {name: value for name, value in event.items() if name in ALLOWED}


def name_fault(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception becomes its type and its last places in the code: its text may be anybody's words."""
    found = event.pop("exc_info", None)
    error = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event.setdefault("error", type(error).__name__)
        event.setdefault("where", _where(error))
    return event


def one_line(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Libraries put their own comment on the first line and what they stumbled over on the next ones."""
    event["event"] = str(event.get("event", "")).partition("\n")[0][:LONGEST]
    return event


class Foreign(logging.Filter):
    """Takes the values out of what libraries say: the template is theirs, the values are anybody's."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always passes the line."""
        if record.name.partition(".")[0] not in OURS:
            record.msg, record.args = plain_words(str(record.msg), template=bool(record.args)), ()
        return True


def plain_words(sentence: str, *, template: bool) -> str:
    """A library's sentence without its values. Without a template nobody knows which words are values.

    Then its first plain English words are kept, up to anything that looks like a value or a colon.
    """
    line = sentence.partition("\n")[0]
    if template:
        return _PLACEHOLDER.sub(HIDDEN, line)
    words: list[str] = []
    for word in line.split():
        if not _PLAIN_WORD.match(word):
            return " ".join([*words, HIDDEN])
        words.append(word)
    return " ".join(words)


def without_values(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Numbers of people, tokens and addresses are covered wherever they slipped into an allowed field."""
    for name in ("event", "detail", "error"):
        if isinstance(found := event.get(name), str):
            event[name] = _TELLING.sub(HIDDEN, found.partition("\n")[0][:LONGEST])
    return event


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    return " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)


_UNSEEN = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}


def nothing_hidden(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Control characters by number: a terminal would obey them (ECMA-48; C1 among them, as U+009B)."""
    return {name: value.translate(_UNSEEN) if isinstance(value, str) else value for name, value in event.items()}


def configure(level: str, style: str) -> None:
    """Send our own log lines of `level` and the libraries' warnings through the same filter to standard error."""
    renderers: list[Any] = (
        [structlog.processors.JSONRenderer(ensure_ascii=False)]
        if style == "json"
        else [nothing_hidden, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    shared: list[Any] = [
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                name_fault,
                one_line,
                without_values,
                only_allowed,
                *renderers,
            ],
        )
    )
    handler.addFilter(Foreign())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(logging.WARNING, getattr(logging, level.upper())))
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())
    logging.raiseExceptions = False  # a line that cannot be formatted would be printed with all it was given


def catch_strays() -> None:
    """What Python itself would print, with the error's text and a traceback, goes through the same filter.

    For programs that serve: a command says its mistakes to the person at the keyboard.
    """
    log = logging.getLogger("bot.stray")
    logging.captureWarnings(True)
    sys.excepthook = lambda kind, error, trace: log.error("the program ended", exc_info=(kind, error, trace))
    threading.excepthook = lambda found: log.error("a thread ended", exc_info=_info(found.exc_value))
    sys.unraisablehook = lambda found: log.error("an error had nobody to hear it", exc_info=_info(found.exc_value))


def _info(error: BaseException | None) -> Any:
    return (type(error), error, error.__traceback__) if error is not None else None
