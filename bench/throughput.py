"""How fast, in how little memory: events in, aggregate, tick, proof and prune.

`python -m bench.throughput [--events 1000000 5000000]` prints one table and writes it to
`docs/benchmarks.md`; with `--rescore` it rebuilds the derived tables of a year of 5,000 venues
instead (and of the office data, where they lie beside the project). Each step runs in a process of
its own on a fresh embedded database with the product's own settings; this one only waits, so that
nobody else's memory is counted. Exits 1 if a goal is missed.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.written import DAYS_KEPT, YEAR_VENUES

PROJECT_DIR = Path(__file__).resolve().parent.parent
REPORT = PROJECT_DIR / "docs" / "benchmarks.md"
OFFICE = PROJECT_DIR.parent / "shared" / "data" / "office_2021w28-29"
MB = " MB"


@dataclass(frozen=True)
class Line:
    """One measured number. `most` or `least` is the goal; without either it is only shown."""

    name: str
    value: float
    unit: str
    least: float | None = None
    most: float | None = None
    note: str = ""

    @property
    def is_met(self) -> bool:
        """Whether the goal is reached; true where there is none."""
        return (self.least is None or self.value >= self.least) and (
            self.most is None or self.value <= self.most
        )

    @property
    def cells(self) -> tuple[str, ...]:
        """As it is printed: name, value, goal, verdict, note."""
        goal = verdict = ""
        if self.least is not None:
            goal = f"≥ {_shown(self.least, self.unit)}"
        elif self.most is not None:
            goal = f"≤ {_shown(self.most, self.unit)}"
        if goal:
            verdict = "met" if self.is_met else "**missed**"
        return (self.name, _shown(self.value, self.unit), goal, verdict, self.note)


def _shown(value: float, unit: str) -> str:
    match unit:
        case "/s":
            return f"{value:,.0f}/s"
        case "ms":
            return f"{1000 * value:,.0f} ms"
        case "s":
            return f"{value:.2f} s"
        case "×":
            return f"{value:,.1f} ×"
        case _:
            return f"{value:,.0f}{unit}"


def throughput_lines(events: int, folder: Path) -> list[Line]:
    """Generates so many events in the folder and measures all steps on them."""
    _run("bench.worlds", str(folder), "--events", str(events))
    world = json.loads((folder / "written.json").read_text())
    done = _run("bench.workload", "events", str(folder))
    yardsticks = _run("bench.yardsticks", str(folder))
    aggregated_per_second = events / done["aggregate_seconds"]
    baseline_per_second = yardsticks["baseline_events"] / yardsticks["baseline_seconds"]
    # DuckDB groups the ticks' events, too: a percent or less.
    duckdb_seconds = yardsticks["duckdb_seconds"] * events / yardsticks["duckdb_rows"]
    of_hour = [tick for tick in done["ticks"] if tick["is_new_hour"]]
    usual = [tick for tick in done["ticks"] if not tick["is_new_hour"]]

    def median(ticks: Sequence[dict[str, Any]], name: str = "seconds") -> float:
        return statistics.median(tick[name] for tick in ticks)

    seals = done["seals"]
    lines = [
        Line(
            "ingest",
            events / done["ingest_seconds"],
            "/s",
            least=40_000,
            note=f"{world['venues']:,} venues, {world['days']} days",
        ),
        Line(
            "aggregate",
            aggregated_per_second,
            "/s",
            least=400_000,
            note=f"{done['aggregate_seconds']:.2f} s into {yardsticks['cells']:,} cells",
        ),
        Line(
            "aggregate ÷ the same group-by in DuckDB",
            done["aggregate_seconds"] / duckdb_seconds,
            "×",
            most=6,
            note=f"DuckDB {duckdb_seconds:.2f} s, 2 threads, columns in its memory",
        ),
        Line("baseline: ORM, dictionary, one upsert a cell", baseline_per_second, "/s"),
        Line(
            "aggregate ÷ baseline, events a second",
            aggregated_per_second / baseline_per_second,
            "×",
            least=80,
            note=f"baseline on {yardsticks['baseline_events']:,} events",
        ),
        Line(
            "tick of 1,000 new events",
            median(usual),
            "s",
            most=0.3,
            note=f"median of {len(usual)}; {median(usual, 'venues'):.0f} venues touched",
        ),
        Line("… of it, aggregate", median(usual, "aggregate_seconds"), "s"),
        Line("… of it, score", median(usual, "score_seconds"), "s"),
    ]
    if of_hour:
        lines.append(
            Line(
                "tick that passes a full hour",
                median(of_hour),
                "s",
                note="once an hour, all open drops are looked at anew",
            )
        )
    return [
        *lines,
        Line(
            "prove a day",
            max(seal["prove_seconds"] for seal in seals),
            "s",
            note=f"the slowest of {len(seals)}, {max(s['rows'] for s in seals):,} rows",
        ),
        Line(
            "prune a day",
            max(seal["prune_seconds"] for seal in seals),
            "ms",
            most=0.05,
            note="DROP to the end of COMMIT, the slowest",
        ),
        Line("first score of everything", done["first_score_seconds"], "s"),
        Line(
            "peak memory of the process",
            done["peak_rss_mb"],
            MB,
            most=300,
            note=f"{done['rss_after_ingest_mb']:.0f} MB after ingest",
        ),
    ]


def rescore_lines(folder: Path, year_venues: int) -> list[Line]:
    """Full re-scores of the simulated year and, where it is there, of the office data.

    The year's goal is for 5,000 venues; fewer are shown without a verdict.
    """
    lines = []
    for what, most in (("year", 240.0 if year_venues == YEAR_VENUES else None), ("office", 15.0)):
        if what == "office" and not OFFICE.is_dir():
            continue
        place = folder / what
        place.mkdir()
        if what == "year":
            _run("bench.worlds", str(place), "--venues", str(year_venues))
        done = _run("bench.workload", what, str(place))
        name = {"year": f"{year_venues:,} venues × 365 days", "office": "office data"}[what]
        lines += [
            Line(
                f"re-score of {name}",
                done["rescore_seconds"],
                "s",
                most=most,
                note=f"{done['venues']:,} venues, {done['drops']:,} drops",
            ),
            Line(
                "… peak memory of the process",
                done["peak_rss_mb"],
                MB,
                most=300,
                note=f"{done['rss_before_mb']:.0f} MB before",
            ),
        ]
    return lines


def _run(module: str, *arguments: str) -> dict[str, Any]:
    """Runs a module in a process of its own; its progress stays on the terminal."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=PROJECT_DIR,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout or "{}"))


def _table(title: str, lines: Sequence[Line]) -> list[str]:
    rows = [("", "measured", "goal", "verdict", ""), *(line.cells for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    shown = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return [f"## {title}", "", shown[0], rule, *shown[1:], ""]


INTRODUCTION = f"""# Benchmarks

Written by `python -m bench.throughput` and `python -m bench.throughput --rescore`, each its own
part. Fresh embedded PostgreSQL 18 with the product's settings (fsync on), all on one machine.

The events are the simulator's: 90 drops a venue and day, as releases and cancellations. N grows as
a market does: in venues, and in days up to the {DAYS_KEPT} that retention keeps. A tick takes the
next 1,000 events of that market.
"""


def _part(name: str, load: tuple[float, ...], tables: Sequence[str]) -> str:
    """One part of the report, with the circumstances it was measured in."""
    load_shown = ", ".join(f"{value:.1f}" for value in load)
    circumstances = [
        f"Measured until {datetime.now(UTC):%Y-%m-%d %H:%M} UTC on {os.cpu_count()} cores. Load",
        f"averages (1, 5, 15 min) as it began: {load_shown}. More than a few tenths is somebody",
        "else's work, and slows all figures.",
    ]
    return "\n".join([f"<!-- {name} -->", "", *circumstances, "", *tables])


def _write_report(path: Path, name: str, part: str) -> None:
    """Puts the part in its place; the other one stays as it is."""
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    parts = {name: part}
    for text in kept.split("<!-- ")[1:]:
        other = text.split(" ", 1)[0]
        parts.setdefault(other, f"<!-- {text}".rstrip() + "\n")
    report = [parts[known] for known in ("throughput", "rescore") if known in parts]
    path.write_text("\n".join([INTRODUCTION, *report]), encoding="utf-8")


def main() -> int:
    """Measures, prints, writes the report."""
    load = os.getloadavg()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=[1_000_000, 5_000_000])
    parser.add_argument("--rescore", action="store_true", help="measure full re-scores instead")
    parser.add_argument("--year-venues", type=int, default=YEAR_VENUES, help="of the re-score")
    parser.add_argument("--out", type=Path, default=REPORT, help="where to write the report")
    parser.add_argument("--work-dir", type=Path, help="where the databases go (default: temporary)")
    options = parser.parse_args()
    lines: list[Line] = []
    report: list[str] = []
    with tempfile.TemporaryDirectory(prefix="tablestakes-bench-", dir=options.work_dir) as work_dir:
        folder = Path(work_dir)
        if options.rescore:
            lines = rescore_lines(folder, options.year_venues)
            report = _table("Full re-score", lines)
        else:
            for events in options.events:
                place = folder / str(events)
                place.mkdir()
                measured = throughput_lines(events, place)
                report += _table(f"{events:,} events", measured)
                lines += measured
    name = "rescore" if options.rescore else "throughput"
    part = _part(name, load, report)
    _write_report(options.out, name, part)
    print(part)
    missed = [line.name for line in lines if not line.is_met]
    if missed:
        print(f"missed: {'; '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
