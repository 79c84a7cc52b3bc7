"""Tables of the desk's work on a case beside its own row: notes, questions, dialogues, requests."""

import sqlalchemy as sa
from alembic import op

import sqlmodel

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
