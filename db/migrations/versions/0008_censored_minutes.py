"""Until when an expired drop is known to have been open, so that a gap in the scans can be held
against it (of days that were sealed before, it is not known: 0), and the reaction time a market was
scored with, so that windows that are not kept can be computed on reading.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Fills in what the raw events still tell, and zeros where they are gone."""
    op.add_column(
        "drop_rollup",
        sa.Column("censored_minutes", postgresql.ARRAY(sa.Integer()), nullable=True),
    )
    op.execute(
        """
        UPDATE drop_rollup
        SET censored_minutes = array_fill(0, ARRAY[cardinality(censored_seconds)])
        """
    )
    # Ends of one cell come in the order of their seconds, so both arrays are laid out anew.
    op.execute(
        """
        UPDATE drop_rollup r
        SET censored_seconds = e.seconds, censored_minutes = e.minutes
        FROM (
            SELECT e.venue_id, e.opened_date, e.slot_date, e.slot_hour, e.party_size,
                array_agg(open_seconds ORDER BY open_seconds, opened_at) AS seconds,
                array_agg(floor((floor(date_part('epoch', opened_at)) + open_seconds) / 60)::int
                    ORDER BY open_seconds, opened_at) AS minutes
            FROM drop_events e
            JOIN batches b USING (batch_id)
            WHERE e.event_type = 'EXPIRED' AND b.aggregated_at IS NOT NULL
            GROUP BY e.venue_id, e.opened_date, e.slot_date, e.slot_hour, e.party_size
        ) AS e
        WHERE r.venue_id = e.venue_id AND r.opened_date = e.opened_date
          AND r.slot_date = e.slot_date AND r.slot_hour = e.slot_hour
          AND r.party_size = e.party_size
        """
    )
    op.alter_column("drop_rollup", "censored_minutes", nullable=False)
    op.add_column("market_scores", sa.Column("reaction_seconds", sa.Double(), nullable=True))


def downgrade() -> None:
    """The columns go."""
    op.drop_column("market_scores", "reaction_seconds")
    op.drop_column("drop_rollup", "censored_minutes")
