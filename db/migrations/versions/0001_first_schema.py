"""The first schema.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Staged rows that passed, with the calendar of their market: computed here and nowhere else.
STAGED_CALENDAR = """
CREATE VIEW staged_calendar AS
SELECT s.*,
       v.market_id,
       m.timezone,
       (s.opened_at AT TIME ZONE m.timezone)::date AS opened_date,
       date_part('hour', s.opened_at AT TIME ZONE m.timezone)::smallint * 60::smallint
         + date_part('minute', s.opened_at AT TIME ZONE m.timezone)::smallint AS opened_minute,
       (s.slot_at AT TIME ZONE m.timezone)::date AS slot_date,
       date_part('hour', s.slot_at AT TIME ZONE m.timezone)::smallint AS slot_hour
FROM staged_drops s
JOIN venues v USING (venue_id)
JOIN markets m USING (market_id)
WHERE s.problem IS NULL
"""


def upgrade() -> None:
    op.create_table(
        "batch_days",
        sa.Column("opened_date", sa.Date(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("market_id", sa.Text(collation="C"), nullable=False),
        sa.Column("openings", sa.BigInteger(), nullable=False),
        sa.Column("closings", sa.BigInteger(), nullable=False),
        sa.Column("expiries", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "opened_date", "batch_id", "market_id", name=op.f("batch_days_pkey")
        ),
    )
    op.create_index(op.f("batch_days_batch_id_idx"), "batch_days", ["batch_id"], unique=False)
    op.create_table(
        "batches",
        sa.Column("batch_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("idempotency_key", sa.Text(collation="C"), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows_received", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rows_accepted", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rows_duplicate", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rows_pending", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rows_rejected", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rows_late", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rows_implied", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rows_settled", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rows_settled_later", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("aggregated_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("batches_pkey")),
        sa.UniqueConstraint("idempotency_key", name=op.f("batches_idempotency_key_key")),
    )
    op.create_index(
        "batches_unaggregated_idx",
        "batches",
        ["batch_id"],
        unique=False,
        postgresql_where=sa.text("aggregated_at IS NULL"),
    )
    op.create_table(
        "drop_events",
        sa.Column("venue_id", sa.Text(collation="C"), nullable=False),
        sa.Column("opened_date", sa.Date(), nullable=False),
        sa.Column("slot_id", sa.Text(collation="C"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_end", sa.Boolean(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slot_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slot_date", sa.Date(), nullable=False),
        sa.Column("opened_minute", sa.SmallInteger(), nullable=False),
        sa.Column("slot_hour", sa.SmallInteger(), nullable=False),
        sa.Column("party_size", sa.SmallInteger(), nullable=False),
        sa.Column("open_seconds", sa.Integer(), nullable=True),
        sa.Column("is_implied", sa.Boolean(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("bucket_id", sa.Text(collation="C"), nullable=True),
        sa.Column("event_id", sa.Text(collation="C"), nullable=True),
        sa.CheckConstraint(
            "event_type IN ('NEW_DROP', 'CLOSED', 'EXPIRED')",
            name=op.f("drop_events_event_type_check"),
        ),
        sa.CheckConstraint(
            "is_end = (event_type <> 'NEW_DROP')", name=op.f("drop_events_is_end_check")
        ),
        sa.CheckConstraint(
            "is_end = (open_seconds IS NOT NULL)", name=op.f("drop_events_open_seconds_check")
        ),
        sa.CheckConstraint(
            "occurred_at >= opened_at AND slot_at > opened_at", name=op.f("drop_events_order_check")
        ),
        sa.PrimaryKeyConstraint(
            "venue_id",
            "opened_date",
            "slot_id",
            "opened_at",
            "is_end",
            name=op.f("drop_events_pkey"),
        ),
        postgresql_partition_by="LIST (opened_date)",
    )
    op.create_index(op.f("drop_events_batch_id_idx"), "drop_events", ["batch_id"], unique=False)
    op.create_table(
        "drop_rollup",
        sa.Column("venue_id", sa.Text(collation="C"), nullable=False),
        sa.Column("opened_date", sa.Date(), nullable=False),
        sa.Column("slot_date", sa.Date(), nullable=False),
        sa.Column("slot_hour", sa.SmallInteger(), nullable=False),
        sa.Column("party_size", sa.SmallInteger(), nullable=False),
        sa.Column("opened_minutes", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("closed_seconds", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("closed_minutes", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("censored_seconds", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.PrimaryKeyConstraint(
            "venue_id",
            "opened_date",
            "slot_date",
            "slot_hour",
            "party_size",
            name=op.f("drop_rollup_pkey"),
        ),
    )
    op.create_index(
        op.f("drop_rollup_opened_date_idx"), "drop_rollup", ["opened_date"], unique=False
    )
    op.create_table(
        "job_runs",
        sa.Column("job_run_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("due_key", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column(
            "detail", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status IN ('running', 'succeeded', 'failed', 'interrupted')",
            name=op.f("job_runs_status_check"),
        ),
        sa.PrimaryKeyConstraint("job_run_id", name=op.f("job_runs_pkey")),
    )
    op.create_index(op.f("job_runs_job_due_key_idx"), "job_runs", ["job", "due_key"], unique=False)
    op.create_index(
        op.f("job_runs_job_started_at_idx"), "job_runs", ["job", "started_at"], unique=False
    )
    op.create_table(
        "late_events",
        sa.Column("venue_id", sa.Text(collation="C"), nullable=False),
        sa.Column("opened_date", sa.Date(), nullable=False),
        sa.Column("slot_id", sa.Text(collation="C"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slot_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("party_size", sa.Integer(), nullable=True),
        sa.Column("bucket_id", sa.Text(collation="C"), nullable=True),
        sa.Column("event_id", sa.Text(collation="C"), nullable=True),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("row_number", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "venue_id",
            "opened_date",
            "slot_id",
            "opened_at",
            "event_type",
            "occurred_at",
            name=op.f("late_events_pkey"),
        ),
    )
    op.create_index(op.f("late_events_batch_id_idx"), "late_events", ["batch_id"], unique=False)
    op.create_table(
        "market_metrics",
        sa.Column("market_id", sa.Text(collation="C"), nullable=False),
        sa.Column("window_date", sa.Date(), nullable=False),
        sa.Column("metric_type", sa.Text(), nullable=False),
        sa.Column("value_json", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("formula_version", sa.Integer(), nullable=False),
        sa.Column(
            "computed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint(
            "market_id", "window_date", "metric_type", name=op.f("market_metrics_pkey")
        ),
    )
    op.create_table(
        "markets",
        sa.Column("market_id", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("is_simulated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("prime_start_hour", sa.SmallInteger(), server_default="18", nullable=False),
        sa.Column("prime_end_hour", sa.SmallInteger(), server_default="21", nullable=False),
        sa.Column("poll_interval_seconds", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "0 <= prime_start_hour AND prime_start_hour < prime_end_hour",
            name=op.f("markets_prime_start_check"),
        ),
        sa.CheckConstraint(
            "poll_interval_seconds BETWEEN 1 AND 86400", name=op.f("markets_poll_interval_check")
        ),
        sa.CheckConstraint("prime_end_hour <= 24", name=op.f("markets_prime_end_check")),
        sa.PrimaryKeyConstraint("market_id", name=op.f("markets_pkey")),
    )
    op.create_table(
        "open_drops",
        sa.Column("venue_id", sa.Text(collation="C"), nullable=False),
        sa.Column("slot_id", sa.Text(collation="C"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_date", sa.Date(), nullable=False),
        sa.Column("slot_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slot_date", sa.Date(), nullable=False),
        sa.Column("slot_hour", sa.SmallInteger(), nullable=False),
        sa.Column("party_size", sa.SmallInteger(), nullable=False),
        sa.Column("bucket_id", sa.Text(collation="C"), nullable=True),
        sa.Column("event_id", sa.Text(collation="C"), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("venue_id", "slot_id", "opened_at", name=op.f("open_drops_pkey")),
    )
    op.create_index(op.f("open_drops_opened_date_idx"), "open_drops", ["opened_date"], unique=False)
    op.create_index(op.f("open_drops_slot_at_idx"), "open_drops", ["slot_at"], unique=False)
    op.create_table(
        "opened_days",
        sa.Column("opened_date", sa.Date(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("opened_date", name=op.f("opened_days_pkey")),
    )
    op.create_table(
        "pending_ends",
        sa.Column("venue_id", sa.Text(collation="C"), nullable=False),
        sa.Column("slot_id", sa.Text(collation="C"), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slot_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("party_size", sa.Integer(), nullable=True),
        sa.Column("bucket_id", sa.Text(collation="C"), nullable=True),
        sa.Column("event_id", sa.Text(collation="C"), nullable=True),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("row_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "venue_id", "slot_id", "occurred_at", name=op.f("pending_ends_pkey")
        ),
    )
    op.create_index(op.f("pending_ends_batch_id_idx"), "pending_ends", ["batch_id"], unique=False)
    op.create_table(
        "rejected_events",
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("row_number", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "row_number", name=op.f("rejected_events_pkey")),
    )
    op.create_table(
        "scan_rollup",
        sa.Column("market_id", sa.Text(collation="C"), nullable=False),
        sa.Column("anchor", sa.Text(collation="C"), nullable=False),
        sa.Column("hour_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scans_ok", sa.Integer(), nullable=False),
        sa.Column("scans_failed", sa.Integer(), nullable=False),
        sa.Column("observed", postgresql.BIT(length=60), nullable=False),
        sa.Column("available_slots_sum", sa.BigInteger(), nullable=False),
        sa.Column("last_ok_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("market_id", "anchor", "hour_at", name=op.f("scan_rollup_pkey")),
    )
    op.create_table(
        "scans",
        sa.Column("market_id", sa.Text(collation="C"), nullable=False),
        sa.Column("scanned_date", sa.Date(), nullable=False),
        sa.Column("bucket_id", sa.Text(collation="C"), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_ok", sa.Boolean(), nullable=False),
        sa.Column("available_slots", sa.Integer(), nullable=True),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "market_id", "scanned_date", "bucket_id", "scanned_at", name=op.f("scans_pkey")
        ),
        postgresql_partition_by="LIST (scanned_date)",
    )
    op.create_index(op.f("scans_batch_id_idx"), "scans", ["batch_id"], unique=False)
    op.create_table(
        "staged_drops",
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("row_number", sa.BigInteger(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=True),
        sa.Column("venue_id", sa.Text(collation="C"), nullable=True),
        sa.Column("slot_id", sa.Text(collation="C"), nullable=True),
        sa.Column("slot_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("party_size", sa.Integer(), nullable=True),
        sa.Column("bucket_id", sa.Text(collation="C"), nullable=True),
        sa.Column("event_id", sa.Text(collation="C"), nullable=True),
        sa.Column("venue_name", sa.Text(), nullable=True),
        sa.Column("neighborhood", sa.Text(), nullable=True),
        sa.Column("cuisine", sa.Text(), nullable=True),
        sa.Column("price", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("staged_drops_batch_id_idx"), "staged_drops", ["batch_id"], unique=False)
    op.create_table(
        "staged_scans",
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("row_number", sa.BigInteger(), nullable=False),
        sa.Column("market_id", sa.Text(collation="C"), nullable=True),
        sa.Column("bucket_id", sa.Text(collation="C"), nullable=True),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ok", sa.Boolean(), nullable=True),
        sa.Column("available_slots", sa.Integer(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("staged_scans_batch_id_idx"), "staged_scans", ["batch_id"], unique=False)
    op.create_table(
        "staged_venues",
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("row_number", sa.BigInteger(), nullable=False),
        sa.Column("venue_id", sa.Text(collation="C"), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("market_id", sa.Text(collation="C"), nullable=True),
        sa.Column("market", sa.Text(collation="C"), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=True),
        sa.Column("neighborhood", sa.Text(), nullable=True),
        sa.Column("cuisine", sa.Text(), nullable=True),
        sa.Column("price", sa.Text(), nullable=True),
        sa.Column("lists", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("staged_venues_batch_id_idx"), "staged_venues", ["batch_id"], unique=False)
    op.create_table(
        "unscored_venue_days",
        sa.Column("venue_id", sa.Text(collation="C"), nullable=False),
        sa.Column("opened_date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("venue_id", "opened_date", name=op.f("unscored_venue_days_pkey")),
    )
    op.create_table(
        "venue_metrics",
        sa.Column("venue_id", sa.Text(collation="C"), nullable=False),
        sa.Column("window_date", sa.Date(), nullable=False),
        sa.Column("market_id", sa.Text(collation="C"), nullable=False),
        sa.Column("new_drop_count", sa.BigInteger(), nullable=False),
        sa.Column("closed_count", sa.BigInteger(), nullable=False),
        sa.Column("expired_count", sa.BigInteger(), nullable=False),
        sa.Column("open_count", sa.BigInteger(), nullable=False),
        sa.Column("prime_time_drops", sa.BigInteger(), nullable=False),
        sa.Column("off_peak_drops", sa.BigInteger(), nullable=False),
        sa.Column("avg_drop_duration_seconds", sa.Double(), nullable=True),
        sa.Column("median_drop_duration_seconds", sa.Double(), nullable=True),
        sa.Column("catchable_per_week", sa.Double(), nullable=True),
        sa.Column("catchable_lower", sa.Double(), nullable=True),
        sa.Column("catchable_upper", sa.Double(), nullable=True),
        sa.Column("scarcity_score", sa.Double(), nullable=True),
        sa.Column("volatility_score", sa.Double(), nullable=True),
        sa.Column("formula_version", sa.Integer(), nullable=False),
        sa.Column(
            "computed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("venue_id", "window_date", name=op.f("venue_metrics_pkey")),
    )
    op.create_index(
        op.f("venue_metrics_market_id_window_date_idx"),
        "venue_metrics",
        ["market_id", "window_date"],
        unique=False,
    )
    op.create_table(
        "venue_rolling_metrics",
        sa.Column("venue_id", sa.Text(collation="C"), nullable=False),
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("window_days", sa.SmallInteger(), nullable=False),
        sa.Column("market_id", sa.Text(collation="C"), nullable=False),
        sa.Column("new_drop_count", sa.BigInteger(), nullable=False),
        sa.Column("closed_count", sa.BigInteger(), nullable=False),
        sa.Column("expired_count", sa.BigInteger(), nullable=False),
        sa.Column("open_count", sa.BigInteger(), nullable=False),
        sa.Column("prime_time_drops", sa.BigInteger(), nullable=False),
        sa.Column("off_peak_drops", sa.BigInteger(), nullable=False),
        sa.Column("avg_drop_duration_seconds", sa.Double(), nullable=True),
        sa.Column("median_drop_duration_seconds", sa.Double(), nullable=True),
        sa.Column("typical_open_seconds", sa.Double(), nullable=True),
        sa.Column("typical_open_lower", sa.Double(), nullable=True),
        sa.Column("typical_open_upper", sa.Double(), nullable=True),
        sa.Column("resolution_seconds", sa.Integer(), nullable=False),
        sa.Column("lasting_rate", sa.Double(), nullable=True),
        sa.Column("lasting_log_variance", sa.Double(), nullable=True),
        sa.Column("catchable_drops", sa.BigInteger(), nullable=False),
        sa.Column("catchable_squares", sa.Double(), nullable=False),
        sa.Column("watched_days", sa.Integer(), nullable=False),
        sa.Column("catchable_per_week", sa.Double(), nullable=True),
        sa.Column("catchable_lower", sa.Double(), nullable=True),
        sa.Column("catchable_upper", sa.Double(), nullable=True),
        sa.Column("scarcity_score", sa.Double(), nullable=True),
        sa.Column("volatility_score", sa.Double(), nullable=True),
        sa.Column("tier", sa.Text(), nullable=True),
        sa.Column("volatility_p", sa.Double(), nullable=True),
        sa.Column("duration_variation", sa.Double(), nullable=True),
        sa.Column("fully_booked_rate", sa.Double(), nullable=True),
        sa.Column("observed_days", sa.Double(), nullable=False),
        sa.Column("coverage_rate", sa.Double(), nullable=True),
        sa.Column("is_coverage_assumed", sa.Boolean(), nullable=False),
        sa.Column("daily_prime_drops", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("formula_version", sa.Integer(), nullable=False),
        sa.Column(
            "computed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint(
            "venue_id", "as_of_date", "window_days", name=op.f("venue_rolling_metrics_pkey")
        ),
    )
    op.create_index(
        op.f("venue_rolling_metrics_market_id_as_of_date_window_days_idx"),
        "venue_rolling_metrics",
        ["market_id", "as_of_date", "window_days"],
        unique=False,
    )
    op.create_table(
        "venue_trends",
        sa.Column("venue_id", sa.Text(collation="C"), nullable=False),
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("market_id", sa.Text(collation="C"), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("tables", sa.BigInteger(), nullable=False),
        sa.Column("change_per_week", sa.Double(), nullable=False),
        sa.Column("lower", sa.Double(), nullable=False),
        sa.Column("upper", sa.Double(), nullable=False),
        sa.Column("p_value", sa.Double(), nullable=False),
        sa.Column("dispersion", sa.Double(), nullable=False),
        sa.Column("theil_sen", sa.Double(), nullable=False),
        sa.Column("mann_kendall_p", sa.Double(), nullable=False),
        sa.Column("formula_version", sa.Integer(), nullable=False),
        sa.Column(
            "computed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("venue_id", "as_of_date", name=op.f("venue_trends_pkey")),
    )
    op.create_index(
        op.f("venue_trends_market_id_as_of_date_idx"),
        "venue_trends",
        ["market_id", "as_of_date"],
        unique=False,
    )
    op.create_table(
        "day_receipts",
        sa.Column("opened_date", sa.Date(), nullable=False),
        sa.Column("market_id", sa.Text(collation="C"), nullable=False),
        sa.Column("raw_openings", sa.BigInteger(), nullable=False),
        sa.Column("raw_closings", sa.BigInteger(), nullable=False),
        sa.Column("raw_expiries", sa.BigInteger(), nullable=False),
        sa.Column("rollup_openings", sa.BigInteger(), nullable=False),
        sa.Column("rollup_closings", sa.BigInteger(), nullable=False),
        sa.Column("rollup_expiries", sa.BigInteger(), nullable=False),
        sa.Column("rollup_cells", sa.BigInteger(), nullable=False),
        sa.Column("rollup_checksum", sa.Text(), nullable=False),
        sa.Column("method_version", sa.Integer(), nullable=False),
        sa.Column("rows_pruned", sa.BigInteger(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["market_id"], ["markets.market_id"], name=op.f("day_receipts_market_id_fkey")
        ),
        sa.PrimaryKeyConstraint("opened_date", "market_id", name=op.f("day_receipts_pkey")),
    )
    op.create_table(
        "market_scores",
        sa.Column("market_id", sa.Text(collation="C"), nullable=False),
        sa.Column("scored_for", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("as_of_dates", postgresql.ARRAY(sa.Date()), nullable=False),
        sa.Column("method_key", sa.Text(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["market_id"], ["markets.market_id"], name=op.f("market_scores_market_id_fkey")
        ),
        sa.PrimaryKeyConstraint("market_id", name=op.f("market_scores_pkey")),
    )
    op.create_table(
        "market_spans",
        sa.Column("market_id", sa.Text(collation="C"), nullable=False),
        sa.Column("first_event_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_event_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["market_id"], ["markets.market_id"], name=op.f("market_spans_market_id_fkey")
        ),
        sa.PrimaryKeyConstraint("market_id", name=op.f("market_spans_pkey")),
    )
    op.create_table(
        "simulations",
        sa.Column("market_id", sa.Text(collation="C"), nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("extended_to", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["market_id"], ["markets.market_id"], name=op.f("simulations_market_id_fkey")
        ),
        sa.PrimaryKeyConstraint("market_id", name=op.f("simulations_pkey")),
    )
    op.create_table(
        "venues",
        sa.Column("venue_id", sa.Text(collation="C"), nullable=False),
        sa.Column("market_id", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("neighborhood", sa.Text(), nullable=True),
        sa.Column("cuisine", sa.Text(), nullable=True),
        sa.Column("price", sa.Text(), nullable=True),
        sa.Column("lists", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(
            ["market_id"], ["markets.market_id"], name=op.f("venues_market_id_fkey")
        ),
        sa.PrimaryKeyConstraint("venue_id", name=op.f("venues_pkey")),
    )
    op.create_index(op.f("venues_market_id_idx"), "venues", ["market_id"], unique=False)
    op.execute(STAGED_CALENDAR)
    op.execute(
        "INSERT INTO markets (market_id, name, timezone) "
        "VALUES ('nyc', 'New York', 'America/New_York')"
    )


def downgrade() -> None:
    op.execute("DROP VIEW staged_calendar")
    op.drop_table("simulations")
    op.drop_table("day_receipts")
    op.drop_table("market_scores")
    op.drop_table("market_spans")
    op.drop_table("venues")
    op.drop_table("venue_trends")
    op.drop_table("venue_rolling_metrics")
    op.drop_table("venue_metrics")
    op.drop_table("unscored_venue_days")
    op.drop_table("staged_venues")
    op.drop_table("staged_scans")
    op.drop_table("staged_drops")
    op.drop_table("scans")
    op.drop_table("scan_rollup")
    op.drop_table("rejected_events")
    op.drop_table("pending_ends")
    op.drop_table("opened_days")
    op.drop_table("open_drops")
    op.drop_table("markets")
    op.drop_table("market_metrics")
    op.drop_table("late_events")
    op.drop_table("job_runs")
    op.drop_table("drop_rollup")
    op.drop_table("drop_events")
    op.drop_table("batches")
    op.drop_table("batch_days")
