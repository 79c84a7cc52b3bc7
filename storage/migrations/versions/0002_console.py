"""Tables of the console's door: sign-in, sessions, one-time links."""

import sqlalchemy as sa
from alembic import op

import sqlmodel

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
