"""Tables of edited rules: proposals, approvals, versions."""

import sqlalchemy as sa
from alembic import op

import sqlmodel

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
