"""Conversion by the week of sending, with its interval; weeks that have not settled are dotted."""

from datetime import timedelta

import pandas as pd
import plotly.graph_objects as go

from charts.annotations import bands_of, draw_bands, room_above
from charts.look import SMALL_SIZE, Caption, Look, Margins, new_figure, say_instead
from charts.percent import percent_ticks
from metrics.wording import date_words, number_of, percent_range_words, percent_words

PLOT_HEIGHT = 200


def cohorts_figure(
    weeks: pd.DataFrame,
    look: Look,
    caption: Caption | None = None,
    *,
    annotations: pd.DataFrame | None = None,
) -> go.Figure:
    """A line in its band, from zero; up to a week with alerts that have not settled it is dotted.

    weeks: `week_date` (Monday), `sent`, `booked_rate`, `lower`, `upper` (None where nothing
        settled), `is_settled`.
    annotations: as of `charts.annotations`; the weeks they touch are shaded.
    """
    known = weeks[weeks["booked_rate"].notna()] if len(weeks) else weeks
    monday = known["week_date"].iloc[0] if len(known) else None
    points = (known["week_date"].iloc[-1] - monday).days // 7 + 1 if len(known) else 0
    bands = bands_of(annotations, monday, points, unit_days=7) if monday else []
    figure = new_figure(
        look,
        caption,
        plot_height=PLOT_HEIGHT,
        margins=Margins(left=48, right=56, top=8 + room_above(bands), bottom=32),
    )
    if known.empty:
        return say_instead(figure, look, "No alert has settled in these weeks.")
    x = pd.to_datetime(known["week_date"])
    draw_bands(figure, look, bands, lambda at: x.iloc[0] + timedelta(weeks=at))
    shares = known["booked_rate"].astype(float)
    figure.add_scatter(
        x=[*x, *x[::-1]],
        y=[*known["upper"].astype(float), *known["lower"].astype(float)[::-1]],
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=look.tint(look.accent, 0.18),
        hoverinfo="skip",
    )
    settled = shares.where(known["is_settled"].astype(bool))
    for values, dash in ((shares, "dot"), (settled, "solid")):
        figure.add_scatter(
            x=x.tolist(),
            y=[None if pd.isna(share) else share for share in values],
            mode="lines",
            line={"color": look.accent, "width": 2, "dash": dash},
            hoverinfo="skip",
        )
    figure.add_scatter(
        x=x.tolist(),
        y=shares.tolist(),
        mode="markers",
        marker={
            "size": 7,
            "color": [
                look.accent if is_settled else look.page for is_settled in known["is_settled"]
            ],
            "line": {"color": look.accent, "width": 2},
        },
        customdata=[
            f"week of {date_words(row.week_date)}: {percent_words(row.booked_rate)} of "
            f"{number_of(int(row.sent), 'alert')} "
            f"({percent_range_words((row.lower, row.upper))})"
            + ("" if row.is_settled else "; not all have settled")
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
    end = highest * 1.08
    values, texts = percent_ticks(end)
    figure.update_yaxes(range=[0, end], tickvals=values, ticktext=texts, showgrid=True)
    return figure
