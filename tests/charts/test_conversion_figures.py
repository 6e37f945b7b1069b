"""The figures about conversion: of nothing, of little, of much; what they must not hide."""

import itertools
import math
from collections.abc import Callable

import pandas as pd
import pytest

from charts.causes import causes_figure
from charts.cohorts import cohorts_figure
from charts.faster import faster_figure
from charts.figure import Figure
from charts.forest import forest_figure
from charts.funnel import FATE_WORDS, funnel_figure
from charts.look import DARK, LIGHT, Caption, Look, contrast
from charts.reactions import reactions_figure
from charts.shares import shares_figure
from metrics.conversion import LOSS_KINDS
from tests.charts.plotly_figure import validated

CAPTION = Caption("A finding", "A measure", "A source; simulated data")
STEPS = ("sent", "opened", "tapped", "booked")


def steps(sent: int) -> pd.DataFrame:
    counts = [sent, sent // 2, sent // 4, sent // 8]
    return pd.DataFrame(
        {
            "step": STEPS,
            "count": counts,
            "step_rate": [
                None,
                *(b / a if a else None for a, b in itertools.pairwise(counts)),
            ],
        }
    )


def lost(sent: int) -> pd.DataFrame:
    """All that did not go on was gone before it was opened."""
    counts = steps(sent)["count"].tolist()
    return pd.DataFrame(
        [
            (step, fate, before - after if fate == "gone" else 0)
            for step, before, after in zip(STEPS[1:], counts, counts[1:], strict=False)
            for fate in FATE_WORDS
        ],
        columns=["step", "fate", "alerts"],
    )


def shares(rows: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": [f"a venue with a name that is rather long {k}" for k in range(rows)],
            "share": [0.1] * rows,
            "lower": [0.05] * rows,
            "upper": [0.2] * rows,
            "own": [0.3] * rows,
            "words": ["10 % (5–20 %) of 40 settled alerts to 30 users booked"] * rows,
            "note": ["n = 40"] * rows,
        }
    )


def ratios(rows: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": [f"v{k}" for k in range(rows)],
            "ratio": [None if k == 1 else 1.5 for k in range(rows)],
            "lower": [None if k == 1 else 0.9 for k in range(rows)],
            "upper": [None if k == 1 else (math.inf if k == 2 else 2.4) for k in range(rows)],
            "is_subject": [k == 0 for k in range(rows)],
        }
    )


def weeks(rows: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "week_date": pd.date_range("2026-10-05", periods=rows, freq="7D"),
            "sent": [100] * rows,
            "booked_rate": [None if k == 1 else 0.1 for k in range(rows)],
            "lower": [0.05] * rows,
            "upper": [0.2] * rows,
            "is_settled": [k < rows - 1 for k in range(rows)],
        }
    )


def acted(rows: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "seconds": [2**k for k in range(rows)],
            "opened": list(range(rows)),
            "tapped": [k // 2 for k in range(rows)],
            "booked": [0] * rows,
        }
    )


DRAWN: dict[str, Callable[[int, Look, Caption | None], Figure]] = {
    "funnel": lambda n, look, said: funnel_figure(steps(n), lost(n), look, said, unsettled=n // 3),
    "causes": lambda n, look, said: causes_figure(
        pd.DataFrame({"kind": list(LOSS_KINDS), "alerts": [n, 0, 0, 2 * n, 0, 0, n]}),
        look,
        said,
        empty="Nothing was lost.",
    ),
    "faster": lambda n, look, said: faster_figure(
        pd.DataFrame({"seconds": [0, 30, 60], "saved": [0, n, 2 * n]}),
        look,
        said,
        marked_seconds=30,
    ),
    "forest": lambda n, look, said: forest_figure(ratios(n), look, said, unit="times as often"),
    "shares": lambda n, look, said: shares_figure(
        shares(n), look, said, overall=0.12, unit="of alerts booked", empty="Nothing has settled."
    ),
    "cohorts": lambda n, look, said: cohorts_figure(weeks(n), look, said),
    "reactions": lambda n, look, said: reactions_figure(
        acted(n), look, said, settled=n, medians={"opened": 4.0, "tapped": None, "booked": None}
    ),
}


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("rows", [0, 1, 12])
@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_is_drawn_of_nothing_of_one_and_of_many(name: str, rows: int, look: Look) -> None:
    for caption in (None, CAPTION):
        figure = validated(DRAWN[name](rows, look, caption))
        assert "NaN" not in figure.to_json()
        assert "Infinity" not in figure.to_json()
        assert figure.layout.template.layout.paper_bgcolor == look.page
        if caption is not None:
            assert "simulated data" in str(figure.layout.annotations)


def test_each_row_of_the_funnel_is_as_long_as_the_bar_above_it() -> None:
    figure = validated(funnel_figure(steps(800), lost(800), LIGHT, unsettled=90))
    assert figure.layout.barmode == "stack"
    assert [sum(bar.x[row] for bar in figure.data) for row in range(4)] == [890, 800, 400, 200]
    written = str(figure.layout.annotations)
    assert "not settled: 90" in written
    assert "↓ 50 %" in written


def test_unsettled_alerts_are_hatched_apart_and_absent_where_there_are_none() -> None:
    def strokes(unsettled: int) -> int:
        return len(
            validated(funnel_figure(steps(80), lost(80), LIGHT, unsettled=unsettled)).layout.shapes
        )

    assert strokes(20) > 5
    assert strokes(0) == 0


def test_a_ratio_without_an_interval_says_so_and_draws_no_dot() -> None:
    figure = validated(forest_figure(ratios(2), LIGHT, unit="times as often"))
    assert "not enough data" in str(figure.layout.annotations)
    assert sum(trace.mode == "markers" for trace in figure.data) == 1


def test_the_curve_names_how_many_would_have_been_in_time_at_its_mark() -> None:
    saved = pd.DataFrame({"seconds": [0, 30, 60], "saved": [0, 7, 9]})
    figure = validated(faster_figure(saved, LIGHT, marked_seconds=30))
    assert "30 s: seven alerts" in str(figure.layout.annotations)


def test_a_loss_in_the_funnel_is_named_by_its_step_and_each_colour_below_it() -> None:
    figure = validated(funnel_figure(steps(800), lost(800), LIGHT, unsettled=0))
    (legend,) = [note.text for note in figure.layout.annotations if note.text.startswith("lost")]
    drawn = {bar.marker.color for bar in figure.data} - {LIGHT.accent}
    assert drawn == {color for color in drawn if color in legend}
    assert all(words in legend for words in FATE_WORDS.values())
    labels = [note.text for note in figure.layout.annotations if note.text.startswith("not ")]
    assert labels == ["not opened,<br>gone 400", "not tapped,<br>gone 200"]
    hovers = [words for bar in figure.data for words in bar.customdata if "gone" in words]
    assert hovers[:3] == [
        "not sent, gone: no alerts",
        "not opened, gone: 400 alerts",
        "not tapped, gone: 200 alerts",
    ]
    assert all(words.startswith("not ") for words in hovers)


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
def test_the_names_of_the_lines_can_be_read_and_ticks_leave_room(look: Look) -> None:
    seconds = [1, 60, 300, 900, 3600, 86_400]
    table = pd.DataFrame({"seconds": seconds, **{step: range(6) for step in STEPS[1:]}})
    figure = validated(reactions_figure(table, look, settled=10, medians={}))
    names = [note for note in figure.layout.annotations if "%" in note.text]
    assert len(names) == 3
    assert all(contrast(note.font.color, look.page) >= 4.5 for note in names)
    places = [math.log10(tick) for tick in figure.layout.xaxis.tickvals]
    assert min(b - a for a, b in itertools.pairwise(places)) > 0.47
    assert "15 min" not in figure.layout.xaxis.ticktext


def test_the_mark_of_being_faster_is_named_where_no_axis_is() -> None:
    saved = pd.DataFrame({"seconds": [0, 30, 300], "saved": [0, 48, 143]})
    (name,) = validated(faster_figure(saved, LIGHT, marked_seconds=30)).layout.annotations
    assert (name.xanchor, name.yanchor) == ("left", "top")
