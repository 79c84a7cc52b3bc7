"""What all tables share: naming, serial numbers, sealed columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData
from sqlmodel import Field, SQLModel

SQLModel.metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
metadata = SQLModel.metadata

# SQLite numbers rows by itself only in a column declared INTEGER; PostgreSQL needs 64 bits.
Serial = BigInteger().with_variant(Integer(), "sqlite")


def serial() -> Any:
    """A number given by the database."""
    return Field(default=None, sa_column=Column(Serial, primary_key=True, autoincrement=True))


def sealed(*, optional: bool = True) -> Any:
    """A column for AES-GCM values."""
    if optional:
        return Field(default=None, sa_type=LargeBinary, nullable=True)
    return Field(sa_type=LargeBinary, nullable=False)
