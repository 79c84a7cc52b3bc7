"""Tables of keys per case, and each file's own key."""

import sqlalchemy as sa
from alembic import op

import sqlmodel

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_key",
        sa.Column("case_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_key")),
        sqlite_with_rowid=False,
    )
    op.add_column("case_file", sa.Column("sealed_key", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("case_file", "sealed_key")
    op.drop_table("case_key")
