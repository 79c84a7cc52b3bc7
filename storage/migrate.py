"""Bring a database to the newest layout: one chain of migrations for SQLite and PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage.layout import metadata

FOLDER = Path(__file__).parent / "migrations"


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Apply what is missing; nothing happens on an up-to-date database."""
    config = _config(connection)
    head = ScriptDirectory.from_config(config).get_current_head()
    if MigrationContext.configure(connection).get_current_revision() != head:
        command.upgrade(config, "head")


def differences(connection: Connection) -> list[object]:
    """What the tables in code have that the database has not, or the other way round."""
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def new_revision(connection: Connection, message: str) -> None:
    """Write the next migration from the difference between code and database (for developers)."""
    command.revision(_config(connection), message=message, autogenerate=True)
