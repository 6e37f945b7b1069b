"""Who is hardest: a dot with its interval for each venue, on a log axis of catchable tables."""

import math

import pandas as pd

from charts.figure import Figure
from charts.look import SMALL_SIZE, Caption, Look, Margins, new_figure, say_instead
from metrics.tiers import GETTABLE_ABOVE, IMPOSSIBLE_BELOW, Tier, tier_of
from metrics.wording import number_words, rank_band_words

ROW_HEIGHT = 24
START, FLOOR, CEILING = 0.04, 0.05, 20.0  # tables a week; what lies below FLOOR is drawn there
TICKS = (0.1, 0.5, 1, 5, 10, 50, 100, 500, 1000)
LONGEST_NAME = 24
CATCHABLE = "catchable tables a week"
BAND_LABELS = {
    Tier.IMPOSSIBLE: "truly<br>impossible",
    Tier.TOUGH: "tough but<br>doable",
    Tier.GETTABLE: "gettable",
}


def ranking_figure(
    ranking: pd.DataFrame,
    look: Look,
    caption: Caption | None = None,
    *,
    unit: str = CATCHABLE,
) -> Figure:
    """Dots with intervals, hardest first, tiers as bands, rank bands on the right.

    A dot is open where its interval crosses a border of tiers, a triangle where the rate is too
    small for the axis.

    ranking: rows in the order to draw, with `name`, `catchable_per_week`, `catchable_lower`,
        `catchable_upper` (tables a week), `rank`, `rank_lower`, `rank_upper`, `rank_tied`. Rows
        without a rank are left out: they were not watched enough.
    unit: what is counted. Tiers are of catchable tables; for anything else none are drawn.
    """
    ranked = ranking[ranking["rank"].notna()]
    names = [_shortened(name) for name in ranked["name"]]
    longest = max((len(name) for name in names), default=0)
    figure = new_figure(
        look,
        caption,
        plot_height=max(len(ranked), 3) * ROW_HEIGHT,
        margins=Margins(left=24 + round(6.4 * longest), right=84, top=44, bottom=48),
    )
    if ranked.empty:
        return say_instead(figure, look, "No venue here has been watched enough to be ranked.")

    ceiling = max(CEILING, 1.1 * float(ranked["catchable_upper"].max()))
    positions = list(range(len(ranked)))
    if unit == CATCHABLE:
        _draw_tiers(figure, look, ceiling)
    _draw_rows(figure, look, ranked, ceiling, unit)
    figure.update_xaxes(
        type="log",
        range=[math.log10(START), math.log10(ceiling)],
        tickvals=[tick for tick in TICKS if tick <= ceiling],
        ticktext=[f"{tick:g}" for tick in TICKS if tick <= ceiling],
        tickangle=0,
        title={"text": unit},
    )
    rows = {
        "range": [len(ranked) - 0.5, -0.5],
        "tickmode": "array",
        "tickvals": positions,
        "ticklabelstandoff": 6,
    }
    figure.update_layout(
        yaxis={**rows, "ticktext": names, "tickfont": {"color": look.text}},
        yaxis2={
            **rows,
            "ticktext": [_band(row) for row in ranked.itertuples()],
            "tickfont": {"color": look.muted, "size": SMALL_SIZE},
            "overlaying": "y",
            "side": "right",
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
    )
    figure.add_annotation(
        text="rank",
        xref="paper",
        yref="paper",
        x=1,
        y=1,
        xanchor="left",
        yanchor="bottom",
        xshift=8,
        showarrow=False,
        font={"size": SMALL_SIZE, "color": look.muted},
    )
    return figure


def _draw_tiers(figure: Figure, look: Look, ceiling: float) -> None:
    borders = (START, IMPOSSIBLE_BELOW, GETTABLE_ABOVE, ceiling)
    for tier, color, low, high in zip(
        Tier, (look.accent, look.context, look.second), borders[:-1], borders[1:], strict=True
    ):
        figure.add_shape(
            type="rect",
            xref="x",
            yref="paper",
            x0=low,
            x1=high,
            y0=0,
            y1=1,
            layer="below",
            line={"width": 0},
            fillcolor=look.tint(color, 0.1),
        )
        figure.add_annotation(
            text=BAND_LABELS[tier],
            x=(math.log10(low) + math.log10(high)) / 2,
            xref="x",
            y=1,
            yref="paper",
            yanchor="bottom",
            showarrow=False,
            font={"size": SMALL_SIZE - 1, "color": look.muted},
        )


def _draw_rows(figure: Figure, look: Look, ranked: pd.DataFrame, ceiling: float, unit: str) -> None:
    lines_x: list[float | None] = []
    lines_y: list[float | None] = []
    colors, fills, words = [], [], []
    for position, row in enumerate(ranked.itertuples()):
        low, high = row.catchable_lower, row.catchable_upper
        lines_x += [max(low, FLOOR), min(max(high, FLOOR), ceiling), None]
        lines_y += [position, position, None]
        band = tier_of(low, high)
        has_tier = unit == CATCHABLE
        colors.append(_color(look, low, high) if has_tier else look.muted)
        fills.append(colors[-1] if band.is_certain or not has_tier else look.page)
        words.append(
            f"<b>{row.name}</b><br>{number_words(row.catchable_per_week, (low, high))} "
            f"{unit} ({number_words(low)}–{number_words(high)})<br>"
            f"{f'{band.label}<br>' if has_tier else ''}{_band(row, in_words=True)}"
        )
    figure.add_scatter(
        x=lines_x,
        y=lines_y,
        mode="lines",
        line={"color": look.context, "width": 2},
        hoverinfo="skip",
    )
    is_at_floor = ranked["catchable_per_week"] < FLOOR
    figure.add_scatter(
        x=ranked["catchable_per_week"].clip(lower=FLOOR).tolist(),
        y=list(range(len(ranked))),
        mode="markers",
        marker={
            "size": 10,
            "color": fills,
            "symbol": ["triangle-left" if at else "circle" for at in is_at_floor],
            "line": {"color": colors, "width": 2},
        },
        cliponaxis=False,
        customdata=words,
        hovertemplate="%{customdata}<extra></extra>",
    )
    # An axis is drawn only if a trace lies on it.
    figure.add_scatter(x=[FLOOR], y=[0], yaxis="y2", opacity=0, hoverinfo="skip")


def _color(look: Look, low: float, high: float) -> str:
    """A tier's colour where only one fits; where the interval straddles, that of context."""
    band = tier_of(low, high)
    if not band.is_certain:
        return look.context
    return {Tier.IMPOSSIBLE: look.accent, Tier.TOUGH: look.muted, Tier.GETTABLE: look.second}[
        band.tiers[0]
    ]


def _band(row: object, *, in_words: bool = False) -> str:
    rank, best, worst = (getattr(row, name) for name in ("rank", "rank_lower", "rank_upper"))
    if pd.isna(rank):
        return "not ranked"
    tied = int(getattr(row, "rank_tied", 1)) if in_words else 1
    words = rank_band_words(int(rank), int(best), int(worst), tied=tied)
    return f"rank {words}" if in_words else words


def _shortened(name: str) -> str:
    """Long names keep their end as well: that is where names of one kind differ."""
    if len(name) <= LONGEST_NAME:
        return name
    head = LONGEST_NAME * 3 // 5
    return f"{name[:head].rstrip()}…{name[head + 1 - LONGEST_NAME :].lstrip()}"
