"""Tables of the desk's work on a case beside its own row: notes, questions, dialogues, requests."""

import sqlalchemy as sa
from alembic import op

import sqlmodel

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def text(length):
    return sqlmodel.sql.sqltypes.AutoString(length=length)


def upgrade() -> None:
    op.create_table(
        "case_note",
        sa.Column("id", text(32), nullable=False),
        sa.Column("case_id", text(32), nullable=False),
        sa.Column("officer", text(32), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("sealed_text", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_note")),
    )
    op.create_index(op.f("ix_case_note_case_id"), "case_note", ["case_id"], unique=False)
    op.create_table(
        "meeting",
        sa.Column("id", text(32), nullable=False),
        sa.Column("case_id", text(32), nullable=False),
        sa.Column("asked_by", text(20), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("sealed_words", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
    )
    op.create_index(op.f("ix_meeting_case_id"), "meeting", ["case_id"], unique=False)
    op.create_table(
        "info_request",
        sa.Column("id", text(32), nullable=False),
        sa.Column("case_id", text(32), nullable=False),
        sa.Column("locality", text(60), nullable=False),
        sa.Column("body", text(40), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("asked_by", text(32), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("sealed_words", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_info_request")),
    )
    op.create_index(op.f("ix_info_request_case_id"), "info_request", ["case_id"], unique=False)
    op.create_index("ix_info_request_due", "info_request", ["locality", "received_on", "due_on"], unique=False)
    op.create_table(
        "canned_reply",
        sa.Column("id", text(32), nullable=False),
        sa.Column("locality", text(60), nullable=False),
        sa.Column("body", text(40), nullable=False),
        sa.Column("made_by", text(32), nullable=False),
        sa.Column("made_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("sealed_words", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_reply")),
    )
    op.create_index(op.f("ix_canned_reply_locality"), "canned_reply", ["locality"], unique=False)


def downgrade() -> None:
    for table in ("canned_reply", "info_request", "meeting", "case_note"):
        op.drop_table(table)
