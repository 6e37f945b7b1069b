"""The look: readable colours, one explicit template, and the words a picture takes along."""

import doctest

import plotly.graph_objects as go
import pytest

from charts import look as looks
from charts.look import DARK, LIGHT, Caption, Look, Margins, contrast, new_figure, template
from tests.charts.plotly_figure import validated

BOTH = pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
CAPTION = Caption("Luna is the hardest table in New York", "Tables a week", "Table Stakes, no data")


def test_examples_come_out_as_written() -> None:
    assert doctest.testmod(looks).failed == 0


@BOTH
def test_text_is_readable_on_page_and_panel(look: Look) -> None:
    for ground in (look.page, look.panel):
        for text in (look.text, look.muted, look.accent, look.second):
            assert contrast(text, ground) >= 4.5, (text, ground)


@BOTH
def test_marks_stand_out_from_the_page_and_from_the_tiers_behind_them(look: Look) -> None:
    grounds = [look.page, *(look.tint(c, 0.1) for c in (look.accent, look.context, look.second))]
    for mark in (look.accent, look.second, look.context):
        for ground in grounds:
            assert contrast(mark, ground) >= 3, (mark, ground)


@BOTH
def test_a_number_in_a_cell_is_readable_on_every_shade(look: Look) -> None:
    for step in range(21):
        ground = looks.mixed(*look.sequential, step / 20)
        assert contrast(looks.text_on(ground), ground) >= 4.5, (step, ground)


@BOTH
def test_a_figure_brings_its_own_template(look: Look) -> None:
    """What Streamlit set as the default for its own process must not show through."""
    figure = new_figure(look, None, plot_height=100, margins=Margins())
    assert figure.layout["template"] == template(look)
    assert validated(figure).layout.template != go.Figure().layout.template


def test_a_picture_on_a_page_leaves_the_words_to_the_page() -> None:
    figure = validated(new_figure(LIGHT, None, plot_height=100, margins=Margins()))
    assert figure.layout.title.text is None
    assert not figure.layout.annotations


def test_a_picture_for_print_carries_finding_measure_and_source() -> None:
    figure = validated(new_figure(LIGHT, CAPTION, plot_height=100, margins=Margins()))
    assert figure.layout.title.text == CAPTION.title
    assert figure.layout.title.subtitle.text == CAPTION.subtitle
    assert [note.text for note in figure.layout.annotations] == [CAPTION.source]


def test_a_long_finding_makes_room_for_its_second_line() -> None:
    long = Caption(CAPTION.title * 3, CAPTION.subtitle, CAPTION.source)
    short_figure, long_figure = (
        validated(new_figure(LIGHT, caption, plot_height=100, margins=Margins()))
        for caption in (CAPTION, long)
    )
    lines = long_figure.layout.title.text.split("<br>")
    assert len(lines) == 2
    assert max(map(len, lines)) <= looks.TITLE_CHARACTERS
    assert long_figure.layout.height == short_figure.layout.height + looks.TITLE_LINE


def test_simulated_data_say_so_in_the_source_line() -> None:
    assert "simulated" in looks.source_line("Fri, Nov 20, 2026", is_simulated=True)
    assert "simulated" not in looks.source_line("Fri, Nov 20, 2026", is_simulated=False)
