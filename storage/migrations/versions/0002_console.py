"""Tables of the console's door: accounts, recovery codes, sessions, and how long a try must wait."""

import sqlalchemy as sa
from alembic import op

import sqlmodel

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    text, instant = sqlmodel.sql.sqltypes.AutoString, sqlmodel.sql.sqltypes.UTCDateTime
    op.create_table(
        "console_account",
        sa.Column("officer_id", text(length=32), nullable=False),
        sa.Column("login", text(length=32), nullable=False),
        sa.Column("sealed_login", sa.LargeBinary(), nullable=False),
        sa.Column("password_hash", text(length=200), nullable=False),
        sa.Column("sealed_totp", sa.LargeBinary(), nullable=False),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("epoch", text(length=32), nullable=False),
        sa.Column("made_at", instant(), nullable=False),
        sa.Column("password_at", instant(), nullable=False),
        sa.PrimaryKeyConstraint("officer_id", name=op.f("pk_console_account")),
        sa.UniqueConstraint("login", name=op.f("uq_console_account_login")),
    )
    op.create_table(
        "console_recovery",
        sa.Column("code", text(length=32), nullable=False),
        sa.Column("officer_id", text(length=32), nullable=False),
        sa.Column("used_at", instant(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_console_recovery")),
    )
    op.create_index(op.f("ix_console_recovery_officer_id"), "console_recovery", ["officer_id"])
    op.create_table(
        "console_session",
        sa.Column("id", text(length=32), nullable=False),
        sa.Column("officer_id", text(length=32), nullable=False),
        sa.Column("standing", text(length=300), nullable=False),
        sa.Column("lang", text(length=12), nullable=False),
        sa.Column("begun_at", instant(), nullable=False),
        sa.Column("active_at", instant(), nullable=False),
        sa.Column("sealed_device", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_session")),
    )
    op.create_index(op.f("ix_console_session_officer_id"), "console_session", ["officer_id"])
    op.create_index(op.f("ix_console_session_begun_at"), "console_session", ["begun_at"])
    op.create_table(
        "console_limit",
        sa.Column("key", text(length=32), nullable=False),
        sa.Column("full_at", instant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_console_limit")),
    )
    op.create_index(op.f("ix_console_limit_full_at"), "console_limit", ["full_at"])


def downgrade() -> None:
    op.drop_table("console_limit")
    op.drop_table("console_session")
    op.drop_table("console_recovery")
    op.drop_table("console_account")
