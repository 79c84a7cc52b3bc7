"""Tables of sealed reports and the keys of receiving bodies."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    text, instant = sqlmodel.sql.sqltypes.AutoString, sqlmodel.sql.sqltypes.UTCDateTime
    op.add_column("case", sa.Column("sealed_to", text(length=40), server_default="", nullable=False))
    op.create_table(
        "sealed_class",
        sa.Column("locality", text(length=60), nullable=False),
        sa.Column("set_by", text(length=60), nullable=False),
        sa.Column("since", instant(), nullable=False),
        sa.PrimaryKeyConstraint("locality", name=op.f("pk_sealed_class")),
    )
    op.create_table(
        "sealed_key",
        sa.Column("id", text(length=32), nullable=False),
        sa.Column("locality", text(length=60), nullable=False),
        sa.Column("body", text(length=40), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("proposed_by", text(length=60), nullable=False),
        sa.Column("proposed_at", instant(), nullable=False),
        sa.Column("decided_by", text(length=60), nullable=False),
        sa.Column("decided_at", instant(), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_key")),
    )
    op.create_index("ix_sealed_key_body", "sealed_key", ["locality", "body"])
    op.create_table(
        "sealed_holder",
        sa.Column("key_id", text(length=32), nullable=False),
        sa.Column("officer_id", text(length=60), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", instant(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", "officer_id", name=op.f("pk_sealed_holder")),
    )
    op.create_table(
        "sealed_box",
        sa.Column("id", text(length=32), nullable=False),
        sa.Column("case_id", text(length=32), nullable=False),
        sa.Column("what", text(length=20), nullable=False),
        sa.Column("file_id", text(length=32), nullable=False),
        sa.Column("at", instant(), nullable=False),
        sa.Column("sealed_content", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_box")),
    )
    op.create_index(op.f("ix_sealed_box_case_id"), "sealed_box", ["case_id"])
    op.create_index(op.f("ix_sealed_box_file_id"), "sealed_box", ["file_id"])
    op.create_table(
        "sealed_envelope",
        sa.Column("box_id", text(length=32), nullable=False),
        sa.Column("key_id", text(length=32), nullable=False),
        sa.Column("case_id", text(length=32), nullable=False),
        sa.Column("body", text(length=40), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("box_id", "key_id", name=op.f("pk_sealed_envelope")),
    )
    op.create_index(op.f("ix_sealed_envelope_case_id"), "sealed_envelope", ["case_id"])


def downgrade() -> None:
    op.drop_table("sealed_envelope")
    op.drop_table("sealed_box")
    op.drop_table("sealed_holder")
    op.drop_table("sealed_key")
    op.drop_table("sealed_class")
    op.drop_column("case", "sealed_to")
