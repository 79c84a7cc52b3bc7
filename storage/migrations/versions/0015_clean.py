"""Tables of clean copies of files."""

import sqlalchemy as sa
from alembic import op

import sqlmodel

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    text, instant = sqlmodel.sql.sqltypes.AutoString, sqlmodel.sql.sqltypes.UTCDateTime
    op.create_table(
        "clean_copy",
        sa.Column("file_id", text(length=32), nullable=False),
        sa.Column("state", text(length=12), nullable=False),
        sa.Column("shape", text(length=12), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("mime", text(length=40), nullable=False),
        sa.Column("fault", text(length=24), nullable=False),
        sa.Column("sealed_finding", sa.LargeBinary(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("asked_at", instant(), nullable=False),
        sa.Column("next_try_at", instant(), nullable=False),
        sa.Column("ended_at", instant(), nullable=True),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_clean_copy")),
    )
    op.create_index("ix_clean_copy_state", "clean_copy", ["state", "next_try_at"])


def downgrade() -> None:
    op.drop_table("clean_copy")
