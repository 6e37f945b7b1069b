"""A tick's cost follows what is new: none of its statements may walk what is kept."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text

from db.engine import Connection, Engine
from db.queries import query

LARGE = ("drop_rollup", "venue_day_drops", "venue_metrics", "venue_rolling_metrics", "open_drops")
VENUES = 60  # of the market
TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
TOUCHED = ["m1 v1", "m1 v2"]

# Two hundred days of two markets; two venues of one market wait to be scored, on one day each.
FILL = """
INSERT INTO markets (market_id, name, timezone)
SELECT 'm' || m, 'm' || m, 'UTC' FROM generate_series(1, 2) AS m;
INSERT INTO venues (venue_id, market_id, name)
SELECT market_id || ' v' || v, market_id, 'v' || v FROM markets, generate_series(1, 60) AS v;
INSERT INTO drop_rollup (venue_id, opened_date, slot_date, slot_hour, party_size, opened_minutes,
    closed_seconds, closed_minutes, censored_seconds, censored_minutes)
SELECT venue_id, DATE '2026-11-20' - back, DATE '2026-11-21' - back, hour, 2, '{600}', '{60}',
    '{29000000}', '{}', '{}'
FROM venues, generate_series(0, 199) AS back, generate_series(18, 20) AS hour;
INSERT INTO venue_day_drops (venue_id, opened_date, openings, endings, unended)
SELECT venue_id, DATE '2026-11-20' - back, '\\x1000', '\\x000000000000000a', ''
FROM venues, generate_series(0, 199) AS back;
INSERT INTO venue_metrics (venue_id, window_date, market_id, new_drop_count, closed_count,
    expired_count, open_count, prime_time_drops, off_peak_drops, formula_version)
SELECT venue_id, DATE '2026-11-20' - back, market_id, 3, 3, 0, 0, 3, 0, 1
FROM venues, generate_series(0, 199) AS back;
INSERT INTO venue_rolling_metrics (venue_id, as_of_date, window_days, market_id, new_drop_count,
    closed_count, expired_count, open_count, prime_time_drops, off_peak_drops, resolution_seconds,
    catchable_drops, catchable_squares, watched_days, observed_days, is_coverage_assumed,
    daily_prime_drops, formula_version)
SELECT venue_id, DATE '2026-11-20' - back, size, market_id, 1, 1, 0, 0, 1, 0, 60, 1, 1, size, size,
    true, '{}', 1
FROM venues, generate_series(0, 199) AS back, unnest(ARRAY[7, 28]) AS size;
INSERT INTO open_drops (venue_id, slot_id, opened_at, opened_date, slot_at, slot_date, slot_hour,
    party_size)
SELECT venue_id, 's' || back, TIMESTAMPTZ '2026-11-20 12:00Z' - back * interval '1 day',
    DATE '2026-11-20' - back, TIMESTAMPTZ '2026-11-20 20:00Z' + back * interval '1 day',
    DATE '2026-11-20' + back, 20, 2
FROM venues, generate_series(0, 199) AS back;
INSERT INTO unscored_venue_days VALUES ('m1 v1', '2026-11-20'), ('m1 v2', '2026-11-20');
ANALYZE
"""

# Each statement with the most rows of the large tables that it may read: those it is asked for.
QUARTER = {"first_date": date(2026, 8, 23), "last_date": TODAY}
STATEMENTS: dict[str, tuple[int, dict[str, Any]]] = {
    "unscored_days": (
        10,
        {
            "market_id": "m1",
            "scored_for": NOW,
            "now": NOW,
            "seen_before": NOW,
            "seen_until": NOW,
            "unfinished": TODAY,
            "has_scans": False,
            "resolution_seconds": 60,
        },
    ),
    "pack_days": (2 * (3 + 1 + 1), {"venue_ids": TOUCHED, "opened_dates": [TODAY, TODAY]}),
    "drops_to_score": (2 * 90, {"venue_ids": TOUCHED, **QUARTER}),
    "forget_venue_windows": (
        2 * 2 * 14,
        {
            "venue_ids": TOUCHED,
            "first_dates": [TODAY, TODAY],
            "as_of_dates": [TODAY],
            "new_dates": [],
        },
    ),
    "forget_venue_days": (
        2,
        {"venue_ids": TOUCHED, "first_dates": [TODAY, TODAY], "last_dates": [TODAY, TODAY]},
    ),
    # Of a market's day all of its venues: its median is not a sum.
    "market_days_to_score": (VENUES, {"market_id": "m1", "dates": [TODAY]}),
    "neighborhood_days": (VENUES, {"market_id": "m1", "dates": [TODAY]}),
}


@pytest.fixture
def large(engine: Engine) -> Engine:
    with engine.begin() as connection:
        for statement in FILL.split(";\n"):
            connection.exec_driver_sql(statement)
    return engine


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


def rows_read(connection: Connection, name: str, parameters: dict[str, Any]) -> int:
    """Rows of the large tables that the statement looked at, those it threw away with them."""
    explained = text(f"EXPLAIN (ANALYZE, FORMAT JSON) {query(name).text}")
    plan = connection.execute(explained, parameters).scalar_one()[0]["Plan"]
    return round(
        sum(
            (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
            for node in nodes(plan)
            if node.get("Relation Name") in LARGE and "Scan" in node["Node Type"]
        )
    )


def test_a_tick_reads_what_is_asked_for_however_much_is_kept(large):
    with large.connect() as connection:
        read = {
            name: rows_read(connection, name, parameters)
            for name, (_, parameters) in STATEMENTS.items()
        }
        connection.rollback()
    too_many = {name: rows for name, rows in read.items() if rows > STATEMENTS[name][0]}
    assert too_many == {}
