"""Tables of legal holds, erasures, and the last results of backups, restore drills and purges."""

import sqlalchemy as sa
from alembic import op

import sqlmodel

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    text, instant = sqlmodel.sql.sqltypes.AutoString, sqlmodel.sql.sqltypes.UTCDateTime
    op.create_table(
        "erased",
        sa.Column("hash", text(length=64), nullable=False),
        sa.Column("what", text(length=12), nullable=False),
        sa.Column("at", instant(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_erased")),
    )
    op.create_table(
        "erased_file",
        sa.Column("file_id", text(length=32), nullable=False),
        sa.Column("at", instant(), nullable=False),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_erased_file")),
    )
    op.create_table(
        "legal_hold",
        sa.Column("id", text(length=32), nullable=False),
        sa.Column("case_id", text(length=32), nullable=False),
        sa.Column("set_by", text(length=60), nullable=False),
        sa.Column("set_at", instant(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("lifted_by", text(length=60), nullable=False),
        sa.Column("lifted_from", sa.Date(), nullable=True),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_index(op.f("ix_legal_hold_case_id"), "legal_hold", ["case_id"])
    op.create_table(
        "chore",
        sa.Column("name", text(length=12), nullable=False),
        sa.Column("tried_at", instant(), nullable=False),
        sa.Column("good_at", instant(), nullable=True),
        sa.Column("fault", text(length=300), nullable=False),
        sa.Column("detail", text(length=300), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chore")),
    )


def downgrade() -> None:
    for table in ("chore", "legal_hold", "erased_file", "erased"):
        op.drop_table(table)
