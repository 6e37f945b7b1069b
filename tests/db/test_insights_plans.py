"""Readers must stay quick as years pile up: no statement of theirs may walk a whole large table."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from db.engine import Engine
from db.queries import query
from pipeline.tick import tick
from tests.factories import SETTINGS, at, closed, deliver, execute, new_drop

LARGE = ("venue_metrics", "venue_rolling_metrics", "market_metrics", "job_runs", "batches")
SPAN = {
    "market_ids": ["m1"],
    "start_dates": [date(2026, 11, 1)],
    "end_dates": [date(2026, 11, 14)],
}
STATEMENTS: dict[str, dict[str, Any]] = {
    "insight_markets": {},
    "insight_latest_as_of": {"market_id": "m1", "window_days": 28, "not_after": None},
    "insight_rolling": {
        "market_ids": ["m1"],
        "as_of_dates": [date(2026, 11, 14)],
        "window_days": 28,
    },
    "insight_prime_days": {
        "market_id": "m1",
        "start_date": date(2026, 11, 1),
        "end_date": date(2026, 11, 14),
    },
    "insight_rank_windows": {
        "market_id": "m1",
        "as_of_dates": [date(2026, 11, 14), date(2026, 11, 8), date(2026, 11, 1)],
        "window_days": 28,
    },
    "insight_opening_sums": {
        "market_id": "m1",
        "days": [date(2026, 11, day) for day in range(1, 15)],
        "exposures": [1.0] * 14,
    },
    "insight_venue_history": {
        "venue_id": "m1 v1",
        "start_date": date(2026, 10, 1),
        "end_date": date(2026, 11, 14),
    },
    "insight_venue_windows": {"venue_id": "m1 v1", "as_of_date": date(2026, 11, 14)},
    "insight_venue_metrics": {**SPAN, "venue_id": None, "neighborhood": None, "row_limit": 100},
    "insight_market_metrics": {**SPAN, "metric_types": None},
    "insight_last_runs": {},
}

FILL = """
INSERT INTO markets (market_id, name, timezone)
SELECT 'm' || m, 'm' || m, 'UTC' FROM generate_series(1, 4) AS m;
INSERT INTO venues (venue_id, market_id, name)
SELECT 'm' || m || ' v' || v, 'm' || m, 'v' || v
FROM generate_series(1, 4) AS m, generate_series(1, 40) AS v;
INSERT INTO venue_metrics (venue_id, window_date, market_id, new_drop_count, closed_count,
    expired_count, open_count, prime_time_drops, off_peak_drops, formula_version)
SELECT venue_id, day, market_id, 1, 1, 0, 0, 1, 0, 1
FROM venues, generate_series(DATE '2026-01-01', DATE '2026-12-31', interval '1 day') AS day;
INSERT INTO venue_rolling_metrics (venue_id, as_of_date, window_days, market_id, new_drop_count,
    closed_count, expired_count, open_count, prime_time_drops, off_peak_drops, resolution_seconds,
    catchable_drops, catchable_squares, watched_days, observed_days, is_coverage_assumed,
    daily_prime_drops, formula_version)
SELECT venue_id, day, size, market_id, 1, 1, 0, 0, 1, 0, 60, 1, 1, size, size, true, '{}', 1
FROM venues, generate_series(DATE '2026-09-01', DATE '2026-12-31', interval '1 day') AS day,
    unnest(ARRAY[7, 28]) AS size;
INSERT INTO market_metrics (market_id, window_date, metric_type, value_json, formula_version)
SELECT market_id, day, metric_type, '{}', 1
FROM markets, generate_series(DATE '2022-01-01', DATE '2026-12-31', interval '1 day') AS day,
    unnest(ARRAY['daily_totals', 'by_hour']) AS metric_type;
INSERT INTO job_runs (job, due_key, started_at, finished_at, status)
SELECT job, at::text, at, at, 'succeeded'
FROM unnest(ARRAY['tick', 'seal']) AS job,
    generate_series(TIMESTAMPTZ '2026-11-01Z', '2026-11-08Z', interval '1 minute') AS at;
ANALYZE
"""


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


def test_no_reader_walks_a_whole_table(large):
    walked = {}
    with large.connect() as connection:
        for name, parameters in STATEMENTS.items():
            explained = text(f"EXPLAIN (ANALYZE, FORMAT JSON) {query(name).text}")
            plan = connection.execute(explained, parameters).scalar_one()[0]["Plan"]
            for node in nodes(plan):
                # Rows that an index named and a filter threw away are walked, too.
                useless = node.get("Rows Removed by Filter", 0) * node["Actual Loops"]
                if node.get("Relation Name") in LARGE and (
                    node["Node Type"] == "Seq Scan" or useless > 200
                ):
                    walked[name] = (node["Node Type"], node["Relation Name"], useless)
    assert walked == {}


def test_the_live_page_reads_only_what_it_shows(engine):
    """By their index, and new openings by their batch's, however much lies beside them."""
    moment = at("2026-11-18 12:00")
    now = moment + timedelta(days=4)
    for batch in range(30):
        kept = []
        for number in range(150):
            opened_at, slot_id = moment + timedelta(days=number % 3), f"{batch} {number}"
            kept.append(new_drop(opened_at, slot_id=slot_id))
            kept.append(closed(moment + timedelta(days=3), opened_at, slot_id=slot_id))
        deliver(engine, *kept, received_at=now)
    tick(engine, SETTINGS, now)
    execute(engine, "ANALYZE drop_events, open_drops, batches, batch_days")
    deliver(engine, new_drop(now, slot_id="new"), received_at=now)
    asked = {"market_id": "nyc", "now": now, "since": now - timedelta(hours=1), "row_limit": 100}
    asked["prime_only"] = False
    walked = {}
    with engine.connect() as connection:
        for name in ("insight_live_open", "insight_live_counts", "insight_live_closed"):
            explained = text(f"EXPLAIN (ANALYZE, FORMAT JSON) {query(name).text}")
            plan = connection.execute(explained, asked).scalar_one()[0]["Plan"]
            for node in nodes(plan):
                read = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
                if node.get("Relation Name", "").startswith("drop_events") and read > 200:
                    walked[name] = (node["Node Type"], node["Relation Name"], read)
    assert walked == {}


def test_the_last_runs_are_those(large):
    with large.connect() as connection:
        runs = connection.execute(query("insight_last_runs")).all()
    last = datetime(2026, 11, 8, tzinfo=UTC)
    assert [(run.job, run.started_at, run.succeeded_at) for run in runs] == [
        ("seal", last, last),
        ("tick", last, last),
    ]
