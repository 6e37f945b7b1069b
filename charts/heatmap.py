"""When tables open: weekday by hour, the value in the cell, sums at the edges, hatched where nobody
was watching."""

from collections.abc import Hashable

import pandas as pd

from charts.figure import Figure
from charts.look import SMALL_SIZE, Caption, Look, Margins, mixed, new_figure, say_instead, text_on
from metrics.wording import WEEKDAYS, number_of, number_words, time_words

ROW_HEIGHT = 30
FEWEST_HOURS = 8  # columns, so that a single cell does not fill the figure
TOP_SHARE, SIDE_SHARE = 0.16, 0.1  # of the plot, for the sums by hour and by weekday


def weekday_hour_figure(
    cells: pd.DataFrame,
    look: Look,
    caption: Caption | None = None,
    *,
    value: Hashable = "drops",
    unit: str | None = None,
    has_sums: bool = False,
) -> Figure:
    """Monday first; hours in which nothing happened all week are left out.

    cells: rows of `weekday` (0 is Monday), `hour` (0 to 23, market-local), the column `value`
        (how many; None where not known) and optionally `is_watched` (False is hatched).
    unit: of the values, where they are not counts of tables. has_sums: bars at the edges.
    """
    rows = 7 * ROW_HEIGHT
    figure = new_figure(
        look,
        caption,
        plot_height=round(rows / (1 - TOP_SHARE)) if has_sums else rows,
        margins=Margins(left=44, right=8, bottom=32),
    )
    known = cells[cells[value].notna()] if len(cells) else cells
    if known.empty or not (known[value] > 0).any():
        where = "in this window" if len(known) == len(cells) else "while somebody watched"
        return say_instead(figure, look, f"Nothing opened {where}.")
    by_cell = {
        (int(row["weekday"]), int(row["hour"])): float(row[value]) for _, row in known.iterrows()
    }
    unwatched = (
        {
            (int(row["weekday"]), int(row["hour"]))
            for _, row in cells[~cells["is_watched"].astype(bool)].iterrows()
        }
        if "is_watched" in cells
        else set()
    )
    hours_used = [hour for (_, hour), count in by_cell.items() if count > 0]
    first = min(*hours_used, 24 - FEWEST_HOURS)
    hours = list(range(first, max(max(hours_used) + 1, first + FEWEST_HOURS)))
    highest = max(by_cell.values())
    grid = [[by_cell.get((day, hour)) for hour in hours] for day in range(7)]
    figure.add_heatmap(
        x=hours,
        y=list(range(7)),
        z=[
            [None if (day, hours[k]) in unwatched else cell for k, cell in enumerate(row)]
            for day, row in enumerate(grid)
        ],
        zmin=0,
        zmax=highest,
        colorscale=[[0, look.sequential[0]], [1, look.sequential[1]]],
        showscale=False,
        xgap=2,
        ygap=2,
        customdata=[
            [
                f"{WEEKDAYS[day]}, {time_words(hour)}: " + _value_words(cell, unit)
                for hour, cell in zip(hours, row, strict=True)
            ]
            for day, row in enumerate(grid)
        ],
        hovertemplate="%{customdata}<extra></extra>",
        hoverongaps=False,
    )
    _write_numbers(
        figure,
        look,
        {
            cell: count
            for cell, count in by_cell.items()
            if cell[1] in hours and count > 0 and cell not in unwatched
        },
        highest,
    )
    hatched = sorted(cell for cell in unwatched if cell[1] in hours)
    figure.add_scatter(
        x=[hour for _, hour in hatched],
        y=[day for day, _ in hatched],
        mode="text",
        text=["//"] * len(hatched),
        textfont={"color": look.context, "size": SMALL_SIZE},
        hovertemplate="not watched<extra></extra>",
    )
    step = 1 if len(hours) <= 8 else 3 if len(hours) <= 16 else 6
    ticks = [hour for hour in hours if hour % step == 0]
    figure.update_xaxes(tickvals=ticks, ticktext=[time_words(hour) for hour in ticks], tickangle=0)
    figure.update_yaxes(
        tickvals=list(range(7)), ticktext=[day[:3] for day in WEEKDAYS], range=[6.5, -0.5]
    )
    if has_sums:
        _draw_sums(figure, look, hours, grid)
    return figure


def _write_numbers(
    figure: Figure, look: Look, by_cell: dict[tuple[int, int], float], highest: float
) -> None:
    """The number in each cell, readable on its shade: a trace for each of the two colours of text,
    since a browser takes ten times as long to draw as many annotations."""
    of_color: dict[str, list[tuple[int, int]]] = {}
    for cell, count in by_cell.items():
        ground = mixed(look.sequential[0], look.sequential[1], count / highest)
        of_color.setdefault(text_on(ground), []).append(cell)
    for color, cells in sorted(of_color.items()):
        figure.add_scatter(
            x=[hour for _, hour in cells],
            y=[day for day, _ in cells],
            mode="text",
            text=[number_words(by_cell[cell]) for cell in cells],
            textfont={"color": color, "size": SMALL_SIZE},
            hoverinfo="skip",
        )


def _value_words(cell: float | None, unit: str | None) -> str:
    if cell is None:
        return "nothing"
    return number_of(round(cell), "table") if unit is None else f"{number_words(cell)} {unit}"


def _draw_sums(
    figure: Figure, look: Look, hours: list[int], grid: list[list[float | None]]
) -> None:
    """Bars above the columns and beside the rows: which hours, which weekdays have most."""
    by_hour = [sum(row[k] or 0 for row in grid) for k in range(len(hours))]
    by_day = [sum(cell or 0 for cell in row) for row in grid]
    figure.add_bar(x=hours, y=by_hour, yaxis="y2", marker={"color": look.context}, hoverinfo="skip")
    figure.add_bar(
        x=by_day,
        y=list(range(7)),
        xaxis="x2",
        yaxis="y",
        orientation="h",
        marker={"color": look.context},
        hoverinfo="skip",
    )
    hidden = {"showticklabels": False, "showgrid": False, "fixedrange": True, "zeroline": False}
    figure.update_layout(
        bargap=0.2,
        xaxis={"domain": [0, 1 - SIDE_SHARE - 0.01]},
        yaxis={"domain": [0, 1 - TOP_SHARE - 0.01]},
        yaxis2={**hidden, "domain": [1 - TOP_SHARE, 1], "range": [0, max(by_hour)]},
        xaxis2={**hidden, "domain": [1 - SIDE_SHARE, 1], "range": [0, max(by_day)]},
    )
