"""Tables of what is made public: publications, registers of disclosure, keys and tokens of Open311."""

import sqlalchemy as sa
from alembic import op

import sqlmodel

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Text = sqlmodel.sql.sqltypes.AutoString
Instant = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.create_table(
        "publication",
        sa.Column("id", Text(length=32), nullable=False),
        sa.Column("public_id", Text(length=16), nullable=False),
        sa.Column("case_id", Text(length=32), nullable=False),
        sa.Column("matter", Text(length=32), nullable=False),
        sa.Column("locality", Text(length=60), nullable=False),
        sa.Column("state", Text(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", Text(length=20), nullable=False),
        sa.Column("topic", Text(length=60), nullable=False),
        sa.Column("hamlet", Text(length=60), nullable=False),
        sa.Column("work", Text(length=60), nullable=False),
        sa.Column("authority", Text(length=40), nullable=False),
        sa.Column("outcome", Text(length=20), nullable=False),
        sa.Column("by_month", sa.Boolean(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("sealed_draft", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", Text(length=32), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("published_at", Instant(), nullable=True),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("summary", Text(), nullable=False),
        sa.Column("answer", Text(), nullable=False),
        sa.Column("marked", Text(), nullable=False),
        sa.Column("bare", Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_publication"),
        sa.UniqueConstraint("public_id", name="uq_publication_public_id"),
    )
    op.create_index("ix_publication_case_id", "publication", ["case_id"])
    op.create_index("ix_publication_changed_at", "publication", ["changed_at"])
    op.create_index("ix_publication_board", "publication", ["state", "locality", "published_at"])
    op.create_index("ix_publication_newest", "publication", ["state", "published_at"])
    for name in ("topic", "hamlet", "authority"):
        op.create_index(f"ix_publication_{name}", "publication", ["state", name, "published_at"])
    op.create_table(
        "publication_word",
        sa.Column("word", sa.LargeBinary(), nullable=False),
        sa.Column("publication_id", Text(length=32), nullable=False),
        sa.PrimaryKeyConstraint("word", "publication_id", name="pk_publication_word"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_publication_word_publication_id", "publication_word", ["publication_id"])
    op.create_table(
        "disclosure_item",
        sa.Column("id", Text(length=32), nullable=False),
        sa.Column("locality", Text(length=60), nullable=False),
        sa.Column("content", Text(length=4), nullable=False),
        sa.Column("owner", Text(length=40), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("dropped", sa.Boolean(), nullable=False),
        sa.Column("sealed_text", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", Text(length=32), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_disclosure_item"),
    )
    op.create_index("ix_disclosure_item_due", "disclosure_item", ["locality", "done", "due_on"])
    op.create_table(
        "disclosure_proof",
        sa.Column("id", Text(length=32), nullable=False),
        sa.Column("item_id", Text(length=32), nullable=False),
        sa.Column("form", Text(length=20), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("sealed_proof", sa.LargeBinary(), nullable=False),
        sa.Column("file_id", Text(length=32), nullable=False),
        sa.Column("made_by", Text(length=32), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_disclosure_proof"),
    )
    op.create_index("ix_disclosure_proof_item_id", "disclosure_proof", ["item_id"])
    op.create_table(
        "open311_key",
        sa.Column("hash", Text(length=32), nullable=False),
        sa.Column("locality", Text(length=60), nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("made_by", Text(length=32), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_open311_key"),
    )
    op.create_index("ix_open311_key_locality", "open311_key", ["locality"])
    op.create_table(
        "open311_token",
        sa.Column("hash", Text(length=32), nullable=False),
        sa.Column("case_id", Text(length=32), nullable=False),
        sa.Column("key_hash", Text(length=32), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_open311_token"),
    )
    op.create_index("ix_open311_token_case_id", "open311_token", ["case_id"])


def downgrade() -> None:
    for table in ("open311_token", "open311_key", "disclosure_proof", "disclosure_item", "publication_word", "publication"):
        op.drop_table(table)
