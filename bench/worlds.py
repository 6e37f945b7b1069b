"""Files for the benchmarks, written in a process of their own: what is generated takes no part in
what is measured.

`write_events`: the simulator's events (venues of every kind, release times, cancellations,
log-normal open durations, untaken tables), about 90 drops a venue and day. N grows as a market
does: in venues, and in days up to the 22 that retention keeps.
`write_year`: a year's rollup of many venues, at the demo's 15 drops a venue and day.
"""

import argparse
import json
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from bench.written import DAYS_KEPT, LOT, LOTS, YEAR_VENUES, Written
from pipeline.simulate.events import iter_drop_events, venues
from pipeline.simulate.world import large_world

FIRST_DATE = date(2026, 10, 1)
EVENTS_A_VENUE_DAY = 165
DAYS_OF_A_MILLION = 15

YEAR_DAYS = 365
YEAR_DROPS_A_DAY = 15  # of a venue, in the mean
YEAR_FIRST_DATE = date(2025, 11, 23)

# One day's cells as COPY reads them. Venues differ 16-fold in drops and in open durations.
DAY_OF_CELLS = """
COPY (
    SELECT venue_id, opened_date, slot_date, slot_hour, party_size,
        '{' || string_agg(opened_minute, ',') || '}',
        '{' || coalesce(string_agg(seconds, ',') FILTER (NOT is_expired), '') || '}',
        '{' || coalesce(string_agg(end_minute, ',') FILTER (NOT is_expired), '') || '}',
        '{' || coalesce(string_agg(seconds, ',') FILTER (is_expired), '') || '}',
        '{' || coalesce(string_agg(end_minute, ',') FILTER (is_expired), '') || '}'
    FROM (
        SELECT *, CAST(epoch(CAST($day AS timestamp)) / 60 AS int) + 240 + opened_minute
            + seconds // 60 AS end_minute
        FROM (
        SELECT format('sim-{:05d}', venue) AS venue_id, CAST($day AS date) AS opened_date,
            CAST($day AS date) + 1 + CAST(floor(13 * random() ** 2) AS int) AS slot_date,
            12 + CAST(floor(10 * random()) AS int) AS slot_hour,
            [2, 2, 2, 4, 4, 3][1 + CAST(floor(6 * random()) AS int)] AS party_size,
            CAST(floor(480 + 900 * random()) AS int) AS opened_minute,
            60 * ceil(-ln(1 - random()) * 2 ** (venue % 5)) :: int AS seconds,
            random() < 0.05 AS is_expired
        FROM range(1, $venues + 1) AS numbered (venue), range($most) AS drop (number)
        -- Of venue and drop, or it would be drawn once a venue, before the two are joined.
        WHERE random() + 0 * number < 2 ** (venue % 5 - 2) * 5 / 7.75 * $drops_a_day / $most
        )
    )
    GROUP BY ALL
    ORDER BY ALL
) TO '{path}' (HEADER false)
"""


def write_events(folder: Path, events: int) -> Written:
    """`venues.parquet`, `drops.parquet` with so many events, and the lots that follow it."""
    days = min(DAYS_KEPT, max(1, round(DAYS_OF_A_MILLION * (events / 1e6) ** 0.5)))
    n_venues = max(1, round(events / days / EVENTS_A_VENUE_DAY))
    world = large_world(n_venues, first_date=FIRST_DATE)
    start = datetime.combine(FIRST_DATE, time(4), UTC)
    pq.write_table(venues(world), folder / "venues.parquet")
    chunks = iter_drop_events(world, start, start + timedelta(days=2 * days + 7))
    rest = next(chunks)
    with (
        tqdm(total=events, desc="generate", unit=" events", unit_scale=True, disable=None) as bar,
        pq.ParquetWriter(folder / "drops.parquet", rest.schema) as writer,
    ):
        left = events
        while left:
            if not rest.num_rows:
                rest = next(chunks)
            part = rest.slice(0, left)
            writer.write_table(part)
            bar.update(part.num_rows)
            left -= part.num_rows
            rest = rest.slice(part.num_rows)
    while rest.num_rows < LOTS * LOT:
        rest = pa.concat_tables([rest, next(chunks)])
    for lot in range(LOTS):
        pq.write_table(rest.slice(lot * LOT, LOT), folder / f"lot-{lot}.parquet")
    ends_at = rest["occurred_at"][LOTS * LOT - 1].as_py()
    return Written(events, n_venues, days, ends_at, world.market_id, world.timezone)


def write_year(folder: Path, n_venues: int) -> Written:
    """`venues.parquet` and `cells-….csv`, one a day."""
    world = large_world(n_venues)
    pq.write_table(venues(world), folder / "venues.parquet")
    duck = duckdb.connect(config={"threads": 1})
    duck.execute("SELECT setseed(0.5)")
    for back in tqdm(range(YEAR_DAYS), desc="generate", unit=" days", disable=None):
        day = YEAR_FIRST_DATE + timedelta(days=back)
        duck.execute(
            DAY_OF_CELLS.replace("{path}", str(folder / f"cells-{day}.csv")),
            {
                "day": day,
                "venues": n_venues,
                "most": 8 * YEAR_DROPS_A_DAY,
                "drops_a_day": YEAR_DROPS_A_DAY,
            },
        )
    ends_at = datetime.combine(YEAR_FIRST_DATE + timedelta(days=YEAR_DAYS), time(4), UTC)
    events = 2 * YEAR_DROPS_A_DAY * n_venues * YEAR_DAYS
    return Written(events, n_venues, YEAR_DAYS, ends_at, world.market_id, world.timezone)


def main() -> None:
    """Writes the files and a note of what they hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--events", type=int, help="without it: the year")
    parser.add_argument("--venues", type=int, default=YEAR_VENUES, help="of the year")
    options = parser.parse_args()
    written = write_events(options.folder, options.events) if options.events else None
    written = written or write_year(options.folder, options.venues)
    (options.folder / "written.json").write_text(json.dumps(asdict(written), default=str))


if __name__ == "__main__":
    main()
