"""The figures about the market: of nothing, of one row, of many, and what they must not hide."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from charts.clock import clock_figure
from charts.figure import Figure
from charts.heatmap import weekday_hour_figure
from charts.lead import lead_time_figure
from charts.look import DARK, LIGHT, Caption, Look
from charts.market_days import market_days_figure
from charts.multiples import multiples_figure
from charts.nights import nights_figure
from charts.pairs import paired_dots_figure
from charts.prime_share import prime_share_figure
from charts.slopes import MOST_BEHIND, drawn_words, lines_words, slopes_figure
from charts.weeks import weeks_figure
from metrics.release_clock import release_clock
from tests.charts.plotly_figure import validated

FIRST = date(2026, 11, 2)  # a Monday
CAPTION = Caption("A finding", "A measure", "A source; simulated data")


def days(number: int) -> pd.DataFrame:
    """Days of a hundred tables, where eighty to a hundred and twenty are usual."""
    return pd.DataFrame(
        {
            "window_date": [FIRST + timedelta(days=k) for k in range(number)],
            "drops": [100] * number,
            "usual": [100.0] * number,
            "lowest": [80.0] * number,
            "highest": [120.0] * number,
            "is_spike": [False] * number,
            "coverage_rate": [1.0] * number,
        }
    )


def weeks(rows: int) -> pd.DataFrame:
    """A week against another; `rows` days of this one are there."""
    return pd.DataFrame(
        {
            "weekday": range(7 if rows else 0),
            "this_week": [10.0 if k < rows else None for k in range(7 if rows else 0)],
            "last_week": [12.0] * (7 if rows else 0),
            "usual": [11.0] * (7 if rows else 0),
        }
    )


def trends(rows: int) -> pd.DataFrame:
    """Trends of venues v0, v1 …, the first getting harder, the second easier."""
    labels = ["getting harder", "getting easier"] + [None] * rows
    return pd.DataFrame(
        {
            "name": [f"v{k}" for k in range(rows)],
            "change_per_week": [(-0.1, 0.1, 0.01)[min(k, 2)] for k in range(rows)],
            "lower": [-0.2] * rows,
            "upper": [0.2] * rows,
            "weeks": [12] * rows,
            "label": labels[:rows],
        }
    )


def nights(rows: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "slot_date": [FIRST + timedelta(days=2 * k) for k in range(rows)],
            "prime": [3] * rows,
            "off_peak": [2] * rows,
        }
    )


def neighborhood_weeks(rows: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "neighborhood": [None if k % 5 == 4 else f"n{k % 5}" for k in range(rows)],
            "week_date": [FIRST + timedelta(weeks=k // 5) for k in range(rows)],
            "drops": [5 * k for k in range(rows)],
        }
    )


def pairs(rows: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "weekday": range(rows),
            "prime": [100.0 + k for k in range(rows)],
            "off_peak": [300.0 if k % 2 else None for k in range(rows)],
        }
    )


def leads(rows: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "lead_days": [2 * k for k in range(rows)],
            "drops": [9] * rows,
            "prime_time_drops": [4] * rows,
        }
    )


def shares(rows: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "week_date": [FIRST + timedelta(weeks=k) for k in range(rows)],
            "drops": [100] * rows,
            "prime_rate": [0.6] * rows,
            "lower": [0.5] * rows,
            "upper": [0.7] * rows,
            "days": [7] * rows,
        }
    )


def clock(rows: int, look: Look, said: Caption | None) -> Figure:
    minutes, openings = np.full(rows, 600), np.arange(rows)
    return clock_figure(minutes, release_clock(minutes, openings, openings * 0), look, said)


DRAWN: dict[str, Callable[[int, Look, Caption | None], Figure]] = {
    "market days": lambda n, look, said: market_days_figure(days(n), look, said),
    "weeks": lambda n, look, said: weeks_figure(weeks(min(n, 7)), look, said),
    "slopes": lambda n, look, said: slopes_figure(trends(n), look, said, weeks=12),
    "nights": lambda n, look, said: nights_figure(nights(n), look, said, first=FIRST),
    "multiples": lambda n, look, said: multiples_figure(neighborhood_weeks(n), look, said),
    "pairs": lambda n, look, said: paired_dots_figure(
        pairs(min(n, 7)), look, said, unit="tables a day"
    ),
    "durations": lambda n, look, said: paired_dots_figure(
        pairs(min(n, 7)), look, said, unit="half are gone after", is_duration=True
    ),
    "lead": lambda n, look, said: lead_time_figure(leads(n), look, said),
    "prime share": lambda n, look, said: prime_share_figure(shares(n), look, said),
    "clock": clock,
}


def texts(figure: go.Figure) -> list[str]:
    """What is written on the figure itself."""
    return [note.text.replace("<br>", " ") for note in figure.layout.annotations]


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("rows", [0, 1, 12])
@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_is_drawn_of_nothing_of_one_row_and_of_many(
    name: str, rows: int, look: Look
) -> None:
    for caption in (None, CAPTION):
        figure = validated(DRAWN[name](rows, look, caption))
        written = figure.to_json()
        assert "NaN" not in written
        assert figure.layout.template.layout.paper_bgcolor == look.page
        assert (CAPTION.source in written) is (caption is not None)


@pytest.mark.parametrize("name", DRAWN)
def test_nothing_to_draw_is_said_in_words(name: str) -> None:
    figure = validated(DRAWN[name](0, LIGHT, None))
    assert not figure.data
    (said,) = texts(figure)
    assert said.endswith(".")


def test_spikes_on_neighbouring_days_share_one_label() -> None:
    rows = days(20)
    rows.loc[[3, 4, 12], "is_spike"] = True
    rows.loc[[3, 4, 12], "drops"] = [300, 310, 250]
    labels = texts(validated(market_days_figure(rows, LIGHT)))
    assert "Thu, Nov 5 to Fri, Nov 6: up to 310" in labels
    assert "Sat, Nov 14: 250" in labels
    assert len(labels) == 4  # and the names of the two lines


def test_a_day_nobody_watched_is_a_gap_in_the_line_and_not_a_fall() -> None:
    rows = days(9)
    rows.loc[4, ["drops", "coverage_rate"]] = [0, 0.2]
    figure = validated(market_days_figure(rows, LIGHT))
    line = next(trace for trace in figure.data if trace.customdata)
    assert line.y[4] is None
    assert not line.connectgaps
    assert "not watched" in texts(figure)


def test_the_unfinished_day_is_dashed_and_ends_the_solid_line_before() -> None:
    rows = days(5)
    figure = validated(market_days_figure(rows, LIGHT, unfinished=rows["window_date"].iloc[-1]))
    solid = next(trace for trace in figure.data if trace.customdata)
    dashed = next(trace for trace in figure.data if trace.line.dash == "dot")
    assert solid.y[-1] is None
    assert dashed.y == (100, 100)


def test_the_band_is_broken_where_too_few_weeks_were_watched() -> None:
    rows = days(9)
    rows.loc[3, ["usual", "lowest", "highest"]] = np.nan
    bands = [
        trace for trace in validated(market_days_figure(rows, LIGHT)).data if trace.fill == "toself"
    ]
    assert [len(band.x) for band in bands] == [6, 10]


def test_small_shares_get_an_axis_on_which_they_can_be_read() -> None:
    small = shares(4).assign(prime_rate=0.05, lower=0.04, upper=0.06)
    axis = validated(prime_share_figure(small, LIGHT)).layout.yaxis
    assert axis.ticktext == ("none", "5 %", "10 %")
    assert validated(prime_share_figure(shares(4), LIGHT)).layout.yaxis.ticktext[0] == "none"


def test_a_line_below_another_is_named_below_its_end() -> None:
    days = weeks(6).assign(this_week=[5.0] * 6 + [None], last_week=[20.0] * 7, usual=[19.0] * 7)
    notes = {note.text: note for note in validated(weeks_figure(days, LIGHT)).layout.annotations}
    assert notes["this week"].yanchor == "top"
    above = days.assign(this_week=[25.0] * 6 + [None])
    notes = {note.text: note for note in validated(weeks_figure(above, LIGHT)).layout.annotations}
    assert notes["this week"].yanchor == "bottom"


def test_of_a_few_trends_all_are_named_and_those_that_survive_coloured() -> None:
    figure = validated(slopes_figure(trends(5), LIGHT, weeks=12))
    named = {note.text: note.font.color for note in figure.layout.annotations}
    assert {named[f"v{k}"] for k in range(2, 5)} == {LIGHT.muted}
    assert (named["v0"], named["v1"]) == (LIGHT.accent, LIGHT.second)


def test_of_many_trends_only_those_that_survive_are_named_and_coloured() -> None:
    figure = validated(slopes_figure(trends(12), LIGHT, weeks=12))
    assert [t for t in texts(figure) if t.startswith("v")] == ["v1", "v0"]
    colors = {trace.line.color for trace in figure.data}
    assert colors == {LIGHT.accent, LIGHT.second, LIGHT.grid}
    fallen = min(trace.y[1] for trace in figure.data)
    assert fallen == pytest.approx(0.9**11)


def test_of_thousands_of_trends_a_few_traces_are_made_and_the_strongest_are_named() -> None:
    many = trends(3000).assign(
        label=["getting harder"] * 40 + [None] * 2960,
        change_per_week=[-0.001 * k for k in range(40)] + [0.01] * 2960,
    )
    figure = validated(slopes_figure(many, LIGHT, weeks=12))
    named = {text for text in texts(figure) if text.startswith("v")}
    assert named == {f"v{k}" for k in range(24, 40)}
    assert len(figure.data) == 16 + 2
    behind = figure.data[0]
    assert (behind.line.color, len(behind.x)) == (LIGHT.grid, 3 * MOST_BEHIND)
    assert drawn_words(many) == "3,000 venues, no more than about 150 of each colour drawn"


def test_of_too_many_lines_the_first_the_last_and_what_lies_between_are_drawn() -> None:
    many = trends(1001).assign(label=None, change_per_week=[k / 10_000 for k in range(1001)])
    ends = list(validated(slopes_figure(many, LIGHT, weeks=12)).data[0].y[1::3])
    assert len(ends) == MOST_BEHIND
    assert (ends[0], ends[-1]) == (1.0, pytest.approx(1.1**11))
    assert ends == sorted(ends)
    assert drawn_words(trends(12)) == "12 venues"


def test_colours_are_spoken_of_only_where_there_are_any() -> None:
    lines = "each venue's fitted change a week, as a multiple of the start, log scale; "
    assert lines_words(trends(12)).startswith(f"{lines}in colour: trends that survive")
    assert "none is in colour" in lines_words(trends(12).assign(label=None))
    assert lines_words(trends(0)) == f"{lines}no venue has enough weeks yet."


def test_this_weeks_running_day_is_dashed() -> None:
    figure = validated(weeks_figure(weeks(3), LIGHT, unfinished_weekday=2))
    dashed = next(trace for trace in figure.data if trace.line.dash == "dot")
    assert dashed.x == (1, 2)
    this_week = figure.data[-1]
    assert this_week.y == (10, 10, None, None, None, None, None)


def test_the_names_of_two_dots_at_one_place_stand_beside_one_another() -> None:
    for off_peak, shifts in (
        (10.0, {"prime": -4, "off-peak": 4}),
        (20.0, {"prime": 6, "off-peak": -6}),
    ):
        rows = pd.DataFrame({"weekday": [0], "prime": [10.0], "off_peak": [off_peak]})
        notes = validated(paired_dots_figure(rows, LIGHT, unit="tables a day")).layout.annotations
        assert {note.text: note.xshift for note in notes} == shifts


def test_a_weekday_with_one_side_only_shows_that_side() -> None:
    figure = validated(paired_dots_figure(pairs(2), LIGHT, unit="tables a day"))
    lines, off_peak, prime = figure.data
    assert (len(prime.x), len(off_peak.x)) == (2, 1)
    assert lines.y == (1, 1, None)


def test_every_neighborhood_has_its_panel_on_one_scale_the_largest_first() -> None:
    figure = validated(multiples_figure(neighborhood_weeks(10), LIGHT))
    names = [t for t in texts(figure) if t.startswith("n")]
    assert names == ["not known", "n3", "n2", "n1", "n0"]
    ranges = {
        tuple(figure.layout[axis].range) for axis in figure.layout if axis.startswith("yaxis")
    }
    assert len(ranges) == 1


def test_releases_are_told_from_other_openings() -> None:
    minutes = np.array([600] * 10 + [733, 1090, 45])
    openings = np.array([*range(10), 1, 4, 7])
    found = release_clock(minutes, openings, np.zeros(13))
    figure = validated(clock_figure(minutes, found, LIGHT))
    releases, others = figure.data
    assert (sum(releases.y), sum(others.y)) == (10, 3)
    assert "releases at 10 am" in texts(figure)


def test_sums_stand_at_the_edges_of_the_heatmap() -> None:
    cells = pd.DataFrame({"weekday": [0, 0, 6], "hour": [18, 19, 19], "drops": [2, 3, 4]})
    figure = validated(weekday_hour_figure(cells, LIGHT, has_sums=True))
    by_hour, by_day = (trace for trace in figure.data if trace.type == "bar")
    assert dict(zip(by_hour.x, by_hour.y, strict=True))[19] == 7
    assert by_day.x == (5, 0, 0, 0, 0, 0, 4)
    assert figure.layout.yaxis.range == (6.5, -0.5)
    assert figure.layout.yaxis2.range == (0, 7)


def test_where_nobody_watched_the_hours_in_which_tables_opened_that_is_said() -> None:
    cells = pd.DataFrame({"weekday": [2, 3], "hour": [21, 9], "drops": [None, 0.0]})
    for rows, said in ((cells, "while somebody watched"), (cells.iloc[1:], "in this window")):
        (note,) = validated(weekday_hour_figure(rows, LIGHT)).layout.annotations
        assert note.text == f"Nothing opened {said}."
