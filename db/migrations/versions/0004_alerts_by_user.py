"""Which alerts went to one user, so that comparisons can take users as their unit.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Derived rows: the next tick makes them anew, for no market's method is the one they had.
    op.execute("TRUNCATE conversion_metrics")
    op.execute("UPDATE conversion_scores SET method_key = ''")
    op.add_column(
        "conversion_metrics",
        sa.Column("user_numbers", postgresql.ARRAY(sa.Integer()), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("conversion_metrics", "user_numbers")
