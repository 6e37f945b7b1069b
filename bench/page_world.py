"""A market of many venues with a long history, scored, for the benchmark of the pages.

A sample of the venues is scored by the product itself, from a rollup and from scans; its derived
rows are then written once more for every other venue, straight into the derived tables. The
market's own rows are summed from all of them by the product again.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from db import scores
from db.engine import Engine
from db.schema import (
    drop_rollup,
    venue_day_drops,
    venue_metrics,
    venue_rolling_metrics,
    venue_trends,
)
from db.watching import dates_between, market_at
from metrics.calendar import local_date
from pipeline.market_days import score_market_days
from pipeline.tick import rescore
from settings import Settings

MARKET, ZONE = "bench-sim", "America/New_York"
SAMPLE = 250  # venues that the product scores; the others are copies of them
COPIED = (drop_rollup, venue_day_drops, venue_metrics, venue_rolling_metrics, venue_trends)
DROPS_A_DAY = 3  # of a venue, in the mean; the busiest have 16 times those of the quietest

VENUES = """
INSERT INTO venues (venue_id, market_id, name, neighborhood, cuisine, price, lists)
SELECT format('bench-%s', to_char(n, 'FM00000')), :market, format('Simulated Venue %s', n),
    format('Neighborhood %s', 1 + n % 30), format('Cuisine %s', 1 + n % 20), repeat('$', 1 + n % 4),
    CASE WHEN n % 10 = 0 THEN ARRAY['The list'] ELSE ARRAY[]::text[] END
FROM generate_series(1, :venues) AS n
"""

CELLS = """
INSERT INTO drop_rollup (venue_id, opened_date, slot_date, slot_hour, party_size, opened_minutes,
    closed_seconds, closed_minutes, censored_seconds, censored_minutes)
SELECT DISTINCT ON (venue_id, opened_date, slot_date, slot_hour, party_size)
    venue_id, opened_date, slot_date, slot_hour, party_size, ARRAY[minute],
    CASE WHEN is_expired THEN ARRAY[]::int[] ELSE ARRAY[seconds] END,
    CASE WHEN is_expired THEN ARRAY[]::int[] ELSE ARRAY[ended] END,
    CASE WHEN is_expired THEN ARRAY[seconds] ELSE ARRAY[]::int[] END,
    CASE WHEN is_expired THEN ARRAY[ended] ELSE ARRAY[]::int[] END
FROM (
    SELECT *,
        ((date_part('epoch', opened_date AT TIME ZONE :zone) + seconds) / 60)::int + minute AS ended
    FROM (
        SELECT format('bench-%s', to_char(n, 'FM00000')) AS venue_id, day::date AS opened_date,
            day::date + 1 + floor(13 * random() ^ 2)::int AS slot_date,
            12 + floor(10 * random())::int AS slot_hour,
            (ARRAY[2, 2, 2, 4, 4, 3])[1 + floor(6 * random())::int] AS party_size,
            floor(480 + 900 * random())::int AS minute,
            60 * ceil(-ln(1 - random()) * 2 ^ (n % 5))::int AS seconds,
            random() < 0.05 AS is_expired
        FROM generate_series(1, :sample) AS n,
            generate_series(CAST(:first AS timestamp), CAST(:last AS timestamp), '1 day') AS day,
            generate_series(1, :most) AS drop
        WHERE random() + 0 * drop < 2 ^ (n % 5 - 2) / 1.55 * :drops / :most
            * (0.8 + 0.4 * sin(n + date_part('doy', day) / 30))
    ) AS drawn
) AS dated
"""

SCANS = """
INSERT INTO scan_rollup (market_id, anchor, hour_at, scans_ok, scans_failed, observed,
    available_slots_sum, last_ok_at)
SELECT :market, anchor, hour, 60, 0, repeat('1', 60)::bit(60),
    600 + floor(600 * random())::bigint, hour + interval '59 minutes'
FROM unnest(ARRAY['15:00', '19:00']) AS anchor,
    generate_series(
        CAST(:start AS timestamptz), CAST(:now AS timestamptz) - interval '1 hour', '1 hour'
    ) AS hour
"""


@dataclass(frozen=True)
class PageWorld:
    """What was loaded, and how long it took."""

    venues: int
    days: int
    drops: int
    venue_day_rows: int
    window_rows: int
    seconds: float


def load_page_world(engine: Engine, settings: Settings, *, n_venues: int, days: int) -> PageWorld:
    """Fills a migrated, empty database with so many venues and days that end now."""
    began = time.monotonic()
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    last = local_date(now, ZONE) - timedelta(days=1)
    first = last - timedelta(days=days - 1)
    with engine.begin() as connection:
        connection.execute(sa.text("SELECT setseed(0.5)"))
        _run(
            connection,
            "INSERT INTO markets (market_id, name, timezone, is_simulated) "
            "VALUES (:market, 'Large market (simulated)', :zone, true)",
            market=MARKET,
            zone=ZONE,
        )
        _run(connection, VENUES, market=MARKET, venues=n_venues)
        _run(
            connection,
            CELLS,
            sample=min(SAMPLE, n_venues),
            first=first,
            last=last,
            most=8 * DROPS_A_DAY,
            drops=DROPS_A_DAY,
            zone=ZONE,
        )
        _run(connection, SCANS, market=MARKET, start=now - timedelta(days=days), now=now)
        _run(
            connection,
            "INSERT INTO market_spans VALUES (:market, :first_at, :last_at)",
            market=MARKET,
            first_at=now - timedelta(days=days),
            last_at=now,
        )
        _run(
            connection,
            "INSERT INTO market_starts VALUES (:market, 0, :first_at)",
            market=MARKET,
            first_at=now - timedelta(days=days),
        )
    rescore(engine, settings, now)
    with engine.begin() as connection:
        for table in COPIED:
            _copy(connection, table, n_venues)
        row = next(row for row in scores.scored_markets(connection) if row.market_id == MARKET)
        market = market_at(row, now, settings.poll_interval_seconds)
        score_market_days(connection, market, dates_between(first, last))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE"))
        counted = connection.execute(
            sa.text(
                "SELECT (SELECT count(*) FROM drop_rollup), (SELECT count(*) FROM venue_metrics), "
                "(SELECT count(*) FROM venue_rolling_metrics)"
            )
        ).one()
    return PageWorld(n_venues, days, *counted, time.monotonic() - began)


def _copy(connection: sa.Connection, table: sa.Table, n_venues: int) -> None:
    """The sample's rows once more for each further venue; the ids differ and nothing else."""
    others = [column for column in table.columns if column.name != "venue_id"]
    copies = sa.select(sa.func.generate_series(1, -(-n_venues // SAMPLE) - 1).label("k")).subquery()
    number = sa.cast(sa.func.right(table.c.venue_id, 5), sa.Integer) + SAMPLE * copies.c.k
    copied = (
        sa.select(sa.func.concat("bench-", sa.func.to_char(number, "FM00000")), *others)
        .join_from(table, copies, sa.true())
        .where(number <= n_venues)
    )
    connection.execute(
        sa.insert(table).from_select(["venue_id", *(column.name for column in others)], copied)
    )


def _run(connection: sa.Connection, statement: str, **parameters: object) -> None:
    connection.execute(sa.text(statement), parameters)
