"""Every table of an installation, so that whoever compares or migrates sees them all."""

from __future__ import annotations

from storage import (
    tables,
    tables_api,
    tables_board,
    tables_console,
    tables_desk,
    tables_listing,
    tables_papers,
    tables_reports,
    tables_rules,
)
from storage.schema import metadata

__all__ = [
    "metadata",
    "tables",
    "tables_api",
    "tables_board",
    "tables_console",
    "tables_desk",
    "tables_listing",
    "tables_papers",
    "tables_reports",
    "tables_rules",
]
