"""A figure is what Plotly documents; what Plotly does not know of it is found out in tests."""

import numpy as np
import pytest
from plotly.io.json import to_json_plotly

from charts.figure import Figure
from tests.charts.plotly_figure import validated


def test_traces_words_and_shapes_are_kept_in_the_order_in_which_they_were_added() -> None:
    figure = Figure()
    figure.add_bar(x=[1])
    figure.add_scatter(x=[2])
    figure.add_heatmap(z=[[3]])
    for text in ("a", "b"):
        figure.add_annotation(text=text)
    figure.add_shape(type="line")
    assert figure.to_dict() == {
        "data": [
            {"type": "bar", "x": [1]},
            {"type": "scatter", "x": [2]},
            {"type": "heatmap", "z": [[3]]},
        ],
        "layout": {"annotations": [{"text": "a"}, {"text": "b"}], "shapes": [{"type": "line"}]},
    }


def test_dictionaries_are_merged_and_lists_replaced_without_a_change_to_what_was_given() -> None:
    title, figure = {"font": {"size": 9, "color": "#000000"}}, Figure()
    figure.update_layout(xaxis={"title": title, "range": [0, 1]})
    figure.update_xaxes(title={"font": {"size": 12}}, range=[2, 3])
    assert figure.layout == {
        "xaxis": {"title": {"font": {"size": 12, "color": "#000000"}}, "range": [2, 3]}
    }
    assert title["font"]["size"] == 9


def test_all_axes_of_a_kind_are_updated_and_the_first_is_always_there() -> None:
    figure = Figure()
    figure.update_layout(yaxis2={"side": "right"})
    figure.update_yaxes(visible=False)
    figure.update_xaxes(visible=True)
    assert figure.layout == {
        "yaxis2": {"side": "right", "visible": False},
        "yaxis": {"visible": False},
        "xaxis": {"visible": True},
    }


def test_gaps_and_arrays_are_written_as_json() -> None:
    figure = Figure()
    figure.add_scatter(x=np.array([1.0, np.nan]), y=[None, np.float64(2.5)])
    assert '"x":[1.0,null],"y":[null,2.5]' in to_json_plotly(figure.to_dict())


@pytest.mark.parametrize(
    "properties",
    [
        {"modus": "lines"},
        {"mode": "line"},
        {"line": {"thickness": 2}},
        {"line": {"color": "redd"}},
        {"line_width": 2},
    ],
)
def test_what_plotly_does_not_know_fails_a_test_of_the_figure(
    properties: dict[str, object],
) -> None:
    figure = Figure()
    figure.add_scatter(x=[1], y=[2], **properties)
    with pytest.raises(ValueError, match="|".join(properties)):
        validated(figure)
