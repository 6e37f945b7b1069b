"""Figures that are made once for all readers, and those of pages whose parts are not remembered.

To make a figure takes ten times as long as to show one that is there. Streamlit remembers those
below by the content of what they are made from, so that no old one is shown.
"""

from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any, ParamSpec

import plotly.graph_objects as go
import streamlit as st

from charts import (
    causes,
    cohorts,
    faster,
    forest,
    funnel,
    nights,
    reactions,
    shares,
    slopes,
)

MOST_KEPT = 100  # of each chart

P = ParamSpec("P")


class FinishedFigure(go.Figure):  # type: ignore[misc]  # plotly has no types
    """A figure that nobody changes any more: its dictionary, for which Streamlit asks with every
    click, is made once."""

    @cached_property
    def _dictionary(self) -> dict[str, Any]:
        made: dict[str, Any] = super().to_dict()
        return made

    def to_dict(self) -> dict[str, Any]:
        """As of plotly's figures; not to be changed."""
        return self._dictionary


def finished(figure: go.Figure) -> FinishedFigure:
    """The figure, as one that nobody changes any more."""
    return figure if isinstance(figure, FinishedFigure) else FinishedFigure(figure)


def _kept(draw: Callable[P, go.Figure]) -> Callable[P, FinishedFigure]:
    @wraps(draw)
    def finish(*given: P.args, **named: P.kwargs) -> FinishedFigure:
        return finished(draw(*given, **named))

    return st.cache_resource(show_spinner=False, max_entries=MOST_KEPT)(finish)


causes_figure = _kept(causes.causes_figure)
cohorts_figure = _kept(cohorts.cohorts_figure)
faster_figure = _kept(faster.faster_figure)
forest_figure = _kept(forest.forest_figure)
funnel_figure = _kept(funnel.funnel_figure)
nights_figure = _kept(nights.nights_figure)
reactions_figure = _kept(reactions.reactions_figure)
shares_figure = _kept(shares.shares_figure)
slopes_figure = _kept(slopes.slopes_figure)
