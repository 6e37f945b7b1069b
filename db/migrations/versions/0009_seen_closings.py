"""Windows count the closings that were seen, which open times rest on.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column, empty until the next tick computes the derived rows anew (formula version 3)."""
    op.add_column(
        "venue_rolling_metrics", sa.Column("seen_closed_count", sa.BigInteger(), nullable=True)
    )


def downgrade() -> None:
    """The column goes."""
    op.drop_column("venue_rolling_metrics", "seen_closed_count")
