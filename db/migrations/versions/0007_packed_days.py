"""Venue-days packed for scoring; the rollup is read by venue, so its index by day goes.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "venue_day_drops",
        sa.Column("venue_id", sa.Text(collation="C"), nullable=False),
        sa.Column("opened_date", sa.Date(), nullable=False),
        sa.Column("openings", sa.LargeBinary(), nullable=False),
        sa.Column("endings", sa.LargeBinary(), nullable=False),
        sa.Column("unended", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("venue_id", "opened_date", name=op.f("venue_day_drops_pkey")),
    )
    op.drop_index(op.f("drop_rollup_opened_date_idx"), table_name="drop_rollup")
    op.drop_index(op.f("open_drops_opened_date_idx"), table_name="open_drops")
    op.create_index(
        op.f("open_drops_opened_date_venue_id_idx"),
        "open_drops",
        ["opened_date", "venue_id"],
        unique=False,
    )
    # Derived rows are all made anew with the next tick, the packed days among them.
    op.execute("UPDATE market_scores SET method_key = 'days are packed'")


def downgrade() -> None:
    op.drop_index(op.f("open_drops_opened_date_venue_id_idx"), table_name="open_drops")
    op.create_index(op.f("open_drops_opened_date_idx"), "open_drops", ["opened_date"], unique=False)
    op.create_index(
        op.f("drop_rollup_opened_date_idx"), "drop_rollup", ["opened_date"], unique=False
    )
    op.drop_table("venue_day_drops")
