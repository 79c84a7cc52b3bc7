"""Tables of other systems' access: tokens, outgoing hooks, and the log of exports."""

import sqlalchemy as sa
from alembic import op

import sqlmodel

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    text, instant = sqlmodel.sql.sqltypes.AutoString, sqlmodel.sql.sqltypes.UTCDateTime
    op.create_table(
        "api_token",
        sa.Column("id", text(length=32), nullable=False),
        sa.Column("token", text(length=32), nullable=False),
        sa.Column("begins", text(length=16), nullable=False),
        sa.Column("officer_id", text(length=32), nullable=False),
        sa.Column("scopes", text(length=200), nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", instant(), nullable=False),
        sa.Column("expires_at", instant(), nullable=False),
        sa.Column("used_at", instant(), nullable=True),
        sa.Column("revoked_at", instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token", name=op.f("uq_api_token_token")),
    )
    op.create_index(op.f("ix_api_token_officer_id"), "api_token", ["officer_id"])
    op.create_table(
        "out_hook",
        sa.Column("id", text(length=32), nullable=False),
        sa.Column("locality", text(length=60), nullable=False),
        sa.Column("stage", text(length=12), nullable=False),
        sa.Column("events", text(length=300), nullable=False),
        sa.Column("sealed_target", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("proposed_by", text(length=32), nullable=False),
        sa.Column("proposed_at", instant(), nullable=False),
        sa.Column("decided_by", text(length=32), nullable=False),
        sa.Column("decided_at", instant(), nullable=True),
        sa.Column("ended_at", instant(), nullable=True),
        sa.Column("delivered_at", instant(), nullable=True),
        sa.Column("failing_since", instant(), nullable=True),
        sa.Column("fault", text(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_out_hook")),
    )
    op.create_index(op.f("ix_out_hook_locality"), "out_hook", ["locality"])
    op.create_table(
        "out_hook_mark",
        sa.Column("name", text(length=20), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_out_hook_mark")),
    )
    op.create_table(
        "export_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("officer_id", text(length=32), nullable=False),
        sa.Column("locality", text(length=60), nullable=False),
        sa.Column("at", instant(), nullable=False),
        sa.Column("form", text(length=8), nullable=False),
        sa.Column("with_identity", sa.Boolean(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("ended_at", instant(), nullable=True),
        sa.Column("row_key", text(length=32), nullable=False),
        sa.Column("sealed_request", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_log")),
    )
    op.create_index("ix_export_log_officer", "export_log", ["officer_id", "id"])


def downgrade() -> None:
    for table in ("export_log", "out_hook_mark", "out_hook", "api_token"):
        op.drop_table(table)
