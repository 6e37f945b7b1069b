"""A share week by week, with its interval; weeks that are not whole are dotted."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pandas as pd

from charts.annotations import bands_of, draw_bands, room_above
from charts.figure import Figure
from charts.look import SMALL_SIZE, Caption, Look, Margins, new_figure, say_instead
from metrics.wording import percent_words

Scale = Callable[[float], tuple[float, Sequence[float], Sequence[str]]]


def weekly_shares(
    weeks: pd.DataFrame,
    look: Look,
    caption: Caption | None,
    *,
    annotations: pd.DataFrame | None,
    plot_height: int,
    scale: Scale,
    empty: str,
) -> Figure:
    """A line in its band, from zero.

    weeks: those that have a share: `week_date` (Monday), `share`, `lower`, `upper`, `is_whole`
        (the way to one that is not is dotted), `words` (said of the week on hover).
    annotations: as of `charts.annotations`; the weeks they touch are shaded.
    scale: from the highest upper end to the axis: its end, its ticks and what they are called.
    empty: what is said where no week has a share.
    """
    monday = weeks["week_date"].iloc[0] if len(weeks) else None
    points = (weeks["week_date"].iloc[-1] - monday).days // 7 + 1 if len(weeks) else 0
    bands = bands_of(annotations, monday, points, unit_days=7) if monday else []
    figure = new_figure(
        look,
        caption,
        plot_height=plot_height,
        margins=Margins(left=48, right=56, top=8 + room_above(bands), bottom=32),
    )
    if weeks.empty:
        return say_instead(figure, look, empty)
    x = pd.to_datetime(weeks["week_date"])
    draw_bands(figure, look, bands, lambda at: x.iloc[0] + timedelta(weeks=at))
    _draw(figure, look, weeks, x)
    step = -(-len(weeks) // 6)
    ticks = list(x[::-1][::step])
    figure.update_xaxes(
        tickvals=ticks,
        ticktext=[f"{tick:%b} {tick.day}" for tick in ticks],
        tickangle=0,
        range=[x.iloc[0] - timedelta(days=4), x.iloc[-1] + timedelta(days=4)],
    )
    end, values, texts = scale(float(weeks["upper"].max()))
    figure.update_yaxes(range=[0, end], tickvals=values, ticktext=texts, showgrid=True)
    return figure


def _draw(figure: Figure, look: Look, weeks: pd.DataFrame, x: pd.Series) -> None:
    """The band, the line, a dot for each week, and the last share in words."""
    shares = weeks["share"].astype(float)
    is_whole = weeks["is_whole"].astype(bool)
    figure.add_scatter(
        x=[*x, *x[::-1]],
        y=[*weeks["upper"].astype(float), *weeks["lower"].astype(float)[::-1]],
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=look.tint(look.accent, 0.18),
        hoverinfo="skip",
    )
    for values, dash in ((shares, "dot"), (shares.where(is_whole), "solid")):
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
            "color": [look.accent if whole else look.page for whole in is_whole],
            "line": {"color": look.accent, "width": 2},
        },
        customdata=weeks["words"].tolist(),
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
