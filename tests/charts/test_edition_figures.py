"""The pictures of an edition, from its frozen facts."""

from datetime import date, timedelta
from typing import Any

from charts.edition import edition_figures
from charts.look import LIGHT
from tests.charts.plotly_figure import validated

SUNDAY = date(2026, 11, 22)


def facts(**of_fourth_last: Any) -> dict[str, Any]:
    """An edition of two weeks of days; the third of them is one no scans tell all of."""
    days = [
        {
            "window_date": (SUNDAY - timedelta(days=back)).isoformat(),
            "drops": 24,
            "usual": 24.0,
            "lowest": 15.0,
            "highest": 34.0,
            "is_spike": False,
            "coverage_rate": 1.0,
            "is_coverage_assumed": back == 11,
            **(of_fourth_last if back == 3 else {}),
        }
        for back in reversed(range(14))
    ]
    return {
        "first_date": (SUNDAY - timedelta(days=6)).isoformat(),
        "last_date": SUNDAY.isoformat(),
        "is_simulated": False,
        "headline": "A finding",
        "coverage": {"rate": 0.9, "is_assumed": True},
        "days": days,
        "hardest": [],
    }


def test_a_gap_is_kept_beside_a_day_no_scans_tell_of() -> None:
    (picture,) = edition_figures(facts(coverage_rate=0.17))
    line = next(
        trace for trace in validated(picture.draw(LIGHT, None)).data if trace.customdata is not None
    )
    assert [count is None for count in line.y] == [back == 3 for back in reversed(range(14))]
    assert "watched" not in line.customdata[2]
    assert line.customdata[10].endswith("watched 17 % of the day")


def test_the_week_that_the_headline_is_about_is_marked() -> None:
    (picture,) = edition_figures(facts())
    figure = validated(picture.draw(LIGHT, None))
    (band,) = figure.layout.shapes
    assert str(band.x0).startswith("2026-11-15")
    assert str(band.x1).startswith("2026-11-22")
    assert "the week" in [note.text for note in figure.layout.annotations]
    assert "the week shaded" in picture.caption.subtitle


def test_an_older_spike_in_the_picture_is_said_to_be_older() -> None:
    told = facts()
    for back in (8, 7):
        told["days"][13 - back].update(is_spike=True, drops=90)
    told["days"][13 - 2].update(is_spike=True, drops=70)
    (picture,) = edition_figures(told)
    assert picture.caption.subtitle.endswith(
        "What stands out on Sat, Nov 14 to Sun, Nov 15 is older than the week."
    )
    labels = [note.text for note in validated(picture.draw(LIGHT, None)).layout.annotations]
    assert "Sat, Nov 14 to Sun, Nov 15: up to 90" in labels
    assert "older" not in edition_figures(facts())[0].caption.subtitle
