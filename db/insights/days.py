"""A market's days: each against the same weekday before, its weeks, its neighborhoods."""

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from db.engine import Engine
from db.insights.frames import frame
from db.insights.market import progress
from db.insights.supply import spikes
from db.insights.watched import watched_market
from db.market_days import SPIKE_WEEKS, WEEK, daily_drops
from db.watching import dates_between
from metrics.proportions import wilson_interval
from metrics.rates import last_against_previous
from metrics.spikes import usual_range
from metrics.volatility import index_of_dispersion

DAY = timedelta(days=1)


def market_days(
    engine: Engine, market_id: str, first: date, last: date, *, now: datetime
) -> pd.DataFrame:
    """The market's days from its first one, or `first`, through `last`, oldest first.

    Columns: window_date, drops, prime_time_drops, off_peak_drops, coverage_rate,
    is_coverage_assumed and, of the same weekday in the 8 weeks before: usual (drops of a whole
    day), lowest, highest (what would not stand out; `nan` where fewer than 4 of them were watched);
    is_spike. Raises `UnknownMarketError`.
    """
    columns = ["window_date", "drops", "prime_time_drops", "off_peak_drops", "coverage_rate"]
    columns += ["is_coverage_assumed", "usual", "lowest", "highest", "is_spike"]
    with engine.connect() as connection:
        market = watched_market(connection, market_id, now)
        if market is None or last < market.first_date:
            return pd.DataFrame(columns=columns)
        first = max(first, market.first_date)
        found = daily_drops(connection, market, first - SPIKE_WEEKS * WEEK, last)
    at = np.arange(found.at(first), found.at(last) + 1)
    back = 7 * np.arange(1, SPIKE_WEEKS + 1)
    usual = [
        usual_range(found.new_drops[day - back], found.exposure[day - back]) or (np.nan,) * 3
        for day in at
    ]
    spiky = spikes(engine, market_id, first, last)
    spike_days = set(spiky.loc[spiky["is_spike"].astype(bool), "window_date"])
    days = dates_between(first, last)
    return pd.DataFrame(
        {
            "window_date": days,
            "drops": found.new_drops[at],
            "prime_time_drops": found.prime[at],
            "off_peak_drops": found.off_peak[at],
            "coverage_rate": found.exposure[at],
            "is_coverage_assumed": found.is_assumed[at],
            "usual": [of_day[0] for of_day in usual],
            "lowest": [of_day[1] for of_day in usual],
            "highest": [of_day[2] for of_day in usual],
            "is_spike": [day in spike_days for day in days],
        }
    )


def prime_shares(days: pd.DataFrame, *, since: date | None = None) -> pd.DataFrame:
    """By week of the rows of `market_days`: the share of tables that were for prime time.

    Columns: week_date (its Monday), drops, prime_time_drops, prime_rate, lower, upper (95 %; `nan`
    without a drop), days (of it that are in the rows, those before `since` left out: on them the
    looking had not begun, or began).
    """
    monday = [day - day.weekday() * DAY for day in days["window_date"]]
    weeks = (
        days.assign(
            week_date=monday,
            days=[int(since is None or day >= since) for day in days["window_date"]],
        )
        .groupby("week_date")[["drops", "prime_time_drops", "days"]]
        .sum()
        .reset_index()
    )
    intervals = [
        wilson_interval(int(row.prime_time_drops), int(row.drops)) or (np.nan, np.nan)
        for row in weeks.itertuples()
    ]
    return weeks.assign(
        prime_rate=weeks["prime_time_drops"] / weeks["drops"].where(weeks["drops"] > 0),
        lower=[low for low, _ in intervals],
        upper=[high for _, high in intervals],
    )


def neighborhood_days(engine: Engine, market_id: str, first: date, last: date) -> pd.DataFrame:
    """Tables of each neighborhood on each day they opened: neighborhood (None: not known),
    window_date, drops, prime_time_drops. Days without a drop are absent. Raises
    `UnknownMarketError`."""
    progress(engine, market_id)
    return frame(
        engine,
        "insight_neighborhood_days",
        market_id=market_id,
        start_date=first,
        end_date=last,
    )


def neighborhoods_compared(
    engine: Engine, market_id: str, last: date, *, days: int, now: datetime
) -> pd.DataFrame:
    """The market's neighborhoods over the days that end on `last`, most tables first.

    Columns: neighborhood (None: not known), venue_count (that opened a table), drops,
    prime_time_drops, prime_rate, change_ratio (all tables of the last 7 days over the 7 before, per
    watched day; `nan` where undefined), change_lower, change_upper. Raises `UnknownMarketError`.
    """
    columns = ["neighborhood", "venue_count", "drops", "prime_time_drops", "prime_rate"]
    columns += ["change_ratio", "change_lower", "change_upper"]
    first = last - (days - 1) * DAY
    with engine.connect() as connection:
        market = watched_market(connection, market_id, now)
        if market is None:
            return pd.DataFrame(columns=columns)
        fortnight = dates_between(last - 13 * DAY, last)
        watched = market.exposure(connection, fortnight[0], last).tolist()
    counted = neighborhood_days(engine, market_id, min(first, fortnight[0]), last)
    venues = frame(
        engine,
        "insight_neighborhood_venues",
        market_id=market_id,
        start_date=first,
        end_date=last,
    ).set_index("neighborhood")["venue_count"]
    rows = []
    for name, own in counted.groupby("neighborhood", dropna=False):
        inside = own[own["window_date"] >= first]
        drops, prime = int(inside["drops"].sum()), int(inside["prime_time_drops"].sum())
        if drops == 0:
            continue
        daily = own.set_index("window_date")["drops"].reindex(fortnight, fill_value=0).tolist()
        change = last_against_previous(daily[7:], watched[7:], daily[:7], watched[:7])
        ratio, low, high = np.nan, np.nan, np.nan
        if change is not None:
            ratio = np.nan if change.ratio is None else change.ratio
            low, high = change.lower, change.upper
        rows.append(
            (
                None if pd.isna(name) else name,
                int(venues.loc[name] if pd.notna(name) else venues[venues.index.isna()].sum()),
                drops,
                prime,
                prime / drops,
                ratio,
                low,
                high,
            )
        )
    return (
        pd.DataFrame(rows, columns=columns)
        .sort_values(["drops", "neighborhood"], ascending=[False, True], kind="stable")
        .reset_index(drop=True)
    )


def lead_times(engine: Engine, market_id: str, first: date, last: date) -> pd.DataFrame:
    """How many local days ahead tables opened, from `first` through `last`: lead_days, drops,
    prime_time_drops. Raises `UnknownMarketError`."""
    progress(engine, market_id)
    return frame(engine, "insight_lead_times", market_id=market_id, start_date=first, end_date=last)


def weekday_sides(days: pd.DataFrame) -> pd.DataFrame:
    """Prime and off-peak tables per watched day, by weekday, of the rows of `market_days`.

    Columns: weekday (0 is Monday), prime, off_peak (`nan` where nobody watched), prime_time_drops,
    off_peak_drops, observed_days; prime_dispersion, off_peak_dispersion (from one such weekday to
    the next, `nan` where undefined) with prime_dispersion_p, off_peak_dispersion_p.
    """
    sums = (
        days[days["coverage_rate"] > 0]
        .assign(
            weekday=[day.weekday() for day in days.loc[days["coverage_rate"] > 0, "window_date"]]
        )
        .groupby("weekday")[["prime_time_drops", "off_peak_drops", "coverage_rate"]]
        .sum()
        .reset_index()
        .rename(columns={"coverage_rate": "observed_days"})
    )
    sums = sums.assign(
        prime=sums["prime_time_drops"] / sums["observed_days"],
        off_peak=sums["off_peak_drops"] / sums["observed_days"],
    )
    weekdays = pd.Series([day.weekday() for day in days["window_date"]], index=days.index)
    for side, column in (("prime", "prime_time_drops"), ("off_peak", "off_peak_drops")):
        tests = [
            index_of_dispersion(own[column], own["coverage_rate"])
            for own in (days[weekdays == weekday] for weekday in sums["weekday"])
        ]
        sums[f"{side}_dispersion"] = [np.nan if test is None else test.index for test in tests]
        sums[f"{side}_dispersion_p"] = [np.nan if test is None else test.p_value for test in tests]
    return sums


def live_counts(engine: Engine, market_id: str, now: datetime) -> pd.DataFrame:
    """Tables open at `now` by the night they are for: slot_date, prime, off_peak. As of
    `live_drops`, but all of them. Raises `UnknownMarketError`."""
    progress(engine, market_id)
    return frame(engine, "insight_live_counts", market_id=market_id, now=now)
