"""The survival curve of every calendar of the shared data, against statsmodels."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from metrics.survival import median_seconds, survival_curve
from metrics.survival_ranges import none_if_nan, survival_of_ranges

POLL_SECONDS = 900


@pytest.fixture(scope="module")
def drops(shared_data: Path) -> pd.DataFrame:
    """One row a drop: venue, seconds known to have been open, whether it was taken."""
    events = pd.read_parquet(
        shared_data / "office_2021w28-29" / "drop_events.parquet",
        columns=["event_type", "venue_id", "slot_id", "slot_at", "opened_at", "occurred_at"],
    )
    key = ["venue_id", "slot_id", "opened_at"]
    opened = events[events.event_type == "NEW_DROP"].drop_duplicates(key)
    closed = events[events.event_type == "CLOSED"].drop_duplicates(key)
    joined = opened.merge(closed[[*key, "occurred_at"]], on=key, how="left", suffixes=("", "_end"))
    joined["is_taken"] = joined.occurred_at_end.notna() & (joined.occurred_at_end < joined.slot_at)
    last_seen = joined.slot_at.clip(upper=events.occurred_at.max())
    end = joined.occurred_at_end.where(joined.is_taken, last_seen)
    joined["seconds"] = (end - joined.opened_at).dt.total_seconds().astype(np.int64)
    return joined[["venue_id", "seconds", "is_taken"]].sort_values("venue_id")


def test_every_calendars_curve_and_median_are_statsmodels(drops: pd.DataFrame) -> None:
    compared = 0
    for _, venue in drops.groupby("venue_id"):
        seconds, taken = venue.seconds.to_numpy(), venue.is_taken.to_numpy()
        curve = survival_curve(seconds[taken], seconds[~taken], resolution_seconds=POLL_SECONDS)
        assert curve is not None
        expected = SurvfuncRight(seconds, taken.astype(int))
        has_events = expected.n_events > 0
        assert curve.times_seconds == pytest.approx(expected.surv_times[has_events])
        assert curve.survival == pytest.approx(expected.surv_prob[has_events], abs=1e-9)
        at_half = expected.surv_times[expected.surv_prob <= 0.5 + 1e-9]
        assert curve.median_seconds == (at_half[0] if at_half.size else None)
        compared += 1
    assert compared == drops.venue_id.nunique() == 234


def test_all_calendars_at_once_give_the_same_medians(drops: pd.DataFrame) -> None:
    sizes = drops.groupby("venue_id").size()
    ends = sizes.cumsum().to_numpy()
    found = survival_of_ranges(drops.seconds, drops.is_taken, ends - sizes, ends, (POLL_SECONDS,))
    for row, (_, venue) in enumerate(drops.groupby("venue_id")):
        seconds, taken = venue.seconds.to_numpy(), venue.is_taken.to_numpy()
        curve = survival_curve(seconds[taken], seconds[~taken])
        assert curve is not None
        assert none_if_nan(found.median_seconds[row]) == curve.median_seconds
        assert (none_if_nan(found.median_lower[row]), none_if_nan(found.median_upper[row])) == (
            curve.median_interval or (None, None)
        )
        if found.is_followed[row, 0]:
            assert found.survival[row, 0] == pytest.approx(curve.at(POLL_SECONDS))


def test_leaving_out_what_stayed_only_ever_makes_calendars_look_harder(
    drops: pd.DataFrame,
) -> None:
    shortened = 0
    for _, venue in drops.groupby("venue_id"):
        seconds, taken = venue.seconds.to_numpy(), venue.is_taken.to_numpy()
        curve = survival_curve(seconds[taken], seconds[~taken])
        naive = median_seconds(seconds[taken], [])
        assert curve is not None
        if naive is not None and curve.median_seconds is not None:
            assert naive <= curve.median_seconds
            shortened += naive < curve.median_seconds
    assert shortened > 30
