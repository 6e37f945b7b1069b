"""Frames for figures: what is not there yet, or was not watched, is not zero."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from dashboard.shapes import cells_of, matched_weeks, weeks_by_neighborhood
from db.insights import WeekdayHours


def test_weeks_are_matched_weekday_by_weekday_and_hold_nothing_of_days_to_come() -> None:
    monday = date(2026, 11, 16)
    frame = pd.DataFrame(
        {
            "window_date": [monday + timedelta(days=k) for k in range(-7, 3)],
            "drops": range(10),
            "coverage_rate": [1.0] * 7 + [0.3, 1.0, 1.0],
            "usual": [5.0] * 10,
        }
    )
    weeks = matched_weeks(frame, monday + timedelta(days=2))
    assert weeks["last_week"].tolist() == list(range(7))
    assert weeks["this_week"].isna().tolist() == [True, False, False, True, True, True, True]
    assert weeks["usual"].tolist() == [5.0] * 7


def test_cells_nobody_watched_are_not_zero() -> None:
    watched = np.ones((7, 24))
    watched[2, 5] = 0
    cells = cells_of(WeekdayHours("opened_hour", np.full((7, 24), 3), watched, False), 7)
    unwatched = cells[~cells["is_watched"]]
    assert unwatched[["weekday", "hour"]].to_numpy().tolist() == [[2, 5]]
    assert unwatched["drops"].isna().all()


def test_only_whole_weeks_stand_in_the_small_multiples_and_quiet_ones_are_zero() -> None:
    first = date(2026, 11, 4)  # a Wednesday
    counted = pd.DataFrame(
        {
            "neighborhood": ["SoHo"] * 3 + ["NoHo"],
            "window_date": [first, *[date(2026, 11, day) for day in (9, 15, 17)]],
            "drops": [5, 3, 4, 2],
        }
    )
    weeks = weeks_by_neighborhood(counted, first, date(2026, 11, 22))
    assert weeks.to_numpy().tolist() == [
        ["NoHo", date(2026, 11, 9), 0],
        ["NoHo", date(2026, 11, 16), 2],
        ["SoHo", date(2026, 11, 9), 7],
        ["SoHo", date(2026, 11, 16), 0],
    ]
    assert weeks_by_neighborhood(counted, first, first).empty
