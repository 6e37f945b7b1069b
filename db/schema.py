"""The tables, as SQLAlchemy metadata. Migrations must equal it (`tests/db/test_schema.py`).

Raw tables (`drop_events`, `scans`) are partitioned by their market-local day and pruned; everything
under "durable" is kept forever; everything under "derived" can be rebuilt from the durable tables
by `python -m pipeline rescore`.

Every key of a table that Citus would distribute begins with `venue_id`. Identifiers compare by
bytes (collation "C"), so that sorting is the same on every machine.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, BIT, JSONB

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)


def _id() -> Text:
    return Text(collation="C")


def _instant() -> DateTime:
    return DateTime(timezone=True)


# --- reference -----------------------------------------------------------------------------------

markets = Table(
    "markets",
    metadata,
    Column("market_id", _id(), primary_key=True),
    Column("name", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("is_simulated", Boolean, nullable=False, server_default=text("false")),
    Column("prime_start_hour", SmallInteger, nullable=False, server_default="18"),
    Column("prime_end_hour", SmallInteger, nullable=False, server_default="21"),
    # How often a bucket is scanned; null: as the settings say.
    Column("poll_interval_seconds", Integer),
    CheckConstraint("0 <= prime_start_hour AND prime_start_hour < prime_end_hour", "prime_start"),
    CheckConstraint("prime_end_hour <= 24", "prime_end"),
    CheckConstraint("poll_interval_seconds BETWEEN 1 AND 86400", "poll_interval"),
)

venues = Table(
    "venues",
    metadata,
    Column("venue_id", _id(), primary_key=True),
    Column("market_id", _id(), ForeignKey("markets.market_id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("neighborhood", Text),
    Column("cuisine", Text),
    Column("price", Text),
    Column("lists", ARRAY(Text), nullable=False, server_default="{}"),
    Index(None, "market_id"),
)

# A simulated market's model, so that the timer can extend it up to now.
simulations = Table(
    "simulations",
    metadata,
    Column("market_id", _id(), ForeignKey("markets.market_id"), primary_key=True),
    Column("params", JSONB, nullable=False),
    Column("extended_to", _instant(), nullable=False),
)

# What editors write beside days, for readers of charts; no number depends on it.
annotations = Table(
    "annotations",
    metadata,
    Column("annotation_id", BigInteger, Identity(always=True), primary_key=True),
    Column("market_id", _id(), ForeignKey("markets.market_id")),  # null: all markets
    Column("first_date", Date, nullable=False),
    Column("last_date", Date, nullable=False),
    Column("text", Text, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("added_at", _instant(), nullable=False),
    CheckConstraint("first_date <= last_date", "dates"),
    CheckConstraint("char_length(text) BETWEEN 1 AND 80", "text"),
    CheckConstraint("char_length(added_by) BETWEEN 1 AND 40", "added_by"),
)

# --- acceptance ----------------------------------------------------------------------------------

# received = accepted + duplicate + pending + rejected + late. Beside these, `rows_implied` openings
# were written that nobody sent, `rows_settled` closings of earlier batches were written here, and
# `rows_settled_later` of the accepted were written by later batches.
batches = Table(
    "batches",
    metadata,
    Column("batch_id", BigInteger, Identity(always=True), primary_key=True),
    Column("idempotency_key", _id(), nullable=False, unique=True),
    # Of the delivery's bytes: a key that comes again with other content is refused.
    Column("content_sha256", Text),
    Column("source", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("received_at", _instant(), nullable=False),
    *(
        Column(name, BigInteger, nullable=False, server_default="0")
        for name in (
            "rows_received",
            "rows_accepted",
            "rows_duplicate",
            "rows_pending",
            "rows_rejected",
            "rows_late",
            "rows_implied",
            "rows_settled",
            "rows_settled_later",
        )
    ),
    Column("aggregated_at", _instant()),
    Index(
        "batches_unaggregated_idx",
        "batch_id",
        postgresql_where=text("aggregated_at IS NULL"),
    ),
)

# Which days a batch wrote to, and how much: what `verify` holds raw rows and rollups against.
batch_days = Table(
    "batch_days",
    metadata,
    Column("opened_date", Date, primary_key=True),
    Column("batch_id", BigInteger, primary_key=True),
    Column("market_id", _id(), primary_key=True),
    Column("openings", BigInteger, nullable=False),
    Column("closings", BigInteger, nullable=False),
    Column("expiries", BigInteger, nullable=False),
    Index(None, "batch_id"),
)

# Where COPY puts rows before they are judged. Emptied by the transaction that filled it.
staged_drops = Table(
    "staged_drops",
    metadata,
    Column("batch_id", BigInteger, nullable=False),
    Column("row_number", BigInteger, nullable=False),
    Column("event_type", Text),
    Column("venue_id", _id()),
    Column("slot_id", _id()),
    Column("slot_at", _instant()),
    Column("opened_at", _instant()),
    Column("occurred_at", _instant()),
    Column("party_size", Integer),
    Column("bucket_id", _id()),
    Column("event_id", _id()),
    Column("venue_name", Text),
    Column("neighborhood", Text),
    Column("cuisine", Text),
    Column("price", Text),
    Column("problem", Text),
    Column("payload", JSONB),
    Index(None, "batch_id"),
    prefixes=["UNLOGGED"],
)

staged_venues = Table(
    "staged_venues",
    metadata,
    Column("batch_id", BigInteger, nullable=False),
    Column("row_number", BigInteger, nullable=False),
    Column("venue_id", _id()),
    Column("name", Text),
    Column("market_id", _id()),
    Column("market", _id()),
    Column("timezone", Text),
    Column("neighborhood", Text),
    Column("cuisine", Text),
    Column("price", Text),
    Column("lists", Text),
    Column("problem", Text),
    Column("payload", JSONB),
    Index(None, "batch_id"),
    prefixes=["UNLOGGED"],
)

staged_scans = Table(
    "staged_scans",
    metadata,
    Column("batch_id", BigInteger, nullable=False),
    Column("row_number", BigInteger, nullable=False),
    Column("market_id", _id()),
    Column("bucket_id", _id()),
    Column("scanned_at", _instant()),
    Column("ok", Boolean),
    Column("available_slots", Integer),
    Column("problem", Text),
    Column("payload", JSONB),
    Index(None, "batch_id"),
    prefixes=["UNLOGGED"],
)

staged_alerts = Table(
    "staged_alerts",
    metadata,
    Column("batch_id", BigInteger, nullable=False),
    Column("row_number", BigInteger, nullable=False),
    Column("event_id", _id()),
    Column("alert_id", _id()),
    Column("event_type", Text),
    Column("occurred_at", _instant()),
    Column("venue_id", _id()),
    Column("user_key", _id()),
    Column("drop_event_id", _id()),
    Column("slot_id", _id()),
    Column("opened_at", _instant()),
    Column("goal_match", Boolean),
    Column("channel", _id()),
    Column("message_variant", _id()),
    Column("time_to_action_seconds", Double),
    Column("problem", Text),
    Column("payload", JSONB),
    Index(None, "batch_id"),
    prefixes=["UNLOGGED"],
)

rejected_events = Table(
    "rejected_events",
    metadata,
    Column("batch_id", BigInteger, primary_key=True),
    Column("row_number", BigInteger, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
)

# Closings without `opened_at` whose opening is not known yet.
pending_ends = Table(
    "pending_ends",
    metadata,
    Column("venue_id", _id(), primary_key=True),
    Column("slot_id", _id(), primary_key=True),
    Column("occurred_at", _instant(), primary_key=True),
    Column("slot_at", _instant(), nullable=False),
    Column("party_size", Integer),
    Column("bucket_id", _id()),
    Column("event_id", _id()),
    Column("batch_id", BigInteger, nullable=False),
    Column("row_number", BigInteger, nullable=False),
    Index(None, "batch_id"),
)

# Events of days that were sealed before they came. Kept once, counted, shown, never aggregated.
late_events = Table(
    "late_events",
    metadata,
    Column("venue_id", _id(), primary_key=True),
    Column("opened_date", Date, primary_key=True),
    Column("slot_id", _id(), primary_key=True),
    Column("opened_at", _instant(), primary_key=True),
    Column("event_type", Text, primary_key=True),
    Column("occurred_at", _instant(), primary_key=True),
    Column("slot_at", _instant(), nullable=False),
    Column("party_size", Integer),
    Column("bucket_id", _id()),
    Column("event_id", _id()),
    Column("batch_id", BigInteger, nullable=False),
    Column("row_number", BigInteger, nullable=False),
    Column("received_at", _instant(), nullable=False),
    Index(None, "batch_id"),
)

# --- raw, pruned ---------------------------------------------------------------------------------

# Orders ingest and seal: ingest holds its days FOR SHARE, seal holds its day FOR UPDATE.
opened_days = Table(
    "opened_days",
    metadata,
    Column("opened_date", Date, primary_key=True),
    Column("sealed_at", _instant()),
)

drop_events = Table(
    "drop_events",
    metadata,
    Column("venue_id", _id(), primary_key=True),
    Column("opened_date", Date, primary_key=True),
    Column("slot_id", _id(), primary_key=True),
    Column("opened_at", _instant(), primary_key=True),
    Column("is_end", Boolean, primary_key=True),
    Column("event_type", Text, nullable=False),
    Column("occurred_at", _instant(), nullable=False),
    Column("slot_at", _instant(), nullable=False),
    Column("slot_date", Date, nullable=False),
    Column("opened_minute", SmallInteger, nullable=False),
    Column("slot_hour", SmallInteger, nullable=False),
    Column("party_size", SmallInteger, nullable=False),
    # Whole seconds the slot was seen open: to its closing, or to where the drop is censored.
    Column("open_seconds", Integer),
    Column("is_implied", Boolean, nullable=False),
    Column("batch_id", BigInteger, nullable=False),
    Column("bucket_id", _id()),
    Column("event_id", _id()),
    CheckConstraint("event_type IN ('NEW_DROP', 'CLOSED', 'EXPIRED')", "event_type"),
    CheckConstraint("is_end = (event_type <> 'NEW_DROP')", "is_end"),
    CheckConstraint("is_end = (open_seconds IS NOT NULL)", "open_seconds"),
    CheckConstraint("occurred_at >= opened_at AND slot_at > opened_at", "order"),
    Index(None, "batch_id"),
    # Alerts may name a drop by its event's id.
    Index(
        "drop_events_event_id_idx",
        "venue_id",
        "event_id",
        postgresql_where=text("event_id IS NOT NULL AND NOT is_end"),
    ),
    # The live page shows what was just taken, whenever it had opened.
    Index(
        "drop_events_closed_idx",
        "occurred_at",
        postgresql_where=text("event_type = 'CLOSED'"),
    ),
    postgresql_partition_by="LIST (opened_date)",
)

# Drops without an end. `superseded_at` is the slot's next opening, where the drop is censored.
open_drops = Table(
    "open_drops",
    metadata,
    Column("venue_id", _id(), primary_key=True),
    Column("slot_id", _id(), primary_key=True),
    Column("opened_at", _instant(), primary_key=True),
    Column("opened_date", Date, nullable=False),
    Column("slot_at", _instant(), nullable=False),
    Column("slot_date", Date, nullable=False),
    Column("slot_hour", SmallInteger, nullable=False),
    Column("party_size", SmallInteger, nullable=False),
    Column("bucket_id", _id()),
    Column("event_id", _id()),
    Column("superseded_at", _instant()),
    Index(None, "opened_date", "venue_id"),
    Index(None, "slot_at"),
)

scans = Table(
    "scans",
    metadata,
    Column("market_id", _id(), primary_key=True),
    Column("scanned_date", Date, primary_key=True),
    Column("bucket_id", _id(), primary_key=True),
    Column("scanned_at", _instant(), primary_key=True),
    Column("is_ok", Boolean, nullable=False),
    Column("available_slots", Integer),
    Column("batch_id", BigInteger, nullable=False),
    Index(None, "batch_id"),
    postgresql_partition_by="LIST (scanned_date)",
)

# What apps reported about alerts, each event once. `user_key` is a keyed hash: no table holds a
# user id. Kept for days only: what counts is folded into `alerts` when it comes in.
alert_events = Table(
    "alert_events",
    metadata,
    Column("venue_id", _id(), primary_key=True),
    Column("event_id", _id(), primary_key=True),
    Column("alert_id", _id(), nullable=False),
    Column("event_type", Text, nullable=False),
    Column("occurred_at", _instant(), nullable=False),
    Column("received_at", _instant(), nullable=False),
    Column("user_key", _id()),
    Column("drop_event_id", _id()),
    Column("slot_id", _id()),
    Column("opened_at", _instant()),
    Column("goal_match", Boolean),
    Column("channel", _id()),
    Column("message_variant", _id()),
    Column("time_to_action_seconds", Double),
    Column("batch_id", BigInteger, nullable=False),
    Index(None, "batch_id"),
)

# --- durable -------------------------------------------------------------------------------------

# One row an alert: of each step the earliest time by the sender's clock and by ours. The drop it is
# about is (slot_id, opened_at) or, where only that was sent, the NEW_DROP's `drop_event_id`.
alerts = Table(
    "alerts",
    metadata,
    Column("venue_id", _id(), primary_key=True),
    Column("alert_id", _id(), primary_key=True),
    *(
        Column(f"{step}_{clock}", _instant())
        for step in ("alert_sent", "alert_opened", "tap_to_reserve", "booking_confirmed")
        for clock in ("at", "received_at")
    ),
    Column("slot_id", _id()),
    Column("opened_at", _instant()),
    Column("drop_event_id", _id()),
    Column("goal_match", Boolean),
    Column("channel", _id()),
    Column("message_variant", _id()),
    Column("user_key", _id()),
    # When the user's key was erased; it does not come back with a repeated event.
    Column("forgotten_at", _instant()),
    Index(None, "venue_id", "alert_sent_at"),
    Index(
        "alerts_drop_idx",
        "venue_id",
        "slot_id",
        "opened_at",
        postgresql_where=text("slot_id IS NOT NULL"),
    ),
    Index(
        "alerts_drop_event_id_idx",
        "venue_id",
        "drop_event_id",
        postgresql_where=text("drop_event_id IS NOT NULL"),
    ),
    Index("alerts_user_key_idx", "user_key", postgresql_where=text("user_key IS NOT NULL")),
    Index(
        "alerts_forgotten_idx",
        "venue_id",
        "alert_id",
        postgresql_where=text("forgotten_at IS NOT NULL"),
    ),
)

# The drops that alerts were about, stamped with their end before their raw events are pruned: once
# a drop and not once an alert, so that stamping never waits for the apps that write to `alerts`.
alerted_drops = Table(
    "alerted_drops",
    metadata,
    Column("venue_id", _id(), primary_key=True),
    Column("slot_id", _id(), primary_key=True),
    Column("opened_at", _instant(), primary_key=True),
    Column("event_id", _id()),
    Column("slot_at", _instant(), nullable=False),
    Column("slot_hour", SmallInteger, nullable=False),
    Column("end_type", Text),
    Column("ended_at", _instant()),
    # The slot's next opening, where the drop had no end: when it went is not known.
    Column("superseded_at", _instant()),
    CheckConstraint("end_type IN ('CLOSED', 'EXPIRED')", "end_type"),
    CheckConstraint("(end_type IS NULL) = (ended_at IS NULL)", "ended_at"),
    Index(
        "alerted_drops_event_id_idx",
        "venue_id",
        "event_id",
        postgresql_where=text("event_id IS NOT NULL"),
    ),
)

# One row a cell; one array element a drop. Merging two rollups is concatenating their arrays.
drop_rollup = Table(
    "drop_rollup",
    metadata,
    Column("venue_id", _id(), primary_key=True),
    Column("opened_date", Date, primary_key=True),
    Column("slot_date", Date, primary_key=True),
    Column("slot_hour", SmallInteger, primary_key=True),
    Column("party_size", SmallInteger, primary_key=True),  # 0 = unknown
    Column("opened_minutes", ARRAY(SmallInteger), nullable=False),
    Column("closed_seconds", ARRAY(Integer), nullable=False),
    # Of each closed drop, the minute of its closing, counted from 1970-01-01 UTC.
    Column("closed_minutes", ARRAY(Integer), nullable=False),
    Column("censored_seconds", ARRAY(Integer), nullable=False),
    # Of each expired drop, the minute until which it is known to have been open; 0: not kept.
    Column("censored_minutes", ARRAY(Integer), nullable=False),
)

# One row an hour; `observed` has a bit for each minute in which we were looking.
scan_rollup = Table(
    "scan_rollup",
    metadata,
    Column("market_id", _id(), primary_key=True),
    Column("anchor", _id(), primary_key=True),
    Column("hour_at", _instant(), primary_key=True),
    Column("scans_ok", Integer, nullable=False),
    Column("scans_failed", Integer, nullable=False),
    Column("observed", BIT(60), nullable=False),
    Column("available_slots_sum", BigInteger, nullable=False),
    Column("last_ok_at", _instant()),
)

# Deliveries that told of an earlier time of a market than all before them: it counts as watched
# from the earliest of these on, unless scans say otherwise. (An opening that only its closing
# implies may lie weeks before.)
market_starts = Table(
    "market_starts",
    metadata,
    Column("market_id", _id(), ForeignKey("markets.market_id"), primary_key=True),
    Column("batch_id", BigInteger, primary_key=True),
    Column("first_event_at", _instant(), nullable=False),
)

# Of each market's aggregated deliveries the earliest opening, said or implied, and the latest
# event: from where days are laid out, and how far drops without an end are known to have been open.
market_spans = Table(
    "market_spans",
    metadata,
    Column("market_id", _id(), ForeignKey("markets.market_id"), primary_key=True),
    Column("first_opened_at", _instant(), nullable=False),
    Column("last_event_at", _instant(), nullable=False),
)

day_receipts = Table(
    "day_receipts",
    metadata,
    Column("opened_date", Date, primary_key=True),
    Column("market_id", _id(), ForeignKey("markets.market_id"), primary_key=True),
    Column("raw_openings", BigInteger, nullable=False),
    Column("raw_closings", BigInteger, nullable=False),
    Column("raw_expiries", BigInteger, nullable=False),
    Column("rollup_openings", BigInteger, nullable=False),
    Column("rollup_closings", BigInteger, nullable=False),
    Column("rollup_expiries", BigInteger, nullable=False),
    Column("rollup_cells", BigInteger, nullable=False),
    Column("rollup_checksum", Text, nullable=False),
    Column("method_version", Integer, nullable=False),
    Column("rows_pruned", BigInteger, nullable=False),
    Column("sealed_at", _instant(), nullable=False),
)

job_runs = Table(
    "job_runs",
    metadata,
    Column("job_run_id", BigInteger, Identity(always=True), primary_key=True),
    Column("job", Text, nullable=False),
    # What the run was for ("nyc 2026-11-23"): a job that succeeded for it is not due again.
    Column("due_key", Text, nullable=False),
    Column("started_at", _instant(), nullable=False),
    Column("finished_at", _instant()),
    Column("status", Text, nullable=False),
    Column("detail", JSONB, nullable=False, server_default="{}"),
    Column("error", Text),
    CheckConstraint("status IN ('running', 'succeeded', 'failed', 'interrupted')", "status"),
    Index(None, "job", "due_key"),
    Index(None, "job", "started_at"),
)

# --- derived -------------------------------------------------------------------------------------

# Venue-days whose rollup changed since they were last scored.
unscored_venue_days = Table(
    "unscored_venue_days",
    metadata,
    Column("venue_id", _id(), primary_key=True),
    Column("opened_date", Date, primary_key=True),
)

# A venue-day's drops as scoring reads them: what rollup and open drops say, packed into one row
# (db/queries/pack_days.sql says how).
venue_day_drops = Table(
    "venue_day_drops",
    metadata,
    Column("venue_id", _id(), primary_key=True),
    Column("opened_date", Date, primary_key=True),
    Column("openings", LargeBinary, nullable=False),
    Column("endings", LargeBinary, nullable=False),
    Column("unended", LargeBinary, nullable=False),
)

# What the derived rows of a market were last computed for.
market_scores = Table(
    "market_scores",
    metadata,
    Column("market_id", _id(), ForeignKey("markets.market_id"), primary_key=True),
    Column("scored_for", _instant(), nullable=False),
    Column("seen_until", _instant(), nullable=False),
    Column("as_of_dates", ARRAY(Date), nullable=False),
    # Formulas and settings the rows were computed with; another key means all are computed anew.
    Column("method_key", Text, nullable=False),
    # What windows that are not kept are computed with on reading.
    Column("reaction_seconds", Double),
    Column("computed_at", _instant(), nullable=False),
)


def _count_columns() -> list[Column[int]]:
    names = (
        "new_drop_count",
        "closed_count",
        "expired_count",
        "open_count",
        "prime_time_drops",
        "off_peak_drops",
    )
    return [Column(name, BigInteger, nullable=False) for name in names]


def _score_columns() -> list[Column[float]]:
    names = (
        "catchable_per_week",
        "catchable_lower",
        "catchable_upper",
        "scarcity_score",
        "volatility_score",
    )
    return [Column(name, Double) for name in names]


def _derivation_columns() -> list[Column[object]]:
    return [
        Column("formula_version", Integer, nullable=False),
        Column("computed_at", _instant(), nullable=False, server_default=func.now()),
    ]


# Counts and durations are of the one day; the scores are of the 14 days that end on it.
venue_metrics = Table(
    "venue_metrics",
    metadata,
    Column("venue_id", _id(), primary_key=True),
    Column("window_date", Date, primary_key=True),
    Column("market_id", _id(), nullable=False),
    *_count_columns(),
    Column("avg_drop_duration_seconds", Double),
    Column("median_drop_duration_seconds", Double),
    *_score_columns(),
    *_derivation_columns(),
    Index(None, "market_id", "window_date"),
)

# The window ends on `as_of_date` and holds `window_days` market-local days.
venue_rolling_metrics = Table(
    "venue_rolling_metrics",
    metadata,
    Column("venue_id", _id(), primary_key=True),
    Column("as_of_date", Date, primary_key=True),
    Column("window_days", SmallInteger, primary_key=True),
    Column("market_id", _id(), nullable=False),
    *_count_columns(),
    Column("avg_drop_duration_seconds", Double),
    Column("median_drop_duration_seconds", Double),
    Column("typical_open_seconds", Double),
    Column("typical_open_lower", Double),
    Column("typical_open_upper", Double),
    Column("resolution_seconds", Integer, nullable=False),
    # Share of prime tables for two that outlast the reaction time, and what its rate rests on: from
    # these the rate's interval follows at any confidence (metrics/catchable.py).
    Column("lasting_rate", Double),
    Column("lasting_log_variance", Double),
    Column("catchable_drops", BigInteger, nullable=False),
    Column("catchable_squares", Double, nullable=False),
    Column("watched_days", Integer, nullable=False),
    *_score_columns(),
    Column("tier", Text),
    Column("volatility_p", Double),
    Column("duration_variation", Double),
    Column("fully_booked_rate", Double),
    Column("observed_days", Double, nullable=False),
    Column("coverage_rate", Double),
    Column("is_coverage_assumed", Boolean, nullable=False),
    Column("daily_prime_drops", ARRAY(Integer), nullable=False),
    *_derivation_columns(),
    # Of the closings those that no gap in the scans hides: what the open time rests on. Null in
    # rows of formula version 2.
    Column("seen_closed_count", BigInteger),
    Index(None, "market_id", "as_of_date", "window_days"),
)

# Weekly tables over up to 26 complete weeks, the last of which ends on `as_of_date`, a Sunday.
venue_trends = Table(
    "venue_trends",
    metadata,
    Column("venue_id", _id(), primary_key=True),
    Column("as_of_date", Date, primary_key=True),
    Column("market_id", _id(), nullable=False),
    Column("weeks", Integer, nullable=False),
    Column("tables", BigInteger, nullable=False),
    *(
        Column(name, Double, nullable=False)
        for name in (
            "change_per_week",
            "lower",
            "upper",
            "p_value",
            "dispersion",
            "theil_sen",
            "mann_kendall_p",
        )
    ),
    *_derivation_columns(),
    Index(None, "market_id", "as_of_date"),
)

market_metrics = Table(
    "market_metrics",
    metadata,
    Column("market_id", _id(), primary_key=True),
    Column("window_date", Date, primary_key=True),
    Column("metric_type", Text, primary_key=True),
    Column("value_json", JSONB, nullable=False),
    *_derivation_columns(),
)


# Venue-days of sending whose alerts, or whose drops' ends, changed since they were last scored.
unscored_alert_days = Table(
    "unscored_alert_days",
    metadata,
    Column("venue_id", _id(), primary_key=True),
    Column("sent_date", Date, primary_key=True),
)

# What the rows of `conversion_metrics` of a market were last computed for.
conversion_scores = Table(
    "conversion_scores",
    metadata,
    Column("market_id", _id(), ForeignKey("markets.market_id"), primary_key=True),
    Column("scored_for", _instant(), nullable=False),
    Column("window_seconds", Integer, nullable=False),
    Column("method_key", Text, nullable=False),
    Column("computed_at", _instant(), nullable=False),
)

# One row a cell of alerts sent on a market-local day; '' stands for what was not said. The counts
# are of alerts whose window (that of `conversion_scores`) had passed, and of losses by their cause.
# The arrays have one element an alert, in one order: seconds from the local day's start to the
# sending, and from the sending to each step and to the drop's closing (metrics/conversion.py).
conversion_metrics = Table(
    "conversion_metrics",
    metadata,
    Column("venue_id", _id(), primary_key=True),
    Column("sent_date", Date, primary_key=True),
    Column("daypart", Text, primary_key=True),
    Column("goal_match", Text, primary_key=True),
    Column("channel", _id(), primary_key=True),
    Column("message_variant", _id(), primary_key=True),
    *(
        Column(f"{name}_count", BigInteger, nullable=False)
        for name in (
            "sent",
            "opened",
            "tapped",
            "booked",
            "unsettled",
            "gone_before_opened",
            "gone_before_tap",
            "gone_before_confirm",
            "still_there",
            "unknown",
        )
    ),
    *(
        Column(f"{name}_seconds", ARRAY(Integer), nullable=False)
        for name in ("sent", "opened", "tapped", "booked", "closed")
    ),
    # Which alerts went to one user: a number made of the user's key, 0 where that was erased.
    Column("user_numbers", ARRAY(Integer), nullable=False),
    *_derivation_columns(),
    CheckConstraint("daypart IN ('prime', 'off_peak', 'unknown')", "daypart"),
    Index(None, "sent_date"),
)

# --- editions -------------------------------------------------------------------------------------

# A week's edition, frozen: what is printed is made from `facts` alone. Where the facts of the week
# changed later there is a further revision; the first stays as it was.
digests = Table(
    "digests",
    metadata,
    Column("market_id", _id(), ForeignKey("markets.market_id"), primary_key=True),
    Column("iso_week", _id(), primary_key=True),
    Column("audience", Text, primary_key=True),
    Column("revision", SmallInteger, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("first_date", Date, nullable=False),
    # The market's day on which a revision was made; null for the first edition.
    Column("revised_on", Date),
    Column("facts", JSONB, nullable=False),
    Column("changes", JSONB, nullable=False, server_default="[]"),
    Column("content_sha256", Text, nullable=False),
    Column("coverage_rate", Double, nullable=False),
    Column("is_coverage_assumed", Boolean, nullable=False),
    Column("method_version", Integer, nullable=False),
    Column("created_at", _instant(), nullable=False),
    CheckConstraint("audience IN ('public', 'internal')", "audience"),
    CheckConstraint("(revision = 1) = (revised_on IS NULL)", "revision"),
)

# What an editor wants to say to a week; it goes into the edition, or into a revision of it.
digest_notes = Table(
    "digest_notes",
    metadata,
    Column("market_id", _id(), ForeignKey("markets.market_id"), primary_key=True),
    Column("iso_week", _id(), primary_key=True),
    Column("note", Text, nullable=False),
    Column("written_at", _instant(), nullable=False),
)

# Who gets which edition. The token is the secret in the link that unsubscribes.
digest_subscribers = Table(
    "digest_subscribers",
    metadata,
    Column("subscriber_id", BigInteger, Identity(always=True), primary_key=True),
    Column("email", Text, nullable=False),
    Column("market_id", _id(), ForeignKey("markets.market_id"), nullable=False),
    Column("audience", Text, nullable=False),
    Column("token", Text, nullable=False, unique=True),
    Column("subscribed_at", _instant(), nullable=False),
    Column("unsubscribed_at", _instant()),
    CheckConstraint("audience IN ('public', 'internal')", "audience"),
    Index(None, "email", "market_id", "audience", unique=True),
)

# One row a subscriber and edition, written before the message leaves: whoever finds it sends no
# second one (pipeline/mail.py says what each state means).
digest_sends = Table(
    "digest_sends",
    metadata,
    Column("subscriber_id", BigInteger, primary_key=True),
    Column("iso_week", _id(), primary_key=True),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("claimed_at", _instant(), nullable=False),
    Column("finished_at", _instant()),
    Column("error", Text),
    CheckConstraint("state IN ('claimed', 'handing over', 'sent', 'failed', 'unknown')", "state"),
)
