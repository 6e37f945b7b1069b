"""What the page This week tables."""

import pandas as pd

from dashboard.week_answers import MOVERS, movers


def trends(*labels: str | None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "venue_id": [f"v{k}" for k in range(len(labels))],
            "name": [f"V{k}" for k in range(len(labels))],
            "change_per_week": -0.1,
            "lower": -0.15,
            "upper": -0.05,
            "tables": 100,
            "label": list(labels),
        }
    )


def test_a_few_certain_trends_are_all_in_the_table() -> None:
    few = movers(trends("getting harder", None, "getting easier"))
    assert few is not None
    assert few.table["Venue"].to_pylist() == ["[V0](./venue?venue=v0)", "[V2](./venue?venue=v2)"]
    assert few.footnote == ""
    assert movers(trends(None, None)) is None


def test_of_many_certain_trends_the_first_are_in_the_table_and_the_others_a_click_away() -> None:
    many = movers(trends(*["getting harder"] * 300))
    assert many is not None
    assert len(many.table) == MOVERS
    assert many.footnote == (
        "The 10 that moved furthest of 300 venues. "
        "All of them: [getting harder](./hardest?mode=getting+harder)."
    )
    both = movers(trends(*["getting harder", "getting easier"] * 6))
    assert both is not None
    assert both.footnote.endswith("and [getting easier](./hardest?mode=getting+easier).")
