"""Every table of an installation, so that whoever compares or migrates sees them all."""

from __future__ import annotations

from storage import (
    tables,
    tables_api,
    tables_audit,
    tables_board,
    tables_case_keys,
    tables_clean,
    tables_console,
    tables_desk,
    tables_fairness,
    tables_identity,
    tables_listing,
    tables_papers,
    tables_reports,
    tables_retention,
    tables_rules,
    tables_sealed,
)
from storage.schema import metadata

__all__ = [
    "metadata",
    "tables",
    "tables_api",
    "tables_audit",
    "tables_board",
    "tables_case_keys",
    "tables_clean",
    "tables_console",
    "tables_desk",
    "tables_fairness",
    "tables_identity",
    "tables_listing",
    "tables_papers",
    "tables_reports",
    "tables_retention",
    "tables_rules",
    "tables_sealed",
]
