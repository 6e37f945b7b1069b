"""How long an edition of a year of 5,000 venues takes to build.

`python -m bench.digest FOLDER` writes the year of `bench.worlds` into an empty folder, loads and
scores it (minutes), then builds both editions of its last week that is over, twice: the first build
finds a cold cache. Exits 1 if either takes more than 20 s.
"""

import argparse
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

from bench.workload import measure_year
from bench.written import read_written
from db import migrate
from db.engine import open_database
from metrics.calendar import last_week_over
from pipeline.digest import build_week
from settings import Settings

MOST_SECONDS = 20.0


def main() -> int:
    """Prints the seconds; 1 if they are too many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "written.json").exists():
        subprocess.run([sys.executable, "-m", "bench.worlds", str(folder)], check=True)
    written = read_written(folder)
    settings = Settings(_env_file=None, data_dir=folder / "database", demo=False)  # type: ignore[call-arg]
    now = written.ends_at + timedelta(days=1)
    week = last_week_over(now, written.timezone)
    with open_database(settings) as engine:
        migrate.upgrade(engine)
        scored = measure_year(engine, settings, folder)
        print(f"scored {scored['drops']:,} drops in {scored['rescore_seconds']:.0f} s")
        seconds = []
        for _ in range(2):
            began = time.perf_counter()
            built = build_week(engine, settings, written.market_id, week, now=now)
            seconds.append(time.perf_counter() - began)
    print(
        f"{week}, {written.venues:,} venues, {written.days} days: "
        f"{built[0].edition.facts['asked']:,} questions, first build {seconds[0]:.1f} s, "
        f"second {seconds[1]:.1f} s (at most {MOST_SECONDS:.0f} s)"
    )
    return 0 if max(seconds) <= MOST_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
