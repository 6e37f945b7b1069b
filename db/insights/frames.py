"""From a named statement to a DataFrame."""

from typing import Any

import pandas as pd

from db.engine import Engine
from db.queries import run

FLOAT8 = 701  # PostgreSQL's number for the type double precision


def frame(engine: Engine, name: str, **parameters: Any) -> pd.DataFrame:
    """The rows of `db/queries/<name>.sql`; the columns are there even when no row is.

    A double precision is a float64 whose undefined values are `nan`, even when all of them are.
    """
    with engine.connect() as connection:
        result = run(connection, name, **parameters)
        assert result.cursor is not None
        described = result.cursor.description or ()
        doubles = [column[0] for column in described if column[1] == FLOAT8]
        # Of rows that are not plain tuples pandas asks each a dozen times what else they might be.
        rows = pd.DataFrame(list(map(tuple, result)), columns=list(result.keys()))
    return rows.astype(dict.fromkeys(doubles, "float64"))
