"""Truth recovered: simulated worlds whose truth is known, held against the formulas' intervals.

`python -m bench.truth` draws 1,000 worlds from fixed seeds, writes `docs/truth.md` and exits 1 if a
promise is broken. Worlds are drawn at the level of the formulas (counts, durations, exposure); no
database is involved. Beside each formula stands the naive one it replaces.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import stats

from metrics.by_users import compared_by_users
from metrics.catchable import catchable_rates
from metrics.ranks import joint_confidence, rank_bands
from metrics.spikes import day_against_weekday
from metrics.strata import Stratum, mantel_haenszel
from metrics.survival import Floats
from metrics.survival_ranges import survival_of_ranges
from metrics.trend import Direction, trend_labels, weekly_trend
from metrics.version import FORMULA_VERSION

REPORT = Path(__file__).parent.parent / "docs" / "truth.md"
WORLDS = 1000
SEED = 20261120
REACTION_SECONDS = 60
DAYS = 28
CONVERSION_COVERAGE = (0.92, 0.98)
COVERAGE = (0.91, 0.99)
"""Coverage of a 95 % interval must lie in here for a run to pass; 92–98 % is the aim."""


@dataclass(frozen=True)
class Finding:
    """One measured share over `n` trials, and the range it must lie in (None: shown, not asked)."""

    name: str
    share: float
    n: int
    required: tuple[float, float] | None
    note: str = ""

    @property
    def passes(self) -> bool:
        """Whether the share lies where it must."""
        return self.required is None or self.required[0] <= self.share <= self.required[1]


def clustered_counts(rng: np.random.Generator, mean: Floats, dispersion: float) -> Floats:
    """Negative-binomial counts with the given means and variance over mean (Poisson at 1)."""
    if dispersion > 1:
        mean = rng.gamma(np.maximum(mean, 1e-12) / (dispersion - 1), dispersion - 1)
    return rng.poisson(mean).astype(np.float64)


def outages(rng: np.random.Generator, days: int) -> Floats:
    """The observed share of each day: most whole, some partly watched, some not at all."""
    kinds = rng.choice(3, size=days, p=[0.7, 0.2, 0.1])
    return np.choose(kinds, [np.ones(days), rng.uniform(0.3, 0.9, days), np.zeros(days)])


def durations_and_rates(worlds: int, seed: int) -> list[Finding]:
    """Median open duration and catchable tables a week, 28 days of one venue in each world.

    Durations are Weibull with a median of 40 s to 10 min; about a third are censored (expired, or
    cut off by an outage). Drops come in clusters; days have outages.
    """
    rng = np.random.default_rng(seed)
    hits = np.zeros(4)
    asked = np.zeros(4)
    for _ in range(worlds):
        shape = rng.uniform(0.7, 1.5)
        median = rng.uniform(40, 600)
        scale = median / np.log(2) ** (1 / shape)
        per_day = rng.uniform(1.0, 5.0)
        exposure = outages(rng, DAYS)
        counts = clustered_counts(rng, per_day * exposure, rng.uniform(1.0, 3.0))
        n = int(counts.sum())
        open_seconds = scale * rng.weibull(shape, n)
        watched_seconds = rng.exponential(2.5 * median, n)
        is_closed = open_seconds <= watched_seconds
        seconds = np.ceil(np.minimum(open_seconds, watched_seconds)).astype(np.int64)
        true_median = float(np.ceil(median))
        true_share = float(np.exp(-((REACTION_SECONDS / scale) ** shape)))
        true_rate = 7 * per_day * true_share

        found = survival_of_ranges(seconds, is_closed, [0], [n], [REACTION_SECONDS])
        day_is_watched = exposure > 0
        rate = catchable_rates(
            counts.sum(),
            exposure.sum(),
            (counts[day_is_watched] ** 2 / exposure[day_is_watched]).sum(),
            day_is_watched.sum(),
            found.survival[0, 0],
            found.log_variance[0, 0],
        )
        unadjusted = catchable_rates(
            counts.sum(),
            float(DAYS),
            (counts**2).sum(),
            DAYS,
            found.survival[0, 0],
            found.log_variance[0, 0],
        )
        naive_low, naive_high = closed_only_median_interval(seconds[is_closed])
        results = [
            (found.median_lower[0], true_median, found.median_upper[0]),
            (naive_low, true_median, naive_high),
            (rate.lower, true_rate, rate.upper),
            (unadjusted.lower, true_rate, unadjusted.upper),
        ]
        for index, (low, truth, high) in enumerate(results):
            if not np.isnan(low):
                asked[index] += 1
                hits[index] += low <= truth <= high
    names = [
        ("Median open duration", COVERAGE, "Kaplan–Meier"),
        ("… naive: closed drops only", None, "leaves out what stayed; order-statistic interval"),
        ("Catchable tables a week", COVERAGE, "quasi-Poisson, S(60 s)"),
        ("… naive: calendar days for observed days", None, "outages taken for quiet"),
    ]
    return [
        Finding(name, float(hits[i] / asked[i]), int(asked[i]), required, note)
        for i, (name, required, note) in enumerate(names)
    ]


def closed_only_median_interval(closed_seconds: np.ndarray) -> tuple[float, float]:
    """The usual 95 % interval of a median (order statistics) of what was seen to close."""
    n = closed_seconds.size
    if n < 6:
        return float("nan"), float("nan")
    ordered = np.sort(closed_seconds)
    below = int(stats.binom.ppf(0.025, n, 0.5))
    return float(ordered[below - 1]), float(ordered[n - below])


def trends(worlds: int, seed: int) -> list[Finding]:
    """The weekly trend over 13 weeks whose watching improves from half to all of the time."""
    rng = np.random.default_rng(seed)
    covered, naive_covered, asked = 0, 0, 0
    weeks = np.arange(13, dtype=np.float64)
    for _ in range(worlds):
        slope = rng.uniform(-0.08, 0.08)
        level = rng.uniform(4, 30)
        days = 7 * np.clip(np.linspace(0.55, 1.0, 13) + rng.uniform(-0.05, 0.05, 13), 0.5, 1.0)
        mean = level * np.exp(slope * (weeks - 6)) * days / 7
        counts = clustered_counts(rng, mean, rng.uniform(1.0, 3.0))
        found, naive = weekly_trend(counts, days), weekly_trend(counts, np.full(13, 7.0))
        if found is None or naive is None:
            continue
        asked += 1
        covered += found.lower <= np.expm1(slope) <= found.upper
        naive_covered += naive.lower <= np.expm1(slope) <= naive.upper
    return [
        Finding(
            "Trend, change a week", covered / asked, asked, COVERAGE, "quasi-Poisson, exposure"
        ),
        Finding(
            "… naive: weeks as if fully watched", naive_covered / asked, asked, None, "no exposure"
        ),
    ]


def flat_worlds(worlds: int, seed: int, venues: int = 50) -> list[Finding]:
    """ "Getting harder" among venues of which none is: the share of venues called so."""
    rng = np.random.default_rng(seed)
    called, called_unadjusted, asked = 0, 0, 0
    for _ in range(worlds):
        found = []
        for _ in range(venues):
            days = 7 * rng.uniform(0.6, 1.0, 10)
            mean = rng.uniform(2, 30) * days / 7
            found.append(weekly_trend(clustered_counts(rng, mean, rng.uniform(1.0, 3.0)), days))
        asked += sum(trend is not None for trend in found)
        called += sum(label is Direction.HARDER for label in trend_labels(found))
        called_unadjusted += sum(
            trend is not None and trend.p_value <= 0.05 and trend.change_per_week < 0
            for trend in found
        )
    return [
        Finding('"Getting harder" on flat worlds', called / asked, asked, (0.0, 0.05), "venues"),
        Finding(
            "… naive: each venue asked alone",
            called_unadjusted / asked,
            asked,
            None,
            "without Benjamini–Hochberg",
        ),
    ]


def spikes(worlds: int, seed: int) -> list[Finding]:
    """A Friday at twice the Fridays' level after eight Fridays, and one at their level."""
    rng = np.random.default_rng(seed)
    found, false, naive_false = 0, 0, 0
    for _ in range(worlds):
        level, dispersion = rng.uniform(60, 600), rng.uniform(1.0, 4.0)
        shares = rng.uniform(0.6, 1.0, 8)
        past = clustered_counts(rng, level * shares, dispersion)
        share = rng.uniform(0.6, 1.0)
        for factor in (2.0, 1.0):
            drops = int(clustered_counts(rng, np.array([factor * level * share]), dispersion)[0])
            compared = day_against_weekday(drops, share, past, shares)
            is_spike = compared is not None and compared.is_spike
            if factor == 2:
                found += is_spike
            else:
                false += is_spike
                naive_false += drops > past.mean() + 2 * past.std(ddof=1)
    return [
        Finding("Spike at twice the weekday's level found", found / worlds, worlds, (0.8, 1.0)),
        Finding("False alarms on ordinary days", false / worlds, worlds, (0.0, 0.05)),
        Finding("… naive: counts above mean + 2 sd", naive_false / worlds, worlds, None),
    ]


def ranks(worlds: int, seed: int) -> list[Finding]:
    """Joint rank bands over 28 and over 90 days."""
    return ranks_over(worlds, seed, DAYS) + ranks_over(worlds, seed, 90)


def ranks_over(worlds: int, seed: int, days: int, venues: int = 60) -> list[Finding]:
    """Joint rank bands of 60 venues: the share of worlds with every true rank inside."""
    rng = np.random.default_rng(seed)
    confidence = joint_confidence(venues)
    all_inside, width, single_inside = 0, 0.0, 0
    for _ in range(worlds):
        per_day = np.exp(rng.uniform(np.log(0.05), np.log(4.0), venues))
        share = rng.uniform(0.2, 0.9, venues)
        dispersion = rng.uniform(1.0, 2.5)
        exposure = outages(rng, days)
        watched = exposure > 0
        counts = clustered_counts(rng, per_day[:, None] * exposure[watched], dispersion)
        drops = counts.sum(axis=1)
        lasting = rng.binomial(drops.astype(np.int64), share)
        with np.errstate(divide="ignore", invalid="ignore"):
            survival = lasting / drops
            log_variance = (1 - survival) / lasting
        sums = (
            drops,
            np.full(venues, exposure.sum()),
            (counts**2 / exposure[watched]).sum(axis=1),
            np.full(venues, watched.sum()),
            np.nan_to_num(survival),
            np.nan_to_num(log_variance, nan=np.inf),
        )
        truth = stats.rankdata(per_day * share, method="min")
        for level, is_joint in ((confidence, True), (0.95, False)):
            rates = catchable_rates(*sums, confidence=level)
            bands = rank_bands(rates.per_week, rates.lower, rates.upper)
            inside = all(
                band.best <= rank <= band.worst for band, rank in zip(bands, truth, strict=True)
            )
            if is_joint:
                all_inside += inside
                width += float(np.mean([band.worst - band.best + 1 for band in bands]))
            else:
                single_inside += inside
    return [
        Finding(
            f"Joint rank bands hold all true ranks, {days} days",
            all_inside / worlds,
            worlds,
            (0.95, 1.0),
            f"mean width {width / worlds:.1f} of {venues} ranks",
        ),
        Finding("… naive: bands from single 95 % intervals", single_inside / worlds, worlds, None),
    ]


def confounded_conversion(worlds: int, seed: int, venues: int = 25) -> list[Finding]:
    """Saving a venue multiplies conversion by a known ratio; easy venues are saved more often.

    Users get many alerts each and differ: in which venues they saved, once and for all, and in how
    keen they are on booking at all.
    """
    rng = np.random.default_rng(seed)
    covered, alerts_covered, crude_covered, asked = 0, 0, 0, 0
    for _ in range(worlds):
        ratio = rng.choice([1.0, 1.5, 2.0])
        users, venue, is_prime, is_saved, chance = alerts_of_users(rng, venues, ratio)
        is_booked = rng.random(len(users)) < chance
        entries = np.stack(
            [is_saved & is_booked, is_saved, ~is_saved & is_booked, ~is_saved], axis=1
        ).astype(np.int64)
        strata = 2 * venue + is_prime
        found = compared_by_users(users, strata, entries)
        tables = np.stack([np.bincount(strata, weights=column) for column in entries.T], axis=1)
        of_alerts = mantel_haenszel([Stratum(*row) for row in tables.astype(np.int64).tolist()])
        if found.adjusted is None or found.adjusted.share_ratio_interval is None:
            continue
        if found.crude is None or found.crude.interval is None:
            continue
        if of_alerts is None or of_alerts.share_ratio_interval is None:
            continue
        asked += 1
        low, high = found.adjusted.share_ratio_interval
        covered += low <= ratio <= high
        low, high = of_alerts.share_ratio_interval
        alerts_covered += low <= ratio <= high
        crude_covered += found.crude.interval[0] <= ratio <= found.crude.interval[1]
    return [
        Finding(
            "Conversion ratio, like with like",
            covered / asked,
            asked,
            CONVERSION_COVERAGE,
            "Mantel–Haenszel, users as the unit",
        ),
        Finding(
            "… naive: alerts as the unit", alerts_covered / asked, asked, None, "one user, one fate"
        ),
        Finding("… naive: crude ratio", crude_covered / asked, asked, None, "venues mixed"),
    ]


def alerts_of_users(
    rng: np.random.Generator, venues: int, ratio: float, n_users: int = 300, alerts: int = 4000
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, Floats]:
    """Alerts, one an element: user, venue, is_prime, is_saved, and the chance of a booking."""
    base = np.exp(rng.uniform(np.log(0.01), np.log(0.22), (venues, 1))) * rng.uniform(
        0.8, 1.2, (venues, 2)
    )
    saved_share = np.clip(4 * base.mean(axis=1), 0.05, 0.8)
    # Some save many venues and some hardly any; some book anything and some hardly anything.
    fondness = rng.uniform(0.2, 1.8, n_users)
    keenness = rng.uniform(0.2, 1.8, n_users)
    has_saved = rng.random((n_users, venues)) < np.minimum(fondness[:, None] * saved_share, 0.95)
    users = rng.choice(n_users, alerts, p=rng.dirichlet(np.full(n_users, 2.0)))
    venue = rng.integers(venues, size=alerts)
    is_prime = rng.integers(2, size=alerts)
    is_saved = has_saved[users, venue]
    chance = base[venue, is_prime] * keenness[users] * np.where(is_saved, ratio, 1.0)
    return users, venue, is_prime, is_saved, chance


EXPERIMENTS: tuple[tuple[Callable[[int, int], list[Finding]], int], ...] = (
    (durations_and_rates, 1),
    (trends, 1),
    (flat_worlds, 5),
    (spikes, 1),
    (ranks, 2),
    (confounded_conversion, 1),
)
"""Each experiment, and how many times fewer worlds it takes (its worlds hold many venues)."""


def run(worlds: int, seed: int = SEED) -> list[Finding]:
    """All experiments over `worlds` worlds each (fewer where a world holds many venues)."""
    findings = []
    for index, (experiment, fewer) in enumerate(EXPERIMENTS):
        findings += experiment(max(worlds // fewer, min(worlds, 20)), seed + index)
    return findings


def report(findings: list[Finding], worlds: int, seed: int = SEED) -> str:
    """The findings as the Markdown page that is committed."""

    def row(finding: Finding) -> str:
        required, verdict = "", ""
        if finding.required is not None:
            low, high = finding.required
            required = f"{low * 100:.0f}–{high * 100:.0f} %"
            verdict = "yes" if finding.passes else "**no**"
        share = f"{finding.share * 100:.1f} %"
        cells = (finding.name, share, f"{finding.n:,}", required, verdict, finding.note)
        return f"| {' | '.join(cells)} |"

    lines = [
        "# Truth recovered",
        "",
        "Written by `python -m bench.truth`; simulated worlds, not real venues.",
        "",
        f"Formula version {FORMULA_VERSION}, seed {seed}, {worlds:,} worlds (fewer where a world",
        "holds many venues). Each line is the share of worlds in which a 95 % interval holds the",
        "truth the world was drawn from, or of venues or days that got a label, as its name says.",
        "Lines that begin with … are the naive way, shown for what it costs; they promise nothing.",
        "",
        "| question | share | trials | must lie in | does | how |",
        "|---|---|---|---|---|---|",
        *(row(finding) for finding in findings),
        "",
        "The worlds: a venue has 28 days, of which a tenth are unwatched and a fifth watched in",
        "part; one to five drops a day with up to three times Poisson's variance; a median open",
        "duration of 40 s to 10 min (Weibull); about a third of the drops censored. Trends run",
        "over 13 weeks, in which the watching grows from half to all of the time. A spike follows",
        "eight of the same weekday with up to four times Poisson's variance. Conversion worlds",
        "have 25 venues with two dayparts and 300 users; the easier a venue, the more often it is",
        "saved; users differ in how much they save and in how much they book.",
        "",
    ]
    return "\n".join(lines)


def main() -> int:
    """Runs all experiments, writes the report and says which promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=WORLDS, help="worlds an experiment")
    parser.add_argument("--out", type=Path, default=REPORT, help="where to write the report")
    arguments = parser.parse_args()
    findings = run(arguments.worlds)
    text = report(findings, arguments.worlds)
    arguments.out.write_text(text, encoding="utf-8")
    print(text)
    broken = [finding.name for finding in findings if not finding.passes]
    if broken:
        print(f"broken: {'; '.join(broken)}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
