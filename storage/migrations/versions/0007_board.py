"""Tables of what is made public: publications, registers of disclosure."""

import sqlalchemy as sa
from alembic import op

import sqlmodel

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
