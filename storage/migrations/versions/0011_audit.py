"""Tables of the audit chain."""

import sqlalchemy as sa
from alembic import op

import sqlmodel

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    text, instant = sqlmodel.sql.sqltypes.AutoString, sqlmodel.sql.sqltypes.UTCDateTime
    op.create_table(
        "audit_entry",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", instant(), nullable=False),
        sa.Column("what", text(length=40), nullable=False),
        sa.Column("actor", text(length=32), nullable=False),
        sa.Column("case_id", text(length=32), nullable=False),
        sa.Column("detail_hash", text(length=64), nullable=False),
        sa.Column("sealed_detail", sa.LargeBinary(), nullable=True),
        sa.Column("head", text(length=64), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_actor", "audit_entry", ["actor", "at"])
    op.create_index("ix_audit_entry_case_id", "audit_entry", ["case_id", "position"])
    op.create_index("ix_audit_entry_what", "audit_entry", ["what", "at"])
    op.create_table(
        "audit_head",
        sa.Column("name", text(length=8), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("head", text(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_audit_head")),
    )
    op.execute(f"INSERT INTO audit_head (name, position, head) VALUES ('chain', 0, '{'0' * 64}')")
    op.create_table(
        "audit_published",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("head", text(length=64), nullable=False),
        sa.Column("at", instant(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_audit_published")),
    )


def downgrade() -> None:
    for table in ("audit_published", "audit_head", "audit_entry"):
        op.drop_table(table)
