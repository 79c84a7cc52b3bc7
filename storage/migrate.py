"""Bring a database to the newest layout: one chain of migrations for SQLite and PostgreSQL.

Alembic is loaded only where something is missing: it takes 12 MB, and most starts find an up-to-date database.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from storage.layout import metadata

if TYPE_CHECKING:
    from alembic.config import Config

UPGRADE_LOCK = 728_300
FOLDER = Path(__file__).parent / "migrations"


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Apply what is missing; nothing happens on an up-to-date database."""
    if connection.dialect.name == "postgresql":  # several processes may start on one empty database
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": UPGRADE_LOCK})
    if _stands_at(connection) != newest():
        from alembic import command

        command.upgrade(_config(connection), "head")


def upgrade_to(connection: Connection, revision: str) -> None:
    """Bring an empty database to an older layout: a backup of that time is put into it before it is brought on."""
    from alembic import command

    command.upgrade(_config(connection), revision)


def newest() -> str:
    """The last revision of the chain: files are numbered in its order, which a test holds."""
    return max(path.name for path in (FOLDER / "versions").glob("[0-9]*.py")).partition("_")[0]


def _stands_at(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def differences(connection: Connection) -> list[object]:
    """What the tables in code have that the database has not, or the other way round."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def new_revision(connection: Connection, message: str) -> None:
    """Write the next migration from the difference between code and database (for developers)."""
    from alembic import command

    command.revision(_config(connection), message=message, autogenerate=True)
