"""The calendar of staged rows asks once less for the local time.

Revision ID: 0010
Revises: 0009
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STAGED_CALENDAR = """
CREATE OR REPLACE VIEW staged_calendar AS
SELECT s.*,
       v.market_id,
       m.timezone,
       (s.opened_at AT TIME ZONE m.timezone)::date AS opened_date,
       {opened_minute} AS opened_minute,
       (s.slot_at AT TIME ZONE m.timezone)::date AS slot_date,
       date_part('hour', s.slot_at AT TIME ZONE m.timezone)::smallint AS slot_hour
FROM staged_drops s
JOIN venues v USING (venue_id)
JOIN markets m USING (market_id)
WHERE s.problem IS NULL
"""


def upgrade() -> None:
    op.execute(
        STAGED_CALENDAR.format(
            opened_minute="(floor(date_part('epoch', s.opened_at AT TIME ZONE m.timezone) / 60)"
            "::bigint % 1440)::smallint"
        )
    )


def downgrade() -> None:
    op.execute(
        STAGED_CALENDAR.format(
            opened_minute="date_part('hour', s.opened_at AT TIME ZONE m.timezone)::smallint"
            " * 60::smallint"
            " + date_part('minute', s.opened_at AT TIME ZONE m.timezone)::smallint"
        )
    )
