"""What was just taken is found by an index, whenever it had opened.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "drop_events_closed_idx",
        "drop_events",
        ["occurred_at"],
        postgresql_where=sa.text("event_type = 'CLOSED'"),
    )


def downgrade() -> None:
    op.drop_index("drop_events_closed_idx", "drop_events")
