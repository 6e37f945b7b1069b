"""Small multiples: each neighborhood's tables week by week, all on one scale."""

import math
from datetime import date

import pandas as pd

from charts.annotations import BAND_SHARE, bands_of
from charts.figure import Figure
from charts.look import SMALL_SIZE, Caption, Look, Margins, new_figure, say_instead
from metrics.wording import date_words, number_of

CELL_HEIGHT = 62
COLUMNS = 3
UNKNOWN_PLACE = "not known"


def multiples_figure(
    weeks: pd.DataFrame,
    look: Look,
    caption: Caption | None = None,
    *,
    columns: int = COLUMNS,
    annotations: pd.DataFrame | None = None,
) -> Figure:
    """A panel each, most tables first, its line over all the others in grey.

    weeks: rows of `neighborhood` (None: not known), `week_date` (Monday), `drops`; whole weeks,
        each neighborhood with a row for every week.
    annotations: as of `charts.annotations`; the weeks they touch are shaded.
    """
    totals = weeks.assign(name=weeks["neighborhood"].fillna(UNKNOWN_PLACE)) if len(weeks) else weeks
    names = (
        totals.groupby("name")["drops"].sum().sort_values(ascending=False, kind="stable").index
        if len(weeks)
        else []
    )
    rows = max(math.ceil(len(names) / columns), 1)
    figure = new_figure(
        look, caption, plot_height=rows * CELL_HEIGHT, margins=Margins(left=8, right=12, bottom=24)
    )
    if not len(names):
        return say_instead(figure, look, "No whole week was seen yet.")
    days: list[date] = sorted(totals["week_date"].unique())
    lines = {
        name: own.set_index("week_date")["drops"].reindex(days, fill_value=0).tolist()
        for name, own in totals.groupby("name")
    }
    top = max(max(line) for line in lines.values()) or 1
    last = len(days) - 1
    bands = bands_of(annotations, days[0], len(days), unit_days=7)
    for position, name in enumerate(names):
        row, column = divmod(position, columns)
        left, right = column / columns, (column + 0.76) / columns
        upper = 1 - row / rows
        lower_edge, upper_edge = upper - 0.62 / rows, upper - 0.02 / rows
        axis = "" if position == 0 else str(position + 1)
        where = {"xaxis": f"x{axis}", "yaxis": f"y{axis}"}
        hidden = {"visible": False, "fixedrange": True}
        figure.update_layout(
            **{
                f"xaxis{axis}": {
                    **hidden,
                    "domain": [left, right],
                    "anchor": where["yaxis"],
                    "range": [-0.2, max(last, 1) + 0.2],
                },
                f"yaxis{axis}": {
                    **hidden,
                    "domain": [lower_edge, upper_edge],
                    "anchor": where["xaxis"],
                    "range": [0, top * 1.05],
                },
            }
        )
        for band in bands:
            figure.add_shape(
                type="rect",
                xref=where["xaxis"],
                yref="paper",
                x0=max(band.start, -0.2),
                x1=min(band.end, last + 0.2),
                y0=lower_edge,
                y1=upper_edge,
                layer="below",
                line={"width": 0},
                fillcolor=look.tint(look.second, BAND_SHARE),
            )
        figure.add_scatter(
            x=[x for other in names if other != name for x in (*range(len(days)), None)],
            y=[y for other in names if other != name for y in (*lines[other], None)],
            mode="lines",
            line={"color": look.grid, "width": 1},
            hoverinfo="skip",
            **where,
        )
        figure.add_scatter(
            x=list(range(len(days))),
            y=lines[name],
            mode="lines+markers" if len(days) == 1 else "lines",
            line={"color": look.accent, "width": 2},
            customdata=[
                f"{name}, week of {date_words(day)}: {number_of(int(count), 'table')}"
                for day, count in zip(days, lines[name], strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
            **where,
        )
        figure.add_annotation(
            text=f"{int(lines[name][-1]):,}",
            x=last,
            y=lines[name][-1],
            xref=where["xaxis"],
            yref=where["yaxis"],
            xanchor="left",
            xshift=4,
            showarrow=False,
            font={"size": SMALL_SIZE - 1, "color": look.accent},
        )
        figure.add_annotation(
            text=name,
            x=left,
            y=lower_edge,
            xref="paper",
            yref="paper",
            xanchor="left",
            yanchor="top",
            showarrow=False,
            font={"size": SMALL_SIZE, "color": look.text},
        )
    figure.add_annotation(
        text=f"weeks of {days[0]:%b} {days[0].day} to {days[-1]:%b} {days[-1].day}; "
        f"highest {top:,}",
        x=0,
        y=0,
        xref="paper",
        yref="paper",
        xanchor="left",
        yanchor="top",
        yshift=-6,
        showarrow=False,
        font={"size": SMALL_SIZE, "color": look.muted},
    )
    return figure
