"""The charts' figures, each made once for all readers.

To make a figure takes ten times as long as to show one that is there. Streamlit remembers them by
the content of what they are made from, so that no old one is shown. Nobody changes one once made.
"""

from collections.abc import Callable
from typing import ParamSpec

import plotly.graph_objects as go
import streamlit as st

from charts import (
    causes,
    clock,
    cohorts,
    faster,
    forest,
    funnel,
    heatmap,
    history,
    lead,
    market_days,
    multiples,
    nights,
    pairs,
    prime_share,
    rank_history,
    ranking,
    reactions,
    shares,
    slopes,
    survival,
    weeks,
)

MOST_KEPT = 100  # of each chart

P = ParamSpec("P")


def _kept(draw: Callable[P, go.Figure]) -> Callable[P, go.Figure]:
    return st.cache_resource(show_spinner=False, max_entries=MOST_KEPT)(draw)


causes_figure = _kept(causes.causes_figure)
clock_figure = _kept(clock.clock_figure)
cohorts_figure = _kept(cohorts.cohorts_figure)
faster_figure = _kept(faster.faster_figure)
forest_figure = _kept(forest.forest_figure)
funnel_figure = _kept(funnel.funnel_figure)
history_figure = _kept(history.history_figure)
lead_time_figure = _kept(lead.lead_time_figure)
market_days_figure = _kept(market_days.market_days_figure)
multiples_figure = _kept(multiples.multiples_figure)
nights_figure = _kept(nights.nights_figure)
paired_dots_figure = _kept(pairs.paired_dots_figure)
prime_share_figure = _kept(prime_share.prime_share_figure)
rank_history_figure = _kept(rank_history.rank_history_figure)
ranking_figure = _kept(ranking.ranking_figure)
reactions_figure = _kept(reactions.reactions_figure)
shares_figure = _kept(shares.shares_figure)
slopes_figure = _kept(slopes.slopes_figure)
survival_figure = _kept(survival.survival_figure)
weekday_hour_figure = _kept(heatmap.weekday_hour_figure)
weeks_figure = _kept(weeks.weeks_figure)
