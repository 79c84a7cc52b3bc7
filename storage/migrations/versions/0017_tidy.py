"""Out with what is no longer read: rules edited before the register, and an index that doubled the board's cost."""

import sqlalchemy as sa
from alembic import op

import sqlmodel

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_publication_word_publication_id", table_name="publication_word")
    op.drop_table("calendar_edit")
    op.drop_table("directory_version")


def downgrade() -> None:
    text, instant = sqlmodel.sql.sqltypes.AutoString, sqlmodel.sql.sqltypes.UTCDateTime
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "directory_version",
        sa.Column("id", serial, autoincrement=True, nullable=False),
        sa.Column("imported_at", instant(), nullable=False),
        sa.Column("imported_by", text(length=60), nullable=False),
        sa.Column("content", text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_version")),
    )
    op.create_table(
        "calendar_edit",
        sa.Column("id", serial, autoincrement=True, nullable=False),
        sa.Column("locality", text(length=60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("for_day", sa.Date(), nullable=True),
        sa.Column("reason", text(length=300), nullable=False),
        sa.Column("document", text(length=200), nullable=False),
        sa.Column("made_by", text(length=60), nullable=False),
        sa.Column("made_at", instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_edit")),
    )
    op.create_index("ix_publication_word_publication_id", "publication_word", ["publication_id"])
