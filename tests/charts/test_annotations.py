"""What editors wrote beside days is on every chart over days or weeks, and never spoils it."""

from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd
import plotly.graph_objects as go
import pytest

from charts.annotations import (
    LONGEST_LABEL,
    MOST_ROWS,
    annotation_texts,
    annotation_words,
    bands_of,
    room_above,
)
from charts.cohorts import cohorts_figure
from charts.figure import Figure
from charts.history import history_figure
from charts.look import LIGHT, Caption
from charts.market_days import market_days_figure
from charts.multiples import multiples_figure
from charts.prime_share import prime_share_figure
from charts.printing import print_image
from charts.rank_history import rank_history_figure
from charts.weeks import weeks_figure
from tests.charts.plotly_figure import validated
from tests.charts.test_figures import history, ranks
from tests.charts.test_market_figures import FIRST, days, neighborhood_weeks, shares, weeks

CAPTION = Caption("A finding", "A measure", "A source")
DAY = timedelta(days=1)

# Each draws about four weeks from FIRST, a Monday.
DRAWN: dict[str, Callable[[pd.DataFrame | None], Figure]] = {
    "market days": lambda notes: market_days_figure(days(28), LIGHT, CAPTION, annotations=notes),
    "history": lambda notes: history_figure(
        history(28).assign(window_date=days(28)["window_date"]), LIGHT, CAPTION, annotations=notes
    ),
    "prime share": lambda notes: prime_share_figure(shares(4), LIGHT, CAPTION, annotations=notes),
    "weeks": lambda notes: weeks_figure(weeks(7), LIGHT, CAPTION, monday=FIRST, annotations=notes),
    "ranks": lambda notes: rank_history_figure(
        ranks(4).assign(as_of_date=[FIRST + timedelta(weeks=k) for k in range(4)]),
        LIGHT,
        CAPTION,
        annotations=notes,
    ),
    "cohorts": lambda notes: cohorts_figure(
        pd.DataFrame(
            {
                "week_date": [FIRST + timedelta(weeks=k) for k in range(4)],
                "sent": 100,
                "booked_rate": 0.1,
                "lower": 0.05,
                "upper": 0.2,
                "is_settled": True,
            }
        ),
        LIGHT,
        CAPTION,
        annotations=notes,
    ),
    "multiples": lambda notes: multiples_figure(
        neighborhood_weeks(20), LIGHT, CAPTION, annotations=notes
    ),
}


def notes(*rows: tuple[int, int, str]) -> pd.DataFrame:
    """Annotations: first and last day, counted from FIRST, and the text."""
    return pd.DataFrame(
        [(FIRST + first * DAY, FIRST + last * DAY, text) for first, last, text in rows],
        columns=["first_date", "last_date", "text"],
    )


def rectangles(figure: go.Figure) -> list[go.layout.Shape]:
    return [shape for shape in figure.layout.shapes if shape.type == "rect"]


def labels(figure: go.Figure) -> list[str]:
    return [note.text for note in figure.layout.annotations]


def assert_label_is_on_the_axis(figure: go.Figure, label: str) -> None:
    """Plotly hides what is written beside an axis' range."""
    if figure.layout.xaxis.range is None:  # then Plotly's own holds the bands
        return
    low, high = figure.layout.xaxis.range
    (note,) = [note for note in figure.layout.annotations if note.text == label]
    assert low <= note.x <= high


@pytest.mark.parametrize("name", DRAWN)
def test_days_that_were_written_about_are_shaded_on_screen_and_in_print(name: str) -> None:
    drawn = [DRAWN[name](written) for written in (None, notes((2, 5, "Restaurant Week")))]
    plain, marked = (validated(figure) for figure in drawn)
    assert len(rectangles(marked)) > len(rectangles(plain))
    if name != "multiples":  # its panels are too small: the words are in the subtitle
        assert "Restaurant Week" in labels(marked)
        assert marked.layout.margin.t > plain.layout.margin.t
        assert_label_is_on_the_axis(validated(DRAWN[name](notes((-2, 1, "Strike")))), "Strike")
    assert print_image(drawn[0], "png") != print_image(drawn[1], "png")


@pytest.mark.parametrize("name", DRAWN)
def test_nothing_written_and_nothing_in_the_window_draw_nothing(name: str) -> None:
    plain = validated(DRAWN[name](None)).to_json()
    assert validated(DRAWN[name](notes())).to_json() == plain
    assert validated(DRAWN[name](notes((-30, -20, "before"), (40, 50, "after")))).to_json() == plain


def test_a_band_covers_whole_days_and_is_cut_to_the_axis() -> None:
    one_day, over_the_edge = bands_of(notes((3, 3, "a"), (-9, 1, "b"), (30, 31, "c")), FIRST, 28)
    assert (one_day.start, one_day.end) == (2.5, 3.5)
    assert (over_the_edge.start, over_the_edge.end) == (-0.5, 1.5)


def test_a_week_is_shaded_whole_where_a_day_of_it_is_written_about() -> None:
    (band,) = bands_of(notes((6, 7, "a")), FIRST, 4, unit_days=7)
    assert (band.start, band.end) == (-0.5, 1.5)


def test_labels_of_overlapping_days_stand_above_one_another_and_are_bounded() -> None:
    bands = bands_of(notes(*[(k, k + 9, f"a rather long event {k}") for k in range(6)]), FIRST, 28)
    assert [band.row for band in bands] == [0, 1, 2, None, None, None]
    assert room_above(bands) == 15 * MOST_ROWS
    assert len({(band.start, band.end) for band in bands}) == 6  # all are shaded


def test_days_far_apart_share_a_row_and_late_ones_are_labelled_to_the_left() -> None:
    early, late = bands_of(notes((0, 1, "early"), (26, 27, "a fairly late event")), FIRST, 28)
    assert (early.row, late.row) == (0, 0)
    assert (early.is_anchored_right, late.is_anchored_right) == (False, True)


def test_a_long_text_is_cut_on_the_chart_and_whole_in_the_words_below_the_title() -> None:
    long = "The longest winter closing of restaurants since anybody can remember"
    (band,) = bands_of(notes((0, 9, long)), FIRST, 28)
    assert len(band.label) <= LONGEST_LABEL
    assert band.label.endswith("…")
    said = annotation_words(notes((0, 9, long)), FIRST, FIRST + 27 * DAY)
    assert said == f" Shaded: {long}, Mon, Nov 2 to Wed, Nov 11."


def test_words_name_the_first_few_and_count_the_rest() -> None:
    said = annotation_words(notes(*[(k, k, f"e{k}") for k in range(7)]), FIRST, FIRST + 27 * DAY)
    assert "e3, Thu, Nov 5" in said
    assert said.endswith("; and 3 more.")
    assert annotation_words(notes((0, 0, "e")), FIRST + DAY, FIRST + DAY) == ""
    assert annotation_words(None, FIRST, FIRST) == ""


def test_the_week_before_says_that_it_is_that_one() -> None:
    figure = validated(DRAWN["weeks"](notes((-3, 1, "Strike"))))
    assert {"Strike", "Strike (week before)"} <= set(labels(figure))
    this_week, before = ((shape.x0, shape.x1) for shape in rectangles(figure))
    assert (this_week, before) == ((-0.3, 1.5), (3.5, 6.3))


def test_a_table_says_of_each_day_or_week_what_was_written_about_it() -> None:
    marked = notes((1, 2, "a"), (2, 8, "b"))
    on = [FIRST + k * DAY for k in range(4)]
    assert annotation_texts(marked, on) == [None, "a", "a; b", "b"]
    weeks_of = [FIRST, FIRST + 7 * DAY, FIRST + 14 * DAY]
    assert annotation_texts(marked, weeks_of, unit_days=7) == ["a; b", "b", None]
    assert annotation_texts(None, on) == [None] * 4


def test_an_ampersand_is_written_as_one() -> None:
    figure = DRAWN["history"](notes((0, 3, "Fish & chips")))
    assert "Fish &amp; chips" in labels(validated(figure))  # as Plotly wants it
    assert b"<!-- Fish &amp; chips -->" in print_image(figure, "svg")  # as XML wants it


def test_dates_of_any_kind_of_window_are_accepted() -> None:
    assert bands_of(notes((0, 0, "a")), date(2026, 11, 2), 1)[0].end == 0.5
