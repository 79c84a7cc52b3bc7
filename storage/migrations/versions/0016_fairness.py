"""Tables of emergency access."""

import sqlalchemy as sa
from alembic import op

import sqlmodel

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    text, instant = sqlmodel.sql.sqltypes.AutoString, sqlmodel.sql.sqltypes.UTCDateTime
    op.create_table(
        "emergency_access",
        sa.Column("id", text(length=32), nullable=False),
        sa.Column("officer_id", text(length=32), nullable=False),
        sa.Column("case_id", text(length=32), nullable=False),
        sa.Column("opened_at", instant(), nullable=False),
        sa.Column("until", instant(), nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_access")),
    )
    op.create_index("ix_emergency_access_officer_id", "emergency_access", ["officer_id", "until"])
    op.create_index(op.f("ix_emergency_access_case_id"), "emergency_access", ["case_id"])


def downgrade() -> None:
    op.drop_table("emergency_access")
