"""What goes out: JSON in which numbers are numbers, undefined is null and times end in Z."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
import pandas as pd
from starlette.responses import Response

OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_SERIALIZE_NUMPY


class JsonResponse(Response):
    """A JSON body; orjson writes `nan` and infinity as null."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return orjson.dumps(content, default=_plain, option=OPTIONS)


def records(frame: pd.DataFrame, whole_numbers: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The rows of a frame; `whole_numbers` are columns that `nan` had made floating-point."""
    frame = frame.astype(dict.fromkeys(whole_numbers, "Int64"))
    rows: list[dict[str, Any]] = frame.to_dict("records")
    return rows


def _plain(value: object) -> datetime | None:
    if value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, pd.Timestamp):
        moment: datetime = value.to_pydatetime()
        return moment
    raise TypeError(f"{type(value).__name__} has no JSON")
