"""What editors wrote beside days: annotations of a market and of all markets."""

import pandas as pd

from db.engine import Engine
from db.insights.frames import frame


def annotations(engine: Engine, market_id: str | None = None) -> pd.DataFrame:
    """The annotations of a market, those of all markets among them; without a market, every one.

    Columns, the earliest days first: annotation_id, market_id (None: all markets), first_date,
    last_date (local days, both included), text, added_by, added_at (UTC).
    """
    return frame(engine, "insight_annotations", market_id=market_id)
