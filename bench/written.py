"""What `bench.worlds` notes about its files, for those who read them without what writes them."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

YEAR_VENUES = 5_000
DAYS_KEPT = 22  # raw events, by the settings' retention
LOT = 1_000  # events of one tick
LOTS = 9


@dataclass(frozen=True)
class Written:
    """What the files of a folder hold; `ends_at` is after everything in them."""

    events: int
    venues: int
    days: int
    ends_at: datetime
    market_id: str
    timezone: str


def read_written(folder: Path) -> Written:
    """What was noted about the folder."""
    noted = json.loads((folder / "written.json").read_text())
    return Written(**{**noted, "ends_at": datetime.fromisoformat(noted["ends_at"])})
