"""How many alert events we take in, fold and count: the committed report.

`python -m bench.alerts` writes `docs/benchmarks-alerts.md` and exits 1 if a goal is missed. The API
runs as a server of its own on a fresh embedded database with the product's settings (fsync on); wrk
(Debian's package), a process of its own, sends to it over HTTP. Folding and the funnel are measured
in this process. Beside wall clock stands CPU time, of the server, its database and nobody else:
on a machine that others use it is the figure that can be compared.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psutil
import pyarrow as pa
import sqlalchemy as sa

from bench.throughput import PROJECT_DIR, Line, _table
from db import alert_writes, insights, migrate
from db.deliveries import Delivery
from db.engine import Engine, open_database
from db.intake import ALERTS
from db.queries import QUERIES_DIR
from pipeline.conversion import score_conversion
from settings import Settings

REPORT = PROJECT_DIR / "docs" / "benchmarks-alerts.md"
SCRIPT = Path(__file__).with_name("alerts.lua")
CONNECTIONS = 32
EVENTS_A_POST = 200
RUNS = 9  # of each funnel
NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
START_SECONDS = 120
EVENTS_OF_AN_ALERT = 2.25
"""Events an alert has: its sending and what followed, as in simulated worlds and in offers_30d."""

# The rows that scoring so many alerts of four weeks leaves: one element an alert in each array.
# Written as they are, for loading millions of events would take longer than everything else here.
MAKE_CELLS = """
INSERT INTO conversion_metrics (venue_id, sent_date, daypart, goal_match, channel, message_variant,
    sent_count, opened_count, tapped_count, booked_count, unsettled_count, gone_before_opened_count,
    gone_before_tap_count, gone_before_confirm_count, still_there_count, unknown_count,
    sent_seconds, opened_seconds, tapped_seconds, booked_seconds, closed_seconds, user_numbers,
    formula_version)
SELECT 'venue-' || k % 400, CAST(:last_date AS date) - (k / 400 % 26)::int,
    (ARRAY['prime', 'off_peak'])[1 + k / 11 % 2], (k % 3 = 0)::text,
    (ARRAY['push', 'email', 'sms'])[1 + k / 7 % 3], (ARRAY['A', 'B'])[1 + k / 13 % 2],
    count(*), count(*) FILTER (WHERE k % 5 < 2), count(*) FILTER (WHERE k % 5 = 0),
    count(*) FILTER (WHERE k % 10 = 0), 0, count(*) FILTER (WHERE k % 5 >= 2), 0, 0,
    count(*) FILTER (WHERE k % 5 < 2 AND k % 10 <> 0), 0,
    array_agg((k % 80000)::int), array_agg(CASE WHEN k % 5 < 2 THEN 40 ELSE 2147483647 END),
    array_agg(CASE WHEN k % 5 = 0 THEN 60 ELSE 2147483647 END),
    array_agg(CASE WHEN k % 10 = 0 THEN 99 ELSE 2147483647 END),
    array_agg(CASE WHEN k % 5 >= 2 THEN 20 ELSE 2147483647 END), array_agg((k % 50000 + 1)::int), 1
FROM generate_series(1, CAST(:alerts AS bigint)) AS k
GROUP BY 1, 2, 3, 4, 5, 6
"""


@dataclass(frozen=True)
class Posted:
    """What a run of wrk came to."""

    events_per_second: float
    posts_per_second: float
    cpu_seconds_per_post: float
    median_ms: float
    p99_ms: float
    failed: int


def http_lines(folder: Path, seconds: int) -> list[Line]:
    """Single posts and batches over HTTP."""
    with _server(folder) as (address, process):
        single = _posted(address, process, 1, seconds, "single")
        batch = _posted(address, process, EVENTS_A_POST, seconds, "batch")
    return [
        Line(
            "single posts",
            single.posts_per_second,
            "/s",
            least=300,
            note=f"median {single.median_ms:.0f} ms, p99 {single.p99_ms:.0f} ms, "
            f"{single.failed} failed; {CONNECTIONS} connections",
        ),
        Line(
            "… that two cores could take, by CPU time",
            2 / single.cpu_seconds_per_post,
            "/s",
            note=f"{1000 * single.cpu_seconds_per_post:.1f} ms of server and database a post",
        ),
        Line(
            f"events in posts of {EVENTS_A_POST}",
            batch.events_per_second,
            "/s",
            least=2_000,
            note=f"median {batch.median_ms:.0f} ms, p99 {batch.p99_ms:.0f} ms a post, "
            f"{batch.failed} failed",
        ),
        Line(
            "… that two cores could take, by CPU time",
            2 * EVENTS_A_POST / batch.cpu_seconds_per_post,
            "/s",
        ),
    ]


@contextmanager
def _server(folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    with (folder / "server.log").open("w") as log:
        started = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "api.app:app", f"--port={port}", "--no-access-log"],
            cwd=PROJECT_DIR,
            env={**os.environ, "TABLESTAKES_DATA_DIR": str(folder / "data")},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address)
        yield address, psutil.Process(started.pid)
    finally:
        started.terminate()
        started.wait(60)


def _wait(address: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _posted(address: str, server: psutil.Process, events: int, seconds: int, run: str) -> Posted:
    data_dir = Path(server.environ()["TABLESTAKES_DATA_DIR"])
    before = _cpu_seconds(data_dir, server)
    done = subprocess.run(
        [
            "wrk", "--threads=1", f"--connections={CONNECTIONS if events == 1 else 4}",
            f"--duration={seconds}s", "--timeout=30s", f"--script={SCRIPT}", address,
        ],
        env={**os.environ, "BATCH": str(events), "RUN": run},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    posts = told["requests"] / told["seconds"]
    return Posted(
        events_per_second=posts * events,
        posts_per_second=posts,
        cpu_seconds_per_post=(_cpu_seconds(data_dir, server) - before) / max(told["requests"], 1),
        median_ms=told["median_ms"],
        p99_ms=told["p99_ms"],
        failed=told["failed"],
    )


def _cpu_seconds(data_dir: Path, *others: psutil.Process) -> float:
    """Of every process of the database in the folder, and of these others, as far as they live."""
    postmasters = [
        process
        for process in psutil.process_iter(["name", "cmdline"])
        if process.info["name"] == "postgres"
        and str(data_dir) in " ".join(process.info["cmdline"] or ())
    ]
    family = [*others, *postmasters, *(c for p in postmasters for c in p.children(recursive=True))]
    total = 0.0
    for process in {each.pid: each for each in family}.values():
        try:
            spent = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += spent.user + spent.system
    return total


def fold_lines(engine: Engine, events: int) -> list[Line]:
    """A delivery of so many new events: the statement that keeps and folds them, and all of it."""
    chunk = _events(events)
    spent: dict[str, float] = {}
    run = alert_writes.run

    def timed(connection: sa.Connection, name: str, **parameters: Any) -> Any:
        driver = connection.connection.driver_connection
        assert driver is not None
        backend = psutil.Process(driver.info.backend_pid)
        before, began = sum(backend.cpu_times()[:2]), time.perf_counter()
        result = run(connection, name, **parameters)
        if name == "fold_alerts":
            spent["wall"] = time.perf_counter() - began
            spent["cpu"] = sum(backend.cpu_times()[:2]) - before
        return result

    began = time.perf_counter()
    with patch.object(alert_writes, "run", timed):
        accepted = alert_writes.accept_alerts(
            engine,
            Delivery(ALERTS, lambda: [chunk], "bench", "bench", "bench"),
            received_at=NOW,
            secret=b"a secret for the benchmark, 40 characters",
        )
    whole = time.perf_counter() - began
    assert accepted.accepted == events
    with engine.begin() as connection:
        connection.execute(sa.text("TRUNCATE alerts"))
        alone = _cpu_of(connection, _fold_of_kept_events())
        again = _cpu_of(connection, _fold_of_kept_events())
    return [
        Line(
            "folding kept events into alerts",
            events / alone,
            "/s",
            least=100_000,
            note=f"by CPU time of the one backend; {events / again:,.0f}/s onto alerts that are "
            "there",
        ),
        Line(
            "… keeping and folding, one statement",
            events / spent["cpu"],
            "/s",
            note=f"by CPU time; {events / spent['wall']:,.0f}/s by the clock",
        ),
        Line(
            "… a whole delivery",
            events / whole,
            "/s",
            note=f"{events:,} events: hashed, staged, judged, kept, folded; by the clock",
        ),
    ]


def _fold_of_kept_events() -> str:
    """The part of fold_alerts.sql that folds, reading the events that were kept."""
    text = (QUERIES_DIR / "fold_alerts.sql").read_text(encoding="utf-8")
    fold = text[text.index("INSERT INTO alerts") : text.index("\n)\nSELECT count")]
    return fold.replace("FROM written", "FROM alert_events")


def _cpu_of(connection: sa.Connection, statement: str) -> float:
    """CPU seconds that the connection's backend takes for a statement."""
    driver = connection.connection.driver_connection
    assert driver is not None
    backend = psutil.Process(driver.info.backend_pid)
    before = sum(backend.cpu_times()[:2])
    connection.execute(sa.text(statement))
    return sum(backend.cpu_times()[:2]) - before


def _events(events: int) -> pa.Table:
    numbers = range(events)
    steps = ("alert_sent", "alert_opened")
    sent_at = NOW - timedelta(days=2)
    return pa.table(
        {
            "event_id": [f"e{k}" for k in numbers],
            "alert_id": [f"a{k // 2}" for k in numbers],
            "event_type": [steps[k % 2] for k in numbers],
            "occurred_at": pa.array(
                [sent_at + timedelta(seconds=k % 80_000) for k in numbers],
                pa.timestamp("us", tz="UTC"),
            ),
            "venue_id": [f"venue-{k // 2 % 400}" for k in numbers],
            "user_id": [f"user-{k // 2 % 20_000}" for k in numbers],
            "slot_id": [f"slot-{k // 2 % 9_000}" for k in numbers],
            "opened_at": pa.array([sent_at] * events, pa.timestamp("us", tz="UTC")),
            "goal_match": [k // 2 % 3 == 0 for k in numbers],
            "channel": ["push"] * events,
            "message_variant": ["AB"[k // 2 % 2] for k in numbers],
        }
    )


def funnel_lines(engine: Engine, settings: Settings, events: int) -> list[Line]:
    """Four weeks' funnel over the alerts of so many events, and over a tenth of them."""
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO venues (venue_id, market_id, name) SELECT 'venue-' || k, 'nyc', "
                "'venue ' || k FROM generate_series(0, 399) AS k ON CONFLICT DO NOTHING"
            )
        )
        # Notes for when and for which window the market was scored.
        score_conversion(connection, settings, NOW)
    lines = []
    for size in (events // 10, events):
        alerts = round(size / EVENTS_OF_AN_ALERT)
        with engine.begin() as connection:
            connection.execute(sa.text("TRUNCATE conversion_metrics"))
            connection.execute(
                sa.text(MAKE_CELLS), {"alerts": alerts, "last_date": NOW - timedelta(days=2)}
            )
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM (ANALYZE) conversion_metrics"))
        for by in (None, "venue"):
            times = []
            spent = _cpu_seconds(settings.data_dir, psutil.Process())
            for _ in range(RUNS):
                began = time.perf_counter()
                found = insights.funnel(engine, now=NOW, days=28, by=by)
                times.append(time.perf_counter() - began)
            assert found.total.sent == alerts
            spent = (_cpu_seconds(settings.data_dir, psutil.Process()) - spent) / RUNS
            lines.append(
                Line(
                    f"funnel over {size:,} events" + ("" if by is None else f", by {by}"),
                    min(times),
                    "ms",
                    most=0.2 if size == events else None,
                    note=f"the best of {RUNS}, the worst {1000 * max(times):.0f} ms; "
                    f"{1000 * spent:.0f} ms of CPU each; {alerts:,} alerts",
                )
            )
    return lines


def main() -> int:
    """Measures, prints, writes the report."""
    load = os.getloadavg()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=20, help="how long wrk sends, each time")
    parser.add_argument("--folded", type=int, default=300_000, help="events to fold")
    parser.add_argument("--counted", type=int, default=5_000_000, help="events behind the funnel")
    parser.add_argument("--out", type=Path, default=REPORT, help="where to write the report")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed: apt-get install wrk")
    with tempfile.TemporaryDirectory(prefix="tablestakes-bench-") as work_dir:
        folder = Path(work_dir)
        lines = http_lines(folder, options.seconds)
        settings = Settings(_env_file=None, data_dir=folder / "inside")
        with open_database(settings) as engine:
            migrate.upgrade(engine)
            lines += fold_lines(engine, options.folded)
            lines += funnel_lines(engine, settings, options.counted)
    shown = ", ".join(f"{value:.1f}" for value in load)
    text = "\n".join(
        [
            "# Benchmarks: alerts",
            "",
            "Written by `python -m bench.alerts`. Fresh embedded PostgreSQL 18 with the product's",
            "settings (fsync on); wrk sends over HTTP to `uvicorn api.app:app`, on one machine.",
            f"Measured at {datetime.now(UTC):%Y-%m-%d %H:%M} UTC on {os.cpu_count()} cores. Load",
            f"averages (1, 5, 15 min) as it began: {shown}. More than a few tenths",
            "is somebody else's work, and slows all figures by the clock.",
            "",
            *_table("Taking in, folding, counting", lines),
        ]
    )
    options.out.write_text(text, encoding="utf-8")
    print(text)
    missed = [line.name for line in lines if not line.is_met]
    if missed:
        print(f"missed: {'; '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
