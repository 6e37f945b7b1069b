"""Alerts: their events, what they fold into, and conversion.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert_events",
        sa.Column("venue_id", sa.Text(collation="C"), nullable=False),
        sa.Column("event_id", sa.Text(collation="C"), nullable=False),
        sa.Column("alert_id", sa.Text(collation="C"), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_key", sa.Text(collation="C"), nullable=True),
        sa.Column("drop_event_id", sa.Text(collation="C"), nullable=True),
        sa.Column("slot_id", sa.Text(collation="C"), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("goal_match", sa.Boolean(), nullable=True),
        sa.Column("channel", sa.Text(collation="C"), nullable=True),
        sa.Column("message_variant", sa.Text(collation="C"), nullable=True),
        sa.Column("time_to_action_seconds", sa.Double(), nullable=True),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("venue_id", "event_id", name=op.f("alert_events_pkey")),
    )
    op.create_index(op.f("alert_events_batch_id_idx"), "alert_events", ["batch_id"], unique=False)
    op.create_table(
        "alerted_drops",
        sa.Column("venue_id", sa.Text(collation="C"), nullable=False),
        sa.Column("slot_id", sa.Text(collation="C"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.Text(collation="C"), nullable=True),
        sa.Column("slot_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slot_hour", sa.SmallInteger(), nullable=False),
        sa.Column("end_type", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "end_type IN ('CLOSED', 'EXPIRED')", name=op.f("alerted_drops_end_type_check")
        ),
        sa.CheckConstraint(
            "(end_type IS NULL) = (ended_at IS NULL)", name=op.f("alerted_drops_ended_at_check")
        ),
        sa.PrimaryKeyConstraint(
            "venue_id", "slot_id", "opened_at", name=op.f("alerted_drops_pkey")
        ),
    )
    op.create_index(
        "alerted_drops_event_id_idx",
        "alerted_drops",
        ["venue_id", "event_id"],
        unique=False,
        postgresql_where=sa.text("event_id IS NOT NULL"),
    )
    op.create_table(
        "alerts",
        sa.Column("venue_id", sa.Text(collation="C"), nullable=False),
        sa.Column("alert_id", sa.Text(collation="C"), nullable=False),
        sa.Column("alert_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("alert_sent_received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("alert_opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("alert_opened_received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tap_to_reserve_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tap_to_reserve_received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("booking_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("booking_confirmed_received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("slot_id", sa.Text(collation="C"), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drop_event_id", sa.Text(collation="C"), nullable=True),
        sa.Column("goal_match", sa.Boolean(), nullable=True),
        sa.Column("channel", sa.Text(collation="C"), nullable=True),
        sa.Column("message_variant", sa.Text(collation="C"), nullable=True),
        sa.Column("user_key", sa.Text(collation="C"), nullable=True),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("venue_id", "alert_id", name=op.f("alerts_pkey")),
    )
    op.create_index(
        "alerts_drop_event_id_idx",
        "alerts",
        ["venue_id", "drop_event_id"],
        unique=False,
        postgresql_where=sa.text("drop_event_id IS NOT NULL"),
    )
    op.create_index(
        "alerts_drop_idx",
        "alerts",
        ["venue_id", "slot_id", "opened_at"],
        unique=False,
        postgresql_where=sa.text("slot_id IS NOT NULL"),
    )
    op.create_index(
        "alerts_forgotten_idx",
        "alerts",
        ["venue_id", "alert_id"],
        unique=False,
        postgresql_where=sa.text("forgotten_at IS NOT NULL"),
    )
    op.create_index(
        "alerts_user_key_idx",
        "alerts",
        ["user_key"],
        unique=False,
        postgresql_where=sa.text("user_key IS NOT NULL"),
    )
    op.create_index(
        op.f("alerts_venue_id_alert_sent_at_idx"),
        "alerts",
        ["venue_id", "alert_sent_at"],
        unique=False,
    )
    op.create_table(
        "conversion_metrics",
        sa.Column("venue_id", sa.Text(collation="C"), nullable=False),
        sa.Column("sent_date", sa.Date(), nullable=False),
        sa.Column("daypart", sa.Text(), nullable=False),
        sa.Column("goal_match", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(collation="C"), nullable=False),
        sa.Column("message_variant", sa.Text(collation="C"), nullable=False),
        sa.Column("sent_count", sa.BigInteger(), nullable=False),
        sa.Column("opened_count", sa.BigInteger(), nullable=False),
        sa.Column("tapped_count", sa.BigInteger(), nullable=False),
        sa.Column("booked_count", sa.BigInteger(), nullable=False),
        sa.Column("unsettled_count", sa.BigInteger(), nullable=False),
        sa.Column("gone_before_opened_count", sa.BigInteger(), nullable=False),
        sa.Column("gone_before_tap_count", sa.BigInteger(), nullable=False),
        sa.Column("gone_before_confirm_count", sa.BigInteger(), nullable=False),
        sa.Column("still_there_count", sa.BigInteger(), nullable=False),
        sa.Column("unknown_count", sa.BigInteger(), nullable=False),
        sa.Column("sent_seconds", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("opened_seconds", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("tapped_seconds", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("booked_seconds", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("closed_seconds", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("formula_version", sa.Integer(), nullable=False),
        sa.Column(
            "computed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "daypart IN ('prime', 'off_peak', 'unknown')",
            name=op.f("conversion_metrics_daypart_check"),
        ),
        sa.PrimaryKeyConstraint(
            "venue_id",
            "sent_date",
            "daypart",
            "goal_match",
            "channel",
            "message_variant",
            name=op.f("conversion_metrics_pkey"),
        ),
    )
    op.create_index(
        op.f("conversion_metrics_sent_date_idx"), "conversion_metrics", ["sent_date"], unique=False
    )
    op.create_table(
        "staged_alerts",
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("row_number", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Text(collation="C"), nullable=True),
        sa.Column("alert_id", sa.Text(collation="C"), nullable=True),
        sa.Column("event_type", sa.Text(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("venue_id", sa.Text(collation="C"), nullable=True),
        sa.Column("user_key", sa.Text(collation="C"), nullable=True),
        sa.Column("drop_event_id", sa.Text(collation="C"), nullable=True),
        sa.Column("slot_id", sa.Text(collation="C"), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("goal_match", sa.Boolean(), nullable=True),
        sa.Column("channel", sa.Text(collation="C"), nullable=True),
        sa.Column("message_variant", sa.Text(collation="C"), nullable=True),
        sa.Column("time_to_action_seconds", sa.Double(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("staged_alerts_batch_id_idx"), "staged_alerts", ["batch_id"], unique=False)
    op.create_table(
        "unscored_alert_days",
        sa.Column("venue_id", sa.Text(collation="C"), nullable=False),
        sa.Column("sent_date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("venue_id", "sent_date", name=op.f("unscored_alert_days_pkey")),
    )
    op.create_table(
        "conversion_scores",
        sa.Column("market_id", sa.Text(collation="C"), nullable=False),
        sa.Column("scored_for", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_seconds", sa.Integer(), nullable=False),
        sa.Column("method_key", sa.Text(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["market_id"], ["markets.market_id"], name=op.f("conversion_scores_market_id_fkey")
        ),
        sa.PrimaryKeyConstraint("market_id", name=op.f("conversion_scores_pkey")),
    )
    op.create_index(
        "drop_events_event_id_idx",
        "drop_events",
        ["venue_id", "event_id"],
        unique=False,
        postgresql_where=sa.text("event_id IS NOT NULL AND NOT is_end"),
    )


def downgrade() -> None:
    op.drop_index(
        "drop_events_event_id_idx",
        table_name="drop_events",
        postgresql_where=sa.text("event_id IS NOT NULL AND NOT is_end"),
    )
    op.drop_table("conversion_scores")
    op.drop_table("unscored_alert_days")
    op.drop_table("staged_alerts")
    op.drop_table("conversion_metrics")
    op.drop_table("alerts")
    op.drop_table("alerted_drops")
    op.drop_table("alert_events")
