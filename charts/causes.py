"""Why alerts fail: a bar for each cause; together they are all losses."""

import pandas as pd
import plotly.graph_objects as go

from charts.funnel import CAUSE_WORDS, cause_colors
from charts.look import Caption, Look, Margins, new_figure, say_instead
from metrics.wording import count_words, number_of, percent_words

ROW_HEIGHT = 38


def causes_figure(causes: pd.DataFrame, look: Look, caption: Caption | None = None) -> go.Figure:
    """Causes from top to bottom as given, with count and share of all losses at the bar's end.

    causes: `cause`, `alerts`.
    """
    figure = new_figure(
        look,
        caption,
        plot_height=5 * ROW_HEIGHT,
        margins=Margins(left=148, right=96, top=8, bottom=8),
    )
    total = int(causes["alerts"].sum()) if len(causes) else 0
    if not total:
        return say_instead(figure, look, "No settled alert was lost in this window.")
    colors = cause_colors(look)
    figure.add_bar(
        x=causes["alerts"].tolist(),
        y=list(range(len(causes))),
        orientation="h",
        width=0.62,
        marker={"color": [colors[cause] for cause in causes["cause"]]},
        customdata=[
            f"{CAUSE_WORDS[row.cause]}: {number_of(int(row.alerts), 'alert')} of "
            f"{count_words(total)}"
            for row in causes.itertuples()
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    for place, row in enumerate(causes.itertuples()):
        figure.add_annotation(
            x=int(row.alerts),
            y=place,
            text=f"{count_words(int(row.alerts))} ({percent_words(row.alerts / total)})",
            xanchor="left",
            xshift=6,
            showarrow=False,
        )
    figure.update_xaxes(visible=False, range=[0, int(causes["alerts"].max())])
    figure.update_yaxes(
        tickvals=list(range(len(causes))),
        ticktext=[CAUSE_WORDS[cause] for cause in causes["cause"]],
        tickfont={"color": look.text},
        ticklabelstandoff=6,
        range=[len(causes) - 0.5, -0.5],
    )
    return figure
