"""Tables of other systems' access: tokens and outgoing hooks."""

import sqlalchemy as sa
from alembic import op

import sqlmodel

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
