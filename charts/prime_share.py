"""The share of tables that were for prime time, week by week, with its interval."""

from datetime import timedelta

import pandas as pd
import plotly.graph_objects as go

from charts.annotations import bands_of, draw_bands, room_above
from charts.look import SMALL_SIZE, Caption, Look, Margins, new_figure, say_instead
from metrics.wording import date_words, number_of, percent_range_words, percent_words

PLOT_HEIGHT = 160


def prime_share_figure(
    weeks: pd.DataFrame,
    look: Look,
    caption: Caption | None = None,
    *,
    annotations: pd.DataFrame | None = None,
) -> go.Figure:
    """A line in its band; the axis begins at none and ends at all, or where only small shares are
    at the tenth, quarter or half above them.

    weeks: rows of `week_date` (Monday), `drops`, `prime_rate`, `lower`, `upper` (shares; None where
        nothing opened), `days` (fewer than 7: the way to that week is dashed).
    annotations: as of `charts.annotations`; the weeks they touch are shaded.
    """
    known = weeks[weeks["prime_rate"].notna()] if len(weeks) else weeks
    monday = known["week_date"].iloc[0] if len(known) else None
    points = (known["week_date"].iloc[-1] - monday).days // 7 + 1 if len(known) else 0
    bands = bands_of(annotations, monday, points, unit_days=7) if monday else []
    figure = new_figure(
        look,
        caption,
        plot_height=PLOT_HEIGHT,
        margins=Margins(left=40, right=56, top=8 + room_above(bands), bottom=32),
    )
    if known.empty:
        return say_instead(figure, look, "No drops were seen in these weeks.")
    x = pd.to_datetime(known["week_date"])
    draw_bands(figure, look, bands, lambda at: x.iloc[0] + timedelta(weeks=at))
    shares = known["prime_rate"].astype(float)
    figure.add_scatter(
        x=[*x, *x[::-1]],
        y=[*known["upper"].astype(float), *known["lower"].astype(float)[::-1]],
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=look.tint(look.accent, 0.18),
        hoverinfo="skip",
    )
    whole = shares.where(known["days"] == 7)
    figure.add_scatter(
        x=x.tolist(),
        y=shares.tolist(),
        mode="lines",
        line={"color": look.accent, "width": 2, "dash": "dot"},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=x.tolist(),
        y=[None if pd.isna(share) else share for share in whole],
        mode="lines",
        line={"color": look.accent, "width": 2.25},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=x.tolist(),
        y=shares.tolist(),
        mode="markers",
        marker={"size": 6, "color": look.accent},
        customdata=[
            f"week of {date_words(row.week_date)}: {percent_words(row.prime_rate)} of "
            f"{number_of(int(row.drops), 'table')} "
            f"({percent_range_words((row.lower, row.upper))})"
            + ("" if row.days == 7 else f"; {number_of(int(row.days), 'day')} only")
            for row in known.itertuples()
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    figure.add_annotation(
        text=percent_words(float(shares.iloc[-1])),
        x=x.iloc[-1],
        y=float(shares.iloc[-1]),
        xanchor="left",
        xshift=8,
        showarrow=False,
        font={"size": SMALL_SIZE, "color": look.accent},
    )
    step = -(-len(known) // 6)
    ticks = list(x[::-1][::step])
    figure.update_xaxes(
        tickvals=ticks,
        ticktext=[f"{tick:%b} {tick.day}" for tick in ticks],
        tickangle=0,
        range=[x.iloc[0] - timedelta(days=4), x.iloc[-1] + timedelta(days=4)],
    )
    highest = float(known["upper"].max())
    top = next((share for share in (0.1, 0.25, 0.5) if highest <= 0.9 * share), 1.0)
    words = {0.5: "half", 1.0: "all"}
    figure.update_yaxes(
        range=[0, 1.02 * top],
        tickvals=[0, top / 2, top],
        ticktext=["none", *(words.get(share, f"{100 * share:g} %") for share in (top / 2, top))],
        showgrid=True,
    )
    return figure
