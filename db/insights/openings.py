"""One venue's openings, a row each: when its tables open, and for when."""

from datetime import date

import pandas as pd

from db.engine import Engine
from db.insights.frames import frame
from db.insights.venues import venue


def venue_openings(engine: Engine, venue_id: str, first: date, last: date) -> pd.DataFrame:
    """The venue's drops that opened from `first` through `last`, one row each, in the order in
    which `release_clock` tells releases from cancellations over the same days.

    Columns: opened_minute (local, 0 to 1439), opened_date, lead_days, slot_date, slot_hour. Raises
    `UnknownVenueError`.
    """
    venue(engine, venue_id)
    return frame(engine, "insight_openings", venue_id=venue_id, start_date=first, end_date=last)
