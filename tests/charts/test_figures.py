"""Each figure says what its frame says, also when that is nothing or a single row."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from charts.figure import Figure
from charts.heatmap import weekday_hour_figure
from charts.history import history_figure
from charts.look import DARK, LIGHT, Caption, Look
from charts.rank_history import rank_history_figure
from charts.ranking import FLOOR, ranking_figure
from charts.survival import survival_figure
from metrics.survival import survival_curve
from tests.charts.plotly_figure import validated

FIRST = date(2026, 11, 1)
CAPTION = Caption("A finding", "A measure", "A source; simulated data")


def ranking(rows: int) -> pd.DataFrame:
    """A ranking of venues v0, v1 … the first without any catchable table."""
    rates = np.arange(rows, dtype=float)
    return pd.DataFrame(
        {
            "name": [f"v{k}" for k in range(rows)],
            "catchable_per_week": rates,
            "catchable_lower": rates / 2,
            "catchable_upper": rates * 2 + 0.3,
            "rank": rates + 1,
            "rank_lower": np.maximum(rates, 1),
            "rank_upper": rates + 2,
            "rank_tied": 1.0,
        }
    )


def history(days: int) -> pd.DataFrame:
    """Days with ten drops, four of them prime, all watched."""
    return pd.DataFrame(
        {
            "window_date": [FIRST + timedelta(days=k) for k in range(days)],
            "new_drop_count": [10] * days,
            "prime_time_drops": [4] * days,
            "coverage_rate": [1.0] * days,
        }
    )


def cells(rows: int) -> pd.DataFrame:
    """Tables by weekday and hour, from Monday 6 pm on."""
    return pd.DataFrame(
        {"weekday": np.arange(rows) // 6, "hour": 18 + np.arange(rows) % 6, "drops": [3] * rows}
    )


def ranks(rows: int) -> pd.DataFrame:
    """A venue's rank as of Sundays, the third of which is missing."""
    return pd.DataFrame(
        {
            "as_of_date": [FIRST + timedelta(days=7 * (k + (k > 1))) for k in range(rows)],
            "rank": [5.0] * rows,
            "rank_lower": [2.0] * rows,
            "rank_upper": [9.0] * rows,
            "ranked": [60] * rows,
        }
    )


DRAWN: dict[str, Callable[[int, Look, Caption | None], Figure]] = {
    "ranking": lambda rows, look, said: ranking_figure(ranking(rows), look, said),
    "history": lambda rows, look, said: history_figure(history(rows), look, said),
    "survival": lambda rows, look, said: survival_figure(
        survival_curve([120.0] * rows, []), look, said, reaction_seconds=60
    ),
    "ranks": lambda rows, look, said: rank_history_figure(ranks(rows), look, said),
    "heatmap": lambda rows, look, said: weekday_hour_figure(cells(rows), look, said),
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
        assert figure.layout.paper_bgcolor is None  # the template's, of the look
        assert figure.layout.template.layout.paper_bgcolor == look.page
        assert not figure.layout.showlegend
        assert (CAPTION.source in written) is (caption is not None)


@pytest.mark.parametrize("name", DRAWN)
def test_nothing_to_draw_is_said_in_words(name: str) -> None:
    figure = validated(DRAWN[name](0, LIGHT, None))
    assert not figure.data
    (said,) = texts(figure)
    assert said.endswith(".")


def dots(figure: go.Figure) -> go.Scatter:
    """The trace of a ranking's dots."""
    return next(trace for trace in figure.data if trace.mode == "markers" and trace.customdata)


def test_a_rate_of_zero_is_drawn_at_the_left_edge_as_a_triangle() -> None:
    marks = dots(validated(ranking_figure(ranking(3), LIGHT)))
    assert marks.x[0] == FLOOR
    assert marks.marker.symbol == ("triangle-left", "circle", "circle")


def test_a_dot_is_open_where_its_interval_crosses_a_border() -> None:
    rows = ranking(3).assign(
        catchable_per_week=[0.2, 0.4, 9.0],
        catchable_lower=[0.1, 0.2, 6.0],
        catchable_upper=[0.4, 0.9, 12.0],
    )
    marks = dots(validated(ranking_figure(rows, LIGHT)))
    assert marks.marker.color == (LIGHT.accent, LIGHT.page, LIGHT.second)


def test_rank_bands_stand_beside_their_venues() -> None:
    figure = validated(ranking_figure(ranking(3), LIGHT))
    assert figure.layout.yaxis.ticktext == ("v0", "v1", "v2")
    assert figure.layout.yaxis2.ticktext == ("#1, 1–2", "#2, 1–3", "#3, 2–4")


def test_a_venue_that_is_not_ranked_is_not_drawn() -> None:
    rows = ranking(3)
    rows.loc[1, ["rank", "rank_lower", "rank_upper"]] = np.nan
    assert validated(ranking_figure(rows, LIGHT)).layout.yaxis.ticktext == ("v0", "v2")


def test_a_day_nobody_watched_is_a_gap_and_not_a_zero() -> None:
    days = history(5)
    days.loc[2, ["new_drop_count", "prime_time_drops", "coverage_rate"]] = [0, 0, 0.1]
    figure = validated(history_figure(days, LIGHT))
    for line in figure.data:
        assert line.y[2] is None
        assert not line.connectgaps
    assert "not watched" in texts(figure)


def test_days_whose_coverage_is_not_known_are_drawn() -> None:
    figure = validated(history_figure(history(3).assign(coverage_rate=None), LIGHT))
    assert figure.data[0].y == (10, 10, 10)


def test_a_quiet_day_that_was_watched_is_zero() -> None:
    days = history(3)
    days.loc[1, ["new_drop_count", "prime_time_drops"]] = 0
    assert validated(history_figure(days, LIGHT)).data[0].y == (10, 0, 10)


def test_the_unfinished_day_is_dashed() -> None:
    figure = validated(history_figure(history(3), LIGHT, unfinished=FIRST + timedelta(days=2)))
    solid, dashed, *_ = figure.data
    assert solid.y == (10, 10, None)
    assert dashed.line.dash == "dot"
    assert dashed.y == (10, 10)


def test_the_curve_is_not_drawn_below_the_resolution() -> None:
    curve = survival_curve([60, 120, 120, 300, 900], [], resolution_seconds=120)
    figure = validated(survival_figure(curve, LIGHT, reaction_seconds=60))
    assert min(min(trace.x) for trace in figure.data) == 120
    line = next(trace for trace in figure.data if trace.customdata)
    assert line.y[0] == pytest.approx(0.4)  # three of five are gone by the first look
    assert any("2 minutes to react" in text for text in texts(figure))


def test_median_and_reaction_time_are_marked() -> None:
    curve = survival_curve([60] * 2 + [300] * 6 + [900] * 2, [])
    figure = validated(survival_figure(curve, LIGHT, reaction_seconds=60))
    assert "half are gone after 5 minutes" in texts(figure)
    assert "1 minute to react: about 8 in 10 left" in texts(figure)


def test_a_median_of_too_few_closings_is_not_marked() -> None:
    curve = survival_curve([300] * 9, [])
    figure = validated(survival_figure(curve, LIGHT, reaction_seconds=60))
    assert not any(text.startswith("half are gone") for text in texts(figure))


def test_a_median_that_was_not_reached_is_not_marked() -> None:
    curve = survival_curve([60], [9000] * 9)
    figure = validated(survival_figure(curve, LIGHT, reaction_seconds=60))
    assert not any(text.startswith("half are gone") for text in texts(figure))


def test_monday_is_first_and_hours_in_which_nothing_opens_are_left_out() -> None:
    figure = validated(
        weekday_hour_figure(
            pd.DataFrame({"weekday": [0, 6], "hour": [10, 21], "drops": [2, 5]}), LIGHT
        )
    )
    heat = figure.data[0]
    assert heat.x == tuple(range(10, 22))
    assert heat.z[0][0] == 2
    assert heat.z[6][-1] == 5
    assert figure.layout.yaxis.ticktext[0] == "Mon"
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]


def test_hours_nobody_watched_are_hatched_and_hold_no_number() -> None:
    watched = cells(12).assign(is_watched=[False] + [True] * 11)
    figure = validated(weekday_hour_figure(watched, LIGHT))
    heat, *numbers, hatching = figure.data
    assert heat.z[0][heat.x.index(18)] is None
    assert (hatching.x, hatching.y) == ((18,), (0,))
    assert sum(len(trace.text) for trace in numbers) == 11
    assert all(at != (18, 0) for trace in numbers for at in zip(trace.x, trace.y, strict=True))


def test_a_week_without_a_rank_is_a_gap_and_the_hardest_is_on_top() -> None:
    figure = validated(rank_history_figure(ranks(5), LIGHT))
    lines = [trace for trace in figure.data if trace.mode == "lines+markers"]
    assert [len(line.x) for line in lines] == [2, 3]
    bottom, top = figure.layout.yaxis.range
    assert top < 1 < 9 < bottom
    assert "#5" in texts(figure)


def test_tiers_are_drawn_of_catchable_tables_only() -> None:
    assert validated(ranking_figure(ranking(5), LIGHT)).layout.shapes
    openings = validated(ranking_figure(ranking(5), LIGHT, unit="tables that opened a week"))
    assert not openings.layout.shapes
    assert "gettable" not in openings.to_json()


def test_long_names_keep_their_beginning_and_their_end() -> None:
    names = [f"Impfzentrum Apolda | Vormittag | Impfstoff {kind}" for kind in "AB"]
    figure = validated(ranking_figure(ranking(2).assign(name=names), LIGHT))
    drawn = figure.layout.yaxis.ticktext
    assert len(set(drawn)) == 2
    assert all(name.startswith("Impfzentrum") and name[-1] in "AB" for name in drawn)
