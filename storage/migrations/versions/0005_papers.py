"""Tables of official papers: numbers given and papers made."""

import sqlalchemy as sa
from alembic import op

import sqlmodel

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
AT = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.create_table(
        "paper_series",
        sa.Column("locality", TEXT(length=60), nullable=False),
        sa.Column("body", TEXT(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", TEXT(length=12), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("locality", "body", "year", "kind", name=op.f("pk_paper_series")),
    )
    op.create_table(
        "paper_number",
        sa.Column("locality", TEXT(length=60), nullable=False),
        sa.Column("body", TEXT(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", TEXT(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("paper_id", TEXT(length=32), nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=True),
        sa.Column("by", TEXT(length=32), nullable=False),
        sa.Column("at", AT(), nullable=False),
        sa.PrimaryKeyConstraint("locality", "body", "year", "kind", "number", name=op.f("pk_paper_number")),
    )
    op.create_table(
        "paper",
        sa.Column("id", TEXT(length=32), nullable=False),
        sa.Column("case_id", TEXT(length=32), nullable=False),
        sa.Column("locality", TEXT(length=60), nullable=False),
        sa.Column("body", TEXT(length=40), nullable=False),
        sa.Column("paper", TEXT(length=20), nullable=False),
        sa.Column("kind", TEXT(length=12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("doc_no", TEXT(length=60), nullable=False),
        sa.Column("doc_date", sa.Date(), nullable=True),
        sa.Column("sha256", TEXT(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sealed_values", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", TEXT(length=32), nullable=False),
        sa.Column("made_at", AT(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
    )
    op.create_index("ix_paper_case", "paper", ["case_id", "made_at"])
    op.create_index("ix_paper_body", "paper", ["locality", "body", "year"])


def downgrade() -> None:
    op.drop_index("ix_paper_body", table_name="paper")
    op.drop_index("ix_paper_case", table_name="paper")
    for table in ("paper", "paper_number", "paper_series"):
        op.drop_table(table)
