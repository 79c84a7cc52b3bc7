"""Tables of opened identities, residents' wishes and check-ins after closing."""

import sqlalchemy as sa
from alembic import op

import sqlmodel

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

PERSONS = "closed_at IS NOT NULL AND subject IN ('official', 'party_member', 'elected_deputy')"


def upgrade() -> None:
    text, instant = sqlmodel.sql.sqltypes.AutoString, sqlmodel.sql.sqltypes.UTCDateTime
    op.create_table(
        "identity_request",
        sa.Column("id", text(length=32), nullable=False),
        sa.Column("case_id", text(length=32), nullable=False),
        sa.Column("asked_by", text(length=32), nullable=False),
        sa.Column("asked_at", instant(), nullable=False),
        sa.Column("decided_by", text(length=32), nullable=False),
        sa.Column("decided_at", instant(), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("opened_at", instant(), nullable=True),
        sa.Column("sealed_words", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_request")),
    )
    op.create_index(op.f("ix_identity_request_case_id"), "identity_request", ["case_id"])
    op.create_index(
        "ix_identity_request_undecided",
        "identity_request",
        ["asked_at"],
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.create_table(
        "case_wish",
        sa.Column("case_id", text(length=32), nullable=False),
        sa.Column("off_board", sa.Boolean(), nullable=False),
        sa.Column("worried", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_wish")),
    )
    op.create_index(op.f("ix_case_wish_worried"), "case_wish", ["worried"])
    op.create_table(
        "check_in",
        sa.Column("case_id", text(length=32), nullable=False),
        sa.Column("first_at", instant(), nullable=True),
        sa.Column("second_at", instant(), nullable=True),
        sa.Column("answer", text(length=10), nullable=False),
        sa.Column("answered_at", instant(), nullable=True),
        sa.Column("alarm_case", text(length=32), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_check_in")),
    )
    op.create_index(
        "ix_case_closed_persons",
        "case",
        ["closed_at"],
        sqlite_where=sa.text(PERSONS),
        postgresql_where=sa.text(PERSONS),
    )


def downgrade() -> None:
    op.drop_index("ix_case_closed_persons", "case")
    for table in ("check_in", "case_wish", "identity_request"):
        op.drop_table(table)
