"""Tables of edited rules: proposals, approvals, versions. Earlier calendar days and directories are taken over."""

import json
import uuid

import sqlalchemy as sa
from alembic import op

import sqlmodel

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

Text = sqlmodel.sql.sqltypes.AutoString
Instant = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    table = op.create_table(
        "rule_edit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("locality", Text(length=60), nullable=False),
        sa.Column("what", Text(length=20), nullable=False),
        sa.Column("about", Text(length=120), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("reason", Text(length=500), nullable=False),
        sa.Column("document", Text(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("proposed_by", Text(length=60), nullable=False),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=True),
        sa.Column("decided_by", Text(length=60), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("withdrawn_by", Text(length=60), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("row_key", Text(length=32), nullable=False),
        sa.Column("sealed_words", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_note", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_edit")),
    )
    op.create_index(op.f("ix_rule_edit_proposed_at"), "rule_edit", ["proposed_at"], unique=False)
    op.create_index("ix_rule_edit_what_about", "rule_edit", ["what", "about"], unique=False)
    if op.get_context().as_sql:
        return
    rows = [*_days(op.get_bind()), *_directories(op.get_bind())]
    if rows:
        op.bulk_insert(table, sorted(rows, key=lambda row: row["proposed_at"]))


def downgrade() -> None:
    op.drop_index("ix_rule_edit_what_about", table_name="rule_edit")
    op.drop_index(op.f("ix_rule_edit_proposed_at"), table_name="rule_edit")
    op.drop_table("rule_edit")


def _row(what, about, content, reason, document, by, at):
    return {
        "locality": "",
        "what": what,
        "about": about,
        "content": json.dumps(content, ensure_ascii=False),
        "reason": reason,
        "document": document,
        "proposed_by": by,
        "proposed_at": at,
        "needs_approval": False,
        "decided_by": "",
        "withdrawn_by": "",
        "row_key": uuid.uuid4().hex,
    }


def _days(connection):
    old = sa.table(
        "calendar_edit",
        sa.column("id"),
        sa.column("day", sa.Date()),
        sa.column("working", sa.Boolean()),
        sa.column("for_day", sa.Date()),
        sa.column("reason"),
        sa.column("document"),
        sa.column("made_by"),
        sa.column("made_at", Instant()),
    )
    for row in connection.execute(sa.select(old).order_by(old.c.id)):
        content = {"op": "work" if row.working else "off", "day": row.day.isoformat(), "name": row.reason}
        if row.for_day:
            content["for_day"] = row.for_day.isoformat()
        content["document"] = row.document
        yield _row("calendar", row.day.isoformat(), content, row.reason, row.document, row.made_by, row.made_at)


def _directories(connection):
    old = sa.table(
        "directory_version",
        sa.column("id"),
        sa.column("imported_at", Instant()),
        sa.column("imported_by"),
        sa.column("content"),
    )
    for row in connection.execute(sa.select(old).order_by(old.c.id)):
        yield _row("directory", "document", {"text": row.content}, "", "", row.imported_by, row.imported_at)
