"""Logs: allow-listed fields only, no message text, no token, no address of a person."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "logger", "channel", "error", "where", "count", "case", "state", "fate",
        "detail", "job", "seconds", "address", "version", "file", "status", "path", "method", "name", "setting", "body",
    }
)  # fmt: skip
QUIET = (
    "httpx",
    "httpcore",
    "aiogram",
    "telegram",
    "aiohttp",
    "apscheduler",
    "asyncio",
    "uvicorn",
    "sqlalchemy",
    "alembic",
)


def only_allowed(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every field that is not on the list: a forgotten field is lost, never leaked."""
    return {name: value for name, value in event.items() if name in ALLOWED}


def configure(level: str, style: str) -> None:
    """Send our own and the libraries' log lines through the same filter to standard error."""
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    shared: list[Any] = [
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
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, only_allowed, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
