"""Figures of pages whose parts are not remembered, made once for all readers.

To make a figure takes ten times as long as to show one that is there. Streamlit remembers these by
the content of what they are made from, so that no old one is shown.
"""

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

_kept = st.cache_resource(show_spinner=False, max_entries=100)  # of each chart

causes_figure = _kept(causes.causes_figure)
cohorts_figure = _kept(cohorts.cohorts_figure)
faster_figure = _kept(faster.faster_figure)
forest_figure = _kept(forest.forest_figure)
funnel_figure = _kept(funnel.funnel_figure)
nights_figure = _kept(nights.nights_figure)
reactions_figure = _kept(reactions.reactions_figure)
shares_figure = _kept(shares.shares_figure)
slopes_figure = _kept(slopes.slopes_figure)
