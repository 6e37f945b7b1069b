"""A market counts as watched from the first event that was sent, not from an opening it implies.

Revision ID: 0012
Revises: 0011
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE market_spans RENAME COLUMN first_event_at TO first_opened_at")
    op.execute(
        """
        CREATE TABLE market_starts (
            market_id text COLLATE "C" NOT NULL,
            batch_id bigint NOT NULL,
            first_event_at timestamptz NOT NULL,
            CONSTRAINT market_starts_pkey PRIMARY KEY (market_id, batch_id),
            CONSTRAINT market_starts_market_id_fkey
                FOREIGN KEY (market_id) REFERENCES markets (market_id)
        )
        """
    )
    # What was sent of it first is not known any more where raw events are pruned: as it was.
    op.execute(
        "INSERT INTO market_starts (market_id, batch_id, first_event_at) "
        "SELECT market_id, 0, first_opened_at FROM market_spans"
    )


def downgrade() -> None:
    op.execute("DROP TABLE market_starts")
    op.execute("ALTER TABLE market_spans RENAME COLUMN first_opened_at TO first_event_at")
