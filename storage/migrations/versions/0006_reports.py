"""Tables of periodic reports: drafts, recipients, opinions; registers; the index of counted events."""

import sqlalchemy as sa
from alembic import op

import sqlmodel

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
AT = sqlmodel.sql.sqltypes.UTCDateTime
FEW = sa.text(
    "what IN ('dialogue_asked', 'dialogue_opened', 'escalated', 'extended', 'identity_read', 'returned', 'urged')"
)


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("id", TEXT(length=32), nullable=False),
        sa.Column("locality", TEXT(length=60), nullable=False),
        sa.Column("kind", TEXT(length=20), nullable=False),
        sa.Column("period", TEXT(length=20), nullable=False),
        sa.Column("author", TEXT(length=40), nullable=False),
        sa.Column("state", TEXT(length=12), nullable=False),
        sa.Column("owner", TEXT(length=32), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("narrative", TEXT(), nullable=False),
        sa.Column("snapshot", TEXT(), nullable=False),
        sa.Column("doc_no", TEXT(length=60), nullable=False),
        sa.Column("doc_date", sa.Date(), nullable=True),
        sa.Column("signed_by", TEXT(length=120), nullable=False),
        sa.Column("made_at", AT(), nullable=False),
        sa.Column("final_at", AT(), nullable=True),
        sa.Column("final_by", TEXT(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("locality", "kind", "period", "author", name=op.f("uq_report_locality_kind_period_author")),
    )
    op.create_table(
        "report_recipient",
        sa.Column("report_id", TEXT(length=32), nullable=False),
        sa.Column("body", TEXT(length=40), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("way", TEXT(length=120), nullable=False),
        sa.Column("opinion_asked", sa.Boolean(), nullable=False),
        sa.Column("opinion_on", sa.Date(), nullable=True),
        sa.Column("sealed_opinion", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("report_id", "body", name=op.f("pk_report_recipient")),
    )
    op.create_table(
        "report_setting",
        sa.Column("locality", TEXT(length=60), nullable=False),
        sa.Column("cutoff_day", sa.Integer(), nullable=False),
        sa.Column("due_day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("locality", name=op.f("pk_report_setting")),
    )
    op.create_table(
        "register_entry",
        sa.Column("id", TEXT(length=32), nullable=False),
        sa.Column("locality", TEXT(length=60), nullable=False),
        sa.Column("book", TEXT(length=24), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("body", TEXT(length=40), nullable=False),
        sa.Column("sealed_data", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", AT(), nullable=False),
        sa.Column("changed_at", AT(), nullable=False),
        sa.Column("changed_by", TEXT(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_entry")),
    )
    op.create_index("ix_register_entry_year", "register_entry", ["locality", "book", "year"])
    op.create_index("ix_case_event_counted", "case_event", ["what", "at"], sqlite_where=FEW, postgresql_where=FEW)


def downgrade() -> None:
    op.drop_index("ix_case_event_counted", table_name="case_event")
    op.drop_index("ix_register_entry_year", table_name="register_entry")
    for table in ("register_entry", "report_setting", "report_recipient", "report"):
        op.drop_table(table)
